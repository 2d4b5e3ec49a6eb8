//! Programs that attack the host: each ends with its right outcome, and the run goes on.

use std::collections::HashMap;

use proofhouse_types::{Outcome, Trial};
use serde::Deserialize;

use crate::workplace::{Workplace, baseline};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Cases {
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    /// Python for the start of `train`.
    code: Option<String>,
    /// Python for the end of the file.
    append: Option<String>,
    outcome: String,
    /// Must occur in the outcome's detail.
    detail: String,
}

impl Case {
    /// The diff that makes the baseline hostile.
    fn diff(&self, baseline: &str) -> String {
        let lines: Vec<&str> = baseline.lines().collect();
        let (after, added) = match (&self.code, &self.append) {
            (Some(code), None) => {
                let doc = lines
                    .iter()
                    .position(|line| line.contains("Trains until `budget`"))
                    .expect("train's doc");
                let indented = code.trim_matches('\n').lines().map(|line| format!("    {line}")).collect();
                (doc, indented)
            }
            (None, Some(append)) => {
                (lines.len() - 1, append.trim_end().lines().map(str::to_owned).collect::<Vec<_>>())
            }
            _ => panic!("case `{}` has either `code` or `append`", self.name),
        };
        let mut diff = format!(
            "--- a/train.py\n+++ b/train.py\n@@ -{at},1 +{at},{count} @@\n {context}\n",
            at = after + 1,
            count = added.len() + 1,
            context = lines[after]
        );
        for line in added {
            diff.push_str(&format!("+{line}\n"));
        }
        diff
    }
}

/// A run file's plugins: each idea once, in order.
fn plugins(ideas: &[(String, String)]) -> String {
    let mut text = format!(
        "[searcher]\nplugin = \"best-of-n\"\n[searcher.settings]\nideas = {n}\npopulation = {n}\n\
         [ideator]\nplugin = \"listed\"\n",
        n = ideas.len()
    );
    for (title, diff) in ideas {
        // A JSON string is also a TOML basic string.
        let quoted = |text: &str| serde_json::to_string(text).expect("a string");
        text.push_str(&format!(
            "[[ideator.settings.ideas]]\ntitle = {}\nrationale = \"a test\"\ndiff = {}\n",
            quoted(title),
            quoted(diff)
        ));
    }
    text
}

#[test]
fn each_hostile_program_ends_with_its_right_outcome_and_the_run_goes_on() {
    let cases: Cases = toml::from_str(include_str!("../hostile/cases.toml")).expect("cases.toml");
    let baseline = baseline();
    let change = |code: &str| {
        let case = Case {
            name: "an honest change".into(),
            code: Some(code.into()),
            append: None,
            outcome: "scored".into(),
            detail: String::new(),
        };
        case.diff(&baseline)
    };
    let mut ideas = vec![("honest, first".to_owned(), change("torch.manual_seed(seed + 1)"))];
    ideas.extend(cases.case.iter().map(|case| (case.name.clone(), case.diff(&baseline))));
    ideas.push(("nothing changed".to_owned(), String::new()));
    ideas.push((
        "a file it may not touch".to_owned(),
        "--- a/../../etc/passwd\n+++ b/../../etc/passwd\n@@ -0,0 +1,1 @@\n+root\n".to_owned(),
    ));
    ideas.push((
        "a hunk that does not fit".to_owned(),
        "--- a/train.py\n+++ b/train.py\n@@ -3,1 +3,1 @@\n-not there\n+neither\n".to_owned(),
    ));
    ideas.push(("only a comment".to_owned(), change("# nothing runs otherwise")));
    ideas.push(("the first again, dressed up".to_owned(), change("torch.manual_seed( seed+1 )  # new")));
    ideas.push(("honest, last".to_owned(), change("torch.manual_seed(seed + 2)")));

    let place = Workplace::new();
    // Long enough to reach each limit before the budget ends.
    let environment = place.environment(4.0);
    let file = place.run_file_in(&environment, "hostile", 2, &plugins(&ideas));
    place.succeed(&["run", file.to_str().expect("UTF-8")]);

    let trials = place.trials("hostile");
    assert_eq!(trials.len(), ideas.len(), "each idea is one trial");
    let by_title: HashMap<&str, &Trial> =
        trials.iter().map(|trial| (trial.idea.title.as_str(), trial)).collect();
    let mut wrong = Vec::new();
    for case in &cases.case {
        let (word, detail) = described(&by_title[case.name.as_str()].outcome);
        if word != case.outcome || !detail.contains(&case.detail) {
            wrong.push(format!(
                "{}: expected {} ({}), got {word}: {detail}",
                case.name, case.outcome, case.detail
            ));
        }
    }
    for (title, expected) in [
        ("honest, first", "scored"),
        ("nothing changed", "refused"),
        ("a file it may not touch", "refused"),
        ("a hunk that does not fit", "unpatched"),
        ("only a comment", "refused"),
        ("the first again, dressed up", "refused"),
        ("honest, last", "scored"),
    ] {
        let (word, detail) = described(&by_title[title].outcome);
        if word != expected {
            wrong.push(format!("{title}: expected {expected}, got {word}: {detail}"));
        }
    }
    assert!(wrong.is_empty(), "{} wrong outcomes:\n{}", wrong.len(), wrong.join("\n\n"));
    let (_, detail) = described(&by_title["the first again, dressed up"].outcome);
    assert!(detail.contains("the program is that of trial 0"), "{detail}");
}

fn described(outcome: &Outcome) -> (&'static str, String) {
    match outcome {
        Outcome::Scored(score) => ("scored", format!("{}", score.value)),
        Outcome::Failed(failure) => (outcome.word(), failure.detail.clone()),
    }
}
