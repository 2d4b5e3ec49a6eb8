//! The ledger on real SQLite files: what is recorded is there, once, whatever happens.

mod exchanges;

use std::path::{Path, PathBuf};
use std::time::Instant;

use proofhouse_ledger::{
    Completion, ComponentRecord, DataRecord, DataSide, Digest, FILE_NAME, ImplementerRecord, Ledger,
    LedgerError, NewTrial, PluginStates, PolicyRecord, ProgramFile, Reader, RunHeader, RunStatus, State,
    Step,
};
use proofhouse_types::{
    Access, Cost, CurvePoint, Direction, FailureKind, Idea, Metric, Outcome, Problem, Request, Score,
    SourceFile,
};
use rusqlite::Connection;
use serde_json::{Value, json};

fn header() -> RunHeader {
    let component = |name: &str| ComponentRecord {
        name: name.into(),
        version: "0.1.0".into(),
        path: PathBuf::from("/guests").join(name),
        digest: "d".repeat(64),
        settings: json!({"epochs": 4}),
        models: vec![],
    };
    let policy = |name: &str| PolicyRecord { name: name.into(), text: "memory-mib = 64\n".into() };
    RunHeader {
        name: "demo".into(),
        version: "0.1.0".into(),
        config: "name = \"demo\"\n".into(),
        seed: u64::MAX,
        baseline_seeds: 2,
        profile: "cpu".into(),
        problem: Problem {
            name: "nanogpt".into(),
            statement: "Make it small.".into(),
            metric: Metric { name: "loss".into(), unit: "nats".into(), direction: Direction::Minimize },
            baseline: None,
            files: vec![
                SourceFile { path: "train.py".into(), text: "lr = 0.1\n".into(), access: Access::Editable },
                SourceFile { path: "copy.py".into(), text: "lr = 0.1\n".into(), access: Access::Hidden },
            ],
        },
        main: "train.py".into(),
        device: Value::Null,
        executor: component("python"),
        evaluator: component("nanogpt-evaluator"),
        searcher: component("evolution"),
        ideator: component("operators"),
        implementer: Some(ImplementerRecord {
            component: component("llm-implementer"),
            policy: policy("implementer.toml"),
            parallel: 4,
            repairs: 1,
            smoke: json!({"rows": 2}),
        }),
        candidate_policy: policy("candidate.toml"),
        evaluator_policy: policy("evaluator.toml"),
        searcher_policy: policy("searcher.toml"),
        ideator_policy: policy("ideator.toml"),
        data: vec![DataRecord {
            name: "train".into(),
            side: DataSide::Candidate,
            path: "/data/train.bin".into(),
            digest: "t".repeat(64),
            tokens: 1000,
        }],
        llm: json!({"models": {}}),
        llm_replay: None,
        refuse_same_program: true,
    }
}

fn states(text: &str) -> PluginStates {
    PluginStates { searcher: text.as_bytes().to_vec(), ideator: vec![0, 159, 146], implementer: None }
}

fn planned(id: u64, request: Request) -> NewTrial {
    NewTrial {
        id,
        epoch: 0,
        request,
        parents: vec![],
        idea: Idea { title: format!("idea {id}"), rationale: "why".into(), labels: vec!["schedule".into()] },
        diff: id.is_multiple_of(2).then(|| "--- a/train.py\n".into()),
        seed: u64::MAX - id,
        origin: "operators@0.1.0".into(),
    }
}

fn scored(value: f64) -> Completion {
    Completion {
        outcome: Outcome::Scored(Score { value, standard_error: Some(0.01), measurements: vec![] }),
        cost: Cost { device_seconds: 8.0, instructions: 1 << 40, wall_seconds: 9.5, ..Cost::default() },
        curve: vec![CurvePoint { name: "train loss".into(), step: 10, value: f64::NAN }],
        log: "step 10\n".into(),
    }
}

fn program() -> Vec<ProgramFile> {
    vec![ProgramFile { path: "train.py".into(), text: "lr = 0.2\n".into() }]
}

