//! How much of an epoch exploits, and the settings that say so.

use proofhouse_sdk::settings::{Settings, within};

/// The settings of the search. The defaults are the paper's.
#[derive(Debug, Clone, PartialEq)]
pub struct Schedule {
    /// How many epochs there are.
    pub epochs: u32,
    /// Ideas in an epoch.
    pub population: u32,
    /// Trials that an ideator sees, at most.
    pub context: usize,
    /// Requests of a kind in a row, within one `ask`, that are given the same context. The paper's ideators write ten
    /// ideas with one context: 10.
    pub share_context: u32,
    /// The score that a trial must beat to be exploited; none: the problem's baseline.
    pub threshold: Option<f64>,
    exploit_start: f64,
    exploit_step: f64,
    exploit_every: u32,
    exploit_max: f64,
    floor_exploit_to: u32,
}

impl Schedule {
    /// Reads the `[searcher.settings]` table, given as JSON.
    pub fn parse(json: &str) -> Result<Schedule, String> {
        let mut settings = Settings::parse(json)?;
        let schedule = Schedule {
            epochs: within("epochs", settings.or("epochs", 10)?, 1, 100_000)?,
            population: within("population", settings.or("population", 80)?, 1, 100_000)?,
            context: within("context", settings.or("context", 100)?, 1, 10_000)?,
            share_context: within("share-context", settings.or("share-context", 1)?, 1, 100_000)?,
            threshold: settings.take("threshold")?,
            exploit_start: within("exploit-start", settings.or("exploit-start", 0.5)?, 0.0, 1.0)?,
            exploit_step: within("exploit-step", settings.or("exploit-step", 0.1)?, 0.0, 1.0)?,
            exploit_every: within("exploit-every", settings.or("exploit-every", 2)?, 1, 100_000)?,
            exploit_max: within("exploit-max", settings.or("exploit-max", 0.8)?, 0.0, 1.0)?,
            floor_exploit_to: within("floor-exploit-to", settings.or("floor-exploit-to", 1)?, 1, 100_000)?,
        };
        settings.finish()?;
        Ok(schedule)
    }

    /// The share of an epoch's ideas that exploit: min(0.5 + 0.1·⌊e/2⌋, 0.8), and none in epoch 0.
    fn exploit_share(&self, epoch: u32) -> f64 {
        if epoch == 0 {
            return 0.0;
        }
        let steps = f64::from(epoch / self.exploit_every);
        (self.exploit_start + self.exploit_step * steps).min(self.exploit_max)
    }

    /// How many ideas of an epoch exploit, floored to a multiple of `floor-exploit-to` (the paper's released code
    /// floors to tens).
    pub fn exploit_count(&self, epoch: u32) -> u32 {
        // Decimal shares are not exact in binary: 0.7 × 10 must give 7.
        const ROUNDING: f64 = 1e-9;
        let count = (self.exploit_share(epoch) * f64::from(self.population) + ROUNDING) as u32;
        count - count % self.floor_exploit_to
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schedule(json: &str) -> Schedule {
        Schedule::parse(json).expect(json)
    }

    #[test]
    fn the_exploit_share_anneals_as_in_the_paper() {
        let search = schedule(r#"{"population": 80}"#);
        let counts: Vec<u32> = (0..10).map(|epoch| search.exploit_count(epoch)).collect();
        assert_eq!(counts, [0, 40, 48, 48, 56, 56, 64, 64, 64, 64]);
    }

    #[test]
    fn the_released_code_floors_to_tens() {
        let search = schedule(r#"{"population": 50, "floor-exploit-to": 10}"#);
        let counts: Vec<u32> = (0..8).map(|epoch| search.exploit_count(epoch)).collect();
        assert_eq!(counts, [0, 20, 30, 30, 30, 30, 40, 40]);
    }

    #[test]
    fn shares_that_binary_cannot_hold_are_not_floored_away() {
        let search = schedule(r#"{"population": 10, "exploit-max": 1.0}"#);
        let counts: Vec<u32> = (0..11).step_by(2).map(|epoch| search.exploit_count(epoch)).collect();
        assert_eq!(counts, [0, 6, 7, 8, 9, 10]);
    }

    #[test]
    fn wrong_settings_are_named() {
        for (json, named) in [
            (r#"{"epochs": 0}"#, "`epochs`"),
            (r#"{"population": 1.5}"#, "`population`"),
            (r#"{"exploit-max": 1.1}"#, "`exploit-max`"),
            (r#"{"exploit-every": 0}"#, "`exploit-every`"),
            (r#"{"share-context": 0}"#, "`share-context`"),
            (r#"{"treshold": 3.0}"#, "`treshold`"),
            (r#"{"threshold": "low"}"#, "`threshold`"),
        ] {
            let error = Schedule::parse(json).expect_err(json);
            assert!(error.contains(named), "{error}");
        }
    }
}
