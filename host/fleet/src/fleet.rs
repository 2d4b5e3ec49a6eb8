//! A number of workers, and the queue they are fed from.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use proofhouse_types::CurvePoint;

use crate::process::{Handle, WorkerCommand};
use crate::supervisor::{Shared, Supervisor, Tell};
use crate::{FleetError, Job, Verdict};

/// Something that happened to a job.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// The job's label.
    pub label: u64,
    /// What happened.
    pub what: What,
}

/// What happened to a job.
#[derive(Debug, Clone, PartialEq)]
pub enum What {
    /// It reported a point of a curve.
    Curve(CurvePoint),
    /// The device seconds it has used so far.
    Used(f64),
    /// A line of its output: untrusted text.
    Log {
        /// `candidate` or `evaluator`.
        source: String,
        /// As in `info`.
        level: String,
        /// The line.
        message: String,
    },
    /// Its worker died, as said here; it runs again from its beginning.
    Restarted(String),
    /// It ended. The last event of the job.
    Finished(Box<Verdict>),
    /// No worker process can be started, as said here. The last event of the job, which has no verdict.
    NoWorker(String),
    /// The fleet was stopped before it ended: it has no verdict. The last event of the job.
    Stopped,
}

/// Workers, and the queue they are fed from. Dropping it kills the workers and waits for them.
pub struct Fleet {
    jobs: Option<Sender<Job>>,
    shared: Arc<Shared>,
    seats: Vec<Arc<Mutex<Option<Handle>>>>,
    supervisors: Vec<JoinHandle<()>>,
}

impl Fleet {
    /// A fleet of `workers` processes (at least one); each is started when it gets its first job. What happens goes to
    /// `events`, whose receiver may be listening for other things too.
    ///
    /// # Errors
    /// Where the system gives no threads.
    pub fn start<E: From<Event> + Send + 'static>(
        workers: usize,
        command: WorkerCommand,
        events: Sender<E>,
    ) -> Result<Fleet, FleetError> {
        let (jobs, queue) = channel();
        // Nobody listens once the fleet is being dropped.
        let tell: Tell = Arc::new(move |event| drop(events.send(event.into())));
        let shared = Arc::new(Shared { queue: Mutex::new(queue), stopping: AtomicBool::new(false), command });
        let mut fleet = Fleet { jobs: Some(jobs), shared, seats: Vec::new(), supervisors: Vec::new() };
        for _ in 0..workers.max(1) {
            let seat = Arc::new(Mutex::new(None));
            let supervisor =
                Supervisor { shared: fleet.shared.clone(), tell: tell.clone(), seat: seat.clone() };
            // The thread lives as long as its worker: the worker's death signal is tied to the thread that made it.
            let thread = thread::Builder::new()
                .name("supervisor".into())
                .spawn(move || supervisor.run())
                .map_err(FleetError::Thread)?;
            fleet.seats.push(seat);
            fleet.supervisors.push(thread);
        }
        Ok(fleet)
    }

    /// How many workers there are.
    pub fn workers(&self) -> usize {
        self.supervisors.len()
    }

    /// Puts a job into the queue. Its last event is `Finished`, `NoWorker` or `Stopped`.
    pub fn submit(&self, job: Job) {
        if let Some(jobs) = &self.jobs {
            // The queue's other end is in `self.shared`: it outlives this call.
            let _ = jobs.send(job);
        }
    }

    /// Kills what runs, and lets nothing start any more. Every job that has no verdict gets the event `Stopped`.
    pub fn stop(&self) {
        self.shared.stopping.store(true, Ordering::SeqCst);
        for seat in &self.seats {
            if let Some(handle) = &*seat.lock().unwrap_or_else(PoisonError::into_inner) {
                handle.kill();
            }
        }
    }
}

impl Drop for Fleet {
    fn drop(&mut self) {
        self.stop();
        self.jobs = None;
        for supervisor in self.supervisors.drain(..) {
            // A supervisor that panicked has dropped, and so killed, its worker.
            let _ = supervisor.join();
        }
    }
}

impl fmt::Debug for Fleet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fleet").field("workers", &self.workers()).finish_non_exhaustive()
    }
}
