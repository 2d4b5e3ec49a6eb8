//! One evaluation: two sandboxes, of which the evaluator drives the candidate.

use std::sync::mpsc::{self, Receiver, SyncSender};
use std::time::Instant;

use proofhouse_compute::DeviceModel;
use proofhouse_compute::data::TokenStream;
use proofhouse_types::{Cost, CurvePoint, Failure, FailureKind, Measurement, Outcome, Score};
use wasmtime::component::InstancePre;

use crate::bindings::evaluator::EvaluatorPluginPre;
use crate::bindings::evaluator::exports::proofhouse::lab::evaluator::Score as WitScore;
use crate::cancel::CancelToken;
use crate::candidate::Candidate;
use crate::ending::{self, Ending};
use crate::log_tail::LogTail;
use crate::meter;
use crate::observer::{Level, Observer};
use crate::output::{Event, Sink, printable};
use crate::plugin::{Plugin, Runtime};
use crate::policy::Policy;
use crate::random::RandomStream;
use crate::roles::Role;
use crate::state::{GuestState, Stop};
use crate::store::{Grant, new_store};
use crate::thread::spawn_on_large_stack;

/// Events that may wait for the watcher before a guest has to.
const WAITING_EVENTS: usize = 1024;
/// Letters of an evaluator's reason that are kept.
const LONGEST_REASON: usize = 8000;
/// Measurements beside a score that are kept.
const MOST_MEASUREMENTS: usize = 64;
/// Letters of a measurement's name.
const LONGEST_NAME: usize = 200;
/// Points of all curves that are kept with a trial.
const MOST_POINTS: usize = 100_000;

/// One evaluation of one candidate. Everything it needs, and nothing of what came before it: the same evaluation gives
/// the same score on every machine.
pub struct Evaluation<'a> {
    /// The engine that both plugins were loaded by.
    pub runtime: &'a Runtime,
    /// Runs the candidate.
    pub executor: &'a Plugin,
    /// Scores it.
    pub evaluator: &'a Plugin,
    /// What the candidate may import and use up.
    pub candidate_policy: &'a Policy,
    /// What the evaluator may import and use up.
    pub evaluator_policy: &'a Policy,
    /// What device seconds are counted on.
    pub device: &'a DeviceModel,
    /// The program: path and text of each file.
    pub files: &'a [(String, String)],
    /// The path of the file that is run.
    pub main: &'a str,
    /// The environment's settings for its evaluator.
    pub evaluator_settings: &'a serde_json::Value,
    /// The trial's seed.
    pub seed: u64,
    /// Token streams that the candidate may open, by name.
    pub candidate_data: &'a [(String, TokenStream)],
    /// Token streams that the evaluator may open, by name.
    pub evaluator_data: &'a [(String, TokenStream)],
    /// Stops it from outside.
    pub cancel: CancelToken,
}

/// What an evaluation found.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// How it ended.
    pub outcome: Outcome,
    /// What the candidate used up, and the real time of the whole evaluation.
    pub cost: Cost,
    /// What candidate and evaluator reported with `log.metric`, in order.
    pub curve: Vec<CurvePoint>,
    /// The tail of what candidate and evaluator said, with its source before each line.
    pub log: String,
    /// Real seconds that the candidate spent in host calls, most of them tensor operations.
    pub host_call_seconds: f64,
}

