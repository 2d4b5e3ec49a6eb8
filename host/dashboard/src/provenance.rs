//! What it takes to run this again: plugins, policies, data, seeds, settings.

use proofhouse_types::Access;

use crate::escape::{Escaped, head};
use crate::markup::put;
use crate::numbers;
use crate::summary::Summary;

/// Bytes of a policy or run file that the page shows.
const TEXT: usize = 64 * 1024;

/// Appends the section.
pub(crate) fn append(out: &mut String, summary: &Summary<'_>) {
    out.push_str(
        "<section class=\"card\" aria-labelledby=\"h-provenance\"><h2 id=\"h-provenance\">Provenance</h2>",
    );
    if !summary.run.provenance.device.is_empty() {
        put!(
            out,
            "<p class=\"prose\">Device time is that of the reference device: {}.</p>",
            Escaped(head(&summary.run.provenance.device, 300).0)
        );
    }
    append_baselines(out, summary);
    append_plugins(out, summary);
    append_data(out, summary);
    append_files(out, summary);
    for policy in &summary.run.provenance.policies {
        put!(
            out,
            "<details><summary>Policy of the {} <code class=\"digest\">{}</code></summary><pre>{}</pre></details>",
            Escaped(&policy.role),
            Escaped(&policy.digest),
            Escaped(head(&policy.text, TEXT).0)
        );
    }
    if !summary.run.provenance.config.is_empty() {
        put!(
            out,
            "<details><summary>Run file</summary><pre>{}</pre></details>",
            Escaped(head(&summary.run.provenance.config, TEXT).0)
        );
    }
    out.push_str("</section>");
}

fn append_baselines(out: &mut String, summary: &Summary<'_>) {
    out.push_str("<h3>Baseline</h3>");
    if summary.run.baselines.is_empty() {
        out.push_str("<p class=\"empty\">The unpatched program has not run yet.</p>");
        return;
    }
    out.push_str(
        "<div class=\"scroll\"><table class=\"plain\"><thead><tr><th class=\"num\" scope=\"col\">Seed</th><th scope=\"col\">Outcome</th>\
         <th class=\"num\" scope=\"col\">Score</th><th class=\"num\" scope=\"col\">Device time</th><th class=\"num\" scope=\"col\">Wall time</th></tr></thead><tbody>",
    );
    for baseline in &summary.run.baselines {
        let word = baseline.outcome.word();
        put!(
            out,
            "<tr><td class=\"num\">{}</td><td><span class=\"word o-{word}\">{word}</span></td><td class=\"num\">{}</td>\
             <td class=\"num\">{}</td><td class=\"num\">{}</td></tr>",
            baseline.seed,
            baseline.outcome.score().map_or_else(|| "–".to_owned(), numbers::score),
            numbers::seconds(baseline.cost.device_seconds),
            numbers::seconds(baseline.cost.wall_seconds)
        );
        if let proofhouse_types::Outcome::Failed(failure) = &baseline.outcome {
            put!(
                out,
                "<tr><td colspan=\"5\"><pre class=\"ending\">{}</pre></td></tr>",
                Escaped(head(&failure.detail, TEXT).0)
            );
        }
    }
    out.push_str("</tbody></table></div>");
}

fn append_plugins(out: &mut String, summary: &Summary<'_>) {
    if summary.run.provenance.plugins.is_empty() {
        return;
    }
    out.push_str(
        "<h3>Plugins</h3><div class=\"scroll\"><table class=\"plain\"><thead><tr><th scope=\"col\">Role</th><th scope=\"col\">Plugin</th>\
         <th scope=\"col\">SHA-256 of the component</th></tr></thead><tbody>",
    );
    for plugin in &summary.run.provenance.plugins {
        put!(
            out,
            "<tr><td>{}</td><td>{}</td><td><code class=\"digest\">{}</code></td></tr>",
            Escaped(&plugin.role),
            Escaped(&plugin.origin),
            Escaped(&plugin.digest)
        );
    }
    out.push_str("</tbody></table></div>");
}

fn append_data(out: &mut String, summary: &Summary<'_>) {
    if summary.run.provenance.data.is_empty() {
        return;
    }
    out.push_str(
        "<h3>Data</h3><div class=\"scroll\"><table class=\"plain\"><thead><tr><th scope=\"col\">Stream</th><th scope=\"col\">Granted to</th>\
         <th class=\"num\" scope=\"col\">Tokens</th><th scope=\"col\">SHA-256 of the tokens</th></tr></thead><tbody>",
    );
    for data in &summary.run.provenance.data {
        let tokens = data.tokens.map_or_else(|| "–".to_owned(), |tokens| numbers::measurement(tokens as f64));
        put!(
            out,
            "<tr><td>{}</td><td>{}</td><td class=\"num\">{tokens}</td><td><code class=\"digest\">{}</code></td></tr>",
            Escaped(&data.name),
            Escaped(&data.granted_to),
            Escaped(&data.digest)
        );
    }
    out.push_str("</tbody></table></div>");
}

fn append_files(out: &mut String, summary: &Summary<'_>) {
    if summary.run.problem.files.is_empty() {
        return;
    }
    out.push_str("<h3>Unpatched program</h3>");
    for file in &summary.run.problem.files {
        let access = match file.access {
            Access::Editable => "editable",
            Access::Visible => "visible, not editable",
            Access::Hidden => "hidden",
        };
        put!(
            out,
            "<details><summary><code>{}</code> <span class=\"note\">{access}, {} lines</span></summary><pre>{}</pre></details>",
            Escaped(head(&file.path, 300).0),
            file.text.lines().count(),
            Escaped(head(&file.text, 4 * TEXT).0)
        );
    }
}
