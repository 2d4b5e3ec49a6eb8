//! What a plugin gets of language models and of the workbench: its grant, its policy's share, and nothing beyond. The
//! built implementer, through its host, against a real server. Needs `cargo xtask build`.

mod guests;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use model_server::{Behaviour, ModelServer, Protocol};
use proofhouse_llm::{Budget, Ended, ExchangeId, Gateway, Journal, JournalError, LlmConfig, Spend, Started};
use proofhouse_sandbox::{Error, ImplementerHost, ModelGrant, Smoke, Workbench};
use proofhouse_types::{Access, Direction, Failure, FailureKind, Idea, Metric, Problem, SourceFile};
use serde_json::json;

const DIFF: &str = "--- a/main.py\n+++ b/main.py\n@@ -1,1 +1,1 @@\n-x = 1\n+x = 2\n";

/// Counts what is recorded.
#[derive(Default)]
struct Counted(AtomicU64);

impl Journal for Counted {
    fn find(&self, _: &ExchangeId) -> Result<Option<Ended>, JournalError> {
        Ok(None)
    }

    fn started(&self, _: Started<'_>) -> Result<u64, JournalError> {
        Ok(self.0.fetch_add(1, Ordering::SeqCst))
    }

    fn ended(&self, _: u64, _: &Ended) -> Result<(), JournalError> {
        Ok(())
    }
}

/// A journal that cannot be written.
struct Broken;

impl Journal for Broken {
    fn find(&self, _: &ExchangeId) -> Result<Option<Ended>, JournalError> {
        Ok(None)
    }

    fn started(&self, _: Started<'_>) -> Result<u64, JournalError> {
        Err(JournalError("the disk is full".to_owned()))
    }

    fn ended(&self, _: u64, _: &Ended) -> Result<(), JournalError> {
        Ok(())
    }
}

/// Takes diffs of the one line, and runs nothing well.
#[derive(Default)]
struct Bench(Mutex<u32>);

impl Workbench for Bench {
    fn check(&self, diff: &str) -> Result<(), Failure> {
        let fits = diff.contains("-x = 1\n");
        fits.then_some(()).ok_or(Failure { kind: FailureKind::Unpatched, detail: "another file".to_owned() })
    }

    fn smoke(&self, _: &str) -> Smoke {
        *self.0.lock().unwrap() += 1;
        Smoke::Failed(Failure { kind: FailureKind::Crashed, detail: "NameError: y".to_owned() })
    }
}

struct Place {
    server: ModelServer,
    budget: Budget,
    journal: Arc<dyn Journal>,
    bench: Arc<Bench>,
    granted: Vec<String>,
}

impl Place {
    /// A server with two models that always answer with the diff, in a fence.
    fn new() -> Place {
        let server = ModelServer::start(|_| Behaviour::say(format!("```diff\n{DIFF}```\n")));
        let granted = vec!["fast".to_owned()];
        let (journal, bench) = (Arc::new(Counted::default()), Arc::new(Bench::default()));
        Place { server, budget: Budget::default(), journal, bench, granted }
    }

    fn gateway(&self) -> Gateway {
        let url = self.server.base_url(Protocol::Chat);
        let model =
            json!({"provider": "openai-chat", "model": "m", "base-url": url, "usd-per-million-output": 1.0});
        let config: LlmConfig = serde_json::from_value(json!({
            "models": {"fast": model, "other": model},
            "budget": self.budget,
        }))
        .unwrap();
        Gateway::new(&config, std::path::Path::new("/"), Spend::default(), None).unwrap()
    }

    /// What the implementer makes of an idea, with some keys of its policy replaced.
    fn implement(&self, policy: &[(&str, &str)], settings: serde_json::Value) -> Result<String, Error> {
        let runtime = guests::runtime();
        let plugin = runtime.load(&guests::built("llm-implementer"))?;
        let policy = guests::policy("implementer", policy);
        let mut host = ImplementerHost::new(&runtime, &plugin, &policy, problem(), settings)?;
        host.set_models(Some(ModelGrant {
            gateway: self.gateway(),
            models: self.granted.clone(),
            journal: self.journal.clone(),
            scope: "implement 0.0".to_owned(),
        }));
        host.set_workbench(Some(self.bench.clone()));
        let state = host.open(1)?;
        let idea = Idea { title: "two".to_owned(), rationale: "more".to_owned(), labels: vec![] };
        host.implement(&state, &idea, &[], 2).map(|made| made.patch.diff)
    }
}

