//! A language-model server for tests: a real HTTP server on loopback that speaks four protocols.
//!
//! A script says for each request what happens: a reply, whole or in pieces as it was asked for, or one of many faults.
//! Tokens are counted predictably: four bytes are one. What a real provider would refuse, it refuses too.

mod anthropic;
mod behaviour;
mod body;
mod chat;
mod check;
mod embeddings;
mod faults;
mod gemini;
mod received;
mod respond;
mod responses;
mod server;

pub use behaviour::{Answer, Behaviour, Finish};
pub use faults::randomised;
pub use received::{Protocol, Received};
pub use server::ModelServer;

/// The tokens of a text, as this server counts them.
pub fn tokens(text: &str) -> u64 {
    text.len().div_ceil(4) as u64
}
