//! Exchanges with language models: each is recorded before it is sent, and when it has ended.

use proofhouse_types::{Cost, Spend, TrialId};
use rusqlite::{OptionalExtension, Row, params};
use serde_json::{Value, json};

use crate::reader::{column, digest, json_value, text};
use crate::{ExchangeEnd, ExchangeRecord, Ledger, LedgerError, NewExchange, Reader, Step, blob, project};

const EXCHANGES: &str = "
    SELECT number, scope, request, model, content, reply, source, failure, requests, input_tokens, output_tokens, usd,
           started, ended
    FROM exchanges";

impl Ledger {
    /// A request to a language model is about to be sent. Returns its number.
    pub fn exchange_started(&self, exchange: &NewExchange<'_>) -> Result<u64, LedgerError> {
        let number = self.reader().exchange_count()?;
        self.record(|connection| {
            let mut texts = Vec::new();
            for (role, text) in &exchange.texts {
                texts.push(json!({"role": role, "text": blob::put(connection, text.as_bytes())?}));
            }
            let content = json!({"texts": texts, "parameters": exchange.parameters});
            Ok(Step::ExchangeStarted {
                number,
                scope: exchange.scope.to_owned(),
                request: exchange.request.to_owned(),
                model: exchange.model.to_owned(),
                content: blob::put(connection, content.to_string().as_bytes())?,
                reserved: exchange.reserved,
            })
        })?;
        Ok(number)
    }

    /// An exchange has ended. It does so once: a second call for the same number is refused.
    pub fn exchange_ended(&self, number: u64, end: &ExchangeEnd) -> Result<(), LedgerError> {
        self.record(|connection| {
            Ok(Step::ExchangeEnded {
                number,
                reply: blob::put(connection, project::json(&end.reply)?.as_bytes())?,
                spend: end.spend,
                source: end.source.clone(),
                failure: end.failure.clone(),
            })
        })
    }

    /// The implementer wrote a patch for a trial, which has used up `earlier` so far.
    pub fn implemented(
        &self,
        trial: TrialId,
        attempt: u32,
        diff: &str,
        labels: &[String],
        earlier: Cost,
    ) -> Result<(), LedgerError> {
        self.record(|connection| {
            let patch = blob::put(connection, diff.as_bytes())?;
            Ok(Step::Implemented { trial, attempt, patch, labels: labels.to_owned(), earlier })
        })
    }
}

impl Reader {
    /// How many exchanges there are.
    pub fn exchange_count(&self) -> Result<u64, LedgerError> {
        self.one("SELECT count(*) FROM exchanges", |row| row.get::<_, i64>(0)).map(i64::cast_unsigned)
    }

    /// Every exchange, in order.
    pub fn exchanges(&self) -> Result<Vec<ExchangeRecord>, LedgerError> {
        self.list(&format!("{EXCHANGES} ORDER BY number"), [], exchange)
    }

    /// The exchanges of one plugin call, in order.
    pub fn exchanges_of(&self, scope: &str) -> Result<Vec<ExchangeRecord>, LedgerError> {
        self.list(&format!("{EXCHANGES} WHERE scope = ?1 ORDER BY number"), [scope], exchange)
    }

    /// The answer to this request in this scope, if there is one that stands. Where there was none because the provider
    /// rejected the request or did not answer, a run that is taken up again asks again: a key or a server that was
    /// wrong may be right by then.
    pub fn exchange_end(&self, scope: &str, request: &str) -> Result<Option<ExchangeEnd>, LedgerError> {
        let sql = format!(
            "{EXCHANGES} WHERE scope = ?1 AND request = ?2 AND ended IS NOT NULL
             AND coalesce(failure, '') NOT IN ('rejected', 'unavailable') ORDER BY number"
        );
        let found = self.list(&sql, [scope, request], exchange)?;
        found.first().map(|exchange| self.end_of(exchange)).transpose().map(Option::flatten)
    }

