//! The main job, for a newcomer: set up, build, search, report.

use std::time::Instant;

use crate::step::{self, Failure, at};
use crate::{build, corpus};

/// Builds everything and runs the demo search.
pub fn run() -> Result<(), Failure> {
    let began = Instant::now();
    build()?;
    corpus::prepare()?;
    let built = began.elapsed().as_secs_f64();
    let proofhouse = at("target/debug/proofhouse");
    let began = Instant::now();
    step::run("search", step::program(&proofhouse).args(["run", "envs/nanogpt/demo.toml"]))?;
    let searched = began.elapsed().as_secs_f64();
    step::run("report", step::program(&proofhouse).args(["report", "latest"]))?;
    println!("build {built:.0} s, search {searched:.0} s");
    println!(
        "next: target/debug/proofhouse show latest/best, or replay it: target/debug/proofhouse replay latest/best"
    );
    Ok(())
}
