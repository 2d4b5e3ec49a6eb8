//! The score of every trial by epoch, with the baseline's band and the best so far.

use proofhouse_types::Direction;

use crate::escape::{Escaped, head};
use crate::markup::put;
use crate::numbers;
use crate::scale::Scale;
use crate::summary::Summary;
use crate::view::TrialView;

const WIDTH: f64 = 1120.0;
const LEFT: f64 = 64.0;
const RIGHT: f64 = 1104.0;
const TOP: f64 = 16.0;
const BOTTOM: f64 = 284.0;
/// Trials without a score are marked in a lane below the plot.
const LANE: f64 = 308.0;
const HEIGHT: f64 = 348.0;

/// Where trials stand on the horizontal axis: one band for each epoch, trials spread evenly within it.
struct Columns {
    epochs: Vec<u32>,
    width: f64,
}

impl Columns {
    fn of(trials: &[TrialView]) -> Columns {
        let mut epochs: Vec<u32> = trials.iter().map(|view| view.trial.epoch).collect();
        epochs.sort_unstable();
        epochs.dedup();
        let width = (RIGHT - LEFT) / epochs.len().max(1) as f64;
        Columns { epochs, width }
    }

    fn left(&self, at: usize) -> f64 {
        LEFT + at as f64 * self.width
    }

    /// The trials of the run with their horizontal position, by epoch and number.
    fn place<'a>(&self, trials: &'a [TrialView]) -> Vec<(f64, &'a TrialView)> {
        let mut placed = Vec::with_capacity(trials.len());
        for (at, epoch) in self.epochs.iter().enumerate() {
            let mut members: Vec<_> = trials.iter().filter(|view| view.trial.epoch == *epoch).collect();
            members.sort_by_key(|view| view.trial.id);
            let step = self.width / (members.len() + 1) as f64;
            placed.extend(
                members
                    .into_iter()
                    .enumerate()
                    .map(|(nth, view)| (self.left(at) + step * (nth + 1) as f64, view)),
            );
        }
        placed
    }
}

/// Appends the chart, or says why there is none.
pub(crate) fn append(out: &mut String, summary: &Summary<'_>) {
    let run = summary.run;
    put!(out, "<section class=\"card\" aria-labelledby=\"h-scores\"><h2 id=\"h-scores\">Score by epoch</h2>");
    if run.trials.is_empty() {
        out.push_str(
            "<p class=\"empty\">No trial has ended yet. Scores appear here as trials end.</p></section>",
        );
        return;
    }
    let columns = Columns::of(&run.trials);
    let placed = columns.place(&run.trials);
    let scale = vertical_scale(summary);
    put!(
        out,
        "<div class=\"scroll\"><svg class=\"plot\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" \
         aria-label=\"Score of each trial by epoch\">"
    );
    append_axes(out, summary, &columns, &scale);
    append_baseline(out, summary, &scale);
    append_best_line(out, summary, &placed, &scale);
    append_marks(out, summary, &placed, &scale);
    out.push_str("</svg></div>");
    append_legend(out, summary);
    out.push_str("</section>");
}

/// From a little beyond the best to the worst that is still comparable; what is far worse is drawn at the edge.
fn vertical_scale(summary: &Summary<'_>) -> Scale {
    let direction = summary.run.problem.metric.direction;
    let mut scores: Vec<f64> =
        summary.run.trials.iter().filter_map(|view| view.trial.outcome.score()).collect();
    scores.sort_by(|a, b| if direction == Direction::Minimize { a.total_cmp(b) } else { b.total_cmp(a) });
    let baseline = summary.baseline.map(|baseline| (baseline.mean, baseline.spread.unwrap_or(0.0)));
    let (Some(best), Some(worst)) = (scores.first().copied(), scores.last().copied()) else {
        let (mean, spread) = baseline.unwrap_or((0.0, 0.0));
        return Scale::new(mean - 3.0 * spread, mean + 3.0 * spread, BOTTOM, TOP);
    };
    let reference = baseline.map_or(scores[scores.len() / 2], |(mean, _)| mean);
    let spread = baseline.map_or(0.0, |(_, spread)| spread);
    let quartile = scores[(scores.len() * 3 / 4).min(scores.len() - 1)];
    let reach = [(best - reference).abs(), 4.0 * spread, (quartile - reference).abs()]
        .into_iter()
        .fold(0.0, f64::max);
    let reach = if reach > 0.0 { reach } else { (worst - best).abs() };
    let sign = if direction == Direction::Minimize { 1.0 } else { -1.0 };
    // In units where larger is worse.
    let limit = (sign * reference + 1.3 * reach).min((sign * worst).max(sign * reference + 1.5 * spread));
    let first = (sign * best).min(sign * reference - 1.5 * spread);
    let pad = (limit - first).abs() * 0.08;
    let (a, b) = (sign * (first - pad), sign * (limit + pad));
    Scale::new(a.min(b), a.max(b), BOTTOM, TOP)
}

