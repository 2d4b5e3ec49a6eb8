//! Windows, scattering and running results: values as PyTorch gives them, and gradients against differences.

mod differences;

use differences::{check, ids, numbers, session, tensor, values};
use proofhouse_compute::{BinaryOp, Code, CumulativeOp, Dtype, Result, ScatterOp, Session, Tensor, UnaryOp};

const NAN: f32 = f32::NAN;
const INF: f32 = f32::INFINITY;

fn integers(s: &mut Session, x: &Tensor) -> Vec<i64> {
    s.read(x).expect("readable").as_chunks().0.iter().map(|&bytes| i64::from_le_bytes(bytes)).collect()
}

fn refused<T>(result: Result<T>) -> (Code, String) {
    match result {
        Ok(_) => panic!("this should have been refused"),
        Err(error) => (error.code, error.message),
    }
}

fn gradient(s: &mut Session, y: &Tensor, weights: &[f32]) -> Vec<f32> {
    let w = tensor(s, &y.shape(), weights);
    let gradients = s.backward(y, Some(&w), true).expect("a gradient");
    values(s, &gradients[0].1)
}

fn leaf(s: &mut Session, shape: &[u64], numbers: &[f32]) -> Tensor {
    let initial = tensor(s, shape, numbers);
    s.parameter(&initial).expect("a leaf")
}

#[test]
fn windows_are_views_that_overlap() {
    let mut s = session();
    let x = s.arange(Dtype::F32, 0.0, 12.0, 1.0).expect("numbers");
    let x = s.reshape(&x, &[2, 6]).expect("rows");
    let held = s.usage().tensor_bytes;
    let w = s.unfold(&x, 1, 3, 2).expect("windows");
    assert_eq!(s.usage().tensor_bytes, held, "a view");
    assert_eq!(w.shape(), [2, 2, 3]);
    assert_eq!(values(&mut s, &w), [0., 1., 2., 2., 3., 4., 6., 7., 8., 8., 9., 10.]);
    let first = s.unfold(&x, 0, 2, 5).expect("windows");
    assert_eq!(first.shape(), [1, 6, 2]);
    assert_eq!(values(&mut s, &first)[..4], [0., 6., 1., 7.]);
    // What reads strided operands: products, reshapes and slices of windows.
    let line = s.arange(Dtype::F32, 0.0, 5.0, 1.0).expect("numbers");
    let hankel = s.unfold(&line, 0, 3, 1).expect("windows");
    let square = s.matmul(&hankel, &hankel).expect("a product");
    assert_eq!(values(&mut s, &square), [5., 8., 11., 8., 14., 20., 11., 20., 29.]);
    let flat = s.reshape(&hankel, &[9]).expect("a copy");
    assert_eq!(values(&mut s, &flat), [0., 1., 2., 1., 2., 3., 2., 3., 4.]);
    let cut = s.slice(&hankel, 0, 1, 3, 1).expect("a slice");
    assert_eq!(values(&mut s, &cut), [1., 2., 3., 2., 3., 4.]);
    let scalar = s.full(Dtype::F32, &[], 3.0).expect("a scalar");
    assert_eq!(s.unfold(&scalar, 0, 1, 1).expect("one window").shape(), [1]);
    assert_eq!(s.unfold(&line, 0, 0, 2).expect("empty windows").shape(), [3, 0]);
}

#[test]
fn windows_that_do_not_fit_are_refused() {
    let mut s = session();
    let x = tensor(&mut s, &[3], &[1., 2., 3.]);
    let (code, message) = refused(s.unfold(&x, 0, 4, 1));
    assert_eq!(code, Code::Argument);
    assert_eq!(message, "maximum size for tensor at dimension 0 is 3 but size is 4");
    assert_eq!(refused(s.unfold(&x, 0, 2, 0)).1, "step is 0 but must be > 0");
    assert_eq!(refused(s.unfold(&x, 1, 2, 1)).0, Code::Index);
    assert_eq!(refused(s.unfold(&x, 0, u64::MAX, u64::MAX)).0, Code::Argument);
    assert_eq!(s.unfold(&x, 0, 2, u64::MAX).expect("one window").shape(), [1, 2]);
    let deep = s.reshape(&x, &[3, 1, 1, 1, 1, 1, 1, 1]).expect("eight dimensions");
    assert_eq!(refused(s.unfold(&deep, 0, 2, 1)).0, Code::Shape);
    let long = s.full(Dtype::U8, &[1 << 20], 1.0).expect("a line");
    assert_eq!(refused(s.unfold(&long, 0, 1 << 19, 1)).0, Code::QuotaElements);
}

