//! A curve in one line of characters.

const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// The values in at most `width` characters, from the smallest to the largest; `×` where none was finite.
pub fn sparkline(values: &[f64], width: usize) -> String {
    if values.is_empty() || width == 0 {
        return String::new();
    }
    let columns = width.min(values.len());
    let means: Vec<Option<f64>> = (0..columns)
        .map(|column| {
            let range = values.len() * column / columns..values.len() * (column + 1) / columns;
            let finite: Vec<f64> = values[range].iter().copied().filter(|value| value.is_finite()).collect();
            (!finite.is_empty()).then(|| finite.iter().sum::<f64>() / finite.len() as f64)
        })
        .collect();
    let low = means.iter().flatten().copied().fold(f64::INFINITY, f64::min);
    let high = means.iter().flatten().copied().fold(f64::NEG_INFINITY, f64::max);
    means
        .into_iter()
        .map(|mean| match mean {
            None => '×',
            Some(_) if high <= low => BARS[0],
            Some(mean) => BARS[((mean - low) / (high - low) * 7.0).round().clamp(0.0, 7.0) as usize],
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_spans_its_range() {
        assert_eq!(sparkline(&[7.0, 6.0, 5.0, 4.0, 3.0, 2.0, 1.0, 0.0], 8), "█▇▆▅▄▃▂▁");
        assert_eq!(sparkline(&[1.0; 5], 3), "▁▁▁");
        assert_eq!(sparkline(&[], 3), "");
    }

    #[test]
    fn many_values_become_few_and_none_is_lost() {
        let values: Vec<f64> = (0..1_001).map(f64::from).collect();
        let line = sparkline(&values, 10);
        assert_eq!(line.chars().count(), 10);
        assert!(line.starts_with('▁') && line.ends_with('█'));
    }

    #[test]
    fn what_is_not_finite_is_marked() {
        assert_eq!(sparkline(&[1.0, f64::NAN, f64::INFINITY, 2.0], 4), "▁××█");
    }
}
