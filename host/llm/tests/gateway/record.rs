//! Record, replay and cache.

use std::fs;

use model_server::{Behaviour, ModelServer};
use proofhouse_llm::{
    Budget, Ended, Gateway, GatewayError, LlmConfig, Provider, Recording, Reply, Request, Scope, Source,
    Spend, Stopped,
};

use crate::setup::{Memory, PROVIDERS, answer, ask, failure, gateway, model, never, only, open, text};

fn run(gateway: &Gateway, journal: &Memory) -> Vec<Ended> {
    let mut ends =
        gateway.answer(&mut Scope::new("one"), &["a", "b", "a"].map(ask), journal, &never()).unwrap();
    ends.extend(gateway.answer(&mut Scope::new("two"), &[ask("bad")], journal, &never()).unwrap());
    ends
}

fn script(received: &model_server::Received) -> Behaviour {
    match received.prompt() {
        "bad" => Behaviour::error(400, "invalid_request_error", "bad"),
        other => Behaviour::say(format!("reply to {other}")),
    }
}

#[test]
fn a_recorded_run_is_replayed_without_a_server_or_a_key() {
    for (provider, _) in PROVIDERS {
        let folder = tempfile::tempdir().unwrap();
        let server = ModelServer::start(script);
        let mut config = only(model(&server, provider));
        config.record = Some("record.jsonl".into());
        let live = run(&open(&config, folder.path(), Spend::default(), None).unwrap(), &Memory::default());
        let count = server.count();
        drop(server);
        let recording = Recording::read(&folder.path().join("record.jsonl")).unwrap();
        assert_eq!((recording.len(), count), (4, 4));
        // Neither the key nor the budget matters.
        config.models.get_mut("m").unwrap().key_env = Some("NO_SUCH_KEY".to_owned());
        config.budget = Budget { max_requests: Some(0), ..Budget::default() };
        config.record = None;
        let replay = open(&config, folder.path(), Spend::default(), Some(recording)).unwrap();
        let journal = Memory::default();
        let replayed = run(&replay, &journal);
        for (live, replayed) in live.iter().zip(&replayed) {
            assert_eq!((&live.reply, live.spend), (&replayed.reply, replayed.spend));
            assert_eq!((live.source, replayed.source), (Source::Live, Source::Replay));
        }
        assert!(matches!(failure(&replayed[3]), proofhouse_llm::Failure::Rejected(_)));
        assert_eq!((journal.ended(), replay.spent()), (replayed, Spend::default()));
        assert!(journal.started().iter().all(|(_, reserved)| *reserved == Spend::default()));
        // What is in no recording is not asked for.
        let stopped = replay.answer(&mut Scope::new("three"), &[ask("a")], &journal, &never());
        assert!(
            matches!(&stopped, Err(Stopped::NotRecorded(text)) if text.contains("`three`")),
            "{stopped:?}"
        );
    }
}

#[test]
fn a_ledger_is_a_recording_too() {
    let server = ModelServer::start(script);
    let config = only(model(&server, Provider::OpenaiChat));
    let journal = Memory::default();
    let live = run(&gateway(&config), &journal);
    let recording = Recording::from_exchanges(journal.exchanges().into_iter());
    let replay = open(&config, std::path::Path::new("/"), Spend::default(), Some(recording)).unwrap();
    let replayed = run(&replay, &Memory::default());
    assert!(live.iter().zip(&replayed).all(|(live, replayed)| live.reply == replayed.reply));
    assert_eq!(server.count(), 4);
}

#[test]
fn a_recording_begun_late_has_what_came_before() {
    let folder = tempfile::tempdir().unwrap();
    let server = ModelServer::start(script);
    let mut config = only(model(&server, Provider::OpenaiChat));
    let journal = Memory::default();
    run(&gateway(&config), &journal);
    config.record = Some("record.jsonl".into());
    for _ in 0..2 {
        run(&open(&config, folder.path(), Spend::default(), None).unwrap(), &journal);
    }
    let lines = fs::read_to_string(folder.path().join("record.jsonl")).unwrap();
    assert_eq!((lines.lines().count(), server.count()), (4, 4));
    let first: serde_json::Value = serde_json::from_str(lines.lines().next().unwrap()).unwrap();
    assert_eq!(first["asked"]["messages"][0]["content"], "a", "people can read it");
}

