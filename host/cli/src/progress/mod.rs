//! What a run shows while it goes on: live for a person at a terminal, a line per event elsewhere, JSON on demand.

mod board;
mod live;
mod plan;
mod render;
mod watcher;

pub use watcher::{Form, Watcher};
