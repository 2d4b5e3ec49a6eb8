use proofhouse_sdk::ideator::{Cost, Failure, Metric, Score, SourceFile};
use proofhouse_sdk::random::SplitMix64;

use super::*;

const BASELINE: &str = include_str!("../../../../envs/nanogpt/train.py");

fn problem(access: Access, text: &str) -> Problem {
    Problem {
        name: "nanogpt".into(),
        statement: String::new(),
        metric: Metric { name: "loss".into(), unit: "nats".into(), direction: Direction::Minimize },
        baseline: Some(3.0),
        files: vec![SourceFile { path: "train.py".into(), text: text.into(), access }],
    }
}

fn open() -> Operators {
    Operators::open(&problem(Access::Editable, BASELINE), "{}").expect("opens")
}

fn trial(id: u64, labels: &[&str], outcome: Outcome) -> Trial {
    Trial {
        id,
        epoch: 0,
        parents: Vec::new(),
        idea: Idea {
            title: String::new(),
            rationale: String::new(),
            labels: labels.iter().map(|label| label.to_string()).collect(),
        },
        patch: None,
        outcome,
        cost: Cost { device_seconds: 0.0, instructions: 0, llm_tokens: 0, llm_usd: 0.0 },
        origin: "operators@0.1.0".into(),
    }
}

fn scored(value: f64) -> Outcome {
    Outcome::Scored(Score { value, standard_error: None, measurements: Vec::new() })
}

fn failed(kind: &str) -> Outcome {
    Outcome::Failed(Failure { kind: kind.into(), detail: String::new() })
}

fn brief(mode: Mode, context: Vec<Trial>, count: u32) -> Brief {
    Brief { mode, context, count }
}

/// The names of the moves of a proposal.
fn names(proposal: &Proposal) -> Vec<String> {
    let moves = proposal.idea.labels.iter().filter_map(|label| label.strip_prefix("move:"));
    moves.map(|written| written.split(' ').next().unwrap_or_default().to_string()).collect()
}

#[test]
fn exploring_makes_every_move_before_it_makes_one_again() {
    let mut operators = open();
    let mut random = SplitMix64::new(1);
    let mut seen = BTreeSet::new();
    while seen.len() + 1 < operators.catalogue.len() {
        let proposals =
            operators.propose(&brief(Mode::Explore, vec![], 1), &mut random).expect("something new");
        for name in names(&proposals[0]) {
            assert!(seen.insert(name.clone()), "{name} was made again while others were not made yet");
        }
    }
    assert!(
        !operators
            .propose(&brief(Mode::Explore, vec![], 5), &mut random)
            .expect("still new values")
            .is_empty()
    );
}

#[test]
fn nothing_is_proposed_twice_and_every_patch_changes_the_program() {
    let mut operators = open();
    let mut random = SplitMix64::new(2);
    let mut diffs = BTreeSet::new();
    for _ in 0..20 {
        for proposal in
            operators.propose(&brief(Mode::Explore, vec![], 10), &mut random).expect("something new")
        {
            let diff = proposal.patch.expect("this ideator writes the patch").diff;
            assert!(diff.starts_with("--- a/train.py\n+++ b/train.py\n@@ "), "{diff}");
            assert!(diffs.insert(diff), "{:?}", proposal.idea);
            assert!(!proposal.idea.title.is_empty() && !proposal.idea.rationale.is_empty());
            assert!(proposal.parents.is_empty());
        }
    }
    assert_eq!(diffs.len(), 200);
}

#[test]
fn children_descend_from_their_parents() {
    let mut operators = open();
    let mut random = SplitMix64::new(3);
    let context = vec![
        trial(7, &["optimizer", "move:learning-rate value=3e-3"], scored(2.5)),
        trial(8, &["architecture", "move:squared-relu"], scored(2.6)),
        trial(9, &["no genome"], scored(2.0)),
        trial(10, &["move:qk-norm"], failed("crashed")),
    ];
    let proposals = operators.propose(&brief(Mode::Exploit, context, 30), &mut random).expect("children");
    assert_eq!(proposals.len(), 30);
    let mut crossed = false;
    for proposal in &proposals {
        assert!(!proposal.parents.is_empty());
        assert!(proposal.parents.iter().all(|parent| [7, 8].contains(parent)), "{:?}", proposal.parents);
        let names = names(proposal);
        let has = |name: &str| names.iter().any(|one| one == name);
        match proposal.parents.as_slice() {
            [7] => assert!(has("learning-rate"), "{names:?}"),
            [8] => assert!(has("squared-relu"), "{names:?}"),
            _ => {
                crossed = true;
                assert!(has("learning-rate") && has("squared-relu"), "{names:?}");
            }
        }
    }
    assert!(crossed, "30 children, and no pair of parents");
}

