//! How new genomes come from nothing, and from the genomes of good trials.

use proofhouse_sdk::random::Random;

use crate::genome::{Catalogued, Gene, Genome};

/// A trial that can be a parent.
#[derive(Debug, Clone, PartialEq)]
pub struct Parent {
    /// The trial.
    pub trial: u64,
    /// Its moves.
    pub genome: Genome,
}

/// A genome and the trials it came from.
#[derive(Debug, Clone, PartialEq)]
pub struct Child {
    /// The moves.
    pub genome: Genome,
    /// Trial ids; empty for something new.
    pub parents: Vec<u64>,
}

/// Draws genomes. `moves` are the places in the catalogue of the moves that may be drawn.
pub struct Breeder<'a> {
    /// All moves.
    pub catalogue: &'a [Catalogued],
    /// The moves that fit the program and never failed alone.
    pub moves: &'a [usize],
    /// Those among them that no trial has made yet.
    pub untried: &'a [usize],
    /// The most moves of one idea.
    pub most_moves: usize,
}

impl Breeder<'_> {
    /// Something new: one move, or two, that were not tried yet as long as there are any.
    pub fn explore(&self, random: &mut impl Random) -> Option<Child> {
        let count = if random.chance(0.6) { 1 } else { 2 };
        let pool = if self.untried.len() >= count { self.untried } else { self.moves };
        let moves = random.sample(pool, count.min(self.most_moves));
        let genome = Genome::new(moves.into_iter().map(|index| self.gene(index, random)));
        (!genome.genes().is_empty()).then_some(Child { genome, parents: Vec::new() })
    }

    /// A child of one or two of `parents`, which are in order, the best first. Better ones are likelier.
    pub fn exploit(&self, parents: &[Parent], random: &mut impl Random) -> Option<Child> {
        let first = rank_weighted(parents, random)?;
        let draw = random.unit();
        let genome = if draw < 0.4 {
            let others: Vec<Parent> =
                parents.iter().filter(|other| other.trial != first.trial).cloned().collect();
            if let Some(second) = rank_weighted(&others, random) {
                let genome = self.cross(&first.genome, &second.genome, random);
                return Some(Child { genome, parents: vec![first.trial, second.trial] });
            }
            self.add(&first.genome, random)
        } else if draw < 0.65 {
            self.mutate(&first.genome, random)
        } else if draw < 0.93 {
            self.add(&first.genome, random)
        } else {
            self.leave_out(&first.genome, random)
        };
        genome
            .map_or_else(|| self.add(&first.genome, random), Some)
            .map(|genome| Child { genome, parents: vec![first.trial] })
    }

    /// A gene with random values.
    fn gene(&self, index: usize, random: &mut impl Random) -> Gene {
        let parameters = self.catalogue[index].entry.parameters;
        Gene {
            index,
            choices: parameters.iter().map(|parameter| random.below(parameter.values.len())).collect(),
        }
    }

    /// Another value for one parameter. None where there is nothing to vary.
    fn mutate(&self, genome: &Genome, random: &mut impl Random) -> Option<Genome> {
        let mut variants = Vec::new();
        for gene in genome.genes() {
            for (place, parameter) in self.catalogue[gene.index].entry.parameters.iter().enumerate() {
                for choice in (0..parameter.values.len()).filter(|&choice| choice != gene.choices[place]) {
                    let mut varied = gene.clone();
                    varied.choices[place] = choice;
                    variants.push(varied);
                }
            }
        }
        random.choose(&variants).map(|varied| genome.with(varied.clone()))
    }

    /// One move more.
    fn add(&self, genome: &Genome, random: &mut impl Random) -> Option<Genome> {
        if genome.genes().len() >= self.most_moves {
            return None;
        }
        let has = |index: usize| genome.genes().iter().any(|gene| gene.index == index);
        let new: Vec<usize> = self.moves.iter().copied().filter(|&index| !has(index)).collect();
        let index = *random.choose(&new)?;
        Some(genome.with(self.gene(index, random)))
    }

    /// One move less. None where there is only one.
    fn leave_out(&self, genome: &Genome, random: &mut impl Random) -> Option<Genome> {
        (genome.genes().len() > 1).then(|| genome.without(random.below(genome.genes().len())))
    }

    /// The moves of both, each kept with the probability that leaves the child no larger than allowed. Where both
    /// make the same move, either's values.
    fn cross(&self, first: &Genome, second: &Genome, random: &mut impl Random) -> Genome {
        let (leading, other) = if random.chance(0.5) { (first, second) } else { (second, first) };
        let union = Genome::new(leading.genes().iter().chain(other.genes()).cloned());
        Genome::new(random.sample(union.genes(), self.most_moves))
    }
}

/// One of `parents`, the best first; the one in place r with weight 1 / (r + 1).
fn rank_weighted(parents: &[Parent], random: &mut impl Random) -> Option<Parent> {
    let weights: Vec<f64> = (0..parents.len()).map(|rank| 1.0 / (rank as f64 + 1.0)).collect();
    random.weighted(&weights).map(|place| parents[place].clone())
}
