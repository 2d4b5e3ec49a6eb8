//! The gateway against a server that we did not write: the proxy of litellm, with mocked replies.
//!
//! Runs where an executable `litellm` is on the PATH, or PROOFHOUSE_LITELLM names one (`pip install 'litellm[proxy]'`).

use std::env;
use std::fs::{self, File, Permissions};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use model_server::{Behaviour, ModelServer, Protocol};
use proofhouse_llm::{
    Ended, ExchangeId, Failure, Gateway, Journal, JournalError, LlmConfig, Message, Provider, Reply, Request,
    Role, Scope, Spend, Started,
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

fn start(executable: &Path, server: &ModelServer) -> Proxy {
    let folder = tempfile::tempdir().unwrap();
    let model = |name: &str, target: &str| {
        format!(
            "  - model_name: {name}\n    litellm_params:\n      model: {target}\n      api_key: none\n      \
             mock_response: \"{SAYS}\"\n"
        )
    };
    // Not a mock: the proxy asks our server, and makes what comes into its protocols.
    let bridged = format!(
        "  - model_name: bridged\n    litellm_params:\n      model: hosted_vllm/test\n      api_key: none\n      \
         api_base: {}\n",
        server.base_url(Protocol::Chat)
    );
    let config = [
        "model_list:\n",
        &model("gpt", "openai/gpt-4o-mini"),
        &model("claude", "anthropic/claude-3-5-haiku-20241022"),
        &bridged,
        "router_settings:\n  disable_cooldowns: true\nlitellm_settings:\n  telemetry: false\n",
    ]
    .concat();
    let path = folder.path().join("config.yaml");
    fs::write(&path, config).unwrap();
    // The proxy starts only with a key of its own, which is good: so the keys are tested too.
    let mut random = [0; 32];
    getrandom::fill(&mut random).unwrap();
    let key = random.iter().fold("sk-".to_owned(), |key, byte| format!("{key}{byte:02x}"));
    write_key(&folder.path().join("key"), &key);
    write_key(&folder.path().join("wrong-key"), &key.replace("sk-", "sk-0"));
    // Free a moment ago: nothing better can be asked for of a program that wants a number.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let log = File::create(folder.path().join("log")).unwrap();
    let child = Command::new(executable)
        .arg("--config")
        .arg(&path)
        .args(["--host", "127.0.0.1", "--port", &port.to_string(), "--telemetry", "False"])
        .env("LITELLM_LOCAL_MODEL_COST_MAP", "True")
        .env("LITELLM_MASTER_KEY", key)
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

fn write_key(path: &Path, key: &str) {
    fs::write(path, key).unwrap();
    fs::set_permissions(path, Permissions::from_mode(0o600)).unwrap();
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

fn ask(proxy: &Proxy, key: &str, provider: Provider, model: &str, stream: bool) -> Ended {
    let version = if provider == Provider::Gemini { "v1beta" } else { "v1" };
    let json = serde_json::json!({
        "provider": provider, "model": model, "stream": stream, "retries": 0, "key-file": key,
        "base-url": format!("http://127.0.0.1:{}/{version}", proxy.port), "timeout-seconds": 60.0,
    });
    let config = LlmConfig {
        models: [("m".to_owned(), serde_json::from_value(json).unwrap())].into(),
        ..LlmConfig::default()
    };
    let gateway = Gateway::new(&config, proxy.folder.path(), Spend::default(), None).unwrap();
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
    let server = ModelServer::start(|_| Behaviour::say(SAYS));
    let proxy = start(&executable, &server);
    let mut wrong = Vec::new();
    // litellm cannot mock a stream of Responses.
    for (provider, model, streams) in [
        (Provider::OpenaiChat, "gpt", [false, true].as_slice()),
        (Provider::OpenaiResponses, "gpt", &[false]),
        (Provider::OpenaiResponses, "bridged", &[false, true]),
        (Provider::Anthropic, "claude", &[false, true]),
        (Provider::Anthropic, "bridged", &[false, true]),
        (Provider::Gemini, "bridged", &[false, true]),
    ] {
        for &stream in streams {
            let end = ask(&proxy, "key", provider, model, stream);
            match &end.reply {
                Reply::Completed(completion) if completion.text == SAYS && completion.output_tokens > 0 => {
                    eprintln!("{provider:?}, {model}, stream {stream}: fine, {:?}", end.spend);
                }
                other => wrong.push(format!("{provider:?}, {model}, stream {stream}: {other:?}")),
            }
        }
    }
    let end = ask(&proxy, "wrong-key", Provider::OpenaiChat, "gpt", true);
    // Without a database it is 400, with one 401.
    if !matches!(&end.reply, Reply::Failed(Failure::Rejected(text)) if text.contains("HTTP 4")) {
        wrong.push(format!("with a wrong key: {end:?}"));
    }
    let log = fs::read_to_string(proxy.folder.path().join("log")).unwrap_or_default();
    assert!(wrong.is_empty(), "{}\n{log}", wrong.join("\n"));
}
