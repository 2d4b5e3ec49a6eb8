//! One HTTP call: sent, and read with caps and time-outs.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, LOCATION};
use reqwest::{Client, Response, redirect};
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::BuilderVerifierExt;
use serde_json::Value;
use tokio::time::timeout;

use crate::key::Secret;
use crate::model::{Model, Prepared};
use crate::provider::{Answer, Problem, excerpt, of_status};
use crate::{GatewayError, retry, sse};

/// Of a reply, whole or in pieces.
pub(crate) const MOST_BYTES: usize = 16 << 20;
/// Of the body of an error.
const MOST_ERROR_BYTES: usize = 64 << 10;

/// The way to one model.
pub(crate) struct Transport {
    client: Client,
    headers: HeaderMap,
    idle: Duration,
    total: Duration,
}

/// How far an attempt came.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    /// The request was on its way: the provider may have worked on it.
    pub(crate) sent: bool,
    /// A status came.
    pub(crate) answered: bool,
    /// What has come of the answer.
    pub(crate) answer: Answer,
    /// The provider began to answer with an answer, not with an error.
    pub(crate) began: bool,
    /// Bytes of a whole body, which are not yet in the answer.
    pub(crate) bytes: usize,
    /// When the provider wants to see the next attempt.
    pub(crate) asked: Option<Duration>,
}

