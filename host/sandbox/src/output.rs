//! What a guest says: counted against its cap, freed of control characters, handed on.

use std::sync::mpsc::{SyncSender, TrySendError};

use proofhouse_types::CurvePoint;

use crate::console::Console;
use crate::limits::{Limit, LimitHit};
use crate::observer::{Level, LogLine};

/// What a sandbox sends to the thread that watches it.
#[derive(Debug)]
pub(crate) enum Event {
    Log { source: &'static str, level: Level, message: String },
    Metric(CurvePoint),
    Progress(f64),
}

/// Where lines go.
pub(crate) enum Sink {
    /// To the watcher of an evaluation. Bounded: a guest that talks faster than its watcher listens waits.
    Watcher { source: &'static str, events: SyncSender<Event> },
    /// Kept until someone asks.
    Kept(Vec<LogLine>),
    /// To someone who sees it as it comes, bytes of unfinished lines included.
    Console(Box<dyn Console>),
}

/// A metric costs this beside its name: its step and value.
const METRIC_BYTES: u64 = 16;
/// A line costs this beside its text, so that empty lines are not free.
const LINE_BYTES: u64 = 1;
/// A stream's unfinished line is handed on when it gets longer than this.
const LONGEST_LINE: usize = 8 * 1024;

/// A sandbox's output over its whole life.
pub(crate) struct Output {
    used: u64,
    allowed: u64,
    sink: Sink,
    /// Of standard output and standard error: the line that has not ended yet.
    unfinished: [Vec<u8>; 2],
}

/// The two standard streams.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stream {
    Output = 0,
    Error = 1,
}

impl Stream {
    fn level(self) -> Level {
        match self {
            Stream::Output => Level::Info,
            Stream::Error => Level::Warn,
        }
    }
}

impl Output {
    pub(crate) fn new(allowed: u64, sink: Sink) -> Self {
        Self { used: 0, allowed, sink, unfinished: [Vec::new(), Vec::new()] }
    }

    fn charge(&mut self, bytes: u64) -> Result<(), LimitHit> {
        self.used = self.used.saturating_add(bytes);
        if self.used > self.allowed {
            return Err(LimitHit::new(Limit::Output, self.used as f64, self.allowed as f64));
        }
        Ok(())
    }

    /// One message of the log interface.
    pub(crate) fn log(&mut self, level: Level, message: &str) -> Result<(), LimitHit> {
        self.charge(message.len() as u64 + LINE_BYTES)?;
        self.hand_on(level, printable(message));
        Ok(())
    }

    /// One point of a curve.
    pub(crate) fn metric(&mut self, name: &str, step: u64, value: f64) -> Result<(), LimitHit> {
        self.charge(name.len() as u64 + METRIC_BYTES)?;
        let point = || CurvePoint { name: printable(name), step, value };
        match &mut self.sink {
            Sink::Watcher { events, .. } => {
                // A watcher that is gone has no use for it.
                let _ = events.send(Event::Metric(point()));
            }
            Sink::Console(console) => console.metric(&point()),
            Sink::Kept(_) => {}
        }
        Ok(())
    }

    /// Bytes written to a standard stream: handed on line by line, or at once to a console.
    pub(crate) fn write(&mut self, stream: Stream, bytes: &[u8]) -> Result<(), LimitHit> {
        self.charge(bytes.len() as u64)?;
        if let Sink::Console(console) = &mut self.sink {
            match stream {
                Stream::Output => console.output(bytes),
                Stream::Error => console.error(bytes),
            }
            return Ok(());
        }
        for part in bytes.split_inclusive(|byte| *byte == b'\n') {
            let line = &mut self.unfinished[stream as usize];
            line.extend_from_slice(part);
            if line.ends_with(b"\n") || line.len() > LONGEST_LINE {
                self.finish_line(stream);
            }
        }
        Ok(())
    }

    fn finish_line(&mut self, stream: Stream) {
        let line = std::mem::take(&mut self.unfinished[stream as usize]);
        let text = String::from_utf8_lossy(&line);
        self.hand_on(stream.level(), printable(text.trim_end_matches('\n')));
    }

    /// Hands on what was written last without a line end.
    pub(crate) fn finish(&mut self) {
        for stream in [Stream::Output, Stream::Error] {
            if !self.unfinished[stream as usize].is_empty() {
                self.finish_line(stream);
            }
        }
    }

    /// Tells the watcher how far the guest is, where the watcher keeps up.
    pub(crate) fn progress(&mut self, device_seconds: f64) {
        if let Sink::Watcher { events, .. } = &self.sink {
            match events.try_send(Event::Progress(device_seconds)) {
                Ok(()) | Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => {}
            }
        }
    }

    /// The lines that were kept since the last call.
    pub(crate) fn take_lines(&mut self) -> Vec<LogLine> {
        match &mut self.sink {
            Sink::Kept(lines) => std::mem::take(lines),
            Sink::Watcher { .. } | Sink::Console(_) => Vec::new(),
        }
    }

    fn hand_on(&mut self, level: Level, message: String) {
        match &mut self.sink {
            Sink::Watcher { source, events } => {
                let _ = events.send(Event::Log { source, level, message });
            }
            Sink::Kept(lines) => lines.push(LogLine { level, message }),
            Sink::Console(console) => console.log(level, &message),
        }
    }
}

/// `text` without control characters, so that no guest drives a terminal: they are written out (`\u{1b}`).
pub(crate) fn printable(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    for letter in text.chars() {
        if letter.is_control() && letter != '\n' && letter != '\t' {
            clean.extend(letter.escape_default());
        } else {
            clean.push(letter);
        }
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_handed_on_whole_and_escaped() {
        let mut output = Output::new(1000, Sink::Kept(Vec::new()));
        output.write(Stream::Output, b"one\ntw").unwrap();
        output.write(Stream::Error, b"oops\x1b[2J\n").unwrap();
        output.write(Stream::Output, b"o").unwrap();
        output.finish();
        let lines: Vec<_> = output.take_lines().into_iter().map(|line| (line.level, line.message)).collect();
        let expected = [(Level::Info, "one"), (Level::Warn, "oops\\u{1b}[2J"), (Level::Info, "two")];
        assert_eq!(lines, expected.map(|(level, text)| (level, text.to_owned())));
    }

    #[test]
    fn the_cap_counts_every_kind_of_output() {
        let mut output = Output::new(40, Sink::Kept(Vec::new()));
        output.write(Stream::Output, &[b'x'; 10]).unwrap();
        output.log(Level::Info, "123456789").unwrap();
        output.metric("loss", 1, 0.5).unwrap();
        let hit = output.write(Stream::Error, b"x").unwrap_err();
        assert_eq!((hit.limit, hit.used, hit.allowed), (Limit::Output, 41.0, 40.0));
    }
}
