//! Whole behaviours, through the `proofhouse` binary and the components that `cargo xtask build` made.

mod faults;
mod hostile;
mod implementers;
mod keys;
mod killed;
mod model_script;
mod models;
mod paper;
mod proposals;
mod repeated;
mod torch;
mod torch_conformance;
mod workplace;