impl Transport {
    pub(crate) fn new(model: &Model, key: Option<&Secret>) -> Result<Transport, GatewayError> {
        let failed = |reason: String| GatewayError::Network { model: model.name.clone(), reason };
        let config = &model.config;
        let client = Client::builder()
            // A key goes where the run file says, and nowhere else: no redirect is followed, and no proxy from the
            // environment sees it.
            .redirect(redirect::Policy::none())
            .no_proxy()
            .referer(false)
            .user_agent(concat!("proofhouse/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(Duration::from_secs_f64(config.connect_seconds))
            .pool_max_idle_per_host(config.max_concurrent as usize)
            .tcp_nodelay(true)
            .tls_backend_preconfigured(tls(&model.base_url).map_err(|error| failed(error.to_string()))?)
            .build()
            .map_err(|error| failed(reason(error)))?;
        Ok(Transport {
            client,
            headers: headers(model, key).map_err(failed)?,
            idle: Duration::from_secs_f64(config.idle_seconds),
            total: Duration::from_secs_f64(config.timeout_seconds),
        })
    }

    /// Sends the call. What came is in `progress`, whatever the outcome.
    pub(crate) async fn attempt(
        &self,
        model: &Model,
        prepared: &Prepared,
        progress: &mut Progress,
    ) -> Result<(), Problem> {
        let exchange = self.exchange(model, prepared, progress);
        match timeout(self.total, exchange).await {
            Ok(result) => result,
            Err(_) => Err(Problem::Retry(format!("no whole reply within {} s", self.total.as_secs_f64()))),
        }
    }

    async fn exchange(
        &self,
        model: &Model,
        prepared: &Prepared,
        progress: &mut Progress,
    ) -> Result<(), Problem> {
        let response = self.send(model, prepared, progress).await?;
        progress.answered = true;
        let status = response.status().as_u16();
        if !response.status().is_success() {
            progress.asked = retry::asked(response.headers(), SystemTime::now());
            let location = response.headers().get(LOCATION).and_then(|value| value.to_str().ok());
            if let Some(location) = location.filter(|_| (300..400).contains(&status)) {
                return Err(Problem::Reject(format!(
                    "HTTP {status}: the provider sends to {location}, and no redirect is followed; if that is \
                     right, make it the model's `base-url`"
                )));
            }
            return Err(of_status(status, &self.error_body(response).await));
        }
        match kind(&response) {
            Kind::Events if prepared.call.stream => self.stream(model, response, progress).await,
            Kind::Json => self.whole(model, prepared, response, progress).await,
            Kind::Events | Kind::Other => {
                let kind = content_type(&response).to_owned();
                let body = self.error_body(response).await;
                Err(Problem::Retry(format!("the reply is `{kind}` instead of JSON: {}", excerpt(&body))))
            }
        }
    }

    async fn send(
        &self,
        model: &Model,
        prepared: &Prepared,
        progress: &mut Progress,
    ) -> Result<Response, Problem> {
        let url = format!("{}{}", model.base_url, prepared.call.path);
        let request = self.client.post(url).headers(self.headers.clone()).body(prepared.body.clone());
        progress.sent = true;
        // A whole reply says nothing until the model has ended: then only the total time counts.
        let wait = if prepared.call.stream { self.idle } else { Duration::MAX };
        match timeout(wait, request.send()).await {
            Ok(Ok(response)) => Ok(response),
            Ok(Err(error)) => {
                progress.sent = !error.is_connect();
                Err(Problem::Retry(reason(error)))
            }
            Err(_) => Err(self.silent()),
        }
    }

    /// The next piece of a body.
    async fn piece(&self, response: &mut Response) -> Result<Option<Bytes>, Problem> {
        match timeout(self.idle, response.chunk()).await {
            Ok(Ok(piece)) => Ok(piece),
            Ok(Err(error)) => Err(Problem::Retry(format!("the reply broke off: {}", reason(error)))),
            Err(_) => Err(self.silent()),
        }
    }

    fn silent(&self) -> Problem {
        Problem::Retry(format!("nothing came for {} s", self.idle.as_secs_f64()))
    }

    async fn whole(
        &self,
        model: &Model,
        prepared: &Prepared,
        mut response: Response,
        progress: &mut Progress,
    ) -> Result<(), Problem> {
        progress.began = true;
        let mut body = Vec::new();
        while let Some(piece) = self.piece(&mut response).await? {
            progress.bytes += piece.len();
            if progress.bytes > MOST_BYTES {
                return Err(too_large());
            }
            body.extend_from_slice(&piece);
        }
        let value: Value = serde_json::from_slice(&body).map_err(|error| {
            let start = excerpt(&String::from_utf8_lossy(&body));
            Problem::Retry(format!("the reply is no JSON ({error}): {start}"))
        })?;
        let read = if prepared.call.vectors {
            model.protocol.vectors(&value, &mut progress.answer)
        } else {
            model.protocol.whole(&value, &mut progress.answer)
        };
        progress.bytes = 0;
        read
    }

    async fn stream(
        &self,
        model: &Model,
        mut response: Response,
        progress: &mut Progress,
    ) -> Result<(), Problem> {
        progress.began = true;
        let mut parser = sse::Parser::new(MOST_BYTES);
        let mut events = Vec::new();
        let mut total = 0;
        loop {
            let piece = match self.piece(&mut response).await {
                Ok(Some(piece)) => piece,
                // It may have said all there is.
                Ok(None) | Err(_) if model.protocol.is_whole(&progress.answer) => return Ok(()),
                Ok(None) => return Err(Problem::Retry("the stream ended before the reply did".to_owned())),
                Err(problem) => return Err(problem),
            };
            total += piece.len();
            if total > MOST_BYTES {
                return Err(too_large());
            }
            let pushed = parser.push(&piece, &mut events);
            for event in events.drain(..) {
                if model.protocol.event(&event, &mut progress.answer)? {
                    return Ok(());
                }
            }
            pushed.map_err(|error| Problem::Retry(error.to_string()))?;
        }
    }

    /// The beginning of an error's body; what cannot be read is left out.
    async fn error_body(&self, mut response: Response) -> String {
        let mut body = Vec::new();
        while let Ok(Some(piece)) = self.piece(&mut response).await {
            body.extend_from_slice(&piece);
            if body.len() > MOST_ERROR_BYTES {
                break;
            }
        }
        String::from_utf8_lossy(&body).into_owned()
    }
}

fn too_large() -> Problem {
    Problem::Retry(format!("the reply is larger than {} MiB", MOST_BYTES >> 20))
}

/// TLS with the system's roots. Where none is spoken, a machine without roots is no obstacle.
fn tls(base_url: &str) -> Result<ClientConfig, rustls::Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    Ok(if base_url.starts_with("https:") {
        builder.with_platform_verifier()?.with_no_client_auth()
    } else {
        builder.with_root_certificates(RootCertStore::empty()).with_no_client_auth()
    })
}

fn headers(model: &Model, key: Option<&Secret>) -> Result<HeaderMap, String> {
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    for (name, value) in model.protocol.headers() {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    if let Some(key) = key {
        let (name, prefix) = model.protocol.key_header();
        headers.insert(HeaderName::from_static(name), key.header(prefix)?);
    }
    Ok(headers)
}

enum Kind {
    Json,
    Events,
    Other,
}

fn content_type(response: &Response) -> &str {
    response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

fn kind(response: &Response) -> Kind {
    let media = content_type(response).split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match media.as_str() {
        "text/event-stream" => Kind::Events,
        // Where it does not say, its text will.
        "" | "application/json" => Kind::Json,
        other if other.ends_with("+json") => Kind::Json,
        _ => Kind::Other,
    }
}

/// An error of HTTP with its causes, and without the URL.
fn reason(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(&error);
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
