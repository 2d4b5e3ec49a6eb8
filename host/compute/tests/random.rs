//! The generator's numbers are PyTorch's: compared bit by bit with what `tests/torch/random_golden.py` wrote.

use proofhouse_compute::{Code, DeviceModel, Dtype, Error, Generator, Limits, Result, Session, Tensor};
use serde_json::Value;

const ROOMY: Limits = Limits { tensor_bytes: 1 << 28, tensors: 1_000_000, elements_per_operation: 1 << 24 };

fn session(limits: Limits) -> Session {
    let model = DeviceModel {
        name: "test".into(),
        flops_per_second: 1e9,
        bytes_per_second: 1e9,
        launch_seconds: 1e-6,
        instructions_per_second: 1e6,
    };
    Session::new(model, limits)
}

fn golden() -> Value {
    serde_json::from_str(include_str!("random_golden.json")).expect("what the script wrote")
}

/// The arguments of one call.
struct Call<'a>(&'a [Value]);

impl Call<'_> {
    fn number(&self, i: usize) -> f64 {
        self.0[i].as_f64().expect("a number")
    }

    fn count(&self, i: usize) -> u64 {
        self.0[i].as_u64().expect("a count")
    }

    fn integer(&self, i: usize) -> i64 {
        self.0[i].as_i64().expect("an integer")
    }

    fn shape(&self, i: usize) -> Vec<u64> {
        self.0[i].as_array().expect("a shape").iter().map(|n| n.as_u64().expect("an extent")).collect()
    }

    fn dtype(&self, i: usize) -> Dtype {
        let name = self.0[i].as_str().expect("a dtype");
        Dtype::ALL.iter().copied().find(|dtype| dtype.name() == name).expect(name)
    }
}

/// A float tensor whose element `i` is `number(i)`.
fn made(s: &mut Session, dtype: Dtype, shape: &[u64], number: impl Fn(u64) -> f32) -> Tensor {
    let bytes: Vec<u8> = (0..shape.iter().product()).flat_map(|i| number(i).to_le_bytes()).collect();
    let x = s.create(Dtype::F32, shape, &bytes).expect("a tensor");
    s.cast(&x, dtype).expect("a float dtype")
}

/// What a call draws.
fn draw(s: &mut Session, g: &mut Generator, call: &[Value]) -> Tensor {
    let a = Call(&call[1..]);
    let drawn = match call[0].as_str().expect("a name") {
        "normal" => s.normal(g, a.dtype(0), &a.shape(1), a.number(2), a.number(3)),
        "uniform" => s.uniform(g, a.dtype(0), &a.shape(1), a.number(2), a.number(3)),
        "bernoulli" => s.bernoulli(g, a.dtype(0), &a.shape(1), a.number(2)),
        "exponential" => s.exponential(g, a.dtype(0), &a.shape(1), a.number(2)),
        "integers" => s.integers(g, &a.shape(0), a.integer(1), a.integer(2)),
        "permutation" => s.permutation(g, a.count(0)),
        "bernoulli_each" => {
            let p = made(s, a.dtype(1), &[a.count(0)], |i| (i % 9) as f32 / 8.0);
            s.bernoulli_each(g, &p)
        }
        "multinomial" => {
            let shape = [a.count(0), a.count(1)];
            let weights = made(s, a.dtype(2), &shape, |i| (i * 7 % 11) as f32 / 8.0);
            s.multinomial(g, &weights, a.count(3), a.0[4] == true)
        }
        other => panic!("no call {other}"),
    };
    drawn.expect("drawn")
}

/// The bits of each element, as the script records them.
fn bits(bytes: &[u8], width: usize) -> Vec<u64> {
    let number = |bytes: &[u8]| bytes.iter().rev().fold(0, |n, &byte| n << 8 | u64::from(byte));
    bytes.chunks_exact(width).map(number).collect()
}

