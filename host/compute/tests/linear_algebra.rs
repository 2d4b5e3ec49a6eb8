//! Decompositions: PyTorch's numbers and signs, and what every decomposition promises.

mod differences;
mod matrices;

use differences::{numbers, session, tensor, values};
use matrices::{close, orthonormal, transpose};
use proofhouse_compute::{BinaryOp, Dtype, Session, Tensor};

const NAN: f32 = f32::NAN;

/// (4, 3), and what PyTorch 2.15 makes of it.
const A: [f32; 12] = [1., 2., 3., 4., 5., 6., 7., 8., 10., -1., 0.5, 2.];

fn integers(s: &mut Session, x: &Tensor) -> Vec<i64> {
    s.read(x).expect("readable").as_chunks().0.iter().map(|&bytes| i64::from_le_bytes(bytes)).collect()
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

    let (u, sigma, vh) = s.svd(&a, false).expect("svd");
    #[rustfmt::skip]
    close("u", &values(&mut s, &u), &[
        -0.2092098, 0.3814398, 0.2192908, -0.5026429, -0.024928, 0.8058865, -0.8359309, -0.1559671, -0.5262069,
        -0.06928712, 0.9107999, -0.1598903,
    ]);
    close("s", &values(&mut s, &sigma), &[17.45393, 2.136419, 0.2149593]);
    #[rustfmt::skip]
    close("vh", &values(&mut s, &vh), &[
        -0.4584649, -0.5530977, -0.6956241, -0.8054796, -0.07212856, 0.5882176, -0.3755163, 0.8299882, -0.4124406,
    ]);

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
fn samples() -> Vec<(String, usize, usize, Vec<f32>)> {
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
    for (name, m, n, a) in samples() {
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
            let r = s.binary_scalar(BinaryOp::Div, &r, f64::from(largest)).expect("scaled");
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
    for (name, m, n, a) in samples() {
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
        let scaled = s.binary(BinaryOp::Mul, &vectors, &row).expect("scaled");
        reconstructs(&mut s, &name, &[&scaled, &turned], &symmetric);
        // x xᵀ + 1 is positive-definite.
        let turned = transpose(&mut s, &x);
        let square = s.matmul(&x, &turned).expect("a product");
        let one: Vec<f32> = (0..n * n).map(|i| if i % (n + 1) == 0 { 1.0 } else { 0.0 }).collect();
        let one = tensor(&mut s, &[n as u64, n as u64], &one);
        let positive = s.binary(BinaryOp::Add, &square, &one).expect("a sum");
        let l = s.cholesky(&positive).expect("cholesky");
        let turned = transpose(&mut s, &l);
        let (expected, largest) = scaled_values(&mut s, &positive);
        let l = s.binary_scalar(BinaryOp::Div, &l, f64::from(largest)).expect("scaled");
        reconstructs(&mut s, &name, &[&l, &turned], &expected);
        let x = s.solve(&positive, &square).expect("a solution");
        let back = s.matmul(&positive, &x).expect("a product");
        let back = s.binary_scalar(BinaryOp::Div, &back, f64::from(largest)).expect("scaled");
        let square = s.binary_scalar(BinaryOp::Div, &square, f64::from(largest)).expect("scaled");
        close(&name, &values(&mut s, &back), &values(&mut s, &square));
    }
}

#[test]
fn vectors_have_the_signs_of_pytorch() {
    let mut s = session();
    let mut rows = vec![0.0; 25];
    for i in 0..5 {
        for j in 0..=i {
            rows[i * 5 + j] = ((3 * i + 7 * j) % 11) as f32 - 4.0;
        }
    }
    for (m, n, first) in [(3, 1, [0.26726124, 1.0]), (1, 3, [-1.0, -0.26726124])] {
        let line = tensor(&mut s, &[m, n], &[1., 2., 3.]);
        let (u, _, vh) = s.svd(&line, false).expect("svd");
        close("a line", &[values(&mut s, &u)[0], values(&mut s, &vh)[0]], &first);
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
fn f64_keeps_its_digits() {
    let mut s = session();
    let wide = |s: &mut Session, shape: &[u64], x: &[f64]| {
        let bytes: Vec<u8> = x.iter().flat_map(|x| x.to_le_bytes()).collect();
        s.create(Dtype::F64, shape, &bytes).expect("a tensor of the given values")
    };
    let read = |s: &mut Session, x: &Tensor| -> Vec<f64> {
        s.read(x).expect("readable").as_chunks().0.iter().map(|&bytes| f64::from_le_bytes(bytes)).collect()
    };
    let hilbert: Vec<f64> = (0..25).map(|i| 1.0 / (i / 5 + i % 5 + 1) as f64).collect();
    let a = wide(&mut s, &[5, 5], &hilbert);
    // From torch, of the same matrix.
    let smallest = 3.287928772171e-6;
    let (_, sigma, _) = s.svd(&a, false).expect("svd");
    assert!((read(&mut s, &sigma)[4] / smallest - 1.0).abs() < 1e-9);
    let (eigenvalues, _) = s.eigh(&a).expect("eigh");
    assert!((read(&mut s, &eigenvalues)[0] / smallest - 1.0).abs() < 1e-9);
    let (q, r) = s.qr(&a, false).expect("qr");
    let back = s.matmul(&q, &r).expect("a product");
    let l = s.cholesky(&a).expect("cholesky");
    let turned = transpose(&mut s, &l);
    let square = s.matmul(&l, &turned).expect("a product");
    let one: Vec<f64> = (0..25).map(|i| if i % 6 == 0 { 1.0 } else { 0.0 }).collect();
    let one = wide(&mut s, &[5, 5], &one);
    let inverse = s.solve(&a, &one).expect("a solution");
    let again = s.matmul(&inverse, &a).expect("a product");
    let (both, pivots) = s.lu(&a).expect("lu");
    assert_eq!((both.dtype(), pivots.dtype()), (Dtype::F64, Dtype::I64));
    for (found, expected, tolerance) in [(back, &a, 1e-15), (square, &a, 1e-15), (again, &one, 1e-9)] {
        let (found, expected) = (read(&mut s, &found), read(&mut s, expected));
        assert!(found.iter().zip(&expected).all(|(a, b)| (a - b).abs() < tolerance), "{found:?}");
    }
}
