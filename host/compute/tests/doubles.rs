//! `f64` is computed in `f64`: function values against 60 digits, gradients against differences too small for `f32`.

use std::collections::BTreeMap;

use proofhouse_compute::{
    AdamW, AdamWState, BinaryOp, CumulativeOp, DeviceModel, Dtype, Limits, ReduceOp, Result, ScatterOp,
    Session, Tensor, UnaryOp,
};

fn session() -> Session {
    let model = DeviceModel {
        name: "test".into(),
        flops_per_second: 1e10,
        bytes_per_second: 1e10,
        launch_seconds: 1e-6,
        instructions_per_second: 1e9,
    };
    Session::new(model, Limits { tensor_bytes: 1 << 28, tensors: 100_000, elements_per_operation: 1 << 24 })
}

fn tensor(s: &mut Session, shape: &[u64], values: &[f64]) -> Tensor {
    let bytes: Vec<u8> = values.iter().flat_map(|x| x.to_le_bytes()).collect();
    s.create(Dtype::F64, shape, &bytes).expect("a tensor of the given values")
}

fn values(s: &mut Session, x: &Tensor) -> Vec<f64> {
    assert_eq!(x.dtype(), Dtype::F64);
    s.read(x).expect("readable").as_chunks().0.iter().map(|&bytes| f64::from_le_bytes(bytes)).collect()
}

/// Numbers in [low, high) without a pattern.
fn numbers(seed: u64, n: u64, low: f64, high: f64) -> Vec<f64> {
    let at = |i: u64| ((seed * 1000 + i) as f64 * 0.618_033_988_749_894_9).fract();
    (0..n).map(|i| low + at(i) * (high - low)).collect()
}

/// One function at the points `x`: its values and derivatives to 60 digits (mpmath 1.3), rounded.
#[derive(serde::Deserialize)]
struct Golden {
    x: Vec<f64>,
    y: Vec<f64>,
    slope: Vec<f64>,
}

fn golden() -> BTreeMap<String, Golden> {
    serde_json::from_str(include_str!("golden/functions.json")).expect("the golden numbers")
}

#[test]
fn functions_and_derivatives_have_twelve_digits() {
    let golden = golden();
    let mut s = session();
    for &op in UnaryOp::ALL {
        let Some(golden) = golden.get(op.name()) else { continue };
        let initial = tensor(&mut s, &[golden.x.len() as u64], &golden.x);
        let x = s.parameter(&initial).expect("a leaf");
        let y = s.unary(op, &x).expect("defined");
        let ones = s.full(Dtype::F64, &x.shape(), 1.0).expect("ones");
        let gradient = s.backward(&y, Some(&ones), true).expect("a derivative").remove(0).1;
        let (y, slope) = (values(&mut s, &y), values(&mut s, &gradient));
        for i in 0..golden.x.len() {
            let off = |a: f64, b: f64| (a - b).abs() / b.abs();
            let (x, name) = (golden.x[i], op.name());
            assert!(off(y[i], golden.y[i]) < 1e-12, "{name}({x}): {} is not {}", y[i], golden.y[i]);
            // Where a derivative is computed from an output near its bound, digits are lost, there as here.
            let close = off(slope[i], golden.slope[i]) < 1e-12 || (slope[i] - golden.slope[i]).abs() < 1e-14;
            assert!(close, "{name}'({x}): {} is not {}", slope[i], golden.slope[i]);
        }
    }
}

#[test]
fn functions_of_f32_are_their_doubles_rounded() {
    let mut s = session();
    for (name, golden) in golden() {
        let op = *UnaryOp::ALL.iter().find(|op| op.name() == name).expect("every function has its numbers");
        let x = tensor(&mut s, &[golden.x.len() as u64], &golden.x);
        let single = s.cast(&x, Dtype::F32).expect("rounded");
        let x = s.cast(&single, Dtype::F64).expect("the same");
        let exact = s.unary(op, &x).expect("defined");
        let rounded = s.unary(op, &single).expect("defined");
        let rounded = s.cast(&rounded, Dtype::F64).expect("the same");
        let (x, exact, rounded) = (values(&mut s, &x), values(&mut s, &exact), values(&mut s, &rounded));
        for i in 0..exact.len() {
            let off = (exact[i] - rounded[i]).abs() / exact[i].abs();
            assert!(off < 8.0 * f64::from(f32::EPSILON), "{name}({}): {} {}", x[i], exact[i], rounded[i]);
        }
    }
}

