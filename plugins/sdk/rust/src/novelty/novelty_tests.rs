use super::*;

const THRESHOLDS: Thresholds = Thresholds { text: 0.8, embedding: 0.92 };

const RATIONALE: &str = "Gated units let the network pick what passes, which costs a third matrix and buys a lower loss \
    at the same size; the hidden width shrinks to two thirds so that the number of parameters stays the same.";

fn known(ideas: &[(&str, &str)]) -> Novelty {
    let mut novelty = Novelty::default();
    ideas.iter().for_each(|(title, text)| novelty.add(title, Signature::new(title, text)));
    novelty
}

fn is_new(novelty: &Novelty, title: &str, text: &str) -> bool {
    novelty.repeated(&Signature::new(title, text), THRESHOLDS).is_none()
}

#[test]
fn the_same_title_otherwise_written_is_a_repeat() {
    let novelty = known(&[("SwiGLU instead of GELU", RATIONALE)]);
    for title in ["swiglu  instead of GELU.", "SWIGLU, INSTEAD OF GELU!", "*SwiGLU instead of GELU*"] {
        assert!(!is_new(&novelty, title, "Another reason altogether."), "{title}");
    }
}

#[test]
fn near_repeats_are_repeats() {
    let novelty = known(&[("SwiGLU instead of GELU in the MLP", RATIONALE)]);
    assert!(
        !is_new(&novelty, "In the MLP, use SwiGLU instead of a GELU", "Short."),
        "words in another order"
    );
    let edited = RATIONALE.replace("a lower loss", "lower loss");
    assert!(!is_new(&novelty, "A gated feed-forward part", &edited), "one word less in the text");
}

#[test]
fn other_ideas_are_new_also_near_by() {
    let novelty =
        known(&[("SwiGLU instead of GELU in the MLP", RATIONALE), ("Learning rate 2e-3", "It falls fast.")]);
    for (title, text) in [
        ("Squared ReLU in the MLP", "Sparse activations train well and cost less than GELU in this setting."),
        (
            "SwiGLU in every second layer",
            "Half of the layers keep the cheap MLP, so that there are more steps.",
        ),
        ("Untied head", "The head and the embedding want different things."),
        ("Learning rate 3e-3", "It falls fast."),
        ("Learning rate 2e-4", "It falls fast."),
    ] {
        assert!(is_new(&novelty, title, text), "{title}");
    }
    assert!(!is_new(&novelty, "The learning rate: 2e-3", "At the end the loss still falls."));
}

#[test]
fn paraphrases_are_found_by_their_meaning() {
    let mut novelty = Novelty::default();
    let signature =
        Signature::new("Untied head", "The head gets its own weights.").with_embedding(&[0.9, 0.1, 0.2]);
    novelty.add("Untied head", signature);
    let paraphrase = Signature::new("Separate output projection", "Do not share the embedding matrix.");
    assert_eq!(novelty.repeated(&paraphrase, THRESHOLDS), None, "as text they have nothing in common");
    let near = paraphrase.clone().with_embedding(&[0.91, 0.12, 0.18]);
    assert_eq!(novelty.repeated(&near, THRESHOLDS), Some("Untied head"));
    let far = paraphrase.with_embedding(&[-0.2, 0.9, 0.2]);
    assert_eq!(novelty.repeated(&far, THRESHOLDS), None);
}

#[test]
fn the_state_is_small_and_comes_back() {
    let mut novelty = Novelty::default();
    for n in 0..100 {
        let title = format!("idea {n}");
        novelty.add(&title, Signature::new(&title, &RATIONALE.repeat(20)));
    }
    let json = serde_json::to_string(&novelty).expect("writes");
    assert!(json.len() < 100 * 900, "{} bytes", json.len());
    let restored: Novelty = serde_json::from_str(&json).expect("reads");
    assert_eq!(restored, novelty);
    assert_eq!(restored.titles().next(), Some("idea 99"), "the last comes first");
}

#[test]
fn empty_texts_are_not_alike() {
    let novelty = known(&[("?", "")]);
    assert!(is_new(&novelty, "a real title", ""));
    assert!(!is_new(&novelty, "!", ""), "no words at all is the same as no words at all");
}
