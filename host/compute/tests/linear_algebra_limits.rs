//! Decompositions of what has none, or costs too much: results of no elements, errors in PyTorch's words, quotas.

mod differences;
mod matrices;

use std::sync::atomic::Ordering;

use differences::{ids, numbers, session, tensor, values};
use matrices::{orthonormal, refused};
use proofhouse_compute::{Code, DeviceModel, Dtype, Generator, Limits, Session};

const NAN: f32 = f32::NAN;

#[test]
fn matrices_without_elements_have_decompositions() {
    let mut s = session();
    for (m, n) in [(0, 3), (3, 0), (0, 0)] {
        let x = s.full(Dtype::F32, &[2, m, n], 0.0).expect("nothing");
        for full in [false, true] {
            let k = m.min(n);
            let (left, right) = if full { (m, n) } else { (k, k) };
            let (u, sigma, vh) = s.svd(&x, full).expect("svd");
            assert_eq!(
                (u.shape(), sigma.shape(), vh.shape()),
                (vec![2, m, left], vec![2, k], vec![2, right, n])
            );
            orthonormal(&mut s, "empty", &u);
            let (q, r) = s.qr(&x, full).expect("qr");
            assert_eq!((q.shape(), r.shape()), (vec![2, m, left], vec![2, left, n]));
            orthonormal(&mut s, "empty", &q);
        }
        let (both, pivots) = s.lu(&x).expect("lu");
        assert_eq!((both.shape(), pivots.shape()), (vec![2, m, n], vec![2, 0]));
    }
    let x = s.full(Dtype::F32, &[0, 0], 0.0).expect("nothing");
    let b = s.full(Dtype::F32, &[0, 2], 0.0).expect("nothing");
    assert_eq!(s.solve(&x, &b).expect("nothing").shape(), [0, 2]);
    assert_eq!(s.solve_triangular(&x, &b, true, false).expect("nothing").shape(), [0, 2]);
    assert_eq!(s.cholesky(&x).expect("nothing").shape(), [0, 0]);
    assert_eq!(s.eigh(&x).expect("nothing").0.shape(), [0]);
    let wide = s.full(Dtype::F32, &[2, 2], 1.0).expect("ones");
    let none = s.full(Dtype::F32, &[2, 0], 1.0).expect("nothing");
    assert_eq!(s.solve_triangular(&wide, &none, true, false).expect("nothing").shape(), [2, 0]);
}

#[test]
fn what_has_no_decomposition_is_refused_in_the_words_of_pytorch() {
    let mut s = session();
    let singular = tensor(&mut s, &[3, 3], &[1., 2., 3., 4., 5., 6., 7., 8., 9.]);
    let b = tensor(&mut s, &[3], &[1., 2., 3.]);
    let expected = "torch.linalg.solve: The solver failed because the input matrix is singular.";
    assert_eq!(refused(s.solve(&singular, &b)), (Code::Argument, expected.into()));
    let indefinite = tensor(&mut s, &[2, 2], &[1., 2., 2., 1.]);
    let expected = "linalg.cholesky: The factorization could not be completed because the input is not \
                    positive-definite (the leading minor of order 2 is not positive-definite).";
    assert_eq!(refused(s.cholesky(&indefinite)), (Code::Argument, expected.into()));
    let two = tensor(&mut s, &[2, 1, 1], &[1., -1.]);
    let (_, message) = refused(s.cholesky(&two));
    assert!(message.starts_with("linalg.cholesky: (Batch element 1): The factorization"), "{message}");
    let flat = tensor(&mut s, &[3], &[1., 2., 3.]);
    let expected = "linalg.svd: The input tensor A must have at least 2 dimensions.";
    assert_eq!(refused(s.svd(&flat, false)), (Code::Shape, expected.into()));
    let wide = tensor(&mut s, &[2, 3], &[1.; 6]);
    let expected = "linalg.eigh: A must be batches of square matrices, but they are 2 by 3 matrices";
    assert_eq!(refused(s.eigh(&wide)), (Code::Shape, expected.into()));
    let expected = "linalg.solve: Incompatible shapes of A and B for the equation AX = B (3x3 and 2x3)";
    assert_eq!(refused(s.solve(&singular, &wide)), (Code::Shape, expected.into()));
    let whole = ids(&mut s, &[2, 2], &[1, 0, 0, 1]);
    assert_eq!(refused(s.qr(&whole, false)).0, Code::Dtype);
    let half = s.cast(&singular, Dtype::Bf16).expect("bf16");
    assert_eq!(refused(s.lu(&half)).0, Code::Dtype);
    assert_eq!(refused(s.solve(&singular, &half)).0, Code::Dtype);
}

