//! One sample: a conversation with a model, and how far its diff has come.

use proofhouse_sdk::host::describe;
use proofhouse_sdk::imports::Failure;
use proofhouse_sdk::imports::llm::{Completion, Error, Message};
use proofhouse_sdk::prompt;

/// How far a sample has come.
#[derive(Debug, Clone, PartialEq)]
pub enum Standing {
    /// The last reply is to be read.
    Replied(String),
    /// The patch tool takes its diff.
    Applies(String),
    /// There is no diff that applies, and why: it may be revised.
    Unapplied(String),
    /// The diff applies, and the program did not get through its smoke run: it may be repaired.
    Broken(Failure),
    /// The model did not answer.
    Lost(String),
}

/// One sample.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// In the roster.
    pub model: usize,
    pub messages: Vec<Message>,
    pub standing: Standing,
    pub revisions: u32,
    pub repairs: u32,
}

impl Sample {
    pub fn new(model: usize, messages: Vec<Message>) -> Sample {
        Sample { model, messages, standing: Standing::Lost(String::new()), revisions: 0, repairs: 0 }
    }

    /// Takes what the model said to the last message.
    pub fn hear(&mut self, result: Result<Completion, Error>) {
        self.standing = match result {
            Ok(completion) => {
                self.remember(&completion.text);
                Standing::Replied(completion.text)
            }
            // Half a change would be an idea that nobody had, also where it applies.
            Err(Error::Truncated(completion)) => {
                self.remember(&completion.text);
                Standing::Unapplied(
                    "your reply was cut off because it was too long: send the whole change in fewer words"
                        .into(),
                )
            }
            Err(error) => Standing::Lost(describe(&error)),
        };
    }

    /// The sample's diff applies, whether its program runs or not.
    pub fn applied(&self) -> bool {
        matches!(self.standing, Standing::Applies(_) | Standing::Broken(_))
    }

    fn remember(&mut self, reply: &str) {
        // Providers refuse an empty message.
        let reply = if reply.trim().is_empty() { "(no text)" } else { reply };
        self.messages.push(prompt::assistant(reply.to_owned()));
    }
}
