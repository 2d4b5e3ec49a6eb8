use std::io::Write;
use std::process::{Command, Stdio};

use super::*;
use crate::genome::{Gene, catalogue};

/// The program that the moves are made for.
const BASELINE: &str = include_str!("../../../../envs/nanogpt/train.py");

/// Every move alone, with each value of each parameter at least once.
fn every_gene(catalogue: &[Catalogued]) -> Vec<Gene> {
    let mut genes = Vec::new();
    for one in catalogue {
        let widest = one.entry.parameters.iter().map(|parameter| parameter.values.len()).max().unwrap_or(1);
        for choice in 0..widest {
            let choices = one.entry.parameters.iter().map(|known| choice % known.values.len()).collect();
            genes.push(Gene { index: one.index, choices });
        }
    }
    genes
}

/// Asks Python to parse programs: the error for each that is not Python, under its name.
fn syntax_errors(programs: &[(String, String)]) -> String {
    let check = "import ast, json, sys\n\
                 for name, text in json.load(sys.stdin):\n\
                 \x20   try: ast.parse(text)\n\
                 \x20   except SyntaxError as error: print(name, error)\n";
    let mut python = Command::new("python3")
        .args(["-c", check])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3 is a prerequisite of the tests");
    let json = serde_json::to_vec(programs).expect("text");
    python.stdin.take().expect("piped").write_all(&json).expect("python3 reads");
    let done = python.wait_with_output().expect("python3 ends");
    assert!(done.status.success());
    String::from_utf8(done.stdout).expect("UTF-8")
}

#[test]
fn every_move_fits_the_baseline_and_leaves_it_python() {
    let catalogue = catalogue();
    let mut programs = Vec::new();
    for gene in every_gene(&catalogue) {
        let genome = Genome::new([gene]);
        let name = genome.key(&catalogue);
        let program = edited(BASELINE, &genome, &catalogue).unwrap_or_else(|why| panic!("{name}: {why:?}"));
        assert_ne!(program, BASELINE, "{name}");
        programs.push((name, program));
    }
    assert!(programs.len() > 100, "{}", programs.len());
    assert_eq!(syntax_errors(&programs), "");
}

#[test]
fn every_pair_of_moves_that_fits_is_python() {
    let catalogue = catalogue();
    let alone: Vec<Gene> = catalogue
        .iter()
        .map(|one| Gene { index: one.index, choices: vec![0; one.entry.parameters.len()] })
        .collect();
    let (mut programs, mut pairs) = (Vec::new(), 0);
    for (at, first) in alone.iter().enumerate() {
        for second in &alone[at + 1..] {
            let genome = Genome::new([first.clone(), second.clone()]);
            pairs += 1;
            if let (Ok(program), false) =
                (edited(BASELINE, &genome, &catalogue), genome.is_contradictory(&catalogue))
            {
                programs.push((genome.key(&catalogue), program));
            }
        }
    }
    assert_eq!(syntax_errors(&programs), "");
    assert!(programs.len() * 10 > pairs * 8, "only {} of {pairs} pairs go together", programs.len());
}

#[test]
fn the_catalogue_is_in_order() {
    let catalogue = catalogue();
    assert!(catalogue.len() >= 36, "{}", catalogue.len());
    let mut names: Vec<&str> = catalogue.iter().map(|one| one.entry.name).collect();
    for one in &catalogue {
        let entry = one.entry;
        assert!(
            entry.excludes.iter().all(|name| names.contains(name)),
            "{}: {:?}",
            entry.name,
            entry.excludes
        );
        assert!(!entry.name.contains(' ') && entry.title.len() < 120, "{}", entry.name);
        for parameter in entry.parameters {
            let placeholder = format!("{{{}}}", parameter.name);
            assert!(
                entry.edits.iter().any(|edit| edit.text.contains(&placeholder)),
                "{}: {placeholder}",
                entry.name
            );
            assert!(entry.title.contains(&placeholder), "{}: {placeholder} is not in the title", entry.name);
            assert!(parameter.values.iter().all(|value| !value.contains([' ', '='])), "{}", entry.name);
        }
    }
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), catalogue.len(), "a name occurs twice");
}

#[test]
fn an_edit_that_finds_nothing_or_two_places_is_a_conflict() {
    let catalogue = catalogue();
    let index = catalogue.iter().find(|one| one.entry.name == "learning-rate").expect("known").index;
    let genome = Genome::new([Gene { index, choices: vec![0] }]);
    let line = "learning_rate: float = 1.5e-3";
    assert_eq!(edited("", &genome, &catalogue).expect_err("nothing").count, 0);
    assert_eq!(edited(&format!("{line}\n{line}\n"), &genome, &catalogue).expect_err("two").count, 2);
    assert_eq!(edited(line, &genome, &catalogue).as_deref(), Ok("learning_rate: float = 2e-3"));
}

#[test]
fn a_diff_names_the_file_and_keeps_three_lines_of_context() {
    let before: String = (0..20).map(|line| format!("line {line}\n")).collect();
    let after = before.replace("line 10\n", "line ten\n");
    let expected = "--- a/train.py\n+++ b/train.py\n@@ -8,7 +8,7 @@\n line 7\n line 8\n line 9\n-line 10\n+line ten\n line \
                    11\n line 12\n line 13\n";
    assert_eq!(diff("train.py", &before, &after), expected);
}
