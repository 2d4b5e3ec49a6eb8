//! All protocols, whole and in pieces: what is sent, and what is understood.

use model_server::{Answer, Behaviour, Finish, ModelServer, Received, tokens};
use proofhouse_llm::{Failure, Message, ModelConfig, Provider, Reply, Request, Role, Source, ThinkingForm};
use serde_json::{Value, json};

use crate::setup::{PROVIDERS, answer, answer_one, ask, failure, gateway, model, only, text};

/// Every provider, in pieces and whole.
fn each(check: impl Fn(Provider, bool)) {
    for (provider, _) in PROVIDERS {
        for stream in [true, false] {
            check(provider, stream);
        }
    }
}

/// A server with one answer, and a model of it.
fn serve(answer: Answer, provider: Provider, stream: bool) -> (ModelServer, ModelConfig) {
    let server = ModelServer::start(move |_| Behaviour::Reply(answer.clone()));
    let model = ModelConfig { stream, ..model(&server, provider) };
    (server, model)
}

#[test]
fn a_question_is_answered_with_its_usage() {
    let said = "The loss falls: é€😀, \"quoted\",\nand done.";
    each(|provider, stream| {
        let reply = Answer { thinking: "Let me think.".into(), cached: 3, ..Answer::new(said) };
        let (server, mut model) = serve(reply.clone(), provider, stream);
        model.usd_per_million_cached_input = Some(1.0);
        let end = answer_one(&gateway(&only(model)), "Will the loss of this run fall?");
        let Reply::Completed(completion) = &end.reply else { panic!("{provider:?} {stream}: {end:?}") };
        assert_eq!(completion.text, said, "{provider:?} {stream}");
        assert_eq!(completion.thinking, "Let me think.", "{provider:?} {stream}");
        let input = tokens("Will the loss of this run fall?");
        let counted = (completion.input_tokens, completion.output_tokens);
        assert_eq!(counted, (input, reply.tokens()), "{provider:?} {stream}");
        assert_eq!(end.source, Source::Live);
        assert_eq!((end.spend.requests, end.spend.tokens()), (1, input + reply.tokens()));
        let usd = ((input - 3) as f64 * 2.0 + 3.0 + reply.tokens() as f64 * 10.0) / 1e6;
        assert!((end.spend.usd - usd).abs() < 1e-12, "{provider:?} {stream}: {} {usd}", end.spend.usd);
        assert_eq!(server.requests()[0].streams(), stream);
    });
}

#[test]
fn where_a_server_counts_nothing_it_is_estimated() {
    each(|provider, stream| {
        let reply = Answer { silent_on_usage: true, ..Answer::new("x".repeat(40)) };
        let (_server, model) = serve(reply, provider, stream);
        let end = answer_one(&gateway(&only(model)), &"y".repeat(80));
        // Anthropic's stream always counts.
        assert!(end.spend.input_tokens >= 20 && end.spend.input_tokens < 40, "{provider:?} {end:?}");
        assert_eq!(end.spend.output_tokens, 10, "{provider:?} {stream}");
    });
}

#[test]
fn ends_other_than_the_models_own_are_failures() {
    each(|provider, stream| {
        let reply = Answer { finish: Finish::Length, ..Answer::new("only so f") };
        let (_server, model) = serve(reply.clone(), provider, stream);
        let end = answer_one(&gateway(&only(model)), "q");
        let Failure::Truncated(completion) = failure(&end) else { panic!("{provider:?} {stream} {end:?}") };
        assert_eq!((completion.text.as_str(), completion.output_tokens), ("only so f", reply.tokens()));
        assert_eq!(end.spend.output_tokens, reply.tokens());

        let reply = Answer { finish: Finish::Refusal, ..Answer::new("I can't help with that.") };
        let (server, model) = serve(reply, provider, stream);
        let end = answer_one(&gateway(&only(model)), "q");
        assert!(matches!(failure(&end), Failure::Refused(_)), "{provider:?} {stream} {end:?}");
        assert_eq!((server.count(), end.spend.requests), (1, 1), "a refusal is not tried again");
        assert!(end.spend.output_tokens > 0, "but it is paid for");
    });
}

