//! When a failed attempt is made again.

use std::time::{Duration, SystemTime};

use reqwest::header::{HeaderMap, RETRY_AFTER};

/// How long to wait between attempts: exponential, with full jitter, and never less than the provider asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// The most before the second attempt; doubled for each after it.
    pub first: Duration,
    /// The most that our own waiting grows to.
    pub most: Duration,
    /// The most that a provider can make us wait.
    pub most_asked: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Pace {
            first: Duration::from_secs(1),
            most: Duration::from_secs(60),
            most_asked: Duration::from_secs(300),
        }
    }
}

impl Pace {
    /// The wait after this many failed attempts (from 1). `chance` is from 0 to 1.
    pub(crate) fn delay(&self, failed: u32, asked: Option<Duration>, chance: f64) -> Duration {
        let doubled =
            self.first.saturating_mul(1_u32.checked_shl(failed.saturating_sub(1)).unwrap_or(u32::MAX));
        let own = doubled.min(self.most).mul_f64(chance.clamp(0.0, 1.0));
        match asked {
            // A little more than asked, so that callers who were refused together do not come back together.
            Some(asked) => asked.min(self.most_asked).saturating_add(own.min(self.first)),
            None => own,
        }
    }
}

/// A number from 0 to 1. Not reproducible, and not meant to be: it only spreads callers.
pub(crate) fn chance() -> f64 {
    let random = getrandom::u32().unwrap_or(u32::MAX / 2);
    f64::from(random) / f64::from(u32::MAX)
}

/// What the provider asks for: `retry-after-ms`, or `Retry-After` as seconds or a date.
pub(crate) fn asked(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = |name: &str| headers.get(name)?.to_str().ok().map(str::trim);
    let number = |text: &str| text.parse().ok().filter(|number: &f64| number.is_finite() && *number >= 0.0);
    if let Some(milliseconds) = text("retry-after-ms").and_then(number) {
        return Duration::try_from_secs_f64(milliseconds / 1000.0).ok();
    }
    let text = text(RETRY_AFTER.as_str())?;
    if let Some(seconds) = number(text) {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    let date = httpdate::parse_http_date(text).ok()?;
    Some(date.duration_since(now).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn delays_double_up_to_the_cap() {
        let pace = Pace::default();
        let most: Vec<u64> = (1..=9).map(|failed| pace.delay(failed, None, 1.0).as_secs()).collect();
        assert_eq!(most, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
        assert_eq!(pace.delay(4, None, 0.0), Duration::ZERO);
        assert_eq!(pace.delay(4, None, 0.25), 2 * SECOND);
        assert_eq!(pace.delay(u32::MAX, None, 1.0), pace.most);
    }

    #[test]
    fn a_provider_is_waited_for_as_it_asks_but_not_for_ever() {
        let pace = Pace::default();
        assert_eq!(pace.delay(1, Some(7 * SECOND), 0.0), 7 * SECOND);
        assert_eq!(pace.delay(5, Some(7 * SECOND), 1.0), 8 * SECOND);
        assert_eq!(pace.delay(1, Some(100_000 * SECOND), 0.0), pace.most_asked);
    }

    #[test]
    fn what_is_asked_is_read_in_every_form() {
        let now = httpdate::parse_http_date("Tue, 24 Nov 2026 10:00:00 GMT").unwrap();
        let read = |name: &'static str, value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(name, value.parse().unwrap());
            asked(&headers, now)
        };
        assert_eq!(read("retry-after", "3"), Some(3 * SECOND));
        assert_eq!(read("retry-after", " 0.5 "), Some(SECOND / 2));
        assert_eq!(read("retry-after", "Tue, 24 Nov 2026 10:00:09 GMT"), Some(9 * SECOND));
        assert_eq!(read("retry-after", "Tue, 24 Nov 2026 09:00:00 GMT"), Some(Duration::ZERO));
        assert_eq!(read("retry-after-ms", "1500"), Some(SECOND * 3 / 2));
        for nonsense in ["-1", "NaN", "inf", "soon", ""] {
            assert_eq!(read("retry-after", nonsense), None, "{nonsense}");
        }
        assert_eq!(read("retry-after", "1e300"), None);
        assert_eq!(asked(&HeaderMap::new(), now), None);
    }

    #[test]
    fn chances_are_between_nothing_and_one() {
        assert!((0..1000).map(|_| chance()).all(|chance| (0.0..=1.0).contains(&chance)));
    }
}