#[test]
fn what_is_not_finite_ends() {
    let mut s = session();
    for bad in [NAN, f32::INFINITY, f32::NEG_INFINITY] {
        let mut a = numbers(3, 36, -1.0, 1.0);
        a[13] = bad;
        let x = tensor(&mut s, &[6, 6], &a);
        if bad.is_nan() {
            let expected = "linalg.svd: The algorithm failed to converge because the input matrix contained \
                            non-finite values.";
            assert_eq!(refused(s.svd(&x, true)), (Code::Argument, expected.into()));
        } else {
            let (_, sigma, _) = s.svd(&x, true).expect("NaN, as in PyTorch");
            assert!(values(&mut s, &sigma).iter().all(|x| x.is_nan()));
        }
        let (eigenvalues, _) = s.eigh(&x).expect("NaN, as in PyTorch");
        assert!(values(&mut s, &eigenvalues).iter().all(|x| x.is_nan()));
        s.qr(&x, true).expect("NaN where it goes");
        s.lu(&x).expect("NaN where it goes");
        assert_eq!(refused(s.cholesky(&x)).0, Code::Argument);
        let _ = s.solve(&x, &x);
        s.solve_triangular(&x, &x, true, false).expect("NaN where it goes");
    }
}

#[test]
fn decompositions_are_paid_for_before_they_run() {
    let model = DeviceModel {
        name: "test".into(),
        flops_per_second: 1e9,
        bytes_per_second: 1e9,
        launch_seconds: 1e-6,
        instructions_per_second: 1e6,
    };
    let limits = Limits { tensor_bytes: 1 << 22, tensors: 1000, elements_per_operation: 1 << 18 };
    let mut s = Session::new(model, limits);
    let mut g = Generator::new(1);
    let x = s.normal(&mut g, Dtype::F32, &[300, 300], 0.0, 1.0).expect("numbers");
    let held = s.usage().tensor_bytes;
    assert_eq!(refused(s.svd(&x, true)).0, Code::QuotaTensorMemory);
    assert_eq!(s.usage().tensor_bytes, held, "what was charged is given back");
    // So many matrices of nothing take no memory: their number is what is refused.
    let nothing = s.full(Dtype::F32, &[1 << 50, 0, 0], 0.0).expect("nothing");
    assert_eq!(refused(s.cholesky(&nothing)).0, Code::QuotaElements);
    assert_eq!(refused(s.eigh(&nothing)).0, Code::QuotaElements);
    let line = s.full(Dtype::F32, &[1, 1 << 12], 1.0).expect("a row");
    assert_eq!(refused(s.svd(&line, true)).0, Code::QuotaElements);
    let thin = s.full(Dtype::F32, &[0, 1 << 40], 1.0).expect("nothing");
    assert_eq!(refused(s.svd(&thin, true)).0, Code::Shape);
    assert_eq!(s.qr(&thin, true).expect("nothing").1.shape(), [0, 1 << 40]);
    assert_eq!(refused(s.svd(&thin, true)).0, Code::Shape);
    let small = s.slice(&x, 0, 0, 50, 1).expect("a view");
    let small = s.slice(&small, 1, 0, 50, 1).expect("a view");
    s.set_deadline(s.elapsed_seconds() + 1e-4);
    assert_eq!(refused(s.eigh(&small)).0, Code::QuotaDeviceTime);
    s.set_deadline(f64::INFINITY);
    s.cancel_token().store(true, Ordering::Relaxed);
    assert_eq!(refused(s.eigh(&small)).0, Code::Cancelled);
}