#[test]
fn gradients_of_windows_add_up() {
    let mut s = session();
    let x = leaf(&mut s, &[5], &[1., 2., 3., 4., 5.]);
    let w = s.unfold(&x, 0, 3, 1).expect("windows");
    assert_eq!(gradient(&mut s, &w, &[1.; 9]), [1., 2., 3., 2., 1.]);
    // A parameter whose elements lie on each other: in-place additions must not meet one twice.
    let over = s.detach(&w);
    let over = s.parameter(&over).expect("a leaf");
    let two = s.binary(BinaryOp::Add, &over, &over).expect("a sum");
    assert_eq!(gradient(&mut s, &two, &[1.; 9]), [2.; 9]);
    for (dim, size, step) in [(0, 2, 1), (1, 3, 1), (1, 2, 3), (1, 1, 2), (0, 1, 1), (2, 4, 4), (1, 0, 1)] {
        check("unfold", &[(&[2, 4, 5], numbers(1, 40, -1., 1.))], &|s, t| {
            let turned = s.permute(&t[0], &[0, 1, 2])?;
            let w = s.unfold(&turned, dim, size, step)?;
            s.unary(UnaryOp::Sin, &w)
        });
    }
    check("unfold of a transposed", &[(&[4, 5], numbers(1, 20, -1., 1.))], &|s, t| {
        let turned = s.permute(&t[0], &[1, 0])?;
        let w = s.unfold(&turned, 0, 3, 1)?;
        s.unfold(&w, 1, 2, 1)
    });
}

#[test]
fn scattering_joins_what_meets() {
    let mut s = session();
    let x = tensor(&mut s, &[4], &[1., 2., 3., 4.]);
    let index = ids(&mut s, &[4], &[1, 1, 3, 3]);
    let source = tensor(&mut s, &[5], &[5., -7., 0.5, 9., 100.]);
    let cases = [
        (ScatterOp::Replace, [1., -7., 3., 9.]),
        (ScatterOp::Add, [1., 0., 3., 13.5]),
        (ScatterOp::Multiply, [1., -70., 3., 18.]),
        (ScatterOp::Maximum, [1., 5., 3., 9.]),
        (ScatterOp::Minimum, [1., -7., 3., 0.5]),
    ];
    for (op, expected) in cases {
        let y = s.scatter(op, &x, &index, &source, 0).expect("scatter");
        assert_eq!(values(&mut s, &y), expected, "{}", op.name());
    }
    assert_eq!(values(&mut s, &x), [1., 2., 3., 4.], "a copy");
    let nan = tensor(&mut s, &[2], &[NAN, 9.]);
    let index = ids(&mut s, &[2], &[1, 1]);
    for op in [ScatterOp::Maximum, ScatterOp::Minimum] {
        let y = s.scatter(op, &x, &index, &nan, 0).expect("scatter");
        assert!(values(&mut s, &y)[1].is_nan(), "{}", op.name());
    }
    // Bytes wrap, and may be put.
    let bytes = s.full(Dtype::U8, &[2], 200.0).expect("bytes");
    let spots = ids(&mut s, &[2], &[0, 0]);
    let y = s.scatter(ScatterOp::Add, &bytes, &spots, &bytes, 0).expect("scatter");
    assert_eq!(s.read(&y).expect("readable"), [88, 200]);
    let y = s.scatter(ScatterOp::Replace, &bytes, &spots, &bytes, 0).expect("scatter");
    assert_eq!(s.read(&y).expect("readable"), [200, 200]);
    let none = ids(&mut s, &[0], &[]);
    let y = s.scatter(ScatterOp::Multiply, &x, &none, &source, 0).expect("nothing to do");
    assert_eq!(values(&mut s, &y), [1., 2., 3., 4.]);
}

