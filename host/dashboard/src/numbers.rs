//! How numbers are written on the page.

/// A score: four decimals where that says something, fewer digits for large values.
pub(crate) fn score(value: f64) -> String {
    signed(value, false)
}

/// A gain, always with its sign; positive is better. What rounding alone can make is no gain.
pub(crate) fn gain(value: f64) -> String {
    signed(if value.abs() < 1e-12 { 0.0 } else { value }, true)
}

fn signed(value: f64, plus: bool) -> String {
    let magnitude = value.abs();
    let digits = if magnitude >= 1e6 || (magnitude > 0.0 && magnitude < 5e-5) {
        format!("{magnitude:.3e}")
    } else if magnitude >= 1000.0 {
        format!("{magnitude:.1}")
    } else {
        format!("{magnitude:.4}")
    };
    match (value < 0.0, plus) {
        (true, _) => format!("\u{2212}{digits}"),
        (false, true) if value > 0.0 => format!("+{digits}"),
        _ => digits,
    }
}

/// Seconds with unit, as a person says them: `812 ms`, `8.02 s`, `5 min 12 s`, `3 h 07 min`.
pub fn seconds(value: f64) -> String {
    if !value.is_finite() || value < 0.0 {
        return "–".to_owned();
    }
    if value < 0.9995 {
        return format!("{:.0} ms", value * 1e3);
    }
    if value < 59.995 {
        return format!("{value:.2} s");
    }
    let whole = value.round() as u64;
    if whole < 3600 {
        format!("{} min {:02} s", whole / 60, whole % 60)
    } else {
        format!("{} h {:02} min", whole / 3600, whole % 3600 / 60)
    }
}

/// A count in thousands, millions, billions: `812`, `1.20 M`.
pub fn count(value: u64) -> String {
    let value = value as f64;
    match value {
        _ if value < 1e4 => format!("{value:.0}"),
        _ if value < 1e6 => format!("{:.1} k", value / 1e3),
        _ if value < 1e9 => format!("{:.2} M", value / 1e6),
        _ if value < 1e12 => format!("{:.2} G", value / 1e9),
        _ => format!("{:.2} T", value / 1e12),
    }
}

/// A measurement beside a score: whole numbers without decimals.
pub(crate) fn measurement(value: f64) -> String {
    if value.fract() == 0.0 && value.abs() < 1e15 {
        let digits = format!("{:.0}", value.abs());
        let mut grouped = String::new();
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                grouped.push('\u{202f}');
            }
            grouped.push(digit);
        }
        if value < 0.0 { format!("\u{2212}{grouped}") } else { grouped }
    } else {
        score(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        assert_eq!(score(3.28431), "3.2843");
        assert_eq!(gain(0.0831), "+0.0831");
        assert_eq!(gain(-0.0831), "\u{2212}0.0831");
        assert_eq!(gain(0.0), "0.0000");
        assert_eq!(gain(-4.4e-16), "0.0000");
        assert_eq!(score(12345.678), "12345.7");
        assert_eq!(score(1.5e-7), "1.500e-7");
        assert_eq!(seconds(0.25), "250 ms");
        assert_eq!(seconds(8.021), "8.02 s");
        assert_eq!(seconds(312.0), "5 min 12 s");
        assert_eq!(seconds(11_220.0), "3 h 07 min");
        assert_eq!(seconds(f64::NAN), "–");
        assert_eq!(count(1_200_000), "1.20 M");
        assert_eq!(measurement(137_216.0), "137\u{202f}216");
        assert_eq!(measurement(0.5), "0.5000");
    }
}
