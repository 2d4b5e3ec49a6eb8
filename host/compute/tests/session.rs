//! What a session promises whoever hosts an untrusted program: quotas before work, exact accounts, the same bits.

use std::fs;
use std::sync::atomic::Ordering;

use proofhouse_compute::data::{DataError, TokenStream, write_shard};
use proofhouse_compute::{
    AdamW, AdamWState, BinaryOp, Code, DeviceModel, Dtype, Generator, Limits, ReduceOp, Result, Session,
    Tensor, UnaryOp,
};

const ROOMY: Limits = Limits { tensor_bytes: 1 << 28, tensors: 1_000_000, elements_per_operation: 1 << 24 };

fn model() -> DeviceModel {
    DeviceModel {
        name: "test".into(),
        flops_per_second: 1e9,
        bytes_per_second: 1e9,
        launch_seconds: 1e-6,
        instructions_per_second: 1e6,
    }
}

fn session() -> Session {
    Session::new(model(), ROOMY)
}

fn tensor(s: &mut Session, shape: &[u64], values: &[f32]) -> Tensor {
    let bytes: Vec<u8> = values.iter().flat_map(|x| x.to_le_bytes()).collect();
    s.create(Dtype::F32, shape, &bytes).expect("a tensor of the given values")
}

fn ids(s: &mut Session, values: &[i64]) -> Tensor {
    let bytes: Vec<u8> = values.iter().flat_map(|x| x.to_le_bytes()).collect();
    s.create(Dtype::I64, &[values.len() as u64], &bytes).expect("a tensor of the given integers")
}

