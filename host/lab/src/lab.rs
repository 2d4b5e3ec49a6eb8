//! The loop.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use proofhouse_fleet::Fleet;
use proofhouse_ledger::{
    Ledger, LedgerError, PluginStates, Reader, Round, RunHeader, RunStatus, State, TrialRecord,
};
use proofhouse_llm::{Budget, Gateway, Spend};
use proofhouse_sandbox::{CancelToken, Runtime};
use proofhouse_types::Trial;
use serde_json::Value;

use crate::desk::Desk;
use crate::dispatch::{self, Flow};
use crate::job::JobTemplate;
use crate::plugins::{Loaded, Search};
use crate::program::Sources;
use crate::summary::summarize;
use crate::trials::Trials;
use crate::{
    Ending, Host, LabError, Places, Progress, ProgressEvent, RunConfig, Summary, baseline, models, plan,
    setup,
};

/// The highest number that is tried for a run's folder.
const MOST_RUNS: u32 = 1_000_000;

/// One run, taken up by this process.
pub struct Lab {
    ledger: Ledger,
    /// As recorded; with the digests of today, where the user allowed changes.
    header: RunHeader,
    runtime: Runtime,
    loaded: Loaded,
    host: Host,
    workers: usize,
    changes: Vec<String>,
    resumed: bool,
    gateway: Option<Gateway>,
    /// The language models' budget from here on, where it is not the header's.
    budget: Option<Value>,
}

/// How a run is taken up again.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct ResumeOptions {
    /// How many candidates run at a time; where none is given, as many as before.
    pub workers: Option<usize>,
    /// Go on although components or data have changed. The changes are recorded.
    pub allow_changed: bool,
    /// Limits of the language models' budget, in place of those that the run had.
    pub budget: Budget,
}

impl Lab {
    /// Begins a run in a new folder `runs/NAME-NUMBER`.
    ///
    /// # Errors
    /// Where something that the run needs is missing or wrong; then there is no folder.
    pub fn create(
        config: &RunConfig,
        places: &Places,
        runs: &Path,
        host: &Host,
        progress: &mut dyn Progress,
    ) -> Result<Lab, LabError> {
        let runtime = Runtime::new(&host.cache)?;
        let (header, loaded) = setup::header(config, places, &runtime, progress)?;
        let gateway = models::open(&header, None, Spend::default())?;
        let ledger = create_ledger(runs, &config.name, &header)?;
        let host = host.clone();
        let workers = config.workers;
        let (changes, budget) = (Vec::new(), None);
        Ok(Lab { ledger, header, runtime, loaded, host, workers, changes, resumed: false, gateway, budget })
    }

    /// Takes up the run in the folder `dir`.
    ///
    /// # Errors
    /// Where another lab has it, or components or data are not those that it began with.
    pub fn resume(
        dir: &Path,
        host: &Host,
        options: &ResumeOptions,
        progress: &mut dyn Progress,
    ) -> Result<Lab, LabError> {
        let ledger = Ledger::open(dir)?;
        let mut header = ledger.reader().run()?;
        let runtime = Runtime::new(&host.cache)?;
        let (loaded, changes) = setup::reload(&mut header, &runtime, progress)?;
        if !changes.is_empty() && !options.allow_changed {
            return Err(LabError::Changed(changes));
        }
        let workers = match options.workers {
            Some(workers) => workers,
            None => last_workers(ledger.reader())?,
        };
        let budget = models::budget(&header, ledger.reader().llm_budget()?, options.budget)?;
        let gateway = models::open(&header, Some(budget), ledger.reader().llm_spent()?)?;
        let budget = serde_json::to_value(budget).map_err(|error| LabError::Header(error.to_string()))?;
        let (host, budget) = (host.clone(), gateway.is_some().then_some(budget));
        Ok(Lab { ledger, header, runtime, loaded, host, workers, changes, resumed: true, gateway, budget })
    }

    /// The run's folder.
    pub fn dir(&self) -> &Path {
        self.ledger.dir()
    }

    /// Reads the run's record.
    pub fn reader(&self) -> &Reader {
        self.ledger.reader()
    }

