//! One round's trials: each gets its patch, is run, and has its outcome recorded.
//!
//! Ideas are implemented side by side, and a program runs as soon as a worker is free. Programs are released in the
//! order of their trials, because whether one repeats an earlier one must not depend on which was faster.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::thread::JoinHandle;

use proofhouse_fleet::Job;
use proofhouse_ledger::{Completion, Ledger, Round, RunHeader, TrialRecord};
use proofhouse_sandbox::{Attempt, Error, Implemented};
use proofhouse_types::{Cost, Failure, FailureKind, Idea, Outcome, Request, TrialId};

use crate::desk::{Signal, SmokeRun};
use crate::dispatch::{Crew, Task, Work};
use crate::implementing::{Implementing, Made};
use crate::plan::briefs;
use crate::plugins::worth_noting;
use crate::program::{NO_PROPOSAL, Program, Sources};
use crate::seeds::{Purpose, derive};
use crate::{LabError, Progress, ProgressEvent, program, same_program, trial_end, workbench};

/// A trial of the round.
struct Slot {
    id: TrialId,
    idea: Idea,
    request: Request,
    seed: u64,
    stage: Stage,
    diff: Option<String>,
    /// Which of the implementer's patches `diff` is.
    attempt: Option<u32>,
    /// Smoke runs, and the runs of earlier attempts.
    earlier: Cost,
    /// How the last attempt ended, while the implementer mends it.
    crash: Option<Completion>,
}

enum Stage {
    /// It waits for its implementer, or is with it.
    Unpatched,
    /// Its program waits for those before it.
    Patched(Program),
    /// Its program waits for a worker, or runs.
    Released,
    Finished,
}

/// An implementer's call that runs.
struct Call {
    slot: usize,
    attempt: u32,
    thread: JoinHandle<Made>,
}

pub(crate) struct Trials<'a> {
    ledger: &'a Ledger,
    header: &'a RunHeader,
    sources: Arc<Sources>,
    implementing: Option<Implementing>,
    slots: Vec<Slot>,
    first: TrialId,
    /// First trial and count of each call that proposed.
    briefs: Vec<(TrialId, u64)>,
    /// Slots that wait for an implementer.
    unpatched: VecDeque<usize>,
    calls: HashMap<u64, Call>,
    next_call: u64,
    /// The slots before this one are released or finished.
    released: usize,
    /// Programs that wait for a worker.
    ready: VecDeque<(usize, Program)>,
    /// Smoke runs that wait for a worker: they go first, because an implementer waits for them.
    smokes: VecDeque<SmokeRun>,
    /// Why no further idea is implemented.
    halted: Option<LabError>,
    /// The user stops the run.
    stopped: bool,
    /// Trials of the round with an outcome.
    finished: u64,
}

impl<'a> Trials<'a> {
    /// The round's trials, as `records` says that they stand.
    pub(crate) fn new(
        ledger: &'a Ledger,
        header: &'a RunHeader,
        sources: Arc<Sources>,
        implementing: Option<Implementing>,
        round: &Round,
        records: Vec<TrialRecord>,
        progress: &mut dyn Progress,
    ) -> Result<Self, LabError> {
        let mut trials = Trials {
            ledger,
            header,
            sources,
            implementing,
            slots: Vec::new(),
            first: round.first,
            briefs: briefs(round).iter().map(|brief| (brief.first, u64::from(brief.count))).collect(),
            unpatched: VecDeque::new(),
            calls: HashMap::new(),
            next_call: 0,
            released: 0,
            ready: VecDeque::new(),
            smokes: VecDeque::new(),
            halted: None,
            stopped: false,
            finished: records.iter().filter(|trial| trial.outcome.is_some()).count() as u64,
        };
        for record in records {
            trials.take_up(record, progress)?;
        }
        trials.start_calls(progress)?;
        Ok(trials)
    }

    /// Why the round could not be seen through, if it could not.
    pub(crate) fn halted(self) -> Result<(), LabError> {
        self.halted.map_or(Ok(()), Err)
    }

    fn take_up(&mut self, record: TrialRecord, progress: &mut dyn Progress) -> Result<(), LabError> {
        let index = self.slots.len();
        let ended = record.outcome.is_some();
        let to_implement =
            record.patch.is_none() && record.origin != NO_PROPOSAL && self.implementing.is_some();
        let judged = (!ended && !to_implement).then(|| self.sources.of_trial(&record));
        self.slots.push(Slot {
            id: record.id,
            idea: record.idea,
            request: record.request,
            seed: record.seed,
            stage: if ended { Stage::Finished } else { Stage::Unpatched },
            diff: record.patch.map(|patch| patch.diff),
            attempt: record.attempt,
            earlier: record.earlier,
            crash: None,
        });
        if let Some(judged) = judged {
            return self.judge(index, judged, progress);
        }
        if !ended {
            self.unpatched.push_back(index);
        }
        Ok(())
    }

