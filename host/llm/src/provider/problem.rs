//! Why an attempt brought no answer, in the words of every provider.

use serde_json::Value;

use super::text;

/// Of a body that is quoted.
const EXCERPT_CHARS: usize = 200;

/// Why there is no answer, and whether another attempt may help.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Problem {
    /// It may.
    Retry(String),
    /// It won't.
    Reject(String),
    /// The model, or its provider's filter, declined.
    Refuse(String),
}

/// Codes of errors that stay, though their status is one of those that pass.
const LASTING: [&str; 4] =
    ["insufficient_quota", "billing_hard_limit_reached", "access_terminated", "account_deactivated"];

/// Words of errors within a stream that pass.
const PASSING: [&str; 12] = [
    "overloaded_error",
    "api_error",
    "rate_limit_error",
    "rate_limit_exceeded",
    "server_error",
    "timeout_error",
    "internal_server_error",
    "service_unavailable",
    "vector_store_timeout",
    "RESOURCE_EXHAUSTED",
    "UNAVAILABLE",
    "INTERNAL",
];

/// The problem that a status other than 200 means.
pub(crate) fn of_status(status: u16, body: &str) -> Problem {
    let parsed: Option<Value> = serde_json::from_str(body).ok();
    let (message, code) = match &parsed {
        Some(value) => (message(value).unwrap_or_else(|| excerpt(body)), code(value)),
        None => (excerpt(body), String::new()),
    };
    let said =
        if message.is_empty() { format!("HTTP {status}") } else { format!("HTTP {status}: {message}") };
    if code == "content_filter" || code == "content_policy_violation" {
        return Problem::Refuse(said);
    }
    match status {
        408 | 409 | 425 | 429 | 500.. if !LASTING.contains(&code.as_str()) => Problem::Retry(said),
        _ => Problem::Reject(said),
    }
}

/// The problem that an error within a body of status 200 means, where there is one.
pub(crate) fn of_body(body: &Value) -> Option<Problem> {
    let error = body.get("error").filter(|error| !error.is_null())?;
    let code = code(body);
    let said = message(body).unwrap_or_else(|| excerpt(&error.to_string()));
    let status = error.get("code").and_then(Value::as_u64);
    let passes = status.is_some_and(|status| matches!(status, 408 | 409 | 429 | 500..));
    Some(if code == "content_filter" {
        Problem::Refuse(said)
    } else if passes || code.is_empty() || PASSING.contains(&code.as_str()) {
        Problem::Retry(said)
    } else {
        Problem::Reject(said)
    })
}

/// The beginning of a text.
pub(crate) fn excerpt(text: &str) -> String {
    let text = text.trim();
    match text.char_indices().nth(EXCERPT_CHARS) {
        Some((place, _)) => format!("{}…", &text[..place]),
        None => text.to_owned(),
    }
}

/// What went wrong, as the body says it.
fn message(body: &Value) -> Option<String> {
    // Gemini may wrap it in a list.
    let body = body.get(0).unwrap_or(body);
    let places =
        ["/error/message", "/message", "/error", "/detail", "/detail/0/msg", "/response/error/message"];
    let said = places.iter().find_map(|place| body.pointer(place)?.as_str());
    said.filter(|said| !said.trim().is_empty()).map(str::to_owned)
}

/// The word for what went wrong: OpenAI's `code` or `type`, Anthropic's `type`, Gemini's `status`.
fn code(body: &Value) -> String {
    let body = body.get(0).unwrap_or(body);
    let places = ["/error/code", "/error/type", "/error/status", "/code"];
    places.iter().map(|place| text(body, place)).find(|code| !code.is_empty()).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn openai(code: &str) -> String {
        json!({ "error": { "message": "no", "type": "some_error", "code": code } }).to_string()
    }

    #[test]
    fn statuses_that_pass_are_tried_again() {
        for status in [408, 409, 425, 429, 500, 502, 503, 504, 529] {
            let problem = of_status(status, &openai("x"));
            assert_eq!(problem, Problem::Retry(format!("HTTP {status}: no")), "{status}");
        }
        for status in [301, 400, 401, 402, 403, 404, 405, 413, 415, 422] {
            let problem = of_status(status, &openai("x"));
            assert_eq!(problem, Problem::Reject(format!("HTTP {status}: no")), "{status}");
        }
        assert!(matches!(of_status(429, &openai("insufficient_quota")), Problem::Reject(_)));
        assert!(matches!(of_status(400, &openai("content_filter")), Problem::Refuse(_)));
    }

    #[test]
    fn the_message_is_found_wherever_providers_put_it() {
        for body in [
            json!({ "error": { "message": "no" } }),
            json!({ "type": "error", "error": { "type": "invalid_request_error", "message": "no" } }),
            json!([{ "error": { "code": 400, "message": "no", "status": "INVALID_ARGUMENT" } }]),
            json!({ "error": "no" }),
            json!({ "detail": "no" }),
            json!({ "detail": [{ "msg": "no" }] }),
            json!({ "object": "error", "message": "no" }),
        ] {
            assert_eq!(of_status(400, &body.to_string()), Problem::Reject("HTTP 400: no".into()), "{body}");
        }
        assert_eq!(of_status(502, "<html>bad"), Problem::Retry("HTTP 502: <html>bad".into()));
        assert_eq!(of_status(503, ""), Problem::Retry("HTTP 503".into()));
    }

    #[test]
    fn errors_within_a_stream_are_told_apart() {
        let anthropic = |word: &str| json!({ "type": "error", "error": { "type": word, "message": "no" } });
        assert!(matches!(of_body(&anthropic("overloaded_error")), Some(Problem::Retry(_))));
        assert!(matches!(of_body(&anthropic("invalid_request_error")), Some(Problem::Reject(_))));
        let gemini = json!({ "error": { "code": 503, "message": "no", "status": "UNAVAILABLE" } });
        assert!(matches!(of_body(&gemini), Some(Problem::Retry(_))));
        assert_eq!(of_body(&json!({ "error": null, "choices": [] })), None);
    }
}