fn compare(name: &str, found: &[u64], golden: &Value) {
    let numbers = |key: &str| -> Option<Vec<u64>> {
        let numbers = golden.get(key)?.as_array().expect("a list");
        Some(numbers.iter().map(|n| n.as_str().and_then(|n| n.parse().ok()).expect("a number")).collect())
    };
    if let Some(all) = numbers("bits") {
        assert_eq!(found, all, "{name}");
        return;
    }
    let first = numbers("first").expect("the first numbers");
    assert_eq!(found[..first.len()], first, "{name}");
    let weighted = |(i, &n): (usize, &u64)| n.wrapping_mul(i as u64 + 1);
    let sum = found.iter().enumerate().map(weighted).fold(0, u64::wrapping_add);
    assert_eq!(
        (sum.to_string(), found.len() as u64),
        (golden["sum"].as_str().expect("a sum").to_string(), golden["count"].as_u64().expect("a count"),),
        "{name}"
    );
}

#[test]
fn numbers_are_those_of_pytorch() {
    let golden = golden();
    let programs = golden["programs"].as_array().expect("programs");
    assert!(!programs.is_empty());
    for program in programs {
        let seed = program["seed"].as_u64().expect("a seed");
        let mut s = session(ROOMY);
        let mut g = Generator::new(seed);
        let calls = program["calls"].as_array().expect("calls");
        let results = program["results"].as_array().expect("results");
        assert!(!calls.is_empty() && calls.len() == results.len());
        for (call, result) in calls.iter().zip(results) {
            let drawn = draw(&mut s, &mut g, call.as_array().expect("a call"));
            let bytes = s.read(&drawn).expect("readable");
            compare(&format!("seed {seed}: {call}"), &bits(&bytes, drawn.dtype().size_in_bytes()), result);
        }
        compare(&format!("state after seed {seed}"), &bits(&g.state(), 1), &program["state"]);
    }
}

fn read(s: &mut Session, x: &Tensor) -> Vec<u8> {
    s.read(x).expect("readable")
}

#[test]
fn a_state_goes_on_where_it_was_taken() {
    let mut s = session(ROOMY);
    let mut g = Generator::new(9);
    for _ in 0..300 {
        s.normal(&mut g, Dtype::F32, &[5], 0.0, 1.0).expect("normal");
        let state = g.state();
        let mut other = Generator::new(0);
        other.set_state(&state).expect("a state");
        assert_eq!(other, g);
        let after = s.normal(&mut g.clone(), Dtype::F32, &[7], 0.0, 1.0).expect("normal");
        let other = s.normal(&mut other, Dtype::F32, &[7], 0.0, 1.0).expect("normal");
        assert_eq!(read(&mut s, &after), read(&mut s, &other));
    }
    g.seed(9);
    assert_eq!(g, Generator::new(9));
}

#[test]
fn bytes_that_are_no_state_are_refused() {
    let mut g = Generator::new(1);
    let good = g.state();
    let mut refused = |bytes: &[u8]| {
        let before = g.clone();
        assert_eq!(g.set_state(bytes).expect_err("no state").code, Code::Argument);
        assert_eq!(g, before);
    };
    refused(&[]);
    refused(&good[1..]);
    refused(&[0; 5056]);
    refused(&[255; 5056]);
    // left, seeded, next, a word
    for (at, byte) in [(8, 0), (8, 2), (11, 255), (12, 0), (16, 7), (18, 1), (23, 1), (28, 1)] {
        let mut bytes = good.clone();
        bytes[at] = byte;
        if (at, byte) == (16, 7) {
            // Where no words are left, any `next` will do.
            assert!(Generator::new(2).set_state(&bytes).is_ok());
            continue;
        }
        refused(&bytes);
    }
}

