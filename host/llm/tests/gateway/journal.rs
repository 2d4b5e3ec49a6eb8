//! What is recorded, when, and what that saves.

use model_server::{Behaviour, ModelServer};
use proofhouse_llm::{Provider, Scope, Source, Stopped};

use crate::setup::{Memory, ask, gateway, model, never, only, text};

#[test]
fn what_the_journal_has_is_not_sent_again() {
    let server = ModelServer::start(|received| Behaviour::say(received.prompt()));
    let config = only(model(&server, Provider::OpenaiChat));
    let journal = Memory::default();
    let requests = ["a", "b", "a"].map(ask);
    let first = gateway(&config).answer(&mut Scope::new("s"), &requests, &journal, &never()).unwrap();
    assert_eq!((server.count(), journal.started().len()), (3, 3), "equal requests are sent each");
    let again = gateway(&config);
    assert_eq!(again.answer(&mut Scope::new("s"), &requests, &journal, &never()).unwrap(), first);
    assert_eq!((server.count(), again.spent().requests), (3, 0), "it was counted before");
    // One more of an equal request is another, and so is one of another scope.
    let more = ["a", "b", "a", "a"].map(ask);
    again.answer(&mut Scope::new("s"), &more, &journal, &never()).unwrap();
    again.answer(&mut Scope::new("t"), &[ask("a")], &journal, &never()).unwrap();
    assert_eq!(server.count(), 5);
}

#[test]
fn a_scope_counts_over_its_calls() {
    let server = ModelServer::start(|_| Behaviour::say("x"));
    let gateway = gateway(&only(model(&server, Provider::OpenaiChat)));
    let (mut scope, journal) = (Scope::new("s"), Memory::default());
    for _ in 0..3 {
        gateway.answer(&mut scope, &[ask("same")], &journal, &never()).unwrap();
    }
    assert_eq!((server.count(), scope.name()), (3, "s"));
}

#[test]
fn it_is_written_before_anything_is_sent() {
    let server = ModelServer::start(|_| Behaviour::say("x"));
    let gateway = gateway(&only(model(&server, Provider::OpenaiChat)));
    let full = Memory::with_room_for(0);
    let stopped = gateway.answer(&mut Scope::new("s"), &[ask("q")], &full, &never());
    assert!(matches!(&stopped, Err(Stopped::Journal(error)) if error.0 == "the disk is full"), "{stopped:?}");
    assert_eq!((server.count(), gateway.spent().requests), (0, 0));
    // And where the end cannot be written, the run stops, but what was spent is spent.
    let full = Memory::with_room_for(1);
    let stopped = gateway.answer(&mut Scope::new("s"), &[ask("q")], &full, &never());
    assert!(matches!(stopped, Err(Stopped::Journal(_))), "{stopped:?}");
    assert_eq!((server.count(), gateway.spent().requests), (1, 1));
}

#[test]
fn it_has_what_is_reserved_and_what_was_spent() {
    let server = ModelServer::start(|_| Behaviour::say("four"));
    let gateway = gateway(&only(model(&server, Provider::OpenaiChat)));
    let journal = Memory::default();
    let ends = gateway.answer(&mut Scope::new("s"), &[ask("q")], &journal, &never()).unwrap();
    assert_eq!((text(&ends[0]), ends[0].source), ("four", Source::Live));
    assert_eq!(journal.ended(), ends);
    let (id, reserved) = journal.started().remove(0);
    assert_eq!((id.scope.as_str(), id.request.len()), ("s", 64));
    assert_eq!((reserved.requests, reserved.output_tokens), (1, 100));
    assert!(reserved.input_tokens >= ends[0].spend.input_tokens && reserved.usd > ends[0].spend.usd);
}