    /// Runs to the end, or until `cancel` is raised. A run that is over stays as it is.
    ///
    /// # Errors
    /// Where the run cannot go on. What was recorded stays, and the run can be resumed.
    pub fn run(&mut self, progress: &mut dyn Progress, cancel: &CancelToken) -> Result<Summary, LabError> {
        let overview = self.reader().overview()?;
        if overview.status == RunStatus::Ended {
            return summarize(self.reader(), Ending::Finished { reason: overview.reason });
        }
        let workers = u32::try_from(self.workers).unwrap_or(u32::MAX);
        self.ledger.opened(workers, std::mem::take(&mut self.changes), self.budget.take())?;
        self.announce(overview.finished, progress)?;
        let went_on = match self.go_on(progress, cancel) {
            // A plugin's call that the user stopped.
            Err(LabError::Plugin { .. }) if cancel.is_cancelled() => None,
            Err(LabError::BudgetSpent(reason)) => return self.budget_spent(reason, progress),
            other => other?,
        };
        let ending = match went_on {
            Some(reason) => {
                self.ledger.ended(&reason)?;
                progress.on(&ProgressEvent::RunFinished { reason: reason.clone() });
                Ending::Finished { reason }
            }
            None => {
                self.ledger.interrupted("stopped by the user")?;
                progress.on(&ProgressEvent::RunInterrupted);
                Ending::Interrupted
            }
        };
        summarize(self.reader(), ending)
    }

    /// The language models' budget is spent: the run stops here, and goes on with a larger one.
    fn budget_spent(&self, reason: String, progress: &mut dyn Progress) -> Result<Summary, LabError> {
        self.ledger.interrupted(&reason)?;
        progress.on(&ProgressEvent::BudgetSpent { reason: reason.clone() });
        summarize(self.reader(), Ending::BudgetSpent { reason })
    }

    fn announce(&self, trials_finished: u64, progress: &mut dyn Progress) -> Result<(), LabError> {
        let baselines = self.reader().baselines()?;
        let finished = baselines.iter().filter(|baseline| baseline.state == State::Finished).count();
        progress.on(&ProgressEvent::RunStarted {
            dir: self.dir().to_owned(),
            name: self.header.name.clone(),
            workers: self.workers,
            metric: self.header.problem.metric.clone(),
            baseline_seeds: self.header.baseline_seeds,
            baselines_finished: u32::try_from(finished).unwrap_or(u32::MAX),
            trials_finished,
            resumed: self.resumed,
        });
        Ok(())
    }

    /// From wherever the ledger says that the run stands, to its end: then with the reason. None when stopped.
    fn go_on(
        &mut self,
        progress: &mut dyn Progress,
        cancel: &CancelToken,
    ) -> Result<Option<String>, LabError> {
        let desk = Desk::new(Some(&self.ledger));
        let fleet = Fleet::start(self.workers, self.host.worker.clone(), desk.sender())?;
        let template = JobTemplate::new(&self.header, &self.host.cache)?;
        if self.reader().run()?.problem.baseline.is_none() {
            let flow =
                baseline::measure(&self.ledger, &self.header, &desk, &fleet, &template, progress, cancel)?;
            if flow == Flow::Interrupted {
                return Ok(None);
            }
        }
        self.header.problem.baseline = self.reader().run()?.problem.baseline;
        let gateway = self.gateway.as_ref();
        let mut search = Search::new(&self.runtime, &self.header, &self.loaded, gateway, &desk)?;
        search.set_cancel(cancel);
        let sources = Arc::new(Sources::new(&self.header));
        let at_work = AtWork { desk: &desk, fleet: &fleet, template: &template, sources: &sources, cancel };
        let mut states = match self.reader().plugin_states()? {
            Some(states) => states,
            None => {
                let states = desk.attend(|| search.open())?;
                self.ledger.search_opened(&states)?;
                states
            }
        };
        loop {
            if cancel.is_cancelled() {
                return Ok(None);
            }
            let round = match self.next_round(&mut search, &mut states)? {
                Next::Round(round) => round,
                Next::End(reason) => return Ok(Some(reason)),
            };
            if self.see_through(&round, &mut search, &mut states, &at_work, progress)? == Flow::Interrupted {
                return Ok(None);
            }
        }
    }

