//! What a program writes, on its way to the terminal or the pipe.

use std::io::{self, IsTerminal, Write};
use std::sync::{Arc, Mutex, PoisonError};

use proofhouse_sandbox::{CancelToken, Console, Level};
use proofhouse_types::CurvePoint;

use crate::failure::Failure;
use crate::output::untrusted;

/// Standard output and standard error of this process. A terminal gets text that cannot drive it; a file or a pipe gets
/// the bytes as they are.
pub(super) struct Screen {
    streams: [Outlet; 2],
    failed: Shown,
    cancel: CancelToken,
}

/// Whether all could be written, after the program has ended.
#[derive(Debug, Clone, Default)]
pub(super) struct Shown(Arc<Mutex<Option<io::Error>>>);

impl Shown {
    /// The failure to write to standard output, if there was one.
    pub(super) fn failure(&self) -> Option<Failure> {
        let failed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        failed.as_ref().map(Failure::from_stdout)
    }
}

impl Screen {
    /// One that stops the program by `cancel` when nobody takes its output.
    pub(super) fn new(cancel: CancelToken) -> (Screen, Shown) {
        let failed = Shown::default();
        let streams = [Outlet::new(io::stdout().is_terminal()), Outlet::new(io::stderr().is_terminal())];
        (Screen { streams, failed: failed.clone(), cancel }, failed)
    }
}

impl Console for Screen {
    fn output(&mut self, bytes: &[u8]) {
        let mut stdout = io::stdout().lock();
        let written = self.streams[0].write(&mut stdout, bytes).and_then(|()| stdout.flush());
        if let Err(error) = written {
            self.failed.0.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
            self.cancel.cancel();
        }
    }

    fn error(&mut self, bytes: &[u8]) {
        // Where standard error is gone, there is nobody to tell.
        let _ = self.streams[1].write(&mut io::stderr().lock(), bytes);
    }

    fn log(&mut self, level: Level, message: &str) {
        let line = format!("{}: {}\n", level.as_str(), untrusted::block(message));
        self.error(line.as_bytes());
    }

    fn metric(&mut self, point: &CurvePoint) {
        let line = format!("{} at {}: {}\n", untrusted::line(&point.name, 80), point.step, point.value);
        self.error(line.as_bytes());
    }
}

/// One of the two streams.
#[derive(Debug)]
struct Outlet {
    terminal: bool,
    /// The beginning of a letter whose end is still to come: at most three bytes.
    begun: Vec<u8>,
}

impl Outlet {
    fn new(terminal: bool) -> Outlet {
        Outlet { terminal, begun: Vec::new() }
    }

    fn write(&mut self, to: &mut impl Write, bytes: &[u8]) -> io::Result<()> {
        if !self.terminal {
            return to.write_all(bytes);
        }
        let text = self.decode(bytes);
        // A progress bar goes back to the start of its line, and only there.
        let lines: Vec<String> = text.split('\r').map(untrusted::block).collect();
        to.write_all(lines.join("\r").as_bytes())
    }

    fn decode(&mut self, bytes: &[u8]) -> String {
        let mut whole = std::mem::take(&mut self.begun);
        whole.extend_from_slice(bytes);
        let last = whole.utf8_chunks().last().map_or(&[][..], |chunk| chunk.invalid());
        if std::str::from_utf8(last).is_err_and(|error| error.error_len().is_none()) {
            self.begun = whole.split_off(whole.len() - last.len());
        }
        String::from_utf8_lossy(&whole).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(terminal: bool, pieces: &[&[u8]]) -> Vec<u8> {
        let (mut outlet, mut to) = (Outlet::new(terminal), Vec::new());
        for piece in pieces {
            outlet.write(&mut to, piece).unwrap();
        }
        to
    }

    #[test]
    fn a_terminal_gets_text_that_cannot_drive_it() {
        assert_eq!(shown(true, &[b"50%\r100%\x1b[2J\n"]), "50%\r100%⟨U+001B⟩[2J\n".as_bytes());
        assert_eq!(shown(true, &[b"a\xff\xc3", b"\xa9\xe2\x82", b"\xac"]), "a\u{fffd}é€".as_bytes());
    }

    #[test]
    fn a_pipe_gets_the_bytes() {
        assert_eq!(shown(false, &[b"\x1b[2J\xff", b"\r\n"]), b"\x1b[2J\xff\r\n");
    }
}
