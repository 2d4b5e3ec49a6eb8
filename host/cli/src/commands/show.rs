//! `proofhouse show`

use proofhouse_ledger::{State, TrialRecord};
use proofhouse_types::{Cost, CurvePoint, Direction, Measurement, Metric, Outcome, Request};
use serde::Serialize;

use crate::args::TrialArguments;
use crate::failure::{Failure, Result, Status};
use crate::output::terminal::{Style, Terminal};
use crate::output::{diff, numbers, print, print_json, sparkline, time, untrusted};
use crate::runs;

/// Width of the names beside facts.
const NAME: usize = 21;

/// A trial, as `--json` prints it. The names are stable.
#[derive(Debug, Serialize)]
struct Shown {
    run: String,
    trial: u64,
    epoch: u32,
    state: &'static str,
    title: String,
    rationale: String,
    labels: Vec<String>,
    request: &'static str,
    parents: Vec<u64>,
    children: Vec<u64>,
    origin: String,
    seed: u64,
    outcome: Option<&'static str>,
    score: Option<f64>,
    standard_error: Option<f64>,
    measurements: Vec<Measurement>,
    gain: Option<f64>,
    detail: Option<String>,
    cost: Cost,
    starts: u32,
    patch: Option<String>,
    curve: Vec<CurvePoint>,
    log: String,
    started: Option<String>,
    finished: Option<String>,
}

/// Shows one trial.
pub fn run(arguments: &TrialArguments) -> Result<Status> {
    let (found, id) = runs::find_trial(&arguments.runs.folder, &arguments.trial)?;
    let reader = found.reader()?;
    let problem = reader.problem().map_err(Failure::failed)?;
    let record = reader.trial(id).map_err(|error| {
        let count = reader.trial_count().unwrap_or(0);
        let hint = match count {
            0 => format!("run {} has no trials yet", found.name),
            _ => format!("run {} has trials 0 to {}", found.name, count - 1),
        };
        Failure::usage(error).hint(hint)
    })?;
    let children = children_of(&reader.trials().map_err(Failure::failed)?, id);
    let shown = describe(&found.name, record, children, problem.baseline, problem.metric.direction);
    if arguments.json {
        print_json(&shown)?;
    } else {
        print(&render(&shown, &problem.metric, Terminal::detect()))?;
    }
    Ok(Status::Done)
}

fn children_of(trials: &[TrialRecord], id: u64) -> Vec<u64> {
    trials.iter().filter(|trial| trial.parents.contains(&id)).map(|trial| trial.id).collect()
}

fn describe(
    run: &str,
    record: TrialRecord,
    children: Vec<u64>,
    baseline: Option<f64>,
    direction: Direction,
) -> Shown {
    let score = record.outcome.as_ref().and_then(Outcome::score);
    let labels = record.idea.labels.iter().chain(&record.implementer_labels).cloned().collect();
    let outcome = record.outcome.as_ref().map(Outcome::word);
    let (standard_error, measurements, detail) = match record.outcome {
        Some(Outcome::Scored(score)) => (score.standard_error, score.measurements, None),
        Some(Outcome::Failed(failure)) => (None, Vec::new(), Some(failure.detail)),
        None => (None, Vec::new(), None),
    };
    Shown {
        run: run.to_owned(),
        trial: record.id,
        epoch: record.epoch,
        state: match record.state {
            State::Planned => "planned",
            State::Running => "running",
            State::Finished => "finished",
        },
        title: record.idea.title,
        rationale: record.idea.rationale,
        labels,
        request: match record.request {
            Request::Explore(_) => "explore",
            Request::Exploit(_) => "exploit",
            Request::Replicate(_) => "replicate",
        },
        parents: record.parents,
        children,
        origin: record.origin,
        seed: record.seed,
        outcome,
        score,
        standard_error,
        measurements,
        gain: score.zip(baseline).map(|(score, baseline)| direction.gain(score, baseline)),
        detail,
        cost: record.cost,
        starts: record.starts,
        patch: record.patch.map(|patch| patch.diff),
        curve: record.curve,
        log: record.log,
        started: record.started_at.map(time::utc),
        finished: record.finished_at.map(time::utc),
    }
}

