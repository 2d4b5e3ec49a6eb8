//! Derivatives of derivatives: recorded reverse passes against differences of derivatives of one order less.

mod differences;

use differences::{Function, ids, numbers, session, tensor, values};
use proofhouse_compute::{
    BinaryOp, CumulativeOp, Dtype, ReduceOp, Result, Root, ScatterOp, Session, Stop, Tensor, UnaryOp,
};

type Inputs = [(&'static [u64], Vec<f32>)];

fn leaves(s: &mut Session, inputs: &Inputs) -> Vec<Tensor> {
    let leaf = |(shape, values): &(&'static [u64], Vec<f32>)| {
        let initial = tensor(s, shape, values);
        s.parameter(&initial).expect("a leaf")
    };
    inputs.iter().map(leaf).collect()
}

fn recorded(s: &mut Session, y: &Tensor, inputs: &[&Tensor]) -> Result<Vec<Option<Tensor>>> {
    let mut pass = s.reverse_pass(&[Root { output: y, gradient: None }], Some(inputs), true, true)?;
    assert!(matches!(s.advance(&mut pass)?, Stop::Done));
    s.input_gradients(&pass)
}

/// Σ w·x for random w.
fn weighted(s: &mut Session, x: &Tensor, seed: u64) -> Result<Tensor> {
    let weights = numbers(seed, x.element_count() as usize, -1.0, 1.5);
    let w = tensor(s, &x.shape(), &weights);
    let product = s.binary(BinaryOp::Mul, x, &w)?;
    s.reduce(ReduceOp::Sum, &product, &[], false)
}

/// `order` times in a row, a random mixture of all derivatives of what came before; first of Σ of the last input
/// times `f` of the others, so that derivatives by the incoming gradient are in it.
fn derivative(s: &mut Session, t: &[Tensor], f: Function<'_>, order: usize) -> Result<Tensor> {
    let (last, inputs) = t.split_last().expect("the factor");
    let y = f(s, inputs)?;
    let scaled = s.binary(BinaryOp::Mul, &y, last)?;
    let mut scalar = s.reduce(ReduceOp::Sum, &scaled, &[], false)?;
    let all: Vec<&Tensor> = t.iter().collect();
    for k in 0..order {
        let mut next = s.full(Dtype::F32, &[], 0.0)?;
        if s.requires_gradient(&scalar) {
            for (i, gradient) in recorded(s, &scalar, &all)?.into_iter().enumerate() {
                let Some(gradient) = gradient else { continue };
                let part = weighted(s, &gradient, (100 * k + i) as u64)?;
                next = s.binary(BinaryOp::Add, &next, &part)?;
            }
        }
        scalar = next;
    }
    Ok(scalar)
}

/// Compares the derivatives of `derivative(order)` with its differences.
fn check_order(name: &str, inputs: &Inputs, f: Function<'_>, order: usize) {
    let mut s = session();
    let t = leaves(&mut s, inputs);
    let scalar = derivative(&mut s, &t, f, order).unwrap_or_else(|e| panic!("{name}: {e}"));
    let found = if s.requires_gradient(&scalar) {
        let all: Vec<&Tensor> = t.iter().collect();
        s.gradients(&scalar, &all, None, true).unwrap_or_else(|e| panic!("{name}: {e}"))
    } else {
        vec![None; t.len()]
    };
    for (i, (_, base)) in inputs.iter().enumerate() {
        let got = found[i].as_ref().map(|gradient| values(&mut s, gradient));
        for j in 0..base.len() {
            let at = |by: f32| {
                let mut moved = inputs.to_vec();
                moved[i].1[j] += by;
                let mut s = session();
                let t = leaves(&mut s, &moved);
                let scalar = derivative(&mut s, &t, f, order).expect("works nearby as well");
                (f64::from(values(&mut s, &scalar)[0]), f64::from(moved[i].1[j]))
            };
            let ((up, to), (down, from)) = (at(4e-3), at(-4e-3));
            let expected = (up - down) / (to - from);
            let got = got.as_ref().map_or(0.0, |got| f64::from(got[j]));
            assert!(
                (got - expected).abs() < 2e-2 + 2e-2 * expected.abs(),
                "{name}, order {}: input {i} element {j}: {got} instead of {expected}",
                order + 1
            );
        }
    }
}

/// Checks the second and, of few elements, the third derivatives of `f`, and that a recorded pass finds the same
/// first derivatives as one that is not.
fn check(name: &str, inputs: &Inputs, f: Function<'_>) {
    let mut s = session();
    let t = leaves(&mut s, inputs);
    let y = f(&mut s, &t).unwrap_or_else(|e| panic!("{name}: {e}"));
    let factor = numbers(7, y.element_count() as usize, -1.0, 1.5);
    let scalar = weighted(&mut s, &y, 7).expect("a sum");
    let all: Vec<&Tensor> = t.iter().collect();
    let plain = s.gradients(&scalar, &all, None, true).unwrap_or_else(|e| panic!("{name}: {e}"));
    let again = recorded(&mut s, &scalar, &all).unwrap_or_else(|e| panic!("{name}: {e}"));
    for (i, (a, b)) in plain.iter().zip(&again).enumerate() {
        assert_eq!(a.is_some(), b.is_some(), "{name}: input {i}");
        let (Some(a), Some(b)) = (a, b) else { continue };
        for (a, b) in values(&mut s, a).iter().zip(values(&mut s, b)) {
            assert!((a - b).abs() <= 1e-5 + 1e-4 * b.abs(), "{name}: input {i}: {a} and, recorded, {b}");
        }
    }
    let shape: &'static [u64] = Box::leak(y.shape().into_boxed_slice());
    let mut all = inputs.to_vec();
    all.push((shape, factor));
    check_order(name, &all, f, 1);
    if inputs.iter().map(|(_, values)| values.len()).sum::<usize>() <= 24 {
        check_order(name, &all, f, 2);
    }
}

#[test]
fn unary_operations() {
    use UnaryOp::*;
    for &op in UnaryOp::ALL {
        let (low, high) = match op {
            IsNan | IsFinite | LogicalNot | BitwiseNot | Lgamma | Digamma => continue,
            Log | Log1p | Log2 | Log10 | Sqrt | Rsqrt | Reciprocal => (0.7, 1.5),
            Asin | Acos | Atanh | Erfinv | Tan => (-0.57, 0.63),
            Acosh => (1.6, 2.3),
            _ => (-1.03, 1.5),
        };
        check(op.name(), &[(&[2, 3], numbers(1, 6, low, high))], &|s, t| s.unary(op, &t[0]));
    }
    let inputs: [(&[u64], Vec<f32>); 2] = [(&[3], numbers(1, 3, 0.9, 2.0)), (&[3], vec![1.0, -0.5, 0.7])];
    check_order("lgamma", &inputs, &|s, t| s.unary(Lgamma, &t[0]), 1);
}

#[test]
fn what_has_no_further_derivative_says_so() {
    let mut s = session();
    let x = tensor(&mut s, &[], &[1.5]);
    let x = s.parameter(&x).expect("a leaf");
    let y = s.unary(UnaryOp::Digamma, &x).expect("digamma");
    let slope = recorded(&mut s, &y, &[&x]).expect("trigamma").remove(0).expect("by x");
    assert!((values(&mut s, &slope)[0] - 0.934_802_2).abs() < 1e-5);
    let error = s.gradients(&slope, &[&x], None, true).expect_err("nobody has written it");
    assert_eq!(error.code, proofhouse_compute::Code::Gradient);
}

#[test]
fn binary_operations() {
    use BinaryOp::*;
    for op in [Add, Sub, Mul, Div, Pow, Maximum, Minimum, Atan2] {
        let a = numbers(2, 4, 0.7, 1.6);
        let b: Vec<f32> = numbers(3, 2, 0.8, 1.5).iter().map(|b| b + 0.03).collect();
        check(op.name(), &[(&[2, 2], a), (&[2, 1], b)], &|s, t| s.binary(op, &t[0], &t[1]));
        let x = numbers(4, 3, 0.7, 1.6);
        check(op.name(), &[(&[3], x.clone())], &|s, t| s.binary_scalar(op, &t[0], 1.37));
        check(op.name(), &[(&[3], x)], &|s, t| s.scalar_binary(op, 1.37, &t[0]));
    }
    for exponent in [0.0, 1.0, 2.0, 3.0, 4.0, 0.5, -1.0, -0.5] {
        check("pow", &[(&[3], numbers(4, 3, 0.7, 1.6))], &|s, t| s.binary_scalar(Pow, &t[0], exponent));
    }
    for op in [Remainder, Fmod] {
        let inputs: [(&[u64], Vec<f32>); 2] = [(&[3], vec![5.3, -5.3, 7.1]), (&[3], vec![2.0, 3.0, -2.5])];
        check(op.name(), &inputs, &|s, t| s.binary(op, &t[0], &t[1]));
    }
}

#[test]
fn reductions() {
    for &op in ReduceOp::ALL {
        if matches!(op, ReduceOp::Argmax | ReduceOp::Argmin) {
            continue;
        }
        for dims in [&[][..], &[1], &[0, 2]] {
            let x = numbers(5, 12, -1.3, 1.5);
            check(op.name(), &[(&[2, 3, 2], x)], &|s, t| s.reduce(op, &t[0], dims, false));
        }
    }
    let x = vec![0.0, 1.2, -0.7, 0.0, 0.0, 1.4];
    check("product with zeros", &[(&[2, 3], x)], &|s, t| s.reduce(ReduceOp::Prod, &t[0], &[1], true));
}

/// x² and on: what is rearranged has to have second derivatives.
fn squared(s: &mut Session, x: &Tensor) -> Result<Tensor> {
    s.unary(UnaryOp::Square, x)
}

#[test]
fn views_and_rearrangements() {
    let x = || (&[2u64, 3, 2][..], numbers(6, 12, -1.0, 1.0));
    check("reshape", &[x()], &|s, t| {
        let turned = s.permute(&t[0], &[1, 0, 2])?;
        let flat = s.reshape(&turned, &[4, -1])?;
        squared(s, &flat)
    });
    check("expand", &[(&[3, 1], numbers(6, 3, -1.0, 1.0))], &|s, t| {
        let wide = s.expand(&t[0], &[2, 3, 2])?;
        s.unary(UnaryOp::Sin, &wide)
    });
    check("slices that overlap", &[x()], &|s, t| {
        let a = s.slice(&t[0], 1, 0, 2, 1)?;
        let b = s.slice(&t[0], 1, -2, 3, 1)?;
        s.binary(BinaryOp::Mul, &a, &b)
    });
    check("slice of a permuted", &[x()], &|s, t| {
        let a = squared(s, &t[0])?;
        let a = s.permute(&a, &[1, 2, 0])?;
        let a = s.slice(&a, 0, 0, 3, 2)?;
        let a = s.permute(&a, &[2, 0, 1])?;
        s.binary(BinaryOp::Mul, &a, &a)
    });
    check("cat", &[x(), (&[2, 1, 2], numbers(7, 4, -1.0, 1.0))], &|s, t| {
        let joined = s.concat(&[&t[0], &t[1], &t[0]], 1)?;
        squared(s, &joined)
    });
    for &op in CumulativeOp::ALL {
        check(op.name(), &[x()], &|s, t| {
            let running = s.cumulative(op, &t[0], 1)?;
            squared(s, &running)
        });
    }
    check("unfold", &[x()], &|s, t| {
        let windows = s.unfold(&t[0], 1, 2, 1)?;
        squared(s, &windows)
    });
    check("sort", &[x()], &|s, t| {
        let sorted = s.sort(&t[0], 1, true)?.0;
        squared(s, &sorted)
    });
    check("where", &[x(), (&[2], numbers(8, 2, -1.0, 1.0))], &|s, t| {
        let zero = s.full(Dtype::F32, &[], 0.0)?;
        let mask = s.binary(BinaryOp::Gt, &t[0], &zero)?;
        let a = squared(s, &t[0])?;
        let b = squared(s, &t[1])?;
        s.select(&mask, &a, &b)
    });
    check("cast", &[x()], &|s, t| {
        let same = s.cast(&t[0], Dtype::F32)?;
        squared(s, &same)
    });
}

#[test]
fn indexing() {
    let x = || (&[3u64, 2][..], numbers(9, 6, -1.0, 1.0));
    check("gather", &[x()], &|s, t| {
        let index = ids(s, &[2, 2], &[0, 2, 2, 2]);
        let found = s.gather(&t[0], &index, 0)?;
        squared(s, &found)
    });
    check("index_select with an index twice", &[x()], &|s, t| {
        let index = ids(s, &[4], &[2, 0, 0, 1]);
        let found = s.index_select(&t[0], &index, 0)?;
        squared(s, &found)
    });
    for &op in ScatterOp::ALL {
        check(op.name(), &[x(), (&[2, 3], numbers(10, 6, -1.03, 1.0))], &|s, t| {
            let index = ids(s, &[2, 2], &[0, 2, 2, 1]);
            let joined = s.scatter(op, &t[0], &index, &t[1], 0)?;
            squared(s, &joined)
        });
    }
    check("embedding", &[x()], &|s, t| {
        let index = ids(s, &[2, 2], &[2, 0, 2, 1]);
        let rows = s.embedding(&t[0], &index)?;
        s.unary(UnaryOp::Exp, &rows)
    });
}

#[test]
fn products() {
    let n = |seed, count| numbers(seed, count, -1.0, 1.0);
    check("matmul", &[(&[2, 3], n(11, 6)), (&[2, 3, 2], n(12, 12))], &|s, t| s.matmul(&t[0], &t[1]));
    check("matmul of vectors", &[(&[3], n(11, 3)), (&[3], n(12, 3))], &|s, t| s.matmul(&t[0], &t[1]));
    check("linear", &[(&[2, 2, 3], n(13, 12)), (&[2, 3], n(14, 6)), (&[2], n(15, 2))], &|s, t| {
        let y = s.linear(&t[0], &t[1], Some(&t[2]))?;
        s.unary(UnaryOp::Tanh, &y)
    });
}

#[test]
fn layers() {
    let n = |seed, count| numbers(seed, count, -1.2, 1.4);
    for log in [false, true] {
        for dim in [0, 1] {
            check("softmax", &[(&[2, 3], n(16, 6))], &|s, t| s.softmax(&t[0], dim, log));
        }
    }
    check("layer_norm", &[(&[2, 4], n(17, 8)), (&[4], n(18, 4)), (&[4], n(19, 4))], &|s, t| {
        s.layer_norm(&t[0], Some(&t[1]), Some(&t[2]), 0.1)
    });
    check("layer_norm, no weight", &[(&[2, 4], n(17, 8)), (&[4], n(19, 4))], &|s, t| {
        s.layer_norm(&t[0], None, Some(&t[1]), 0.1)
    });
    check("rms_norm", &[(&[2, 4], n(17, 8)), (&[4], n(18, 4))], &|s, t| s.rms_norm(&t[0], Some(&t[1]), 0.1));
    check("rms_norm, no weight", &[(&[2, 4], n(17, 8))], &|s, t| s.rms_norm(&t[0], None, 0.1));
    for ignore in [None, Some(2), Some(-100)] {
        check("cross_entropy", &[(&[3, 4], n(20, 12))], &|s, t| {
            let last = if ignore == Some(-100) { -100 } else { 0 };
            let targets = ids(s, &[3], &[1, 2, last]);
            s.cross_entropy(&t[0], &targets, ignore)
        });
    }
    for causal in [false, true] {
        let inputs: [(&[u64], Vec<f32>); 3] =
            [(&[1, 1, 2, 2], n(21, 4)), (&[1, 1, 3, 2], n(22, 6)), (&[1, 1, 3, 2], n(23, 6))];
        check("attention", &inputs, &|s, t| s.attention(&t[0], &t[1], &t[2], causal, Some(0.7)));
    }
}

#[test]
fn inputs_of_a_layer_that_depend_on_each_other() {
    // The weight is computed from x: its gradient must not be taken for that of x.
    check("rms_norm", &[(&[2, 3], numbers(24, 6, -1.0, 1.2))], &|s, t| {
        let weight = s.reduce(ReduceOp::Sum, &t[0], &[0], false)?;
        s.rms_norm(&t[0], Some(&weight), 0.1)
    });
    check("attention on itself", &[(&[1, 1, 2, 2], numbers(25, 4, -1.0, 1.2))], &|s, t| {
        s.attention(&t[0], &t[0], &t[0], true, None)
    });
}

#[test]
fn layers_of_doubles() {
    check(
        "attention, norm and cross entropy in f64",
        &[(&[1, 1, 2, 2], numbers(26, 4, -1.0, 1.2))],
        &|s, t| {
            let x = s.cast(&t[0], Dtype::F64)?;
            let part = s.slice(&x, 2, 0, 1, 1)?;
            let y = s.attention(&part, &x, &x, false, None)?;
            let y = s.layer_norm(&y, None, None, 0.1)?;
            let y = s.binary(BinaryOp::Mul, &y, &part)?;
            let rows = s.reshape(&y, &[1, 2])?;
            let target = ids(s, &[1], &[1]);
            let y = s.cross_entropy(&rows, &target, None)?;
            s.cast(&y, Dtype::F32)
        },
    );
}

#[test]
fn a_gradient_penalty_trains() {
    // Σ |d tanh(w x) / dx|², by w: 2 w (1 - tanh²)² (1 - 2 w x tanh) for one element.
    let mut s = session();
    let (w, x) = (0.8f64, 0.6f64);
    let (wt, xt) = (tensor(&mut s, &[1], &[w as f32]), tensor(&mut s, &[1], &[x as f32]));
    let (wt, xt) = (s.parameter(&wt).expect("a leaf"), s.parameter(&xt).expect("a leaf"));
    let product = s.binary(BinaryOp::Mul, &wt, &xt).expect("a product");
    let y = s.unary(UnaryOp::Tanh, &product).expect("tanh");
    let slope = recorded(&mut s, &y, &[&xt]).expect("a derivative").remove(0).expect("by x");
    let penalty = squared(&mut s, &slope).expect("a square");
    let found = s.gradients(&penalty, &[&wt], None, true).expect("gradients").remove(0).expect("by w");
    let t = (w * x).tanh();
    let expected = 2.0 * w * (1.0 - t * t).powi(2) * (1.0 - 2.0 * w * x * t);
    assert!((f64::from(values(&mut s, &found)[0]) - expected).abs() < 1e-5);
}
