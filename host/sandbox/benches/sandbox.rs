//! A fresh Python sandbox to its first statement, beside a fresh Python process.

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use proofhouse_sandbox::{Policy, Runtime, Spread, first_statement};

const ROUNDS: usize = 50;

fn main() {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let runtime = Runtime::new(&repository.join("target/tmp/sandbox-test-cache")).expect("a runtime");
    let wasm = repository.join("target/guests/python.wasm");
    assert!(wasm.exists(), "{} is missing: run `cargo xtask build` first", wasm.display());
    let began = Instant::now();
    let executor = runtime.load(&wasm).expect("the Python executor");
    let how = if executor.was_compiled() { "compiled" } else { "from the cache" };
    println!("loading the executor ({how})            {:10.1} ms", began.elapsed().as_secs_f64() * 1e3);
    let policy = Policy::read(&repository.join("sandbox-policies/candidate.toml")).expect("the policy");
    let sandbox = first_statement(&runtime, &executor, &policy, ROUNDS).expect("a sandbox");
    show("fresh sandbox, one statement, dropped", sandbox);
    match python_processes() {
        Some(processes) => show("python3 -I -c pass", processes),
        None => println!("python3 is not installed: nothing to compare with"),
    }
}

fn python_processes() -> Option<Spread> {
    let mut measured = Vec::with_capacity(ROUNDS);
    for _ in 0..ROUNDS {
        let began = Instant::now();
        let status = Command::new("python3").args(["-I", "-c", "pass"]).status().ok()?;
        measured.push(began.elapsed());
        assert!(status.success(), "python3 -I -c pass: {status}");
    }
    Some(Spread::of(measured))
}

fn show(what: &str, spread: Spread) {
    println!(
        "{what:<40} min {:8.2} ms   median {:8.2} ms   (n = {ROUNDS})",
        spread.min.as_secs_f64() * 1e3,
        spread.median.as_secs_f64() * 1e3
    );
}
