//! Real time of one call: a safety net, and never part of a score.

use std::time::{Duration, Instant};

use crate::limits::{Limit, LimitHit};

/// The real time that a call has left.
#[derive(Debug)]
pub(crate) struct WallBudget {
    allowed: Duration,
    started: Instant,
    /// Time spent in another sandbox, which has a budget of its own.
    elsewhere: Duration,
}

impl WallBudget {
    pub(crate) fn new(seconds: f64) -> Self {
        Self { allowed: Duration::from_secs_f64(seconds), started: Instant::now(), elsewhere: Duration::ZERO }
    }

    pub(crate) fn begin_call(&mut self) {
        self.started = Instant::now();
        self.elsewhere = Duration::ZERO;
    }

    /// Leaves `time` out of the account.
    pub(crate) fn exclude(&mut self, time: Duration) {
        self.elsewhere += time;
    }

    pub(crate) fn check(&self) -> Result<(), LimitHit> {
        let used = self.started.elapsed().saturating_sub(self.elsewhere);
        if used > self.allowed {
            return Err(LimitHit::new(Limit::WallTime, used.as_secs_f64(), self.allowed.as_secs_f64()));
        }
        Ok(())
    }
}
