//! The built searcher through its host: state crosses as bytes, and the same seed gives the same answer. Needs
//! `cargo xtask build`.

mod guests;

use proofhouse_sandbox::{CancelToken, Error, SearcherHost};
use proofhouse_types::{
    Access, Cost, Direction, Idea, Metric, Outcome, Problem, Request, Score, SourceFile, Trial,
};
use serde_json::json;

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

fn host(settings: serde_json::Value) -> Result<SearcherHost, Error> {
    let runtime = guests::runtime();
    let plugin = runtime.load(&guests::built("evolution"))?;
    SearcherHost::new(&runtime, &plugin, &guests::policy("searcher", &[]), problem(), settings)
}

fn trial(id: u64, value: f64) -> Trial {
    Trial {
        id,
        epoch: 0,
        parents: vec![],
        idea: Idea { title: "t".to_owned(), rationale: "r".to_owned(), labels: vec![] },
        patch: None,
        seed: 1,
        outcome: Outcome::Scored(Score { value, standard_error: None, measurements: vec![] }),
        cost: Cost::default(),
        origin: "operators@0.1.0".to_owned(),
    }
}

#[test]
fn a_search_goes_on_from_its_saved_state() {
    let mut host = host(json!({ "epochs": 2, "population": 3 })).unwrap();
    let opened = host.open(1).unwrap();
    let (asked, state) = host.ask(&opened, 8, 2).unwrap();
    assert_eq!((asked.requests.len(), asked.epoch, asked.done), (3, 0, false));
    assert!(asked.requests.iter().all(|request| matches!(request, Request::Explore(_))));
    assert_eq!(host.ask(&opened, 8, 2).unwrap(), (asked, state.clone()), "the same seed, the same answer");
    let state = host.tell(&state, &[trial(0, 1.5), trial(1, 1.7), trial(2, 1.9)], 3).unwrap();
    let (asked, _) = host.ask(&state, 8, 4).unwrap();
    assert_eq!((asked.requests.len(), asked.epoch), (3, 1));
}

#[test]
fn a_wrong_setting_is_named() {
    let message = host(json!({ "epochs": "many" })).unwrap().open(1).unwrap_err().to_string();
    assert!(message.contains("epochs") && message.contains("evolution"), "{message}");
}

#[test]
fn a_state_that_is_none_is_refused_by_the_plugin() {
    let mut host = host(json!({})).unwrap();
    let error = host.ask(&vec![0xff; 100], 1, 1).unwrap_err();
    assert!(matches!(&error, Error::Plugin { call: "ask", .. }), "{error}");
}

#[test]
fn limits_and_cancelling_are_told_apart() {
    let runtime = guests::runtime();
    let plugin = runtime.load(&guests::built("evolution")).unwrap();
    let tight = guests::policy("searcher", &[("instructions", "100")]);
    let mut host = SearcherHost::new(&runtime, &plugin, &tight, problem(), json!({})).unwrap();
    let message = host.open(1).unwrap_err().to_string();
    assert!(message.contains("`evolution` reached a limit in `open`: instructions"), "{message}");
    let mut host = self::host(json!({})).unwrap();
    let cancel = CancelToken::new();
    cancel.cancel();
    host.set_cancel(cancel);
    assert!(matches!(host.open(1), Err(Error::Cancelled)));
}
