//! Decompositions: PyTorch's numbers and signs, what every decomposition promises, and what is refused.

mod differences;

use std::sync::atomic::Ordering;

use differences::{ids, numbers, session, tensor, values};
use proofhouse_compute::{Code, DeviceModel, Dtype, Generator, Limits, Result, Session, Tensor};

const NAN: f32 = f32::NAN;

/// (4, 3), and what PyTorch 2.15 makes of it.
const A: [f32; 12] = [1., 2., 3., 4., 5., 6., 7., 8., 10., -1., 0.5, 2.];

fn close(name: &str, found: &[f32], expected: &[f32]) {
    assert_eq!(found.len(), expected.len(), "{name}");
    for (i, (found, expected)) in found.iter().zip(expected).enumerate() {
        let tolerance = 3e-5 * expected.abs().max(1.0);
        assert!((found - expected).abs() < tolerance, "{name}: element {i}: {found} instead of {expected}");
    }
}

fn integers(s: &mut Session, x: &Tensor) -> Vec<i64> {
    s.read(x).expect("readable").as_chunks().0.iter().map(|&bytes| i64::from_le_bytes(bytes)).collect()
}

fn refused<T>(result: Result<T>) -> (Code, String) {
    match result {
        Ok(_) => panic!("this should have been refused"),
        Err(error) => (error.code, error.message),
    }
}

fn transpose(s: &mut Session, x: &Tensor) -> Tensor {
    let rank = x.shape().len() as u32;
    let order: Vec<u32> = (0..rank - 2).chain([rank - 1, rank - 2]).collect();
    s.permute(x, &order).expect("a transpose")
}

/// Columns of `x` are orthonormal.
fn orthonormal(s: &mut Session, name: &str, x: &Tensor) {
    let turned = transpose(s, x);
    let product = s.matmul(&turned, x).expect("a product");
    let n = product.shape()[product.shape().len() - 1] as usize;
    for (i, found) in values(s, &product).into_iter().enumerate() {
        let expected = if (i % (n * n)).is_multiple_of(n + 1) { 1.0 } else { 0.0 };
        assert!((found - expected).abs() < 1e-5, "{name}: {found} instead of {expected}");
    }
}

fn reconstructs(s: &mut Session, name: &str, factors: &[&Tensor], expected: &[f32]) {
    let mut product = factors[0].clone();
    for factor in &factors[1..] {
        product = s.matmul(&product, factor).expect("a product");
    }
    close(name, &values(s, &product), expected);
}

#[test]
fn numbers_and_signs_are_those_of_pytorch() {
    let mut s = session();
    let a = tensor(&mut s, &[4, 3], &A);
    let (q, r) = s.qr(&a, true).expect("qr");
    #[rustfmt::skip]
    close("q", &values(&mut s, &q), &[
        -0.1221695, -0.444173, 0.1585512, 0.8732963, -0.4886778, -0.1965367, 0.790754, -0.3118904,
        -0.8551861, 0.05109945, -0.5157961, 0.0, 0.1221694, -0.8726239, -0.2890056, -0.3742698,
    ]);
    let expected =
        [-8.185353, -9.468132, -11.6061, 0.0, -1.898546, -3.745992, 0.0, 0.0, -0.5157952, 0.0, 0.0, 0.0];
    close("r", &values(&mut s, &r), &expected);
    let (q, r) = s.qr(&a, false).expect("qr");
    assert_eq!((q.shape(), r.shape()), (vec![4, 3], vec![3, 3]));
    close("r", &values(&mut s, &r), &expected[..9]);

    let (_, values_of_a, _) = s.svd(&a, false).expect("svd");
    close("s", &values(&mut s, &values_of_a), &[17.45393, 2.136419, 0.2149593]);

    // The upper triangle is not read.
    let b = tensor(&mut s, &[3, 3], &[4., NAN, NAN, 1., 3., NAN, -2., 0.5, 1.]);
    let (eigenvalues, eigenvectors) = s.eigh(&b).expect("eigh");
    close("eigenvalues", &values(&mut s, &eigenvalues), &[-0.2526103, 3.034654, 5.217956]);
    #[rustfmt::skip]
    close("eigenvectors", &values(&mut s, &eigenvectors), &[
        0.4611473, -0.1581419, 0.8731176, -0.2716311, 0.9115908, 0.3085754, 0.8447247, 0.3794646, -0.3774214,
    ]);

    let b = tensor(&mut s, &[3, 3], &[4., NAN, NAN, 1., 3., NAN, -2., 0.5, 5.]);
    let l = s.cholesky(&b).expect("cholesky");
    close("l", &values(&mut s, &l), &[2.0, 0.0, 0.0, 0.5, 1.658312, 0.0, -1.0, 0.6030227, 1.906925]);

    let (both, pivots) = s.lu(&a).expect("lu");
    #[rustfmt::skip]
    close("lu", &values(&mut s, &both), &[
        7.0, 8.0, 10.0, -0.1428571, 1.642857, 3.428571, 0.5714286, 0.2608694, -0.6086954, 0.1428571, 0.5217391,
        0.3571427,
    ]);
    assert_eq!(integers(&mut s, &pivots), [2, 3, 3], "PyTorch's, which count from 1, are 3, 4, 4");
}

