//! One training step of the nanoGPT environment's `cpu` profile (4 layers, width 128, 4 heads, 64 tokens, batch 16,
//! vocabulary 256) by session calls alone: what tensors cost without the guest. Prints milliseconds per step on
//! this machine, and device seconds per step by the cost model.

use std::time::Instant;

use proofhouse_compute::data::TokenStream;
use proofhouse_compute::{
    AdamW, AdamWState, BinaryOp, DeviceModel, Dtype, Generator, Limits, Result, Session, Tensor, UnaryOp,
};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const LAYERS: usize = 4;
const WIDTH: u64 = 128;
const HEADS: u64 = 4;
const TIME: u64 = 64;
const BATCH: u64 = 16;
const VOCABULARY: u64 = 256;

struct Block {
    attention: Tensor,
    attention_out: Tensor,
    up: Tensor,
    down: Tensor,
}

struct Model {
    tokens: Tensor,
    positions: Tensor,
    blocks: Vec<Block>,
}

impl Model {
    fn new(s: &mut Session, g: &mut Generator) -> Result<Model> {
        let mut weight = |s: &mut Session, shape: &[u64]| {
            let initial = s.normal(g, Dtype::F32, shape, 0.0, 0.02)?;
            s.parameter(&initial)
        };
        let tokens = weight(s, &[VOCABULARY, WIDTH])?;
        let positions = weight(s, &[TIME, WIDTH])?;
        let mut blocks = Vec::new();
        for _ in 0..LAYERS {
            blocks.push(Block {
                attention: weight(s, &[3 * WIDTH, WIDTH])?,
                attention_out: weight(s, &[WIDTH, WIDTH])?,
                up: weight(s, &[4 * WIDTH, WIDTH])?,
                down: weight(s, &[WIDTH, 4 * WIDTH])?,
            });
        }
        Ok(Model { tokens, positions, blocks })
    }

    fn parameters(&self) -> Vec<&Tensor> {
        let blocks = self.blocks.iter().flat_map(|b| [&b.attention, &b.attention_out, &b.up, &b.down]);
        [&self.tokens, &self.positions].into_iter().chain(blocks).collect()
    }

    fn loss(&self, s: &mut Session, window: &Tensor) -> Result<Tensor> {
        let ids = s.slice(window, 1, 0, TIME as i64, 1)?;
        let targets = s.slice(window, 1, 1, TIME as i64 + 1, 1)?;
        let places = s.arange(Dtype::I64, 0.0, TIME as f64, 1.0)?;
        let words = s.embedding(&self.tokens, &ids)?;
        let places = s.embedding(&self.positions, &places)?;
        let mut x = s.binary(BinaryOp::Add, &words, &places)?;
        for block in &self.blocks {
            let normed = s.rms_norm(&x, None, 1e-6)?;
            let attended = block.attend(s, &normed)?;
            let scaled = s.binary_scalar(BinaryOp::Mul, &attended, 1.0 / (2.0 * LAYERS as f64).sqrt())?;
            x = s.binary(BinaryOp::Add, &x, &scaled)?;
            let normed = s.rms_norm(&x, None, 1e-6)?;
            let up = s.linear(&normed, &block.up, None)?;
            let active = s.unary(UnaryOp::Gelu, &up)?;
            let down = s.linear(&active, &block.down, None)?;
            x = s.binary(BinaryOp::Add, &x, &down)?;
        }
        let normed = s.rms_norm(&x, None, 1e-6)?;
        let logits = s.linear(&normed, &self.tokens, None)?;
        let logits = s.reshape(&logits, &[-1, VOCABULARY as i64])?;
        let targets = s.reshape(&targets, &[-1])?;
        s.cross_entropy(&logits, &targets, None)
    }
}

