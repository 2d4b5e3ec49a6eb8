//! From the lab's events to what a person or a program reads.

use std::io::Write;
use std::path::Path;
use std::time::Instant;

use proofhouse_lab::{Progress, ProgressEvent, Subject};
use proofhouse_ledger::Reader;
use proofhouse_types::{Direction, Metric, Outcome};

use super::board::{Board, Plan, Work};
use super::live::Live;
use super::{plan, render};
use crate::output::terminal::{Style, Terminal};
use crate::output::{numbers, untrusted};

/// How a run is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// One JSON object for each event, one a line.
    Json,
    /// Live on a terminal; one line for each trial and epoch elsewhere.
    Text,
}

/// Watches a run.
pub struct Watcher {
    form: Form,
    terminal: Terminal,
    board: Board,
    live: Option<Live>,
    unit: String,
}

impl Watcher {
    /// Watches from here on.
    pub fn new(form: Form, terminal: Terminal) -> Watcher {
        let live = (form == Form::Text && terminal.interactive).then(Live::new);
        let board = Board::new(Direction::Minimize, 1, Plan::default());
        Watcher { form, terminal, board, live, unit: String::new() }
    }

    /// Nothing more will come: the terminal is given back.
    pub fn close(&mut self) {
        if let Some(mut live) = self.live.take() {
            live.clear();
        }
    }

    /// A line that stays. Whoever reads may have gone, and the run goes on all the same.
    fn say(&self, line: &str) {
        match &self.live {
            Some(live) => live.line(line),
            None => {
                let _ = writeln!(std::io::stdout().lock(), "{line}");
            }
        }
    }

    fn say_json(&self, event: &ProgressEvent) {
        if let Ok(line) = serde_json::to_string(event) {
            self.say(&line);
        }
    }

    fn begin(&mut self, dir: &Path, workers: usize, metric: &Metric, baselines: u32) {
        let workers = u32::try_from(workers).unwrap_or(u32::MAX);
        let reader = Reader::open(dir);
        let settings =
            reader.as_ref().ok().and_then(|reader| reader.run().ok()).map(|run| run.searcher.settings);
        let plan = plan::plan(baselines, &settings.unwrap_or_default());
        self.unit = untrusted::line(&metric.unit, 40);
        self.board = Board::new(metric.direction, workers, plan);
        if let Ok(reader) = reader
            && plan::recall(&mut self.board, &reader).is_err()
        {
            // Only what is shown suffers: the lab reads the ledger itself, and says what is wrong with it.
            self.say("note: what happened before cannot be read, so the figures below begin now");
        }
    }

    fn start(&mut self, work: Work, title: &str) {
        self.board.start(work, title, Instant::now());
        self.redraw(Some(work));
    }

    fn finish(&mut self, work: Work, title: &str, outcome: &Outcome) {
        if let Some(live) = &mut self.live {
            live.ended(work);
        }
        let is_best = self.board.finish(work, outcome, Instant::now());
        let line = render::finished(&self.board, work, title, outcome, is_best, self.terminal);
        self.say(&line);
        self.redraw(None);
    }

    /// Brings the terminal up to date: the line about `work`, and the line about the run.
    fn redraw(&mut self, work: Option<Work>) {
        let Some(live) = &mut self.live else { return };
        if let Some(work) = work
            && let Some(running) = self.board.running.get(&work)
        {
            live.running(work, render::running(work, running, self.terminal));
        }
        live.status(render::status(&self.board, Instant::now(), self.terminal));
    }

    /// A line for each epoch, with what stands so far.
    fn say_status(&self, word: &str) {
        let standing = render::standing(&self.board, Instant::now(), self.terminal);
        self.say(&self.terminal.paint(Style::Dim, &format!("{word}: {standing}")));
    }

    fn on_text(&mut self, event: &ProgressEvent) {
        match event {
            ProgressEvent::Preparing { what } => {
                self.say(&format!("preparing {}", untrusted::line(what, 100)))
            }
            ProgressEvent::RunStarted { dir, workers, metric, baseline_seeds, resumed, .. } => {
                self.begin(dir, *workers, metric, *baseline_seeds);
                let verb = if *resumed { "going on with" } else { "starting" };
                let workers =
                    if *workers == 1 { "1 worker".to_owned() } else { format!("{workers} workers") };
                self.say(&format!("{verb} run {} with {workers}", dir.display()));
                self.redraw(None);
            }
            ProgressEvent::BaselineStarted { index, .. } => {
                self.start(Work::Baseline(*index), "the unpatched program");
            }
            ProgressEvent::BaselineFinished { index, outcome, .. } => {
                self.finish(Work::Baseline(*index), "", outcome);
            }
            ProgressEvent::BaselineMeasured { mean, spread } => {
                let spread =
                    spread.map_or_else(String::new, |spread| format!(" ± {}", numbers::score(spread)));
                self.say(&format!("baseline: {}{spread} {}", numbers::score(*mean), self.unit));
            }
            ProgressEvent::EpochStarted { epoch, trials, .. } => {
                self.board.epoch = Some(*epoch);
                self.say(&self.terminal.paint(Style::Bold, &format!("epoch {epoch}: {trials} trials")));
                self.redraw(None);
            }
            ProgressEvent::TrialStarted { trial, title } => self.start(Work::Trial(*trial), title),
            ProgressEvent::TrialFinished { trial, title, outcome, .. } => {
                self.finish(Work::Trial(*trial), title, outcome);
            }
            ProgressEvent::Curve { subject, point } => {
                self.board.metric(work(*subject), point);
                self.redraw(Some(work(*subject)));
            }
            ProgressEvent::Used { subject, device_seconds } => {
                self.board.used(work(*subject), *device_seconds);
                self.redraw(Some(work(*subject)));
            }
            ProgressEvent::Restarted { subject, reason } => {
                let title = self.board.running.get(&work(*subject)).map(|running| running.title.clone());
                self.say(&format!("{subject} begins again: {}", untrusted::line(reason, 160)));
                self.start(work(*subject), &title.unwrap_or_default());
            }
            ProgressEvent::EpochFinished { epoch, .. } => {
                if self.live.is_none() {
                    self.say_status(&format!("epoch {epoch} is over"));
                }
            }
            ProgressEvent::Note { message } => self.say(&format!("note: {}", untrusted::line(message, 300))),
            ProgressEvent::RunFinished { reason } => {
                self.close();
                self.say(&format!("finished: {}", untrusted::line(reason, 200)));
            }
            ProgressEvent::RunInterrupted => self.close(),
            ProgressEvent::ImplementationStarted { trial, .. } => {
                self.board.implementing.insert(*trial);
                self.redraw(None);
            }
            ProgressEvent::ImplementationFinished { trial, .. } => {
                self.board.implementing.remove(trial);
                self.redraw(None);
            }
            ProgressEvent::ModelsUsed { spent } => {
                self.board.models = *spent;
                self.redraw(None);
            }
            ProgressEvent::BudgetSpent { .. } => self.close(),
            // A plan is shown when it runs, and output when it is asked for: `proofhouse show`.
            ProgressEvent::TrialPlanned { .. } | ProgressEvent::Log { .. } => {}
        }
    }
}

impl Progress for Watcher {
    fn on(&mut self, event: &ProgressEvent) {
        match self.form {
            Form::Json => self.say_json(event),
            Form::Text => self.on_text(event),
        }
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        self.close();
    }
}

fn work(subject: Subject) -> Work {
    match subject {
        Subject::Baseline(index) => Work::Baseline(index),
        Subject::Trial(trial) => Work::Trial(trial),
    }
}
