//! The gateway against a server that we did not write: the proxy of litellm, with mocked replies.
//!
//! Runs where an executable `litellm` is on the PATH, or PROOFHOUSE_LITELLM names one (`pip install 'litellm[proxy]'`).

use std::env;
use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use proofhouse_llm::{
    Ended, ExchangeId, Gateway, Journal, JournalError, LlmConfig, Message, Provider, Reply, Request, Role,
    Scope, Spend, Started,
};

const SAYS: &str = "Mocked: the loss falls.";
/// The proxy imports much before it listens.
const PATIENCE: Duration = Duration::from_secs(120);

/// The proxy, stopped when it is dropped.
struct Proxy {
    child: Child,
    port: u16,
    folder: tempfile::TempDir,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn executable() -> Option<PathBuf> {
    if let Some(named) = env::var_os("PROOFHOUSE_LITELLM") {
        return Some(named.into());
    }
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|folder| folder.join("litellm")).find(|file| file.is_file())
}

fn start(executable: &Path) -> Proxy {
    let folder = tempfile::tempdir().unwrap();
    let model = |name: &str, target: &str| {
        format!(
            "  - model_name: {name}\n    litellm_params:\n      model: {target}\n      api_key: none\n      \
             mock_response: \"{SAYS}\"\n"
        )
    };
    let config = format!(
        "model_list:\n{}{}litellm_settings:\n  telemetry: false\n",
        model("gpt", "openai/gpt-4o-mini"),
        model("claude", "anthropic/claude-3-5-haiku-20241022"),
    );
    let path = folder.path().join("config.yaml");
    fs::write(&path, config).unwrap();
    // Free a moment ago: nothing better can be asked for of a program that wants a number.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let log = File::create(folder.path().join("log")).unwrap();
    let child = Command::new(executable)
        .arg("--config")
        .arg(&path)
        .args(["--host", "127.0.0.1", "--port", &port.to_string(), "--telemetry", "False"])
        .env("LITELLM_LOCAL_MODEL_COST_MAP", "True")
        .env_remove("DATABASE_URL")
        .stdin(Stdio::null())
        .stdout(log.try_clone().unwrap())
        .stderr(log)
        .spawn()
        .unwrap();
    let mut proxy = Proxy { child, port, folder };
    wait_until_ready(&mut proxy);
    proxy
}

/// Asks until it says that it is alive.
fn wait_until_ready(proxy: &mut Proxy) {
    let start = Instant::now();
    while !is_alive(proxy.port) {
        let ended = proxy.child.try_wait().unwrap();
        if ended.is_some() || start.elapsed() > PATIENCE {
            let log = fs::read_to_string(proxy.folder.path().join("log")).unwrap_or_default();
            panic!("the proxy is not ready after {:?} ({ended:?}):\n{log}", start.elapsed());
        }
        thread::park_timeout(Duration::from_millis(200));
    }
}

fn is_alive(port: u16) -> bool {
    let ask = || -> std::io::Result<bool> {
        let mut stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        stream.write_all(b"GET /health/liveliness HTTP/1.0\r\nHost: localhost\r\n\r\n")?;
        let mut status = [0; 12];
        stream.read_exact(&mut status)?;
        Ok(status.ends_with(b" 200"))
    };
    ask().unwrap_or(false)
}

/// Keeps nothing.
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

fn ask(port: u16, provider: Provider, model: &str, stream: bool) -> Ended {
    let json = serde_json::json!({
        "provider": provider, "model": model, "stream": stream, "retries": 0,
        "base-url": format!("http://127.0.0.1:{port}/v1"), "timeout-seconds": 60.0,
    });
    let config = LlmConfig {
        models: [("m".to_owned(), serde_json::from_value(json).unwrap())].into(),
        ..LlmConfig::default()
    };
    let gateway = Gateway::new(&config, Path::new("/"), Spend::default(), None).unwrap();
    let request = Request::Complete {
        model: "m".to_owned(),
        messages: vec![
            Message { role: Role::System, content: "Be brief.".to_owned() },
            Message { role: Role::User, content: "Will the loss fall?".to_owned() },
        ],
        temperature: Some(0.5),
        max_tokens: 100,
        thinking_tokens: 0,
        seed: None,
        json_schema: None,
    };
    gateway.answer(&mut Scope::new("s"), &[request], &Nothing, &Arc::default()).unwrap().remove(0)
}

#[test]
fn a_proxy_that_we_did_not_write_is_understood() {
    let Some(executable) = executable() else {
        eprintln!("skipped: there is no litellm (pip install 'litellm[proxy]', or set PROOFHOUSE_LITELLM)");
        return;
    };
    let proxy = start(&executable);
    let mut wrong = Vec::new();
    for (provider, model) in
        [(Provider::OpenaiChat, "gpt"), (Provider::OpenaiResponses, "gpt"), (Provider::Anthropic, "claude")]
    {
        for stream in [false, true] {
            let end = ask(proxy.port, provider, model, stream);
            match &end.reply {
                Reply::Completed(completion) if completion.text == SAYS && completion.output_tokens > 0 => {
                    eprintln!("{provider:?}, stream {stream}: fine, {:?}", end.spend);
                }
                other => wrong.push(format!("{provider:?}, stream {stream}: {other:?}")),
            }
        }
    }
    let log = fs::read_to_string(proxy.folder.path().join("log")).unwrap_or_default();
    assert!(wrong.is_empty(), "{}\n{log}", wrong.join("\n"));
}