#[test]
fn edges_are_those_of_pytorch() {
    const INF: f64 = f64::INFINITY;
    const NAN: f64 = f64::NAN;
    let cases: &[(UnaryOp, &[f64], &[f64])] = &[
        (UnaryOp::Digamma, &[0.0, -0.0, -1.0, INF, -INF, NAN], &[-INF, INF, NAN, INF, NAN, NAN]),
        (UnaryOp::Lgamma, &[0.0, -0.0, -1.0, 1.0, INF, -INF, NAN], &[INF, INF, INF, 0.0, INF, INF, NAN]),
        (UnaryOp::Erfinv, &[0.0, -1.0, 1.0, 1.5, NAN], &[0.0, -INF, INF, NAN, NAN]),
        (UnaryOp::LogSigmoid, &[-INF, INF, -1e300, NAN], &[-INF, 0.0, -1e300, NAN]),
        (UnaryOp::Acosh, &[1.0, 0.5, INF], &[0.0, NAN, INF]),
        (UnaryOp::Atanh, &[1.0, -1.0, 2.0], &[INF, -INF, NAN]),
        (UnaryOp::Log2, &[0.0, -1.0], &[-INF, NAN]),
        (UnaryOp::Sign, &[NAN, -0.0, -3.0], &[0.0, 0.0, -1.0]),
        (UnaryOp::Erfc, &[INF, -INF], &[0.0, 2.0]),
    ];
    let mut s = session();
    for dtype in [Dtype::F64, Dtype::F32, Dtype::F16] {
        for (op, x, y) in cases {
            let x = tensor(&mut s, &[x.len() as u64], x);
            let x = s.cast(&x, dtype).expect("rounded");
            let found = s.unary(*op, &x).expect("defined");
            let found = s.cast(&found, Dtype::F64).expect("widened");
            for (found, y) in values(&mut s, &found).into_iter().zip(*y) {
                let y = if dtype == Dtype::F16 && y.abs() == 1e300 { INF.copysign(*y) } else { *y };
                let y = if dtype == Dtype::F32 { f64::from(y as f32) } else { y };
                assert!(
                    found == y || (found.is_nan() && y.is_nan()),
                    "{op:?} on {dtype}: {found} is not {y}"
                );
            }
        }
    }
}

type Function<'a> = &'a dyn Fn(&mut Session, &[Tensor]) -> Result<Tensor>;

/// Compares `backward` with central differences of Σ w·f at every element: seven digits, all that `f32` has.
fn check(name: &str, inputs: &[(&[u64], Vec<f64>)], f: Function<'_>) {
    let mut s = session();
    let leaves: Vec<Tensor> = inputs
        .iter()
        .map(|(shape, x)| {
            let initial = tensor(&mut s, shape, x);
            s.parameter(&initial).expect("a leaf")
        })
        .collect();
    let y = f(&mut s, &leaves).unwrap_or_else(|e| panic!("{name}: {e}"));
    let weights = numbers(9, y.element_count(), -1.0, 1.5);
    let w = tensor(&mut s, &y.shape(), &weights);
    let gradients = s.backward(&y, Some(&w), true).unwrap_or_else(|e| panic!("{name}: {e}"));
    s.set_recording(false);
    for (i, (_, gradient)) in gradients.iter().enumerate() {
        let gradient = values(&mut s, gradient);
        for (j, &got) in gradient.iter().enumerate() {
            let mut at = |by: f64| -> f64 {
                let mut moved = inputs.to_vec();
                moved[i].1[j] += by;
                let t: Vec<Tensor> = moved.iter().map(|(shape, x)| tensor(&mut s, shape, x)).collect();
                let y = f(&mut s, &t).expect("works without a record as well");
                values(&mut s, &y).iter().zip(&weights).map(|(y, w)| y * w).sum()
            };
            let expected = (at(1e-5) - at(-1e-5)) / 2e-5;
            let near = (got - expected).abs() <= 2e-9 * (1.0 + expected.abs());
            assert!(near, "{name}: input {i} element {j}: {got} instead of {expected}");
        }
    }
}