impl Evaluation<'_> {
    /// Runs it to its end. Every way to fail is an outcome: `crashed` and `exhausted` are the candidate's,
    /// `quarantined` the evaluator's word, `lost` the host's fault or the evaluator's.
    pub fn run(&self, observer: &mut dyn Observer) -> Verdict {
        let began = Instant::now();
        let (events, inbox) = mpsc::sync_channel(WAITING_EVENTS);
        let mut record = Record::new(observer);
        let concluded = std::thread::scope(|scope| {
            // The guests' thread holds the only senders: when it ends, the watcher's loop does.
            match spawn_on_large_stack(scope, || self.execute(events)) {
                Ok(guests) => {
                    record.watch(&inbox);
                    let panicked = |_| Concluded::lost("the host panicked while it ran this trial");
                    guests.join().unwrap_or_else(panicked)
                }
                Err(error) => Concluded::lost(&error.to_string()),
            }
        });
        let Concluded { outcome, mut cost, host_call_seconds } = concluded;
        cost.wall_seconds = began.elapsed().as_secs_f64();
        Verdict { outcome, cost, curve: record.curve, log: record.log.into_text(), host_call_seconds }
    }

    fn execute(&self, events: SyncSender<Event>) -> Concluded {
        let linked = self.executor.linked(Role::Executor, self.candidate_policy).and_then(|executor| {
            Ok((executor, self.evaluator.linked(Role::Evaluator, self.evaluator_policy)?))
        });
        let (executor, evaluator) = match linked {
            Ok(linked) => linked,
            Err(error) => return Concluded::lost(&error.to_string()),
        };
        let candidate = match self.start_candidate(executor, events.clone()) {
            Ok(candidate) => candidate,
            Err(error) => {
                return Concluded::lost(&format!("no sandbox for the candidate: {error:#}"));
            }
        };
        if candidate.end().is_some() {
            return self.conclude(&candidate, None);
        }
        self.evaluate(evaluator, candidate, events)
    }

    fn start_candidate(
        &self,
        executor: InstancePre<GuestState>,
        events: SyncSender<Event>,
    ) -> wasmtime::Result<Candidate> {
        let grant = Grant {
            device: self.device.clone(),
            random: RandomStream::new(self.seed, "candidate"),
            data: self.candidate_data.to_vec(),
            files: Vec::new(),
            sink: Sink::Watcher { source: "candidate", events },
            cancel: self.cancel.clone(),
            device_seconds: Some(self.candidate_policy.load_device_seconds),
            models: None,
            bench: None,
        };
        let store = new_store(self.runtime.engine(), self.candidate_policy, grant)?;
        Ok(Candidate::start(store, executor, self.files, self.main))
    }

    fn evaluate(
        &self,
        evaluator: InstancePre<GuestState>,
        candidate: Candidate,
        events: SyncSender<Event>,
    ) -> Concluded {
        let grant = Grant {
            device: self.device.clone(),
            random: RandomStream::new(self.seed, "evaluator"),
            data: self.evaluator_data.to_vec(),
            files: Vec::new(),
            sink: Sink::Watcher { source: "evaluator", events },
            cancel: self.cancel.clone(),
            device_seconds: None,
            models: None,
            bench: None,
        };
        let mut store = match new_store(self.runtime.engine(), self.evaluator_policy, grant) {
            Ok(store) => store,
            Err(error) => {
                return Concluded::lost(&format!("no sandbox for the evaluator: {error:#}"));
            }
        };
        store.data_mut().candidate = Some(Box::new(candidate));
        let settings = self.evaluator_settings.to_string();
        let answer = EvaluatorPluginPre::new(evaluator).and_then(|pre| {
            let plugin = pre.instantiate(&mut store)?;
            meter::begin_call(&mut store, None)?;
            plugin.proofhouse_lab_evaluator().call_evaluate(&mut store, &settings, self.seed)
        });
        store.data_mut().output.finish();
        let answer = match answer {
            Ok(Ok(score)) => Ok(score),
            Ok(Err(reason)) => Err(Refusal::Word(reason)),
            Err(error) => Err(Refusal::Fault(ending::read(&error, store.data()))),
        };
        match store.data_mut().candidate.take() {
            Some(candidate) => self.conclude(&candidate, Some(answer)),
            None => Concluded::lost("the evaluator's sandbox lost its candidate"),
        }
    }

    /// The rules of who is to blame, in order: the user, the candidate, the evaluator.
    fn conclude(&self, candidate: &Candidate, answer: Option<Result<WitScore, Refusal>>) -> Concluded {
        let cost = Cost {
            device_seconds: candidate.elapsed_seconds(),
            instructions: candidate.instructions(),
            ..Cost::default()
        };
        let outcome = match (candidate.end(), answer) {
            _ if self.cancel.is_cancelled() => Outcome::failed(FailureKind::Cancelled, "cancelled"),
            (Some(end), _) => Outcome::Failed(end.clone()),
            (None, Some(Ok(score))) => scored(score),
            (None, Some(Err(Refusal::Word(reason)))) => {
                let reason: String = reason.chars().take(LONGEST_REASON).collect();
                Outcome::failed(FailureKind::Quarantined, printable(&reason))
            }
            (None, Some(Err(Refusal::Fault(ending)))) => self.evaluator_fault(&ending),
            (None, None) => lost("nothing was evaluated"),
        };
        Concluded { outcome, cost, host_call_seconds: candidate.host_call_seconds() }
    }

    fn evaluator_fault(&self, ending: &Ending) -> Outcome {
        let what = match ending {
            Ending::Stopped(Stop::Limit(hit)) => {
                format!("reached a limit of policy {}: {hit}", self.evaluator_policy.source_name())
            }
            Ending::Stopped(stop) => format!("was stopped: {stop}"),
            Ending::Trapped(words) => format!("trapped: {words}"),
        };
        lost(&format!("the evaluator {} {what}", self.evaluator.origin()))
    }
}

