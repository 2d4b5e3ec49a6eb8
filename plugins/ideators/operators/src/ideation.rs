//! The ideator: from a brief to proposals with patches.

use std::collections::{BTreeMap, BTreeSet};

use proofhouse_sdk::ideator::{
    Access, Brief, Direction, Idea, Mode, Outcome, Patch, Problem, Proposal, Trial,
};
use proofhouse_sdk::random::Random;
use proofhouse_sdk::settings::{Settings, within};
use proofhouse_sdk::state;
use serde::{Deserialize, Serialize};

use crate::breeding::{Breeder, Child, Parent};
use crate::genome::{Catalogued, Genome, catalogue};
use crate::program;

const PLUGIN: &str = "operators";
const STATE_VERSION: u32 = 1;
/// Draws for one proposal, before the ideator gives up: most genomes fit, and were not proposed before.
const MOST_DRAWS: usize = 500;

/// What the ideator remembers, and what another instance goes on from.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Memory {
    /// The keys of all genomes that were proposed.
    proposed: BTreeSet<String>,
    /// Names of the moves that were proposed.
    tried: BTreeSet<String>,
    /// Names of the moves that failed alone, and how often.
    failed: BTreeMap<String, u32>,
}

/// The ideator for one problem.
#[derive(Debug)]
pub struct Operators {
    path: String,
    baseline: String,
    direction: Direction,
    most_moves: usize,
    catalogue: Vec<Catalogued>,
    memory: Memory,
}

impl Operators {
    /// Settings: `file`, the program's path (`train.py`), and `most-moves`, the most moves of one idea (8).
    pub fn open(problem: &Problem, settings: &str) -> Result<Operators, String> {
        let mut settings = Settings::parse(settings)?;
        let path: String = settings.or("file", "train.py".to_string())?;
        let most_moves = within("most-moves", settings.or("most-moves", 8)?, 1, 100)?;
        settings.finish()?;
        let file = problem.files.iter().find(|file| file.path == path).ok_or_else(|| {
            let paths: Vec<&str> = problem.files.iter().map(|file| file.path.as_str()).take(20).collect();
            format!("the problem has no file `{path}`: set `file` to one of {}", paths.join(", "))
        })?;
        if file.access != Access::Editable {
            return Err(format!("`{path}` may not be changed in this problem: set `file` to one that may"));
        }
        let operators = Operators {
            path,
            baseline: file.text.clone(),
            direction: problem.metric.direction,
            most_moves,
            catalogue: catalogue(),
            memory: Memory::default(),
        };
        if operators.fitting().is_empty() {
            return Err(format!(
                "none of the moves fits `{}`: they are made for envs/nanogpt",
                operators.path
            ));
        }
        Ok(operators)
    }

    pub fn restore(problem: &Problem, settings: &str, bytes: &[u8]) -> Result<Operators, String> {
        let mut operators = Operators::open(problem, settings)?;
        operators.memory = state::restore(PLUGIN, STATE_VERSION, bytes)?;
        Ok(operators)
    }

    pub fn save(&self) -> Vec<u8> {
        state::save(PLUGIN, STATE_VERSION, &self.memory).expect("names and numbers are always JSON")
    }

    /// Proposals with patches, none of which was proposed before.
    pub fn propose(&mut self, brief: &Brief, random: &mut impl Random) -> Result<Vec<Proposal>, String> {
        let parents = self.parents(&brief.context);
        let mut proposals = Vec::new();
        for _ in 0..brief.count {
            match self.draw(brief.mode, &brief.context, &parents, random) {
                Some(proposal) => proposals.push(proposal),
                None => break,
            }
        }
        if proposals.is_empty() && brief.count > 0 {
            return Err(format!(
                "no new combination of moves was found in {MOST_DRAWS} draws; {} were proposed before",
                self.memory.proposed.len()
            ));
        }
        Ok(proposals)
    }

    /// Remembers which moves failed alone, so that they are not made again.
    pub fn learn(&mut self, finished: &[Trial]) {
        for trial in finished {
            let Some(genome) = self.genome_of(trial) else { continue };
            let Outcome::Failed(failure) = &trial.outcome else { continue };
            // The user or the host ended these: they say nothing about the idea.
            let innocent = matches!(failure.kind.as_str(), "cancelled" | "lost");
            if let ([gene], false) = (genome.genes(), innocent) {
                let name = self.catalogue[gene.index].entry.name;
                *self.memory.failed.entry(name.to_string()).or_default() += 1;
            }
        }
    }