#[test]
fn equations_are_solved() {
    let mut s = session();
    let a = tensor(&mut s, &[3, 3], &[2., 1., 1., 1., 3., 2., 1., 0., 0.]);
    let b = tensor(&mut s, &[3], &[4., 5., 6.]);
    let x = s.solve(&a, &b).expect("a solution");
    assert_eq!(x.shape(), [3]);
    close("vector", &values(&mut s, &x), &[6., 15., -23.]);
    let batch = s.expand(&a, &[2, 1, 3, 3]).expect("a batch");
    let columns = tensor(&mut s, &[2, 3, 1], &[4., 5., 6., 8., 10., 12.]);
    let x = s.solve(&batch, &columns).expect("solutions");
    assert_eq!(x.shape(), [2, 2, 3, 1]);
    let once = [6., 15., -23., 12., 30., -46.];
    close("batch", &values(&mut s, &x), &[once, once].concat());
    // A vector for each matrix, as PyTorch reads it.
    let eye = tensor(&mut s, &[2, 2, 2], &[1., 0., 0., 1., 2., 0., 0., 2.]);
    let b = tensor(&mut s, &[2, 2], &[1., 2., 3., 4.]);
    let x = s.solve(&eye, &b).expect("solutions");
    assert_eq!((x.shape(), values(&mut s, &x)), (vec![2, 2], vec![1., 2., 1.5, 2.]));

    let a = tensor(&mut s, &[2, 2], &[2., 9., 1., 4.]);
    let b = tensor(&mut s, &[2, 2], &[2., 4., 9., 8.]);
    let x = s.solve_triangular(&a, &b, false, false).expect("a solution");
    close("lower", &values(&mut s, &x), &[1., 2., 2., 1.5]);
    let x = s.solve_triangular(&a, &b, true, true).expect("a solution");
    close("upper, unit", &values(&mut s, &x), &[-79., -68., 9., 8.]);
    let other = tensor(&mut s, &[2, 2], &[NAN, NAN, 2., NAN]);
    let x = s.solve_triangular(&other, &b, false, true).expect("a solution");
    close("what is not read", &values(&mut s, &x), &[2., 4., 5., 0.]);
    let none = tensor(&mut s, &[2, 2], &[0., 1., 0., 0.]);
    let x = s.solve_triangular(&none, &b, true, false).expect("infinities");
    assert_eq!(values(&mut s, &x)[2], f32::INFINITY);
}

