//! What a run may use up: reserved before anything is sent, settled when it has ended.
//!
//! An exchange holds the worst case of the attempt under way. It gets it only where that fits beside everything spent
//! and held, so that the limits hold however many callers there are. The worst case is far above the usual. So that
//! the end of a budget can be used, a request that is alone in flight may go with its likely case: a limit can be
//! passed by what one request uses up beyond it, never by more.

use std::fmt::Display;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use crate::Spend;
use crate::config;
use crate::estimate::Estimate;
use crate::signal::Signal;

/// The account of a run.
#[derive(Debug)]
pub(crate) struct Budget {
    limits: config::Budget,
    account: Mutex<Account>,
    signal: Arc<Signal>,
    freed: Notify,
}

#[derive(Debug, Default)]
struct Account {
    /// By exchanges that have ended.
    spent: Spend,
    /// By attempts of exchanges that have not ended.
    pending: Spend,
    /// For attempts under way.
    held: Spend,
    holders: usize,
    /// Exchanges that have not ended.
    open: usize,
}

/// There is no room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Shortage {
    /// Attempts in flight may leave some.
    Now,
    /// Nothing is in flight that could. Says which limit, and how to go on.
    ForGood(String),
}

impl Budget {
    pub(crate) fn new(limits: config::Budget, spent: Spend, signal: Arc<Signal>) -> Arc<Budget> {
        let account = Mutex::new(Account { spent, ..Account::default() });
        Arc::new(Budget { limits, account, signal, freed: Notify::new() })
    }

    pub(crate) fn spent(&self) -> Spend {
        self.lock().spent
    }

    pub(crate) fn reserved(&self) -> Spend {
        let account = self.lock();
        account.pending.plus(&account.held)
    }

    /// Room for an attempt.
    pub(crate) fn reserve(self: &Arc<Budget>, estimate: Estimate) -> Result<Reservation, Shortage> {
        self.hold(&estimate)?;
        self.lock().open += 1;
        let held = Some(estimate.worst);
        Ok(Reservation { budget: Arc::clone(self), estimate, held, sent: false, used: Spend::default() })
    }

    fn hold(&self, estimate: &Estimate) -> Result<(), Shortage> {
        let mut account = self.lock();
        let taken = account.spent.plus(&account.pending).plus(&account.held);
        if self.passed(&taken.plus(&estimate.worst)).is_some() {
            if account.holders > 0 {
                return Err(Shortage::Now);
            }
            if let Some(limit) = self.passed(&taken.plus(&estimate.likely)) {
                return Err(Shortage::ForGood(limit.refusal(&taken, &estimate.likely)));
            }
        }
        account.held = account.held.plus(&estimate.worst);
        account.holders += 1;
        Ok(())
    }

    /// The first limit that this is beyond.
    fn passed(&self, total: &Spend) -> Option<Limit> {
        let limits = &self.limits;
        if let Some(limit) = limits.max_requests.filter(|limit| total.requests > *limit) {
            return Some(Limit::Requests(limit));
        }
        if let Some(limit) = limits.max_tokens.filter(|limit| total.tokens() > *limit) {
            return Some(Limit::Tokens(limit));
        }
        // Sums of prices are rounded: a budget of ten requests at ten cents is one dollar.
        limits.max_usd.filter(|limit| total.usd > *limit * (1.0 + 1e-9)).map(Limit::Usd)
    }

    fn lock(&self) -> MutexGuard<'_, Account> {
        self.account.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn changed(&self) {
        self.signal.mark();
        self.freed.notify_waiters();
    }
}

enum Limit {
    Requests(u64),
    Tokens(u64),
    Usd(f64),
}

impl Limit {
    fn refusal(&self, taken: &Spend, next: &Spend) -> String {
        match self {
            Limit::Requests(limit) => {
                text("max-requests", limit, "requests", &taken.requests, &next.requests)
            }
            Limit::Tokens(limit) => text("max-tokens", limit, "tokens", &taken.tokens(), &next.tokens()),
            Limit::Usd(limit) => {
                let four = |usd: f64| format!("{usd:.4}");
                text("max-usd", limit, "dollars", &four(taken.usd), &four(next.usd))
            }
        }
    }
}

fn text(key: &str, limit: &dyn Display, unit: &str, spent: &dyn Display, next: &dyn Display) -> String {
    format!(
        "the run's budget has no room: {spent} of {limit} {unit} are spent, and the next request may take {next}; \
         resume the run with a larger limit (`--{key}`)"
    )
}

/// An exchange's part of the budget.
#[derive(Debug)]
pub(crate) struct Reservation {
    budget: Arc<Budget>,
    estimate: Estimate,
    /// For the attempt under way.
    held: Option<Spend>,
    /// That attempt has been sent.
    sent: bool,
    /// By attempts that have ended.
    used: Spend,
}

impl Reservation {
    pub(crate) fn used(&self) -> Spend {
        self.used
    }

    pub(crate) fn estimate(&self) -> Estimate {
        self.estimate
    }

    /// The attempt is about to be sent: from here on it costs.
    pub(crate) fn sending(&mut self) {
        self.sent = true;
    }

    /// The attempt has ended, and used up this.
    pub(crate) fn charge(&mut self, cost: Spend) {
        let Some(held) = self.held.take() else { return };
        self.used = self.used.plus(&cost);
        let mut account = self.budget.lock();
        account.release(&held);
        account.pending = account.pending.plus(&cost);
        drop(account);
        self.budget.changed();
    }