/// A request with everything.
fn full() -> Request {
    let message = |role, content: &str| Message { role, content: content.to_owned() };
    Request::Complete {
        model: "m".to_owned(),
        messages: vec![
            message(Role::System, "Be brief."),
            message(Role::User, "One?"),
            message(Role::Assistant, "Two."),
            message(Role::User, "Three?"),
        ],
        temperature: Some(0.5),
        max_tokens: 300,
        thinking_tokens: 2048,
        seed: Some(u64::MAX),
        json_schema: Some(r#"{"type":"object"}"#.to_owned()),
    }
}

fn sent(provider: Provider, change: impl Fn(&mut ModelConfig), request: &Request) -> Received {
    let (server, mut model) = serve(Answer::new("{}"), provider, true);
    (model.thinking, model.json_schema) = (true, true);
    change(&mut model);
    let end = answer(&gateway(&only(model)), std::slice::from_ref(request)).unwrap().remove(0);
    assert_eq!(text(&end), "{}", "{provider:?}");
    server.requests().remove(0)
}

#[test]
fn each_protocol_has_its_own_words() {
    let schema = json!({ "type": "object" });
    let chat = sent(Provider::OpenaiChat, |_| {}, &full()).body;
    assert_eq!(chat["messages"][0], json!({ "role": "system", "content": "Be brief." }));
    assert_eq!((&chat["max_tokens"], &chat["reasoning_effort"]), (&json!(2348), &json!("low")));
    assert_eq!(chat["response_format"]["json_schema"]["schema"], schema);
    assert_eq!((&chat["seed"], &chat["temperature"]), (&json!(i64::MAX), &json!(0.5)));

    let responses = sent(Provider::OpenaiResponses, |_| {}, &full()).body;
    assert_eq!((&responses["instructions"], &responses["store"]), (&json!("Be brief."), &json!(false)));
    assert_eq!(responses["input"].as_array().map(Vec::len), Some(3));
    assert_eq!(responses["reasoning"], json!({ "effort": "low" }));
    assert_eq!(responses["max_output_tokens"], 2348);
    assert_eq!(responses["text"]["format"]["schema"], schema);

    let anthropic = sent(Provider::Anthropic, |_| {}, &full()).body;
    let kept = json!({ "type": "ephemeral" });
    assert_eq!(anthropic["system"][0]["cache_control"], kept);
    assert_eq!(anthropic["messages"][0]["content"][0]["cache_control"], kept);
    assert!(anthropic["messages"][1]["content"].is_string(), "only what is repeated");
    assert_eq!(anthropic["thinking"], json!({ "type": "enabled", "budget_tokens": 2048 }));
    assert_eq!((&anthropic["max_tokens"], &anthropic["temperature"]), (&json!(2348), &Value::Null));
    assert_eq!(anthropic["output_config"]["format"], json!({ "type": "json_schema", "schema": schema }));

    let gemini = sent(Provider::Gemini, |_| {}, &full());
    assert_eq!(gemini.path, "/v1beta/models/test-model:streamGenerateContent?alt=sse");
    let generation = &gemini.body["generationConfig"];
    let thinking = json!({ "thinkingBudget": 2048, "includeThoughts": true });
    assert_eq!((&generation["thinkingConfig"], &generation["responseJsonSchema"]), (&thinking, &schema));
    assert_eq!((&generation["seed"], &generation["maxOutputTokens"]), (&json!(i32::MAX), &json!(2348)));
    assert_eq!(gemini.body["contents"][1]["role"], "model");
    assert_eq!(gemini.body["systemInstruction"]["parts"][0]["text"], "Be brief.");
}

#[test]
fn models_that_take_no_number_of_tokens_are_told_an_effort() {
    let effort = |model: &mut ModelConfig| model.thinking_form = ThinkingForm::Effort;
    let anthropic = sent(Provider::Anthropic, effort, &full()).body;
    assert_eq!(anthropic["thinking"], json!({ "type": "adaptive" }));
    assert_eq!(anthropic["output_config"]["effort"], "low");
    assert_eq!(anthropic["output_config"]["format"]["type"], "json_schema");
    let gemini = sent(Provider::Gemini, effort, &full()).body;
    let thinking = json!({ "thinkingLevel": "low", "includeThoughts": true });
    assert_eq!(gemini["generationConfig"]["thinkingConfig"], thinking);
}

#[test]
fn words_for_thinking_are_said_only_to_models_that_think() {
    for (provider, pointer) in [
        (Provider::OpenaiChat, "/reasoning_effort"),
        (Provider::OpenaiResponses, "/reasoning"),
        (Provider::Anthropic, "/thinking"),
        (Provider::Gemini, "/generationConfig/thinkingConfig"),
    ] {
        let body = sent(provider, |model| model.thinking = false, &ask("q")).body;
        assert_eq!(body.pointer(pointer), None, "{provider:?}");
    }
    let body = sent(Provider::OpenaiResponses, |_| {}, &ask("q")).body;
    assert_eq!(body["reasoning"], json!({ "effort": "none" }));
}

#[test]
fn vectors_come_in_the_order_of_the_texts() {
    let texts: Vec<String> = ["one", "two", "three"].map(str::to_owned).into();
    let request = Request::Embed { model: "m".to_owned(), texts: texts.clone() };
    let mut seen = Vec::new();
    for provider in [Provider::OpenaiChat, Provider::OpenaiResponses, Provider::Gemini] {
        let (_server, mut model) = serve(Answer::default(), provider, true);
        model.embedding = true;
        let end = answer(&gateway(&only(model)), std::slice::from_ref(&request)).unwrap().remove(0);
        let Reply::Embedded(embedding) = end.reply else { panic!("{provider:?} {end:?}") };
        assert_eq!(embedding.vectors.len(), 3);
        assert_eq!((end.spend.requests, end.spend.output_tokens), (1, 0));
        assert!((3..=4).contains(&embedding.input_tokens), "{provider:?}");
        seen.push(embedding.vectors);
    }
    assert!(seen.iter().all(|vectors| *vectors == seen[0]), "OpenAI's come in any order");
    assert_ne!(seen[0][0], seen[0][1]);
}

#[test]
fn what_a_model_cannot_do_is_not_sent() {
    let (server, plain) = serve(Answer::new("x"), Provider::OpenaiChat, true);
    let embed = Request::Embed { model: "m".to_owned(), texts: vec!["x".to_owned()] };
    let (_, claude) = serve(Answer::new("x"), Provider::Anthropic, true);
    let mut thinks = ModelConfig { thinking: true, ..claude };
    thinks.base_url.clone_from(&model(&server, Provider::Anthropic).base_url);
    let with = |change: &dyn Fn(&mut Request)| {
        let mut request = ask("q");
        change(&mut request);
        request
    };
    let set = |field: &'static str, value: Value| {
        let mut json = serde_json::to_value(ask("q")).unwrap();
        json[field] = value;
        serde_json::from_value::<Request>(json).unwrap()
    };
    for (model, request, why) in [
        (&plain, embed, "words, not vectors"),
        (&plain, set("thinking_tokens", json!(2000)), "no budget of thinking tokens"),
        (&plain, set("json_schema", json!("{}")), "JSON schema"),
        (&plain, set("max_tokens", json!(0)), "limit of tokens"),
        (&plain, set("temperature", json!(2.5)), "temperature"),
        (&plain, set("messages", json!([])), "no message"),
        (&plain, set("model", json!("other")), "there is no model `other`: the run file has `m`"),
        (&thinks, set("thinking_tokens", json!(1000)), "1024 tokens or more"),
        (
            &plain,
            with(&|request| *request = set("messages", json!([{"role": "system", "content": "x"}]))),
            "no message",
        ),
    ] {
        let end = answer(&gateway(&only(model.clone())), &[request]).unwrap().remove(0);
        let Failure::Rejected(text) = failure(&end) else { panic!("{end:?}") };
        assert!(text.contains(why), "{text}");
        assert_eq!(end.spend.requests, 0);
    }
    assert_eq!(server.count(), 0);
}

#[test]
fn a_server_that_does_not_stream_is_understood() {
    let body = json!({ "choices": [{ "message": { "content": "whole" }, "finish_reason": "stop" }] });
    let server = ModelServer::start(move |_| Behaviour::Raw {
        status: 200,
        headers: vec![("content-type".into(), "application/json".into())],
        body: body.to_string(),
    });
    let end = answer_one(&gateway(&only(model(&server, Provider::OpenaiChat))), "q");
    assert_eq!(text(&end), "whole");
}