#[test]
fn scattering_out_of_bounds_is_refused() {
    let mut s = session();
    let x = tensor(&mut s, &[2, 2], &[1., 2., 3., 4.]);
    let source = tensor(&mut s, &[2, 2], &[1.; 4]);
    for &op in ScatterOp::ALL {
        for bad in [-1, 2, i64::MIN, i64::MAX] {
            let index = ids(&mut s, &[1, 1], &[bad]);
            assert_eq!(refused(s.scatter(op, &x, &index, &source, 0)).0, Code::Index);
        }
        let index = ids(&mut s, &[3, 1], &[0; 3]);
        assert_eq!(refused(s.scatter(op, &x, &index, &source, 0)).0, Code::Shape, "larger than the source");
        let wide = tensor(&mut s, &[1, 3], &[1.; 3]);
        let index = ids(&mut s, &[1, 3], &[0; 3]);
        assert_eq!(refused(s.scatter(op, &x, &index, &wide, 0)).0, Code::Shape, "larger than the tensor");
        let index = ids(&mut s, &[1], &[0]);
        assert_eq!(refused(s.scatter(op, &x, &index, &source, 0)).0, Code::Shape);
        assert_eq!(refused(s.scatter(op, &x, &source, &source, 0)).0, Code::Dtype);
        let index = ids(&mut s, &[1, 1], &[0]);
        assert_eq!(refused(s.scatter(op, &x, &index, &index, 0)).0, Code::Dtype);
    }
}

#[test]
fn gradients_of_scattering() {
    // No element of the source is near one of the tensor: no extreme changes hands.
    let tenths = |x: Vec<f32>, by: f32| x.into_iter().map(|x| (x * 10.0).round() / 10.0 + by).collect();
    for &op in ScatterOp::ALL {
        let (x, source) = (tenths(numbers(2, 12, -1., 1.1), 0.0), tenths(numbers(3, 10, -1., 1.1), 0.05));
        let inputs: [(&[u64], Vec<f32>); 2] = [(&[3, 4], x), (&[2, 5], source)];
        check(op.name(), &inputs, &|s, t| {
            // Differences of a value that is replaced twice are those of the last; PyTorch gives both a gradient.
            let places =
                if op == ScatterOp::Replace { [0, 2, 1, 1, 1, 1, 0, 2] } else { [0, 2, 2, 1, 0, 2, 0, 2] };
            let index = ids(s, &[2, 4], &places);
            s.scatter(op, &t[0], &index, &t[1], 0)
        });
    }
    for zeros in [&[1][..], &[0, 1], &[5], &[6, 8], &[0, 5], &[2, 6]] {
        let (mut x, mut source) = (numbers(2, 4, 0.5, 1.5), numbers(3, 6, 0.5, 1.5));
        for &at in zeros {
            if at < 4 { x[at] = 0.0 } else { source[at - 4] = 0.0 }
        }
        check("product with zeros", &[(&[4], x), (&[6], source)], &|s, t| {
            let index = ids(s, &[6], &[0, 0, 1, 2, 2, 2]);
            s.scatter(ScatterOp::Multiply, &t[0], &index, &t[1], 0)
        });
    }
    // Ties share, the tensor's own element among them.
    let mut s = session();
    let x = leaf(&mut s, &[2], &[1., 3.]);
    let source = leaf(&mut s, &[3], &[3., 3., 2.]);
    let index = ids(&mut s, &[3], &[1, 1, 0]);
    let y = s.scatter(ScatterOp::Maximum, &x, &index, &source, 0).expect("scatter");
    let w = tensor(&mut s, &[2], &[1., 3.]);
    let gradients = s.backward(&y, Some(&w), true).expect("gradients");
    assert_eq!(values(&mut s, &gradients[0].1), [0., 1.]);
    assert_eq!(values(&mut s, &gradients[1].1), [1., 1., 1.]);
}

