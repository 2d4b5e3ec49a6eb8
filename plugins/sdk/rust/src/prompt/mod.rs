//! Making prompts: [templates](template), texts that are [not to be trusted](untrusted), the [program](files), and the
//! [task].

pub mod capping;
pub mod files;
pub mod task;
pub mod template;
pub mod untrusted;

use crate::imports::llm::{Message, Role};

pub use template::Template;
pub use untrusted::Fence;

/// A message of the system.
pub fn system(content: String) -> Message {
    Message { role: Role::System, content }
}

/// A message of the user.
pub fn user(content: String) -> Message {
    Message { role: Role::User, content }
}

/// What the model said before.
pub fn assistant(content: String) -> Message {
    Message { role: Role::Assistant, content }
}
