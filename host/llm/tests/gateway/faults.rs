//! Each fault: what becomes of it, after how many attempts, at what cost.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use model_server::{Answer, Behaviour, ModelServer, randomised, tokens};
use proofhouse_llm::{Failure, ModelConfig, Provider, Reply};

use crate::setup::{PROVIDERS, answer, answer_one, ask, at, failure, gateway, model, only, text};

/// The end of one question to a server that always does this, and the number of requests it saw.
fn always(behaviour: Behaviour, change: impl Fn(&mut ModelConfig)) -> (proofhouse_llm::Ended, usize) {
    let server = ModelServer::start(move |_| behaviour.clone());
    let mut model = model(&server, Provider::OpenaiChat);
    change(&mut model);
    let end = answer_one(&gateway(&only(model)), "question");
    (end, server.count())
}

fn long() -> Answer {
    Answer::new("a long answer, in many pieces, so that there is a middle of it. ".repeat(5))
}

#[test]
fn what_passes_is_tried_again_and_counted() {
    for (behaviour, says) in [
        (Behaviour::too_many(1), "too many requests"),
        (Behaviour::error(500, "server_error", "broken"), "HTTP 500: broken"),
        (Behaviour::error(529, "overloaded_error", "busy"), "HTTP 529: busy"),
        (Behaviour::error(408, "timeout", "slow"), "HTTP 408"),
        (Behaviour::Drop, "tried 4 times"),
        (Behaviour::Malformed, "no JSON"),
        (Behaviour::Html, "text/html"),
    ] {
        for stream in [true, false] {
            let (end, count) = always(behaviour.clone(), |model| model.stream = stream);
            let Failure::Unavailable(text) = failure(&end) else { panic!("{end:?}") };
            assert!(text.contains(says) && text.contains("tried 4 times"), "{text}");
            assert_eq!((count, end.spend.requests), (4, 4), "{behaviour:?}");
        }
    }
}

#[test]
fn what_lasts_is_not_tried_again() {
    for (status, code) in [
        (400, "invalid_request_error"),
        (401, "invalid_api_key"),
        (403, "permission_error"),
        (404, "model_not_found"),
        (413, "request_too_large"),
        (422, "unprocessable"),
        (429, "insufficient_quota"),
    ] {
        for (provider, _) in PROVIDERS {
            let server = ModelServer::start(move |_| Behaviour::error(status, code, "because"));
            let end = answer_one(&gateway(&only(model(&server, provider))), "q");
            let Failure::Rejected(text) = failure(&end) else { panic!("{end:?}") };
            assert!(text.contains("because") && text.contains(&status.to_string()), "{text}");
            assert_eq!((server.count(), end.spend.requests, end.spend.tokens()), (1, 1, 0));
        }
    }
}

#[test]
fn after_faults_there_is_an_answer() {
    for (provider, _) in PROVIDERS {
        let count = AtomicUsize::new(0);
        let server = ModelServer::start(move |_| match count.fetch_add(1, Ordering::SeqCst) {
            0 => Behaviour::error(503, "unavailable", "later"),
            1 => Behaviour::Break(long()),
            2 => Behaviour::Drop,
            _ => Behaviour::say("at last"),
        });
        let end = answer_one(&gateway(&only(model(&server, provider))), "q");
        assert_eq!((text(&end), end.spend.requests), ("at last", 4), "{provider:?}");
    }
}

#[test]
fn an_answer_that_breaks_off_is_paid_for() {
    for (provider, _) in PROVIDERS {
        for behaviour in [Behaviour::Break(long()), Behaviour::EndEarly(long())] {
            let server = ModelServer::start({
                let behaviour = behaviour.clone();
                move |_| behaviour.clone()
            });
            let config = only(ModelConfig { retries: 1, ..model(&server, provider) });
            let end = answer_one(&gateway(&config), "question");
            assert!(matches!(failure(&end), Failure::Unavailable(_)), "{end:?}");
            assert_eq!(end.spend.requests, 2);
            let (input, most) = (2 * tokens("question"), 2 * long().tokens());
            assert!(end.spend.input_tokens >= input, "{provider:?} {behaviour:?} {end:?}");
            let output = end.spend.output_tokens;
            assert!(output > most / 4 && output <= most, "{provider:?} {behaviour:?}: {output} of {most}");
            assert!(end.spend.usd > output as f64 * 10.0 / 1e6);
        }
    }
}

#[test]
fn errors_in_the_middle_of_a_stream_are_told_apart() {
    for (provider, _) in PROVIDERS {
        let passing = if provider == Provider::Gemini { "UNAVAILABLE" } else { "server_error" };
        let passing = if provider == Provider::Anthropic { "overloaded_error" } else { passing };
        let server =
            ModelServer::start(move |_| Behaviour::FailMidway { answer: long(), code: passing.into() });
        let end = answer_one(&gateway(&only(model(&server, provider))), "q");
        let Failure::Unavailable(text) = failure(&end) else { panic!("{provider:?} {end:?}") };
        assert!(text.contains("something went wrong midway"), "{text}");
        assert_eq!(server.count(), 4, "{provider:?}");
    }
    let failing = Behaviour::FailMidway { answer: long(), code: "invalid_request_error".into() };
    let (end, count) = always(failing, |_| {});
    assert!(matches!(failure(&end), Failure::Rejected(_)), "{end:?}");
    assert_eq!(count, 1);
}