impl Block {
    fn attend(&self, s: &mut Session, x: &Tensor) -> Result<Tensor> {
        let qkv = s.linear(x, &self.attention, None)?;
        let mut heads = Vec::new();
        for i in 0..3 {
            let part = s.slice(&qkv, 2, i * WIDTH as i64, (i + 1) * WIDTH as i64, 1)?;
            let part = s.reshape(&part, &[BATCH as i64, TIME as i64, HEADS as i64, -1])?;
            heads.push(s.permute(&part, &[0, 2, 1, 3])?);
        }
        let y = s.attention(&heads[0], &heads[1], &heads[2], true, None)?;
        let y = s.permute(&y, &[0, 2, 1, 3])?;
        let y = s.reshape(&y, &[BATCH as i64, TIME as i64, WIDTH as i64])?;
        s.linear(&y, &self.attention_out, None)
    }
}

fn step(
    s: &mut Session,
    model: &Model,
    state: &mut AdamWState,
    data: &TokenStream,
    g: &mut Generator,
) -> Result<f32> {
    let starts = s.integers(g, &[BATCH], 0, data.len() as i64 - TIME as i64 - 1)?;
    let starts: Vec<u64> =
        s.read(&starts)?.as_chunks().0.iter().map(|&bytes| u64::from_le_bytes(bytes)).collect();
    let window = s.windows(data, &starts, TIME as u32 + 1)?;
    let loss = model.loss(s, &window)?;
    let gradients: Vec<Tensor> =
        s.backward(&loss, None, false)?.into_iter().map(|(_, gradient)| gradient).collect();
    let gradients: Vec<&Tensor> = gradients.iter().collect();
    s.clip_gradient_norm(&gradients, 1.0)?;
    let hyper = AdamW { lr: 1.5e-3, beta1: 0.9, beta2: 0.95, eps: 1e-8, weight_decay: 0.1 };
    s.adamw_step(state, &model.parameters(), &gradients, hyper)?;
    let bytes = s.read(&loss)?;
    Ok(f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
}

/// Billions of floating-point operations a second in a large matrix product: the roof of every step.
fn roof(s: &mut Session) -> Result<f64> {
    const N: u64 = 768;
    let a = s.full(Dtype::F32, &[N, N], 0.5)?;
    let mut best = f64::INFINITY;
    for _ in 0..10 {
        let start = Instant::now();
        s.matmul(&a, &a)?;
        best = best.min(start.elapsed().as_secs_f64());
    }
    Ok(2.0 * (N * N * N) as f64 / best / 1e9)
}

fn main() -> Result<()> {
    let model = DeviceModel {
        name: "one core".into(),
        flops_per_second: 5e10,
        bytes_per_second: 1e10,
        launch_seconds: 2e-6,
        instructions_per_second: 1e9,
    };
    let limits = Limits { tensor_bytes: 1 << 30, tensors: 100_000, elements_per_operation: 1 << 27 };
    let mut s = Session::new(model, limits);
    println!("a large matrix product: {:.1} GFLOP/s", roof(&mut s)?);
    let mut g = Generator::new(1);
    let text = include_bytes!("step.rs");
    let data = TokenStream::from_bytes(text);
    let model = Model::new(&mut s, &mut g)?;
    let mut state = AdamWState::new();
    let steps = 100;
    let mut times = Vec::new();
    let (mut first, mut last) = (0.0, 0.0);
    let began = s.usage();
    for i in 0..steps {
        let start = Instant::now();
        last = step(&mut s, &model, &mut state, &data, &mut g)?;
        times.push(start.elapsed().as_secs_f64() * 1e3);
        if i == 0 {
            first = last;
        }
    }
    let used = s.usage();
    times.sort_by(f64::total_cmp);
    println!("{steps} steps: loss {first:.4} -> {last:.4}");
    println!("ms/step: min {:.2}, median {:.2}, max {:.2}", times[0], times[steps / 2], times[steps - 1]);
    println!(
        "per step: {:.0} operations, {:.1} MFLOP, {:.6} device seconds; peak {:.1} MB of tensors, {} alive",
        (used.operations - began.operations) as f64 / steps as f64,
        (used.flops - began.flops) / steps as f64 / 1e6,
        (used.device_seconds - began.device_seconds) / steps as f64,
        used.peak_tensor_bytes as f64 / 1e6,
        used.tensors
    );
    Ok(())
}
