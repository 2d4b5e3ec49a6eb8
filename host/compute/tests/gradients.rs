//! Gradients of every differentiable operation against central differences, and fused layers against compositions
//! of plain operations.

mod differences;

use differences::{Function, check, ids, numbers, session, tensor, values};
use proofhouse_compute::{
    BinaryOp, CumulativeOp, Dtype, ReduceOp, Result, ScatterOp, Session, Tensor, UnaryOp,
};

/// The same numbers with one digit, and with one and a half: none of `x` is near one of `y`.
fn apart(x: Vec<f32>, y: Vec<f32>) -> (Vec<f32>, Vec<f32>) {
    let round = |x: f32| (x * 10.0).round() / 10.0;
    (x.into_iter().map(round).collect(), y.into_iter().map(|y| round(y) + 0.05).collect())
}

fn assert_close(name: &str, a: &[f32], b: &[f32]) {
    assert_eq!(a.len(), b.len(), "{name}");
    for (i, (a, b)) in a.iter().zip(b).enumerate() {
        assert!((a - b).abs() <= 2e-5 + 2e-5 * b.abs(), "{name}: element {i}: {a} and {b}");
    }
}

#[test]
fn unary_operations() {
    use UnaryOp::*;
    for &op in UnaryOp::ALL {
        let (low, high) = match op {
            IsNan | IsFinite | LogicalNot | BitwiseNot => continue,
            Log | Log2 | Log10 | Sqrt | Rsqrt | Reciprocal | Lgamma | Digamma => (0.5, 2.0),
            Log1p => (-0.5, 2.0),
            Acosh => (1.3, 3.0),
            Tan | Asin | Acos | Atanh | Erfinv => (-0.8, 0.8),
            _ => (-2.03, 2.0),
        };
        let x = numbers(1, 12, low, high);
        check(op.name(), &[(&[3, 4], x.clone())], &|s, t| s.unary(op, &t[0]));
        check(op.name(), &[(&[3, 4], x)], &|s, t| {
            let turned = s.permute(&t[0], &[1, 0])?;
            s.unary(op, &turned)
        });
    }
}

#[test]
fn binary_operations_broadcast() {
    let ops = [
        BinaryOp::Add,
        BinaryOp::Sub,
        BinaryOp::Mul,
        BinaryOp::Div,
        BinaryOp::Pow,
        BinaryOp::Maximum,
        BinaryOp::Minimum,
        BinaryOp::Atan2,
    ];
    let shapes: &[(&[u64], &[u64])] = &[
        (&[2, 3], &[2, 3]),
        (&[2, 3], &[3]),
        (&[3], &[2, 3]),
        (&[2, 3], &[2, 1]),
        (&[2, 1], &[1, 3]),
        (&[2, 3], &[]),
        (&[2, 1, 3], &[4, 1]),
    ];
    for op in ops {
        for (a, b) in shapes {
            let count = |shape: &[u64]| shape.iter().product::<u64>() as usize;
            let (x, y) = apart(numbers(2, count(a), 0.5, 2.0), numbers(3, count(b), 0.5, 2.0));
            check(op.name(), &[(a, x), (b, y)], &|s, t| s.binary(op, &t[0], &t[1]));
        }
        let (x, y) = apart(numbers(2, 6, 0.5, 2.0), numbers(3, 6, 0.5, 2.0));
        check(op.name(), &[(&[2, 3], x), (&[3, 2], y)], &|s, t| {
            let turned = s.permute(&t[1], &[1, 0])?;
            s.binary(op, &t[0], &turned)
        });
    }
    for op in [BinaryOp::Remainder, BinaryOp::Fmod] {
        let inputs: [(&[u64], _); 2] = [(&[4], vec![5.3, -5.3, 7.1, 2.2]), (&[4], vec![2.0, 3.0, -2.5, 0.9])];
        check(op.name(), &inputs, &|s, t| s.binary(op, &t[0], &t[1]));
    }
}

