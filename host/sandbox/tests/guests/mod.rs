//! Guests for tests: small components written as WebAssembly text against the real WIT worlds, and the built ones.
#![allow(dead_code, reason = "each test file uses some of it")]

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use proofhouse_compute::DeviceModel;
use proofhouse_sandbox::{CancelToken, Evaluation, Level, Observer, Plugin, Policy, Runtime, Verdict};
use proofhouse_types::CurvePoint;
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A component of `world` (in `wit/<package>`) from a core module in text.
pub fn component(package: &str, world: &str, text: &str) -> Vec<u8> {
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_dir(repository().join("wit").join(package)).unwrap();
    let world = resolve.select_world(&[package], Some(world)).unwrap();
    let mut module = wat::parse_str(text).unwrap();
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8, false).unwrap();
    ComponentEncoder::default().module(&module).unwrap().encode().unwrap()
}

/// A guest that `cargo xtask build` makes.
pub fn built(name: &str) -> PathBuf {
    let path = repository().join("target/guests").join(format!("{name}.wasm"));
    assert!(path.exists(), "{} is missing: run `cargo xtask build` first", path.display());
    path
}

/// A policy of the repository, with some of its keys replaced.
pub fn policy(name: &str, changes: &[(&str, &str)]) -> Policy {
    let path = repository().join("sandbox-policies").join(format!("{name}.toml"));
    let mut text = std::fs::read_to_string(path).unwrap();
    for (key, value) in changes {
        let start = text.find(&format!("\n{key} =")).unwrap() + 1;
        // A list goes over several lines.
        let end = if text[start..].starts_with("imports = [\n") { "\n]" } else { "" };
        let length = text[start..].find(&format!("{end}\n")).unwrap() + end.len();
        text.replace_range(start..start + length, &format!("{key} = {value}"));
    }
    Policy::parse(&text, &format!("{name}.toml")).unwrap()
}

/// The runtime of all tests in a process; compiled guests are kept between runs.
pub fn runtime() -> Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| Runtime::new(&repository().join("target/tmp/sandbox-test-cache")).unwrap()).clone()
}

/// An executor whose `invoke` runs `invoke` (locals: `$entry`, `$entry-length`, `$arguments`, `$argument-count`), which
/// leaves the address of its answer; `load` runs `load`. More functions, data and memory go into `more`.
pub fn executor(load: &str, invoke: &str, more: &str) -> Vec<u8> {
    component("compute", "executor", &executor_text(load, invoke, more))
}

pub fn executor_text(load: &str, invoke: &str, more: &str) -> String {
    format!(
        r#"(module
        (import "proofhouse:compute/log@0.1.0" "emit" (func $emit (param i32 i32 i32)))
        (import "proofhouse:compute/log@0.1.0" "metric" (func $metric (param i32 i32 i64 f64)))
        (import "proofhouse:compute/tensors@0.1.0" "full"
            (func $full (param i32 i32 i32 f64 i32)))
        (import "proofhouse:compute/tensors@0.1.0" "unary" (func $unary (param i32 i32 i32)))
        (import "proofhouse:compute/tensors@0.1.0" "[resource-drop]tensor" (func $drop-tensor (param i32)))
        (import "proofhouse:compute/data@0.1.0" "[static]tokens.open" (func $open (param i32 i32 i32)))
        (import "proofhouse:compute/clock@0.1.0" "elapsed-seconds" (func $elapsed (result f64)))
        (import "proofhouse:compute/clock@0.1.0" "deadline-seconds" (func $deadline (result f64)))
        (memory (export "memory") 2)
        (global $free (mut i32) (i32.const 65536))
        (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
            (local $at i32)
            (global.set $free (i32.and (i32.add (global.get $free) (i32.const 15)) (i32.const -16)))
            (local.set $at (global.get $free))
            (global.set $free (i32.add (global.get $free) (local.get 3)))
            (local.get $at))
        ;; Address 0: `ok` of `load`. 64: `ok` of `invoke` with one value, at 96.
        (data (i32.const 64) "\00\00\00\00\60\00\00\00\01\00\00\00")
        ;; 256: a shape (512). 264: a shape (0) and space for answers at 300 and beyond.
        (data (i32.const 256) "\00\02\00\00\00\00\00\00")
        (func $number (param $value f64) (result i32)
            (i32.store8 (i32.const 96) (i32.const 3))
            (f64.store (i32.const 104) (local.get $value))
            (i32.const 64))
        {more}
        (func (export "proofhouse:compute/program@0.1.0#load") (param i32 i32 i32 i32) (result i32)
            {load}
            (i32.const 0))
        (func (export "proofhouse:compute/program@0.1.0#run") (param i32 i32 i32 i32 i32 i32) (result i32)
            (unreachable))
        (func (export "proofhouse:compute/program@0.1.0#invoke")
            (param $entry i32) (param $entry-length i32) (param $arguments i32) (param $argument-count i32)
            (result i32)
            {invoke})
        )"#
    )
}

/// An evaluator that calls `go` without arguments for `seconds`, once, and answers with the number it gets as the
/// score; an error of the candidate is its own error.
pub fn evaluator(seconds: f64) -> Vec<u8> {
    evaluator_with(seconds, "")
}

