//! The main job, from a fresh clone to a report.

use std::time::Instant;

use crate::steps::{Failure, Steps, seconds};
use crate::workspace::Workspace;
use crate::{build, corpus};

/// Builds, prepares the data, runs the demo, and writes its report. `arguments` go to `proofhouse run`.
pub fn run(workspace: &Workspace, steps: &mut Steps, arguments: &[String]) -> Result<(), Failure> {
    build(workspace, steps)?;
    corpus::run(workspace, steps)?;
    let built = steps.elapsed();
    let began = Instant::now();
    let mut demo = workspace.command(workspace.binary());
    demo.args(["run", "envs/nanogpt/demo.toml"]).args(arguments);
    steps.command("run the demo", demo)?;
    let mut report = workspace.command(workspace.binary());
    report.arg("report").args(runs_folder(arguments));
    steps.command("write the report", report)?;
    eprintln!("\nset-up, build and data: {}; run and report: {}", seconds(built), seconds(began.elapsed()));
    Ok(())
}

/// The report is of the latest run, which is where `--runs` said.
fn runs_folder(arguments: &[String]) -> Vec<String> {
    let mut found = Vec::new();
    for (at, argument) in arguments.iter().enumerate() {
        if argument == "--runs" {
            found = [Some(argument), arguments.get(at + 1)].into_iter().flatten().cloned().collect();
        } else if argument.starts_with("--runs=") {
            found = vec![argument.clone()];
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_report_looks_where_the_run_went() {
        let given =
            |words: &[&str]| runs_folder(&words.iter().map(|word| word.to_string()).collect::<Vec<_>>());
        assert!(given(&["--seed", "2"]).is_empty());
        assert_eq!(given(&["--seed", "2", "--runs", "elsewhere"]), ["--runs", "elsewhere"]);
        assert_eq!(given(&["--runs=elsewhere"]), ["--runs=elsewhere"]);
    }
}
