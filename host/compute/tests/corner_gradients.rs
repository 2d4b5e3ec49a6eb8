//! Gradients where derivatives jump, are infinite or do not exist, as PyTorch 2.15 has them on a CPU.

mod differences;

use differences::{Function, ids, session, tensor, values};
use proofhouse_compute::{BinaryOp, Dtype, ReduceOp, Root, Session, Stop, Tensor, UnaryOp};

const NAN: f32 = f32::NAN;
const INF: f32 = f32::INFINITY;

/// The gradients of Σ f for vectors, by a pass that is recorded or not.
fn gradients(inputs: &[&[f32]], f: Function<'_>, recorded: bool) -> Vec<Vec<f32>> {
    let mut s = session();
    let leaf = |x: &&[f32]| {
        let initial = tensor(&mut s, &[x.len() as u64], x);
        s.parameter(&initial).expect("a leaf")
    };
    let leaves: Vec<Tensor> = inputs.iter().map(leaf).collect();
    let y = f(&mut s, &leaves).expect("a result");
    let sum = s.reduce(ReduceOp::Sum, &y, &[], false).expect("a sum");
    let all: Vec<&Tensor> = leaves.iter().collect();
    let mut pass =
        s.reverse_pass(&[Root { output: &sum, gradient: None }], Some(&all), recorded, true).expect("a pass");
    assert!(matches!(s.advance(&mut pass), Ok(Stop::Done)));
    let found = s.input_gradients(&pass).expect("done");
    found.iter().map(|gradient| values(&mut s, gradient.as_ref().expect("it depends on it"))).collect()
}

/// Both kinds of pass have to find `expected`.
fn check(name: &str, inputs: &[&[f32]], expected: &[&[f32]], f: Function<'_>) {
    for recorded in [false, true] {
        let found = gradients(inputs, f, recorded);
        for (found, expected) in found.iter().zip(expected) {
            let same = |(a, b): (&f32, &f32)| a == b || (a.is_nan() && b.is_nan()) || (a - b).abs() < 1e-6;
            let fits = found.len() == expected.len() && found.iter().zip(*expected).all(same);
            assert!(fits, "{name}, recorded {recorded}: {found:?} instead of {expected:?}");
        }
    }
}

#[test]
fn ties_share() {
    for (op, sign) in [(ReduceOp::Max, 1.0), (ReduceOp::Min, -1.0)] {
        let x = [1.0, 3.0, 3.0].map(|x| sign * x);
        check("extreme", &[&x], &[&[0.0, 0.5, 0.5]], &|s, t| s.reduce(op, &t[0], &[0], false));
    }
    check("max of NaN", &[&[1.0, NAN, NAN]], &[&[0.0, 0.5, 0.5]], &|s, t| {
        s.reduce(ReduceOp::Max, &t[0], &[], false)
    });
    check("maximum", &[&[1.0, 2.0], &[1.0, 1.0]], &[&[0.5, 1.0], &[0.5, 0.0]], &|s, t| {
        s.binary(BinaryOp::Maximum, &t[0], &t[1])
    });
    check("minimum", &[&[1.0, 2.0], &[1.0, 1.0]], &[&[0.5, 0.0], &[0.5, 1.0]], &|s, t| {
        s.binary(BinaryOp::Minimum, &t[0], &t[1])
    });
    check("maximum of NaN", &[&[NAN, 1.0], &[1.0, NAN]], &[&[1.0, 1.0], &[1.0, 1.0]], &|s, t| {
        s.binary(BinaryOp::Maximum, &t[0], &t[1])
    });
}

fn clamp(s: &mut Session, x: &Tensor) -> proofhouse_compute::Result<Tensor> {
    let x = s.binary_scalar(BinaryOp::Maximum, x, 0.0)?;
    s.binary_scalar(BinaryOp::Minimum, &x, 1.0)
}

#[test]
fn what_is_cut_off_has_none() {
    check("clamp", &[&[-1.0, 0.0, 0.5, 1.0, 2.0, NAN]], &[&[0.0, 0.0, 1.0, 0.0, 0.0, 0.0]], &|s, t| {
        clamp(s, &t[0])
    });
    check("root of a clamp", &[&[-1.0, 0.25]], &[&[0.0, 1.0]], &|s, t| {
        let x = clamp(s, &t[0])?;
        s.unary(UnaryOp::Sqrt, &x)
    });
    check("root of a maximum", &[&[-1.0, 0.25], &[0.0, 0.0]], &[&[0.0, 1.0], &[INF, 0.0]], &|s, t| {
        let x = s.binary(BinaryOp::Maximum, &t[0], &t[1])?;
        s.unary(UnaryOp::Sqrt, &x)
    });
    check("relu", &[&[0.0, NAN, -0.0, 2.0]], &[&[0.0, 1.0, 0.0, 1.0]], &|s, t| s.unary(UnaryOp::Relu, &t[0]));
    check("where NaN is not taken", &[&[0.0, -1.0, 1.0]], &[&[0.0, 0.0, 1.0]], &|s, t| {
        let mask = s.binary_scalar(BinaryOp::Gt, &t[0], 0.0)?;
        let nan = s.full(Dtype::F32, &[], f64::NAN)?;
        s.select(&mask, &t[0], &nan)
    });
    check("where a logarithm is not taken", &[&[0.0, -1.0, 1.0]], &[&[NAN, 2.0, 1.0]], &|s, t| {
        let mask = s.binary_scalar(BinaryOp::Gt, &t[0], 0.0)?;
        let (log, twice) = (s.unary(UnaryOp::Log, &t[0])?, s.binary_scalar(BinaryOp::Mul, &t[0], 2.0)?);
        s.select(&mask, &log, &twice)
    });
}