/// How an evaluation ended, before its real time is known.
struct Concluded {
    outcome: Outcome,
    cost: Cost,
    host_call_seconds: f64,
}

impl Concluded {
    /// The host failed.
    fn lost(reason: &str) -> Self {
        Concluded { outcome: lost(reason), cost: Cost::default(), host_call_seconds: 0.0 }
    }
}

/// Why there is no score from the evaluator.
enum Refusal {
    /// Its own words.
    Word(String),
    /// It did not answer.
    Fault(Ending),
}

fn lost(reason: &str) -> Outcome {
    Outcome::Failed(Failure { kind: FailureKind::Lost, detail: reason.to_owned() })
}

fn scored(score: WitScore) -> Outcome {
    let numbers = score.measurements.iter().map(|measurement| measurement.value);
    if !score.value.is_finite() || score.standard_error.is_some_and(|error| !error.is_finite()) {
        let reason = format!("the evaluator's score is not finite: {}", score.value);
        return Outcome::failed(FailureKind::Quarantined, reason);
    }
    if numbers.clone().any(|number| !number.is_finite()) || score.measurements.len() > MOST_MEASUREMENTS {
        return lost("the evaluator's measurements are not finite, or too many");
    }
    let measurements = score.measurements.into_iter().map(|measurement| Measurement {
        name: printable(&measurement.name.chars().take(LONGEST_NAME).collect::<String>()),
        value: measurement.value,
    });
    Outcome::Scored(Score {
        value: score.value,
        standard_error: score.standard_error,
        measurements: measurements.collect(),
    })
}

/// What is kept of an evaluation's events, and passed on while it runs.
struct Record<'a> {
    observer: &'a mut dyn Observer,
    curve: Vec<CurvePoint>,
    log: LogTail,
}

impl<'a> Record<'a> {
    fn new(observer: &'a mut dyn Observer) -> Self {
        Self { observer, curve: Vec::new(), log: LogTail::new() }
    }

    fn watch(&mut self, inbox: &Receiver<Event>) {
        for event in inbox {
            match event {
                Event::Log { source, level, message } => {
                    if level > Level::Debug {
                        self.log.push(source, &message);
                    }
                    self.observer.log(source, level, &message);
                }
                Event::Metric(point) => {
                    if self.curve.len() < MOST_POINTS {
                        self.curve.push(point.clone());
                    }
                    self.observer.metric(point);
                }
                Event::Progress(device_seconds) => self.observer.progress(device_seconds),
            }
        }
    }
}