#[test]
fn operations_with_numbers() {
    let x = numbers(4, 6, 0.5, 2.5);
    let ops = [
        BinaryOp::Add,
        BinaryOp::Sub,
        BinaryOp::Mul,
        BinaryOp::Div,
        BinaryOp::Maximum,
        BinaryOp::Minimum,
        BinaryOp::Remainder,
        BinaryOp::Fmod,
        BinaryOp::Atan2,
    ];
    for op in ops {
        check(op.name(), &[(&[2, 3], x.clone())], &|s, t| s.binary_scalar(op, &t[0], 1.31));
        check(op.name(), &[(&[2, 3], x.clone())], &|s, t| s.scalar_binary(op, 1.31, &t[0]));
    }
    for exponent in [0.0, 1.0, 2.0, 3.0, 4.0, 0.5, -1.0, -0.5, 1.7] {
        check("pow", &[(&[2, 3], x.clone())], &|s, t| s.binary_scalar(BinaryOp::Pow, &t[0], exponent));
    }
    check("pow", &[(&[2, 3], x)], &|s, t| s.scalar_binary(BinaryOp::Pow, 1.7, &t[0]));
}

#[test]
fn reductions() {
    for &op in ReduceOp::ALL {
        if matches!(op, ReduceOp::Argmax | ReduceOp::Argmin) {
            continue;
        }
        for dims in [&[][..], &[0], &[1], &[-1], &[0, 2], &[2, 1]] {
            for keep in [false, true] {
                let x = numbers(5, 24, -1.3, 1.5);
                check(op.name(), &[(&[2, 3, 4], x)], &|s, t| s.reduce(op, &t[0], dims, keep));
            }
        }
        check(op.name(), &[(&[2, 3, 4], numbers(5, 24, -1.3, 1.5))], &|s, t| {
            let turned = s.permute(&t[0], &[2, 0, 1])?;
            s.reduce(op, &turned, &[1], false)
        });
    }
    let mut x = numbers(5, 6, -1.3, 1.5);
    x[2] = 0.0;
    check("product with a zero", &[(&[2, 3], x)], &|s, t| s.reduce(ReduceOp::Prod, &t[0], &[1], false));
}

#[test]
fn views_and_rearrangements() {
    let x = || (&[2u64, 3, 4][..], numbers(6, 24, -1.0, 1.0));
    check("reshape", &[x()], &|s, t| s.reshape(&t[0], &[4, -1]));
    check("permute", &[x()], &|s, t| s.permute(&t[0], &[2, 0, 1]));
    check("reshape of a permuted", &[x()], &|s, t| {
        let turned = s.permute(&t[0], &[1, 0, 2])?;
        s.reshape(&turned, &[6, 4])
    });
    check("expand", &[(&[3, 1], numbers(6, 3, -1.0, 1.0))], &|s, t| s.expand(&t[0], &[2, 3, 4]));
    check("slice", &[x()], &|s, t| s.slice(&t[0], 2, 1, 4, 2));
    check("slices that overlap", &[x()], &|s, t| {
        let a = s.slice(&t[0], 1, 0, 2, 1)?;
        let b = s.slice(&t[0], 1, -2, 3, 1)?;
        s.binary(BinaryOp::Mul, &a, &b)
    });
    check("cat", &[x(), (&[2, 1, 4], numbers(7, 8, -1.0, 1.0))], &|s, t| s.concat(&[&t[0], &t[1], &t[0]], 1));
    check("cumsum", &[x()], &|s, t| s.cumulative(CumulativeOp::Sum, &t[0], 1));
    check("sort", &[x()], &|s, t| Ok(s.sort(&t[0], 1, true)?.0));
    check("where", &[x(), (&[4], numbers(8, 4, -1.0, 1.0))], &|s, t| {
        let zero = s.full(Dtype::F32, &[], 0.0)?;
        let mask = s.full(Dtype::U8, &[3, 1], 1.0)?;
        let cut = s.slice(&mask, 0, 0, 2, 1)?;
        let off = s.cast(&zero, Dtype::U8)?;
        let off = s.reshape(&off, &[1, 1])?;
        let mask = s.concat(&[&cut, &off], 0)?;
        s.select(&mask, &t[0], &t[1])
    });
    check("cast to bf16 and back keeps slope", &[(&[3], vec![0.5, 1.0, 2.0])], &|s, t| {
        let sum = s.binary(BinaryOp::Add, &t[0], &t[0])?;
        s.cast(&sum, Dtype::F32)
    });
}

