//! Which trial came from which: one column for each epoch, best first, with lines from parents to children.

use std::collections::BTreeMap;

use proofhouse_types::{Direction, TrialId};

use crate::chart;
use crate::escape::Escaped;
use crate::markup::put;
use crate::summary::Summary;
use crate::view::TrialView;

const TOP: f64 = 40.0;
const LEFT: f64 = 40.0;
/// Lines drawn: beyond this a picture of them says nothing.
const EDGES: usize = 6_000;

struct Node<'a> {
    view: &'a TrialView,
    x: f64,
    y: f64,
}

/// Appends the graph, or says why there is none.
pub(crate) fn append(out: &mut String, summary: &Summary<'_>) {
    out.push_str("<section class=\"card\" aria-labelledby=\"h-lineage\"><h2 id=\"h-lineage\">Lineage</h2>");
    if summary.run.trials.is_empty() {
        out.push_str("<p class=\"empty\">No trial has ended yet.</p></section>");
        return;
    }
    let epochs = by_epoch(summary);
    let tallest = epochs.values().map(Vec::len).max().unwrap_or(1);
    let row = if tallest > 40 { 14.0 } else { 24.0 };
    let column = (1040.0 / (epochs.len() - 1).max(1) as f64).clamp(96.0, 345.0);
    let width = LEFT * 2.0 + column * (epochs.len() - 1) as f64 + 40.0;
    let height = TOP + row * tallest as f64 + 8.0;
    let nodes: BTreeMap<TrialId, Node<'_>> = epochs
        .values()
        .enumerate()
        .flat_map(|(at, members)| {
            members.iter().enumerate().map(move |(nth, view)| {
                let x = LEFT + column * at as f64;
                (view.trial.id, Node { view, x, y: TOP + row * nth as f64 })
            })
        })
        .collect();
    put!(
        out,
        "<div class=\"scroll tall\"><svg class=\"lineage\" viewBox=\"0 0 {width:.0} {height:.0}\" width=\"{width:.0}\" \
         height=\"{height:.0}\" role=\"img\" aria-label=\"Parents and children by epoch\">"
    );
    for (at, epoch) in epochs.keys().enumerate() {
        put!(
            out,
            "<text class=\"tick\" x=\"{:.1}\" y=\"14\" text-anchor=\"middle\">epoch {epoch}</text>",
            LEFT + column * at as f64
        );
    }
    append_edges(out, summary, &nodes);
    append_nodes(out, summary, &nodes);
    out.push_str(
        "</svg></div><p class=\"legend\">Each column is an epoch, best trial at the top; colours as above. ",
    );
    out.push_str("The heavy line leads to the best trial. Trials without parents start from the unpatched program.</p>");
    out.push_str("</section>");
}

/// The trials of each epoch: scored ones best first, then the others by number.
fn by_epoch<'a>(summary: &Summary<'a>) -> BTreeMap<u32, Vec<&'a TrialView>> {
    let mut epochs: BTreeMap<u32, Vec<&TrialView>> = BTreeMap::new();
    for view in &summary.run.trials {
        epochs.entry(view.trial.epoch).or_default().push(view);
    }
    let sign = if summary.run.problem.metric.direction == Direction::Minimize { 1.0 } else { -1.0 };
    let rank = |view: &TrialView| view.trial.outcome.score().map_or(f64::INFINITY, |score| score * sign);
    for members in epochs.values_mut() {
        members.sort_by(|a, b| rank(a).total_cmp(&rank(b)).then(a.trial.id.cmp(&b.trial.id)));
    }
    epochs
}

fn append_edges(out: &mut String, summary: &Summary<'_>, nodes: &BTreeMap<TrialId, Node<'_>>) {
    let pairs = nodes.values().flat_map(|child| {
        child.view.trial.parents.iter().filter_map(|id| nodes.get(id)).map(move |parent| (parent, child))
    });
    for (parent, child) in pairs.take(EDGES) {
        let (from, to) = (parent.view.trial.id, child.view.trial.id);
        let on_path = summary.ancestry.contains(&from) && summary.ancestry.contains(&to);
        let class = if on_path { "edge path" } else { "edge" };
        let bend = if child.x > parent.x { (child.x - parent.x) / 2.0 } else { 44.0 };
        let back = if child.x > parent.x { child.x - bend } else { child.x + bend };
        put!(
            out,
            "<path class=\"{class}\" data-from=\"{from}\" data-to=\"{to}\" d=\"M{:.1} {:.1}C{:.1} {:.1} {back:.1} {:.1} {:.1} {:.1}\"/>",
            parent.x,
            parent.y,
            parent.x + bend,
            parent.y,
            child.y,
            child.x,
            child.y
        );
    }
}

fn append_nodes(out: &mut String, summary: &Summary<'_>, nodes: &BTreeMap<TrialId, Node<'_>>) {
    let best = summary.best.map(|best| best.view.trial.id);
    for (id, node) in nodes {
        let (x, y) = (node.x, node.y);
        put!(
            out,
            "<a href=\"#trial-{id}\" data-trial=\"{id}\"><title>{}</title>",
            Escaped(&chart::tip(summary, node.view))
        );
        if best == Some(*id) {
            put!(out, "<circle class=\"ring\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"9\"/>");
        }
        if node.view.trial.outcome.score().is_some() {
            put!(
                out,
                "<circle class=\"mark {}\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"5.5\"/>",
                summary.mark_class(node.view)
            );
        } else {
            put!(out, "<circle class=\"under\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"7\"/>");
            put!(
                out,
                "<path class=\"cross o-{}\" d=\"M{:.1} {:.1}l7 7m0 -7l-7 7\"/>",
                node.view.trial.outcome.word(),
                x - 3.5,
                y - 3.5
            );
        }
        put!(out, "<text class=\"node\" x=\"{:.1}\" y=\"{:.1}\">{id}</text></a>", x + 12.0, y + 4.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn each_trial_is_a_node_and_unknown_parents_are_left_out() {
        let mut run = sample::run();
        run.trials[20].trial.parents = vec![3, 9_999];
        let mut out = String::new();
        append(&mut out, &Summary::of(&run));
        assert_eq!(out.matches("class=\"node\"").count(), run.trials.len());
        assert!(out.contains("data-from=\"3\" data-to=\"20\""));
        assert!(!out.contains("9999"));
    }

    #[test]
    fn the_best_of_an_epoch_is_at_its_top() {
        let run = sample::run();
        let epochs = by_epoch(&Summary::of(&run));
        for members in epochs.values() {
            let scores: Vec<_> = members.iter().filter_map(|view| view.trial.outcome.score()).collect();
            assert!(scores.is_sorted());
        }
    }
}