fn render(shown: &Shown, metric: &Metric, terminal: Terminal) -> String {
    let mut text = String::new();
    let title = terminal.paint(Style::Bold, &untrusted::line(&shown.title, 160));
    text.push_str(&format!("{title}\n"));
    text.push_str(&terminal.paint(
        Style::Dim,
        &format!(
            "trial {} of {}, epoch {}, {} by {}, seed {}",
            shown.trial,
            untrusted::line(&shown.run, 80),
            shown.epoch,
            shown.request,
            untrusted::line(&shown.origin, 80),
            shown.seed
        ),
    ));
    text.push_str("\n\n");
    if !shown.rationale.trim().is_empty() {
        text.push_str(&format!("{}\n\n", untrusted::block(shown.rationale.trim())));
    }
    append_facts(&mut text, shown, metric, terminal);
    if let Some(detail) = shown.detail.as_deref().filter(|detail| !detail.trim().is_empty()) {
        text.push_str(&format!("\n{}\n", indent(&untrusted::block(detail.trim_end()))));
    }
    append_curves(&mut text, shown);
    text.push('\n');
    match &shown.patch {
        Some(patch) => text.push_str(&diff::render(patch, terminal)),
        None => text.push_str("There is no patch.\n"),
    }
    if !shown.log.trim().is_empty() {
        let heading = terminal.paint(Style::Dim, "log:");
        text.push_str(&format!("\n{heading}\n{}\n", indent(&untrusted::block(shown.log.trim_end()))));
    }
    text
}

fn append_facts(text: &mut String, shown: &Shown, metric: &Metric, terminal: Terminal) {
    let mut fact = |name: &str, value: &str| text.push_str(&format!("  {name:<NAME$} {value}\n"));
    match (shown.score, shown.outcome) {
        (Some(score), _) => {
            let gain = shown.gain.map_or_else(String::new, |gain| {
                let style = if gain > 0.0 { Style::Green } else { Style::Red };
                format!(
                    "  {}",
                    terminal.paint(style, &format!("{} against the baseline", numbers::gain(gain)))
                )
            });
            let error = shown
                .standard_error
                .map_or_else(String::new, |error| format!(" ± {}", numbers::score(error)));
            let unit = untrusted::line(&metric.unit, 40);
            fact(
                &untrusted::line(&metric.name, NAME),
                &format!("{}{error} {unit}{gain}", numbers::score(score)),
            );
        }
        (None, Some(word)) => fact("outcome", &terminal.paint(Style::Red, word)),
        (None, None) => fact("state", shown.state),
    }
    for measurement in shown.measurements.iter().take(24) {
        fact(&untrusted::line(&measurement.name, NAME), &numbers::measurement(measurement.value));
    }
    let cost = &shown.cost;
    fact(
        "cost",
        &format!(
            "{} on the reference device, {} guest instructions, {} here",
            numbers::seconds(cost.device_seconds),
            numbers::count(cost.instructions),
            numbers::seconds(cost.wall_seconds)
        ),
    );
    if cost.llm_tokens > 0 {
        fact("model", &format!("{} tokens, {:.4} USD", numbers::count(cost.llm_tokens), cost.llm_usd));
    }
    fact("parents", &list(&shown.parents, "none: it starts from the unpatched program"));
    fact("children", &list(&shown.children, "none"));
    if !shown.labels.is_empty() {
        fact("labels", &untrusted::line(&shown.labels.join(", "), 120));
    }
}

fn append_curves(text: &mut String, shown: &Shown) {
    let mut names: Vec<&str> = shown.curve.iter().map(|point| point.name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    for name in names.into_iter().take(8) {
        let values: Vec<f64> =
            shown.curve.iter().filter(|point| point.name == name).map(|point| point.value).collect();
        // A single point is a measurement, and those are listed above.
        let [first, .., last] = &values[..] else { continue };
        text.push_str(&format!(
            "  {:<NAME$} {} {} {}\n",
            untrusted::line(name, NAME),
            numbers::score(*first),
            sparkline::sparkline(&values, 48),
            numbers::score(*last)
        ));
    }
}

fn list(ids: &[u64], empty: &str) -> String {
    if ids.is_empty() {
        return empty.to_owned();
    }
    ids.iter().map(u64::to_string).collect::<Vec<_>>().join(", ")
}

fn indent(text: &str) -> String {
    text.lines().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n")
}