fn append_axes(out: &mut String, summary: &Summary<'_>, columns: &Columns, scale: &Scale) {
    let metric = &summary.run.problem.metric;
    for (value, label) in scale.ticks(5) {
        let y = scale.at(value);
        put!(out, "<line class=\"grid\" x1=\"{LEFT}\" x2=\"{RIGHT}\" y1=\"{y:.1}\" y2=\"{y:.1}\"/>");
        put!(
            out,
            "<text class=\"tick\" x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{label}</text>",
            LEFT - 8.0,
            y + 4.0
        );
    }
    let every = columns.epochs.len().div_ceil(24).max(1);
    for (at, epoch) in columns.epochs.iter().enumerate() {
        let left = columns.left(at);
        if at > 0 {
            put!(
                out,
                "<line class=\"divide\" x1=\"{left:.1}\" x2=\"{left:.1}\" y1=\"{TOP}\" y2=\"{:.1}\"/>",
                LANE + 12.0
            );
        }
        if at % every == 0 {
            put!(
                out,
                "<text class=\"tick\" x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">epoch {epoch}</text>",
                left + columns.width / 2.0,
                HEIGHT - 8.0
            );
        }
    }
    put!(out, "<line class=\"axis\" x1=\"{LEFT}\" x2=\"{RIGHT}\" y1=\"{BOTTOM}\" y2=\"{BOTTOM}\"/>");
    let middle = (TOP + BOTTOM) / 2.0;
    let arrow = if metric.direction == Direction::Minimize { "← better" } else { "better →" };
    put!(
        out,
        "<text class=\"tick\" transform=\"translate(14 {middle:.0}) rotate(-90)\" text-anchor=\"middle\">{arrow}  ({})</text>",
        Escaped(head(&metric.unit, 40).0)
    );
    if summary.run.trials.iter().any(|view| view.trial.outcome.score().is_none()) {
        put!(
            out,
            "<text class=\"tick\" x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">no score</text>",
            LEFT - 8.0,
            LANE + 4.0
        );
    }
}

fn append_baseline(out: &mut String, summary: &Summary<'_>, scale: &Scale) {
    let Some(baseline) = summary.baseline else { return };
    if let Some(spread) = baseline.spread {
        let high = scale.at(scale.clamp(baseline.mean + spread));
        let low = scale.at(scale.clamp(baseline.mean - spread));
        put!(
            out,
            "<rect class=\"band\" x=\"{LEFT}\" y=\"{high:.1}\" width=\"{:.1}\" height=\"{:.1}\"><title>baseline {} ± {} over {} seeds</title></rect>",
            RIGHT - LEFT,
            (low - high).max(1.0),
            numbers::score(baseline.mean),
            numbers::score(spread),
            baseline.seeds
        );
    }
    let y = scale.at(baseline.mean);
    put!(out, "<line class=\"baseline\" x1=\"{LEFT}\" x2=\"{RIGHT}\" y1=\"{y:.1}\" y2=\"{y:.1}\"/>");
}

fn append_best_line(out: &mut String, summary: &Summary<'_>, placed: &[(f64, &TrialView)], scale: &Scale) {
    let direction = summary.run.problem.metric.direction;
    let mut best = summary.baseline.map(|baseline| baseline.mean);
    let mut path = String::new();
    if let Some(start) = best {
        put!(path, "M{LEFT} {:.1}", scale.at(start));
    }
    for (x, view) in placed {
        let Some(score) = view.trial.outcome.score() else { continue };
        if best.is_some_and(|known| !direction.is_better(score, known)) {
            continue;
        }
        let y = scale.at(scale.clamp(score));
        if path.is_empty() {
            put!(path, "M{x:.1} {y:.1}");
        } else {
            put!(path, "H{x:.1}V{y:.1}");
        }
        best = Some(score);
    }
    if !path.is_empty() {
        put!(out, "<path class=\"best-line\" d=\"{path}H{RIGHT}\"/>");
    }
}