/// As [`evaluator`], with something to do before the call.
pub fn evaluator_with(seconds: f64, before: &str) -> Vec<u8> {
    let text = format!(
        r#"(module
        (import "proofhouse:lab/candidate@0.1.0" "invoke"
            (func $invoke (param i32 i32 i32 i32 f64 i32)))
        (import "proofhouse:lab/random@0.1.0" "next" (func $random (result i64)))
        (import "proofhouse:compute/log@0.1.0" "emit" (func $emit (param i32 i32 i32)))
        (memory (export "memory") 4)
        (global $free (mut i32) (i32.const 65536))
        (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
            (local $at i32)
            (global.set $free (i32.and (i32.add (global.get $free) (i32.const 15)) (i32.const -16)))
            (local.set $at (global.get $free))
            (global.set $free (i32.add (global.get $free) (local.get 3)))
            (local.get $at))
        (data (i32.const 16) "go")
        (data (i32.const 32) "the candidate failed")
        (func (export "proofhouse:lab/evaluator@0.1.0#evaluate") (param i32 i32 i64) (result i32)
            (local $value i32)
            {before}
            (call $invoke (i32.const 16) (i32.const 2) (i32.const 0) (i32.const 0)
                (f64.const {seconds}) (i32.const 512))
            (if (i32.load8_u (i32.const 512)) (then
                (i32.store8 (i32.const 1024) (i32.const 1))
                (i32.store (i32.const 1032) (i32.const 32))
                (i32.store (i32.const 1036) (i32.const 20))
                (return (i32.const 1024))))
            (local.set $value (i32.load (i32.const 516)))
            (if (i32.eq (i32.load8_u (local.get $value)) (i32.const 3)) (then
                (f64.store (i32.const 1032) (f64.load offset=8 (local.get $value)))))
            (if (i32.eq (i32.load8_u (local.get $value)) (i32.const 2)) (then
                (f64.store (i32.const 1032) (f64.convert_i64_s (i64.load offset=8 (local.get $value))))))
            (i32.const 1024))
        )"#
    );
    component("lab", "evaluator-plugin", &text)
}

/// A device on which a second is a billion instructions.
pub fn device() -> DeviceModel {
    DeviceModel {
        name: "test".to_owned(),
        flops_per_second: 1e10,
        bytes_per_second: 1e10,
        launch_seconds: 1e-6,
        instructions_per_second: 1e9,
    }
}

/// Keeps what it is told.
#[derive(Default)]
pub struct Heard {
    pub lines: Vec<(String, Level, String)>,
    pub points: Vec<CurvePoint>,
    /// Raised at the first line.
    pub cancel_at_first_line: Option<CancelToken>,
}

impl Observer for Heard {
    fn log(&mut self, source: &str, level: Level, message: &str) {
        if let Some(cancel) = self.cancel_at_first_line.take() {
            cancel.cancel();
        }
        self.lines.push((source.to_owned(), level, message.to_owned()));
    }

    fn metric(&mut self, point: CurvePoint) {
        self.points.push(point);
    }
}

/// Everything that an evaluation needs, with the repository's policies.
pub struct Setting {
    pub runtime: Runtime,
    pub executor: Plugin,
    pub evaluator: Plugin,
    pub candidate_policy: Policy,
    pub evaluator_policy: Policy,
    pub files: Vec<(String, String)>,
    pub cancel: CancelToken,
    pub seed: u64,
}

impl Setting {
    pub fn new(executor: &[u8], evaluator: &[u8]) -> Setting {
        let runtime = runtime();
        Setting {
            executor: runtime.load_bytes("test-executor", executor).unwrap(),
            evaluator: runtime.load_bytes("test-evaluator", evaluator).unwrap(),
            runtime,
            candidate_policy: policy("candidate", &[]),
            evaluator_policy: policy("evaluator", &[]),
            files: vec![("main.py".to_owned(), String::new())],
            cancel: CancelToken::new(),
            seed: 7,
        }
    }

    pub fn run(&self) -> (Verdict, Heard) {
        self.run_before(Heard::default())
    }

    pub fn run_before(&self, mut heard: Heard) -> (Verdict, Heard) {
        let evaluation = Evaluation {
            runtime: &self.runtime,
            executor: &self.executor,
            evaluator: &self.evaluator,
            candidate_policy: &self.candidate_policy,
            evaluator_policy: &self.evaluator_policy,
            device: &device(),
            files: &self.files,
            main: "main.py",
            evaluator_settings: &serde_json::json!({}),
            seed: self.seed,
            candidate_data: &[],
            evaluator_data: &[],
            cancel: self.cancel.clone(),
        };
        (evaluation.run(&mut heard), heard)
    }

    /// The outcome as `kind: detail`, or `scored: value`.
    pub fn outcome(&self) -> String {
        describe(&self.run().0)
    }
}

pub fn describe(verdict: &Verdict) -> String {
    match &verdict.outcome {
        proofhouse_types::Outcome::Scored(score) => format!("scored: {}", score.value),
        proofhouse_types::Outcome::Failed(failure) => format!("{}: {}", failure.kind, failure.detail),
    }
}
