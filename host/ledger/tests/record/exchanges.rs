//! Exchanges with language models, and the patches that implementers write.

use proofhouse_ledger::{Digest, ExchangeEnd, FILE_NAME, NewExchange};
use proofhouse_types::{Cost, Spend};
use rusqlite::Connection;
use serde_json::json;

use crate::{begun, folder, scored};

const PROMPT: &str = "the long text that every request repeats";

fn exchange<'a>(scope: &'a str, request: &'a str) -> NewExchange<'a> {
    NewExchange {
        scope,
        request,
        model: "fast",
        texts: vec![("system", PROMPT), ("user", request)],
        parameters: json!({"temperature": 1.0}),
        reserved: Spend { requests: 1, input_tokens: 100, output_tokens: 1000, usd: 0.5 },
    }
}

fn answered(text: &str, source: &str, usd: f64) -> ExchangeEnd {
    ExchangeEnd {
        reply: json!({"completed": {"text": text}}),
        spend: Spend { requests: 2, input_tokens: 90, output_tokens: 10, usd },
        source: source.into(),
        failure: None,
    }
}

#[test]
fn exchanges_are_found_again_and_count_until_they_have_ended() {
    let (_root, dir) = folder();
    let ledger = begun(&dir);
    let first = ledger.exchange_started(&exchange("propose 0", "aa")).expect("records");
    assert_eq!(ledger.reader().llm_spent().expect("reads").usd, 0.5, "in flight counts as reserved");
    assert_eq!(ledger.reader().exchange_end("propose 0", "aa").expect("reads"), None);
    ledger.exchange_ended(first, &answered("yes", "live", 0.125)).expect("records");
    let lost = ledger.exchange_started(&exchange("implement 2.0", "bb")).expect("records");
    let replayed = ledger.exchange_started(&exchange("implement 2.0", "cc")).expect("records");
    ledger.exchange_ended(replayed, &answered("no", "replay", 0.25)).expect("records");
    let reader = ledger.reader();
    let found = reader.exchange_end("propose 0", "aa").expect("reads").expect("is there");
    assert_eq!(found, answered("yes", "live", 0.125));
    assert_eq!(reader.exchange_end("propose 1", "aa").expect("reads"), None, "another call");
    let spent = reader.llm_spent().expect("reads");
    assert_eq!((spent.usd, spent.requests), (0.625, 3), "live and lost, not replayed");
    assert_eq!(reader.llm_spent_in("implement 2.0").expect("reads").usd, 0.25, "what a trial is told");
    let (texts, parameters) = reader.exchange_request(&reader.exchanges().expect("reads")[1]).expect("reads");
    assert_eq!(texts, [("system".into(), PROMPT.into()), ("user".into(), "bb".into())]);
    assert_eq!(parameters, json!({"temperature": 1.0}));
    let rejected = ledger.exchange_started(&exchange("propose 2", "dd")).expect("records");
    let end = ExchangeEnd { failure: Some("rejected".into()), ..answered("no key", "live", 0.0) };
    ledger.exchange_ended(rejected, &end).expect("records");
    assert_eq!(ledger.reader().exchange_end("propose 2", "dd").expect("reads"), None, "asked again");
    assert!(ledger.exchange_ended(first, &answered("again", "live", 1.0)).is_err(), "ends once");
    assert!(ledger.exchange_ended(99, &answered("never begun", "live", 1.0)).is_err());
    // The one that was lost with its lab is sent again under another number, and both count.
    assert_eq!(ledger.exchange_started(&exchange("implement 2.0", "bb")).expect("records"), lost + 3);
    assert_eq!(ledger.reader().llm_spent().expect("reads").usd, 1.125);
    ledger.reader().verify().expect("the record is whole");
    drop(ledger);
    let connection = Connection::open(dir.join(FILE_NAME)).expect("opens");
    let copies: i64 = connection
        .query_row("SELECT count(*) FROM blobs WHERE bytes = ?1", [PROMPT.as_bytes()], |row| row.get(0))
        .expect("reads");
    assert_eq!(copies, 1, "a text that many requests share is stored once");
}

#[test]
fn an_implemented_trial_has_its_patch_and_labels_attempt_by_attempt() {
    let (_root, dir) = folder();
    let ledger = begun(&dir);
    let labels = vec!["patched-by=fast".to_owned()];
    ledger.implemented(3, 0, "--- a/train.py first\n", &labels, Cost::default()).expect("records");
    assert!(
        ledger.implemented(3, 2, "--- skipped\n", &labels, Cost::default()).is_err(),
        "attempt 1 comes next"
    );
    ledger.implemented(3, 1, "--- a/train.py second\n", &labels, Cost::default()).expect("records");
    assert!(
        ledger.implemented(1, 0, "--- late\n", &labels, Cost::default()).is_err(),
        "trial 1 has its outcome"
    );
    ledger.trial_finished(3, &scored(4.0)).expect("records");
    let record = ledger.reader().trial(3).expect("reads");
    assert_eq!(record.attempt, Some(1));
    let same =
        |text: &[u8], before| ledger.reader().trial_with_program(Digest::of(text), before).expect("reads");
    assert_eq!(same(b"normal 0", 3), Some(0));
    assert_eq!(same(b"normal 2", 2), None, "only earlier trials");
    assert_eq!(same(b"other", 3), None);
    let trial = record.trial().expect("finished");
    assert_eq!(trial.patch.expect("a patch").diff, "--- a/train.py second\n");
    assert_eq!(trial.idea.labels, ["schedule", "patched-by=fast"]);
    ledger.reader().verify().expect("the record is whole");
}
