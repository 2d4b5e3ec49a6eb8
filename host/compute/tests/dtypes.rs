//! What each element type can hold, what it wraps to, and the operations on bits.

use half::f16;
use proofhouse_compute::{
    BinaryOp, Code, CumulativeOp, DeviceModel, Dtype, Error, Limits, ReduceOp, Result, Session, Tensor,
    UnaryOp,
};

const INTEGERS: [Dtype; 6] = [Dtype::I64, Dtype::U32, Dtype::U8, Dtype::I32, Dtype::I16, Dtype::I8];

fn session() -> Session {
    let model = DeviceModel {
        name: "test".into(),
        flops_per_second: 1e10,
        bytes_per_second: 1e10,
        launch_seconds: 1e-6,
        instructions_per_second: 1e9,
    };
    Session::new(model, Limits { tensor_bytes: 1 << 24, tensors: 1000, elements_per_operation: 1 << 20 })
}

fn tensor(s: &mut Session, dtype: Dtype, values: &[i64]) -> Tensor {
    let bytes: Vec<u8> = values.iter().flat_map(|x| x.to_le_bytes()).collect();
    let wide = s.create(Dtype::I64, &[values.len() as u64], &bytes).expect("a tensor of the given values");
    s.cast(&wide, dtype).expect("a cast")
}

fn floats(s: &mut Session, dtype: Dtype, values: &[f64]) -> Tensor {
    let bytes: Vec<u8> = values.iter().flat_map(|x| x.to_le_bytes()).collect();
    let wide = s.create(Dtype::F64, &[values.len() as u64], &bytes).expect("a tensor of the given values");
    s.cast(&wide, dtype).expect("a cast")
}

fn integers(s: &mut Session, x: &Tensor) -> Vec<i64> {
    let wide = s.cast(x, Dtype::I64).expect("a cast");
    s.read(&wide).expect("readable").as_chunks().0.iter().map(|&bytes| i64::from_le_bytes(bytes)).collect()
}

fn doubles(s: &mut Session, x: &Tensor) -> Vec<f64> {
    let wide = s.cast(x, Dtype::F64).expect("a cast");
    s.read(&wide).expect("readable").as_chunks().0.iter().map(|&bytes| f64::from_le_bytes(bytes)).collect()
}

fn refused<T>(result: Result<T>) -> Error {
    result.err().expect("refused")
}

#[test]
fn every_type_is_created_read_and_moved_about() {
    for &dtype in Dtype::ALL {
        let mut s = session();
        let size = dtype.size_in_bytes();
        let bytes: Vec<u8> = (0..6 * size).map(|i| (i * 37 % 120) as u8).collect();
        let x = s.create(dtype, &[2, 3], &bytes).expect("created");
        assert_eq!(s.read(&x).expect("readable"), bytes, "{dtype}");
        assert_eq!(refused(s.create(dtype, &[2, 3], &bytes[1..])).code, Code::Argument);
        let turned = s.permute(&x, &[1, 0]).expect("a view");
        let turned = s.reshape(&turned, &[6]).expect("a copy");
        let order = [0, 3, 1, 4, 2, 5];
        let moved: Vec<u8> = order.iter().flat_map(|i| bytes[i * size..][..size].to_vec()).collect();
        assert_eq!(s.read(&turned).expect("readable"), moved, "{dtype}");
        let flat = s.reshape(&x, &[6]).expect("a view");
        let index = tensor(&mut s, Dtype::I64, &order.map(|i| i as i64));
        for taken in [s.index_select(&flat, &index, 0), s.gather(&flat, &index, 0)] {
            let taken = taken.expect("taken");
            assert_eq!(s.read(&taken).expect("readable"), moved, "{dtype}");
        }
        let both = s.concat(&[&flat, &turned], 0).expect("joined");
        assert_eq!(s.read(&both).expect("readable"), [&bytes[..], &moved].concat());
        let mask = tensor(&mut s, Dtype::U8, &[1, 0, 0, 1, 1, 0]);
        let chosen = s.select(&mask, &flat, &flat).expect("chosen");
        assert_eq!(s.read(&chosen).expect("readable"), bytes, "{dtype}");
        let counted = s.arange(dtype, 1.0, 7.0, 2.0).expect("a range");
        assert_eq!(integers(&mut s, &counted), [1, 3, 5]);
        let three = s.full(dtype, &[2], 3.0).expect("full");
        let nine = s.binary(BinaryOp::Mul, &three, &three).expect("a product");
        assert_eq!((nine.dtype(), integers(&mut s, &nine)), (dtype, vec![9, 9]));
        let sorted = s.sort(&counted, 0, true).expect("sorted").0;
        assert_eq!((sorted.dtype(), integers(&mut s, &sorted)), (dtype, vec![5, 3, 1]));
        let sums = s.cumulative(CumulativeOp::Sum, &counted, 0).expect("sums");
        assert_eq!(integers(&mut s, &sums), [1, 4, 9]);
        let most = s.reduce(ReduceOp::Max, &counted, &[], false).expect("a maximum");
        assert_eq!((most.dtype(), integers(&mut s, &most)), (dtype, vec![5]));
        assert_eq!(s.parameter(&x).is_ok(), dtype.is_float());
    }
}

