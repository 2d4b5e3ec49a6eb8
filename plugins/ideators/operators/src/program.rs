//! The program that a genome makes of the baseline, as text and as a patch.

use similar::TextDiff;

use crate::genome::{Catalogued, Genome};
use crate::moves::Place;

/// An edit that does not fit the program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// The move.
    pub name: &'static str,
    /// What it looks for.
    pub find: &'static str,
    /// How often that is there: 0, or more than once.
    pub count: usize,
}

/// The baseline with the genome's edits, in the catalogue's order.
pub fn edited(baseline: &str, genome: &Genome, catalogue: &[Catalogued]) -> Result<String, Conflict> {
    let mut program = baseline.to_string();
    for gene in genome.genes() {
        let entry = catalogue[gene.index].entry;
        for edit in entry.edits {
            let mut places = program.match_indices(edit.find);
            let (Some((at, _)), None) = (places.next(), places.next()) else {
                let count = program.matches(edit.find).count();
                return Err(Conflict { name: entry.name, find: edit.find, count });
            };
            let range = match edit.place {
                Place::Before => at..at,
                Place::After => at + edit.find.len()..at + edit.find.len(),
                Place::Instead => at..at + edit.find.len(),
            };
            program.replace_range(range, &entry.fill(edit.text, &gene.choices));
        }
    }
    Ok(program)
}

/// A unified diff of one file, with three lines of context.
pub fn diff(path: &str, before: &str, after: &str) -> String {
    TextDiff::from_lines(before, after)
        .unified_diff()
        .context_radius(3)
        .header(&format!("a/{path}"), &format!("b/{path}"))
        .to_string()
}

#[cfg(test)]
#[path = "program_tests.rs"]
mod tests;