    /// A patch is there: its program waits for its turn, or the trial has ended.
    fn judge(
        &mut self,
        index: usize,
        judged: Result<Program, Failure>,
        progress: &mut dyn Progress,
    ) -> Result<(), LabError> {
        match judged {
            Ok(program) => {
                self.slots[index].stage = Stage::Patched(program);
                Ok(())
            }
            Err(failure) => self.finish(index, Completion::unrun(Outcome::Failed(failure)), progress),
        }
    }

    /// Starts as many implementer calls as may run.
    fn start_calls(&mut self, progress: &mut dyn Progress) -> Result<(), LabError> {
        let Some(implementing) = &self.implementing else { return Ok(()) };
        while self.halted.is_none() && self.calls.len() < implementing.parallel {
            let Some(index) = self.unpatched.pop_front() else { break };
            let slot = &self.slots[index];
            let attempt = slot.attempt.map_or(0, |last| last + 1);
            let attempts = match (&slot.crash, &slot.diff) {
                (Some(crash), Some(diff)) => {
                    vec![Attempt { diff: diff.clone(), log: trial_end::crash_log(crash) }]
                }
                _ => Vec::new(),
            };
            let label = self.next_call;
            let thread = implementing.start(label, slot.id, attempt, slot.idea.clone(), attempts)?;
            self.calls.insert(label, Call { slot: index, attempt, thread });
            self.next_call += 1;
            progress.on(&ProgressEvent::ImplementationStarted {
                trial: slot.id,
                title: slot.idea.title.clone(),
                attempt,
            });
        }
        Ok(())
    }

    /// An implementer's call has ended.
    fn returned(&mut self, label: u64, progress: &mut dyn Progress) -> Result<(), LabError> {
        let Some(Call { slot, attempt, thread }) = self.calls.remove(&label) else { return Ok(()) };
        let (made, said) = thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        let name = self.implementing.as_ref().map_or("", |implementing| &implementing.name);
        for message in worth_noting(name, said) {
            self.ledger.note("plugin", &message)?;
            progress.on(&ProgressEvent::Note { message });
        }
        let trial = self.slots[slot].id;
        progress.on(&ProgressEvent::ImplementationFinished { trial, patched: made.is_ok() });
        match made {
            Ok(made) => self.implemented(slot, attempt, made, progress)?,
            Err(Error::Cancelled) => {}
            Err(Error::BudgetSpent(reason)) => {
                self.halted.get_or_insert(LabError::BudgetSpent(reason));
            }
            Err(error @ (Error::Models { .. } | Error::Thread(_))) => {
                self.halted.get_or_insert(error.into());
            }
            Err(error) => self.not_implemented(slot, &error, progress)?,
        }
        self.start_calls(progress)
    }

    fn implemented(
        &mut self,
        index: usize,
        attempt: u32,
        made: Implemented,
        progress: &mut dyn Progress,
    ) -> Result<(), LabError> {
        let slot = &mut self.slots[index];
        // The run whose crash called for this attempt is part of what the trial cost.
        let crashed = slot.crash.take();
        if let Some(crash) = &crashed {
            slot.earlier = slot.earlier.plus(&crash.cost);
        }
        self.ledger.implemented(slot.id, attempt, &made.patch.diff, &made.labels, slot.earlier)?;
        slot.attempt = Some(attempt);
        let judged = self.sources.patched(&made.patch.diff);
        slot.diff = Some(made.patch.diff);
        match (judged, crashed) {
            // It was released before, and does not wait for others again.
            (Ok(program), Some(_)) => {
                self.ready.push_back((index, program));
                Ok(())
            }
            (judged, _) => self.judge(index, judged, progress),
        }
    }

    /// There is no patch: the trial ends as its last attempt did, if there was one.
    fn not_implemented(
        &mut self,
        index: usize,
        error: &Error,
        progress: &mut dyn Progress,
    ) -> Result<(), LabError> {
        if let Some(crash) = self.slots[index].crash.take() {
            return self.finish(index, crash, progress);
        }
        let reason = match error {
            Error::Plugin { message, .. } => message.clone(),
            other => other.to_string(),
        };
        let outcome = Outcome::failed(FailureKind::Unpatched, reason);
        self.finish(index, Completion::unrun(outcome), progress)
    }

    /// Records a trial's outcome, with all that it cost.
    fn finish(&mut self, index: usize, end: Completion, progress: &mut dyn Progress) -> Result<(), LabError> {
        let mut end = trial_end::checked(end);
        let slot = &self.slots[index];
        let models = trial_end::llm_cost(self.ledger.reader(), slot.id, slot.attempt, &self.briefs)?;
        end.cost = end.cost.plus(&slot.earlier).plus(&models);
        self.ledger.trial_finished(slot.id, &end)?;
        self.finished += 1;
        progress.on(&ProgressEvent::TrialFinished {
            trial: slot.id,
            title: slot.idea.title.clone(),
            outcome: end.outcome,
            cost: end.cost,
            finished_in_epoch: self.finished,
            trials_in_epoch: self.slots.len() as u64,
        });
        self.slots[index].stage = Stage::Finished;
        Ok(())
    }

