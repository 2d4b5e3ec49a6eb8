//! The worker's side: reads jobs, runs them in sandboxes, answers.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufRead, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use proofhouse_compute::data::TokenStream;
use proofhouse_sandbox::{CancelToken, Evaluation, Level, Observer, Plugin, Policy, Runtime};
use proofhouse_types::{Cost, CurvePoint, FailureKind, Outcome};
use rustix::process::{Signal, set_parent_process_death_signal};

use crate::lines::{MOST_LINE_BYTES, next_line};
use crate::message::{Answer, Order, Verdict};
use crate::{Component, FleetError, Job, Stream};

/// A running job says how far it is at most this often.
const USED_EVERY: Duration = Duration::from_millis(200);

/// The life of a worker process: what `proofhouse worker` calls. Reads jobs from standard input until that ends, and
/// writes answers to standard output, which from here on nothing else in this process can reach.
///
/// # Errors
/// Where the lab's pipes fail, or a line is not a job. The caller should end the process in any case: a job may still
/// be running on another thread.
pub fn serve() -> Result<(), FleetError> {
    // Should the lab die, the system kills this process, whatever it is doing. Had the lab died before this line,
    // standard input is at its end, which ends this process too.
    set_parent_process_death_signal(Some(Signal::KILL)).map_err(|error| FleetError::Pipe(error.into()))?;
    let output = take_standard_output().map_err(FleetError::Pipe)?;
    serve_on(io::stdin().lock(), output)
}

/// Moves standard output to a descriptor of its own, and leaves `/dev/null` in its place.
fn take_standard_output() -> io::Result<File> {
    let own = rustix::io::fcntl_dupfd_cloexec(io::stdout(), 3)?;
    rustix::stdio::dup2_stdout(File::options().write(true).open("/dev/null")?)?;
    Ok(File::from(own))
}

fn serve_on(mut input: impl BufRead, output: impl Write + Send + 'static) -> Result<(), FleetError> {
    let (jobs, queue) = channel();
    let (failed, failure) = channel();
    thread::Builder::new()
        .name("jobs".into())
        .spawn(move || run_jobs(&queue, output, &failed))
        .map_err(FleetError::Thread)?;
    while let Some(line) = next_line(&mut input, MOST_LINE_BYTES).map_err(FleetError::Pipe)? {
        let Order::Run(job) =
            serde_json::from_slice(&line).map_err(|error| FleetError::NotAJob(error.to_string()))?;
        if jobs.send(*job).is_err() {
            break;
        }
    }
    match failure.try_recv() {
        Ok(error) => Err(FleetError::Pipe(error)),
        Err(_) => Ok(()),
    }
}

/// The job thread. A panic here is a fault of the host while an untrusted program runs: the process ends, and with it
/// whatever state the panic left.
fn run_jobs(queue: &Receiver<Job>, output: impl Write + Send, failed: &Sender<io::Error>) {
    let served = catch_unwind(AssertUnwindSafe(|| {
        let mut answers = Answers { output, used: None };
        answers.send(&Answer::Ready { pid: std::process::id() })?;
        let mut bench = Bench::default();
        for job in queue {
            let verdict = bench.run(&job, &mut answers);
            answers.send(&Answer::Done(verdict))?;
        }
        Ok(())
    }));
    match served {
        Ok(Ok(())) => {}
        // The lab is gone, or no longer listens.
        Ok(Err(error)) => drop(failed.send(error)),
        Err(_) => std::process::abort(),
    }
}

/// Writes answers. The observer of a running job.
struct Answers<W> {
    output: W,
    used: Option<Instant>,
}

impl<W: Write> Answers<W> {
    fn send(&mut self, answer: &Answer) -> io::Result<()> {
        let mut line = serde_json::to_vec(answer).map_err(io::Error::other)?;
        line.push(b'\n');
        self.output.write_all(&line)?;
        self.output.flush()
    }

    /// Sends what is only for watching: where that fails, sending the verdict will fail too, and say so.
    fn tell(&mut self, answer: &Answer) {
        let _ = self.send(answer);
    }
}

impl<W: Write + Send> Observer for Answers<W> {
    fn log(&mut self, source: &str, level: Level, message: &str) {
        self.tell(&Answer::Log {
            source: source.to_owned(),
            level: level.as_str().to_owned(),
            message: message.to_owned(),
        });
    }

    fn metric(&mut self, point: CurvePoint) {
        self.tell(&Answer::Curve(point));
    }