#[test]
fn casts_are_those_of_pytorch() {
    let mut s = session();
    let mut cast = |x: &[f64], from, to| {
        let x = floats(&mut s, from, x);
        let y = s.cast(&x, to).expect("a cast");
        integers(&mut s, &y)
    };
    for from in [Dtype::F32, Dtype::F64] {
        assert_eq!(cast(&[70_000.0, -1.0, 1.7, 300.0, f64::NAN], from, Dtype::I8), [112, -1, 1, 44, 0]);
        assert_eq!(cast(&[3e9, -1.0, -1.7], from, Dtype::I32), [-1_294_967_296, -1, -1]);
        assert_eq!(cast(&[3e9, -1.0, -1.7], from, Dtype::U8), [0, 255, 255]);
        assert_eq!(cast(&[40_000.9, -40_000.9], from, Dtype::I16), [-25_536, 25_536]);
    }
    for (dtype, low, high) in [(Dtype::I32, -(1i64 << 31), (1i64 << 31) - 1), (Dtype::I16, -32_768, 32_767)] {
        let x = tensor(&mut s, dtype, &[low, high]);
        let more = s.binary_scalar(BinaryOp::Add, &x, 1.0).expect("a sum");
        assert_eq!(integers(&mut s, &more), [low + 1, low], "{dtype} wraps");
    }
}

#[test]
fn f16_computes_in_f32_and_rounds() {
    let mut s = session();
    let x = floats(&mut s, Dtype::F16, &[0.1, 65_504.0, 1e-7, 2049.0]);
    let rounded = [0.1f32, 65_504.0, 1e-7, 2049.0].map(|x| f64::from(f16::from_f32(x)));
    assert_eq!(doubles(&mut s, &x), rounded);
    let twice = s.binary(BinaryOp::Add, &x, &x).expect("a sum");
    assert_eq!(twice.dtype(), Dtype::F16);
    assert_eq!(doubles(&mut s, &twice)[1], f64::INFINITY);
    // The products are summed before they are rounded.
    let ones = s.full(Dtype::F16, &[4096, 1], 1.0).expect("ones");
    let row = s.reshape(&ones, &[1, 4096]).expect("a row");
    let sum = s.matmul(&row, &ones).expect("a product");
    assert_eq!(doubles(&mut s, &sum), [4096.0]);
    let leaf = s.parameter(&x).expect("a leaf");
    let y = s.unary(UnaryOp::Square, &leaf).expect("squares");
    let y = s.reduce(ReduceOp::Sum, &y, &[], false).expect("a sum");
    let gradient = s.backward(&y, None, true).expect("a gradient").remove(0).1;
    assert_eq!(gradient.dtype(), Dtype::F16);
    assert_eq!(doubles(&mut s, &gradient)[0], 2.0 * rounded[0]);
}