#[test]
fn silence_ends_in_a_time_out() {
    for (behaviour, stream) in [
        (Behaviour::Hang, true),
        (Behaviour::Hang, false),
        (Behaviour::Stall(long()), true),
        (Behaviour::Stall(long()), false),
    ] {
        let (end, count) = always(behaviour.clone(), |model| {
            (model.stream, model.retries) = (stream, 1);
            (model.idle_seconds, model.timeout_seconds) = (0.3, 0.9);
        });
        let Failure::Unavailable(text) = failure(&end) else { panic!("{end:?}") };
        assert!(text.contains(" s (tried 2 times)"), "{text}");
        assert_eq!((count, end.spend.requests), (2, 2));
        assert!(end.spend.input_tokens >= 2 * tokens("question"), "the model may have worked: {end:?}");
    }
}

#[test]
fn a_stream_that_never_ends_is_cut_at_its_time() {
    let (end, _) = always(Behaviour::Endless, |model| (model.retries, model.timeout_seconds) = (0, 0.001));
    let Failure::Unavailable(text) = failure(&end) else { panic!("{end:?}") };
    assert!(text.contains("no whole reply within 0.001 s"), "{text}");
}

#[test]
fn a_reply_without_an_end_is_refused_at_the_cap() {
    for stream in [true, false] {
        let (end, count) = always(Behaviour::Endless, |model| (model.retries, model.stream) = (0, stream));
        let Failure::Unavailable(text) = failure(&end) else { panic!("{end:?}") };
        assert!(text.contains("larger than 16 MiB"), "{text}");
        assert_eq!(count, 1);
        assert!(end.spend.output_tokens <= 100, "a model makes no more than its limit: {end:?}");
    }
}

#[test]
fn where_nobody_listens_nothing_but_requests_is_spent() {
    let server = ModelServer::start(|_| Behaviour::Hang);
    let gone = model(&server, Provider::OpenaiChat);
    drop(server);
    let end = answer_one(&gateway(&only(gone)), "q");
    let Failure::Unavailable(text) = failure(&end) else { panic!("{end:?}") };
    assert!(text.contains("tried 4 times") && !text.contains("127.0.0.1/v1"), "{text}");
    assert_eq!((end.spend.requests, end.spend.tokens()), (4, 0));
}

#[test]
fn a_redirect_is_not_followed_and_says_where_it_leads() {
    let elsewhere = Arc::new(ModelServer::start(|_| Behaviour::say("stolen")));
    let location = format!("{}/chat/completions", elsewhere.base_url(model_server::Protocol::Chat));
    for status in [301, 302, 303, 307, 308] {
        let (end, count) = always(Behaviour::Redirect { status, location: location.clone() }, |_| {});
        let Failure::Rejected(text) = failure(&end) else { panic!("{end:?}") };
        assert!(text.contains(&location) && text.contains("base-url"), "{text}");
        assert_eq!((count, elsewhere.count()), (1, 0));
    }
}

#[test]
fn with_faults_everywhere_every_answer_is_the_right_one() {
    for (provider, _) in PROVIDERS {
        let script = |received: &model_server::Received| Behaviour::say(received.prompt());
        let server = ModelServer::start(randomised(7, 0.4, script));
        let config = only(ModelConfig { retries: 20, ..model(&server, provider) });
        let gateway = gateway(&config);
        let questions: Vec<String> = (0..60).map(|number| format!("question {number}")).collect();
        let requests: Vec<_> = questions.iter().map(|question| ask(question)).collect();
        let ends = answer(&gateway, &requests).unwrap();
        let texts: Vec<&str> = ends.iter().map(text).collect();
        assert_eq!(texts, questions, "{provider:?}");
        let spent: u64 = ends.iter().map(|end| end.spend.requests).sum();
        assert_eq!((spent, gateway.spent().requests), (server.count() as u64, spent));
        assert!(server.count() > 60, "some failed");
    }
}

#[test]
fn failures_come_in_the_place_of_their_request() {
    let server = ModelServer::start(|received| match received.prompt() {
        "bad" => Behaviour::error(400, "invalid_request_error", "bad"),
        other => Behaviour::say(other),
    });
    let gateway = gateway(&only(at(&server.base_url(model_server::Protocol::Chat), Provider::OpenaiChat)));
    let ends = answer(&gateway, &["a", "bad", "b"].map(ask)).unwrap();
    assert_eq!((text(&ends[0]), text(&ends[2])), ("a", "b"));
    assert!(matches!(ends[1].reply, Reply::Failed(Failure::Rejected(_))));
}
