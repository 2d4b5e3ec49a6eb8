//! The demo's data: the Rust sources of the crates in this project's own lock file, which every machine that builds it
//! has.

use std::path::Path;

use serde::Deserialize;

use crate::stamp::{self, Inputs};
use crate::steps::{self, Failure, Steps};
use crate::workspace::Workspace;

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    version: String,
    /// None for the members of this workspace.
    source: Option<String>,
    manifest_path: String,
}

/// Prepares the data in `target/corpus/source-text`, unless it is there, made from the same crates.
pub fn run(workspace: &Workspace, steps: &mut Steps) -> Result<(), Failure> {
    let list = list_crates(&metadata(workspace)?)?;
    let folder = workspace.target("corpus");
    std::fs::create_dir_all(&folder).map_err(|why| Failure::io("create", &folder, &why))?;
    let product = folder.join("source-text");
    let mut inputs = Inputs::new(&[env!("CARGO_PKG_VERSION")]);
    inputs.add("crates", list.as_bytes());
    let stamp = inputs.text();
    if stamp::is_current(&product, &stamp) {
        return Ok(());
    }
    steps.step("prepare the demo's data", || {
        let names = folder.join("source-text.list");
        std::fs::write(&names, &list).map_err(|why| Failure::io("write", &names, &why))?;
        let mut prepare = workspace.command(workspace.binary());
        prepare.args(["corpus", "prepare", "--out"]).arg(&product).arg("--from").arg(&names);
        steps::run("proofhouse corpus prepare", prepare)?;
        stamp::write(&product, &stamp)
    })
}

fn metadata(workspace: &Workspace) -> Result<Metadata, Failure> {
    let mut version = workspace.command("rustc");
    version.arg("-vV");
    let version = steps::output("find the host's name", version)?;
    let host = version
        .lines()
        .find_map(|line| line.strip_prefix("host: "))
        .ok_or_else(|| Failure::new("`rustc -vV` does not name its host"))?;
    let command =
        workspace.cargo(["metadata", "--locked", "--format-version", "1", "--filter-platform", host]);
    let json = steps::output("list the crates", command)?;
    serde_json::from_str(&json)
        .map_err(|why| Failure::new(format!("cannot read what `cargo metadata` says: {why}")))
}

/// One line for each crate of a registry, in order: name, version, folder.
fn list_crates(metadata: &Metadata) -> Result<String, Failure> {
    let mut lines = Vec::new();
    for package in metadata.packages.iter().filter(|package| package.source.is_some()) {
        let folder = Path::new(&package.manifest_path)
            .parent()
            .ok_or_else(|| Failure::new(format!("{} has no folder", package.name)))?;
        lines.push(format!("{} {} {}\n", package.name, package.version, folder.display()));
    }
    if lines.is_empty() {
        return Err(Failure::new("the lock file names no crates of a registry"));
    }
    lines.sort();
    Ok(lines.concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_crates_of_a_registry_are_listed_in_order() {
        let json = r#"{"packages": [
            {"name": "serde", "version": "1.0.0", "source": "registry+x", "manifest_path": "/r/serde/Cargo.toml", "id": "x"},
            {"name": "proofhouse", "version": "0.1.0", "source": null, "manifest_path": "/p/Cargo.toml"},
            {"name": "half", "version": "2.7.1", "source": "registry+x", "manifest_path": "/r/half/Cargo.toml"}]}"#;
        let metadata: Metadata = serde_json::from_str(json).expect("metadata");
        assert_eq!(list_crates(&metadata).expect("two"), "half 2.7.1 /r/half\nserde 1.0.0 /r/serde\n");
        assert!(list_crates(&Metadata { packages: Vec::new() }).is_err());
    }
}