/// Matrices of many shapes: random ones, of low rank, with equal and with tiny values.
fn matrices() -> Vec<(String, usize, usize, Vec<f32>)> {
    let mut found = Vec::new();
    for (m, n) in [(1, 1), (1, 4), (4, 1), (3, 3), (7, 4), (4, 7), (30, 30), (50, 20)] {
        let random = numbers((m * 100 + n) as u64, m * n, -1.0, 1.2);
        let outer = (0..m * n).map(|i| ((i / n) as f32 - 1.5) * ((i % n) as f32 + 0.5)).collect();
        let graded = random.iter().enumerate().map(|(i, x)| x * 10f32.powi(-3 * (i % n) as i32)).collect();
        let unit = (0..m * n).map(|i| if i / n == i % n { 1.0 } else { 0.0 }).collect();
        found.push((format!("random {m} x {n}"), m, n, random));
        found.push((format!("of rank 1, {m} x {n}"), m, n, outer));
        found.push((format!("graded {m} x {n}"), m, n, graded));
        found.push((format!("identity {m} x {n}"), m, n, unit));
        found.push((format!("zero {m} x {n}"), m, n, vec![0.0; m * n]));
        found.push((format!("huge {m} x {n}"), m, n, vec![1e35; m * n]));
    }
    found
}

/// `x` over its largest element, so that one tolerance serves.
fn scaled(x: &[f32]) -> (Vec<f32>, f32) {
    let largest = x.iter().fold(0f32, |a, b| a.max(b.abs())).max(f32::MIN_POSITIVE);
    (x.iter().map(|x| x / largest).collect(), largest)
}

#[test]
fn every_decomposition_keeps_its_promise() {
    for (name, m, n, a) in matrices() {
        let mut s = session();
        let x = tensor(&mut s, &[m as u64, n as u64], &a);
        for full in [false, true] {
            let (q, r) = s.qr(&x, full).expect("qr");
            orthonormal(&mut s, &name, &q);
            let r_values = values(&mut s, &r);
            assert!(
                (0..r_values.len()).all(|i| i / n <= i % n || r_values[i] == 0.0),
                "{name}: r is triangular"
            );
            let (expected, largest) = scaled(&a);
            let r =
                s.binary_scalar(proofhouse_compute::BinaryOp::Div, &r, f64::from(largest)).expect("scaled");
            reconstructs(&mut s, &name, &[&q, &r], &expected);

            let (u, sigma, vh) = s.svd(&x, full).expect("svd");
            orthonormal(&mut s, &name, &u);
            let v = transpose(&mut s, &vh);
            orthonormal(&mut s, &name, &v);
            let found = values(&mut s, &sigma);
            assert!(
                found.is_sorted_by(|a, b| a >= b) && found.iter().all(|&x| x >= 0.0),
                "{name}: {found:?}"
            );
            let k = m.min(n);
            let (width, height) = (u.shape()[1] as usize, vh.shape()[0] as usize);
            let mut middle = vec![0.0; width * height];
            (0..k).for_each(|i| middle[i * height + i] = found[i] / largest);
            let middle = tensor(&mut s, &[width as u64, height as u64], &middle);
            reconstructs(&mut s, &name, &[&u, &middle, &vh], &expected);
        }
        let (both, pivots) = s.lu(&x).expect("lu");
        let (both, pivots) = (values(&mut s, &both), integers(&mut s, &pivots));
        let mut product = vec![0f64; m * n];
        for i in 0..m {
            for j in 0..n {
                for k in 0..=i.min(j).min(m.min(n) - 1) {
                    let l = if k == i { 1.0 } else { f64::from(both[i * n + k]) };
                    product[i * n + j] += l * f64::from(both[k * n + j]);
                }
            }
        }
        for (i, &j) in pivots.iter().enumerate().rev() {
            (0..n).for_each(|column| product.swap(i * n + column, j as usize * n + column));
        }
        let (expected, largest) = scaled(&a);
        let product: Vec<f32> = product.iter().map(|x| (x / f64::from(largest)) as f32).collect();
        close(&name, &product, &expected);
    }
}

