//! Builds the components: the Rust plugins, and CPython with the `torch` package.

use std::fs;
use std::path::Path;

use wit_component::ComponentEncoder;

use crate::setup;
use crate::stamp::{self, Fingerprint};
use crate::step::{self, Failure, at};

/// The Rust plugins: packages of this workspace.
const RUST: [&str; 5] = ["evolution", "best-of-n", "operators", "listed", "nanogpt-evaluator"];

/// The custom section that a plugin states its version in.
const VERSION_SECTION: &str = "proofhouse:version";
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Builds every component that is out of date into `target/guests`.
pub fn build() -> Result<(), Failure> {
    let folder = at("target/guests");
    fs::create_dir_all(&folder).map_err(|why| Failure::at(&folder, why))?;
    build_rust(&folder)?;
    build_python(&folder)
}

fn build_rust(folder: &Path) -> Result<(), Failure> {
    let mut arguments =
        vec!["build", "--locked", "--profile", "guest", "--target", "wasm32-unknown-unknown", "--lib"];
    for package in RUST {
        arguments.extend(["--package", package]);
    }
    step::cargo("build the Rust plugins", &arguments)?;
    for package in RUST {
        let module =
            at("target/wasm32-unknown-unknown/guest").join(format!("{}.wasm", package.replace('-', "_")));
        let module_bytes = fs::read(&module).map_err(|why| Failure::at(&module, why))?;
        let component = ComponentEncoder::default()
            .validate(true)
            .module(&module_bytes)
            .and_then(|encoder| encoder.encode())
            .map_err(|why| Failure::at(&module, format!("{why:#}")))?;
        write_component(&folder.join(format!("{package}.wasm")), component)?;
    }
    Ok(())
}

fn build_python(folder: &Path) -> Result<(), Failure> {
    let product = folder.join("python.wasm");
    let sources = at("plugins/executors/python");
    let fingerprint = Fingerprint::default()
        .words(&[VERSION])
        .files(&at("xtask/requirements.txt"))?
        .files(&at("wit/compute"))?
        .files(&sources)?
        .finish();
    if stamp::is_fresh(&product, &fingerprint) {
        return Ok(());
    }
    let unversioned = folder.join("python.wasm.new");
    let mut command = step::program(setup::componentize_py());
    command.current_dir(&sources).env("PYTHONDONTWRITEBYTECODE", "1").env("PYTHONHASHSEED", "0");
    command.arg("--wit-path").arg(at("wit/compute")).args([
        "--world",
        "executor",
        "componentize",
        "app",
        "--output",
    ]);
    step::run("build the Python executor", command.arg(&unversioned))?;
    let component = fs::read(&unversioned).map_err(|why| Failure::at(&unversioned, why))?;
    fs::remove_file(&unversioned).map_err(|why| Failure::at(&unversioned, why))?;
    write_component(&product, component)?;
    stamp::record(&product, &fingerprint)
}

/// Writes a component with its version, unless it is there already.
fn write_component(path: &Path, mut component: Vec<u8>) -> Result<(), Failure> {
    let section = custom_section(VERSION_SECTION, VERSION.as_bytes());
    component.extend_from_slice(&section);
    if fs::read(path).is_ok_and(|old| old == component) {
        return Ok(());
    }
    fs::write(path, component).map_err(|why| Failure::at(path, why))
}

/// A custom section: id 0, length, then name and data (WebAssembly core specification 5.5.3).
fn custom_section(name: &str, data: &[u8]) -> Vec<u8> {
    let mut body = leb128(name.len());
    body.extend_from_slice(name.as_bytes());
    body.extend_from_slice(data);
    let mut section = vec![0];
    section.extend(leb128(body.len()));
    section.extend(body);
    section
}

fn leb128(mut number: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let low = (number & 0x7f) as u8;
        number >>= 7;
        if number == 0 {
            bytes.push(low);
            return bytes;
        }
        bytes.push(low | 0x80);
    }
}
