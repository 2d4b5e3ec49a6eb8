//! `cargo xtask torch-conformance`: the sandbox's torch beside PyTorch, or beside what PyTorch once said.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use conformance::{
    Comparison, Difference, Losses, ProgramGolden, Results, Side, compare, families, losses, programs,
    wrong_step,
};

use crate::steps::Failure;
use crate::workspace::Workspace;

/// Seeds that a live comparison draws when none is given.
const SEEDS: u64 = 3;
/// Characters of a value that are shown.
const SHOWN: usize = 300;

/// What was asked.
#[derive(Debug, Default, PartialEq)]
struct Options {
    python: Option<PathBuf>,
    seed: Option<u64>,
    family: Option<String>,
}

impl Options {
    fn parse(words: &[String]) -> Result<Options, Failure> {
        let mut options = Options::default();
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let value = words.next().ok_or_else(|| Failure::new(format!("`{word}` needs a value")))?;
            match word.as_str() {
                "--python" => options.python = Some(value.into()),
                "--seed" => {
                    let seed = value.parse().map_err(|_| Failure::new(format!("`{value}` is no seed")))?;
                    options.seed = Some(seed);
                }
                "--family" => options.family = Some(value.clone()),
                _ => return Err(Failure::new(format!("torch-conformance has no option `{word}`"))),
            }
        }
        if options.seed.is_some() && options.python.is_none() {
            return Err(Failure::new("a seed of one's own needs `--python`: the kept values have theirs"));
        }
        Ok(options)
    }
}

/// All that is counted.
#[derive(Debug, Default)]
struct Totals {
    operators: u64,
    cases: usize,
    different: usize,
    known: usize,
    torch: String,
}

/// Compares families and programs, and prints a table of them.
pub fn run(workspace: &Workspace, words: &[String]) -> Result<(), Failure> {
    let options = Options::parse(words)?;
    let root = workspace.root();
    if !workspace.binary().exists() {
        let path = workspace.binary();
        return Err(Failure::new(format!("{} is missing: `cargo xtask build` builds it", path.display())));
    }
    let sandbox = Side::Sandbox { binary: workspace.binary(), components: workspace.target("guests") };
    let known = families(root).map_err(Failure::new)?;
    let chosen: Vec<String> = match &options.family {
        Some(family) if !known.contains(family) && family != "programs" => {
            return Err(Failure::new(format!(
                "there is no family `{family}`, but {} and programs",
                known.join(", ")
            )));
        }
        Some(family) => known.into_iter().filter(|name| name == family).collect(),
        None => known,
    };
    let mut totals = Totals::default();
    println!(
        "{:<18} {:>9} {:>7} {:>7} {:>7} {:>9}",
        "family", "operators", "cases", "equal", "known", "different"
    );
    for family in &chosen {
        one_family(root, &sandbox, &options, family, &mut totals)?;
    }
    let with_programs = options.family.as_deref().is_none_or(|family| family == "programs");
    let wrong = if with_programs { all_programs(root, &sandbox, &options, &mut totals)? } else { 0 };
    println!(
        "\n{} operators, {} cases: {} equal, {} known to differ, {} different; PyTorch {}",
        totals.operators,
        totals.cases,
        totals.cases - totals.known - totals.different,
        totals.known,
        totals.different,
        totals.torch
    );
    match totals.different + wrong {
        0 => Ok(()),
        count => Err(Failure::new(format!("the sandbox's torch differs from PyTorch in {count} places"))),
    }
}

fn one_family(
    root: &Path,
    sandbox: &Side,
    options: &Options,
    family: &str,
    totals: &mut Totals,
) -> Result<(), Failure> {
    let (mut operators, mut comparison) = (0, Comparison::default());
    for expected in expectations(root, options, family)? {
        let found = sandbox.family(root, family, expected.seed).map_err(Failure::new)?;
        let one = compare(&found, &expected);
        operators = expected.operators;
        comparison.equal += one.equal;
        let named = |mut difference: Difference| {
            difference.id = format!("{} (seed {})", difference.id, expected.seed);
            difference
        };
        comparison.different.extend(one.different.into_iter().map(named));
        comparison.known.extend(one.known);
        totals.torch.clone_from(&expected.torch);
    }
    let (known, different) = (comparison.known.len(), comparison.different.len());
    let cases = comparison.equal + known + different;
    println!("{family:<18} {operators:>9} {cases:>7} {:>7} {known:>7} {different:>9}", comparison.equal);
    for why in comparison.known.iter().map(|(_, why)| why).collect::<BTreeSet<_>>() {
        println!("  known: {why}");
    }
    for difference in &comparison.different {
        println!("  {} in {}", difference.id, difference.part);
        println!("    sandbox {}", shortened(&difference.found));
        println!("    PyTorch {}", shortened(&difference.expected));
    }
    totals.operators += operators;
    totals.cases += cases;
    totals.different += different;
    totals.known += known;
    Ok(())
}

