//! What the environment of the process may change, and what it may not: proxies, and whom TLS trusts.
//!
//! The variables belong to a whole process, so each test starts this program again with them, for one test that does
//! nothing otherwise.

use std::env;
use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::thread;

use model_server::{Behaviour, ModelServer, Protocol};
use proofhouse_llm::{Failure, ModelConfig, Provider, Reply};
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, Stream};

use crate::setup::{answer_one, at, gateway, only};

const URL: &str = "PROOFHOUSE_TEST_URL";

/// What one question to a base URL gets in a process with these variables.
fn ask_in_a_process(url: &str, variables: &[(&str, &str)]) -> String {
    let child = Command::new(env::current_exe().unwrap())
        .args(["--exact", "surroundings::asks_where_it_is_told", "--nocapture"])
        .env(URL, url)
        .envs(variables.iter().copied())
        .output()
        .unwrap();
    let output = String::from_utf8_lossy(&child.stdout).into_owned();
    assert!(child.status.success(), "{output}{}", String::from_utf8_lossy(&child.stderr));
    output
}

#[test]
fn asks_where_it_is_told() {
    // Only in the process that a test below has started.
    let Ok(url) = env::var(URL) else { return };
    let config = only(ModelConfig { retries: 0, stream: false, ..at(&url, Provider::OpenaiChat) });
    match answer_one(&gateway(&config), "q").reply {
        Reply::Completed(completion) => println!("answer: {}", completion.text),
        Reply::Failed(Failure::Unavailable(text)) => println!("failure: {text}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn no_proxy_of_the_environment_gets_the_request() {
    let server = ModelServer::start(|_| Behaviour::say("from the server"));
    let proxy = ModelServer::start(|_| Behaviour::say("from the proxy"));
    let url = proxy.base_url(Protocol::Chat);
    let proxies = ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];
    let mut variables: Vec<_> = proxies.map(|name| (name, url.trim_end_matches("/v1"))).into();
    variables.extend([("NO_PROXY", ""), ("no_proxy", "")]);
    let output = ask_in_a_process(&server.base_url(Protocol::Chat), &variables);
    assert!(output.contains("answer: from the server"), "{output}");
    assert_eq!((server.count(), proxy.count()), (1, 0));
}

/// A certificate for loopback: in a file, as whoever trusts it needs it, and as its server does.
fn certificate(path: &Path) -> ServerConfig {
    let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    fs::write(path, made.cert.pem()).unwrap();
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap()
}

/// Answers one connection over TLS, if it gets so far. True where a request came.
fn answer_over_tls(listener: &TcpListener, config: ServerConfig) -> bool {
    let (mut socket, _) = listener.accept().unwrap();
    let mut connection = ServerConnection::new(Arc::new(config)).unwrap();
    let answered = talk(&mut socket, &mut connection).is_ok();
    connection.send_close_notify();
    let _ = connection.write_tls(&mut socket);
    answered
}

fn talk(socket: &mut TcpStream, connection: &mut ServerConnection) -> std::io::Result<()> {
    let mut stream = Stream::new(connection, socket);
    let mut request = Vec::new();
    let mut piece = [0; 4096];
    // Its body is JSON, and ends with the object.
    while !request.ends_with(b"}") {
        match stream.read(&mut piece)? {
            0 => return Err(std::io::ErrorKind::UnexpectedEof.into()),
            length => request.extend_from_slice(&piece[..length]),
        }
    }
    let body = r#"{"choices":[{"message":{"content":"over TLS"},"finish_reason":"stop"}]}"#;
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n";
    write!(stream, "{head}content-length: {}\r\n\r\n{body}", body.len())
}

#[test]
fn tls_trusts_the_systems_roots_and_nobody_else() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("root.pem");
    let known = certificate(&root);
    let stranger = certificate(&folder.path().join("stranger.pem"));
    for (config, says, answered) in [(known, "answer: over TLS", true), (stranger, "failure: ", false)] {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("https://{}/v1", listener.local_addr().unwrap());
        let server = thread::spawn(move || answer_over_tls(&listener, config));
        let output = ask_in_a_process(&url, &[("SSL_CERT_FILE", root.to_str().unwrap())]);
        assert!(output.contains(says), "{output}");
        assert!(answered || output.contains("certificate"), "{output}");
        assert_eq!(server.join().unwrap(), answered);
    }
}
