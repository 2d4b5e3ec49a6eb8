//! How fast a model is asked: requests at a time, requests in a minute, tokens in a minute.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

use crate::ModelConfig;

/// A bucket holds this part of a minute, so that a start is not a burst of all that a minute allows.
const BURST: f64 = 1.0 / 6.0;

/// The limits of one model.
#[derive(Debug)]
pub(crate) struct Limits {
    places: Arc<Semaphore>,
    requests: Option<Bucket>,
    tokens: Option<Bucket>,
}

impl Limits {
    pub(crate) fn new(config: &ModelConfig) -> Limits {
        Limits {
            places: Arc::new(Semaphore::new(config.max_concurrent as usize)),
            requests: config.requests_per_minute.map(|limit| Bucket::new(f64::from(limit))),
            tokens: config.tokens_per_minute.map(|limit| Bucket::new(limit as f64)),
        }
    }

    /// A place among the requests at a time, if one is free now.
    pub(crate) fn place_now(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.places).try_acquire_owned().ok()
    }

    /// A place, when one is free.
    pub(crate) async fn place(&self) -> Option<OwnedSemaphorePermit> {
        // It is never closed.
        Arc::clone(&self.places).acquire_owned().await.ok()
    }

    /// Waits until a request of about so many tokens may go.
    pub(crate) async fn turn(&self, tokens: u64) {
        for (bucket, count) in [(&self.requests, 1.0), (&self.tokens, tokens as f64)] {
            if let Some(bucket) = bucket {
                tokio::time::sleep(bucket.take(count, Instant::now())).await;
            }
        }
    }

    /// It was fewer, or more.
    pub(crate) fn correct(&self, estimated: u64, counted: u64) {
        if let Some(bucket) = &self.tokens {
            bucket.give_back(estimated as f64 - counted as f64);
        }
    }
}

/// A token bucket. What is taken beyond its content is a debt that is waited for, so that turns come in order.
#[derive(Debug)]
struct Bucket {
    per_minute: f64,
    content: Mutex<Content>,
}

#[derive(Debug)]
struct Content {
    level: f64,
    at: Option<Instant>,
}

impl Bucket {
    fn new(per_minute: f64) -> Bucket {
        let level = Bucket::capacity(per_minute);
        Bucket { per_minute, content: Mutex::new(Content { level, at: None }) }
    }

    fn capacity(per_minute: f64) -> f64 {
        (per_minute * BURST).max(1.0)
    }

    /// Takes so many, and says how long to wait for them.
    fn take(&self, count: f64, now: Instant) -> Duration {
        let mut content = self.content.lock().unwrap_or_else(PoisonError::into_inner);
        let passed = content.at.map_or(Duration::ZERO, |at| now.saturating_duration_since(at));
        let gained = passed.as_secs_f64() * self.per_minute / 60.0;
        let capacity = Bucket::capacity(self.per_minute);
        content.level = (content.level + gained).min(capacity) - count;
        content.at = Some(now);
        // More than the bucket ever holds goes when it is full, and leaves a debt.
        let missing = -(content.level + (count - capacity).max(0.0));
        Duration::try_from_secs_f64(missing.max(0.0) * 60.0 / self.per_minute).unwrap_or(Duration::MAX)
    }

    fn give_back(&self, count: f64) {
        let mut content = self.content.lock().unwrap_or_else(PoisonError::into_inner);
        content.level = (content.level + count).min(Bucket::capacity(self.per_minute));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Provider;
    use crate::config::tests::model;

    #[tokio::test(start_paused = true)]
    async fn a_minute_never_has_more_than_its_requests_and_the_burst() {
        let limits =
            Limits::new(&ModelConfig { requests_per_minute: Some(60), ..model(Provider::OpenaiChat) });
        let start = Instant::now();
        let mut times = Vec::new();
        for _ in 0..200 {
            limits.turn(1).await;
            times.push(start.elapsed().as_secs_f64());
        }
        // Ten at once, then one each second.
        assert!(times[9] < 0.01 && (times[10] - 1.0).abs() < 0.01, "{times:?}");
        assert!((times[199] - 190.0).abs() < 1.0, "{}", times[199]);
    }

    #[tokio::test(start_paused = true)]
    async fn tokens_are_corrected_when_they_were_counted() {
        let limits =
            Limits::new(&ModelConfig { tokens_per_minute: Some(6000), ..model(Provider::OpenaiChat) });
        let start = Instant::now();
        limits.turn(1000).await;
        assert!(start.elapsed() < Duration::from_millis(10), "the bucket was full");
        limits.correct(1000, 100);
        limits.turn(900).await;
        assert!(start.elapsed() < Duration::from_millis(10), "most came back");
        limits.turn(1000).await;
        assert!((start.elapsed().as_secs_f64() - 10.0).abs() < 0.1, "{:?}", start.elapsed());
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_larger_than_the_bucket_goes_and_leaves_a_debt() {
        let limits =
            Limits::new(&ModelConfig { tokens_per_minute: Some(6000), ..model(Provider::OpenaiChat) });
        let start = Instant::now();
        limits.turn(7000).await;
        assert!(start.elapsed() < Duration::from_millis(10));
        limits.turn(1000).await;
        assert!((start.elapsed().as_secs_f64() - 70.0).abs() < 0.1, "{:?}", start.elapsed());
    }

    #[test]
    fn places_come_back() {
        let limits = Limits::new(&ModelConfig { max_concurrent: 1, ..model(Provider::OpenaiChat) });
        let place = limits.place_now().unwrap();
        assert!(limits.place_now().is_none());
        drop(place);
        assert!(limits.place_now().is_some());
    }
}