#[test]
fn indexing() {
    let x = || (&[3u64, 4][..], numbers(9, 12, -1.0, 1.0));
    check("gather", &[x()], &|s, t| {
        let index = ids(s, &[2, 4], &[0, 2, 2, 1, 1, 1, 0, 2]);
        s.gather(&t[0], &index, 0)
    });
    check("index_select", &[x()], &|s, t| {
        let index = ids(s, &[5], &[3, 0, 0, 1, 3]);
        s.index_select(&t[0], &index, 1)
    });
    check("scatter_add", &[x(), (&[2, 5], numbers(10, 10, -1.0, 1.0))], &|s, t| {
        let index = ids(s, &[2, 4], &[0, 2, 2, 1, 1, 2, 0, 2]);
        s.scatter(ScatterOp::Add, &t[0], &index, &t[1], 0)
    });
    check("embedding", &[x()], &|s, t| {
        let index = ids(s, &[2, 2], &[2, 0, 2, 1]);
        s.embedding(&t[0], &index)
    });
}

#[test]
fn products() {
    let n = |seed, count| numbers(seed, count, -1.0, 1.0);
    let shapes: &[(&[u64], &[u64])] = &[
        (&[3, 4], &[4, 2]),
        (&[2, 3, 4], &[4, 2]),
        (&[2, 3, 4], &[2, 4, 2]),
        (&[3, 4], &[2, 4, 2]),
        (&[2, 1, 3, 4], &[3, 4, 2]),
        (&[4], &[4]),
        (&[3, 4], &[4]),
        (&[4], &[4, 2]),
        (&[2, 3, 4], &[4]),
        (&[4], &[2, 4, 3]),
    ];
    for (a, b) in shapes {
        let count = |shape: &[u64]| shape.iter().product::<u64>() as usize;
        check("matmul", &[(a, n(11, count(a))), (b, n(12, count(b)))], &|s, t| s.matmul(&t[0], &t[1]));
    }
    check("matmul of transposed", &[(&[4, 3], n(11, 12)), (&[2, 4], n(12, 8))], &|s, t| {
        let (a, b) = (s.permute(&t[0], &[1, 0])?, s.permute(&t[1], &[1, 0])?);
        s.matmul(&a, &b)
    });
    check("linear", &[(&[2, 3, 4], n(13, 24)), (&[5, 4], n(14, 20)), (&[5], n(15, 5))], &|s, t| {
        s.linear(&t[0], &t[1], Some(&t[2]))
    });
    check("linear of a transposed weight", &[(&[3, 4], n(13, 12)), (&[4, 5], n(14, 20))], &|s, t| {
        let w = s.permute(&t[1], &[1, 0])?;
        s.linear(&t[0], &w, None)
    });
}

#[test]
fn layers() {
    let n = |seed, count| numbers(seed, count, -1.2, 1.4);
    for log in [false, true] {
        for dim in [0, 1, -1] {
            check("softmax", &[(&[2, 3, 4], n(16, 24))], &|s, t| s.softmax(&t[0], dim, log));
        }
    }
    check("layer_norm", &[(&[3, 5], n(17, 15)), (&[5], n(18, 5)), (&[5], n(19, 5))], &|s, t| {
        s.layer_norm(&t[0], Some(&t[1]), Some(&t[2]), 1e-5)
    });
    check("layer_norm, no weight", &[(&[3, 5], n(17, 15)), (&[5], n(19, 5))], &|s, t| {
        s.layer_norm(&t[0], None, Some(&t[1]), 1e-5)
    });
    check("rms_norm", &[(&[3, 5], n(17, 15)), (&[5], n(18, 5))], &|s, t| {
        s.rms_norm(&t[0], Some(&t[1]), 1e-6)
    });
    check("rms_norm, no weight", &[(&[3, 20], n(17, 60))], &|s, t| s.rms_norm(&t[0], None, 1e-6));
    for ignore in [None, Some(2)] {
        check("cross_entropy", &[(&[4, 5], n(20, 20))], &|s, t| {
            let targets = ids(s, &[4], &[1, 2, 4, 0]);
            s.cross_entropy(&t[0], &targets, ignore)
        });
    }
    for causal in [false, true] {
        let inputs: [(&[u64], Vec<f32>); 3] =
            [(&[1, 2, 3, 4], n(21, 24)), (&[1, 2, 5, 4], n(22, 40)), (&[1, 2, 5, 2], n(23, 20))];
        check("attention", &inputs, &|s, t| s.attention(&t[0], &t[1], &t[2], causal, Some(0.7)));
    }
}