#[test]
fn numbers_beside_integers_wrap_as_elements_do() {
    let mut s = session();
    let one = tensor(&mut s, Dtype::I8, &[1]);
    let sum = s.binary_scalar(BinaryOp::Add, &one, 200.0).expect("a sum");
    assert_eq!(integers(&mut s, &sum), [-55]);
    let less = s.binary_scalar(BinaryOp::Lt, &one, 200.0).expect("compared");
    assert_eq!(integers(&mut s, &less), [0]);
    let one = tensor(&mut s, Dtype::U8, &[1]);
    for number in [-1.0, 300.0] {
        let less = s.binary_scalar(BinaryOp::Lt, &one, number).expect("compared");
        assert_eq!(integers(&mut s, &less), [1]);
    }
    assert_eq!(refused(s.full(Dtype::I8, &[], 300.0)).code, Code::Dtype);
    assert_eq!(refused(s.full(Dtype::I16, &[], 0.5)).code, Code::Dtype);
    let all = s.full(Dtype::U8, &[], -1.0).expect("wraps");
    assert_eq!(integers(&mut s, &all), [255]);
}

#[test]
fn bits() {
    use BinaryOp::{ShiftLeft, ShiftRight};
    let mut s = session();
    for dtype in INTEGERS {
        let (a, b) = (tensor(&mut s, dtype, &[12, 7]), tensor(&mut s, dtype, &[10, 1]));
        let mut run = |op| {
            let y = s.binary(op, &a, &b).expect("defined");
            assert_eq!(y.dtype(), dtype);
            integers(&mut s, &y)
        };
        assert_eq!(run(BinaryOp::BitwiseAnd), [8, 1]);
        assert_eq!(run(BinaryOp::BitwiseOr), [14, 7]);
        assert_eq!(run(BinaryOp::BitwiseXor), [6, 6]);
        assert_eq!(run(ShiftRight), [0, 3]);
        let not = s.unary(UnaryOp::BitwiseNot, &a).expect("defined");
        let twice = s.unary(UnaryOp::BitwiseNot, &not).expect("defined");
        assert_eq!(integers(&mut s, &twice), [12, 7]);
        let sum = s.binary(BinaryOp::Add, &a, &not).expect("all ones");
        let none = s.binary_scalar(BinaryOp::Add, &sum, 1.0).expect("wraps to 0");
        assert_eq!(integers(&mut s, &none), [0, 0]);
    }
    let mut shift = |op, dtype, a: &[i64], b: &[i64]| {
        let (a, b) = (tensor(&mut s, dtype, a), tensor(&mut s, dtype, b));
        let y = s.binary(op, &a, &b).expect("defined");
        integers(&mut s, &y)
    };
    // As PyTorch 2.15 gives them on a CPU.
    assert_eq!(shift(ShiftLeft, Dtype::I8, &[5, -5, 5], &[-1, 3, 8]), [0, -40, 0]);
    assert_eq!(shift(ShiftRight, Dtype::I8, &[5, -5, 5, -5], &[-1, 7, 8, -1]), [0, -1, 0, -1]);
    assert_eq!(shift(ShiftRight, Dtype::U8, &[5, 200], &[8, 255]), [0, 0]);
    assert_eq!(shift(ShiftLeft, Dtype::I64, &[5, -5], &[64, 63]), [0, i64::MIN]);
    assert_eq!(shift(ShiftRight, Dtype::I64, &[5, -5], &[64, i64::MIN]), [0, -1]);
    for dtype in [Dtype::F32, Dtype::F64, Dtype::F16, Dtype::Bf16] {
        let x = floats(&mut s, dtype, &[1.0]);
        for op in [BinaryOp::BitwiseAnd, BinaryOp::BitwiseXor, ShiftLeft] {
            assert_eq!(refused(s.binary(op, &x, &x)).code, Code::Dtype);
            assert_eq!(refused(s.binary_scalar(op, &x, 1.0)).code, Code::Dtype);
        }
        assert_eq!(refused(s.unary(UnaryOp::BitwiseNot, &x)).code, Code::Dtype);
    }
}

/// An operation, its operands and its results.
type Case<'a> = (BinaryOp, &'a [f64], &'a [f64], &'a [f64]);

