//! What the server does with a request.

use std::time::Duration;

/// How a reply ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Finish {
    /// By itself.
    #[default]
    Whole,
    /// At the limit of tokens.
    Length,
    /// The provider's filter, or the model, declines.
    Refusal,
}

/// A reply in words.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Answer {
    /// The reply.
    pub text: String,
    /// Shown before it where it is not empty.
    pub thinking: String,
    /// How it ends.
    pub finish: Finish,
    /// Of the request's tokens, read from the provider's cache.
    pub cached: u64,
    /// Leaves out what was used, as some servers do.
    pub silent_on_usage: bool,
}

impl Answer {
    /// A reply that ends by itself.
    pub fn new(text: impl Into<String>) -> Answer {
        Answer { text: text.into(), ..Answer::default() }
    }

    /// Its tokens.
    pub fn tokens(&self) -> u64 {
        crate::tokens(&self.text) + crate::tokens(&self.thinking)
    }

    /// Its text in pieces, as a stream brings it.
    pub(crate) fn pieces(text: &str) -> Vec<String> {
        let characters: Vec<char> = text.chars().collect();
        characters.chunks(7).map(|piece| piece.iter().collect()).collect()
    }
}

/// What happens to a request.
#[derive(Debug, Clone, PartialEq)]
pub enum Behaviour {
    /// It is answered. A request for vectors gets vectors, whatever the answer.
    Reply(Answer),
    /// Something happens later.
    After(Duration, Box<Behaviour>),
    /// An error in the form of the protocol.
    Error {
        /// HTTP's.
        status: u16,
        /// The provider's word for it.
        code: String,
        /// For people.
        message: String,
        /// More headers, such as `retry-after`.
        headers: Vec<(String, String)>,
    },
    /// Any status, headers and body.
    Raw {
        /// HTTP's.
        status: u16,
        /// Headers.
        headers: Vec<(String, String)>,
        /// The body.
        body: String,
    },
    /// Nothing ever comes.
    Hang,
    /// Some of the answer comes, then nothing.
    Stall(Answer),
    /// The connection is closed before a status.
    Drop,
    /// The connection breaks in the middle of the answer, within an event.
    Break(Answer),
    /// The stream ends properly, but before the answer does.
    EndEarly(Answer),
    /// An error event comes in the middle of the answer.
    FailMidway {
        /// What came before.
        answer: Answer,
        /// The provider's word for the error.
        code: String,
    },
    /// 200 and JSON that is none.
    Malformed,
    /// 200 and a web page.
    Html,
    /// A reply without an end.
    Endless,
    /// 401, with the request's headers in the message, as a careless gateway does.
    Echo,
    /// To elsewhere.
    Redirect {
        /// 301, 302, 303, 307, 308.
        status: u16,
        /// Where to.
        location: String,
    },
}

impl Behaviour {
    /// A reply with this text.
    pub fn say(text: impl Into<String>) -> Behaviour {
        Behaviour::Reply(Answer::new(text))
    }

    /// An error in the form of the protocol.
    pub fn error(status: u16, code: &str, message: &str) -> Behaviour {
        Behaviour::Error { status, code: code.to_owned(), message: message.to_owned(), headers: Vec::new() }
    }

    /// 429 that asks to be left alone for so many milliseconds.
    pub fn too_many(milliseconds: u64) -> Behaviour {
        Behaviour::Error {
            status: 429,
            code: "rate_limit_exceeded".to_owned(),
            message: "too many requests".to_owned(),
            headers: vec![("retry-after-ms".to_owned(), milliseconds.to_string())],
        }
    }

    /// The answer that comes, or a part of it.
    pub fn answer(&self) -> Option<&Answer> {
        match self {
            Behaviour::Reply(answer)
            | Behaviour::Stall(answer)
            | Behaviour::Break(answer)
            | Behaviour::EndEarly(answer)
            | Behaviour::FailMidway { answer, .. } => Some(answer),
            Behaviour::After(_, later) => later.answer(),
            _ => None,
        }
    }

    /// The same, later.
    pub fn after(self, delay: Duration) -> Behaviour {
        Behaviour::After(delay, Box::new(self))
    }
}
