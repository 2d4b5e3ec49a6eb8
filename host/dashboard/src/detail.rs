//! One trial in full: idea, diff, curves, how it ended, log, cost.

use proofhouse_types::{Outcome, TrialId};

use crate::curve;
use crate::diff;
use crate::escape::{Escaped, head, tail};
use crate::markup::put;
use crate::numbers;
use crate::summary::Summary;
use crate::view::TrialView;

/// Bytes of a rationale or of an outcome's detail that the page shows.
const TEXT: usize = 16 * 1024;
/// Bytes of a log's end that the page shows.
const LOG: usize = 8 * 1024;
/// Links to parents or children shown in full.
const LINKS: usize = 40;

/// Appends everything about `view`.
pub(crate) fn append(out: &mut String, summary: &Summary<'_>, view: &TrialView) {
    out.push_str("<div class=\"detail\"><div class=\"side\">");
    append_idea(out, view);
    append_facts(out, summary, view);
    out.push_str("<h4>Curves</h4>");
    let baseline = summary.run.baselines.first().map_or(&[][..], |baseline| &baseline.curve);
    curve::append(out, &view.curve, baseline);
    out.push_str("</div><div class=\"main\">");
    append_ending(out, view);
    out.push_str("<h4>Patch</h4>");
    match &view.trial.patch {
        Some(patch) if !patch.diff.trim().is_empty() => diff::append(out, &patch.diff),
        Some(_) => out.push_str("<p class=\"empty\">The patch is empty.</p>"),
        None => out.push_str("<p class=\"empty\">There is no patch.</p>"),
    }
    append_log(out, view);
    out.push_str("</div></div>");
}

/// Appends up to `limit` links to trials; one that is not on the page is only named.
pub(crate) fn append_links(out: &mut String, summary: &Summary<'_>, ids: &[TrialId], limit: usize) {
    if ids.is_empty() {
        out.push('–');
    }
    for (at, id) in ids.iter().take(limit).enumerate() {
        let comma = if at > 0 { ", " } else { "" };
        if summary.trial(*id).is_some() {
            put!(out, "{comma}<a href=\"#trial-{id}\" data-trial=\"{id}\">{id}</a>");
        } else {
            put!(out, "{comma}{id}");
        }
    }
    if ids.len() > limit {
        put!(out, " and {} more", ids.len() - limit);
    }
}

fn append_idea(out: &mut String, view: &TrialView) {
    let idea = &view.trial.idea;
    let rationale = head(idea.rationale.trim(), TEXT).0;
    if rationale.is_empty() {
        out.push_str("<p class=\"empty\">No rationale was given.</p>");
    } else {
        put!(out, "<p class=\"prose\">{}</p>", Escaped(rationale));
    }
    if !idea.labels.is_empty() {
        out.push_str("<p class=\"labels\">");
        for label in idea.labels.iter().take(12) {
            put!(out, "<span>{}</span>", Escaped(head(label, 60).0));
        }
        out.push_str("</p>");
    }
}

fn append_facts(out: &mut String, summary: &Summary<'_>, view: &TrialView) {
    let trial = &view.trial;
    out.push_str("<table class=\"facts\"><tbody><tr><th scope=\"row\">Parents</th><td>");
    append_links(out, summary, &trial.parents, LINKS);
    out.push_str("</td></tr><tr><th scope=\"row\">Children</th><td>");
    append_links(out, summary, summary.children.get(&trial.id).map_or(&[], Vec::as_slice), LINKS);
    out.push_str("</td></tr>");
    if let Outcome::Scored(score) = &trial.outcome {
        if let Some(error) = score.standard_error {
            fact(out, "Standard error", &numbers::score(error));
        }
        for measurement in score.measurements.iter().take(24) {
            fact(out, head(&measurement.name, 60).0, &numbers::measurement(measurement.value));
        }
    }
    fact(out, "Device time", &numbers::seconds(trial.cost.device_seconds));
    fact(out, "Guest instructions", &numbers::count(trial.cost.instructions));
    fact(out, "Wall time", &numbers::seconds(trial.cost.wall_seconds));
    if trial.cost.llm_tokens > 0 {
        fact(out, "Language-model tokens", &numbers::count(trial.cost.llm_tokens));
        fact(out, "Language-model price", &format!("{:.4} USD", trial.cost.llm_usd));
    }
    fact(out, "Seed", &trial.seed.to_string());
    fact(out, "Proposed by", head(&trial.origin, 200).0);
    out.push_str("</tbody></table>");
}

fn fact(out: &mut String, name: &str, value: &str) {
    put!(out, "<tr><th scope=\"row\">{}</th><td>{}</td></tr>", Escaped(name), Escaped(value));
}

fn append_ending(out: &mut String, view: &TrialView) {
    let Outcome::Failed(failure) = &view.trial.outcome else { return };
    let word = failure.kind.as_str();
    put!(out, "<h4>Why it has no score: <span class=\"word o-{word}\">{word}</span></h4>");
    let (shown, left_out) = tail(failure.detail.trim_end(), TEXT);
    if shown.is_empty() {
        out.push_str("<p class=\"empty\">Nothing more is known.</p>");
        return;
    }
    put!(out, "<pre class=\"ending\">{}</pre>", Escaped(shown));
    append_left_out(out, left_out);
}

fn append_log(out: &mut String, view: &TrialView) {
    out.push_str("<h4>Log</h4>");
    let (shown, left_out) = tail(view.log.trim_end(), LOG);
    if shown.is_empty() {
        out.push_str("<p class=\"empty\">It printed nothing.</p>");
        return;
    }
    append_left_out(out, left_out);
    put!(out, "<pre class=\"log\">{}</pre>", Escaped(shown));
}

fn append_left_out(out: &mut String, bytes: usize) {
    if bytes > 0 {
        put!(
            out,
            "<p class=\"note\">The first {bytes} bytes are left out here; <code>proofhouse show</code> has them.</p>"
        );
    }
}
