//! The top of the page: what was searched, what came of it, and what it cost.

use std::collections::BTreeMap;

use crate::escape::{Escaped, head};
use crate::markup::put;
use crate::numbers;
use crate::summary::Summary;
use crate::view::RunState;

/// Outcomes in the order in which they are shown.
const OUTCOMES: [&str; 8] =
    ["scored", "unpatched", "refused", "crashed", "exhausted", "quarantined", "cancelled", "lost"];

/// Appends title, result, state and the row of numbers.
pub(crate) fn append(out: &mut String, summary: &Summary<'_>) {
    let run = summary.run;
    put!(
        out,
        "<header><p class=\"over\">Proofhouse <span>run {}</span></p><h1>{}</h1><p class=\"about\">{}</p>",
        Escaped(&run.name),
        Escaped(head(&run.problem.name, 200).0),
        about(summary)
    );
    append_result(out, summary);
    append_state(out, summary);
    out.push_str("</header>");
    append_numbers(out, summary);
    append_outcomes(out, summary);
    let statement = head(run.problem.statement.trim(), 20_000).0;
    if !statement.is_empty() {
        put!(
            out,
            "<details class=\"statement\"><summary>The task in words</summary><p class=\"prose\">{}</p></details>",
            Escaped(statement)
        );
    }
}

fn about(summary: &Summary<'_>) -> String {
    let run = summary.run;
    let direction = match run.problem.metric.direction {
        proofhouse_types::Direction::Minimize => "lower is better",
        proofhouse_types::Direction::Maximize => "higher is better",
    };
    format!(
        "{} in {}, {direction} · profile {} · seed {} · {} at a time",
        Escaped(&run.problem.metric.name),
        Escaped(&run.problem.metric.unit),
        Escaped(&run.profile),
        run.seed,
        run.workers
    )
}

fn append_result(out: &mut String, summary: &Summary<'_>) {
    out.push_str("<p class=\"result\">");
    let unit = Escaped(&summary.run.problem.metric.unit);
    match (summary.best, summary.baseline) {
        (Some(best), Some(baseline)) => {
            let trial = &best.view.trial;
            let gain = summary.run.problem.metric.direction.gain(best.score, baseline.mean);
            let title = Escaped(head(&trial.idea.title, 300).0);
            put!(
                out,
                "<a href=\"#trial-{id}\" data-trial=\"{id}\">{title}</a> (trial {id}) reaches <b>{}</b> {unit}, ",
                numbers::score(best.score),
                id = trial.id
            );
            put!(
                out,
                "<b>{}</b> {} than the unpatched program",
                numbers::score(gain.abs()),
                if gain > 0.0 { "better" } else { "worse" }
            );
            match baseline.spread {
                Some(spread) if spread > 0.0 => {
                    put!(
                        out,
                        ": {:.1} times the spread of {} baseline seeds.",
                        gain.abs() / spread,
                        baseline.seeds
                    );
                }
                _ => out.push_str("; the baseline's spread over seeds was not measured."),
            }
        }
        (Some(best), None) => {
            put!(
                out,
                "Trial {} reaches <b>{}</b> {unit}; the unpatched program was not scored, so there is no gain to state.",
                best.view.trial.id,
                numbers::score(best.score)
            );
        }
        (None, Some(baseline)) if summary.run.trials.is_empty() => {
            put!(
                out,
                "The unpatched program scores <b>{}</b> {unit}. No trial has ended yet.",
                numbers::score(baseline.mean)
            );
        }
        (None, Some(baseline)) => {
            put!(
                out,
                "The unpatched program scores <b>{}</b> {unit}. No trial has a score.",
                numbers::score(baseline.mean)
            );
        }
        (None, None) => out.push_str("Neither the unpatched program nor any trial has a score yet."),
    }
    out.push_str("</p>");
}