/// A run with two baselines and one round of four trials, of which the last two are still to end.
fn begun(dir: &Path) -> Ledger {
    let ledger = Ledger::create(dir, &header()).expect("creates");
    ledger.opened(2, vec![], None).expect("records");
    for (index, value) in [(0, 4.0), (1, 5.0)] {
        ledger.baseline_started(index, 7, &program(), "job").expect("records");
        ledger.baseline_finished(index, &scored(value)).expect("records");
    }
    ledger.baseline_measured(4.5).expect("records");
    ledger.search_opened(&states("opened")).expect("records");
    let requests = vec![Request::Explore(vec![]); 4];
    ledger.asked(0, 0, &requests, &states("asked")).expect("records");
    let trials: Vec<_> = (0..4).map(|id| planned(id, Request::Explore(vec![]))).collect();
    ledger.proposed(0, &trials, &states("proposed")).expect("records");
    ledger.trial_started(0, &program(), Digest::of(b"normal 0"), "job").expect("records");
    ledger.trial_finished(0, &scored(4.25)).expect("records");
    let refused = Outcome::failed(FailureKind::Refused, "the patch changes nothing");
    ledger.trial_finished(1, &Completion::unrun(refused)).expect("records");
    ledger.trial_started(2, &program(), Digest::of(b"normal 2"), "job").expect("records");
    ledger
}

fn folder() -> (tempfile::TempDir, PathBuf) {
    let root = tempfile::tempdir().expect("a folder");
    let dir = root.path().join("runs/demo-1");
    (root, dir)
}

#[test]
fn everything_that_was_recorded_is_read_back() {
    let (_root, dir) = folder();
    let ledger = begun(&dir);
    drop(ledger);
    let reader = Reader::open(&dir).expect("opens");
    let mut expected = header();
    expected.problem.baseline = Some(4.5);
    assert_eq!(reader.run().expect("reads"), expected);
    let trials = reader.trials().expect("reads");
    assert_eq!(trials.len(), 4);
    assert_eq!(
        trials.iter().map(|trial| trial.state).collect::<Vec<_>>(),
        [State::Finished, State::Finished, State::Running, State::Planned]
    );
    assert_eq!(trials[0].seed, u64::MAX);
    assert_eq!(trials[0].outcome, Some(scored(4.25).outcome));
    assert_eq!(trials[0].cost, scored(4.25).cost);
    assert!(trials[0].curve[0].value.is_nan() && trials[0].curve[0].step == 10);
    assert_eq!(trials[0].log, "step 10\n");
    assert_eq!(trials[0].patch.as_ref().map(|patch| patch.diff.as_str()), Some("--- a/train.py\n"));
    assert_eq!(trials[1].patch, None);
    assert_eq!(trials[1].outcome.as_ref().map(Outcome::word), Some("refused"));
    let ran = reader.program(trials[2].program.expect("it ran")).expect("reads");
    assert_eq!(ran, program());
    assert_eq!(reader.trial(3).expect("reads"), trials[3]);
    assert!(matches!(reader.trial(4), Err(LedgerError::NoTrial(4))));
    assert!(matches!(reader.trial(u64::MAX), Err(LedgerError::NoTrial(_))));
    let baselines = reader.baselines().expect("reads");
    assert_eq!(baselines.iter().filter_map(|b| b.outcome.as_ref()?.score()).collect::<Vec<_>>(), [4.0, 5.0]);
    assert_eq!(reader.plugin_states().expect("reads"), Some(states("proposed")));
    let overview = reader.overview().expect("reads");
    assert_eq!((overview.trials, overview.finished, overview.scored), (4, 2, 1));
    assert_eq!((overview.best, overview.baseline), (Some((0, 4.25)), Some(4.5)));
    assert_eq!(overview.status, RunStatus::Running);
    let kinds: Vec<_> = reader.events(0).expect("reads").iter().map(|event| event.step.kind()).collect();
    assert_eq!(kinds[..3], ["created", "opened", "baseline-started"]);
    assert_eq!(reader.events(13).expect("reads")[0].step.kind(), "trial-started");
    reader.verify().expect("is sound");
}

