//! Every trial in one table: sortable and filterable with script, readable without.

use std::collections::BTreeSet;

use proofhouse_types::Trial;

use crate::detail;
use crate::escape::{Escaped, head};
use crate::markup::put;
use crate::numbers;
use crate::summary::Summary;
use crate::view::TrialView;

/// Column heads: what `script.js` sorts by, the text, and whether the column holds numbers.
const COLUMNS: [(&str, &str, bool); 8] = [
    ("id", "Trial", true),
    ("epoch", "Epoch", true),
    ("title", "Idea", false),
    ("outcome", "Outcome", false),
    ("score", "Score", true),
    ("gain", "Gain", true),
    ("parents", "Parents", false),
    ("cost", "Device time", true),
];

/// Appends the table, or says why it is empty.
pub(crate) fn append(out: &mut String, summary: &Summary<'_>) {
    out.push_str("<section class=\"card\" aria-labelledby=\"h-trials\"><h2 id=\"h-trials\">Trials</h2>");
    if summary.run.trials.is_empty() {
        out.push_str("<p class=\"empty\">No trial has ended yet.</p></section>");
        return;
    }
    append_controls(out, summary);
    out.push_str("<div class=\"scroll\"><table class=\"trials\" id=\"trials\"><thead><tr>");
    for (key, text, numeric) in COLUMNS {
        let class = if numeric { " class=\"num\"" } else { "" };
        put!(out, "<th scope=\"col\"{class} data-key=\"{key}\">{text}</th>");
    }
    out.push_str("</tr></thead>");
    for view in &summary.run.trials {
        append_trial(out, summary, view);
    }
    out.push_str("</table></div><p class=\"empty\" id=\"nothing\" hidden>No trial matches.</p></section>");
}

fn append_controls(out: &mut String, summary: &Summary<'_>) {
    let words: BTreeSet<&str> = summary.run.trials.iter().map(|view| view.trial.outcome.word()).collect();
    out.push_str(
        "<div class=\"controls needs-script\"><input type=\"search\" id=\"filter\" placeholder=\"Filter by title, label, \
         number…\" aria-label=\"Filter trials\"><select id=\"outcome\" aria-label=\"Outcome\"><option value=\"\">all \
         outcomes</option>",
    );
    for word in words {
        put!(out, "<option>{word}</option>");
    }
    out.push_str("</select><span id=\"shown\" class=\"note\"></span></div>");
}

fn append_trial(out: &mut String, summary: &Summary<'_>, view: &TrialView) {
    let trial = &view.trial;
    let is_best = summary.best.is_some_and(|best| best.view.trial.id == trial.id);
    let labels = head(&trial.idea.labels.join(" "), 400).0.to_owned();
    put!(
        out,
        "<tbody id=\"trial-{id}\" class=\"{}\" data-id=\"{id}\" data-epoch=\"{}\" data-outcome=\"{}\" data-score=\"{}\" \
         data-gain=\"{}\" data-cost=\"{}\" data-labels=\"{}\">",
        if is_best { "trial best" } else { "trial" },
        trial.epoch,
        trial.outcome.word(),
        trial.outcome.score().map_or_else(String::new, |score| score.to_string()),
        summary.gain(view).map_or_else(String::new, |gain| gain.to_string()),
        trial.cost.device_seconds,
        Escaped(&labels),
        id = trial.id,
    );
    put!(out, "<tr class=\"row\"><td class=\"num\">{}</td><td class=\"num\">{}</td>", trial.id, trial.epoch);
    let title = head(&trial.idea.title, 300).0;
    let title = if title.trim().is_empty() { "(no title)" } else { title };
    put!(out, "<td class=\"title\"><span class=\"name\">{}</span></td>", Escaped(title));
    let word = trial.outcome.word();
    put!(out, "<td><span class=\"word o-{word}\">{word}</span></td>");
    let score = trial.outcome.score().map_or_else(|| "–".to_owned(), numbers::score);
    put!(out, "<td class=\"num\">{score}</td>");
    match summary.gain(view) {
        Some(gain) => {
            put!(out, "<td class=\"num t-{}\">{}</td>", summary.mark_class(view), numbers::gain(gain))
        }
        None => out.push_str("<td class=\"num\">–</td>"),
    }
    out.push_str("<td class=\"parents\">");
    detail::append_links(out, summary, &trial.parents, 4);
    put!(out, "</td><td class=\"num\">{}</td></tr>", cost(trial));
    put!(
        out,
        "<tr class=\"more\"><td colspan=\"{}\"><details><summary>Idea, diff, curves, log</summary>",
        COLUMNS.len()
    );
    detail::append(out, summary, view);
    out.push_str("</details></td></tr></tbody>");
}

/// Device time; a trial that never ran used none.
fn cost(trial: &Trial) -> String {
    if trial.cost.device_seconds == 0.0 {
        "–".to_owned()
    } else {
        numbers::seconds(trial.cost.device_seconds)
    }
}
