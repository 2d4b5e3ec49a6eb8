//! The sandbox's `torch` beside the values that PyTorch gave (`tests/torch/golden`): every case of every family, and
//! every whole program.

use std::fs;
use std::sync::Mutex;

use conformance::{ProgramGolden, Results, Side, compare, families, losses, programs, wrong_step};

use crate::workplace::root;

/// Differences that are told of a family.
const TOLD: usize = 5;

fn sandbox() -> Side {
    Side::Sandbox { binary: root().join("target/debug/proofhouse"), components: root().join("target/guests") }
}

fn golden(name: &str) -> String {
    let path = root().join("tests/torch/golden").join(name);
    fs::read_to_string(&path)
        .unwrap_or_else(|why| panic!("{}: {why}: tests/torch/make_golden.py", path.display()))
}

/// Two at a time: `check` tells what is wrong with a name.
fn none_is_wrong(names: &[String], check: impl Fn(&str) -> Vec<String> + Sync) {
    assert!(!names.is_empty());
    let (rest, wrong) = (Mutex::new(names.iter()), Mutex::new(Vec::new()));
    let next = || rest.lock().unwrap().next();
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some(name) = next() {
                    wrong.lock().unwrap().extend(check(name));
                }
            });
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_case_gives_what_pytorch_gave() {
    none_is_wrong(&families(root()).unwrap(), |family| {
        let expected = Results::parse(&golden(&format!("{family}.jsonl"))).unwrap();
        let found = match sandbox().family(root(), family, expected.seed) {
            Ok(found) => found,
            Err(why) => return vec![why],
        };
        let different = compare(&found, &expected).different;
        let told = different.iter().take(TOLD).map(|difference| format!("{difference:?}"));
        let count = format!("{family}: {} cases differ", different.len());
        told.chain((!different.is_empty()).then_some(count)).collect()
    });
}

#[test]
fn every_program_trains_as_in_pytorch() {
    let golden = ProgramGolden::parse(&golden("programs.json")).unwrap();
    none_is_wrong(&programs(root()).unwrap(), |name| {
        let told = match (golden.losses.get(name), sandbox().program(root(), name)) {
            (Some(expected), Ok(run)) => wrong_step(&losses(&run.output), expected),
            (None, _) => Some("programs.json has no such program: tests/torch/make_golden.py".to_owned()),
            (_, Err(why)) => Some(why),
        };
        told.into_iter().map(|told| format!("{name}: {told}")).collect()
    });
}
