//! What the gateway costs: calls in a second, and its CPU for each, beside the same calls with bare reqwest.
//!
//! The server is this program again, in a process of its own, so that its CPU is not counted. `cargo bench --profile
//! dev -p proofhouse-llm`.

use std::env;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use model_server::{Behaviour, ModelServer, Protocol};
use proofhouse_llm::{
    Ended, ExchangeId, Gateway, Journal, JournalError, LlmConfig, Message, Reply, Request, Role, Scope,
    Spend, Started,
};
use serde_json::{Value, json};

const CALLS: usize = 1000;
const IN_FLIGHT: usize = 100;
const ROUNDS: usize = 5;
const SERVE: &str = "--serve";
/// About four hundred tokens of question.
const QUESTION: &str = "Which change to the training program lowers the loss? ";

fn main() {
    if env::args().any(|argument| argument == SERVE) {
        return serve();
    }
    let mut server = Command::new(env::current_exe().expect("this program has a path"))
        .arg(SERVE)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the server starts");
    let mut base_url = String::new();
    let output = server.stdout.take().expect("its output is ours");
    BufReader::new(output).read_line(&mut base_url).expect("it says where it is");
    println!("{CALLS} calls, {IN_FLIGHT} in flight, on loopback; CPU of the client only");
    for stream in [true, false] {
        compare(base_url.trim(), stream);
    }
    stop(&mut server);
}

/// Serves until whoever started it is gone.
fn serve() {
    let server = ModelServer::start_forgetful(|_| Behaviour::say("SwiGLU instead of GELU. ".repeat(20)));
    println!("{}", server.base_url(Protocol::Chat));
    // Nothing comes, but the end.
    let _ = io::stdin().read_to_end(&mut Vec::new());
}

fn stop(server: &mut Child) {
    drop(server.stdin.take());
    let _ = server.wait();
}

fn compare(base_url: &str, stream: bool) {
    println!("{}:", if stream { "in pieces" } else { "whole" });
    let mut ratios = Vec::new();
    for round in 0..=ROUNDS {
        let bare = measure(|| bare(base_url, stream));
        let ours = measure(|| through_gateway(base_url, stream));
        // The first round warms up.
        if round > 0 {
            let ratio = ours.0.as_secs_f64() / bare.0.as_secs_f64();
            println!("  gateway {}   bare reqwest {}   wall ratio {ratio:.2}", show(ours), show(bare));
            ratios.push(ratio);
        }
    }
    ratios.sort_by(f64::total_cmp);
    println!("  median of the wall ratios: {:.2}", ratios[ratios.len() / 2]);
}

fn show((wall, cpu): (Duration, Duration)) -> String {
    let calls = CALLS as f64;
    let each = cpu.as_secs_f64() * 1e6 / calls;
    format!("{:.3} s, {:5.0} calls/s, {each:3.0} us CPU/call", wall.as_secs_f64(), calls / wall.as_secs_f64())
}

fn measure(work: impl FnOnce()) -> (Duration, Duration) {
    let (start, cpu) = (Instant::now(), cpu());
    work();
    (start.elapsed(), self::cpu() - cpu)
}

/// User and system time of this process and all its threads.
fn cpu() -> Duration {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Duration::new(now.tv_sec as u64, now.tv_nsec as u32)
}

fn question(number: usize) -> String {
    format!("{number}: {}", QUESTION.repeat(30))
}

struct Nothing;

impl Journal for Nothing {
    fn find(&self, _id: &ExchangeId) -> Result<Option<Ended>, JournalError> {
        Ok(None)
    }

    fn started(&self, _exchange: Started<'_>) -> Result<u64, JournalError> {
        Ok(0)
    }

    fn ended(&self, _number: u64, _end: &Ended) -> Result<(), JournalError> {
        Ok(())
    }
}

fn through_gateway(base_url: &str, stream: bool) {
    let model = json!({
        "provider": "openai-chat", "model": "m", "base-url": base_url, "stream": stream,
        "max-concurrent": IN_FLIGHT, "usd-per-million-input": 1.0,
    });
    let model = serde_json::from_value(model).expect("a model");
    let mut config = LlmConfig { models: [("m".to_owned(), model)].into(), ..LlmConfig::default() };
    config.budget.max_tokens = Some(1_000_000_000);
    let gateway = Gateway::new(&config, Path::new("/"), Spend::default(), None).expect("a gateway");
    let requests: Vec<Request> = (0..CALLS)
        .map(|number| Request::Complete {
            model: "m".to_owned(),
            messages: vec![Message { role: Role::User, content: question(number) }],
            temperature: None,
            max_tokens: 1000,
            thinking_tokens: 0,
            seed: None,
            json_schema: None,
        })
        .collect();
    let ends =
        gateway.answer(&mut Scope::new("bench"), &requests, &Nothing, &Arc::default()).expect("answers");
    assert!(ends.iter().all(|end| matches!(end.reply, Reply::Completed(_))));
}

/// The least that a client can do: send, read all, and look at nothing.
fn bare(base_url: &str, stream: bool) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let tls = rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions of TLS")
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth();
    let client =
        reqwest::Client::builder().no_proxy().tls_backend_preconfigured(tls).tcp_nodelay(true).build();
    let (runtime, client) = (runtime.expect("threads"), client.expect("a client"));
    let url = format!("{base_url}/chat/completions");
    runtime.block_on(async {
        let places = Arc::new(tokio::sync::Semaphore::new(IN_FLIGHT));
        let mut calls = Vec::new();
        for number in 0..CALLS {
            let place = Arc::clone(&places).acquire_owned().await.expect("it is never closed");
            let (client, url) = (client.clone(), url.clone());
            calls.push(tokio::spawn(async move {
                let messages = json!([{ "role": "user", "content": question(number) }]);
                let body: Value = json!({ "model": "m", "messages": messages, "stream": stream });
                let request =
                    client.post(url).header("content-type", "application/json").body(body.to_string());
                let mut response = request.send().await.expect("a response");
                let mut bytes = 0;
                while let Some(piece) = response.chunk().await.expect("a piece") {
                    bytes += piece.len();
                }
                drop(place);
                bytes
            }));
        }
        for call in calls {
            assert!(call.await.expect("it ends") > 100);
        }
    });
}