#[test]
fn powers() {
    let (a, b) = ([0.0, 0.0, 0.0, -2.0, -2.0, 2.0, 0.0], [0.0, 2.0, -1.0, 2.0, 1.5, 0.0, 1.0]);
    let by_a = [0.0, 0.0, -INF, -4.0, NAN, 0.0, 1.0];
    let by_b = [0.0, 0.0, -INF, NAN, NAN, std::f32::consts::LN_2, 0.0];
    check("pow", &[&a, &b], &[&by_a, &by_b], &|s, t| s.binary(BinaryOp::Pow, &t[0], &t[1]));
    let cases: [(f64, &[f32], &[f32]); 4] = [
        (0.0, &[0.0, 1.0, INF], &[0.0, 0.0, 0.0]),
        (0.5, &[0.0, -1.0], &[INF, NAN]),
        (3.0, &[0.0, -1.0], &[0.0, 3.0]),
        (-1.0, &[0.0, -1.0], &[-INF, -1.0]),
    ];
    for (exponent, x, expected) in cases {
        check("pow", &[x], &[expected], &|s, t| s.binary_scalar(BinaryOp::Pow, &t[0], exponent));
    }
    check("0 to a power", &[&[0.0, 1.0, -1.0]], &[&[0.0, 0.0, -INF]], &|s, t| {
        s.scalar_binary(BinaryOp::Pow, 0.0, &t[0])
    });
}

#[test]
fn infinite_slopes() {
    let cases: [(UnaryOp, &[f32], &[f32]); 7] = [
        (UnaryOp::Sqrt, &[0.0, -1.0], &[INF, NAN]),
        (UnaryOp::Abs, &[0.0, -0.0, -3.0], &[0.0, 0.0, -1.0]),
        (UnaryOp::Log, &[0.0, -1.0], &[INF, -1.0]),
        (UnaryOp::Rsqrt, &[0.0], &[-INF]),
        (UnaryOp::Reciprocal, &[0.0], &[-INF]),
        (UnaryOp::Sigmoid, &[100.0, -100.0], &[0.0, 0.0]),
        (UnaryOp::Floor, &[3.0], &[0.0]),
    ];
    for (op, x, expected) in cases {
        check(op.name(), &[x], &[expected], &|s, t| s.unary(op, &t[0]));
    }
    check("div", &[&[0.0, 1.0], &[0.0, 0.0]], &[&[INF, INF], &[NAN, -INF]], &|s, t| {
        s.binary(BinaryOp::Div, &t[0], &t[1])
    });
    check("remainder", &[&[5.0, -5.0, 5.0], &[2.0, 3.0, -3.0]], &[&[1.0; 3], &[-2.0, 2.0, 2.0]], &|s, t| {
        s.binary(BinaryOp::Remainder, &t[0], &t[1])
    });
}

#[test]
fn reductions_of_few_and_of_zeros() {
    let cases: [(&[f32], &[f32]); 3] = [
        (&[0.0, 2.0, 3.0], &[6.0, 0.0, 0.0]),
        (&[0.0, 0.0, 3.0], &[0.0, 0.0, 0.0]),
        (&[2.0, 4.0, 3.0], &[12.0, 6.0, 8.0]),
    ];
    for (x, expected) in cases {
        check("prod", &[x], &[expected], &|s, t| s.reduce(ReduceOp::Prod, &t[0], &[], false));
    }
    check("var of one", &[&[1.0]], &[&[NAN]], &|s, t| s.reduce(ReduceOp::Variance, &t[0], &[], false));
    check("logsumexp", &[&[INF, 1.0]], &[&[NAN, 0.0]], &|s, t| {
        s.reduce(ReduceOp::Logsumexp, &t[0], &[], false)
    });
    for log in [false, true] {
        check("softmax of -inf", &[&[-INF, 1.0]], &[&[0.0, 0.0]], &|s, t| {
            let y = s.softmax(&t[0], 0, log)?;
            s.slice(&y, 0, if log { 1 } else { 0 }, if log { 2 } else { 1 }, 1)
        });
    }
}

#[test]
fn what_is_read_twice_gets_both() {
    check("index_select", &[&[1.0, 2.0, 3.0]], &[&[2.0, 0.0, 1.0]], &|s, t| {
        let index = ids(s, &[3], &[0, 2, 0]);
        s.index_select(&t[0], &index, 0)
    });
    check("gather", &[&[1.0, 2.0, 3.0]], &[&[2.0, 0.0, 1.0]], &|s, t| {
        let index = ids(s, &[3], &[0, 2, 0]);
        s.gather(&t[0], &index, 0)
    });
    check("expand", &[&[1.0, 2.0]], &[&[3.0, 3.0]], &|s, t| s.expand(&t[0], &[3, 2]));
    check("cumsum", &[&[1.0, 2.0]], &[&[2.0, 1.0]], &|s, t| {
        s.cumulative(proofhouse_compute::CumulativeOp::Sum, &t[0], 0)
    });
    check("sort", &[&[3.0, 1.0, 2.0]], &[&[1.0, 4.0, 1.0]], &|s, t| {
        let sorted = s.sort(&t[0], 0, false)?.0;
        let weights = tensor(s, &[3], &[4.0, 1.0, 1.0]);
        s.binary(BinaryOp::Mul, &sorted, &weights)
    });
}