    /// How an exchange ended, with its reply; none where it has not.
    pub fn end_of(&self, exchange: &ExchangeRecord) -> Result<Option<ExchangeEnd>, LedgerError> {
        let (Some(reply), Some(source)) = (exchange.reply, &exchange.source) else { return Ok(None) };
        Ok(Some(ExchangeEnd {
            reply: json_value("reply", &text("a reply", self.blob(reply)?)?)?,
            spend: exchange.spend,
            source: source.clone(),
            failure: exchange.failure.clone(),
        }))
    }

    /// What was asked: role and text of each message, and whatever else the request says.
    pub fn exchange_request(
        &self,
        exchange: &ExchangeRecord,
    ) -> Result<(Vec<(String, String)>, Value), LedgerError> {
        let content = json_value("request", &text("a request", self.blob(exchange.content)?)?)?;
        let mut texts = Vec::new();
        for message in content["texts"].as_array().into_iter().flatten() {
            let named = digest(message["text"].as_str().unwrap_or_default())?;
            let role = message["role"].as_str().unwrap_or_default().to_owned();
            texts.push((role, text("a message", self.blob(named)?)?));
        }
        Ok((texts, content["parameters"].clone()))
    }

    /// What the run has used up at the providers. An exchange that was sent and never ended counts with all that it
    /// may have used: its lab was killed, and nobody knows.
    pub fn llm_spent(&self) -> Result<Spend, LedgerError> {
        self.spend("source IS NULL OR source = 'live'", "")
    }

    /// What the plugin call `scope` used up; answers from a recording count as they did then.
    pub fn llm_spent_in(&self, scope: &str) -> Result<Spend, LedgerError> {
        self.spend("ended IS NOT NULL AND scope = ?1", scope)
    }

    /// The language models' budget that the run was last opened with, where it is not the header's.
    pub fn llm_budget(&self) -> Result<Option<Value>, LedgerError> {
        let budget: Option<String> = self.one("SELECT budget FROM run", |row| row.get(0))?;
        budget.map(|budget| json_value("budget", &budget)).transpose()
    }

    fn spend(&self, which: &str, scope: &str) -> Result<Spend, LedgerError> {
        let sql = format!(
            "SELECT coalesce(sum(requests), 0), coalesce(sum(input_tokens), 0), coalesce(sum(output_tokens), 0),
             coalesce(sum(usd), 0.0) FROM exchanges WHERE ({which}) AND (?1 = '' OR scope = ?1)"
        );
        let found = self
            .connection()
            .prepare_cached(&sql)
            .and_then(|mut select| {
                let count = |row: &Row<'_>, column| {
                    Ok::<u64, rusqlite::Error>(row.get::<_, i64>(column)?.cast_unsigned())
                };
                select
                    .query_row(params![scope], |row| {
                        Ok(Spend {
                            requests: count(row, 0)?,
                            input_tokens: count(row, 1)?,
                            output_tokens: count(row, 2)?,
                            usd: row.get(3)?,
                        })
                    })
                    .optional()
            })
            .map_err(LedgerError::reading)?;
        Ok(found.unwrap_or_default())
    }
}

fn exchange(row: &Row<'_>) -> Result<ExchangeRecord, LedgerError> {
    let count = |name: &str| column::<i64>(row, name).map(i64::cast_unsigned);
    let reply: Option<String> = column(row, "reply")?;
    Ok(ExchangeRecord {
        number: count("number")?,
        scope: column(row, "scope")?,
        request: column(row, "request")?,
        model: column(row, "model")?,
        content: digest(&column::<String>(row, "content")?)?,
        reply: reply.as_deref().map(digest).transpose()?,
        source: column(row, "source")?,
        failure: column(row, "failure")?,
        spend: Spend {
            requests: count("requests")?,
            input_tokens: count("input_tokens")?,
            output_tokens: count("output_tokens")?,
            usd: column(row, "usd")?,
        },
        started_at: column(row, "started")?,
        ended_at: column(row, "ended")?,
    })
}