#[test]
fn powers_and_quotients_are_those_of_pytorch() {
    const INF: f64 = f64::INFINITY;
    const NAN: f64 = f64::NAN;
    let cases: &[Case<'_>] = &[
        (
            BinaryOp::FloorDivide,
            &[1.0, -1.0, 0.0, INF, 5.0, -5.0, -0.0, 6.0],
            &[0.0, 0.0, 0.0, 1.0, INF, INF, 1.0, 0.1],
            &[INF, -INF, NAN, NAN, 0.0, -1.0, -0.0, 59.0],
        ),
        (
            BinaryOp::Remainder,
            &[1.0, INF, 5.0, -5.0, -0.0, -5.5],
            &[0.0, 1.0, INF, INF, 1.0, 2.0],
            &[NAN, NAN, 5.0, INF, -0.0, 0.5],
        ),
        (BinaryOp::Fmod, &[-5.5, 5.5, 1.0, 5.0], &[2.0, -2.0, 0.0, INF], &[-1.5, 1.5, NAN, 5.0]),
        (
            BinaryOp::Pow,
            &[-8.0, 0.0, -2.0, 0.0, -2.0],
            &[0.5, 0.0, 3.0, -1.0, -2.0],
            &[NAN, 1.0, -8.0, INF, 0.25],
        ),
        (
            BinaryOp::Atan2,
            &[0.0, 1.0, 0.0],
            &[-1.0, 0.0, 0.0],
            &[std::f64::consts::PI, std::f64::consts::FRAC_PI_2, 0.0],
        ),
    ];
    let mut s = session();
    for dtype in [Dtype::F32, Dtype::F64] {
        for (op, a, b, expected) in cases {
            let (a, b) = (floats(&mut s, dtype, a), floats(&mut s, dtype, b));
            let y = s.binary(*op, &a, &b).expect("defined");
            for (y, x) in doubles(&mut s, &y).into_iter().zip(*expected) {
                let same = (y == *x && y.is_sign_negative() == x.is_sign_negative()) || (y - x).abs() < 1e-7;
                assert!(same || (y.is_nan() && x.is_nan()), "{op:?} on {dtype}: {y} is not {x}");
            }
        }
    }
    let (a, b) =
        (tensor(&mut s, Dtype::I32, &[2, 1, -1, 0, -7]), tensor(&mut s, Dtype::I32, &[-1, -2, -3, -1, 2]));
    let mut run = |op| {
        let y = s.binary(op, &a, &b).expect("defined");
        integers(&mut s, &y)
    };
    assert_eq!(run(BinaryOp::Pow), [0, 1, -1, 0, 49]);
    assert_eq!(run(BinaryOp::Fmod), [0, 1, -1, 0, -1]);
    assert_eq!(run(BinaryOp::FloorDivide), [-2, -1, 0, 0, -4]);
    assert_eq!(refused(s.binary_scalar(BinaryOp::Pow, &a, -1.0)).code, Code::Argument);
    for op in [BinaryOp::FloorDivide, BinaryOp::Remainder, BinaryOp::Fmod] {
        let error = refused(s.binary_scalar(op, &a, 0.0));
        assert_eq!((error.code, error.message.as_str()), (Code::Argument, "ZeroDivisionError"));
    }
    for op in [BinaryOp::Atan2, BinaryOp::Div] {
        assert_eq!(refused(s.binary(op, &a, &b)).code, Code::Dtype);
    }
}

#[test]
fn powers_of_zero_have_the_gradients_of_pytorch() {
    let mut s = session();
    let mut leaf = |x: &[f64]| {
        let x = floats(&mut s, Dtype::F64, x);
        s.parameter(&x).expect("a leaf")
    };
    let (x, e) = (leaf(&[0.0; 3]), leaf(&[0.0, 2.0, -1.0]));
    let ones = floats(&mut s, Dtype::F64, &[1.0; 3]);
    let expected = [0.0, 0.0, f64::NEG_INFINITY];
    let y = s.binary(BinaryOp::Pow, &x, &e).expect("powers");
    for (_, gradient) in s.backward(&y, Some(&ones), true).expect("gradients") {
        assert_eq!(doubles(&mut s, &gradient), expected);
    }
    let y = s.scalar_binary(BinaryOp::Pow, 0.0, &e).expect("powers");
    let gradient = s.backward(&y, Some(&ones), true).expect("a gradient").remove(0).1;
    assert_eq!(doubles(&mut s, &gradient), expected);
}