#[test]
fn another_run_takes_answers_from_the_cache() {
    let folder = tempfile::tempdir().unwrap();
    let server = ModelServer::start(script);
    let mut config = only(model(&server, Provider::OpenaiChat));
    config.cache = Some("cache".into());
    let open = |config: &LlmConfig| open(config, folder.path(), Spend::default(), None).unwrap();
    run(&open(&config), &Memory::default());
    assert_eq!(server.count(), 4);
    let (second, journal) = (open(&config), Memory::default());
    let ends = run(&second, &journal);
    let sources: Vec<Source> = ends.iter().map(|end| end.source).collect();
    assert_eq!(sources, [Source::Cache, Source::Cache, Source::Cache, Source::Live]);
    assert_eq!(server.count(), 5, "a failure is not kept");
    assert_eq!((ends[0].spend, second.spent().requests), (Spend::default(), 1));
    assert_eq!(journal.ended().len(), 4);
    // Another scope of another run asks the same; another model, or another server, is another matter.
    let other =
        open(&config).answer(&mut Scope::new("x"), &[ask("b")], &Memory::default(), &never()).unwrap();
    assert_eq!((text(&other[0]), other[0].source), ("reply to b", Source::Cache));
    let mut renamed = config.clone();
    renamed.models.get_mut("m").unwrap().model = "other".to_owned();
    assert_eq!(answer(&open(&renamed), &[ask("b")]).unwrap()[0].source, Source::Live);
    let elsewhere = ModelServer::start(script);
    config.models.insert("m".to_owned(), model(&elsewhere, Provider::OpenaiChat));
    assert_eq!(answer(&open(&config), &[ask("b")]).unwrap()[0].source, Source::Live);
}

#[test]
fn damaged_cache_files_answer_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let server = ModelServer::start(script);
    let mut config = only(model(&server, Provider::OpenaiChat));
    config.cache = Some("cache".into());
    let ask_all = || {
        let gateway = open(&config, folder.path(), Spend::default(), None).unwrap();
        answer(&gateway, &["a", "b"].map(ask)).unwrap()
    };
    ask_all();
    let files: Vec<_> =
        fs::read_dir(folder.path().join("cache")).unwrap().map(|file| file.unwrap().path()).collect();
    assert_eq!(files.len(), 2);
    // One is cut off, the other has the first's answer.
    let whole = fs::read(&files[0]).unwrap();
    fs::write(&files[1], &whole).unwrap();
    fs::write(&files[0], &whole[..whole.len() / 2]).unwrap();
    let ends = ask_all();
    assert_eq!((text(&ends[0]), text(&ends[1])), ("reply to a", "reply to b"));
    assert!(ends.iter().all(|end| end.source == Source::Live));
    assert!(ask_all().iter().all(|end| end.source == Source::Cache), "they were written anew");
}

#[test]
fn vectors_are_recorded_to_the_last_bit() {
    let folder = tempfile::tempdir().unwrap();
    let server = ModelServer::start(script);
    let mut config = only(model(&server, Provider::Gemini));
    config.models.get_mut("m").unwrap().embedding = true;
    config.record = Some("record.jsonl".into());
    let request = Request::Embed { model: "m".to_owned(), texts: vec!["x".to_owned(), "y".to_owned()] };
    let live = answer(
        &open(&config, folder.path(), Spend::default(), None).unwrap(),
        std::slice::from_ref(&request),
    );
    let recording = Recording::read(&folder.path().join("record.jsonl")).unwrap();
    config.record = None;
    let replay = open(&config, folder.path(), Spend::default(), Some(recording)).unwrap();
    let (live, replayed) = (live.unwrap().remove(0), answer(&replay, &[request]).unwrap().remove(0));
    assert!(matches!(&live.reply, Reply::Embedded(embedding) if embedding.vectors.len() == 2));
    assert_eq!(live.reply, replayed.reply);
}

#[test]
fn what_is_no_recording_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("record.jsonl");
    assert!(matches!(Recording::read(&path), Err(GatewayError::Io { .. })));
    fs::write(&path, "not a recording\n").unwrap();
    let server = ModelServer::start(script);
    let mut config = only(model(&server, Provider::OpenaiChat));
    config.record = Some("record.jsonl".into());
    let message = open(&config, folder.path(), Spend::default(), None).unwrap_err().to_string();
    assert!(message.contains("line 1"), "{message}");
}