#[test]
fn symmetric_matrices_keep_their_promises() {
    for (name, m, n, a) in matrices() {
        if m != n {
            continue;
        }
        let mut s = session();
        let (a, _) = scaled(&a);
        let symmetric: Vec<f32> =
            (0..n * n).map(|i| if i / n >= i % n { a[i] } else { a[i % n * n + i / n] }).collect();
        let x = tensor(&mut s, &[n as u64, n as u64], &symmetric);
        let (eigenvalues, vectors) = s.eigh(&x).expect("eigh");
        let found = values(&mut s, &eigenvalues);
        assert!(found.is_sorted(), "{name}: {found:?}");
        orthonormal(&mut s, &name, &vectors);
        let turned = transpose(&mut s, &vectors);
        let row = s.reshape(&eigenvalues, &[1, n as i64]).expect("a row");
        let scaled = s.binary(proofhouse_compute::BinaryOp::Mul, &vectors, &row).expect("scaled");
        reconstructs(&mut s, &name, &[&scaled, &turned], &symmetric);
        // x xᵀ + 1 is positive-definite.
        let turned = transpose(&mut s, &x);
        let square = s.matmul(&x, &turned).expect("a product");
        let one: Vec<f32> = (0..n * n).map(|i| if i % (n + 1) == 0 { 1.0 } else { 0.0 }).collect();
        let one = tensor(&mut s, &[n as u64, n as u64], &one);
        let positive = s.binary(proofhouse_compute::BinaryOp::Add, &square, &one).expect("a sum");
        let l = s.cholesky(&positive).expect("cholesky");
        let turned = transpose(&mut s, &l);
        let (expected, largest) = scaled_values(&mut s, &positive);
        let l = s.binary_scalar(proofhouse_compute::BinaryOp::Div, &l, f64::from(largest)).expect("scaled");
        reconstructs(&mut s, &name, &[&l, &turned], &expected);
        let x = s.solve(&positive, &square).expect("a solution");
        let back = s.matmul(&positive, &x).expect("a product");
        let back =
            s.binary_scalar(proofhouse_compute::BinaryOp::Div, &back, f64::from(largest)).expect("scaled");
        let square =
            s.binary_scalar(proofhouse_compute::BinaryOp::Div, &square, f64::from(largest)).expect("scaled");
        close(&name, &values(&mut s, &back), &values(&mut s, &square));
    }
}

#[test]
fn eigenvectors_have_the_signs_of_pytorch() {
    let mut s = session();
    let mut rows = vec![0.0; 25];
    for i in 0..5 {
        for j in 0..=i {
            rows[i * 5 + j] = ((3 * i + 7 * j) % 11) as f32 - 4.0;
        }
    }
    let a = tensor(&mut s, &[5, 5], &rows);
    let (_, vectors) = s.eigh(&a).expect("eigh");
    close(
        "eigenvectors",
        &values(&mut s, &vectors),
        &[
            0.8687923,
            0.1771638,
            0.3163515,
            -0.04739754,
            -0.3338983,
            0.0397242,
            -0.4115949,
            0.5228329,
            -0.5840152,
            0.4632318,
            -0.2387649,
            0.02127849,
            0.738533,
            0.6301646,
            0.0003009439,
            -0.425903,
            0.4427701,
            0.2839288,
            -0.5088241,
            -0.5320187,
            0.07224846,
            0.7763405,
            0.02282394,
            -0.02588759,
            0.6252077,
        ],
    );
}

fn scaled_values(s: &mut Session, x: &Tensor) -> (Vec<f32>, f32) {
    scaled(&values(s, x))
}

#[test]
fn batches_are_decomposed_one_by_one_wherever_they_lie() {
    let mut s = session();
    let all = tensor(&mut s, &[3, 4, 2], &numbers(7, 24, -1.0, 1.1));
    let turned = s.permute(&all, &[1, 0, 2]).expect("a view");
    let (q, r) = s.qr(&turned, false).expect("qr");
    assert_eq!((q.shape(), r.shape()), (vec![4, 3, 2], vec![4, 2, 2]));
    let expected = values(&mut s, &turned);
    reconstructs(&mut s, "a batch", &[&q, &r], &expected);
    let (_, sigma, _) = s.svd(&turned, false).expect("svd");
    assert_eq!(sigma.shape(), [4, 2]);
    let second = s.slice(&turned, 0, 1, 2, 1).expect("one of them");
    let (_, alone, _) = s.svd(&second, false).expect("svd");
    assert_eq!(values(&mut s, &sigma)[2..4], values(&mut s, &alone));
}

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
