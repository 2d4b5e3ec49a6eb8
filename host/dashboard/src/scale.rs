//! From values to pixels.

/// A linear map from a range of values to a range of pixels.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scale {
    low: f64,
    high: f64,
    from: f64,
    to: f64,
}

impl Scale {
    /// Maps `low` to the pixel `from` and `high` to the pixel `to`. An empty range is widened.
    pub(crate) fn new(low: f64, high: f64, from: f64, to: f64) -> Scale {
        if high > low && (high - low).is_finite() {
            return Scale { low, high, from, to };
        }
        let pad = if low == 0.0 || !low.is_finite() { 1.0 } else { low.abs() * 0.05 };
        let low = if low.is_finite() { low } else { 0.0 };
        Scale { low: low - pad, high: low + pad, from, to }
    }

    /// The pixel of `value`.
    pub(crate) fn at(&self, value: f64) -> f64 {
        self.from + (value - self.low) / (self.high - self.low) * (self.to - self.from)
    }

    /// The nearest value within the range.
    pub(crate) fn clamp(&self, value: f64) -> f64 {
        value.clamp(self.low, self.high)
    }

    /// Is `value` within the range?
    pub(crate) fn contains(&self, value: f64) -> bool {
        (self.low..=self.high).contains(&value)
    }

    /// About `wanted` round values within the range, each with its label.
    pub(crate) fn ticks(&self, wanted: usize) -> Vec<(f64, String)> {
        let step = round_step((self.high - self.low) / wanted.max(1) as f64);
        let decimals = (-step.log10().floor()).clamp(0.0, 9.0) as usize;
        let first = (self.low / step).ceil();
        (0..wanted * 3)
            .map(|at| (first + at as f64) * step)
            .take_while(|value| *value <= self.high + step * 1e-6)
            .map(|value| {
                let value = if value.abs() < step * 1e-6 { 0.0 } else { value };
                let label =
                    if value.abs() >= 1e6 { format!("{value:.1e}") } else { format!("{value:.decimals$}") };
                (value, label.replace('-', "\u{2212}"))
            })
            .collect()
    }
}

/// The smallest of 1, 2, 5 times a power of ten that is not below `raw`.
fn round_step(raw: f64) -> f64 {
    let power = 10f64.powf(raw.log10().floor());
    [1.0, 2.0, 5.0]
        .into_iter()
        .map(|m| m * power)
        .find(|step| *step >= raw * 0.999_999)
        .unwrap_or(10.0 * power)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_map_to_ends() {
        let scale = Scale::new(3.0, 4.0, 100.0, 0.0);
        assert_eq!(scale.at(3.0), 100.0);
        assert_eq!(scale.at(4.0), 0.0);
        assert_eq!(scale.clamp(9.0), 4.0);
    }

    #[test]
    fn ticks_are_round_and_inside() {
        let labels: Vec<_> = Scale::new(3.08, 3.31, 0.0, 1.0).ticks(5).into_iter().map(|t| t.1).collect();
        assert_eq!(labels, ["3.10", "3.15", "3.20", "3.25", "3.30"]);
    }

    #[test]
    fn an_empty_or_broken_range_still_gives_pixels() {
        for (low, high) in [(2.0, 2.0), (0.0, 0.0), (f64::NAN, f64::NAN), (f64::INFINITY, f64::INFINITY)] {
            let scale = Scale::new(low, high, 0.0, 10.0);
            assert!(scale.at(1.0).is_finite());
            assert!(!scale.ticks(4).is_empty());
        }
    }
}