fn floats(s: &mut Session, x: &Tensor) -> Vec<f32> {
    s.read(x).expect("readable").as_chunks().0.iter().map(|&bytes| f32::from_le_bytes(bytes)).collect()
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

#[test]
fn shapes_that_overflow_are_refused() {
    let mut s = session();
    for shape in [&[16, 1 << 60][..], &[u64::MAX], &[u64::MAX, 0], &[1 << 32, 1 << 32], &[1; 9]] {
        assert_eq!(refused(s.full(Dtype::F32, shape, 0.0)).0, Code::Shape, "{shape:?}");
        assert_eq!(refused(s.create(Dtype::U8, shape, &[])).0, Code::Shape, "{shape:?}");
        let one = s.full(Dtype::F32, &[1], 0.0).expect("one element");
        assert_eq!(refused(s.expand(&one, shape)).0, Code::Shape, "{shape:?}");
    }
    assert_eq!(refused(s.arange(Dtype::I64, 0.0, 1e300, 1.0)).0, Code::Argument);
    assert_eq!(s.usage().operations, 6 - 1);
    // Repeating a row is free, but only within the limit of elements.
    let one = s.full(Dtype::F32, &[1], 0.0).expect("one element");
    assert_eq!(refused(s.expand(&one, &[1 << 40])).0, Code::QuotaElements);
}

#[test]
fn memory_is_refused_before_it_is_taken_and_given_back() {
    let mut s = Session::new(model(), Limits { tensor_bytes: 4096, ..ROOMY });
    let x = s.full(Dtype::F32, &[512], 1.0).expect("half of the quota");
    assert_eq!(s.usage().tensor_bytes, 2048);
    let views = [
        s.reshape(&x, &[16, 32]).expect("reshape"),
        s.permute(&x, &[0]).expect("permute"),
        s.slice(&x, 0, 3, 400, 7).expect("slice"),
        s.expand(&x, &[64, 512]).expect("expand"),
        s.detach(&x),
        x.clone(),
    ];
    assert_eq!(s.usage().tensor_bytes, 2048, "views share their memory");
    let before = s.usage();
    let (code, message) = refused(s.full(Dtype::F32, &[513], 1.0));
    assert_eq!(code, Code::QuotaTensorMemory);
    assert_eq!(message, "out of tensor memory: tried to allocate 2052 bytes, 2048 of 4096 bytes are in use");
    assert_eq!(s.usage().tensor_bytes, before.tensor_bytes);
    assert_eq!(s.exhausted().map(|error| error.code), Some(Code::QuotaTensorMemory));
    drop(x);
    assert_eq!(s.usage().tensor_bytes, 2048, "a view keeps the memory");
    drop(views);
    assert_eq!(s.usage().tensor_bytes, 0);
    assert_eq!(s.usage().tensors, 0);
    assert_eq!(s.usage().peak_tensor_bytes, 2048);
}

#[test]
fn tensors_elements_and_time_are_quotas() {
    let mut s = Session::new(model(), Limits { tensors: 10, elements_per_operation: 100, ..ROOMY });
    let kept: Vec<Tensor> = (0..10).map(|_| s.full(Dtype::U8, &[], 1.0).expect("within the quota")).collect();
    assert_eq!(refused(s.full(Dtype::U8, &[], 1.0)).0, Code::QuotaTensors);
    drop(kept);
    let x = s.full(Dtype::F32, &[100], 1.0).expect("as many as allowed");
    assert_eq!(refused(s.full(Dtype::F32, &[101], 1.0)).0, Code::QuotaElements);
    let column = s.reshape(&x, &[100, 1]).expect("reshape");
    assert_eq!(refused(s.binary(BinaryOp::Add, &x, &column)).0, Code::QuotaElements);
    assert_eq!(s.exhausted().map(|error| error.code), Some(Code::QuotaTensors), "the first one stays");

    let mut s = session();
    let x = s.full(Dtype::F32, &[1000], 1.0).expect("no deadline yet");
    let before = s.elapsed_seconds();
    s.set_deadline(before + 0.5e-6);
    assert_eq!(refused(s.unary(UnaryOp::Exp, &x)).0, Code::QuotaDeviceTime);
    assert_eq!(s.elapsed_seconds(), before, "what is refused costs nothing");
    s.set_deadline(before + 1.0);
    s.unary(UnaryOp::Exp, &x).expect("there is time again");
    // A launch, 1000 operations, 8000 bytes.
    assert!((s.elapsed_seconds() - before - 10e-6).abs() < 1e-12);
    s.set_instructions(500_000);
    s.set_instructions(400_000);
    assert!((s.elapsed_seconds() - before - 10e-6 - 0.5).abs() < 1e-9, "instructions never go back");
}

#[test]
fn a_recorded_chain_counts_and_cancel_stops_the_reverse_pass() {
    let mut s = Session::new(model(), Limits { tensors: 100, ..ROOMY });
    let one = s.full(Dtype::F32, &[], 1.0).expect("one");
    let mut x = s.parameter(&one).expect("a leaf");
    let spent = (0..1000).find_map(|_| match s.binary_scalar(BinaryOp::Mul, &x, 1.0) {
        Ok(y) => {
            x = y;
            None
        }
        Err(error) => Some(error.code),
    });
    assert_eq!(spent, Some(Code::QuotaTensors), "a record is not free");

    let mut s = session();
    let one = s.full(Dtype::F32, &[], 1.0).expect("one");
    let x = s.parameter(&one).expect("a leaf");
    let y = s.unary(UnaryOp::Square, &x).expect("square");
    s.cancel_token().store(true, Ordering::Relaxed);
    assert_eq!(refused(s.backward(&y, None, true)).0, Code::Cancelled);
    assert_eq!(refused(s.full(Dtype::F32, &[], 1.0)).0, Code::Cancelled);
    s.cancel_token().store(false, Ordering::Relaxed);
    assert_eq!(s.backward(&y, None, true).expect("goes on").len(), 1);
}

#[test]
fn long_chains_neither_overflow_the_stack_nor_leak() {
    let run = || {
        let mut s = session();
        let one = s.full(Dtype::F32, &[], 1.0).expect("one");
        let x = s.parameter(&one).expect("a leaf");
        let mut y = x.clone();
        for _ in 0..200_000 {
            y = s.binary_scalar(BinaryOp::Mul, &y, 1.0).expect("a long chain");
        }
        let gradients = s.backward(&y, None, true).expect("backward");
        assert_eq!(floats(&mut s, &gradients[0].1), [1.0]);
        drop(gradients);
        drop(y);
        assert_eq!(s.usage().tensors, 2);
        drop((one, x));
        assert_eq!((s.usage().tensors, s.usage().tensor_bytes), (0, 0));
    };
    let thread = std::thread::Builder::new().stack_size(2 << 20).spawn(run).expect("a thread");
    thread.join().expect("no overflow");
}

/// A few training steps of a small network; all bits that come out.
fn train() -> (Vec<u8>, u64) {
    let mut s = session();
    let mut g = Generator::new(7);
    let x = s.normal(&mut g, Dtype::F32, &[64, 33], 0.0, 1.0).expect("inputs");
    let targets = s.integers(&mut g, &[64], 0, 10).expect("targets");
    let initial = s.normal(&mut g, Dtype::F32, &[40, 33], 0.0, 0.2).expect("weights");
    let w1 = s.parameter(&initial).expect("a leaf");
    let initial = s.normal(&mut g, Dtype::F32, &[10, 40], 0.0, 0.2).expect("weights");
    let w2 = s.parameter(&initial).expect("a leaf");
    let mut state = AdamWState::new();
    let mut bytes = Vec::new();
    for _ in 0..5 {
        let h = s.linear(&x, &w1, None).expect("linear");
        let h = s.unary(UnaryOp::Gelu, &h).expect("gelu");
        let h = s.rms_norm(&h, None, 1e-6).expect("norm");
        let logits = s.linear(&h, &w2, None).expect("linear");
        let loss = s.cross_entropy(&logits, &targets, None).expect("loss");
        let gradients = s.backward(&loss, None, true).expect("gradients");
        let gradients: Vec<&Tensor> = gradients.iter().map(|(_, gradient)| gradient).collect();
        s.clip_gradient_norm(&gradients, 0.5).expect("clip");
        let hyper = AdamW { lr: 1e-2, beta1: 0.9, beta2: 0.99, eps: 1e-8, weight_decay: 0.1 };
        s.adamw_step(&mut state, &[&w1, &w2], &gradients, hyper).expect("a step");
        bytes.extend(s.read(&loss).expect("readable"));
    }
    bytes.extend(s.read(&w1).expect("readable"));
    (bytes, s.elapsed_seconds().to_bits())
}

#[test]
fn the_same_program_gives_the_same_bits_and_the_same_time() {
    let first = train();
    let others: Vec<_> = (0..3).map(|_| std::thread::spawn(train)).collect();
    for other in others {
        assert!(other.join().expect("no panic") == first);
    }
}

#[test]
fn adamw_follows_its_definition() {
    let mut s = session();
    let start = [0.5f32, -1.25, 2.0];
    let initial = tensor(&mut s, &[3], &start);
    let p = s.parameter(&initial).expect("a leaf");
    let handle = p.clone();
    let mut state = AdamWState::new();
    let hyper = AdamW { lr: 0.05, beta1: 0.9, beta2: 0.95, eps: 1e-8, weight_decay: 0.1 };
    let (mut expected, mut m, mut v) = (start.map(f64::from), [0.0f64; 3], [0.0f64; 3]);
    for t in 1..=20 {
        let g: [f64; 3] = std::array::from_fn(|i| (t as f64 * 0.7 + i as f64).sin());
        let gradient = tensor(&mut s, &[3], &g.map(|g| g as f32));
        s.adamw_step(&mut state, &[&p], &[&gradient], hyper).expect("a step");
        for i in 0..3 {
            m[i] = hyper.beta1 * m[i] + (1.0 - hyper.beta1) * g[i];
            v[i] = hyper.beta2 * v[i] + (1.0 - hyper.beta2) * g[i] * g[i];
            let (mh, vh) = (m[i] / (1.0 - hyper.beta1.powi(t)), v[i] / (1.0 - hyper.beta2.powi(t)));
            expected[i] *= 1.0 - hyper.lr * hyper.weight_decay;
            expected[i] -= hyper.lr * mh / (vh.sqrt() + hyper.eps);
        }
    }
    for (got, expected) in floats(&mut s, &handle).iter().zip(expected) {
        assert!((f64::from(*got) - expected).abs() < 1e-5, "{got} instead of {expected}");
    }
    assert_eq!(floats(&mut s, &initial), start, "what the leaf was made from stays");
    let plain = tensor(&mut s, &[3], &start);
    assert_eq!(refused(s.adamw_step(&mut state, &[&plain], &[&plain], hyper)).0, Code::Gradient);
    assert_eq!(refused(s.adamw_step(&mut state, &[&p], &[], hyper)).0, Code::Argument);
    let wrong = AdamW { beta1: 1.0, ..hyper };
    assert_eq!(
        refused(s.adamw_step(&mut state, &[&p], &[&plain], wrong)).1,
        "Invalid beta parameter at index 0: 1"
    );
}

#[test]
fn clipping_scales_in_place() {
    let mut s = session();
    let (a, b) = (tensor(&mut s, &[2], &[3.0, 0.0]), tensor(&mut s, &[], &[4.0]));
    let handle = a.clone();
    assert!((s.clip_gradient_norm(&[&a, &b], 10.0).expect("norm") - 5.0).abs() < 1e-6);
    assert_eq!(floats(&mut s, &handle), [3.0, 0.0]);
    s.clip_gradient_norm(&[&a, &b], 1.0).expect("norm");
    assert!((floats(&mut s, &handle)[0] - 0.6).abs() < 1e-5);
}

#[test]
fn assignment_is_seen_by_every_handle() {
    let mut s = session();
    let (one, two) =
        (s.full(Dtype::F32, &[2], 1.0).expect("ones"), s.full(Dtype::F32, &[2], 2.0).expect("twos"));
    let leaf = s.parameter(&one).expect("a leaf");
    let handle = leaf.clone();
    let y = s.unary(UnaryOp::Square, &leaf).expect("square");
    assert_eq!(refused(s.assign(&leaf, &two)).0, Code::Gradient);
    assert!(s.set_recording(false));
    s.assign(&leaf, &two).expect("nothing is recorded");
    assert!(!s.set_recording(true));
    assert_eq!(floats(&mut s, &handle), [2.0, 2.0]);
    assert_eq!(floats(&mut s, &one), [1.0, 1.0]);
    let sum = s.reduce(ReduceOp::Sum, &y, &[], false).expect("sum");
    let gradients = s.backward(&sum, None, true).expect("backward");
    assert_eq!(floats(&mut s, &gradients[0].1), [2.0, 2.0], "at the values of that time");
    // While recording, a tensor takes over how the value was computed.
    let x = s.full(Dtype::F32, &[2], 0.0).expect("zeros");
    s.assign(&x, &y).expect("not a leaf");
    assert!(s.requires_gradient(&x));
    assert_eq!(refused(s.assign(&x, &sum)).0, Code::Shape);
}

#[test]
fn tensors_cross_sessions_by_adoption_only() {
    let (mut a, mut b) = (session(), Session::new(model(), Limits { tensor_bytes: 64, ..ROOMY }));
    let x = tensor(&mut a, &[2], &[1.0, 2.0]);
    let leaf = a.parameter(&x).expect("a leaf");
    assert_eq!(refused(b.unary(UnaryOp::Exp, &x)).0, Code::Argument);
    let taken = b.adopt(&leaf).expect("adopted");
    assert!(!b.requires_gradient(&taken));
    assert_eq!((b.usage().tensor_bytes, a.usage().tensor_bytes), (8, 8));
    drop((x, leaf, a));
    assert_eq!(floats(&mut b, &taken), [1.0, 2.0]);
    drop(taken);
    assert_eq!(b.usage().tensor_bytes, 0);
    let mut a = session();
    let large = a.full(Dtype::F32, &[17], 0.0).expect("more than b may hold");
    let scalar = a.slice(&large, 0, 0, 1, 1).expect("a view of it");
    assert_eq!(refused(b.adopt(&scalar)).0, Code::QuotaTensorMemory, "the whole buffer is held");
}

#[test]
fn integers_follow_python() {
    let mut s = session();
    let (a, b) = (ids(&mut s, &[7, -7, 7, -7, 6]), ids(&mut s, &[2, 2, -2, -2, 3]));
    let run = |s: &mut Session, op| {
        let y = s.binary(op, &a, &b).expect("defined");
        integers(s, &y)
    };
    assert_eq!(run(&mut s, BinaryOp::FloorDivide), [3, -4, -4, 3, 2]);
    assert_eq!(run(&mut s, BinaryOp::Remainder), [1, 1, -1, -1, 0]);
    let zero = ids(&mut s, &[0]);
    assert_eq!(refused(s.binary(BinaryOp::Remainder, &a, &zero)).0, Code::Argument);
    let least = ids(&mut s, &[i64::MIN]);
    let minus = s.binary_scalar(BinaryOp::FloorDivide, &least, -1.0).expect("wraps");
    assert_eq!(integers(&mut s, &minus), [i64::MIN]);
    assert_eq!(refused(s.binary_scalar(BinaryOp::Pow, &a, -1.0)).0, Code::Argument);
    let cube = s.binary_scalar(BinaryOp::Pow, &a, 3.0).expect("a power");
    assert_eq!(integers(&mut s, &cube), [343, -343, 343, -343, 216]);
    assert_eq!(refused(s.binary(BinaryOp::Div, &a, &b)).0, Code::Dtype);
    assert_eq!(refused(s.binary_scalar(BinaryOp::Mul, &a, 0.5)).0, Code::Dtype);
    let x = tensor(&mut s, &[4], &[5.5, -5.5, 5.5, -5.5]);
    let y = tensor(&mut s, &[4], &[2.0, 2.0, -2.0, -2.0]);
    let r = s.binary(BinaryOp::Remainder, &x, &y).expect("defined");
    assert_eq!(floats(&mut s, &r), [1.5, 0.5, -0.5, -1.5]);
    let mask = s.binary_scalar(BinaryOp::Gt, &a, 6.0).expect("a mask");
    assert_eq!((mask.dtype(), s.read(&mask).expect("readable")), (Dtype::U8, vec![1, 0, 1, 0, 0]));
    let count = s.reduce(ReduceOp::Sum, &mask, &[], false).expect("a count");
    assert_eq!(integers(&mut s, &count), [2]);
}

#[test]
fn nan_and_order() {
    let mut s = session();
    let x = tensor(&mut s, &[5], &[2.0, f32::NAN, -1.0, 2.0, f32::INFINITY]);
    let (sorted, places) = s.sort(&x, 0, false).expect("sorted");
    assert_eq!(integers(&mut s, &places), [2, 0, 3, 4, 1]);
    assert!(floats(&mut s, &sorted)[4].is_nan());
    let (_, places) = s.sort(&x, -1, true).expect("sorted");
    assert_eq!(integers(&mut s, &places), [1, 4, 0, 3, 2]);
    let best = s.reduce(ReduceOp::Argmax, &x, &[], false).expect("a place");
    assert_eq!(integers(&mut s, &best), [1]);
    let max = s.reduce(ReduceOp::Max, &x, &[], false).expect("a maximum");
    assert!(floats(&mut s, &max)[0].is_nan());
    let y = tensor(&mut s, &[2, 3], &[1.0, 3.0, 3.0, 0.0, -1.0, -1.0]);
    let best = s.reduce(ReduceOp::Argmax, &y, &[1], false).expect("places");
    assert_eq!(integers(&mut s, &best), [1, 0]);
    let least = s.reduce(ReduceOp::Argmin, &y, &[0], true).expect("places");
    assert_eq!((least.shape(), integers(&mut s, &least)), (vec![1, 3], vec![1, 1, 1]));
    let nothing = tensor(&mut s, &[0, 3], &[]);
    let sum = s.reduce(ReduceOp::Sum, &nothing, &[0], false).expect("zeros");
    assert_eq!(floats(&mut s, &sum), [0.0; 3]);
    assert_eq!(refused(s.reduce(ReduceOp::Max, &nothing, &[0], false)).0, Code::Argument);
}

#[test]
fn strided_copies_and_views_agree() {
    let mut s = session();
    let shape = [3u64, 5, 40, 34];
    let n: u64 = shape.iter().product();
    let x = s.arange(Dtype::F32, 0.0, n as f64, 1.0).expect("numbers");
    let x = s.reshape(&x, &[3, 5, 40, 34]).expect("reshape");
    for order in [[0u32, 2, 1, 3], [0, 1, 3, 2], [3, 2, 1, 0], [2, 3, 0, 1], [1, 0, 2, 3]] {
        let turned = s.permute(&x, &order).expect("permute");
        let got = floats(&mut s, &turned);
        let dims = order.map(|d| shape[d as usize]);
        let strides = [5 * 40 * 34, 40 * 34, 34, 1u64];
        let mut expected = Vec::new();
        for i in 0..dims[0] {
            for j in 0..dims[1] {
                for k in 0..dims[2] {
                    for l in 0..dims[3] {
                        let at = [i, j, k, l];
                        expected.push((0..4).map(|d| at[d] * strides[order[d] as usize]).sum::<u64>() as f32);
                    }
                }
            }
        }
        assert!(got == expected, "{order:?}");
        let flat = s.reshape(&turned, &[-1]).expect("a copy");
        assert!(floats(&mut s, &flat) == expected, "{order:?}");
    }
    let every = s.slice(&x, 3, 1, -1, 11).expect("slice");
    assert_eq!(every.shape(), [3, 5, 40, 3]);
    assert_eq!(floats(&mut s, &every)[..4], [1.0, 12.0, 23.0, 35.0]);
    let none = s.slice(&x, 0, 2, 1, u64::MAX).expect("empty");
    assert_eq!(none.shape(), [0, 5, 40, 34]);
    let one = s.slice(&x, 0, i64::MIN, i64::MAX, u64::MAX).expect("the first");
    assert_eq!(one.shape(), [1, 5, 40, 34]);
}

#[test]
fn messages_are_those_of_pytorch() {
    let mut s = session();
    let (a, b) =
        (s.full(Dtype::F32, &[12, 64], 1.0).expect("a"), s.full(Dtype::F32, &[32, 64], 1.0).expect("b"));
    assert_eq!(refused(s.matmul(&a, &b)).1, "mat1 and mat2 shapes cannot be multiplied (12x64 and 32x64)");
    let (x, y) = (s.full(Dtype::F32, &[2, 3], 1.0).expect("x"), s.full(Dtype::F32, &[2, 4], 1.0).expect("y"));
    assert_eq!(
        refused(s.binary(BinaryOp::Add, &x, &y)).1,
        "The size of tensor a (3) must match the size of tensor b (4) at non-singleton dimension 1"
    );
    let twelve = s.full(Dtype::F32, &[12], 1.0).expect("twelve");
    assert_eq!(refused(s.reshape(&twelve, &[2, 3])).1, "shape '[2, 3]' is invalid for input of size 12");
    assert_eq!(
        refused(s.reduce(ReduceOp::Sum, &x, &[2], false)).1,
        "Dimension out of range (expected to be in range of [-2, 1], but got 2)"
    );
    let table = s.full(Dtype::F32, &[10, 2], 1.0).expect("table");
    for bad in [12, -1] {
        let index = ids(&mut s, &[3, bad]);
        let (code, message) = refused(s.embedding(&table, &index));
        assert_eq!(code, Code::Index);
        assert_eq!(message, format!("index {bad} is out of bounds for dimension 0 with size 10"));
    }
    let wide = ids(&mut s, &[0, 10]);
    let logits = s.slice(&table, 0, 0, 2, 1).expect("logits");
    assert_eq!(refused(s.cross_entropy(&logits, &wide, None)).0, Code::Index);
    assert_eq!(refused(s.backward(&x, None, true)).0, Code::Gradient);
    assert_eq!(refused(s.parameter(&wide)).0, Code::Gradient);
    assert_eq!(refused(s.permute(&x, &[0, 0])).0, Code::Argument);
    assert_eq!(refused(s.permute(&x, &[0])).0, Code::Argument);
    assert!(s.exhausted().is_none(), "mistakes are no spent quotas");
}

#[test]
fn random_numbers() {
    let mut s = session();
    let draw = |s: &mut Session, seed| {
        let mut g = Generator::new(seed);
        let x = s.normal(&mut g, Dtype::F32, &[10_000], 1.0, 2.0).expect("normal");
        let y = s.uniform(&mut g, Dtype::F32, &[10_000], -1.0, 3.0).expect("uniform");
        (floats(s, &x), floats(s, &y))
    };
    let (x, y) = draw(&mut s, 1);
    assert!((x.clone(), y.clone()) == draw(&mut s, 1) && x != draw(&mut s, 2).0);
    let moments = |x: &[f32]| {
        let mean = x.iter().sum::<f32>() / x.len() as f32;
        (mean, x.iter().map(|x| (x - mean) * (x - mean)).sum::<f32>() / x.len() as f32)
    };
    let (mean, variance) = moments(&x);
    assert!((mean - 1.0).abs() < 0.1 && (variance - 4.0).abs() < 0.25, "{mean} {variance}");
    let (mean, variance) = moments(&y);
    assert!((mean - 1.0).abs() < 0.05 && (variance - 16.0 / 12.0).abs() < 0.06, "{mean} {variance}");
    assert!(y.iter().all(|y| (-1.0..3.0).contains(y)));
    let mut g = Generator::new(3);
    let die = s.integers(&mut g, &[6000], 1, 7).expect("dice");
    let die = integers(&mut s, &die);
    assert!((1..=6).all(|face| (900..1100).contains(&die.iter().filter(|&&d| d == face).count())));
    let whole = s.integers(&mut g, &[100], i64::MIN, i64::MAX).expect("the whole range");
    assert!(integers(&mut s, &whole).iter().any(|x| *x < 0));
    let order = s.permutation(&mut g, 1000).expect("an order");
    let mut order = integers(&mut s, &order);
    assert!(!order.is_sorted());
    order.sort_unstable();
    assert!(order == (0..1000).collect::<Vec<i64>>());
    let weights = tensor(&mut s, &[1, 3], &[1.0, 0.0, 3.0]);
    let weights = s.expand(&weights, &[4000, 3]).expect("many rows");
    for replacement in [false, true] {
        let drawn = s.multinomial(&mut g, &weights, 1, replacement).expect("classes");
        let drawn = integers(&mut s, &drawn);
        assert!(drawn.iter().all(|&class| class != 1));
        assert!((900..1100).contains(&drawn.iter().filter(|&&class| class == 0).count()));
    }
    assert_eq!(refused(s.integers(&mut g, &[1], 3, 3)).0, Code::Argument);
}

#[test]
fn streams_and_windows() {
    let folder = tempfile::tempdir().expect("a folder");
    let shards = folder.path().join("train");
    fs::create_dir(&shards).expect("a folder");
    write_shard(shards.join("b.bin"), &[40_000, 5]).expect("written");
    write_shard(shards.join("a.bin"), &[1, 2, 3]).expect("written");
    fs::write(shards.join("notes.txt"), "not a shard").expect("written");
    let stream = TokenStream::open(&shards).expect("a folder of shards");
    assert_eq!(stream.tokens(), [1, 2, 3, 40_000, 5]);
    assert_eq!((stream.len(), stream.vocabulary()), (5, 40_001));
    let text = folder.path().join("text.txt");
    fs::write(&text, b"abc").expect("written");
    let bytes = TokenStream::open(&text).expect("bytes");
    assert_eq!((bytes.tokens(), bytes.vocabulary()), (&[97, 98, 99][..], 256));
    // printf 'a\0b\0c\0' | sha256sum
    assert_eq!(bytes.digest().len(), 64);
    assert_eq!(bytes.digest(), TokenStream::from_tokens(vec![97, 98, 99]).digest());
    assert_ne!(bytes.digest(), stream.digest());

    let mut s = session();
    let windows = s.windows(&stream, &[0, 3], 4).expect("windows");
    assert_eq!(windows.shape(), [2, 4]);
    assert_eq!(integers(&mut s, &windows), [1, 2, 3, 40_000, 40_000, 5, 1, 2], "wrapping at the end");
    assert_eq!(refused(s.windows(&stream, &[5], 1)).0, Code::Index);
    assert_eq!(refused(s.windows(&TokenStream::from_bytes(b""), &[], 1)).0, Code::Data);
    assert_eq!(refused(s.windows(&stream, &[0; 100], u32::MAX)).0, Code::QuotaElements);
}

#[test]
fn damaged_shards_are_refused_by_name_and_reason() {
    let folder = tempfile::tempdir().expect("a folder");
    let good = folder.path().join("good.bin");
    write_shard(&good, &[1, 2, 3]).expect("written");
    let whole = fs::read(&good).expect("readable");
    assert_eq!(whole.len(), 1024 + 6);
    let changed = |at: usize, to: u8| {
        let mut bytes = whole.clone();
        bytes[at] = to;
        bytes
    };
    let cases = [
        ("empty", Vec::new(), "has only 0"),
        ("short", whole[..1000].to_vec(), "has only 1000"),
        ("magic", changed(0, 0), "not a token shard"),
        ("version", changed(4, 2), "version 2 is unknown"),
        ("count", changed(8, 4), "promises 4 tokens, the file holds 3"),
        ("negative", changed(11, 255), "promises -"),
        ("cut", whole[..whole.len() - 2].to_vec(), "promises 3 tokens, the file holds 2"),
        ("odd", whole[..whole.len() - 1].to_vec(), "5 bytes of tokens is not a whole number"),
    ];
    for (name, bytes, reason) in cases {
        let path = folder.path().join(format!("{name}.bin"));
        fs::write(&path, bytes).expect("written");
        let error = TokenStream::open(&path).expect_err(name);
        let message = error.to_string();
        assert!(matches!(error, DataError::Damaged { .. }), "{message}");
        assert!(message.contains(reason) && message.contains(&format!("{name}.bin")), "{message}");
    }
    let missing = TokenStream::open(folder.path().join("none")).expect_err("nothing there");
    assert!(matches!(missing, DataError::Io { .. }) && missing.to_string().contains("none"));
    let empty = tempfile::tempdir().expect("a folder");
    assert!(TokenStream::open(empty.path()).expect_err("no shards").to_string().contains("no token shard"));
}
