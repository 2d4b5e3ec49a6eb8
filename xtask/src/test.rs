//! Everything that a change must pass.

use crate::steps::{Failure, Steps, seconds, succeeds};
use crate::workspace::Workspace;
use crate::{build, corpus};

/// Checks everything, cheapest first where the order is free, and stops at the first failure.
pub fn run(workspace: &Workspace, steps: &mut Steps) -> Result<(), Failure> {
    steps.command("check the format", workspace.cargo(["fmt", "--all", "--check"]))?;
    build(workspace, steps)?;
    corpus::run(workspace, steps)?;
    let clippy = ["clippy", "--locked", "--workspace", "--all-targets", "--", "-D", "warnings"];
    steps.command("clippy", workspace.cargo(clippy))?;
    let mut doc = workspace.cargo(["doc", "--locked", "--workspace", "--no-deps"]);
    doc.env("RUSTDOCFLAGS", "-Dwarnings");
    steps.command("rustdoc", doc)?;
    steps.command("tests", workspace.cargo(["test", "--locked", "--workspace"]))?;
    if succeeds(workspace.cargo(["deny", "--version"])) {
        steps.command("cargo deny", workspace.cargo(["deny", "check"]))?;
    } else {
        steps.skip(
            "cargo deny",
            "not installed, so licences and advisories are not checked (cargo install cargo-deny)",
        );
    }
    eprintln!("\neverything passed in {}", seconds(steps.elapsed()));
    Ok(())
}
