//! The test command: everything that must hold before a change lands.

use crate::step::{self, Failure};

/// Format, lints, documentation, licences and advisories, all tests.
pub fn run() -> Result<(), Failure> {
    step::cargo("format", &["fmt", "--all", "--check"])?;
    step::cargo(
        "lints",
        &["clippy", "--locked", "--workspace", "--all-targets", "--", "--deny", "warnings"],
    )?;
    let mut documentation = step::cargo_command();
    documentation.args(["doc", "--locked", "--workspace", "--no-deps"]).env("RUSTDOCFLAGS", "-D warnings");
    step::run("documentation", &mut documentation)?;
    licences()?;
    step::cargo("tests", &["test", "--locked", "--workspace"])
}

/// cargo-deny, where it is installed.
fn licences() -> Result<(), Failure> {
    if step::output("look for cargo-deny", step::cargo_command().args(["deny", "--version"])).is_err() {
        println!(
            "── licences, bans, sources: skipped, cargo-deny is not installed (`cargo install cargo-deny`)"
        );
        return Ok(());
    }
    step::cargo("licences, bans, sources", &["deny", "check", "bans", "licenses", "sources"])
}