#[test]
fn pairs_and_reductions() {
    use BinaryOp::*;
    let (a, b): (&[u64], &[u64]) = (&[2, 3], &[3]);
    for op in [Add, Sub, Mul, Div, Pow, Maximum, Minimum, Atan2, Remainder, Fmod] {
        let (x, y) = (numbers(1, 6, 1.1, 2.9), numbers(2, 3, 0.4, 0.9));
        check(op.name(), &[(a, x.clone()), (b, y)], &|s, t| s.binary(op, &t[0], &t[1]));
        check(op.name(), &[(a, x.clone())], &|s, t| s.binary_scalar(op, &t[0], 0.313));
        check(op.name(), &[(a, x)], &|s, t| s.scalar_binary(op, 0.313, &t[0]));
    }
    for &op in ReduceOp::ALL {
        if !matches!(op, ReduceOp::Argmax | ReduceOp::Argmin) {
            for dims in [&[][..], &[0], &[1], &[2]] {
                let x = numbers(3, 24, -1.0, 2.0);
                check(op.name(), &[(&[2, 3, 4], x)], &|s, t| s.reduce(op, &t[0], dims, false));
            }
        }
    }
}

#[test]
fn rearrangements_and_products() {
    let x = || (&[3u64, 4][..], numbers(4, 12, -1.0, 1.0));
    let ids = |s: &mut Session, shape: &[u64], ids: &[i64]| {
        let bytes: Vec<u8> = ids.iter().flat_map(|i| i.to_le_bytes()).collect();
        s.create(Dtype::I64, shape, &bytes)
    };
    check("select", &[x(), (&[4], numbers(5, 4, -1.0, 1.0))], &|s, t| {
        let mask = s.binary(BinaryOp::Gt, &t[0], &t[1])?;
        s.select(&mask, &t[0], &t[1])
    });
    check("concat", &[x(), x()], &|s, t| s.concat(&[&t[0], &t[1], &t[0]], 1));
    check("slices", &[x()], &|s, t| {
        let part = s.slice(&t[0], 1, 0, 4, 2)?;
        let other = s.slice(&t[0], 1, 1, 3, 1)?;
        s.binary(BinaryOp::Mul, &part, &other)
    });
    check("index_select", &[x()], &|s, t| {
        let index = ids(s, &[4], &[2, 0, 2, 1])?;
        s.index_select(&t[0], &index, 0)
    });
    check("gather", &[x()], &|s, t| {
        let index = ids(s, &[2, 2], &[2, 0, 2, 1])?;
        s.gather(&t[0], &index, 0)
    });
    for op in [ScatterOp::Replace, ScatterOp::Add, ScatterOp::Multiply, ScatterOp::Maximum] {
        check("scatter", &[x(), (&[2, 4], numbers(5, 8, -1.0, 1.0))], &|s, t| {
            let index = ids(s, &[2, 4], &[2, 0, 2, 1, 0, 1, 1, 0])?;
            s.scatter(op, &t[0], &index, &t[1], 0)
        });
    }
    for &op in CumulativeOp::ALL {
        check(op.name(), &[x()], &|s, t| s.cumulative(op, &t[0], 1));
    }
    check("unfold", &[x()], &|s, t| s.unfold(&t[0], 1, 3, 1));
    check("sort", &[x()], &|s, t| Ok(s.sort(&t[0], 1, true)?.0));
    check("matmul", &[x(), (&[2, 4, 2], numbers(6, 16, -1.0, 1.0))], &|s, t| s.matmul(&t[0], &t[1]));
    let mut s = session();
    let x = tensor(&mut s, &[3], &[1.0, 1e-12, 1e-12]);
    let sums = s.reduce(ReduceOp::Sum, &x, &[], false).expect("a sum");
    assert_eq!(values(&mut s, &sums), [1.0 + 1e-12 + 1e-12]);
    let ordered = s.sort(&x, 0, false).expect("sorted").0;
    assert_eq!(values(&mut s, &ordered), [1e-12, 1e-12, 1.0]);
}