fn append_state(out: &mut String, summary: &Summary<'_>) {
    let run = summary.run;
    match &run.state {
        RunState::Finished => {}
        RunState::Unfinished => {
            put!(
                out,
                "<p class=\"state\">This run has not finished: {} of its trials have ended, {} were running when this \
                 page was written. <code>proofhouse resume {}</code> goes on with it.</p>",
                run.trials.len(),
                run.pending,
                Escaped(&run.name)
            );
        }
        RunState::Failed(reason) => {
            put!(out, "<p class=\"state bad\">This run stopped: {}</p>", Escaped(head(reason, 4_000).0));
        }
    }
}

fn append_numbers(out: &mut String, summary: &Summary<'_>) {
    let run = summary.run;
    out.push_str("<dl class=\"numbers\">");
    match summary.baseline {
        Some(baseline) => number(
            out,
            "Baseline",
            &numbers::score(baseline.mean),
            &baseline.spread.map_or_else(
                || format!("{} seed", baseline.seeds),
                |spread| format!("± {} over {} seeds", numbers::score(spread), baseline.seeds),
            ),
        ),
        None => number(out, "Baseline", "–", "not scored"),
    }
    match summary.best {
        Some(best) => {
            number(out, "Best", &numbers::score(best.score), &format!("trial {}", best.view.trial.id));
            match summary.gain(best.view) {
                Some(gain) => {
                    let percent =
                        summary.baseline.map(|b| 100.0 * gain / b.mean.abs()).filter(|p| p.is_finite());
                    let note = percent.map_or_else(String::new, |p| {
                        format!("{p:.1} % of the baseline").replace('-', "\u{2212}")
                    });
                    number(out, "Gain", &numbers::gain(gain), &note);
                }
                None => number(out, "Gain", "–", "no baseline"),
            }
        }
        None => {
            number(out, "Best", "–", "no score yet");
            number(out, "Gain", "–", "");
        }
    }
    let epochs = run.trials.iter().map(|view| view.trial.epoch).max().map_or(0, |last| u64::from(last) + 1);
    let plural = if epochs == 1 { "epoch" } else { "epochs" };
    number(out, "Trials", &run.trials.len().to_string(), &format!("in {epochs} {plural}"));
    let costs = || run.trials.iter().map(|view| view.trial.cost).chain(run.baselines.iter().map(|b| b.cost));
    let device: f64 = costs().map(|cost| cost.device_seconds).sum();
    number(out, "Device time", &numbers::seconds(device), "by the cost model");
    if run.models.requests > 0 {
        let note = format!("{} tokens", numbers::count(run.models.tokens()));
        number(out, "Language models", &format!("{:.2} USD", run.models.usd), &note);
    }
    number(out, "Wall time", &numbers::seconds(run.wall_seconds), "on the machine that ran it");
    out.push_str("</dl>");
}

fn number(out: &mut String, name: &str, value: &str, note: &str) {
    put!(out, "<div><dt>{name}</dt><dd>{}<small>{}</small></dd></div>", Escaped(value), Escaped(note));
}

/// How many trials ended how: a bar in the outcomes' colours, and the same in words.
fn append_outcomes(out: &mut String, summary: &Summary<'_>) {
    let trials = &summary.run.trials;
    if trials.is_empty() {
        return;
    }
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for view in trials {
        *counts.entry(view.trial.outcome.word()).or_default() += 1;
    }
    out.push_str("<div class=\"outcomes\"><svg viewBox=\"0 0 1000 8\" preserveAspectRatio=\"none\" aria-hidden=\"true\">");
    let mut left = 0.0;
    for word in OUTCOMES {
        let Some(count) = counts.get(word) else { continue };
        let width = 1000.0 * *count as f64 / trials.len() as f64;
        put!(out, "<rect class=\"f-{word}\" x=\"{left:.2}\" y=\"0\" width=\"{width:.2}\" height=\"8\"/>");
        left += width;
    }
    out.push_str("</svg><p class=\"legend\">");
    for word in OUTCOMES {
        if let Some(count) = counts.get(word) {
            put!(out, "<span><i class=\"key box f-{word}\"></i>{count} {word}</span>");
        }
    }
    out.push_str("</p></div>");
}
