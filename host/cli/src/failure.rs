//! Why a command did not do what it was asked, in one sentence with a hint.

use std::fmt;
use std::io;

/// How the process ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// It did what it was asked.
    Done,
    /// The run failed, or a replay differs.
    Failed,
    /// The command line, a file or a name is wrong.
    Usage,
    /// The language models' budget is spent; the run can be resumed with a larger one.
    BudgetSpent,
    /// By Ctrl-C.
    Interrupted,
    /// As the program ended that was run.
    Program(u8),
}

impl Status {
    /// The process's exit status.
    pub fn code(self) -> u8 {
        match self {
            Status::Done => 0,
            Status::Failed => 1,
            Status::Usage => 2,
            Status::BudgetSpent => 3,
            Status::Interrupted => 130,
            Status::Program(code) => code,
        }
    }
}

/// A sentence for a person, and what they can do about it.
#[derive(Debug)]
pub struct Failure {
    message: String,
    hint: Option<String>,
    status: Status,
}

/// The result of a command.
pub type Result<T> = std::result::Result<T, Failure>;

impl Failure {
    /// What was asked for cannot be: exit status 2.
    pub fn usage(message: impl fmt::Display) -> Failure {
        Failure { message: message.to_string(), hint: None, status: Status::Usage }
    }

    /// It was tried and failed: exit status 1.
    pub fn failed(message: impl fmt::Display) -> Failure {
        Failure { message: message.to_string(), hint: None, status: Status::Failed }
    }

    /// Ctrl-C, before there was anything to go on with: exit status 130.
    pub fn stopped() -> Failure {
        Failure { message: String::new(), hint: None, status: Status::Interrupted }
    }

    /// Whoever read the output has gone: nothing is left to say, and nothing is wrong.
    fn nobody_reads() -> Failure {
        Failure { message: String::new(), hint: None, status: Status::Done }
    }

    /// With what to do about it.
    pub fn hint(mut self, hint: impl fmt::Display) -> Failure {
        self.hint = Some(hint.to_string());
        self
    }

    /// The exit status.
    pub fn status(&self) -> Status {
        self.status
    }

    /// Writing to standard output failed.
    pub fn from_stdout(error: &io::Error) -> Failure {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Failure::nobody_reads(),
            _ => Failure::failed(format!("cannot write to standard output: {error}")),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.message.is_empty() {
            return Ok(());
        }
        writeln!(f, "error: {}", self.message.trim_end())?;
        match &self.hint {
            Some(hint) => writeln!(f, "  hint: {hint}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_reads_as_sentence_and_hint() {
        let failure = Failure::usage("there is no run `x`").hint("`proofhouse list` names them");
        assert_eq!(failure.to_string(), "error: there is no run `x`\n  hint: `proofhouse list` names them\n");
        assert_eq!(failure.status().code(), 2);
    }

    #[test]
    fn a_closed_pipe_is_no_error() {
        let failure = Failure::from_stdout(&io::Error::from(io::ErrorKind::BrokenPipe));
        assert_eq!((failure.to_string().as_str(), failure.status()), ("", Status::Done));
        let failure = Failure::from_stdout(&io::Error::from(io::ErrorKind::StorageFull));
        assert_eq!(failure.status(), Status::Failed);
    }
}
