//! `proofhouse report`

use std::path::PathBuf;

use proofhouse_dashboard::{RunState, RunView, best, summarize_baseline};
use serde::Serialize;

use crate::args::ReportArguments;
use crate::failure::{Failure, Result, Status};
use crate::output::{numbers, print, print_json};
use crate::runs::{self, FoundRun};

/// What a run came to, as `--json` prints it. The names are stable.
#[derive(Debug, Serialize)]
pub struct Outcome {
    /// The run's name.
    pub run: String,
    /// `finished`, `unfinished` or `failed`.
    pub state: &'static str,
    /// Where the page is, where one was written.
    pub report: Option<PathBuf>,
    /// Trials with an outcome.
    pub trials: usize,
    /// Mean score of the unpatched program.
    pub baseline: Option<f64>,
    /// Its sample standard deviation over seeds.
    pub baseline_spread: Option<f64>,
    /// How many seeds that is.
    pub baseline_seeds: usize,
    /// Number of the best trial.
    pub best_trial: Option<u64>,
    /// Its score.
    pub best_score: Option<f64>,
    /// How much better than the baseline; positive is better.
    pub gain: Option<f64>,
    /// The gain in spreads of the baseline.
    pub gain_in_spreads: Option<f64>,
    /// Seconds a lab worked on the run.
    pub wall_seconds: f64,
    /// Device seconds of all trials and baselines.
    pub device_seconds: f64,
}

impl Outcome {
    /// Reads it off what the page shows.
    pub fn of(view: &RunView, report: Option<PathBuf>) -> Outcome {
        let baseline = summarize_baseline(&view.baselines);
        let best = best(&view.trials, view.problem.metric.direction);
        let gain = best
            .as_ref()
            .zip(baseline)
            .map(|(best, baseline)| view.problem.metric.direction.gain(best.score, baseline.mean));
        let spread = baseline.and_then(|baseline| baseline.spread);
        let trial_costs = view.trials.iter().map(|view| view.trial.cost.device_seconds);
        let baseline_costs = view.baselines.iter().map(|baseline| baseline.cost.device_seconds);
        Outcome {
            run: view.name.clone(),
            state: match view.state {
                RunState::Finished => "finished",
                RunState::Unfinished => "unfinished",
                RunState::Failed(_) => "failed",
            },
            report,
            trials: view.trials.len(),
            baseline: baseline.map(|baseline| baseline.mean),
            baseline_spread: spread,
            baseline_seeds: baseline.map_or(0, |baseline| baseline.seeds),
            best_trial: best.as_ref().map(|best| best.view.trial.id),
            best_score: best.as_ref().map(|best| best.score),
            gain,
            gain_in_spreads: gain
                .zip(spread)
                .filter(|(_, spread)| *spread > 0.0)
                .map(|(gain, spread)| gain / spread),
            wall_seconds: view.wall_seconds,
            device_seconds: trial_costs.chain(baseline_costs).sum(),
        }
    }

    /// One or two lines for a person.
    pub fn sentence(&self) -> String {
        let baseline = match (self.baseline, self.baseline_spread) {
            (Some(mean), Some(spread)) => {
                format!("baseline {} ± {}", numbers::score(mean), numbers::score(spread))
            }
            (Some(mean), None) => format!("baseline {}", numbers::score(mean)),
            (None, _) => "no baseline".to_owned(),
        };
        match (self.best_trial, self.best_score) {
            (Some(trial), Some(score)) => {
                let gain = self.gain.map_or_else(String::new, |gain| format!(" ({})", numbers::gain(gain)));
                let spreads = self
                    .gain_in_spreads
                    .map_or_else(String::new, |spreads| format!(", {spreads:.1} times the spread"));
                format!(
                    "{} trials; best {}{gain}: trial {trial}; {baseline}{spreads}",
                    self.trials,
                    numbers::score(score)
                )
            }
            _ => format!("{} trials, none of them scored; {baseline}", self.trials),
        }
    }
}

/// Writes the page and says where it is.
pub fn run(arguments: &ReportArguments) -> Result<Status> {
    let found = runs::find(&arguments.runs.folder, &arguments.run)?;
    let (view, path) = write(&found, arguments.out.clone())?;
    let outcome = Outcome::of(&view, Some(path.clone()));
    if arguments.json {
        print_json(&outcome)?;
    } else {
        print(&format!("{}\nreport: {}\n", outcome.sentence(), path.display()))?;
    }
    Ok(Status::Done)
}

/// Writes the page of a run, to `out` or into the run's folder, and gives what it shows and where it is.
///
/// # Errors
/// Where the run cannot be read or the page cannot be written.
pub fn write(found: &FoundRun, out: Option<PathBuf>) -> Result<(RunView, PathBuf)> {
    let view = proofhouse_dashboard::view(&found.reader()?, &found.name).map_err(Failure::failed)?;
    let path = out.unwrap_or_else(|| found.folder.join("report.html"));
    std::fs::write(&path, proofhouse_dashboard::report(&view)).map_err(|error| {
        Failure::usage(format!("cannot write {}: {error}", path.display()))
            .hint("`--out FILE` writes the page somewhere else")
    })?;
    let absolute = path.canonicalize().unwrap_or(path);
    Ok((view, absolute))
}