#[test]
fn running_results() {
    let mut s = session();
    let x = tensor(&mut s, &[2, 3], &[1., 2., 3., -4., 0.5, 2.]);
    let cases: [(CumulativeOp, i32, [f32; 6]); 4] = [
        (CumulativeOp::Sum, 1, [1., 3., 6., -4., -3.5, -1.5]),
        (CumulativeOp::Prod, -1, [1., 2., 6., -4., -2., -4.]),
        (CumulativeOp::Prod, 0, [1., 2., 3., -4., 1., 6.]),
        // From torch.logcumsumexp.
        (CumulativeOp::Logsumexp, 1, [1., 2.3132617, 3.407606, -4., 0.511_047_7, 2.203_437_8]),
    ];
    for (op, dim, expected) in cases {
        let y = s.cumulative(op, &x, dim).expect("running");
        for (y, expected) in values(&mut s, &y).iter().zip(expected) {
            assert!((y - expected).abs() < 1e-6, "{}: {y} instead of {expected}", op.name());
        }
    }
    let far = tensor(&mut s, &[5], &[-INF, 0., 1000., 1000., INF]);
    let y = s.cumulative(CumulativeOp::Logsumexp, &far, 0).expect("stable");
    assert_eq!(values(&mut s, &y), [-INF, 0., 1000., 1000.6932, INF]);
    let bytes = s.full(Dtype::U8, &[3], 200.0).expect("bytes");
    let y = s.cumulative(CumulativeOp::Prod, &bytes, 0).expect("integers");
    assert_eq!(integers(&mut s, &y), [200, 40_000, 8_000_000]);
    assert_eq!(refused(s.cumulative(CumulativeOp::Logsumexp, &bytes, 0)).0, Code::Dtype);
    assert_eq!(refused(s.cumulative(CumulativeOp::Sum, &x, 2)).0, Code::Index);
    // A million small steps keep their sum, as PyTorch's do, which adds in f64.
    let many = s.full(Dtype::F32, &[1_000_000], 0.1).expect("steps");
    let y = s.cumulative(CumulativeOp::Sum, &many, 0).expect("a sum");
    assert_eq!(values(&mut s, &y)[999_999], 100_000.0);
    for &op in CumulativeOp::ALL {
        let empty = s.full(Dtype::F32, &[2, 0], 0.0).expect("nothing");
        assert_eq!(s.cumulative(op, &empty, 1).expect("nothing").shape(), [2, 0]);
        let scalar = s.full(Dtype::F32, &[], 3.0).expect("a scalar");
        let y = s.cumulative(op, &scalar, 0).expect("a scalar");
        assert_eq!(values(&mut s, &y), [3.0]);
    }
}

#[test]
fn gradients_of_running_results() {
    for &op in CumulativeOp::ALL {
        for dim in 0..3 {
            check(op.name(), &[(&[2, 3, 4], numbers(4, 24, -1.3, 1.5))], &|s, t| {
                s.cumulative(op, &t[0], dim)
            });
        }
        check(op.name(), &[(&[], vec![0.7])], &|s, t| s.cumulative(op, &t[0], 0));
        check(op.name(), &[(&[3, 1], vec![0.7, 0.2, -0.4])], &|s, t| s.cumulative(op, &t[0], 1));
    }
    for zeros in [&[0][..], &[2], &[4], &[1, 3], &[0, 1, 2, 3, 4]] {
        let mut x = numbers(5, 5, 0.5, 1.5);
        zeros.iter().for_each(|&at| x[at] = 0.0);
        check("cumprod with zeros", &[(&[5], x)], &|s, t| s.cumulative(CumulativeOp::Prod, &t[0], 0));
    }
    // As torch: what is at -inf gets nothing, and gradients of either sign, or none, are kept apart.
    let mut s = session();
    let x = leaf(&mut s, &[3], &[0., 1., -INF]);
    let y = s.cumulative(CumulativeOp::Logsumexp, &x, 0).expect("running");
    let found = gradient(&mut s, &y, &[1., -2., 0.]);
    for (found, expected) in found.iter().zip([0.4621172, -1.4621172, 0.]) {
        assert!((found - expected).abs() < 1e-6, "{found} instead of {expected}");
    }
}

#[test]
fn places_of_running_extremes() {
    let mut s = session();
    let x = tensor(&mut s, &[6], &[1., NAN, 1., 1., NAN, 0.]);
    for largest in [true, false] {
        let y = s.cumulative_extreme(&x, 0, largest).expect("places");
        assert_eq!(integers(&mut s, &y), [0, 1, 1, 1, 4, 4], "as torch.cummax and torch.cummin");
    }
    let x = tensor(&mut s, &[2, 4], &[3., 1., 3., 4., 0., -1., -1., 2.]);
    let y = s.cumulative_extreme(&x, 1, true).expect("places");
    assert_eq!(integers(&mut s, &y), [0, 0, 2, 3, 0, 0, 0, 3]);
    let y = s.cumulative_extreme(&x, -1, false).expect("places");
    assert_eq!(integers(&mut s, &y), [0, 1, 1, 1, 0, 1, 2, 2]);
    let y = s.cumulative_extreme(&x, 0, true).expect("places");
    assert_eq!(integers(&mut s, &y), [0, 0, 0, 0, 0, 0, 0, 0]);
    let x = ids(&mut s, &[3], &[i64::MIN, i64::MAX, i64::MAX]);
    let y = s.cumulative_extreme(&x, 0, true).expect("places");
    assert_eq!(integers(&mut s, &y), [0, 1, 2]);
    assert_eq!(refused(s.cumulative_extreme(&x, 1, true)).0, Code::Index);
}
