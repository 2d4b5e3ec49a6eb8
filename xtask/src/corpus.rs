//! The demo's data: the Rust sources of the crates in this project's own lock file, which every machine that builds
//! it has.

use std::fs;
use std::path::Path;

use serde::Deserialize;

use crate::step::{self, Failure, at};

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    version: String,
    /// Absent for the packages of this workspace.
    source: Option<String>,
    manifest_path: String,
}

/// Prepares `target/corpus/source-text`; does nothing where it is already there and right.
pub fn prepare() -> Result<(), Failure> {
    let list = at("target/corpus/sources.txt");
    let folder = list.parent().expect("target/corpus");
    fs::create_dir_all(folder).map_err(|why| Failure::at(folder, why))?;
    fs::write(&list, sources()?).map_err(|why| Failure::at(&list, why))?;
    let mut command = step::program(at("target/debug/proofhouse"));
    command
        .args(["corpus", "prepare", "--out"])
        .arg(at("target/corpus/source-text"))
        .arg("--from")
        .arg(&list);
    step::run("prepare the data", &mut command)
}

/// One line for each crate: name, version, folder.
fn sources() -> Result<String, Failure> {
    let mut command = step::cargo_command();
    command.args([
        "metadata",
        "--locked",
        "--format-version",
        "1",
        "--filter-platform",
        "x86_64-unknown-linux-gnu",
    ]);
    let printed = step::output("list the dependencies", &mut command)?;
    let metadata: Metadata =
        serde_json::from_slice(&printed).map_err(|why| Failure::Missing(format!("cargo metadata: {why}")))?;
    let mut lines: Vec<String> = metadata
        .packages
        .iter()
        .filter(|package| package.source.is_some())
        .map(|package| {
            let folder = Path::new(&package.manifest_path).parent().unwrap_or(Path::new("/")).display();
            format!("{} {} {folder}\n", package.name, package.version)
        })
        .collect();
    lines.sort();
    Ok(lines.concat())
}
