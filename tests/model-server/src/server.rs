//! The server itself.

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Runtime};

use crate::body::{InFlight, Pieces};
use crate::respond::respond;
use crate::{Behaviour, Protocol, Received};

/// A server on a free port of loopback. It stops when it is dropped.
pub struct ModelServer {
    address: SocketAddr,
    state: Arc<State>,
    /// Taken when it stops.
    runtime: Option<Runtime>,
}

struct State {
    script: Box<dyn Fn(&Received) -> Behaviour + Send + Sync>,
    received: Mutex<Vec<Received>>,
    /// Whether requests are kept: a bench sends too many.
    keep: bool,
    count: AtomicUsize,
    now: Arc<AtomicUsize>,
    most: AtomicUsize,
}

impl ModelServer {
    /// Starts a server.
    ///
    /// # Panics
    /// Where there is no free port, or no thread.
    pub fn start(script: impl Fn(&Received) -> Behaviour + Send + Sync + 'static) -> ModelServer {
        ModelServer::launch(Box::new(script), true)
    }

    /// Starts a server that keeps no requests.
    ///
    /// # Panics
    /// As [`ModelServer::start`].
    pub fn start_forgetful(script: impl Fn(&Received) -> Behaviour + Send + Sync + 'static) -> ModelServer {
        ModelServer::launch(Box::new(script), false)
    }

    fn launch(script: Box<dyn Fn(&Received) -> Behaviour + Send + Sync>, keep: bool) -> ModelServer {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("model-server")
            .enable_io()
            .enable_time()
            .build()
            .expect("a thread for the server");
        let listener = runtime.block_on(TcpListener::bind(("127.0.0.1", 0))).expect("a free port");
        let address = listener.local_addr().expect("a bound socket has an address");
        let (count, now, most) = (AtomicUsize::new(0), Arc::default(), AtomicUsize::new(0));
        let state = Arc::new(State { script, received: Mutex::default(), keep, count, now, most });
        runtime.spawn(accept(listener, Arc::clone(&state)));
        ModelServer { address, state, runtime: Some(runtime) }
    }

    /// Where the paths of a protocol begin.
    pub fn base_url(&self, protocol: Protocol) -> String {
        let version = if protocol == Protocol::Gemini { "v1beta" } else { "v1" };
        format!("http://{}/{version}", self.address)
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// The requests so far, in the order in which they came.
    pub fn requests(&self) -> Vec<Received> {
        self.state.received.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How many requests came.
    pub fn count(&self) -> usize {
        self.state.count.load(Ordering::SeqCst)
    }

    /// How many were in flight at most at a time.
    pub fn max_in_flight(&self) -> usize {
        self.state.most.load(Ordering::SeqCst)
    }
}

impl Drop for ModelServer {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_timeout(Duration::from_secs(5));
        }
    }
}

async fn accept(listener: TcpListener, state: Arc<State>) {
    loop {
        // Too many open files, say: the client sees that it is not accepted.
        let Ok((stream, _)) = listener.accept().await else { continue };
        let _ = stream.set_nodelay(true);
        tokio::spawn(serve(stream, Arc::clone(&state)));
    }
}

async fn serve(stream: TcpStream, state: Arc<State>) {
    let service = service_fn(move |request| answer(Arc::clone(&state), request));
    let connection = hyper::server::conn::http1::Builder::new();
    // It ends in an error where the script wants that, or where the client goes.
    let _ = connection.serve_connection(TokioIo::new(stream), service).await;
}

async fn answer(state: Arc<State>, request: Request<Incoming>) -> Result<Response<Pieces>, io::Error> {
    let in_flight = InFlight::new(&state.now, &state.most);
    let received = receive(request).await?;
    if state.keep {
        state.received.lock().unwrap_or_else(PoisonError::into_inner).push(received.clone());
    }
    state.count.fetch_add(1, Ordering::SeqCst);
    let behaviour = crate::check::refusal(&received).unwrap_or_else(|| (state.script)(&received));
    respond(&received, behaviour, in_flight).await
}

async fn receive(request: Request<Incoming>) -> Result<Received, io::Error> {
    let path = request.uri().path_and_query().map(ToString::to_string).unwrap_or_default();
    let headers = request.headers().iter();
    let headers = headers
        .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
        .collect();
    let body = request.into_body().collect().await.map_err(io::Error::other)?.to_bytes();
    Ok(Received { path, headers, body: serde_json::from_slice(&body).unwrap_or(Value::Null) })
}
