//! `proofhouse:lab/llm`: the only way to a language model. The gateway has keys, run budget and record; here are the
//! plugin's own grant and share.

use std::time::Instant;

use proofhouse_llm::{Failure, Message, ModelInfo, Reply, Request, Role, Stopped};
use wasmtime::component::Linker;

use crate::bindings::llm as wit;
use crate::models::{Answer, NotAsked, completion};
use crate::state::{GuestState, ModelsStop, Stop, host_call};

pub(super) const NAME: &str = "proofhouse:lab/llm@0.1.0";

type Completed = Result<wit::Completion, wit::Error>;
type Embedded = Result<Vec<Vec<f32>>, wit::Error>;

pub(super) fn link(linker: &mut Linker<GuestState>) -> wasmtime::Result<()> {
    let mut instance = linker.instance(NAME)?;
    instance.func_wrap("models", |cx, (): ()| {
        host_call(cx, |state| Ok((state.models.models().into_iter().map(model).collect::<Vec<_>>(),)))
    })?;
    instance.func_wrap("complete", |cx, (requests,): (Vec<wit::Request>,)| {
        host_call(cx, |state| {
            let requests = requests.into_iter().map(request).collect();
            let answers: Vec<Completed> = ask(state, requests)?.into_iter().map(completed).collect();
            Ok((answers,))
        })
    })?;
    instance.func_wrap("embed", |cx, (model, texts): (String, Vec<String>)| {
        host_call(cx, |state| {
            let answers = ask(state, vec![Request::Embed { model, texts }])?;
            let nothing = || Err(wit::Error::Unavailable("the gateway gave no answer".to_owned()));
            let answer: Embedded = answers.into_iter().next().map_or_else(nothing, embedded);
            Ok((answer,))
        })
    })
}

/// Asks the gateway; a stop of the run becomes a stop of the guest.
fn ask(state: &mut GuestState, requests: Vec<Request>) -> wasmtime::Result<Vec<Answer>> {
    let began = Instant::now();
    let cancel = state.cancel.clone();
    let answers = state.models.ask(requests, &cancel);
    // Providers take the time they take; the gateway has its own limits for them.
    state.wall.exclude(began.elapsed());
    answers.map_err(|stopped| {
        state.halt(match stopped {
            Stopped::Cancelled => Stop::Cancelled,
            Stopped::Budget(reason) => Stop::Models(ModelsStop::Budget(reason)),
            Stopped::NotRecorded(reason) => Stop::Models(ModelsStop::Fault(reason)),
            Stopped::Journal(error) => Stop::Models(ModelsStop::Fault(error.to_string())),
        })
    })
}

fn request(request: wit::Request) -> Request {
    let message = |message: wit::Message| Message {
        role: match message.role {
            wit::Role::System => Role::System,
            wit::Role::User => Role::User,
            wit::Role::Assistant => Role::Assistant,
        },
        content: message.content,
    };
    Request::Complete {
        model: request.model,
        messages: request.messages.into_iter().map(message).collect(),
        temperature: request.temperature,
        max_tokens: request.max_tokens,
        thinking_tokens: request.thinking_tokens,
        seed: request.seed,
        json_schema: request.json_schema,
    }
}

fn completed(answer: Answer) -> Completed {
    let (reply, usd) = answer.map_err(not_asked)?;
    completion(reply).map(|done| of_completion(done, usd)).map_err(|failure| failed(failure, usd))
}

fn embedded(answer: Answer) -> Embedded {
    let (reply, usd) = answer.map_err(not_asked)?;
    match reply {
        Reply::Embedded(embedding) => Ok(embedding.vectors),
        Reply::Failed(failure) => Err(failed(failure, usd)),
        Reply::Completed(_) => Err(wit::Error::Unavailable("words came back in place of vectors".to_owned())),
    }
}

fn of_completion(completion: proofhouse_llm::Completion, usd: f64) -> wit::Completion {
    wit::Completion {
        text: completion.text,
        thinking: completion.thinking,
        input_tokens: completion.input_tokens,
        output_tokens: completion.output_tokens,
        usd,
    }
}

fn not_asked(reason: NotAsked) -> wit::Error {
    match reason {
        NotAsked::NotGranted(reason) => wit::Error::NotGranted(reason),
        NotAsked::PolicySpent(reason) => wit::Error::BudgetExhausted(reason),
    }
}

fn failed(failure: Failure, usd: f64) -> wit::Error {
    match failure {
        Failure::Refused(reason) => wit::Error::Refused(reason),
        Failure::Truncated(completion) => wit::Error::Truncated(of_completion(completion, usd)),
        Failure::Rejected(reason) => wit::Error::Rejected(reason),
        Failure::Unavailable(reason) => wit::Error::Unavailable(reason),
    }
}

fn model(model: ModelInfo) -> wit::Model {
    wit::Model {
        name: model.name,
        usd_per_million_input: model.usd_per_million_input,
        usd_per_million_output: model.usd_per_million_output,
        json_schema: model.json_schema,
        thinking: model.thinking,
        embedding: model.embedding,
    }
}
