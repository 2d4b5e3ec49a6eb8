//! `proofhouse models log`

use proofhouse_ledger::{ExchangeRecord, Reader};
use proofhouse_llm::{Failure as NoReply, Reply};
use serde::Serialize;
use serde_json::Value;

use crate::args::LogArguments;
use crate::failure::{Failure, Result, Status};
use crate::output::table::{self, Side};
use crate::output::{numbers, print, print_json, untrusted};
use crate::runs;

/// One exchange whole, as `--json` prints it. The names are stable.
#[derive(Debug, Serialize)]
struct Whole {
    #[serde(flatten)]
    exchange: ExchangeRecord,
    messages: Vec<(String, String)>,
    parameters: Value,
    reply: Option<Reply>,
}

/// Shows what was asked and answered.
pub fn run(arguments: &LogArguments) -> Result<Status> {
    let found = runs::find(&arguments.runs.folder, &arguments.run)?;
    let reader = found.reader()?;
    let exchanges = reader.exchanges().map_err(Failure::failed)?;
    let Some(number) = arguments.exchange else {
        if arguments.json {
            print_json(&exchanges)?;
        } else {
            print(&render(&exchanges))?;
        }
        return Ok(Status::Done);
    };
    let Some(exchange) = exchanges.iter().find(|exchange| exchange.number == number) else {
        let hint = match exchanges.len() {
            0 => format!("run {} asked no language model", found.name),
            count => format!("run {} has exchanges 0 to {}", found.name, count - 1),
        };
        return Err(Failure::usage(format!("there is no exchange {number}")).hint(hint));
    };
    let whole = whole(&reader, exchange).map_err(Failure::failed)?;
    if arguments.json {
        print_json(&whole)?;
    } else {
        print(&render_whole(&whole))?;
    }
    Ok(Status::Done)
}

fn whole(reader: &Reader, exchange: &ExchangeRecord) -> std::result::Result<Whole, String> {
    let (messages, parameters) = reader.exchange_request(exchange).map_err(|error| error.to_string())?;
    let end = reader.end_of(exchange).map_err(|error| error.to_string())?;
    let reply = end.map(|end| serde_json::from_value(end.reply)).transpose();
    let reply = reply.map_err(|error| format!("the reply is not readable: {error}"))?;
    Ok(Whole { exchange: exchange.clone(), messages, parameters, reply })
}

fn render(exchanges: &[ExchangeRecord]) -> String {
    let heads = [
        ("n", Side::Right),
        ("call", Side::Left),
        ("model", Side::Left),
        ("ended", Side::Left),
        ("tokens in", Side::Right),
        ("out", Side::Right),
        ("USD", Side::Right),
        ("time", Side::Right),
    ];
    let rows: Vec<Vec<String>> = exchanges
        .iter()
        .map(|exchange| {
            let seconds = exchange.ended_at.map(|at| (at - exchange.started_at) as f64 / 1000.0);
            vec![
                exchange.number.to_string(),
                untrusted::line(&exchange.scope, 30),
                untrusted::line(&exchange.model, 30),
                ended(exchange),
                numbers::count(exchange.spend.input_tokens),
                numbers::count(exchange.spend.output_tokens),
                numbers::usd(exchange.spend.usd),
                seconds.map_or_else(|| "-".to_owned(), numbers::seconds),
            ]
        })
        .collect();
    let usd: f64 = exchanges.iter().map(|exchange| exchange.spend.usd).sum();
    let more = "`--exchange N` shows one whole";
    format!(
        "{}{} exchanges, {} USD; {more}\n",
        table::render(&heads, &rows),
        exchanges.len(),
        numbers::usd(usd)
    )
}

/// `answered`, the word for why not, or `sent` where nobody knows.
fn ended(exchange: &ExchangeRecord) -> String {
    let word = match (&exchange.source, &exchange.failure) {
        (None, _) => "sent".to_owned(),
        (Some(_), Some(failure)) => untrusted::line(failure, 20),
        (Some(_), None) => "answered".to_owned(),
    };
    match exchange.source.as_deref() {
        Some("replay") => format!("{word} (replay)"),
        Some("cache") => format!("{word} (cache)"),
        _ => word,
    }
}

fn render_whole(whole: &Whole) -> String {
    let exchange = &whole.exchange;
    let mut text = format!(
        "exchange {}: {}, model {}, {}\n",
        exchange.number,
        untrusted::line(&exchange.scope, 60),
        untrusted::line(&exchange.model, 60),
        ended(exchange)
    );
    let mut part = |name: &str, body: &str| {
        text.push_str(&format!("\n--- {name}\n{}\n", untrusted::block(body).trim_end()));
    };
    for (role, message) in &whole.messages {
        part(if role.is_empty() { "text" } else { role }, message);
    }
    match &whole.reply {
        None => part("no end is recorded", ""),
        Some(Reply::Completed(completion) | Reply::Failed(NoReply::Truncated(completion))) => {
            if !completion.thinking.is_empty() {
                part("thinking", &completion.thinking);
            }
            part("reply", &completion.text);
        }
        Some(Reply::Embedded(embedding)) => {
            part("reply", &format!("{} vectors", embedding.vectors.len()));
        }
        Some(Reply::Failed(failure)) => part("no reply", &failure.to_string()),
    }
    text
}