    /// Room for another attempt: waits while attempts in flight may leave some.
    pub(crate) async fn renew(&mut self) -> Result<(), String> {
        let budget = Arc::clone(&self.budget);
        loop {
            let mut freed = std::pin::pin!(budget.freed.notified());
            freed.as_mut().enable();
            match budget.hold(&self.estimate) {
                Ok(()) => break,
                Err(Shortage::ForGood(text)) => return Err(text),
                Err(Shortage::Now) => freed.await,
            }
        }
        self.held = Some(self.estimate.worst);
        self.sent = false;
        Ok(())
    }

    /// The exchange has ended and is journalled.
    pub(crate) fn settle(self) {
        // What dropping does.
    }
}

impl Drop for Reservation {
    /// What was given up while it was under way may be billed: it counts as it was reserved.
    fn drop(&mut self) {
        let mut account = self.budget.lock();
        account.close(&self.used);
        if let Some(held) = self.held.take() {
            account.release(&held);
            if self.sent {
                account.spent = account.spent.plus(&held);
            }
        }
        account.spent = account.spent.plus(&self.used);
        drop(account);
        self.budget.changed();
    }
}

impl Account {
    fn close(&mut self, used: &Spend) {
        self.pending = self.pending.minus(used);
        self.open = self.open.saturating_sub(1);
        if self.open == 0 {
            // Differences of sums of fractions leave crumbs.
            self.pending = Spend::default();
        }
    }

    fn release(&mut self, held: &Spend) {
        self.held = self.held.minus(held);
        self.holders = self.holders.saturating_sub(1);
        if self.holders == 0 {
            self.held = Spend::default();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spend(requests: u64, input_tokens: u64, usd: f64) -> Spend {
        Spend { requests, input_tokens, output_tokens: 0, usd }
    }

    fn estimate(worst: u64, likely: u64) -> Estimate {
        Estimate { worst: spend(1, worst, worst as f64), likely: spend(1, likely, likely as f64) }
    }

    fn budget(requests: Option<u64>, tokens: Option<u64>, usd: Option<f64>, spent: Spend) -> Arc<Budget> {
        let limits = config::Budget { max_requests: requests, max_tokens: tokens, max_usd: usd };
        Budget::new(limits, spent, Arc::default())
    }

    fn shortage(result: Result<Reservation, Shortage>) -> Shortage {
        result.expect_err("there is no room")
    }

    #[test]
    fn what_is_held_counts_until_it_is_settled() {
        let budget = budget(None, Some(100), None, Spend::default());
        let mut first = budget.reserve(estimate(60, 15)).unwrap();
        assert_eq!(budget.reserved().tokens(), 60);
        assert_eq!(shortage(budget.reserve(estimate(60, 15))), Shortage::Now);
        first.sending();
        first.charge(spend(1, 20, 0.0));
        assert_eq!((budget.reserved().tokens(), budget.spent().tokens()), (20, 0));
        let second = budget.reserve(estimate(60, 15)).unwrap();
        first.settle();
        assert_eq!((budget.reserved().tokens(), budget.spent().tokens()), (60, 20));
        drop(second);
        assert_eq!(budget.reserved(), Spend::default());
        assert_eq!(budget.spent().tokens(), 20, "it was never sent");
    }

    #[test]
    fn alone_the_likely_case_is_enough() {
        let budget = budget(None, Some(100), None, spend(3, 80, 0.0));
        let last = budget.reserve(estimate(60, 15)).unwrap();
        assert_eq!(shortage(budget.reserve(estimate(1, 1))), Shortage::Now);
        drop(last);
        let Shortage::ForGood(text) = shortage(budget.reserve(estimate(60, 21))) else {
            panic!("it never fits")
        };
        assert!(text.contains("80 of 100 tokens") && text.contains("max-tokens"), "{text}");
    }

    #[test]
    fn each_limit_says_which_it_is() {
        let spent = spend(10, 10, 1.0);
        for (budget, key) in [
            (budget(Some(10), None, None, spent), "`--max-requests`"),
            (budget(None, Some(10), None, spent), "`--max-tokens`"),
            (budget(None, None, Some(1.0), spent), "`--max-usd`"),
        ] {
            let Shortage::ForGood(text) = shortage(budget.reserve(estimate(1, 1))) else { panic!("{key}") };
            assert!(text.contains(key) && text.contains("resume"), "{text}");
        }
    }

    #[test]
    fn rounding_does_not_lose_the_last_request() {
        let budget = budget(None, None, Some(1.0), Spend::default());
        let dime = Estimate { worst: spend(1, 0, 0.1), likely: spend(1, 0, 0.1) };
        for _ in 0..10 {
            let mut reservation = budget.reserve(dime).unwrap();
            reservation.charge(spend(1, 0, 0.1));
            reservation.settle();
        }
        assert!(matches!(shortage(budget.reserve(dime)), Shortage::ForGood(_)));
    }

    #[test]
    fn what_was_sent_and_given_up_is_spent() {
        let budget = budget(None, None, None, Spend::default());
        let mut reservation = budget.reserve(estimate(60, 15)).unwrap();
        reservation.sending();
        drop(reservation);
        assert_eq!(budget.spent(), spend(1, 60, 60.0));
    }

    #[tokio::test]
    async fn a_retry_needs_room_too() {
        let budget = budget(Some(2), None, None, Spend::default());
        let mut first = budget.reserve(estimate(1, 1)).unwrap();
        first.sending();
        first.charge(spend(1, 0, 0.0));
        let other = budget.reserve(estimate(1, 1)).unwrap();
        let renewed = tokio::spawn(async move { (first.renew().await, first) });
        // It waits for the other, which is never sent.
        drop(other);
        let (renewed, mut first) = renewed.await.unwrap();
        renewed.unwrap();
        first.sending();
        first.charge(spend(1, 0, 0.0));
        assert!(first.renew().await.unwrap_err().contains("2 of 2 requests"));
        first.settle();
        assert_eq!(budget.spent().requests, 2);
    }
}
