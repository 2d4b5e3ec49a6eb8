//! The gateway's journal, kept in the run's ledger.

use std::sync::mpsc::{Sender, channel};

use proofhouse_ledger::{ExchangeEnd, Ledger, LedgerError, NewExchange};
use proofhouse_llm::{
    Ended, ExchangeId, Failure, Journal, JournalError, Reply, Request, Role, Source, Spend, Started,
};
use serde_json::{Value, json};

use crate::desk::Signal;

/// Something for the ledger, and where the answer goes.
pub(crate) enum Entry {
    Find { id: ExchangeId, answer: Sender<Result<Option<Ended>, JournalError>> },
    Started { id: ExchangeId, request: Request, reserved: Spend, answer: Sender<Result<u64, JournalError>> },
    Ended { number: u64, end: Ended, answer: Sender<Result<(), JournalError>> },
}

/// The plugin's side: sends what is to be recorded to the lab's desk, and waits until it is.
#[derive(Debug, Clone)]
pub(crate) struct LedgerJournal {
    desk: Sender<Signal>,
}

impl LedgerJournal {
    pub(crate) fn new(desk: Sender<Signal>) -> Self {
        LedgerJournal { desk }
    }

    fn ask<T>(
        &self,
        entry: impl FnOnce(Sender<Result<T, JournalError>>) -> Entry,
    ) -> Result<T, JournalError> {
        let gone = || JournalError("the lab no longer records anything".to_owned());
        let (sender, answer) = channel();
        self.desk.send(Signal::Journal(entry(sender))).map_err(|_| gone())?;
        answer.recv().map_err(|_| gone())?
    }
}

impl Journal for LedgerJournal {
    fn find(&self, id: &ExchangeId) -> Result<Option<Ended>, JournalError> {
        self.ask(|answer| Entry::Find { id: id.clone(), answer })
    }

    fn started(&self, exchange: Started<'_>) -> Result<u64, JournalError> {
        self.ask(|answer| Entry::Started {
            id: exchange.id.clone(),
            request: exchange.request.clone(),
            reserved: exchange.reserved,
            answer,
        })
    }

    fn ended(&self, number: u64, end: &Ended) -> Result<(), JournalError> {
        self.ask(|answer| Entry::Ended { number, end: end.clone(), answer })
    }
}

/// The lab's side. Whoever asked may have been stopped meanwhile: the record stands all the same.
pub(crate) fn record(ledger: &Ledger, entry: Entry) {
    match entry {
        Entry::Find { id, answer } => drop(answer.send(find(ledger, &id))),
        Entry::Started { id, request, reserved, answer } => {
            drop(answer.send(started(ledger, &id, &request, reserved).map_err(failed)));
        }
        Entry::Ended { number, end, answer } => drop(answer.send(ended(ledger, number, &end))),
    }
}

fn failed(error: LedgerError) -> JournalError {
    JournalError(error.to_string())
}

fn find(ledger: &Ledger, id: &ExchangeId) -> Result<Option<Ended>, JournalError> {
    let found = ledger.reader().exchange_end(&id.scope, &id.request).map_err(failed)?;
    found.map(end_from_record).transpose()
}

/// An exchange's end as the gateway knows it.
pub(crate) fn end_from_record(end: ExchangeEnd) -> Result<Ended, JournalError> {
    let damaged = |what: &str| JournalError(format!("an exchange in the ledger is not readable: {what}"));
    let reply: Reply = serde_json::from_value(end.reply).map_err(|error| damaged(&error.to_string()))?;
    let source: Source =
        serde_json::from_value(Value::String(end.source)).map_err(|error| damaged(&error.to_string()))?;
    Ok(Ended { reply, spend: end.spend, source })
}

fn started(ledger: &Ledger, id: &ExchangeId, request: &Request, reserved: Spend) -> Result<u64, LedgerError> {
    let (texts, parameters) = match request {
        Request::Complete {
            messages, temperature, max_tokens, thinking_tokens, seed, json_schema, ..
        } => (
            messages.iter().map(|message| (role(message.role), message.content.as_str())).collect(),
            json!({
                "kind": "complete",
                "temperature": temperature,
                "max-tokens": max_tokens,
                "thinking-tokens": thinking_tokens,
                "seed": seed,
                "json-schema": json_schema,
            }),
        ),
        Request::Embed { texts, .. } => {
            (texts.iter().map(|text| ("", text.as_str())).collect(), json!({"kind": "embed"}))
        }
    };
    ledger.exchange_started(&NewExchange {
        scope: &id.scope,
        request: &id.request,
        model: request.model(),
        texts,
        parameters,
        reserved,
    })
}

fn role(role: Role) -> &'static str {
    match role {
        Role::System => "system",
        Role::User => "user",
        Role::Assistant => "assistant",
    }
}

fn ended(ledger: &Ledger, number: u64, end: &Ended) -> Result<(), JournalError> {
    let json = |error: serde_json::Error| JournalError(format!("a reply cannot be written as JSON: {error}"));
    let source = match end.source {
        Source::Live => "live",
        Source::Replay => "replay",
        Source::Cache => "cache",
    };
    let failure = match &end.reply {
        Reply::Completed(_) | Reply::Embedded(_) => None,
        Reply::Failed(Failure::Refused(_)) => Some("refused"),
        Reply::Failed(Failure::Truncated(_)) => Some("truncated"),
        Reply::Failed(Failure::Rejected(_)) => Some("rejected"),
        Reply::Failed(Failure::Unavailable(_)) => Some("unavailable"),
    };
    let end = ExchangeEnd {
        reply: serde_json::to_value(&end.reply).map_err(json)?,
        spend: end.spend,
        source: source.to_owned(),
        failure: failure.map(str::to_owned),
    };
    ledger.exchange_ended(number, &end).map_err(failed)
}
