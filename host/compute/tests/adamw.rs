//! AdamW's numbers are PyTorch's (`tests/torch/adamw_golden.py`), and what it remembers can be taken out and put back.

use proofhouse_compute::{AdamW, AdamWState, Code, DeviceModel, Dtype, Limits, Session, Tensor};
use serde_json::Value;

fn session() -> Session {
    let model = DeviceModel {
        name: "test".into(),
        flops_per_second: 1e9,
        bytes_per_second: 1e9,
        launch_seconds: 1e-6,
        instructions_per_second: 1e6,
    };
    Session::new(model, Limits { tensor_bytes: 1 << 20, tensors: 1000, elements_per_operation: 1 << 16 })
}

fn tensor(s: &mut Session, shape: &[u64], values: &[f32]) -> Tensor {
    let bytes: Vec<u8> = values.iter().flat_map(|x| x.to_le_bytes()).collect();
    s.create(Dtype::F32, shape, &bytes).expect("a tensor of the given values")
}

fn floats(s: &mut Session, x: &Tensor) -> Vec<f32> {
    s.read(x).expect("readable").as_chunks().0.iter().map(|&bytes| f32::from_le_bytes(bytes)).collect()
}

const N: i64 = 12;

/// The parameter and the gradients of the script.
fn parameter(s: &mut Session) -> Tensor {
    let initial = tensor(s, &[3, 4], &(0..N).map(|i| 1.0 + i as f32 / 4.0).collect::<Vec<f32>>());
    s.parameter(&initial).expect("a leaf")
}

fn gradient(s: &mut Session, step: i64) -> Tensor {
    let numbers: Vec<f32> = (0..N).map(|i| ((i * 37 + step * 101) % 97 - 48) as f32 / 32.0).collect();
    tensor(s, &[3, 4], &numbers)
}

const HYPER: AdamW = AdamW { lr: 1e-2, beta1: 0.9, beta2: 0.999, eps: 1e-8, weight_decay: 0.1 };

fn steps(s: &mut Session, state: &mut AdamWState, p: &Tensor, steps: std::ops::Range<i64>, hyper: AdamW) {
    for step in steps {
        let g = gradient(s, step);
        s.adamw_step(state, &[p], &[&g], hyper).expect("a step");
    }
}

fn near(found: &[f32], golden: &Value, name: &str) {
    let golden = golden.as_array().expect("numbers");
    assert_eq!(found.len(), golden.len());
    for (&x, y) in found.iter().zip(golden) {
        let y = y.as_f64().expect("a number");
        assert!((f64::from(x) - y).abs() <= 1e-6 * y.abs(), "{name}: {x} is not {y}");
    }
}

#[test]
fn fifty_steps_are_those_of_pytorch() {
    let golden: Value =
        serde_json::from_str(include_str!("adamw_golden.json")).expect("what the script wrote");
    let runs = golden["runs"].as_array().expect("runs");
    assert!(!runs.is_empty());
    for run in runs {
        let number = |pointer: &str| run.pointer(pointer).and_then(Value::as_f64).expect("a setting");
        let hyper = AdamW {
            lr: number("/settings/lr"),
            beta1: number("/settings/betas/0"),
            beta2: number("/settings/betas/1"),
            eps: number("/settings/eps"),
            weight_decay: number("/settings/weight_decay"),
        };
        let mut s = session();
        let p = parameter(&mut s);
        let mut state = AdamWState::new();
        let count = golden["steps"].as_i64().expect("a count");
        steps(&mut s, &mut state, &p, 0..count, hyper);
        let (step, first, second) = s.adamw_moments(&state, &p).expect("readable").expect("moments");
        assert_eq!(step, count as u64);
        near(&floats(&mut s, &p), &run["parameter"], "parameter");
        near(&floats(&mut s, &first), &run["first"], "first moment");
        near(&floats(&mut s, &second), &run["second"], "second moment");
    }
}

#[test]
fn a_restored_state_goes_on_with_the_same_bits() {
    let mut s = session();
    let p = parameter(&mut s);
    let mut state = AdamWState::new();
    assert!(s.adamw_moments(&state, &p).expect("readable").is_none());
    steps(&mut s, &mut state, &p, 0..5, HYPER);
    let (step, first, second) = s.adamw_moments(&state, &p).expect("readable").expect("moments");
    assert_eq!((step, first.shape(), second.shape()), (5, vec![3, 4], vec![3, 4]));
    let values = floats(&mut s, &p);
    let q = tensor(&mut s, &[3, 4], &values);
    let q = s.parameter(&q).expect("a leaf");
    steps(&mut s, &mut state, &p, 5..9, HYPER);
    let mut other = AdamWState::new();
    s.adamw_restore(&mut other, &q, step, &first, &second).expect("restored");
    steps(&mut s, &mut other, &q, 5..9, HYPER);
    assert_eq!(floats(&mut s, &p), floats(&mut s, &q));
    // Copies: what was taken out has not moved.
    let (_, later, _) = s.adamw_moments(&state, &p).expect("readable").expect("moments");
    assert_ne!(floats(&mut s, &first), floats(&mut s, &later));
}

#[test]
fn moments_that_do_not_fit_are_refused_and_memory_is_given_back() {
    let mut s = session();
    let p = parameter(&mut s);
    let mut state = AdamWState::new();
    let good = s.full(Dtype::F32, &[3, 4], 0.5).expect("a moment");
    let flat = s.full(Dtype::F32, &[12], 0.5).expect("a moment");
    let whole = s.full(Dtype::I64, &[3, 4], 1.0).expect("integers");
    let code = |result: proofhouse_compute::Result<()>| result.expect_err("refused").code;
    assert_eq!(code(s.adamw_restore(&mut state, &p, 1, &flat, &good)), Code::Shape);
    assert_eq!(code(s.adamw_restore(&mut state, &p, 1, &good, &whole)), Code::Dtype);
    assert_eq!(code(s.adamw_restore(&mut state, &good, 1, &good, &good)), Code::Gradient);
    assert_eq!(s.adamw_moments(&state, &good).expect_err("no leaf").code, Code::Gradient);
    let before = s.usage().tensor_bytes;
    let time = s.elapsed_seconds();
    for _ in 0..3 {
        s.adamw_restore(&mut state, &p, u64::MAX - 1, &good, &good).expect("restored");
        assert_eq!(s.usage().tensor_bytes, before + 8 * 12);
    }
    assert!(s.elapsed_seconds() > time);
    steps(&mut s, &mut state, &p, 0..1, HYPER);
    assert!(floats(&mut s, &p).iter().all(|x| x.is_finite()));
    drop(state);
    assert_eq!(s.usage().tensor_bytes, before);
    // A moment that the quota has no room for.
    let mut state = AdamWState::new();
    let large = s.full(Dtype::F32, &[40_000], 0.0).and_then(|x| s.parameter(&x)).expect("a leaf");
    let moment = s.full(Dtype::F32, &[40_000], 0.0).expect("a moment");
    let _rest = s.full(Dtype::F32, &[60_000], 0.0).expect("room for no more");
    assert_eq!(code(s.adamw_restore(&mut state, &large, 1, &moment, &moment)), Code::QuotaTensorMemory);
    assert!(s.adamw_moments(&state, &large).expect("nothing").is_none());
}
