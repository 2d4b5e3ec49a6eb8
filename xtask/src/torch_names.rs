//! The compatibility page: which of PyTorch's names the sandbox's `torch` has.

use crate::build;
use crate::steps::{Failure, Steps, output};
use crate::workspace::Workspace;

/// What a person wrote, and the program that goes through the names.
const HEAD: &str = "tests/torch/compatibility/head.md";
const PROGRAM: &str = "tests/torch/compatibility/page.py";
const PAGE: &str = "docs/src/reference/torch.md";

/// Builds, asks the package itself, and writes the page.
pub fn run(workspace: &Workspace, steps: &mut Steps) -> Result<(), Failure> {
    build(workspace, steps)?;
    steps.step("write the compatibility page", || {
        let head = workspace.root().join(HEAD);
        let text = std::fs::read_to_string(&head).map_err(|why| Failure::io("read", &head, &why))?;
        let mut program = workspace.command(workspace.binary());
        program.args(["torch", PROGRAM]);
        let listed = output("proofhouse torch", program)?;
        let page = workspace.root().join(PAGE);
        std::fs::write(&page, format!("{text}{listed}")).map_err(|why| Failure::io("write", &page, &why))
    })
}
