//! How numbers are written on a terminal: as on the report's page, with ASCII signs.

pub use proofhouse_dashboard::numbers::{count, seconds};

/// A score with four decimals, or as many as a small value needs.
pub fn score(value: f64) -> String {
    let magnitude = value.abs();
    if magnitude >= 1e6 || (magnitude > 0.0 && magnitude < 5e-5) {
        format!("{value:.3e}")
    } else if magnitude >= 1000.0 {
        format!("{value:.1}")
    } else {
        format!("{value:.4}")
    }
}

/// A gain with its sign; positive is better. What rounding alone can make is no gain.
pub fn gain(value: f64) -> String {
    if value.abs() < 1e-12 {
        return "0.0000".to_owned();
    }
    let digits = score(value);
    if value > 0.0 { format!("+{digits}") } else { digits }
}

/// Seconds to go, without false precision: `40 s`, `3 min`, `2 h 10 min`.
pub fn rough_seconds(value: f64) -> String {
    if !value.is_finite() || value < 0.0 {
        return "-".to_owned();
    }
    let whole = value.round() as u64;
    match whole {
        0..=90 => format!("{} s", whole.div_ceil(5) * 5),
        91..3600 => format!("{} min", whole.div_ceil(60)),
        _ => format!("{} h {:02} min", whole / 3600, whole % 3600 / 60),
    }
}

/// Dollars: cents where there are many, more digits where there are few.
pub fn usd(value: f64) -> String {
    if value >= 10.0 || value == 0.0 { format!("{value:.2}") } else { format!("{value:.4}") }
}

/// A measurement beside a score: whole numbers in full.
pub fn measurement(value: f64) -> String {
    if value.fract() == 0.0 && value.abs() < 1e15 { format!("{value:.0}") } else { score(value) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        assert_eq!(score(3.28431), "3.2843");
        assert_eq!(gain(0.0831), "+0.0831");
        assert_eq!(gain(-0.0831), "-0.0831");
        assert_eq!(gain(-4e-16), "0.0000");
        assert_eq!(seconds(0.25), "250 ms");
        assert_eq!(seconds(312.0), "5 min 12 s");
        assert_eq!(rough_seconds(31.0), "35 s");
        assert_eq!(rough_seconds(121.0), "3 min");
        assert_eq!(measurement(827_392.0), "827392");
        assert_eq!(measurement(0.375_993), "0.3760");
        assert_eq!(count(812), "812");
        assert_eq!(count(1_200_000), "1.20 M");
    }
}
