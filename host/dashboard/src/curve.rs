//! What a trial reported while it ran, one small chart for each name.

use std::collections::BTreeMap;

use proofhouse_types::CurvePoint;

use crate::escape::{Escaped, head};
use crate::markup::put;
use crate::numbers;
use crate::scale::Scale;

const WIDTH: f64 = 460.0;
const HEIGHT: f64 = 168.0;
const LEFT: f64 = 52.0;
const RIGHT: f64 = 448.0;
const TOP: f64 = 10.0;
const BOTTOM: f64 = 144.0;
/// Points drawn for one curve: more than there are pixels says nothing.
const POINTS: usize = 220;
/// Charts drawn for one trial: a program may report under any number of names.
const CURVES: usize = 8;

/// Appends a chart for each name in `curve`, with the baseline's curve of the same name behind it.
pub(crate) fn append(out: &mut String, curve: &[CurvePoint], baseline: &[CurvePoint]) {
    let mut named = by_name(curve);
    // A single point is a measurement, and those are listed beside the curves.
    named.retain(|_, points| points.len() > 1);
    if named.is_empty() {
        out.push_str("<p class=\"empty\">It reported no curve.</p>");
        return;
    }
    let behind = by_name(baseline);
    for (name, points) in named.iter().take(CURVES) {
        append_one(out, name, points, behind.get(name).map_or(&[], Vec::as_slice));
    }
    if named.len() > CURVES {
        put!(out, "<p class=\"note\">{} more curves are in the ledger.</p>", named.len() - CURVES);
    }
}

fn by_name(curve: &[CurvePoint]) -> BTreeMap<&str, Vec<(f64, f64)>> {
    let mut named: BTreeMap<&str, Vec<(f64, f64)>> = BTreeMap::new();
    for point in curve {
        named.entry(&point.name).or_default().push((point.step as f64, point.value));
    }
    named
}

fn append_one(out: &mut String, name: &str, points: &[(f64, f64)], baseline: &[(f64, f64)]) {
    let points = thin(points);
    let baseline = thin(baseline);
    let seen = || points.iter().chain(&baseline).filter(|point| point.1.is_finite());
    let x = range(seen().map(|point| point.0));
    let y = range(seen().map(|point| point.1));
    put!(out, "<figure class=\"curve\"><figcaption>{}", Escaped(head(name, 80).0));
    if let Some((_, last)) = points.iter().rev().find(|point| point.1.is_finite()) {
        put!(out, " <span class=\"num\">{}</span>", numbers::score(*last));
    }
    out.push_str("</figcaption>");
    let (Some(x), Some(y)) = (x, y) else {
        out.push_str("<p class=\"empty\">Every value is infinite or not a number.</p></figure>");
        return;
    };
    let across = Scale::new(x.0, x.1, LEFT, RIGHT);
    let up = Scale::new(y.0, y.1, BOTTOM, TOP);
    put!(out, "<svg class=\"small\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"Curve\">");
    for (value, label) in up.ticks(4) {
        let at = up.at(value);
        put!(out, "<line class=\"grid\" x1=\"{LEFT}\" x2=\"{RIGHT}\" y1=\"{at:.1}\" y2=\"{at:.1}\"/>");
        put!(
            out,
            "<text class=\"tick\" x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{label}</text>",
            LEFT - 6.0,
            at + 4.0
        );
    }
    for (value, label) in across.ticks(5) {
        let at = across.at(value);
        put!(
            out,
            "<text class=\"tick\" x=\"{at:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{label}</text>",
            HEIGHT - 6.0
        );
    }
    append_line(out, "behind", &baseline, &across, &up);
    append_line(out, "curve-line", &points, &across, &up);
    out.push_str("</svg></figure>");
}

/// A line with a gap where a value is not finite.
fn append_line(out: &mut String, class: &str, points: &[(f64, f64)], across: &Scale, up: &Scale) {
    let mut path = String::new();
    let mut pen = 'M';
    for (step, value) in points {
        if !value.is_finite() {
            pen = 'M';
            continue;
        }
        put!(path, "{pen}{:.1} {:.1}", across.at(*step), up.at(*value));
        pen = 'L';
    }
    if !path.is_empty() {
        put!(out, "<path class=\"{class}\" d=\"{path}\"/>");
    }
}

/// At most [`POINTS`] points, evenly picked, with the last.
fn thin(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let every = points.len().div_ceil(POINTS).max(1);
    let mut kept: Vec<_> = points.iter().step_by(every).copied().collect();
    if let Some(last) = points.last()
        && kept.last() != Some(last)
    {
        kept.push(*last);
    }
    kept
}

fn range(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    values.fold(None, |range, value| match range {
        None => Some((value, value)),
        Some((low, high)) => Some((f64::min(low, value), f64::max(high, value))),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(name: &str, step: u64, value: f64) -> CurvePoint {
        CurvePoint { name: name.to_owned(), step, value }
    }

    #[test]
    fn a_gap_where_a_value_is_not_finite() {
        let mut out = String::new();
        let curve = [point("l", 0, 1.0), point("l", 1, f64::NAN), point("l", 2, 2.0), point("l", 3, 3.0)];
        append(&mut out, &curve, &[]);
        let path = out.split("class=\"curve-line\" d=\"").nth(1).unwrap().split('"').next().unwrap();
        assert_eq!(path.matches('M').count(), 2);
        assert!(!out.contains("NaN"));
    }

    #[test]
    fn curves_and_points_are_bounded() {
        let many: Vec<_> = (0..50_000).map(|at| point(&format!("n{}", at % 20), at, 1.0)).collect();
        let mut out = String::new();
        append(&mut out, &many, &[]);
        assert_eq!(out.matches("<svg").count(), CURVES);
        assert!(out.contains("12 more curves"));
        assert!(out.len() < 40_000, "{}", out.len());
    }

    #[test]
    fn nothing_finite_and_nothing_at_all_are_said() {
        let mut out = String::new();
        append(&mut out, &[point("l", 0, f64::INFINITY), point("l", 1, f64::NAN)], &[]);
        assert!(out.contains("not a number"));
        out.clear();
        append(&mut out, &[point("l", 0, 1.0)], &[]);
        assert!(out.contains("no curve"));
        out.clear();
        append(&mut out, &[], &[]);
        assert!(out.contains("no curve"));
    }
}
