//! A worker process, from the lab's side.

use std::fmt;
use std::io::{self, BufReader, Read, Write};
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::lines::{MOST_LINE_BYTES, next_line};
use crate::message::{Answer, Order};
use crate::{FleetError, Job};

/// Makes the command that starts a worker: the same program with the argument `worker`. The fleet adds what keeps the
/// worker apart (no environment, no working folder of the lab's).
pub type WorkerCommand = Arc<dyn Fn() -> Command + Send + Sync>;

/// The most of a worker's standard error that is kept: its last words.
const MOST_LAST_WORDS: usize = 4096;

/// The child as it is shared with whoever may have to kill it.
#[derive(Debug, Clone)]
pub(crate) struct Handle(Arc<Mutex<Child>>);

impl Handle {
    fn lock(&self) -> MutexGuard<'_, Child> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends the process at once. Its supervisor sees that as a closed pipe.
    pub(crate) fn kill(&self) {
        // An error means that it is gone already.
        let _ = self.lock().kill();
    }
}

/// A running worker. Dropping it kills the process and waits for it, so that none is left behind.
pub(crate) struct Worker {
    handle: Handle,
    stdin: ChildStdin,
    answers: Receiver<Answer>,
    last_words: Receiver<String>,
}

/// Why no answer came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Silence {
    /// The deadline has passed.
    Late,
    /// The worker's output has ended: it is dead, or says nothing sensible any more.
    Ended,
}

impl Worker {
    /// Starts a process. It has no environment but what makes it run on one thread, and `/` as its folder.
    pub(crate) fn start(command: &WorkerCommand) -> io::Result<Worker> {
        let mut child = command()
            .env_clear()
            .env("RAYON_NUM_THREADS", "1")
            .env("CANDLE_NUM_THREADS", "1")
            .current_dir("/")
            // Ctrl-C in the lab's terminal is for the lab, which then decides what becomes of its workers.
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let (Some(stdin), Some(stdout), Some(stderr)) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take())
        else {
            return Err(io::Error::other("a worker came without its pipes"));
        };
        let handle = Handle(Arc::new(Mutex::new(child)));
        // From here on, dropping `worker` cleans up, also when a thread cannot be started.
        let (answers, answered) = channel();
        let (words, last_words) = channel();
        let worker = Worker { handle, stdin, answers: answered, last_words };
        thread::Builder::new()
            .name("worker-output".into())
            .spawn(move || forward(BufReader::new(stdout), &answers))?;
        thread::Builder::new().name("worker-errors".into()).spawn(move || drop(words.send(tail(stderr))))?;
        Ok(worker)
    }

    pub(crate) fn handle(&self) -> Handle {
        self.handle.clone()
    }

    /// Hands over a job.
    pub(crate) fn send(&mut self, job: &Job) -> Result<(), FleetError> {
        let order = Order::Run(Box::new(job.clone()));
        let mut line = serde_json::to_vec(&order).map_err(FleetError::Encoding)?;
        line.push(b'\n');
        self.stdin.write_all(&line).and_then(|()| self.stdin.flush()).map_err(FleetError::Pipe)
    }

    /// Waits for the next answer.
    pub(crate) fn answer(&self, deadline: Instant) -> Result<Answer, Silence> {
        let left = deadline.saturating_duration_since(Instant::now());
        self.answers.recv_timeout(left).map_err(|error| match error {
            RecvTimeoutError::Timeout => Silence::Late,
            RecvTimeoutError::Disconnected => Silence::Ended,
        })
    }

    /// Ends the process, and says how it ended.
    pub(crate) fn obituary(self) -> Obituary {
        // A dying process closes its pipes before it can be waited for: give it the chance to end by itself, so that
        // its own signal is told, not this kill's.
        let words = self.last_words.recv_timeout(Duration::from_secs(2)).unwrap_or_default();
        let mut child = self.handle.lock();
        let _ = child.kill();
        let ending = child.wait().map_or_else(|error| error.to_string(), |status| status.to_string());
        drop(child);
        Obituary { ending, words }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let mut child = self.handle.lock();
        let _ = child.kill();
        let _ = child.wait();
    }
}

/// How a worker ended.
pub(crate) struct Obituary {
    ending: String,
    words: String,
}

impl fmt::Display for Obituary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.ending)?;
        match self.words.trim() {
            "" => Ok(()),
            words => write!(f, "; its last words: {words}"),
        }
    }
}

/// Reads answers until the output ends, or a line is none.
fn forward(mut output: impl io::BufRead, answers: &Sender<Answer>) {
    while let Ok(Some(line)) = next_line(&mut output, MOST_LINE_BYTES) {
        let Ok(answer) = serde_json::from_slice(&line) else { return };
        if answers.send(answer).is_err() {
            return;
        }
    }
}

/// The end of what a worker wrote to its standard error, once that is closed.
fn tail(mut errors: impl Read) -> String {
    let mut kept: Vec<u8> = Vec::new();
    let mut piece = [0; 1024];
    while let Ok(count @ 1..) = errors.read(&mut piece) {
        kept.extend_from_slice(&piece[..count]);
        let surplus = kept.len().saturating_sub(MOST_LAST_WORDS);
        kept.drain(..surplus);
    }
    String::from_utf8_lossy(&kept).into_owned()
}
