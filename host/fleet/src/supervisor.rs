//! One thread per worker: keeps the process alive, gives it jobs, and decides what a death means.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use proofhouse_types::{FailureKind, Outcome};

use crate::message::Answer;
use crate::process::{Handle, Silence, Worker, WorkerCommand};
use crate::{Event, Job, Verdict, What};

/// How long a new process may take until it reads orders.
const READY_WITHIN: Duration = Duration::from_secs(60);
/// How many processes in a row may fail to start before a job is given up.
const MOST_FALSE_STARTS: u32 = 2;
/// A job that kills this many workers is not tried again.
const MOST_DEATHS: u32 = 2;

/// What all supervisors share.
pub(crate) struct Shared {
    /// The jobs that wait. Whoever holds the lock is the next to get one.
    pub(crate) queue: Mutex<Receiver<Job>>,
    /// Set once: jobs are put back unrun, and running ones were killed.
    pub(crate) stopping: AtomicBool,
    /// Starts a worker.
    pub(crate) command: WorkerCommand,
}

/// Passes an event on.
pub(crate) type Tell = Arc<dyn Fn(Event) + Send + Sync>;

/// A worker's place in the fleet.
pub(crate) struct Supervisor {
    pub(crate) shared: Arc<Shared>,
    pub(crate) tell: Tell,
    /// The process that whoever stops the fleet must kill.
    pub(crate) seat: Arc<Mutex<Option<Handle>>>,
}

/// How one attempt at a job ended.
enum Attempt {
    Done(Verdict),
    Died(String),
    Stuck,
    NeverStarted(String),
}

impl Supervisor {
    /// Runs jobs until the queue is closed.
    pub(crate) fn run(self) {
        let mut worker = None;
        loop {
            let job = self.shared.queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
            let Ok(job) = job else { break };
            let what = self.see_to(&mut worker, &job);
            (self.tell)(Event { label: job.label, what });
        }
        self.take_seat(None);
    }

    /// Runs one job to its end: a death costs an attempt, a second one the job.
    fn see_to(&self, worker: &mut Option<Worker>, job: &Job) -> What {
        let began = Instant::now();
        let (mut deaths, mut false_starts) = (0, 0);
        loop {
            if self.shared.stopping.load(Ordering::SeqCst) {
                return What::Stopped;
            }
            let attempt = self.attempt(worker, job);
            if self.shared.stopping.load(Ordering::SeqCst) && !matches!(attempt, Attempt::Done(_)) {
                return What::Stopped;
            }
            let outcome = match attempt {
                Attempt::Done(verdict) => return What::Finished(Box::new(verdict)),
                Attempt::Stuck => Outcome::failed(
                    FailureKind::Exhausted,
                    format!(
                        "wall time: its worker gave no verdict within {} s and was killed",
                        job.wall_seconds
                    ),
                ),
                Attempt::Died(how) => {
                    deaths += 1;
                    if deaths < MOST_DEATHS {
                        (self.tell)(Event { label: job.label, what: What::Restarted(how) });
                        continue;
                    }
                    Outcome::failed(FailureKind::Quarantined, format!("killed two workers; the last: {how}"))
                }
                Attempt::NeverStarted(how) => {
                    false_starts += 1;
                    if false_starts < MOST_FALSE_STARTS {
                        continue;
                    }
                    return What::NoWorker(how);
                }
            };
            return What::Finished(Box::new(Verdict::failed(outcome, began.elapsed().as_secs_f64())));
        }
    }

    fn attempt(&self, seat: &mut Option<Worker>, job: &Job) -> Attempt {
        let mut worker = match seat.take() {
            Some(worker) => worker,
            None => match self.start() {
                Ok(worker) => worker,
                Err(how) => return Attempt::NeverStarted(how),
            },
        };
        let patience = Duration::try_from_secs_f64(job.wall_seconds).unwrap_or(Duration::MAX);
        let now = Instant::now();
        // A year is for ever, and can be added to a clock.
        let deadline = now + patience.min(Duration::from_secs(365 * 24 * 3600));
        if worker.send(job).is_err() {
            return self.buried(worker);
        }
        loop {
            let what = match worker.answer(deadline) {
                Ok(Answer::Done(verdict)) => {
                    *seat = Some(worker);
                    return Attempt::Done(verdict);
                }
                Ok(Answer::Curve(point)) => What::Curve(point),
                Ok(Answer::Used(device_seconds)) => What::Used(device_seconds),
                Ok(Answer::Log { source, level, message }) => What::Log { source, level, message },
                Ok(Answer::Ready { .. }) => continue,
                Err(Silence::Late) => {
                    self.take_seat(None);
                    return Attempt::Stuck;
                }
                Err(Silence::Ended) => return self.buried(worker),
            };
            (self.tell)(Event { label: job.label, what });
        }
    }

    /// Starts a process, and waits until it reads orders.
    fn start(&self) -> Result<Worker, String> {
        let worker = Worker::start(&self.shared.command).map_err(|error| error.to_string())?;
        self.take_seat(Some(worker.handle()));
        if self.shared.stopping.load(Ordering::SeqCst) {
            return Err("the fleet is being stopped".into());
        }
        match worker.answer(Instant::now() + READY_WITHIN) {
            Ok(Answer::Ready { .. }) => Ok(worker),
            Ok(_) => Err("it does not speak this protocol".into()),
            Err(Silence::Late) => Err(format!("it was not ready within {} s", READY_WITHIN.as_secs())),
            Err(Silence::Ended) => {
                self.take_seat(None);
                Err(worker.obituary().to_string())
            }
        }
    }

    fn buried(&self, worker: Worker) -> Attempt {
        self.take_seat(None);
        Attempt::Died(worker.obituary().to_string())
    }

    fn take_seat(&self, handle: Option<Handle>) {
        *self.seat.lock().unwrap_or_else(PoisonError::into_inner) = handle;
    }
}
