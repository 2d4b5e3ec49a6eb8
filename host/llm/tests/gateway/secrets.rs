//! Keys are nowhere but in the one header to the one server.

use std::fs;
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use model_server::{Answer, Behaviour, ModelServer};
use proofhouse_llm::{GatewayError, LlmConfig, Provider, Scope, Spend};

use crate::setup::{Memory, PROVIDERS, ask, model, never, only, open};

const CANARY: &str = "sk-canary-0123456789abcdef";

/// A folder with the key, and a run file that uses it, records and caches.
fn prepare(server: &ModelServer, provider: Provider) -> (tempfile::TempDir, LlmConfig) {
    let folder = tempfile::tempdir().unwrap();
    write_key(&folder.path().join("key"), CANARY);
    let mut config = only(model(server, provider));
    let model = config.models.get_mut("m").unwrap();
    (model.key_file, model.retries) = (Some("key".into()), 1);
    config.record = Some("record.jsonl".into());
    config.cache = Some("cache".into());
    (folder, config)
}

fn write_key(path: &Path, key: &str) {
    fs::write(path, format!("{key}\n")).unwrap();
    fs::set_permissions(path, Permissions::from_mode(0o600)).unwrap();
}

/// Every file below a folder but the key itself.
fn files(folder: &Path, found: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else if path.file_name() != Some("key".as_ref()) {
            found.push_str(&fs::read_to_string(&path).unwrap());
        }
    }
}

#[test]
fn whatever_the_server_echoes_the_key_comes_out_nowhere() {
    let long = format!("{} {CANARY}", "x".repeat(490));
    let raw = |status, body: String| Behaviour::Raw { status, headers: vec![], body };
    for behaviour in [
        Behaviour::Echo,
        Behaviour::Redirect { status: 307, location: format!("http://127.0.0.1:9/?key={CANARY}") },
        Behaviour::error(400, CANARY, &format!("your key {CANARY} is wrong")),
        Behaviour::error(503, "unavailable", &long),
        raw(500, format!("<html>Authorization: Bearer {CANARY}</html>")),
        raw(200, format!("{{ {CANARY}")),
        raw(400, CANARY.to_owned()),
        Behaviour::FailMidway { answer: Answer::new("x"), code: CANARY.into() },
        Behaviour::Reply(Answer { thinking: format!("I saw {CANARY}"), ..Answer::new(CANARY) }),
        Behaviour::Reply(Answer { finish: model_server::Finish::Length, ..Answer::new(CANARY) }),
        Behaviour::Reply(Answer { finish: model_server::Finish::Refusal, ..Answer::new(CANARY) }),
    ] {
        for (provider, _) in PROVIDERS {
            let server = ModelServer::start({
                let behaviour = behaviour.clone();
                move |_| behaviour.clone()
            });
            let (folder, config) = prepare(&server, provider);
            let gateway = open(&config, folder.path(), Spend::default(), None).unwrap();
            let journal = Memory::default();
            let ends = gateway.answer(&mut Scope::new("s"), &[ask("q")], &journal, &never()).unwrap();
            let checked = gateway.check("m");
            let mut seen = format!("{ends:?} {:?} {gateway:?} {config:?} {checked:?}", journal.ended());
            files(folder.path(), &mut seen);
            assert!(!seen.contains("canary"), "{behaviour:?} {provider:?}: {seen}");
            assert!(seen.contains("record") || seen.contains("scope"), "the recording was looked at");
            let sent = &server.requests()[0];
            assert!(sent.headers.iter().any(|(_, value)| value.contains(CANARY)), "the server did get it");
            assert!(!sent.path.contains("canary") && !sent.body.to_string().contains("canary"));
        }
    }
}

#[test]
fn each_provider_gets_the_key_in_its_own_header() {
    for (provider, header, value) in [
        (Provider::OpenaiChat, "authorization", format!("Bearer {CANARY}")),
        (Provider::OpenaiResponses, "authorization", format!("Bearer {CANARY}")),
        (Provider::Anthropic, "x-api-key", CANARY.to_owned()),
        (Provider::Gemini, "x-goog-api-key", CANARY.to_owned()),
    ] {
        let server = ModelServer::start(|_| Behaviour::say("x"));
        let (folder, config) = prepare(&server, provider);
        open(&config, folder.path(), Spend::default(), None).unwrap().check("m").unwrap();
        assert_eq!(server.requests()[0].header(header), Some(value.as_str()));
    }
}

#[test]
fn no_redirect_takes_the_key_elsewhere() {
    let elsewhere = ModelServer::start(|_| Behaviour::say("stolen"));
    let location = format!("{}/chat/completions", elsewhere.base_url(model_server::Protocol::Chat));
    for status in [301, 302, 303, 307, 308] {
        let server = ModelServer::start({
            let location = location.clone();
            move |_| Behaviour::Redirect { status, location: location.clone() }
        });
        let (folder, config) = prepare(&server, Provider::OpenaiChat);
        let gateway = open(&config, folder.path(), Spend::default(), None).unwrap();
        gateway.check("m").unwrap_err();
        assert_eq!(elsewhere.count(), 0, "{status}");
    }
}

#[test]
fn keys_of_other_models_are_taken_out_too() {
    let server = ModelServer::start(|_| Behaviour::say("sk-other-0123456789"));
    let (folder, mut config) = prepare(&server, Provider::OpenaiChat);
    write_key(&folder.path().join("other"), "sk-other-0123456789");
    let mut other = model(&server, Provider::Gemini);
    other.key_file = Some("other".into());
    config.models.insert("n".to_owned(), other);
    let gateway = open(&config, folder.path(), Spend::default(), None).unwrap();
    assert_eq!(gateway.check("m").unwrap().answer, "[key]");
}

#[test]
fn keys_that_are_missing_or_unsafe_are_refused_with_the_fix() {
    let server = ModelServer::start(|_| Behaviour::say("x"));
    let (folder, mut config) = prepare(&server, Provider::OpenaiChat);
    let open = |config: &LlmConfig| open(config, folder.path(), Spend::default(), None).map(|_| ());
    fs::set_permissions(folder.path().join("key"), Permissions::from_mode(0o644)).unwrap();
    let message = open(&config).unwrap_err().to_string();
    assert!(message.contains("chmod 600") && message.contains("key"), "{message}");
    config.models.get_mut("m").unwrap().key_file = None;
    config.models.get_mut("m").unwrap().key_env = Some("PROOFHOUSE_TEST_NO_SUCH_KEY".to_owned());
    let error = open(&config).unwrap_err();
    assert!(
        matches!(&error, GatewayError::NoKey { variable, .. } if variable == "PROOFHOUSE_TEST_NO_SUCH_KEY")
    );
    // A variable that every test has, and that is no key.
    config.models.get_mut("m").unwrap().key_env = Some("CARGO_PKG_DESCRIPTION".to_owned());
    let message = open(&config).unwrap_err().to_string();
    assert!(message.contains("white space") && !message.contains("gateway"), "{message}");
    assert_eq!(server.count(), 0);
}
