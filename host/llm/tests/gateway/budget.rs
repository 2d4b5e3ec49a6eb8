//! Limits hold, whoever asks and whatever fails.

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use model_server::{Behaviour, ModelServer, Received, randomised, tokens};
use proofhouse_llm::{Budget, Gateway, LlmConfig, ModelConfig, Provider, Scope, Spend, Stopped};

use crate::setup::{Memory, answer, ask, gateway, model, never, only, open, text};

const NO_LIMIT: Budget = Budget { max_requests: None, max_tokens: None, max_usd: None };

/// What the server would bill: requests, tokens and dollars of everything that it has begun to answer. So it counts what
/// is in flight as well as what is spent.
#[derive(Default)]
struct Account(Mutex<Spend>);

impl Account {
    fn add(&self, received: &Received, behaviour: &Behaviour) {
        let (input_tokens, output_tokens) = match (behaviour, behaviour.answer()) {
            (_, None) => (0, 0),
            // Where it breaks off, a half was made.
            (Behaviour::Break(_) | Behaviour::EndEarly(_), Some(answer)) => {
                (received.tokens(), answer.tokens() / 2)
            }
            (_, Some(answer)) => (received.tokens(), answer.tokens()),
        };
        let usd = (input_tokens as f64 * 2.0 + output_tokens as f64 * 10.0) / 1e6;
        let mut total = self.0.lock().unwrap();
        *total = total.plus(&Spend { requests: 1, input_tokens, output_tokens, usd });
    }

    fn total(&self) -> Spend {
        *self.0.lock().unwrap()
    }
}

/// A server whose replies differ in length and time, with faults.
fn varied(seed: u64, share: f64) -> (ModelServer, Arc<Account>) {
    let account = Arc::<Account>::default();
    let count = AtomicU64::new(seed);
    let script = randomised(seed, share, move |_| {
        let number = count.fetch_add(1, Ordering::SeqCst);
        let delay = Duration::from_millis(number * 13 % 7);
        Behaviour::say("w".repeat((number * 37 % 390) as usize + 1)).after(delay)
    });
    let server = ModelServer::start({
        let account = Arc::clone(&account);
        move |received| {
            let behaviour = script(received);
            account.add(received, &behaviour);
            behaviour
        }
    });
    (server, account)
}