/// The same layer from plain operations.
fn attention_by_hand(s: &mut Session, t: &[Tensor], causal: bool) -> Result<Tensor> {
    let (queries, keys) = (t[0].shape()[2], t[1].shape()[2]);
    let k = s.permute(&t[1], &[0, 1, 3, 2])?;
    let scores = s.matmul(&t[0], &k)?;
    let mut scores = s.binary_scalar(BinaryOp::Div, &scores, (t[0].shape()[3] as f64).sqrt())?;
    if causal {
        let rows = s.arange(Dtype::I64, 0.0, queries as f64, 1.0)?;
        let rows = s.reshape(&rows, &[-1, 1])?;
        let columns = s.arange(Dtype::I64, 0.0, keys as f64, 1.0)?;
        let seen = s.binary(BinaryOp::Ge, &rows, &columns)?;
        let never = s.full(Dtype::F32, &[], f64::NEG_INFINITY)?;
        scores = s.select(&seen, &scores, &never)?;
    }
    let p = s.softmax(&scores, -1, false)?;
    s.matmul(&p, &t[2])
}

/// Values and gradients of two ways to compute one thing.
fn same(name: &str, inputs: &[(&[u64], Vec<f32>)], one: Function<'_>, other: Function<'_>) {
    let mut outcomes = Vec::new();
    for f in [one, other] {
        let mut s = session();
        let leaves: Vec<Tensor> = inputs
            .iter()
            .map(|(shape, values)| {
                let initial = tensor(&mut s, shape, values);
                s.parameter(&initial).expect("a leaf")
            })
            .collect();
        let y = f(&mut s, &leaves).unwrap_or_else(|e| panic!("{name}: {e}"));
        let w = tensor(&mut s, &y.shape(), &numbers(98, y.element_count() as usize, -1.0, 1.5));
        let mut all = values(&mut s, &y);
        for (_, gradient) in s.backward(&y, Some(&w), true).unwrap_or_else(|e| panic!("{name}: {e}")) {
            all.extend(values(&mut s, &gradient));
        }
        outcomes.push(all);
    }
    assert_close(name, &outcomes[0], &outcomes[1]);
}

#[test]
fn fused_layers_equal_compositions() {
    let n = |seed, count| numbers(seed, count, -1.2, 1.4);
    // 300 keys and 290 queries need several blocks.
    for (queries, keys, causal) in
        [(7u64, 7u64, true), (7, 9, false), (1, 9, false), (290, 300, true), (290, 300, false)]
    {
        let (q, k, v) = ([2, 2, queries, 16], [2, 2, keys, 16], [2, 2, keys, 8]);
        let count = |shape: &[u64]| shape.iter().product::<u64>() as usize;
        let inputs: [(&[u64], Vec<f32>); 3] =
            [(&q, n(31, count(&q))), (&k, n(32, count(&k))), (&v, n(33, count(&v)))];
        same(
            &format!("attention {queries}x{keys} causal {causal}"),
            &inputs,
            &|s, t| s.attention(&t[0], &t[1], &t[2], causal, None),
            &|s, t| attention_by_hand(s, t, causal),
        );
    }
    same(
        "attention on heads split from one projection",
        &[(&[2, 5, 24], n(34, 240))],
        &|s, t| split_heads(s, &t[0], true),
        &|s, t| split_heads(s, &t[0], false),
    );
    same(
        "layer norm",
        &[(&[6, 33], n(35, 198)), (&[33], n(36, 33)), (&[33], n(37, 33))],
        &|s, t| s.layer_norm(&t[0], Some(&t[1]), Some(&t[2]), 1e-5),
        &|s, t| {
            let mean = s.reduce(ReduceOp::Mean, &t[0], &[-1], true)?;
            let off = s.binary(BinaryOp::Sub, &t[0], &mean)?;
            let squares = s.unary(UnaryOp::Square, &off)?;
            let variance = s.reduce(ReduceOp::Mean, &squares, &[-1], true)?;
            let variance = s.binary_scalar(BinaryOp::Add, &variance, 1e-5)?;
            let r = s.unary(UnaryOp::Rsqrt, &variance)?;
            let hat = s.binary(BinaryOp::Mul, &off, &r)?;
            let scaled = s.binary(BinaryOp::Mul, &hat, &t[1])?;
            s.binary(BinaryOp::Add, &scaled, &t[2])
        },
    );
    same(
        "cross entropy",
        &[(&[5, 37], n(38, 185))],
        &|s, t| {
            let targets = ids(s, &[5], &[0, 36, 4, 4, 9]);
            s.cross_entropy(&t[0], &targets, None)
        },
        &|s, t| {
            let targets = ids(s, &[5, 1], &[0, 36, 4, 4, 9]);
            let log = s.softmax(&t[0], 1, true)?;
            let picked = s.gather(&log, &targets, 1)?;
            let mean = s.reduce(ReduceOp::Mean, &picked, &[], false)?;
            s.unary(UnaryOp::Neg, &mean)
        },
    );
    same("softmax", &[(&[5, 37], n(39, 185))], &|s, t| s.softmax(&t[0], 0, false), &|s, t| {
        let e = s.unary(UnaryOp::Exp, &t[0])?;
        let sum = s.reduce(ReduceOp::Sum, &e, &[0], true)?;
        s.binary(BinaryOp::Div, &e, &sum)
    });
    same(
        "linear",
        &[(&[2, 3, 17], n(40, 102)), (&[19, 17], n(41, 323)), (&[19], n(42, 19))],
        &|s, t| s.linear(&t[0], &t[1], Some(&t[2])),
        &|s, t| {
            let w = s.permute(&t[1], &[1, 0])?;
            let y = s.matmul(&t[0], &w)?;
            s.binary(BinaryOp::Add, &y, &t[2])
        },
    );
}