    fn draw(
        &mut self,
        mode: Mode,
        context: &[Trial],
        parents: &[Parent],
        random: &mut impl Random,
    ) -> Option<Proposal> {
        let moves = self.usable();
        let untried = self.untried(&moves, context);
        for _ in 0..MOST_DRAWS {
            let breeder = Breeder {
                catalogue: &self.catalogue,
                moves: &moves,
                untried: &untried,
                most_moves: self.most_moves,
            };
            let child = match mode {
                Mode::Exploit if !parents.is_empty() => breeder.exploit(parents, random),
                Mode::Exploit | Mode::Explore => breeder.explore(random),
            };
            if let Some(proposal) = child.and_then(|child| self.accept(child)) {
                return Some(proposal);
            }
        }
        None
    }

    /// The proposal that a genome makes, unless it is known, contradicts itself, or does not fit the program.
    fn accept(&mut self, child: Child) -> Option<Proposal> {
        let Child { genome, parents } = child;
        let key = genome.key(&self.catalogue);
        if genome.genes().is_empty()
            || self.memory.proposed.contains(&key)
            || genome.is_contradictory(&self.catalogue)
        {
            return None;
        }
        let edited = program::edited(&self.baseline, &genome, &self.catalogue).ok()?;
        if edited == self.baseline {
            return None;
        }
        self.memory.proposed.insert(key);
        for gene in genome.genes() {
            self.memory.tried.insert(self.catalogue[gene.index].entry.name.to_string());
        }
        Some(Proposal {
            idea: Idea {
                title: genome.title(&self.catalogue),
                rationale: genome.rationale(&self.catalogue),
                labels: genome.labels(&self.catalogue),
            },
            patch: Some(Patch { diff: program::diff(&self.path, &self.baseline, &edited) }),
            parents,
        })
    }

    /// The trials of the context that can be parents, the best first.
    fn parents(&self, context: &[Trial]) -> Vec<Parent> {
        let scored = |trial: &Trial| match &trial.outcome {
            Outcome::Scored(score) if score.value.is_finite() => {
                let genome = self.genome_of(trial)?;
                Some((score.value, Parent { trial: trial.id, genome }))
            }
            _ => None,
        };
        let mut parents: Vec<(f64, Parent)> = context.iter().filter_map(scored).collect();
        parents.sort_by(|(one, _), (other, _)| match self.direction {
            Direction::Minimize => one.total_cmp(other),
            Direction::Maximize => other.total_cmp(one),
        });
        parents.into_iter().map(|(_, parent)| parent).collect()
    }

    fn genome_of(&self, trial: &Trial) -> Option<Genome> {
        Genome::from_labels(trial.idea.labels.iter().map(String::as_str), &self.catalogue)
    }

    /// The moves that fit the baseline, each alone.
    fn fitting(&self) -> Vec<usize> {
        let alone = |one: &Catalogued| {
            let choices = vec![0; one.entry.parameters.len()];
            Genome::new([crate::genome::Gene { index: one.index, choices }])
        };
        let fits = |one: &&Catalogued| program::edited(&self.baseline, &alone(one), &self.catalogue).is_ok();
        self.catalogue.iter().filter(fits).map(|one| one.index).collect()
    }

    /// Those that never failed alone.
    fn usable(&self) -> Vec<usize> {
        let failed = |index: &usize| self.memory.failed.contains_key(self.catalogue[*index].entry.name);
        let fitting = self.fitting();
        let usable: Vec<usize> = fitting.iter().copied().filter(|index| !failed(index)).collect();
        if usable.is_empty() { fitting } else { usable }
    }

    /// Those that neither this ideator nor a trial of the context has made.
    fn untried(&self, moves: &[usize], context: &[Trial]) -> Vec<usize> {
        let seen: BTreeSet<usize> = context
            .iter()
            .filter_map(|trial| self.genome_of(trial))
            .flat_map(|genome| genome.genes().iter().map(|gene| gene.index).collect::<Vec<_>>())
            .collect();
        let is_new = |index: &usize| {
            !seen.contains(index) && !self.memory.tried.contains(self.catalogue[*index].entry.name)
        };
        moves.iter().copied().filter(is_new).collect()
    }
}

#[cfg(test)]
#[path = "ideation_tests.rs"]
mod tests;
