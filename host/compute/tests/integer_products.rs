//! Products and orders of what is no fraction, as PyTorch has them.

mod differences;

use differences::{ids, session, tensor};
use proofhouse_compute::{Dtype, ReduceOp, Session, Tensor};

fn integers(s: &mut Session, x: &Tensor) -> Vec<i64> {
    s.read(x).expect("readable").as_chunks().0.iter().map(|&bytes| i64::from_le_bytes(bytes)).collect()
}

#[test]
fn matrices_of_integers_multiply_and_wrap() {
    let mut s = session();
    let a = ids(&mut s, &[2, 2, 3], &[1, 2, 3, 4, 5, 6, -1, 0, 1, 2, 0, 3]);
    let b = ids(&mut s, &[3, 2], &[1, 2, 3, 4, 5, 6]);
    let c = s.matmul(&a, &b).expect("a product");
    assert_eq!(c.shape(), [2, 2, 2]);
    assert_eq!(integers(&mut s, &c), [22, 28, 49, 64, 4, 4, 17, 22]);
    let turned = s.permute(&b, &[1, 0]).expect("a transpose");
    let c = s.matmul(&turned, &b).expect("a product");
    assert_eq!(integers(&mut s, &c), [35, 44, 44, 56]);
    let vector = ids(&mut s, &[2], &[i64::MAX, 2]);
    let c = s.matmul(&vector, &vector).expect("a product");
    assert_eq!(integers(&mut s, &c), [5], "wraps");
    let bytes = s.full(Dtype::U8, &[2, 2], 100.0).expect("bytes");
    let c = s.matmul(&bytes, &bytes).expect("a product");
    assert_eq!(s.read(&c).expect("readable"), [32; 4], "wraps in its own type");
    let none = ids(&mut s, &[2, 0], &[]);
    let other = ids(&mut s, &[0, 2], &[]);
    let c = s.matmul(&none, &other).expect("a product of nothing");
    assert_eq!(integers(&mut s, &c), [0; 4]);
}

#[test]
fn orders_are_stable_and_nan_is_largest() {
    let mut s = session();
    let x = tensor(&mut s, &[6], &[1., f32::NAN, 1., 1., f32::NAN, 0.]);
    for (descending, expected) in [(false, [5, 0, 2, 3, 1, 4]), (true, [1, 4, 0, 2, 3, 5])] {
        let (_, places) = s.sort(&x, 0, descending).expect("an order");
        assert_eq!(integers(&mut s, &places), expected);
    }
    for op in [ReduceOp::Argmax, ReduceOp::Argmin] {
        let place = s.reduce(op, &x, &[0], false).expect("a place");
        assert_eq!(integers(&mut s, &place), [1], "{}: the first NaN", op.name());
    }
    let mask = s.create(Dtype::U8, &[5], &[1, 0, 1, 0, 200]).expect("bytes");
    let (sorted, places) = s.sort(&mask, 0, true).expect("an order");
    assert_eq!(s.read(&sorted).expect("readable"), [200, 1, 1, 0, 0]);
    assert_eq!(integers(&mut s, &places), [4, 0, 2, 1, 3]);
    let equal = ids(&mut s, &[3], &[7, 9, 9]);
    let place = s.reduce(ReduceOp::Argmax, &equal, &[0], false).expect("a place");
    assert_eq!(integers(&mut s, &place), [1], "the first of equal ones");
}
