//! Streams of tokens: what an environment grants a program to learn from.

mod error;
mod files;
mod shard;
mod stream;
mod windows;

pub use error::DataError;
pub use shard::write_shard;
pub use stream::TokenStream;