/// What PyTorch says: now, once for each seed, or in the kept file.
fn expectations(root: &Path, options: &Options, family: &str) -> Result<Vec<Results>, Failure> {
    let Some(python) = &options.python else {
        let text = kept(root, &format!("{family}.jsonl"))?;
        return Ok(vec![Results::parse(&text).map_err(|why| Failure::new(format!("{family}: {why}")))?]);
    };
    let seeds = options.seed.map_or_else(drawn, |seed| vec![seed]);
    let live = Side::Python(python.clone());
    seeds.into_iter().map(|seed| live.family(root, family, seed).map_err(Failure::new)).collect()
}

/// Seeds of this moment.
fn drawn() -> Vec<u64> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    (0..SEEDS).map(|at| now * SEEDS + at).collect()
}

fn kept(root: &Path, name: &str) -> Result<String, Failure> {
    let path = root.join("tests/torch/golden").join(name);
    fs::read_to_string(&path).map_err(|why| Failure::io("read", &path, &why))
}

/// Runs all programs; how many differ.
fn all_programs(
    root: &Path,
    sandbox: &Side,
    options: &Options,
    totals: &mut Totals,
) -> Result<usize, Failure> {
    let golden = ProgramGolden::parse(&kept(root, "programs.json")?).map_err(Failure::new)?;
    let live = options.python.clone().map(Side::Python);
    println!("\n{:<18} {:>9} {:>10} {:>10} {:>7}", "program", "losses", "sandbox s", "PyTorch s", "ratio");
    let mut wrong = 0;
    for name in programs(root).map_err(Failure::new)? {
        let (expected, reference) = expected_losses(root, live.as_ref(), &golden.losses, &name)?;
        let (told, seconds) = match sandbox.program(root, &name) {
            Ok(run) => (wrong_step(&losses(&run.output), &expected), Some(run.seconds)),
            Err(why) => (Some(why), None),
        };
        let column = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |value| format!("{value:.2}"));
        let ratio = seconds.zip(reference).map(|(ours, theirs)| ours / theirs);
        let (count, ours, theirs) = (expected.len(), column(seconds), column(reference));
        println!("{name:<18} {count:>9} {ours:>10} {theirs:>10} {:>7}", column(ratio));
        if let Some(told) = told {
            wrong += 1;
            println!("  {told}");
        }
    }
    if totals.torch.is_empty() {
        totals.torch = golden.torch;
    }
    Ok(wrong)
}

/// PyTorch's losses of a program, and its seconds where it ran now.
fn expected_losses(
    root: &Path,
    live: Option<&Side>,
    golden: &BTreeMap<String, Losses>,
    name: &str,
) -> Result<(Losses, Option<f64>), Failure> {
    match live {
        Some(python) => {
            let run = python.program(root, name).map_err(Failure::new)?;
            Ok((losses(&run.output), Some(run.seconds)))
        }
        None => {
            let kept = golden.get(name).cloned();
            let kept = kept.ok_or_else(|| {
                Failure::new(format!("programs.json has no {name}: make_golden.py writes it"))
            })?;
            Ok((kept, None))
        }
    }
}

fn shortened(text: &str) -> String {
    let short: String = text.chars().take(SHOWN).collect();
    if short.len() < text.len() { short + " …" } else { short }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(words: &[&str]) -> Result<Options, String> {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        Options::parse(&words).map_err(|failure| failure.to_string())
    }

    #[test]
    fn options_are_read_and_wrong_ones_refused() {
        let all = options(&["--python", "p", "--seed", "7", "--family", "indexing"]).unwrap();
        assert_eq!(
            (all.python, all.seed, all.family),
            (Some("p".into()), Some(7), Some("indexing".to_owned()))
        );
        assert_eq!(options(&[]).unwrap(), Options::default());
        assert!(options(&["--seed", "7"]).unwrap_err().contains("--python"));
        assert!(options(&["--python"]).unwrap_err().contains("value"));
        assert!(options(&["--bogus", "1"]).unwrap_err().contains("--bogus"));
    }
}