#[test]
fn better_parents_have_more_children() {
    for direction in [Direction::Minimize, Direction::Maximize] {
        let mut problem = problem(Access::Editable, BASELINE);
        problem.metric.direction = direction;
        let mut operators = Operators::open(&problem, "{}").expect("opens");
        let context = vec![
            trial(1, &["move:qk-norm"], scored(3.0)),
            trial(2, &["move:squared-relu"], scored(2.0)),
            trial(3, &["move:layer-norm"], scored(2.5)),
        ];
        let proposals = operators
            .propose(&brief(Mode::Exploit, context, 200), &mut SplitMix64::new(4))
            .expect("children");
        let children = |id: u64| proposals.iter().filter(|proposal| proposal.parents.contains(&id)).count();
        let (high, low) = (children(1), children(2));
        match direction {
            Direction::Minimize => assert!(low > high, "{low} of the best, {high} of the worst"),
            Direction::Maximize => assert!(high > low, "{high} of the best, {low} of the worst"),
        }
    }
}

#[test]
fn without_a_parent_exploiting_explores() {
    let mut operators = open();
    let context = vec![trial(1, &["of another ideator"], scored(2.0))];
    let proposals =
        operators.propose(&brief(Mode::Exploit, context, 3), &mut SplitMix64::new(5)).expect("new");
    assert_eq!(proposals.len(), 3);
    assert!(proposals.iter().all(|proposal| proposal.parents.is_empty()));
}

#[test]
fn a_move_that_failed_alone_is_not_made_again() {
    let mut operators = open();
    operators.learn(&[
        trial(1, &["move:qk-norm"], failed("crashed")),
        trial(2, &["move:rope base=1000.0"], failed("lost")),
        trial(3, &["move:layer-norm", "move:squared-relu"], failed("crashed")),
    ]);
    let usable = operators.usable();
    let is_usable = |name: &str| usable.iter().any(|&index| operators.catalogue[index].entry.name == name);
    assert!(!is_usable("qk-norm"));
    assert!(is_usable("rope"), "the host failed, not the move");
    assert!(is_usable("layer-norm"), "which of the two moves failed is not known");
}

#[test]
fn a_restored_ideator_proposes_the_same() {
    let mut operators = open();
    let mut random = SplitMix64::new(6);
    operators.propose(&brief(Mode::Explore, vec![], 8), &mut random).expect("new");
    operators.learn(&[trial(1, &["move:qk-norm"], failed("crashed"))]);
    let mut restored =
        Operators::restore(&problem(Access::Editable, BASELINE), "{}", &operators.save()).expect("restores");
    let asked = brief(Mode::Explore, vec![], 8);
    let mut again = random.clone();
    assert_eq!(restored.propose(&asked, &mut again), operators.propose(&asked, &mut random));
    assert_eq!(restored.memory, operators.memory);
}

#[test]
fn what_cannot_work_is_said_at_once() {
    let refusal =
        |problem: &Problem, settings: &str| Operators::open(problem, settings).expect_err("refused");
    let editable = problem(Access::Editable, BASELINE);
    assert!(refusal(&problem(Access::Visible, BASELINE), "{}").contains("may not be changed"));
    assert!(refusal(&editable, r#"{"file": "model.py"}"#).contains("no file `model.py`"));
    assert!(refusal(&editable, r#"{"moves": 3}"#).contains("`moves`"));
    assert!(refusal(&problem(Access::Editable, "print(1)\n"), "{}").contains("none of the moves fits"));
    assert!(
        Operators::restore(&editable, "{}", b"{}").expect_err("garbage").contains("no state of operators")
    );
}
