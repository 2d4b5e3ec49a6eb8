//! What a running evaluation tells its watcher.

use proofhouse_types::CurvePoint;

/// How important a line of a guest's log is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Everything.
    Trace,
    /// For its author.
    Debug,
    /// For its user. Standard output is this.
    Info,
    /// Something is odd. Standard error is this.
    Warn,
    /// Something is wrong.
    Error,
}

impl Level {
    /// Lower case, for tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Level::Trace => "trace",
            Level::Debug => "debug",
            Level::Info => "info",
            Level::Warn => "warn",
            Level::Error => "error",
        }
    }
}

/// Watches an evaluation. What it is given comes from untrusted guests: text without control characters, capped by
/// the policy's `output-kib`, and never to be interpreted.
pub trait Observer: Send {
    /// A line of the log. `source` is `candidate` or `evaluator`.
    fn log(&mut self, source: &str, level: Level, message: &str);
    /// A point of a curve.
    fn metric(&mut self, point: CurvePoint);
    /// Device seconds that the candidate has used, some times a second.
    fn progress(&mut self, device_seconds: f64) {
        let _ = device_seconds;
    }
}

/// One line of a plugin's log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogLine {
    /// How important.
    pub level: Level,
    /// Without control characters other than tabs and line ends.
    pub message: String,
}
