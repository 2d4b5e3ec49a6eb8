//! The last lines of a log.

use std::collections::VecDeque;
use std::fmt::Write as _;

/// Bytes that are kept.
const MOST_BYTES: usize = 64 * 1024;

/// Keeps the end of a log, and says how much came before it.
#[derive(Debug, Default)]
pub(crate) struct LogTail {
    lines: VecDeque<String>,
    bytes: usize,
    dropped: u64,
}

impl LogTail {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn push(&mut self, source: &str, message: &str) {
        for line in message.lines() {
            let line = format!("{source}: {line}");
            self.bytes += line.len() + 1;
            self.lines.push_back(line);
        }
        while self.bytes > MOST_BYTES {
            let Some(first) = self.lines.pop_front() else { break };
            self.bytes -= first.len() + 1;
            self.dropped += 1;
        }
    }

    pub(crate) fn into_text(self) -> String {
        let mut text = String::with_capacity(self.bytes + 64);
        if self.dropped > 0 {
            // Writing to a string does not fail.
            let _ = writeln!(text, "({} earlier lines left out)", self.dropped);
        }
        for line in self.lines {
            text.push_str(&line);
            text.push('\n');
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_end_and_counts_the_rest() {
        let mut tail = LogTail::new();
        for line in 0..MOST_BYTES {
            tail.push("candidate", &line.to_string());
        }
        let text = tail.into_text();
        assert!(text.len() <= MOST_BYTES + 64);
        assert!(text.ends_with(&format!("candidate: {}\n", MOST_BYTES - 1)));
        let first = text.lines().next().unwrap();
        let kept = text.lines().count() - 1;
        assert_eq!(first, format!("({} earlier lines left out)", MOST_BYTES - kept));
    }
}
