//! A gateway for tests, and a journal in memory.

use std::collections::HashMap;
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use model_server::{ModelServer, Protocol};
use proofhouse_llm::{
    Ended, ExchangeId, Failure, Gateway, GatewayError, Journal, JournalError, LlmConfig, Message,
    ModelConfig, Pace, Provider, Recording, Reply, Request, Role, Scope, Spend, Started, Stopped,
};

/// Retries at once.
pub const HASTE: Pace = Pace {
    first: Duration::from_millis(1),
    most: Duration::from_millis(2),
    most_asked: Duration::from_millis(5),
};

/// Every provider, with the protocol that the server has for it.
pub const PROVIDERS: [(Provider, Protocol); 4] = [
    (Provider::OpenaiChat, Protocol::Chat),
    (Provider::OpenaiResponses, Protocol::Responses),
    (Provider::Anthropic, Protocol::Anthropic),
    (Provider::Gemini, Protocol::Gemini),
];

/// A model of the server.
pub fn model(server: &ModelServer, provider: Provider) -> ModelConfig {
    let (_, protocol) = PROVIDERS.into_iter().find(|(known, _)| *known == provider).unwrap();
    at(&server.base_url(protocol), provider)
}

/// A model at a base URL.
pub fn at(base_url: &str, provider: Provider) -> ModelConfig {
    let json = serde_json::json!({
        "provider": provider, "model": "test-model", "base-url": base_url, "retries": 3,
        "usd-per-million-input": 2.0, "usd-per-million-output": 10.0,
        "connect-seconds": 5.0, "idle-seconds": 20.0, "timeout-seconds": 30.0,
    });
    serde_json::from_value(json).unwrap()
}

/// A run file with the one model `m`.
pub fn only(model: ModelConfig) -> LlmConfig {
    LlmConfig { models: [("m".to_owned(), model)].into(), ..LlmConfig::default() }
}

/// A gateway that retries in haste.
pub fn gateway(config: &LlmConfig) -> Gateway {
    open(config, Path::new("/nowhere"), Spend::default(), None).unwrap()
}

/// The same with everything to be chosen.
pub fn open(
    config: &LlmConfig,
    folder: &Path,
    spent: Spend,
    replay: Option<Recording>,
) -> Result<Gateway, GatewayError> {
    Gateway::with_pace(config, folder, spent, replay, HASTE)
}

/// One question to the model `m`.
pub fn ask(content: &str) -> Request {
    Request::Complete {
        model: "m".to_owned(),
        messages: vec![Message { role: Role::User, content: content.to_owned() }],
        temperature: None,
        max_tokens: 100,
        thinking_tokens: 0,
        seed: None,
        json_schema: None,
    }
}

/// Nobody cancels.
pub fn never() -> Arc<AtomicBool> {
    Arc::default()
}

/// Answers requests in a scope of their own, with a journal of their own.
pub fn answer(gateway: &Gateway, requests: &[Request]) -> Result<Vec<Ended>, Stopped> {
    gateway.answer(&mut Scope::new("test"), requests, &Memory::default(), &never())
}

/// The one answer to one question.
pub fn answer_one(gateway: &Gateway, content: &str) -> Ended {
    answer(gateway, &[ask(content)]).unwrap().remove(0)
}

/// The text of a reply.
pub fn text(end: &Ended) -> &str {
    match &end.reply {
        Reply::Completed(completion) => &completion.text,
        other => panic!("{other:?}"),
    }
}

/// Why there is no reply.
pub fn failure(end: &Ended) -> &Failure {
    match &end.reply {
        Reply::Failed(failure) => failure,
        other => panic!("{other:?}"),
    }
}

/// A journal in memory, with everything in the order in which it was written.
#[derive(Default)]
pub struct Memory(Mutex<State>);

#[derive(Default)]
struct State {
    started: Vec<(ExchangeId, Spend)>,
    ended: Vec<(u64, Ended)>,
    /// From here on nothing can be written.
    full_at: Option<usize>,
}

impl Memory {
    /// The journal that can write so many lines.
    pub fn with_room_for(lines: usize) -> Memory {
        Memory(Mutex::new(State { full_at: Some(lines), ..State::default() }))
    }

    pub fn started(&self) -> Vec<(ExchangeId, Spend)> {
        self.0.lock().unwrap().started.clone()
    }

    pub fn ended(&self) -> Vec<Ended> {
        self.0.lock().unwrap().ended.iter().map(|(_, end)| end.clone()).collect()
    }

    /// Exchanges that have ended.
    pub fn exchanges(&self) -> HashMap<ExchangeId, Ended> {
        let state = self.0.lock().unwrap();
        let ended = state.ended.iter();
        ended.map(|(number, end)| (state.started[*number as usize].0.clone(), end.clone())).collect()
    }
}

impl State {
    fn room(&self) -> Result<(), JournalError> {
        let lines = self.started.len() + self.ended.len();
        match self.full_at {
            Some(full) if lines >= full => Err(JournalError("the disk is full".to_owned())),
            _ => Ok(()),
        }
    }
}

impl Journal for Memory {
    fn find(&self, id: &ExchangeId) -> Result<Option<Ended>, JournalError> {
        Ok(self.exchanges().remove(id))
    }

    fn started(&self, exchange: Started<'_>) -> Result<u64, JournalError> {
        let mut state = self.0.lock().unwrap();
        state.room()?;
        state.started.push((exchange.id.clone(), exchange.reserved));
        Ok(state.started.len() as u64 - 1)
    }

    fn ended(&self, number: u64, end: &Ended) -> Result<(), JournalError> {
        let mut state = self.0.lock().unwrap();
        state.room()?;
        assert!((number as usize) < state.started.len(), "it was never started");
        assert!(state.ended.iter().all(|(ended, _)| *ended != number), "it ended twice");
        state.ended.push((number, end.clone()));
        Ok(())
    }
}
