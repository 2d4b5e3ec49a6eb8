//! `models check`.

use model_server::{Behaviour, ModelServer};
use proofhouse_llm::{Budget, Failure, LlmConfig, ModelConfig, Provider, Recording, Spend};

use crate::setup::{PROVIDERS, gateway, model, only, open};

#[test]
fn a_model_is_tried_outside_of_the_budget() {
    for (provider, _) in PROVIDERS {
        let server = ModelServer::start(|_| Behaviour::say(r#"{"word": "proof"}"#));
        let model = ModelConfig { json_schema: true, ..model(&server, provider) };
        let budget = Budget { max_requests: Some(0), ..Budget::default() };
        let gateway = gateway(&LlmConfig { budget, ..only(model) });
        let checked = gateway.check("m").unwrap();
        assert_eq!((checked.answer.as_str(), checked.json_schema), (r#"{"word": "proof"}"#, Some(true)));
        assert_eq!((checked.spend.requests, server.count()), (2, 2), "once more for the schema");
        assert_eq!(gateway.spent(), Spend::default());
    }
}

#[test]
fn what_does_not_keep_to_the_schema_is_seen() {
    let server = ModelServer::start(|_| Behaviour::say("proof"));
    let model = ModelConfig { json_schema: true, ..model(&server, Provider::OpenaiChat) };
    assert_eq!(gateway(&only(model)).check("m").unwrap().json_schema, Some(false));
}

#[test]
fn a_model_of_vectors_gives_one() {
    let server = ModelServer::start(|_| Behaviour::say(""));
    let model = ModelConfig { embedding: true, ..model(&server, Provider::Gemini) };
    assert_eq!(gateway(&only(model)).check("m").unwrap().answer, "a vector of 8 numbers");
}

#[test]
fn what_is_wrong_is_said() {
    let server = ModelServer::start(|_| Behaviour::error(401, "invalid_api_key", "no such key"));
    let config = only(model(&server, Provider::OpenaiChat));
    let failure = gateway(&config).check("m").unwrap_err();
    assert_eq!(failure, Failure::Rejected("HTTP 401: no such key".to_owned()));
    assert!(gateway(&config).check("n").unwrap_err().to_string().contains("there is no model `n`"));
    let replay = Recording::from_exchanges(std::iter::empty());
    let replay = open(&config, std::path::Path::new("/"), Spend::default(), Some(replay)).unwrap();
    replay.check("m").unwrap_err();
    assert_eq!(server.count(), 1);
}
