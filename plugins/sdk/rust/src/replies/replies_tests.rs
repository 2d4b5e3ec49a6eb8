use super::*;
use crate::random::{Random, SplitMix64};

const TWO: &str = "Here are my ideas.\n\n[Experiment]\nTitle: SwiGLU\nLabels: Architecture, model=evil\nBased on: 12, \
    #17\nGated units train better.\n[Code Changes]\nReplace the MLP.\n[End]\n\n[Experiment]\nTitle: Untied head\nThe \
    head wants other things.\n[Code Changes]\nDrop the tying line.\n[End]\nGood luck!\n";

fn titles(reply: &str) -> Vec<String> {
    ideas(reply, Ending::Complete).into_iter().map(|draft| draft.title).collect()
}

#[test]
fn blocks_are_read_in_full() {
    let drafts = ideas(TWO, Ending::Complete);
    assert_eq!(drafts.len(), 2);
    assert_eq!(drafts[0].title, "SwiGLU");
    assert_eq!(drafts[0].rationale, "Gated units train better.\n\nCode changes:\nReplace the MLP.");
    assert_eq!(drafts[0].labels, ["architecture"], "a label with `=` is not a model's to give");
    assert_eq!(drafts[0].based_on, [12, 17]);
    assert_eq!(drafts[1].labels, [] as [&str; 0]);
}

#[test]
fn only_trials_that_were_shown_are_parents() {
    let draft = &ideas(&TWO.replace("#17", "17, 99, 12"), Ending::Complete)[0];
    assert_eq!(draft.parents(&[17, 12, 5]), [12, 17]);
    assert!(draft.parents(&[]).is_empty());
}

#[test]
fn the_form_may_vary() {
    let expected = ideas(TWO, Ending::Complete);
    for reply in [
        TWO.replace('\n', "\r\n"),
        format!("```\n{TWO}```\n"),
        TWO.replace("[Experiment]", "**[EXPERIMENT 1]**").replace("[End]", "**[end]**"),
        TWO.replace("[Experiment]", "### [Experiment]\n[Experiment]"),
        TWO.replace("[End]", "[End]\n[End]"),
        TWO.replace("Title:", "**Title:**").replace("Based on:", "Based-on:"),
        TWO.replace("[End]\n\n", "\n"),
        TWO.replace("[End]\nGood luck!\n", ""),
        TWO.replace("Gated units", "Rationale: Gated units"),
    ] {
        let drafts = ideas(&reply, Ending::Complete);
        assert_eq!(drafts.len(), 2, "{reply}");
        for (draft, expected) in drafts.iter().zip(&expected) {
            assert_eq!(draft.title, expected.title, "{reply}");
            assert_eq!(draft.based_on, expected.based_on, "{reply}");
            assert!(draft.rationale.starts_with(&expected.rationale[..20]), "{}", draft.rationale);
        }
    }
}

#[test]
fn a_block_that_broke_off_is_no_idea() {
    let cut = TWO.split("[End]\nGood").next().expect("text");
    assert_eq!(ideas(cut, Ending::Complete).len(), 2, "the model only forgot its mark");
    assert_eq!(ideas(cut, Ending::Truncated).len(), 1, "here something may be missing");
    let before_code = TWO.rsplit_once("[Code Changes]").expect("text").0;
    assert_eq!(ideas(before_code, Ending::Complete).len(), 1);
}

#[test]
fn what_a_model_only_thinks_is_not_read() {
    let draft = "[Experiment]\nTitle: a draft\nb\n[Code Changes]\nc\n[End]\n";
    for reply in [format!("<think>\n{draft}</think>\n{TWO}"), format!("hm\n{draft}\n</think>\n\n{TWO}")] {
        assert_eq!(titles(&reply), ["SwiGLU", "Untied head"], "{reply}");
    }
    assert!(titles(&format!("<think>{TWO}")).is_empty(), "it never came to say anything");
    let code = "x = '</think>'\n";
    assert_eq!(spoken(code), code);
}

