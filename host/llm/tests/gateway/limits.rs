//! How many requests are in flight at a time.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use model_server::{Behaviour, ModelServer};
use proofhouse_llm::{LlmConfig, ModelConfig, Provider, Request};

use crate::setup::{answer, ask, gateway, model, only};

#[test]
fn no_more_requests_at_a_time_than_the_model_takes() {
    let server = ModelServer::start(|_| Behaviour::say("x").after(Duration::from_millis(5)));
    let config = only(ModelConfig { max_concurrent: 3, ..model(&server, Provider::OpenaiChat) });
    let gateway = gateway(&config);
    thread::scope(|scope| {
        for caller in 0..4 {
            let gateway = &gateway;
            scope.spawn(move || {
                let requests: Vec<_> = (0..10).map(|number| ask(&format!("{caller} {number}"))).collect();
                assert_eq!(answer(gateway, &requests).unwrap().len(), 10);
            });
        }
    });
    assert_eq!((server.count(), server.max_in_flight()), (40, 3));
}

#[test]
fn requests_are_in_flight_together() {
    let server = ModelServer::start(|_| Behaviour::say("x").after(Duration::from_millis(1000)));
    let config = only(ModelConfig { max_concurrent: 8, ..model(&server, Provider::OpenaiChat) });
    let requests: Vec<_> = (0..8).map(|number| ask(&number.to_string())).collect();
    answer(&gateway(&config), &requests).unwrap();
    assert_eq!(server.max_in_flight(), 8);
}

#[test]
fn a_full_model_does_not_hold_up_another() {
    let slow = Arc::new(AtomicUsize::new(0));
    let server = ModelServer::start({
        let slow = Arc::clone(&slow);
        move |received| {
            if received.body["model"] == "slow" {
                slow.fetch_add(1, Ordering::SeqCst);
                return Behaviour::say("x").after(Duration::from_millis(500));
            }
            // How many slow ones were there before the quick one.
            Behaviour::say(slow.load(Ordering::SeqCst).to_string())
        }
    });
    let slow =
        ModelConfig { model: "slow".into(), max_concurrent: 1, ..model(&server, Provider::OpenaiChat) };
    let quick = model(&server, Provider::OpenaiChat);
    let models = [("m".to_owned(), slow), ("quick".to_owned(), quick)].into();
    let mut requests: Vec<_> = (0..3).map(|number| ask(&number.to_string())).collect();
    let mut last = ask("q");
    if let Request::Complete { model, .. } = &mut last {
        *model = "quick".to_owned();
    }
    requests.push(last);
    let ends = answer(&gateway(&LlmConfig { models, ..LlmConfig::default() }), &requests).unwrap();
    assert!(["0", "1"].contains(&crate::setup::text(&ends[3])), "{:?}", ends[3]);
}