#[test]
fn a_run_goes_on_after_it_was_closed() {
    let (_root, dir) = folder();
    drop(begun(&dir));
    let ledger = Ledger::open(&dir).expect("opens");
    ledger
        .trial_started(2, &program(), Digest::of(b"normal 2"), "job")
        .expect("a trial that ran may be run again");
    for id in [2, 3] {
        ledger.trial_finished(id, &scored(4.0)).expect("records");
    }
    ledger.told(0, &states("told")).expect("records");
    ledger.ended("done").expect("records");
    let trial = ledger.reader().trial(2).expect("reads");
    assert_eq!((trial.starts, trial.state), (2, State::Finished));
    assert!(ledger.reader().last_round().expect("reads").is_some_and(|round| round.told));
    let overview = ledger.reader().overview().expect("reads");
    assert_eq!((overview.status, overview.reason.as_str()), (RunStatus::Ended, "done"));
    assert_eq!(overview.best, Some((2, 4.0)), "the earlier of equals");
    ledger.reader().verify().expect("is sound");
}

#[test]
fn a_trial_has_one_outcome_and_steps_come_in_order() {
    let (_root, dir) = folder();
    let ledger = begun(&dir);
    let events = |ledger: &Ledger| ledger.reader().events(0).expect("reads").len();
    let before = events(&ledger);
    let refused: [(&str, Result<(), LedgerError>); 11] = [
        ("a second outcome", ledger.trial_finished(0, &scored(0.0))),
        ("a start after the end", ledger.trial_started(0, &program(), Digest::of(b"normal 0"), "job")),
        ("a trial that is not there", ledger.trial_finished(99, &scored(0.0))),
        ("telling an open round", ledger.told(0, &states(""))),
        ("a round before the last is told", ledger.asked(1, 0, &[], &states(""))),
        (
            "more trials than requests",
            ledger.proposed(0, &[planned(4, Request::Explore(vec![]))], &states("")),
        ),
        ("a gap in the trials", ledger.proposed(0, &[planned(9, Request::Explore(vec![]))], &states(""))),
        ("a baseline after its end", ledger.baseline_started(0, 7, &program(), "job")),
        ("a second end of a baseline", ledger.baseline_finished(0, &scored(0.0))),
        ("a second mean", ledger.baseline_measured(1.0)),
        ("a mean that is no number", ledger.baseline_measured(f64::NAN)),
    ];
    for (what, result) in refused {
        assert!(matches!(result, Err(LedgerError::OutOfOrder { .. })), "{what}: {result:?}");
    }
    assert_eq!(events(&ledger), before, "a refused step leaves nothing");
    assert_eq!(ledger.reader().plugin_states().expect("reads"), Some(states("proposed")));
    ledger.reader().verify().expect("is sound");
}

#[test]
fn a_step_is_there_wholly_or_not_at_all() {
    let (_root, dir) = folder();
    let ledger = begun(&dir);
    let blobs = |dir: &Path| -> i64 {
        let connection = Connection::open(dir.join(FILE_NAME)).expect("opens");
        connection.query_row("SELECT count(*) FROM blobs", [], |row| row.get(0)).expect("counts")
    };
    let before = blobs(&dir);
    // The second of the step's trials is refused: its first, its state blob and its diffs go too.
    let mut wrong = vec![planned(4, Request::Explore(vec![])), planned(9, Request::Explore(vec![]))];
    wrong[0].diff = Some("a diff that no other trial has".into());
    for id in [2, 3] {
        ledger.trial_finished(id, &scored(4.0)).expect("records");
    }
    ledger.told(0, &states("told")).expect("records");
    ledger
        .asked(1, 1, &[Request::Explore(vec![]), Request::Explore(vec![])], &states("told"))
        .expect("records");
    let now = blobs(&dir);
    assert!(now > before);
    ledger.proposed(1, &wrong, &states("a state that is not there yet")).expect_err("is refused");
    assert_eq!(blobs(&dir), now);
    assert_eq!(ledger.reader().trial_count().expect("counts"), 4);
    ledger.reader().verify().expect("is sound");
}