/// Many callers at once until the budget stops each of them.
fn exhaust(gateway: &Gateway, callers: usize) -> Vec<String> {
    let call = |caller: usize| {
        let journal = Memory::default();
        for round in 0..1000 {
            let requests: Vec<_> = (0..5).map(|number| ask(&format!("{caller} {round} {number}"))).collect();
            let mut scope = Scope::new(format!("{caller} {round}"));
            match gateway.answer(&mut scope, &requests, &journal, &never()) {
                Ok(_) => {}
                Err(Stopped::Budget(text)) => {
                    assert_eq!(
                        journal.started().len(),
                        journal.ended().len(),
                        "all that was sent is recorded"
                    );
                    return text;
                }
                Err(other) => panic!("{other}"),
            }
        }
        panic!("the budget never ends")
    };
    thread::scope(|scope| {
        let threads: Vec<_> = (0..callers).map(|caller| scope.spawn(move || call(caller))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

/// Ends the watch, also where the test fails.
struct StopOnDrop<'a>(&'a AtomicBool);

impl Drop for StopOnDrop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// The most that was spent and reserved at a time, seen by looking again and again until `stop`.
fn watch(gateway: &Gateway, stop: &AtomicBool) -> Spend {
    let mut most = Spend::default();
    while !stop.load(Ordering::SeqCst) {
        // In this order nothing is seen twice: what is settled in between is missed.
        let now = gateway.spent().plus(&gateway.reserved());
        most.requests = most.requests.max(now.requests);
        most.input_tokens = most.input_tokens.max(now.tokens());
        most.usd = most.usd.max(now.usd);
        thread::yield_now();
    }
    most
}

#[test]
fn no_limit_is_passed_by_more_than_one_request() {
    // What one request uses up at most, retried or not: 100 tokens of reply and a few of question.
    let one = 110_u64;
    let one_usd = one as f64 * 10.0 / 1e6;
    // What is reserved for one: a token for each byte of its body.
    let worst = 400;
    for seed in 0..6 {
        for (limits, key) in [
            (Budget { max_requests: Some(40 + seed), ..NO_LIMIT }, "max-requests"),
            (Budget { max_tokens: Some(3000 + seed * 101), ..NO_LIMIT }, "max-tokens"),
            (Budget { max_usd: Some(0.02 + seed as f64 * 0.001), ..NO_LIMIT }, "max-usd"),
        ] {
            let (server, account) = varied(seed, 0.25);
            let model = ModelConfig { max_concurrent: 32, ..model(&server, Provider::OpenaiChat) };
            let gateway = gateway(&LlmConfig { budget: limits, ..only(model) });
            let stop = AtomicBool::new(false);
            let (texts, most) = thread::scope(|scope| {
                let watcher = scope.spawn(|| watch(&gateway, &stop));
                let texts = {
                    let _stop = StopOnDrop(&stop);
                    exhaust(&gateway, 4)
                };
                (texts, watcher.join().unwrap())
            });
            assert!(texts.iter().all(|text| text.contains(key)), "{texts:?}");
            let (seen, spent) = (account.total(), gateway.spent());
            assert_eq!(gateway.reserved(), Spend::default());
            assert_eq!(spent.requests, server.count() as u64, "every HTTP request is counted");
            if let Some(limit) = limits.max_requests {
                assert_eq!(server.count() as u64, limit, "to the last one");
                assert!(most.requests <= limit, "{} of {limit}", most.requests);
            }
            if let Some(limit) = limits.max_tokens {
                assert!(seen.tokens() <= limit + one, "{} of {limit}", seen.tokens());
                assert!(spent.tokens() <= limit + one, "{} of {limit}", spent.tokens());
                assert!(most.input_tokens <= limit + worst, "{} of {limit}", most.input_tokens);
                assert!(spent.tokens() + 2 * one >= limit, "it is used up: {} of {limit}", spent.tokens());
            }
            if let Some(limit) = limits.max_usd {
                assert!(most.usd <= limit + worst as f64 * 10.0 / 1e6, "{most:?} of {limit}");
                assert!(seen.usd <= limit + one_usd && spent.usd <= limit + one_usd, "{seen:?} of {limit}");
                assert!(spent.usd + 2.0 * one_usd >= limit, "it is used up: {spent:?} of {limit}");
            }
        }
    }
}

#[test]
fn what_the_run_spent_before_counts() {
    let server = ModelServer::start(|_| Behaviour::say("x"));
    let budget = Budget { max_requests: Some(10), ..NO_LIMIT };
    let config = LlmConfig { budget, ..only(model(&server, Provider::Anthropic)) };
    let spent = Spend { requests: 8, input_tokens: 5, output_tokens: 5, usd: 0.5 };
    let gateway = open(&config, Path::new("/nowhere"), spent, None).unwrap();
    let journal = Memory::default();
    let stopped = gateway.answer(&mut Scope::new("s"), &["a", "b", "c"].map(ask), &journal, &never());
    let Err(Stopped::Budget(why)) = stopped else { panic!("{stopped:?}") };
    assert!(why.contains("10 of 10 requests") && why.contains("`--max-requests`"), "{why}");
    assert_eq!((server.count(), gateway.spent().requests), (2, 10));
    // What was paid for is recorded, though the call has no answer.
    assert_eq!(journal.ended().len(), 2);
    // With more budget the call goes on where it stopped.
    let budget = Budget { max_requests: Some(11), ..NO_LIMIT };
    let gateway =
        open(&LlmConfig { budget, ..config }, Path::new("/nowhere"), gateway.spent(), None).unwrap();
    let ends = gateway.answer(&mut Scope::new("s"), &["a", "b", "c"].map(ask), &journal, &never()).unwrap();
    assert_eq!(ends.iter().map(text).collect::<Vec<_>>(), ["x", "x", "x"]);
    assert_eq!(server.count(), 3);
}

#[test]
fn a_retry_without_budget_stops_the_run_and_is_recorded() {
    let server = ModelServer::start(|_| Behaviour::error(503, "unavailable", "later"));
    let budget = Budget { max_requests: Some(2), ..NO_LIMIT };
    let gateway = gateway(&LlmConfig { budget, ..only(model(&server, Provider::Gemini)) });
    let journal = Memory::default();
    let stopped = gateway.answer(&mut Scope::new("s"), &[ask("q")], &journal, &never());
    assert!(matches!(stopped, Err(Stopped::Budget(_))), "{stopped:?}");
    assert_eq!((server.count(), gateway.spent().requests), (2, 2));
    assert_eq!(journal.ended()[0].spend.requests, 2);
}

#[test]
fn no_request_goes_where_none_fits() {
    let server = ModelServer::start(|_| Behaviour::say("x"));
    for budget in [
        Budget { max_requests: Some(0), ..NO_LIMIT },
        Budget { max_tokens: Some(90), ..NO_LIMIT },
        Budget { max_usd: Some(0.0005), ..NO_LIMIT },
    ] {
        let gateway = gateway(&LlmConfig { budget, ..only(model(&server, Provider::OpenaiChat)) });
        assert!(matches!(answer(&gateway, &[ask("q")]), Err(Stopped::Budget(_))), "{budget:?}");
    }
    assert_eq!(server.count(), 0);
}

#[test]
fn a_request_may_go_alone_where_its_worst_case_does_not_fit() {
    let server = ModelServer::start(|_| Behaviour::say("x"));
    let question = "q".repeat(4000);
    let budget = Budget { max_tokens: Some(2 * (tokens(&question) + 150)), ..NO_LIMIT };
    let gateway = gateway(&LlmConfig { budget, ..only(model(&server, Provider::OpenaiChat)) });
    let ends = answer(&gateway, &[ask(&question), ask(&question)]).unwrap();
    assert_eq!(ends.len(), 2);
    assert_eq!(server.max_in_flight(), 1);
}
