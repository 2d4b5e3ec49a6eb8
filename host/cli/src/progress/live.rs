//! The board on a terminal, redrawn in place below what has scrolled by.

use std::collections::BTreeMap;
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::board::Work;

/// Lines at the bottom of the terminal: one for the run, one for each thing that runs.
pub struct Live {
    all: MultiProgress,
    status: ProgressBar,
    running: BTreeMap<Work, ProgressBar>,
}

impl Live {
    /// Draws to standard output from here on.
    pub fn new() -> Live {
        let all = MultiProgress::with_draw_target(ProgressDrawTarget::stdout_with_hz(12));
        let status = all.add(ProgressBar::new_spinner());
        if let Ok(style) = ProgressStyle::with_template("{spinner} {elapsed_precise}  {msg}") {
            status.set_style(style);
        }
        // So that the clock goes on while nothing is reported.
        status.enable_steady_tick(Duration::from_millis(250));
        Live { all, status, running: BTreeMap::new() }
    }

    /// Writes a line that stays.
    pub fn line(&self, text: &str) {
        // A terminal that is gone is no reason to stop the run.
        let _ = self.all.println(text);
    }

    /// Replaces the line about the run.
    pub fn status(&self, text: String) {
        self.status.set_message(text);
    }

    /// Replaces the line about something that runs.
    pub fn running(&mut self, work: Work, text: String) {
        let bar = self.running.entry(work).or_insert_with(|| {
            let bar = self.all.add(ProgressBar::new_spinner());
            if let Ok(style) = ProgressStyle::with_template("  {wide_msg}") {
                bar.set_style(style);
            }
            bar
        });
        bar.set_message(text);
    }

    /// Takes the line about something away.
    pub fn ended(&mut self, work: Work) {
        if let Some(bar) = self.running.remove(&work) {
            bar.finish_and_clear();
            self.all.remove(&bar);
        }
    }

    /// Takes every line away.
    pub fn clear(&mut self) {
        for bar in std::mem::take(&mut self.running).into_values() {
            bar.finish_and_clear();
        }
        self.status.finish_and_clear();
        let _ = self.all.clear();
    }
}