fn split_heads(s: &mut Session, qkv: &Tensor, fused: bool) -> Result<Tensor> {
    let mut heads = Vec::new();
    for i in 0..3 {
        let part = s.slice(qkv, 2, 8 * i, 8 * (i + 1), 1)?;
        let part = s.reshape(&part, &[2, 5, 2, 4])?;
        heads.push(s.permute(&part, &[0, 2, 1, 3])?);
    }
    let y = if fused {
        s.attention(&heads[0], &heads[1], &heads[2], true, None)?
    } else {
        attention_by_hand(s, &heads, true)?
    };
    let y = s.permute(&y, &[0, 2, 1, 3])?;
    s.reshape(&y, &[2, 5, 8])
}

#[test]
fn gradients_of_chosen_tensors() {
    let mut s = session();
    let initial = tensor(&mut s, &[3], &[1.0, 2.0, 3.0]);
    let (x, z) = (s.parameter(&initial).expect("a leaf"), s.parameter(&initial).expect("a leaf"));
    let y = s.unary(UnaryOp::Square, &x).expect("square");
    let loss = s.reduce(ReduceOp::Sum, &y, &[], false).expect("sum");
    let found = s.gradients(&loss, &[&y, &z, &x, &loss], None, true).expect("gradients");
    let found: Vec<Option<Vec<f32>>> =
        found.iter().map(|gradient| gradient.as_ref().map(|gradient| values(&mut s, gradient))).collect();
    assert_eq!(found, [Some(vec![1.0; 3]), None, Some(vec![2.0, 4.0, 6.0]), Some(vec![1.0])]);
    // A leaf is its own gradient's place, and the graph may be walked again.
    let first = s.slice(&x, 0, 0, 1, 1).expect("slice");
    for _ in 0..2 {
        let gradients = s.backward(&first, None, true).expect("backward");
        assert_eq!(values(&mut s, &gradients[0].1), [1.0, 0.0, 0.0]);
    }
    let ones = tensor(&mut s, &[3], &[1.0, 1.0, 1.0]);
    let gradients = s.backward(&x, Some(&ones), true).expect("a leaf has a gradient");
    assert_eq!(gradients.len(), 1);
}

#[test]
fn bf16_has_gradients_too() {
    let mut s = session();
    let initial = tensor(&mut s, &[2, 2], &[1.0, 2.0, 3.0, 4.0]);
    let x = s.parameter(&initial).expect("a leaf");
    let half = s.cast(&x, Dtype::Bf16).expect("bf16");
    let product = s.matmul(&half, &half).expect("product");
    let active = s.unary(UnaryOp::Gelu, &product).expect("gelu");
    assert_eq!(active.dtype(), Dtype::Bf16);
    let sum = s.reduce(ReduceOp::Sum, &active, &[], false).expect("sum");
    let gradients = s.backward(&sum, None, true).expect("backward");
    assert_eq!(gradients[0].1.dtype(), Dtype::F32);
    // d/dx of Σ x·x is (row sums of columns + column sums of rows): 4+3, 6+..., all gelu slopes are 1 here.
    assert_close("bf16", &values(&mut s, &gradients[0].1), &[7.0, 11.0, 9.0, 13.0]);
}