fn problem() -> Problem {
    Problem {
        name: "test".to_owned(),
        statement: "Make it better.".to_owned(),
        metric: Metric { name: "loss".to_owned(), unit: "nats".to_owned(), direction: Direction::Minimize },
        baseline: Some(2.0),
        files: vec![SourceFile {
            path: "main.py".to_owned(),
            text: "x = 1\n".to_owned(),
            access: Access::Editable,
        }],
    }
}

#[test]
fn an_implementer_reaches_the_models_that_it_is_granted() {
    let place = Place::new();
    assert_eq!(place.implement(&[], json!({"samples": 3})).unwrap(), DIFF);
    assert_eq!(place.server.count(), 3);
    let message = place.implement(&[], json!({"models": ["other"]})).unwrap_err().to_string();
    assert!(message.contains("other") && message.contains("fast"), "{message}");
    let place = Place { granted: vec![], ..Place::new() };
    let message = place.implement(&[], json!({})).unwrap_err().to_string();
    assert!(message.contains("models"), "{message}");
    assert_eq!(place.server.count(), 0, "nothing was sent");
}

#[test]
fn the_policy_bounds_the_requests_of_a_call() {
    let place = Place::new();
    assert!(place.implement(&[("llm-requests", "3")], json!({"samples": 10})).is_ok());
    assert_eq!(place.server.count(), 3, "the rest was not sent");
    let message = place.implement(&[("llm-requests", "0")], json!({})).unwrap_err().to_string();
    assert!(message.contains("llm-requests"), "{message}");
    assert_eq!(place.server.count(), 3);
}

#[test]
fn the_policy_bounds_the_tokens_of_a_call() {
    let place = Place::new();
    // Each may use 1 000 tokens and its prompt: two fit, a third does not, whatever they use in the end.
    let settings = json!({"samples": 10, "max-tokens": 1000, "thinking-tokens": 0});
    assert!(place.implement(&[("llm-tokens", "4500")], settings.clone()).is_ok());
    assert!((1..=4).contains(&place.server.count()), "{} requests", place.server.count());
    let message = place.implement(&[("llm-tokens", "900")], settings).unwrap_err().to_string();
    assert!(message.contains("llm-tokens"), "{message}");
}

#[test]
fn the_policy_bounds_the_smoke_runs_of_a_call() {
    // Each reply has another diff, so that each is worth a run.
    let count = AtomicU64::new(2);
    let server = ModelServer::start(move |_| {
        let diff = DIFF.replace("x = 2", &format!("x = {}", count.fetch_add(1, Ordering::SeqCst)));
        Behaviour::say(format!("```diff\n{diff}```\n"))
    });
    let place = Place { server, ..Place::new() };
    let settings = json!({"samples": 1, "smoke": true, "repair": 5, "max-smoke-runs": 100});
    // After its last smoke run the implementer hands the diff in, because applying is all that can be known.
    let _ = place.implement(&[("smoke-runs", "2")], settings.clone());
    assert_eq!(*place.bench.0.lock().unwrap(), 2);
    let _ = place.implement(&[("smoke-runs", "0")], settings);
    assert_eq!(*place.bench.0.lock().unwrap(), 2, "none");
}

#[test]
fn a_spent_run_budget_stops_the_plugin_instead_of_telling_it() {
    let place = Place { budget: Budget { max_requests: Some(2), ..Budget::default() }, ..Place::new() };
    let error = place.implement(&[], json!({"samples": 5})).unwrap_err();
    assert!(matches!(&error, Error::BudgetSpent(reason) if reason.contains("max-requests")), "{error}");
    assert!(place.server.count() <= 2);
}

#[test]
fn nothing_is_sent_that_cannot_be_recorded() {
    let place = Place { journal: Arc::new(Broken), ..Place::new() };
    let error = place.implement(&[], json!({})).unwrap_err();
    assert!(matches!(&error, Error::Models { reason, .. } if reason.contains("the disk is full")), "{error}");
    assert_eq!(place.server.count(), 0);
}