fn append_marks(out: &mut String, summary: &Summary<'_>, placed: &[(f64, &TrialView)], scale: &Scale) {
    let best = summary.best.map(|best| best.view.trial.id);
    for (x, view) in placed {
        let id = view.trial.id;
        put!(
            out,
            "<a href=\"#trial-{id}\" data-trial=\"{id}\"><title>{}</title>",
            Escaped(&tip(summary, view))
        );
        match view.trial.outcome.score() {
            None => {
                let word = view.trial.outcome.word();
                put!(out, "<circle class=\"hit\" cx=\"{x:.1}\" cy=\"{LANE}\" r=\"9\"/>");
                put!(
                    out,
                    "<path class=\"cross o-{word}\" d=\"M{:.1} {:.1}l8 8m0 -8l-8 8\"/>",
                    x - 4.0,
                    LANE - 4.0
                );
            }
            Some(score) if scale.contains(score) => {
                let y = scale.at(score);
                if best == Some(id) {
                    put!(out, "<circle class=\"ring\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"9\"/>");
                }
                put!(
                    out,
                    "<circle class=\"mark {}\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"5\"/>",
                    summary.mark_class(view)
                );
            }
            Some(score) => {
                let y = scale.at(scale.clamp(score));
                let tip = if y < (TOP + BOTTOM) / 2.0 { -8 } else { 8 };
                put!(
                    out,
                    "<path class=\"mark {}\" d=\"M{:.1} {:.1}h10l-5 {tip}z\"/>",
                    summary.mark_class(view),
                    x - 5.0,
                    y - f64::from(tip) / 2.0
                );
            }
        }
        out.push_str("</a>");
    }
}

/// What hovering over a mark says.
pub(crate) fn tip(summary: &Summary<'_>, view: &TrialView) -> String {
    let title = head(&view.trial.idea.title, 120).0;
    let mut tip = format!("trial {} · epoch {}\n{title}\n", view.trial.id, view.trial.epoch);
    match (view.trial.outcome.score(), summary.gain(view)) {
        (Some(score), Some(gain)) => {
            put!(tip, "{}  ({} against the baseline)", numbers::score(score), numbers::gain(gain));
        }
        (Some(score), None) => put!(tip, "{}", numbers::score(score)),
        (None, _) => put!(tip, "{}", view.trial.outcome.word()),
    }
    tip
}

fn append_legend(out: &mut String, summary: &Summary<'_>) {
    out.push_str("<p class=\"legend\">");
    if let Some(baseline) = summary.baseline {
        let unit = if baseline.spread.is_some() { "1 spread" } else { "1 % of the baseline" };
        put!(
            out,
            "<span><i class=\"key line\"></i>best so far</span><span><i class=\"key band-key\"></i>baseline ± spread</span>\
             <span><i class=\"key dot l2\"></i><i class=\"key dot l1\"></i>worse</span>\
             <span><i class=\"key dot g0\"></i>within {unit}</span>\
             <span><i class=\"key dot g1\"></i>better</span><span><i class=\"key dot g2\"></i>by 3</span>\
             <span><i class=\"key dot g3\"></i>by 6</span>"
        );
    } else {
        out.push_str("<span><i class=\"key line\"></i>best so far</span>");
    }
    out.push_str("<span>▲ off the scale</span><span>✕ no score</span></p>");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn every_trial_has_a_mark() {
        let run = sample::run();
        let mut out = String::new();
        append(&mut out, &Summary::of(&run));
        assert_eq!(out.matches("data-trial=").count(), run.trials.len());
        assert_eq!(out.matches("class=\"ring\"").count(), 1);
        assert!(!out.contains("NaN") && !out.contains("inf"));
    }

    #[test]
    fn a_wild_score_does_not_squash_the_others() {
        let run = sample::run();
        let scale = vertical_scale(&Summary::of(&run));
        assert!(!scale.contains(4.9));
        assert!(scale.contains(3.284));
        assert!(scale.contains(crate::best(&run.trials, Direction::Minimize).unwrap().score));
    }

    #[test]
    fn all_directions_and_degenerate_runs_give_finite_pixels() {
        let mut run = sample::run();
        run.problem.metric.direction = Direction::Maximize;
        for keep in [28, 1, 0] {
            run.trials.truncate(keep);
            for baselines in [5, 1, 0] {
                let mut run = run.clone();
                run.baselines.truncate(baselines);
                let mut out = String::new();
                append(&mut out, &Summary::of(&run));
                assert!(!out.contains("NaN") && !out.contains("inf"), "{keep} trials, {baselines} baselines");
            }
        }
    }
}