#[test]
fn what_was_copied_at_any_moment_opens() {
    // A kill leaves the file and its log as they are after some commit: as a copy of both taken then.
    let (root, dir) = folder();
    let ledger = begun(&dir);
    let copy = root.path().join("copy");
    std::fs::create_dir(&copy).expect("a folder");
    for name in [FILE_NAME.to_owned(), format!("{FILE_NAME}-wal")] {
        std::fs::copy(dir.join(&name), copy.join(&name)).expect("copies");
    }
    ledger.trial_finished(2, &scored(1.0)).expect("records");
    let reopened = Ledger::open(&copy).expect("opens");
    assert_eq!(reopened.reader().trial(2).expect("reads").state, State::Running);
    reopened.reader().verify().expect("is sound");
    reopened.trial_finished(2, &scored(2.0)).expect("goes on");
    // A torn last write in the log is dropped, and what was committed before it stays.
    drop(reopened);
    let torn = root.path().join("torn");
    std::fs::create_dir(&torn).expect("a folder");
    std::fs::copy(dir.join(FILE_NAME), torn.join(FILE_NAME)).expect("copies");
    let log = std::fs::read(dir.join(format!("{FILE_NAME}-wal"))).expect("reads");
    std::fs::write(torn.join(format!("{FILE_NAME}-wal")), &log[..log.len() - 100]).expect("writes");
    let reopened = Ledger::open(&torn).expect("opens");
    reopened.reader().verify().expect("is sound");
    assert_eq!(reopened.reader().trial(2).expect("reads").state, State::Running);
}

#[test]
fn readers_read_while_a_lab_writes() {
    let (_root, dir) = folder();
    let ledger = begun(&dir);
    let reader = Reader::open(&dir).expect("opens");
    let before = reader.events(0).expect("reads").len();
    ledger.note("test", "a reader is here").expect("records");
    assert_eq!(reader.events(0).expect("reads").len(), before + 1);
    reader.verify().expect("is sound");
    ledger.trial_finished(2, &scored(1.0)).expect("records");
    assert_eq!(reader.trial(2).expect("reads").state, State::Finished);
}

#[test]
fn a_second_lab_is_refused_and_told_who_has_it() {
    let (_root, dir) = folder();
    let ledger = begun(&dir);
    let message = Ledger::open(&dir).expect_err("is in use").to_string();
    assert!(message.contains(&format!("in use by process {}", std::process::id())), "{message}");
    assert!(matches!(Ledger::create(&dir, &header()), Err(LedgerError::Exists(_))));
    drop(ledger);
    Ledger::open(&dir).expect("is free again");
}

#[test]
fn what_is_no_run_is_said_to_be_none() {
    let (root, dir) = folder();
    assert!(matches!(Reader::open(root.path()), Err(LedgerError::NotARun(_))));
    assert!(matches!(Ledger::open(root.path()), Err(LedgerError::NotARun(_))));
    assert!(!root.path().join("lock").exists(), "looking leaves nothing");
    drop(begun(&dir));
    let file = dir.join(FILE_NAME);
    Connection::open(&file).and_then(|c| c.pragma_update(None, "user_version", 3)).expect("writes");
    let message = Reader::open(&dir).expect_err("is newer").to_string();
    assert!(message.contains("schema 3") && message.contains("knows 2"), "{message}");
    assert!(matches!(Ledger::open(&dir), Err(LedgerError::NewerSchema { .. })));
    Connection::open(&file).and_then(|c| c.pragma_update(None, "user_version", 1)).expect("writes");
    let message = Reader::open(&dir).expect_err("is older").to_string();
    assert!(message.contains("schema 1") && message.contains("the version that wrote it"), "{message}");
    std::fs::write(&file, "").expect("writes");
    assert!(matches!(Reader::open(&dir), Err(LedgerError::NeverBegun(_))));
}

/// Edits the file behind the ledger's back; `verify` must then say `expected`.
fn edited(sql: &str, expected: &str) {
    let (_root, dir) = folder();
    drop(begun(&dir));
    Reader::open(&dir).expect("opens").verify().expect("is sound before");
    let connection = Connection::open(dir.join(FILE_NAME)).expect("opens");
    connection
        .execute_batch(&format!(
            "PRAGMA foreign_keys = OFF; DROP TRIGGER events_are_not_changed; DROP TRIGGER events_are_not_deleted; {sql}"
        ))
        .expect("edits");
    drop(connection);
    let message = Reader::open(&dir).expect("opens").verify().expect_err(sql).to_string();
    assert!(message.contains(expected), "{sql}: {message}");
}

