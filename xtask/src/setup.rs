//! Brings what is missing: the guests' Rust target, and a virtual environment with componentize-py.

use std::path::PathBuf;

use crate::stamp::{self, Inputs};
use crate::steps::{self, Failure, Steps};
use crate::workspace::Workspace;

/// What Rust guests are built for.
pub const GUEST_TARGET: &str = "wasm32-unknown-unknown";
const OLDEST_PYTHON: (u32, u32) = (3, 10);
const INSTALL_PYTHON: &str =
    "install Python 3.10 or newer with its `venv` module (Debian, Ubuntu: apt install python3 python3-venv)";

/// Brings what is missing, and says so; what is there is left alone.
pub fn run(workspace: &Workspace, steps: &mut Steps) -> Result<(), Failure> {
    guest_target(workspace, steps)?;
    componentize_py(workspace, steps)
}

/// The folder of the virtual environment.
fn environment(workspace: &Workspace) -> PathBuf {
    workspace.target("toolchain/venv")
}

/// The componentize-py that [`run`] installs.
pub fn componentize_py_program(workspace: &Workspace) -> PathBuf {
    environment(workspace).join("bin/componentize-py")
}

fn guest_target(workspace: &Workspace, steps: &mut Steps) -> Result<(), Failure> {
    let mut ask = workspace.command("rustc");
    ask.args(["--print", "target-libdir", "--target", GUEST_TARGET]);
    let folder = steps::output("find the Rust compiler", ask)?;
    // The compiler knows the name of every target; what counts is whether its standard library is there.
    let installed = std::fs::read_dir(folder.trim()).is_ok_and(|mut files| files.next().is_some());
    if installed {
        return Ok(());
    }
    let mut version = workspace.command("rustup");
    version.arg("--version");
    if !steps::succeeds(version) {
        return Err(Failure::new(format!(
            "the Rust target {GUEST_TARGET} is missing, and there is no rustup to add it: install Rust from \
             https://rustup.rs, or add that target's standard library to your Rust installation"
        )));
    }
    let mut add = workspace.command("rustup");
    add.args(["target", "add", GUEST_TARGET]);
    steps.command("add the Rust target of the guests", add)
}

fn componentize_py(workspace: &Workspace, steps: &mut Steps) -> Result<(), Failure> {
    let requirements = workspace.root().join("xtask/requirements.txt");
    let pinned = std::fs::read(&requirements).map_err(|why| Failure::io("read", &requirements, &why))?;
    let environment = environment(workspace);
    // The folder's own path counts: a virtual environment does not survive being moved.
    let mut inputs = Inputs::new(&[&environment.to_string_lossy()]);
    inputs.add("requirements.txt", &pinned);
    let stamp = inputs.text();
    if stamp::is_current(&environment, &stamp) && componentize_py_program(workspace).exists() {
        return Ok(());
    }
    steps.step("set up componentize-py", || {
        check_python(workspace)?;
        if environment.exists() {
            std::fs::remove_dir_all(&environment).map_err(|why| Failure::io("remove", &environment, &why))?;
        }
        let mut create = workspace.command("python3");
        create.args(["-m", "venv"]).arg(&environment);
        steps::run("create the virtual environment", create).map_err(|failure| {
            Failure::new(format!("{failure}\nIf its `venv` module is missing: {INSTALL_PYTHON}"))
        })?;
        let mut install = workspace.command(environment.join("bin/pip"));
        install
            .args(["install", "--quiet", "--disable-pip-version-check", "--requirement"])
            .arg(&requirements);
        steps::run("install componentize-py", install)?;
        stamp::write(&environment, &stamp)
    })
}

fn check_python(workspace: &Workspace) -> Result<(), Failure> {
    let mut ask = workspace.command("python3");
    ask.args(["-c", "import sys; print(*sys.version_info[:2])"]);
    let version = steps::output("find Python", ask).map_err(|failure| {
        Failure::new(format!("{failure}\nPython is needed once, to build the executor: {INSTALL_PYTHON}"))
    })?;
    match parse_version(&version) {
        Some(found) if found >= OLDEST_PYTHON => Ok(()),
        _ => Err(Failure::new(format!(
            "python3 is version {}: {INSTALL_PYTHON}",
            version.trim().replace(' ', ".")
        ))),
    }
}

fn parse_version(printed: &str) -> Option<(u32, u32)> {
    let mut numbers = printed.split_whitespace().map(str::parse);
    match (numbers.next(), numbers.next(), numbers.next()) {
        (Some(Ok(major)), Some(Ok(minor)), None) => Some((major, minor)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn python_versions_compare_as_numbers() {
        assert!(parse_version("3 9\n") < Some(OLDEST_PYTHON));
        assert!(parse_version("3 11\n") > Some(OLDEST_PYTHON));
        assert_eq!(parse_version("3 10"), Some(OLDEST_PYTHON));
        assert_eq!(parse_version("Python 3.11"), None);
        assert_eq!(parse_version("3 11 7"), None);
    }
}