#[test]
fn layers() {
    let x = || (&[2u64, 3, 5][..], numbers(4, 30, -1.0, 1.0));
    let row = |seed| (&[5u64][..], numbers(seed, 5, 0.5, 1.5));
    for log in [false, true] {
        check("softmax", &[x()], &|s, t| s.softmax(&t[0], -1, log));
        check("softmax", &[x()], &|s, t| s.softmax(&t[0], 1, log));
    }
    check("layer_norm", &[x(), row(7), row(8)], &|s, t| s.layer_norm(&t[0], Some(&t[1]), Some(&t[2]), 1e-5));
    check("rms_norm", &[x(), row(7)], &|s, t| s.rms_norm(&t[0], Some(&t[1]), 1e-5));
    let weight = || (&[4u64, 5][..], numbers(9, 20, -1.0, 1.0));
    check("linear", &[x(), weight(), (&[4], numbers(3, 4, -1.0, 1.0))], &|s, t| {
        s.linear(&t[0], &t[1], Some(&t[2]))
    });
    let head = |seed| (&[1u64, 2, 3, 4][..], numbers(seed, 24, -1.0, 1.0));
    for causal in [false, true] {
        check("attention", &[head(1), head(2), head(3)], &|s, t| {
            s.attention(&t[0], &t[1], &t[2], causal, None)
        });
    }
    let targets: Vec<u8> = [3i64, 0, -1].iter().flat_map(|x| x.to_le_bytes()).collect();
    check("cross_entropy", &[(&[3, 4], numbers(5, 12, -2.0, 2.0))], &|s, t| {
        let targets = s.create(Dtype::I64, &[3], &targets)?;
        s.cross_entropy(&t[0], &targets, Some(-1))
    });
    check("embedding", &[weight()], &|s, t| {
        let targets = s.create(Dtype::I64, &[3], &2i64.to_le_bytes().repeat(3))?;
        s.embedding(&t[0], &targets)
    });
}

#[test]
fn training_keeps_the_digits() {
    let mut s = session();
    let start = [1.0 + 1e-12, -2.0];
    let initial = tensor(&mut s, &[2], &start);
    let x = s.parameter(&initial).expect("a leaf");
    let gradient = tensor(&mut s, &[2], &[0.3, -1e-9]);
    let hyper = AdamW { lr: 1e-3, beta1: 0.9, beta2: 0.999, eps: 1e-8, weight_decay: 0.01 };
    let mut state = AdamWState::new();
    s.adamw_step(&mut state, &[&x], &[&gradient], hyper).expect("a step");
    let found = values(&mut s, &x);
    for (i, g) in [0.3, -1e-9f64].into_iter().enumerate() {
        // After one step both corrected moments are the gradient's own.
        let expected = start[i] * (1.0 - 1e-5) - 1e-3 * g / (g.abs() + 1e-8);
        assert!((found[i] - expected).abs() < 1e-15, "{} is not {expected}", found[i]);
    }
    let long = tensor(&mut s, &[2], &[3.0 * (1.0 + 1e-13), 4.0]);
    let norm = s.clip_gradient_norm(&[&long], 1.0).expect("a norm");
    assert!((norm - (9.0 * (1.0 + 2e-13) + 16.0f64).sqrt()).abs() < 1e-15);
    let factor = 1.0 / (norm + 1e-6);
    assert_eq!(values(&mut s, &long), [3.0 * (1.0 + 1e-13) * factor, 4.0 * factor]);
}

#[test]
fn decompositions_keep_the_digits() {
    let mut s = session();
    let root = tensor(&mut s, &[4, 4], &numbers(8, 16, -1.0, 1.0));
    let turned = s.permute(&root, &[1, 0]).expect("a transpose");
    let a = s.matmul(&root, &turned).expect("a positive definite matrix");
    let expected = values(&mut s, &a);
    let near = |s: &mut Session, name: &str, product: &Tensor| {
        for (found, expected) in values(s, product).iter().zip(&expected) {
            assert!((found - expected).abs() < 1e-13, "{name}: {found} is not {expected}");
        }
    };
    let l = s.cholesky(&a).expect("a factor");
    let upper = s.permute(&l, &[1, 0]).expect("its transpose");
    let product = s.matmul(&l, &upper).expect("a product");
    near(&mut s, "cholesky", &product);
    let (q, r) = s.qr(&a, false).expect("factors");
    let product = s.matmul(&q, &r).expect("a product");
    near(&mut s, "qr", &product);
    let (w, v) = s.eigh(&a).expect("eigenvalues");
    let scaled = s.binary(BinaryOp::Mul, &v, &w).expect("columns times their values");
    let turned = s.permute(&v, &[1, 0]).expect("a transpose");
    let product = s.matmul(&scaled, &turned).expect("a product");
    near(&mut s, "eigh", &product);
    let (u, w, vh) = s.svd(&a, false).expect("factors");
    let scaled = s.binary(BinaryOp::Mul, &u, &w).expect("columns times their values");
    let product = s.matmul(&scaled, &vh).expect("a product");
    near(&mut s, "svd", &product);
    let x = s.solve(&l, &a).expect("a solution");
    let product = s.matmul(&l, &x).expect("a product");
    near(&mut s, "solve", &product);
}