    /// Is this program one that an earlier trial ran?
    fn repeats(&self, slot: &Slot, program: &Program) -> Result<Option<Outcome>, LabError> {
        let is_replica = matches!(slot.request, Request::Replicate(_));
        let is_repair = slot.attempt.is_some_and(|attempt| attempt > 0);
        if !self.header.refuse_same_program || is_replica || is_repair {
            return Ok(None);
        }
        let normal = same_program::normal(program);
        let earlier = self.ledger.reader().trial_with_program(normal, slot.id)?;
        Ok(earlier.map(|earlier| {
            let detail = format!(
                "the program is that of trial {earlier}, but for comments and white space: its score is there"
            );
            Outcome::failed(FailureKind::Refused, detail)
        }))
    }
}

impl Crew for Trials<'_> {
    fn next(&mut self, progress: &mut dyn Progress) -> Result<Option<Work>, LabError> {
        if let (Some(smoke), Some(implementing)) = (self.smokes.pop_front(), &self.implementing) {
            let SmokeRun { trial, program, answer } = smoke;
            let seed = derive(self.header.seed, Purpose::Smoke, trial);
            let settings = Some(implementing.smoke.clone());
            return Ok(Some(Work { task: Task::Smoke { trial, answer }, program, seed, settings }));
        }
        while let Some(slot) = self.slots.get_mut(self.released) {
            match std::mem::replace(&mut slot.stage, Stage::Released) {
                Stage::Patched(program) => self.ready.push_back((self.released, program)),
                Stage::Unpatched => {
                    slot.stage = Stage::Unpatched;
                    break;
                }
                Stage::Released => {}
                Stage::Finished => slot.stage = Stage::Finished,
            }
            self.released += 1;
        }
        while let Some((index, program)) = self.ready.pop_front() {
            let slot = &self.slots[index];
            let (task, seed) = (Task::Trial(slot.id), slot.seed);
            match self.repeats(slot, &program)? {
                None => return Ok(Some(Work { task, program, seed, settings: None })),
                Some(outcome) => self.finish(index, Completion::unrun(outcome), progress)?,
            }
        }
        Ok(None)
    }

    fn started(&mut self, work: &Work, job: &Job, progress: &mut dyn Progress) -> Result<(), LabError> {
        let Task::Trial(trial) = work.task else { return Ok(()) };
        let normal = same_program::normal(&work.program);
        self.ledger.trial_started(trial, &program::to_record(&work.program), normal, &job.id())?;
        let title = self.slots[self.index(trial)].idea.title.clone();
        progress.on(&ProgressEvent::TrialStarted { trial, title });
        Ok(())
    }

    fn finished(&mut self, work: Work, end: Completion, progress: &mut dyn Progress) -> Result<(), LabError> {
        match work.task {
            Task::Smoke { trial, answer } => {
                let index = self.index(trial);
                self.slots[index].earlier = self.slots[index].earlier.plus(&end.cost);
                // An implementer that was stopped no longer listens.
                let _ = answer.send(workbench::told(&end));
                Ok(())
            }
            Task::Trial(trial) => {
                let index = self.index(trial);
                if self.may_be_repaired(index, &end) {
                    self.slots[index].crash = Some(end);
                    // Where the run stops before that, the trial stays open, and gets its repair once it is resumed.
                    if !self.stopped {
                        self.unpatched.push_back(index);
                    }
                    return self.start_calls(progress);
                }
                self.finish(index, end, progress)
            }
            Task::Baseline(_) => unreachable!("baselines and trials are dispatched apart"),
        }
    }

    fn hear(&mut self, signal: Signal, progress: &mut dyn Progress) -> Result<(), LabError> {
        match signal {
            Signal::Returned(label) => self.returned(label, progress),
            Signal::Smoke(smoke) => {
                // Once the run is stopped, the answer's sender is dropped, which says so.
                if !self.stopped {
                    self.smokes.push_back(smoke);
                }
                Ok(())
            }
            Signal::Fleet(_) | Signal::Journal(_) => Ok(()),
        }
    }

    fn is_idle(&self) -> bool {
        let waiting = self.ready.is_empty() && self.smokes.is_empty();
        waiting && self.calls.is_empty() && (self.unpatched.is_empty() || self.halted.is_some())
    }

    fn stop(&mut self) {
        self.stopped = true;
        self.unpatched.clear();
        self.ready.clear();
        // Implementers that wait for one are told that the lab stops.
        self.smokes.clear();
    }
}

impl Trials<'_> {
    fn index(&self, trial: TrialId) -> usize {
        usize::try_from(trial - self.first).unwrap_or(usize::MAX)
    }

    /// Does the implementer get the program back?
    fn may_be_repaired(&self, index: usize, end: &Completion) -> bool {
        let (Some(implementing), Some(attempt)) = (&self.implementing, self.slots[index].attempt) else {
            return false;
        };
        let crashed =
            matches!(&end.outcome, Outcome::Failed(failure) if failure.kind == FailureKind::Crashed);
        crashed && attempt < implementing.repairs
    }
}