#[test]
fn what_was_edited_is_found() {
    edited(
        "UPDATE events SET body = replace(body, '4.25', '3.25') WHERE seq = 11",
        "event 11 (trial-finished)",
    );
    edited("UPDATE events SET at = at + 1 WHERE seq = 4", "event 4");
    edited("UPDATE events SET kind = 'note' WHERE seq = 4", "event 4");
    edited("DELETE FROM events WHERE seq = 5", "event 5 is missing");
    edited("DELETE FROM events WHERE seq = 0", "event 0 is missing");
    edited("DELETE FROM events WHERE seq = (SELECT max(seq) FROM events)", "table trials");
    edited(
        "UPDATE events SET seq = 100 WHERE seq = 5; UPDATE events SET seq = 5 WHERE seq = 6;
         UPDATE events SET seq = 6 WHERE seq = 100",
        "event 5",
    );
    edited("UPDATE trials SET score = 1.0 WHERE id = 0", "row 0 of table trials");
    edited(
        "UPDATE trials SET outcome = replace(outcome, '4.25', '1.0') WHERE id = 0",
        "row 0 of table trials",
    );
    edited("DELETE FROM trials WHERE id = 3", "table trials has 3 rows");
    edited("UPDATE run SET baseline = 9.0", "row 0 of table run");
    edited("UPDATE baselines SET score = 9.0 WHERE number = 1", "row 1 of table baselines");
    edited("UPDATE blobs SET bytes = x'00' WHERE rowid = 1", "was changed");
    edited(
        "DELETE FROM blobs WHERE digest = (SELECT log FROM trials WHERE id = 0)",
        "names a blob that is missing",
    );
}

#[test]
fn events_cannot_be_changed_by_accident() {
    let (_root, dir) = folder();
    drop(begun(&dir));
    let connection = Connection::open(dir.join(FILE_NAME)).expect("opens");
    assert!(connection.execute("UPDATE events SET body = ''", []).is_err());
    assert!(connection.execute("DELETE FROM events", []).is_err());
}

#[test]
fn equal_bytes_are_stored_once() {
    let (_root, dir) = folder();
    let ledger = begun(&dir);
    let count = |what: &str| -> i64 {
        let connection = Connection::open(dir.join(FILE_NAME)).expect("opens");
        let sql = "SELECT count(*) FROM blobs WHERE CAST(bytes AS TEXT) = ?1";
        connection.query_row(sql, [what], |row| row.get(0)).expect("counts")
    };
    assert_eq!(count("lr = 0.1\n"), 1, "two files with the same text");
    assert_eq!(count("step 10\n"), 1, "three logs with the same text");
    assert_eq!(count("--- a/train.py\n"), 1);
    drop(ledger);
}

#[test]
fn ten_thousand_trials_are_read() {
    let (_root, dir) = folder();
    let ledger = Ledger::create(&dir, &header()).expect("creates");
    let rounds = 40;
    let each = 250;
    let mut next = 0;
    for round in 0..rounds {
        let requests = vec![Request::Explore((0..100).collect()); each];
        ledger.asked(round, round, &requests, &states("asked")).expect("records");
        let trials: Vec<_> =
            (0..each as u64).map(|n| planned(next + n, Request::Explore((0..100).collect()))).collect();
        ledger.proposed(round, &trials, &states("proposed")).expect("records");
        for trial in trials {
            let value = 1.0 + trial.id as f64;
            ledger.trial_finished(trial.id, &scored(value)).expect("records");
        }
        ledger.told(round, &states("told")).expect("records");
        next += each as u64;
    }
    let began = Instant::now();
    let trials = ledger.reader().trials().expect("reads");
    let read = began.elapsed();
    let verified = ledger.reader().verify().expect("is sound");
    println!("{} trials read in {read:?}; {} events verified", trials.len(), verified.events);
    assert_eq!(trials.len(), 10_000);
    assert_eq!(verified.events, 1 + 10_000 + 40 * 3);
    assert_eq!(trials[9_999].outcome.as_ref().and_then(Outcome::score), Some(10_000.0));
    assert_eq!(ledger.reader().overview().expect("reads").best, Some((0, 1.0)));
    let events = ledger.reader().events(0).expect("reads");
    assert!(matches!(events.last().map(|event| &event.step), Some(Step::Told { round: 39, .. })));
}
