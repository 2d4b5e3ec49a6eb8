//! Brings what is missing: the wasm target of the Rust toolchain, and componentize-py in an environment of its own.

use std::fs;
use std::path::PathBuf;

use crate::stamp::{self, Fingerprint};
use crate::step::{self, Failure, at, program};

const WASM_TARGET: &str = "wasm32-unknown-unknown";
const OLDEST_PYTHON: (u32, u32) = (3, 10);

/// Brings what is missing, or says what is and how to get it.
pub fn run() -> Result<(), Failure> {
    if !cfg!(all(target_os = "linux", target_arch = "x86_64", target_env = "gnu")) {
        println!(
            "note: untrusted programs are only meant to run on x86-64 Linux with glibc (docs: explanation/trust)"
        );
    }
    wasm_target()?;
    componentize()
}

/// The componentize-py program in the project's own Python environment.
pub fn componentize_py() -> PathBuf {
    environment().join("bin/componentize-py")
}

fn environment() -> PathBuf {
    at("target/toolchain/python")
}

fn wasm_target() -> Result<(), Failure> {
    let sysroot = step::output("find the Rust toolchain", program("rustc").args(["--print", "sysroot"]))?;
    let sysroot = PathBuf::from(String::from_utf8_lossy(&sysroot).trim());
    if sysroot.join("lib/rustlib").join(WASM_TARGET).exists() {
        return Ok(());
    }
    step::run(&format!("add the target {WASM_TARGET}"), program("rustup").args(["target", "add", WASM_TARGET])).map_err(
        |failure| {
            Failure::Missing(format!(
                "this Rust toolchain cannot build for {WASM_TARGET}, which plugins need: {failure}\n  hint: with rustup \
                 from https://rustup.rs it is `rustup target add {WASM_TARGET}`; a distribution's Rust has a package \
                 of that name"
            ))
        },
    )
}

fn componentize() -> Result<(), Failure> {
    let requirements = at("xtask/requirements.txt");
    let fingerprint = Fingerprint::default().files(&requirements)?.finish();
    let product = componentize_py();
    if stamp::is_fresh(&product, &fingerprint) {
        return Ok(());
    }
    let python = python()?;
    let environment = environment();
    if environment.exists() {
        fs::remove_dir_all(&environment).map_err(|why| Failure::at(&environment, why))?;
    }
    step::run("make a Python environment", program(python).args(["-m", "venv"]).arg(&environment)).map_err(
        |failure| {
            Failure::Missing(format!(
                "{failure}\n  hint: Debian and Ubuntu have it in the package python3-venv"
            ))
        },
    )?;
    let install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"];
    step::run(
        "install componentize-py",
        program(environment.join("bin/python")).args(install).arg(&requirements),
    )?;
    stamp::record(&product, &fingerprint)
}

/// A Python that is new enough.
fn python() -> Result<&'static str, Failure> {
    let (major, minor) = OLDEST_PYTHON;
    for name in ["python3", "python"] {
        let ask = ["-c", "import sys; print(sys.version_info[0], sys.version_info[1])"];
        let Ok(answer) = step::output("ask for Python's version", program(name).args(ask)) else { continue };
        let answer = String::from_utf8_lossy(&answer);
        let mut numbers = answer.split_whitespace().filter_map(|word| word.parse::<u32>().ok());
        if (numbers.next(), numbers.next()) >= (Some(major), Some(minor)) {
            return Ok(name);
        }
    }
    Err(Failure::Missing(format!(
        "Python {major}.{minor} or newer is needed to build the Python executor, and no `python3` of that age is in \
         PATH\n  hint: install it with its venv module (Debian, Ubuntu: `apt install python3-venv`)"
    )))
}
