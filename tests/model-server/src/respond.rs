//! Turns what shall happen into what happens.

use std::io;

use bytes::Bytes;
use hyper::Response;
use serde_json::{Value, json};

use crate::body::{End, InFlight, Pieces};
use crate::{Answer, Behaviour, Protocol, Received, anthropic, chat, embeddings, gemini, responses};

/// A page as a captive portal shows it.
const PAGE: &str = "<!doctype html><title>Welcome</title><p>Please log in to the network.</p>";

pub(crate) async fn respond(
    received: &Received,
    mut behaviour: Behaviour,
    in_flight: InFlight,
) -> Result<Response<Pieces>, io::Error> {
    while let Behaviour::After(delay, next) = behaviour {
        tokio::time::sleep(delay).await;
        behaviour = *next;
    }
    let protocol = received.protocol().unwrap_or(Protocol::Chat);
    let (status, headers, pieces, end) = match behaviour {
        Behaviour::Hang => std::future::pending().await,
        Behaviour::Drop => return Err(io::Error::other("dropped as the script says")),
        Behaviour::Error { status, code, message, headers } => {
            let body = error(protocol, status, &code, &message);
            (status, with_type(headers, "application/json"), vec![bytes(&body)], End::Proper)
        }
        Behaviour::Raw { status, headers, body } => (status, headers, vec![body.into()], End::Proper),
        Behaviour::Redirect { status, location } => {
            (status, vec![("location".to_owned(), location)], vec![], End::Proper)
        }
        Behaviour::Echo => {
            let body = error(protocol, 401, "authentication_error", &format!("{:?}", received.headers));
            (401, with_type(vec![], "application/json"), vec![bytes(&body)], End::Proper)
        }
        Behaviour::Html => (200, with_type(vec![], "text/html"), vec![PAGE.into()], End::Proper),
        _ => {
            let (pieces, end) = two_hundred(protocol, received, behaviour);
            let kind =
                if received.streams() { "text/event-stream; charset=utf-8" } else { "application/json" };
            (200, with_type(vec![], kind), pieces, end)
        }
    };
    let mut response = Response::builder().status(status);
    for (name, value) in headers {
        response = response.header(name, value);
    }
    response.body(Pieces::new(pieces, end, in_flight)).map_err(io::Error::other)
}

fn with_type(mut headers: Vec<(String, String)>, kind: &str) -> Vec<(String, String)> {
    headers.push(("content-type".to_owned(), kind.to_owned()));
    headers
}

fn two_hundred(protocol: Protocol, received: &Received, behaviour: Behaviour) -> (Vec<Bytes>, End) {
    let streams = received.streams();
    match behaviour {
        Behaviour::Malformed if streams => (vec!["data: {\"choices\": [}\n\n".into()], End::Proper),
        Behaviour::Malformed => (vec!["{\"choices\": [".into()], End::Proper),
        Behaviour::Endless => {
            let piece = if streams { ": wait\n\n".repeat(4096) } else { " ".repeat(32 << 10) };
            (vec![piece.into()], End::Repeated)
        }
        Behaviour::FailMidway { answer, code } => {
            let mut pieces = body(protocol, received, &answer);
            pieces.truncate(pieces.len().div_ceil(2));
            pieces.push(failure_event(protocol, &code));
            (pieces, End::Proper)
        }
        Behaviour::Break(answer) => (half(body(protocol, received, &answer)), End::Broken),
        Behaviour::EndEarly(answer) => (half(body(protocol, received, &answer)), End::Proper),
        Behaviour::Stall(answer) => (half(body(protocol, received, &answer)), End::Silence),
        Behaviour::Reply(answer) => (body(protocol, received, &answer), End::Proper),
        _ => (vec![], End::Proper),
    }
}

/// The body that answers, in the pieces in which it is sent.
fn body(protocol: Protocol, received: &Received, answer: &Answer) -> Vec<Bytes> {
    if received.wants_vectors() {
        return vec![bytes(&embeddings::whole(received))];
    }
    if received.streams() {
        return match protocol {
            Protocol::Chat => chat::stream(received, answer),
            Protocol::Responses => responses::stream(received, answer),
            Protocol::Anthropic => anthropic::stream(received, answer),
            Protocol::Gemini => gemini::stream(received, answer),
        };
    }
    vec![bytes(&match protocol {
        Protocol::Chat => chat::whole(received, answer),
        Protocol::Responses => responses::whole(received, answer),
        Protocol::Anthropic => anthropic::whole(received, answer),
        Protocol::Gemini => gemini::whole(received, answer),
    })]
}

/// The first half, which ends within an event.
fn half(mut pieces: Vec<Bytes>) -> Vec<Bytes> {
    pieces.truncate(pieces.len().div_ceil(2));
    if let Some(last) = pieces.last_mut() {
        last.truncate(last.len() / 2);
    }
    pieces
}

fn error(protocol: Protocol, status: u16, code: &str, message: &str) -> Value {
    match protocol {
        Protocol::Chat | Protocol::Responses => {
            json!({ "error": { "message": message, "type": code, "param": null, "code": code } })
        }
        Protocol::Anthropic => {
            json!({ "type": "error", "error": { "type": code, "message": message }, "request_id": "req_1" })
        }
        Protocol::Gemini => json!({ "error": { "code": status, "message": message, "status": code } }),
    }
}

fn failure_event(protocol: Protocol, code: &str) -> Bytes {
    let message = "something went wrong midway";
    match protocol {
        Protocol::Chat => event(None, &error(protocol, 500, code, message)),
        Protocol::Responses => {
            let body = json!({ "type": "error", "code": code, "message": message, "param": null });
            event(Some("error"), &body)
        }
        Protocol::Anthropic => event(Some("error"), &error(protocol, 500, code, message)),
        Protocol::Gemini => event(None, &error(protocol, 503, code, message)),
    }
}

/// A server-sent event.
pub(crate) fn event(name: Option<&str>, data: &Value) -> Bytes {
    let name = name.map(|name| format!("event: {name}\n")).unwrap_or_default();
    format!("{name}data: {data}\n\n").into()
}

fn bytes(value: &Value) -> Bytes {
    value.to_string().into()
}