#[test]
fn messages_are_those_of_pytorch() {
    let mut s = session(ROOMY);
    let mut g = Generator::new(1);
    let weights =
        |s: &mut Session, shape: &[u64], numbers: &[f32]| made(s, Dtype::F32, shape, |i| numbers[i as usize]);
    let fair = weights(&mut s, &[2], &[1.0, 1.0]);
    let zero = weights(&mut s, &[2, 2], &[1.0, 1.0, 0.0, 0.0]);
    let negative = weights(&mut s, &[2], &[1.0, -1.0]);
    let nan = weights(&mut s, &[2], &[1.0, f32::NAN]);
    let cube = weights(&mut s, &[1, 1, 2], &[1.0, 1.0]);
    let whole = s.full(Dtype::I64, &[2], 1.0).expect("integers");
    let likely = weights(&mut s, &[1], &[1.5]);
    let before = g.clone();
    let refusals: Vec<(Result<Tensor>, &str)> = vec![
        (
            s.multinomial(&mut g, &fair, 3, false),
            "cannot sample n_sample > prob_dist.size(-1) samples without replacement",
        ),
        (s.multinomial(&mut g, &fair, 0, true), "cannot sample n_sample <= 0 samples"),
        (
            s.multinomial(&mut g, &zero, 1, true),
            "invalid multinomial distribution (sum of probabilities <= 0)",
        ),
        (
            s.multinomial(&mut g, &zero, 1, false),
            "invalid multinomial distribution (sum of probabilities <= 0)",
        ),
        (
            s.multinomial(&mut g, &negative, 1, true),
            "probability tensor contains either `inf`, `nan` or element < 0",
        ),
        (
            s.multinomial(&mut g, &nan, 1, false),
            "probability tensor contains either `inf`, `nan` or element < 0",
        ),
        (s.multinomial(&mut g, &cube, 1, true), "prob_dist must be 1 or 2 dim"),
        (s.normal(&mut g, Dtype::F32, &[3], 0.0, -1.0), "normal expects std >= 0.0, but found std -1"),
        (
            s.uniform(&mut g, Dtype::F32, &[3], 1.0, 0.0),
            "uniform_ expects to return a [from, to) range, but found from=1 > to=0",
        ),
        (s.uniform(&mut g, Dtype::F32, &[3], 0.0, 1e39), "to is out of bounds for float"),
        (s.uniform(&mut g, Dtype::Bf16, &[3], f64::NAN, 1.0), "from is out of bounds for c10::BFloat16"),
        (s.bernoulli(&mut g, Dtype::U8, &[3], 1.5), "bernoulli_ expects p to be in [0, 1], but got p=1.5"),
        (
            s.exponential(&mut g, Dtype::F32, &[3], 0.0),
            "exponential_ expects lambda > 0.0, but found lambda=0",
        ),
        (
            s.integers(&mut g, &[3], 3, 3),
            "random_ expects 'from' to be less than 'to', but got from=3 >= to=3",
        ),
        (s.bernoulli_each(&mut g, &likely), "Expected p_in >= 0 && p_in <= 1 to be true, but got false."),
    ];
    for (refused, message) in refusals {
        let Error { code, message: found } = refused.expect_err(message);
        assert!(!code.is_quota());
        assert_eq!(found, message);
    }
    for drawn in [
        s.normal(&mut g, Dtype::I64, &[3], 0.0, 1.0),
        s.uniform(&mut g, Dtype::I64, &[3], 0.0, 1.0),
        s.exponential(&mut g, Dtype::I64, &[3], 1.0),
        s.bernoulli_each(&mut g, &whole),
        s.multinomial(&mut g, &whole, 1, true),
    ] {
        assert_eq!(drawn.expect_err("no floats").code, Code::Dtype);
    }
    assert_eq!(g, before, "a refused call draws nothing");
}

#[test]
fn what_is_drawn_is_charged_before() {
    let mut s = session(Limits { tensor_bytes: 1 << 12, tensors: 10, elements_per_operation: 1 << 9 });
    let mut g = Generator::new(1);
    let many = [1 << 40];
    for drawn in [
        s.normal(&mut g, Dtype::F32, &many, 0.0, 1.0),
        s.uniform(&mut g, Dtype::F32, &many, 0.0, 1.0),
        s.bernoulli(&mut g, Dtype::F32, &many, 0.5),
        s.exponential(&mut g, Dtype::F32, &many, 1.0),
        s.integers(&mut g, &many, 0, 2),
        s.permutation(&mut g, 1 << 40),
    ] {
        assert_eq!(drawn.expect_err("too many").code, Code::QuotaElements);
    }
    let weights = s.full(Dtype::F32, &[200], 1.0).expect("weights");
    assert_eq!(
        s.multinomial(&mut g, &weights, 1 << 40, true).expect_err("too many").code,
        Code::QuotaTensorMemory
    );
    assert_eq!(
        s.multinomial(&mut g, &weights, 100, true).expect_err("no scratch").code,
        Code::QuotaTensorMemory
    );
    let before = s.elapsed_seconds();
    s.uniform(&mut g, Dtype::F32, &[200], 0.0, 1.0).expect("within the quota");
    assert!(s.elapsed_seconds() > before);
}
