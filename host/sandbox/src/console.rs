//! Where a program's output goes while it runs.

use proofhouse_types::CurvePoint;

use crate::observer::Level;

/// Takes what a program writes, as it comes. All of it is an untrusted program's: bytes of any kind, up to the policy's
/// `output-kib`. It is called from within the program's host calls, so whoever is slow makes the program wait.
pub trait Console: Send {
    /// Bytes for standard output.
    fn output(&mut self, bytes: &[u8]);
    /// Bytes for standard error.
    fn error(&mut self, bytes: &[u8]);
    /// A line of its log, without control characters.
    fn log(&mut self, level: Level, message: &str);
    /// A point of a curve.
    fn metric(&mut self, point: &CurvePoint);
}