#[test]
fn without_a_title_the_first_sentence_is_one() {
    let reply = "[Experiment] Warm up longer. The start is rough. [Code Changes] warmup = 0.1 [End]";
    let drafts = ideas(reply, Ending::Complete);
    assert_eq!(drafts[0].title, "Warm up longer");
    assert!(titles("[Experiment][Code Changes][End]").is_empty());
    assert!(titles("[Experiment]\nTitle: ---\n[Code Changes]\n...\n[End]").is_empty());
    let long = format!("[Experiment]\nTitle: {}\u{1b}[2J\nb\n[Code Changes]\nc\n[End]", "x".repeat(999));
    assert!(titles(&long)[0].chars().count() <= MOST_TITLE);
}

const JSON: &str = r#"{"ideas": [
  {"title": "SwiGLU", "rationale": "Gated {units} train better.", "code_changes": "Replace.", "labels": ["A", "prompt=x"], "based_on": [12, 17]},
  {"title": "Untied head", "rationale": "Because.", "code_changes": "", "labels": [], "based_on": []}
]}"#;

#[test]
fn json_is_read_in_every_wrapping() {
    let array = JSON.split_once(": ").expect("an object").1.trim_end_matches('}');
    for reply in [
        JSON.to_owned(),
        array.to_owned(),
        format!("```json\n{JSON}\n```"),
        format!("Sure! Here you are:\n{JSON}\nAnything {{else}}?"),
        array.trim_matches(['[', ']']).replace("},\n", "}\n"),
        JSON.replace("based_on", "Based on").replace("[12, 17]", "\"12 and 17\""),
    ] {
        let drafts = ideas(&reply, Ending::Complete);
        assert_eq!(drafts.len(), 2, "{reply}");
        assert_eq!(drafts[0].based_on, [12, 17], "{reply}");
        assert_eq!(drafts[0].labels, ["a"]);
        assert_eq!(drafts[0].rationale, "Gated {units} train better.\n\nCode changes:\nReplace.");
    }
}

#[test]
fn json_that_broke_off_has_its_whole_objects() {
    for cut in [JSON.len() - 4, JSON.len() - 40, JSON.find("Untied").expect("second")] {
        let drafts = ideas(&JSON[..cut], Ending::Truncated);
        assert!(!drafts.is_empty() && drafts[0].title == "SwiGLU", "{}", &JSON[..cut]);
    }
    assert_eq!(titles(&JSON[..JSON.len() - 40]).len(), 1);
}

#[test]
fn what_is_no_idea_is_none() {
    for reply in
        ["", "I cannot help with that.", "{\"error\": \"no\"}", "[1, 2]", "[End]", "{\"a\": [{\"b\": 1}]}"]
    {
        assert!(ideas(reply, Ending::Complete).is_empty(), "{reply}");
    }
}

#[test]
fn the_schema_is_json_and_its_objects_are_read() {
    let schema: serde_json::Value = serde_json::from_str(IDEAS_SCHEMA).expect("JSON");
    let items = &schema["properties"]["ideas"]["items"];
    let required = items["required"].as_array().expect("a list");
    assert_eq!(required.len(), items["properties"].as_object().expect("a table").len());
}

#[test]
fn nothing_that_a_model_sends_panics() {
    let mut random = SplitMix64::new(7);
    let pieces = [
        "[Experiment]",
        "[Code Changes]",
        "[End]",
        "{",
        "}",
        "[",
        "]",
        "\"",
        "```",
        "\n",
        "Title:",
        "é",
        ":",
        "\0",
    ];
    for round in 0..3000 {
        let mut bytes: Vec<u8> = match round % 3 {
            0 => (0..random.below(200)).map(|_| random.bits() as u8).collect(),
            1 => TWO.bytes().chain(JSON.bytes()).collect(),
            _ => (0..random.below(60)).flat_map(|_| pieces[random.below(pieces.len())].bytes()).collect(),
        };
        for _ in 0..random.below(8) {
            if !bytes.is_empty() {
                let at = random.below(bytes.len());
                match random.below(3) {
                    0 => bytes[at] = random.bits() as u8,
                    1 => bytes.truncate(at),
                    _ => drop(bytes.splice(at..at, pieces[random.below(pieces.len())].bytes())),
                }
            }
        }
        let text = String::from_utf8_lossy(&bytes);
        for ending in [Ending::Complete, Ending::Truncated] {
            for draft in ideas(&text, ending) {
                assert!(!draft.title.is_empty() && !draft.rationale.is_empty());
                assert!(draft.labels.iter().all(|label| !label.contains('=')));
            }
        }
    }
}