    fn progress(&mut self, device_seconds: f64) {
        let due = self.used.is_none_or(|last| last.elapsed() >= USED_EVERY);
        if due && device_seconds.is_finite() {
            self.used = Some(Instant::now());
            self.tell(&Answer::Used(device_seconds));
        }
    }
}

/// What a worker keeps from job to job: nothing that a program could write to.
#[derive(Default)]
struct Bench {
    runtime: Option<(PathBuf, Runtime)>,
    plugins: HashMap<String, Plugin>,
    streams: HashMap<String, TokenStream>,
}

impl Bench {
    fn run(&mut self, job: &Job, observer: &mut impl Observer) -> Verdict {
        let began = Instant::now();
        match self.evaluate(job, observer) {
            Ok(verdict) => verdict,
            Err(reason) => Verdict {
                outcome: Outcome::failed(FailureKind::Lost, reason),
                cost: Cost { wall_seconds: began.elapsed().as_secs_f64(), ..Cost::default() },
                curve: Vec::new(),
                log: String::new(),
            },
        }
    }

    /// An error is a fault on the host's side: a file that is not there, or not the same any more.
    fn evaluate(&mut self, job: &Job, observer: &mut impl Observer) -> Result<Verdict, String> {
        let runtime = self.runtime(&job.cache)?;
        let executor = self.plugin(&runtime, &job.executor)?;
        let evaluator = self.plugin(&runtime, &job.evaluator)?;
        let policy = |policy: &crate::PolicyText| {
            Policy::parse(&policy.text, &policy.name).map_err(|error| error.to_string())
        };
        let candidate_policy = policy(&job.candidate_policy)?;
        let evaluator_policy = policy(&job.evaluator_policy)?;
        let candidate_data = self.streams(&job.candidate_data)?;
        let evaluator_data = self.streams(&job.evaluator_data)?;
        let verdict = Evaluation {
            runtime: &runtime,
            executor: &executor,
            evaluator: &evaluator,
            candidate_policy: &candidate_policy,
            evaluator_policy: &evaluator_policy,
            device: &job.device,
            files: &job.files,
            main: &job.main,
            evaluator_settings: &job.evaluator_settings,
            seed: job.seed,
            candidate_data: &candidate_data,
            evaluator_data: &evaluator_data,
            // The lab cancels a job by killing its worker.
            cancel: CancelToken::default(),
        }
        .run(observer);
        Ok(Verdict { outcome: verdict.outcome, cost: verdict.cost, curve: verdict.curve, log: verdict.log })
    }

    fn runtime(&mut self, cache: &PathBuf) -> Result<Runtime, String> {
        if let Some((path, runtime)) = &self.runtime
            && path == cache
        {
            return Ok(runtime.clone());
        }
        self.plugins.clear();
        let runtime = Runtime::new(cache).map_err(|error| error.to_string())?;
        self.runtime = Some((cache.clone(), runtime.clone()));
        Ok(runtime)
    }

    fn plugin(&mut self, runtime: &Runtime, component: &Component) -> Result<Plugin, String> {
        if let Some(plugin) = self.plugins.get(&component.digest) {
            return Ok(plugin.clone());
        }
        let plugin = runtime.load(&component.path).map_err(|error| error.to_string())?;
        check_digest("component", &component.path, plugin.digest(), &component.digest)?;
        self.plugins.insert(component.digest.clone(), plugin.clone());
        Ok(plugin)
    }

    fn streams(&mut self, streams: &[Stream]) -> Result<Vec<(String, TokenStream)>, String> {
        streams.iter().map(|stream| Ok((stream.name.clone(), self.stream(stream)?))).collect()
    }

    fn stream(&mut self, stream: &Stream) -> Result<TokenStream, String> {
        if let Some(tokens) = self.streams.get(&stream.digest) {
            return Ok(tokens.clone());
        }
        let tokens = TokenStream::open(&stream.path).map_err(|error| error.to_string())?;
        check_digest("data", &stream.path, &tokens.digest(), &stream.digest)?;
        self.streams.insert(stream.digest.clone(), tokens.clone());
        Ok(tokens)
    }
}

fn check_digest(what: &str, path: &std::path::Path, found: &str, expected: &str) -> Result<(), String> {
    if found == expected {
        return Ok(());
    }
    Err(format!(
        "the {what} {} changed during the run: its digest is {found}, not {expected}",
        path.display()
    ))
}
