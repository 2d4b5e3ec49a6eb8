//! Gradients against central differences: what several test files share, none all of it.
#![allow(dead_code)]

use proofhouse_compute::{DeviceModel, Dtype, Generator, Limits, Result, Session, Tensor};

pub fn session() -> Session {
    let model = DeviceModel {
        name: "test".into(),
        flops_per_second: 1e10,
        bytes_per_second: 1e10,
        launch_seconds: 1e-6,
        instructions_per_second: 1e9,
    };
    Session::new(model, Limits { tensor_bytes: 1 << 28, tensors: 100_000, elements_per_operation: 1 << 24 })
}

pub fn tensor(s: &mut Session, shape: &[u64], values: &[f32]) -> Tensor {
    let bytes: Vec<u8> = values.iter().flat_map(|x| x.to_le_bytes()).collect();
    s.create(Dtype::F32, shape, &bytes).expect("a tensor of the given values")
}

pub fn ids(s: &mut Session, shape: &[u64], values: &[i64]) -> Tensor {
    let bytes: Vec<u8> = values.iter().flat_map(|x| x.to_le_bytes()).collect();
    s.create(Dtype::I64, shape, &bytes).expect("a tensor of the given indices")
}

pub fn values(s: &mut Session, x: &Tensor) -> Vec<f32> {
    s.read(x).expect("readable").as_chunks().0.iter().map(|&bytes| f32::from_le_bytes(bytes)).collect()
}

/// Numbers in [low, high), at least `gap` apart from each other, so that no maximum changes hands.
pub fn numbers(seed: u64, n: usize, low: f32, high: f32) -> Vec<f32> {
    let mut s = session();
    let mut g = Generator::new(seed);
    let order = s.permutation(&mut g, n as u64).expect("an order");
    let order = s.read(&order).expect("readable");
    let step = (high - low) / n as f32;
    order.as_chunks().0.iter().map(|&bytes| low + (i64::from_le_bytes(bytes) as f32 + 0.37) * step).collect()
}

pub type Function<'a> = &'a dyn Fn(&mut Session, &[Tensor]) -> Result<Tensor>;

/// Compares `backward` with differences of Σ w·f, for random w, at every element of every input.
pub fn check(name: &str, inputs: &[(&[u64], Vec<f32>)], f: Function<'_>) {
    let mut s = session();
    let leaves: Vec<Tensor> = inputs
        .iter()
        .map(|(shape, values)| {
            let initial = tensor(&mut s, shape, values);
            s.parameter(&initial).expect("a leaf")
        })
        .collect();
    let y = f(&mut s, &leaves).unwrap_or_else(|e| panic!("{name}: {e}"));
    let weights = numbers(99, y.element_count() as usize, -1.0, 1.5);
    let w = tensor(&mut s, &y.shape(), &weights);
    let gradients = s.backward(&y, Some(&w), true).unwrap_or_else(|e| panic!("{name}: {e}"));
    let mut at = |inputs: &[(&[u64], Vec<f32>)]| -> f64 {
        s.set_recording(false);
        let plain: Vec<Tensor> = inputs.iter().map(|(shape, values)| tensor(&mut s, shape, values)).collect();
        let y = f(&mut s, &plain).expect("works without a record as well");
        values(&mut s, &y).iter().zip(&weights).map(|(&y, &w)| f64::from(y) * f64::from(w)).sum()
    };
    let mut found = Vec::new();
    for (i, (_, base)) in inputs.iter().enumerate() {
        for j in 0..base.len() {
            let h = 4e-3f32;
            let moved = |by: f32| {
                let mut inputs = inputs.to_vec();
                inputs[i].1[j] += by;
                inputs
            };
            let (up, down) = (moved(h), moved(-h));
            let span = f64::from(up[i].1[j]) - f64::from(down[i].1[j]);
            found.push((i, j, (at(&up) - at(&down)) / span));
        }
    }
    let mut s2 = s;
    let gradients: Vec<(u64, Vec<f32>)> =
        gradients.iter().map(|(leaf, gradient)| (*leaf, values(&mut s2, gradient))).collect();
    for (i, j, expected) in found {
        let leaf = s2.leaf(&leaves[i]).expect("leaves stay leaves");
        let gradient = gradients.iter().find(|(id, _)| *id == leaf);
        let got = gradient.map_or(0.0, |(_, gradient)| f64::from(gradient[j]));
        let tolerance = 4e-3 + 1e-2 * expected.abs();
        assert!(
            (got - expected).abs() < tolerance,
            "{name}: input {i} element {j}: {got} instead of {expected}"
        );
    }
}