    /// The round that is open, or the one that the searcher asks for now.
    fn next_round(&self, search: &mut Search, states: &mut PluginStates) -> Result<Next, LabError> {
        let last = self.reader().last_round()?;
        let number = match last {
            Some(round) if !round.told => return Ok(Next::Round(round)),
            Some(round) => round.number + 1,
            None => 0,
        };
        let asked = search.ask(states, number)?;
        if asked.requests.is_empty() {
            if asked.done {
                return Ok(Next::End("the searcher is done".into()));
            }
            return Err(search.searcher_failed("it asks for nothing while nothing runs, and is not done"));
        }
        self.ledger.asked(number, asked.epoch, &asked.requests, states)?;
        let first = self.reader().trial_count()?;
        Ok(Next::Round(Round { number, epoch: asked.epoch, first, requests: asked.requests, told: false }))
    }

    /// Plans, implements, runs and tells one round.
    fn see_through(
        &self,
        round: &Round,
        search: &mut Search,
        states: &mut PluginStates,
        at_work: &AtWork<'_>,
        progress: &mut dyn Progress,
    ) -> Result<Flow, LabError> {
        let AtWork { desk, fleet, template, sources, cancel } = *at_work;
        let count = round.requests.len() as u64;
        progress.on(&ProgressEvent::EpochStarted { round: round.number, epoch: round.epoch, trials: count });
        let ideator = format!("{}@{}", self.header.ideator.name, self.header.ideator.version);
        let planned =
            plan::plan(&self.ledger, desk, search, &ideator, self.header.seed, round, states, progress);
        self.pass_on_notes(search, progress)?;
        planned?;
        let implementing = search.implementing(states, sources, desk);
        let records = self.round_trials(round)?;
        let mut trials =
            Trials::new(&self.ledger, &self.header, sources.clone(), implementing, round, records, progress)?;
        if dispatch::run(desk, fleet, template, &mut trials, progress, cancel)? == Flow::Interrupted {
            return Ok(Flow::Interrupted);
        }
        trials.halted()?;
        let finished: Vec<Trial> = self.round_trials(round)?.iter().filter_map(TrialRecord::trial).collect();
        desk.attend(|| search.tell(states, round.number, &finished))?;
        self.ledger.told(round.number, states)?;
        self.pass_on_notes(search, progress)?;
        if let Some(gateway) = &self.gateway {
            progress.on(&ProgressEvent::ModelsUsed { spent: gateway.spent() });
        }
        let best = self.reader().overview()?.best;
        progress.on(&ProgressEvent::EpochFinished { round: round.number, epoch: round.epoch, best });
        Ok(Flow::Done)
    }

    /// What the plugins said.
    fn pass_on_notes(&self, search: &mut Search, progress: &mut dyn Progress) -> Result<(), LabError> {
        for message in search.take_notes() {
            self.ledger.note("plugin", &message)?;
            progress.on(&ProgressEvent::Note { message });
        }
        Ok(())
    }

    /// The round's trials, in the order of their ids.
    fn round_trials(&self, round: &Round) -> Result<Vec<TrialRecord>, LabError> {
        let ids = round.first..round.first + round.requests.len() as u64;
        Ok(ids.map(|id| self.reader().trial(id)).collect::<Result<_, _>>()?)
    }
}

/// What a round needs of the lab while it runs.
#[derive(Clone, Copy)]
struct AtWork<'a> {
    desk: &'a Desk<'a>,
    fleet: &'a Fleet,
    template: &'a JobTemplate,
    sources: &'a Arc<Sources>,
    cancel: &'a CancelToken,
}

enum Next {
    Round(Round),
    End(String),
}

/// A folder of its own for the run: the first number that is free.
fn create_ledger(runs: &Path, name: &str, header: &RunHeader) -> Result<Ledger, LabError> {
    fs::create_dir_all(runs).map_err(LabError::io(runs))?;
    for number in 1..=MOST_RUNS {
        match Ledger::create(&runs.join(format!("{name}-{number}")), header) {
            Err(LedgerError::Exists(_)) => {}
            other => return Ok(other?),
        }
    }
    Err(LedgerError::Exists(PathBuf::from(runs)).into())
}

/// How many workers the run had last.
fn last_workers(reader: &Reader) -> Result<usize, LabError> {
    let events = reader.events(0)?;
    let last = events.iter().rev().find_map(|event| match &event.step {
        proofhouse_ledger::Step::Opened { workers, .. } => usize::try_from(*workers).ok(),
        _ => None,
    });
    Ok(last.unwrap_or(1))
}
