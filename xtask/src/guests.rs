//! Builds the components: the plugins and the evaluator in Rust, the executor in Python.

use std::path::{Path, PathBuf};

use wit_component::ComponentEncoder;

use crate::setup::{GUEST_TARGET, componentize_py_program};
use crate::stamp::{self, Inputs};
use crate::steps::{self, Failure, Steps};
use crate::workspace::Workspace;

/// The packages that become components, each under its own name.
const RUST_GUESTS: [&str; 8] = [
    "evolution",
    "best-of-n",
    "operators",
    "listed",
    "llm-ideator",
    "llm-implementer",
    "agent-implementer",
    "nanogpt-evaluator",
];
/// Every package of this workspace has its version, which is also xtask's own.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Builds what is missing or out of date in `target/guests`.
pub fn run(workspace: &Workspace, steps: &mut Steps) -> Result<(), Failure> {
    let folder = workspace.target("guests");
    std::fs::create_dir_all(&folder).map_err(|why| Failure::io("create", &folder, &why))?;
    let packages = RUST_GUESTS.iter().flat_map(|name| ["-p", name]);
    let cargo = workspace.cargo(
        ["build", "--locked", "--profile", "guest", "--target", GUEST_TARGET].into_iter().chain(packages),
    );
    steps.command("build the Rust guests", cargo)?;
    for name in RUST_GUESTS {
        rust_component(workspace, &folder, name)?;
    }
    python_component(workspace, steps, &folder)
}

/// Makes a component of the core module that cargo built.
fn rust_component(workspace: &Workspace, folder: &Path, name: &str) -> Result<(), Failure> {
    let module =
        workspace.target(GUEST_TARGET).join("guest").join(format!("{}.wasm", name.replace('-', "_")));
    let core = std::fs::read(&module).map_err(|why| Failure::io("read", &module, &why))?;
    let product = folder.join(format!("{name}.wasm"));
    let mut inputs = Inputs::new(&[VERSION, "wit-component"]);
    inputs.add(name, &core);
    let stamp = inputs.text();
    if stamp::is_current(&product, &stamp) {
        return Ok(());
    }
    let component = ComponentEncoder::default()
        .validate(true)
        .module(&core)
        .and_then(|encoder| encoder.encode())
        .map_err(|why| Failure::new(format!("{} does not become a component: {why:#}", module.display())))?;
    finish(&product, component, &stamp)
}

/// Makes a component of CPython and the executor's modules.
fn python_component(workspace: &Workspace, steps: &mut Steps, folder: &Path) -> Result<(), Failure> {
    let sources = workspace.root().join("plugins/executors/python");
    let contract = workspace.root().join("wit/compute");
    let requirements = workspace.root().join("xtask/requirements.txt");
    let pinned = std::fs::read(&requirements).map_err(|why| Failure::io("read", &requirements, &why))?;
    let mut inputs = Inputs::new(&[VERSION, "componentize-py"]);
    inputs.add("requirements.txt", &pinned);
    inputs.add_folder(&sources, &["py"])?;
    inputs.add_folder(&contract, &["wit"])?;
    let stamp = inputs.text();
    let product = folder.join("python.wasm");
    if stamp::is_current(&product, &stamp) {
        return Ok(());
    }
    steps.step("build the Python executor", || {
        let built = folder.join("python.wasm.partial");
        let mut componentize = workspace.command(componentize_py_program(workspace));
        componentize.current_dir(&sources).arg("-d").arg(&contract);
        componentize.args(["-w", "executor", "componentize", "app", "-o"]).arg(&built);
        steps::run("componentize-py", componentize)?;
        let component = std::fs::read(&built).map_err(|why| Failure::io("read", &built, &why))?;
        finish(&product, component, &stamp)?;
        std::fs::remove_file(&built).map_err(|why| Failure::io("remove", &built, &why))
    })
}

/// Writes a component with its version, whole or not at all.
fn finish(product: &PathBuf, mut component: Vec<u8>, stamp: &str) -> Result<(), Failure> {
    append_custom_section(&mut component, "proofhouse:version", VERSION.as_bytes());
    let partial = product.with_extension("wasm.new");
    std::fs::write(&partial, &component).map_err(|why| Failure::io("write", &partial, &why))?;
    std::fs::rename(&partial, product).map_err(|why| Failure::io("replace", product, &why))?;
    stamp::write(product, stamp)
}

/// Appends a custom section (WebAssembly core specification 2.0, 5.5.3; the same in a component) to a binary.
fn append_custom_section(wasm: &mut Vec<u8>, name: &str, data: &[u8]) {
    const CUSTOM: u8 = 0;
    let mut content = Vec::new();
    write_leb128(&mut content, name.len());
    content.extend_from_slice(name.as_bytes());
    content.extend_from_slice(data);
    wasm.push(CUSTOM);
    write_leb128(wasm, content.len());
    wasm.extend_from_slice(&content);
}

fn write_leb128(bytes: &mut Vec<u8>, mut value: usize) {
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_has_its_length_name_and_data() {
        let mut wasm = b"\0asm".to_vec();
        append_custom_section(&mut wasm, "ab", b"0.1.0");
        assert_eq!(wasm, b"\0asm\x00\x08\x02ab0.1.0");
        let mut long = Vec::new();
        append_custom_section(&mut long, "n", &[7; 300]);
        // 302 = 0b10_0101110
        assert_eq!(long[..5], [0, 0b1010_1110, 0b10, 1, b'n']);
        assert_eq!(long.len(), 3 + 302);
    }
}
