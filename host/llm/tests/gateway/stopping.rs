//! Callers who give up, and gateways that go.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use model_server::{Behaviour, ModelServer};
use proofhouse_llm::{LlmConfig, ModelConfig, Pace, Provider, Scope, Spend, Stopped};

use crate::setup::{Memory, ask, gateway, model, never, only, text};

/// Cancels as soon as the server has seen so many requests; a test in which they never come fails, and does not hang.
fn cancel_after(server: &ModelServer, count: usize, cancel: &AtomicBool) {
    let patience = Instant::now() + Duration::from_secs(20);
    while server.count() < count && Instant::now() < patience {
        thread::yield_now();
    }
    cancel.store(true, Ordering::Release);
}

#[test]
fn whoever_gives_up_does_not_wait() {
    let server = ModelServer::start(|received| match received.prompt() {
        "quick" => Behaviour::say("quick"),
        _ => Behaviour::Hang,
    });
    let config = only(ModelConfig { max_concurrent: 2, ..model(&server, Provider::OpenaiChat) });
    let gateway = gateway(&config);
    let (cancel, journal) = (Arc::<AtomicBool>::default(), Memory::default());
    thread::scope(|scope| {
        // Two hang, and the third has no place. Were it not cancelled, the test would last for a time-out's retries.
        let requests = ["quick", "slow", "slower", "slowest"].map(ask);
        scope.spawn(|| cancel_after(&server, 3, &cancel));
        let stopped = gateway.answer(&mut Scope::new("s"), &requests, &journal, &cancel);
        assert_eq!(stopped, Err(Stopped::Cancelled));
    });
    assert_eq!(server.count(), 3);
    assert_eq!((journal.started().len(), journal.ended().len()), (3, 1), "what was answered is recorded");
    // The places are free again, and what may be billed is counted.
    let again = gateway.answer(&mut Scope::new("t"), &[ask("quick")], &journal, &never()).unwrap();
    assert_eq!(text(&again[0]), "quick");
    // What was given up is reserved until its thread has let it go, and spent from then on.
    assert_eq!(gateway.spent().plus(&gateway.reserved()).requests, 4);
}

#[test]
fn a_long_wait_for_the_next_attempt_is_given_up_too() {
    let server = ModelServer::start(|_| Behaviour::too_many(3_600_000));
    let config = only(model(&server, Provider::OpenaiChat));
    let pace = Pace { most_asked: Duration::from_secs(3600), ..Pace::default() };
    let open = |config: &LlmConfig| {
        proofhouse_llm::Gateway::with_pace(config, Path::new("/"), Spend::default(), None, pace).unwrap()
    };
    let (gateway, cancel) = (open(&config), Arc::<AtomicBool>::default());
    thread::scope(|scope| {
        scope.spawn(|| cancel_after(&server, 1, &cancel));
        let stopped = gateway.answer(&mut Scope::new("s"), &[ask("q")], &Memory::default(), &cancel);
        assert_eq!(stopped, Err(Stopped::Cancelled));
    });
}

#[test]
fn who_has_given_up_before_sends_nothing() {
    let server = ModelServer::start(|_| Behaviour::say("x"));
    let gateway = gateway(&only(model(&server, Provider::OpenaiChat)));
    let cancel = Arc::new(AtomicBool::new(true));
    let stopped = gateway.answer(&mut Scope::new("s"), &[ask("q")], &Memory::default(), &cancel);
    assert_eq!((stopped, server.count()), (Err(Stopped::Cancelled), 0));
}

#[test]
fn a_gateway_goes_with_requests_in_flight() {
    let server = ModelServer::start(|_| Behaviour::Hang);
    let gateway = gateway(&only(model(&server, Provider::OpenaiChat)));
    let cancel = Arc::<AtomicBool>::default();
    thread::scope(|scope| {
        scope.spawn(|| cancel_after(&server, 1, &cancel));
        let _ = gateway.clone().answer(&mut Scope::new("s"), &[ask("q")], &Memory::default(), &cancel);
    });
    drop(gateway);
}

#[test]
fn gateways_are_shared_between_threads() {
    fn shared<T: Clone + Send + Sync + 'static>() {}
    shared::<proofhouse_llm::Gateway>();
}
