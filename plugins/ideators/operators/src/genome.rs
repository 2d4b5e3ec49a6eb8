//! Genomes: which moves an idea makes, with which values; as data, as labels, and as the text of an idea.

use std::fmt::Write;

use crate::moves::{self, Move};

/// What a move's label begins with.
const LABEL: &str = "move:";

/// One move with its values.
#[derive(Debug, Clone, Copy)]
pub struct Catalogued {
    /// Where the move is in the table: moves are applied in this order.
    pub index: usize,
    /// What kind of move it is.
    pub family: &'static str,
    /// The move.
    pub entry: &'static Move,
}

/// All moves, in order.
pub fn catalogue() -> Vec<Catalogued> {
    moves::all().enumerate().map(|(index, (family, entry))| Catalogued { index, family, entry }).collect()
}

/// One move of a genome.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Gene {
    /// The move's place in the catalogue.
    pub index: usize,
    /// For each of its parameters, which of the values.
    pub choices: Vec<usize>,
}

/// The moves of one idea, in the catalogue's order, each at most once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Genome(Vec<Gene>);

impl Genome {
    /// Of the given genes. Of two with the same move, the first stays.
    pub fn new(genes: impl IntoIterator<Item = Gene>) -> Genome {
        let mut genes: Vec<Gene> = genes.into_iter().collect();
        genes.sort_by_key(|gene| gene.index);
        genes.dedup_by_key(|gene| gene.index);
        Genome(genes)
    }

    /// The genes in order.
    pub fn genes(&self) -> &[Gene] {
        &self.0
    }

    /// The same without the gene at `place`.
    pub fn without(&self, place: usize) -> Genome {
        let mut genes = self.0.clone();
        genes.remove(place);
        Genome(genes)
    }

    /// The same with `gene` instead of its own gene for that move, or added.
    pub fn with(&self, gene: Gene) -> Genome {
        Genome::new(std::iter::once(gene).chain(self.0.iter().cloned()))
    }

    /// Does any of the moves exclude another?
    pub fn is_contradictory(&self, catalogue: &[Catalogued]) -> bool {
        let names: Vec<&str> = self.0.iter().map(|gene| catalogue[gene.index].entry.name).collect();
        let excludes =
            |gene: &Gene| catalogue[gene.index].entry.excludes.iter().any(|name| names.contains(name));
        self.0.iter().any(excludes)
    }

    /// One label for each family, and one for each move: `move:rope base=10000.0`.
    pub fn labels(&self, catalogue: &[Catalogued]) -> Vec<String> {
        let mut families: Vec<String> = Vec::new();
        for gene in &self.0 {
            let family = catalogue[gene.index].family.to_string();
            if !families.contains(&family) {
                families.push(family);
            }
        }
        families.extend(self.0.iter().map(|gene| label(gene, catalogue)));
        families
    }

    /// The genome in the labels of a trial's idea. None where they carry none that this catalogue knows: an idea of
    /// another ideator, or of another version of this one.
    pub fn from_labels<'a>(
        labels: impl IntoIterator<Item = &'a str>,
        catalogue: &[Catalogued],
    ) -> Option<Genome> {
        let genes: Option<Vec<Gene>> = labels
            .into_iter()
            .filter_map(|label| label.strip_prefix(LABEL))
            .map(|written| parse(written, catalogue))
            .collect();
        genes.map(Genome::new).filter(|genome| !genome.0.is_empty())
    }

    /// The same genome has the same key, and another one another.
    pub fn key(&self, catalogue: &[Catalogued]) -> String {
        self.0.iter().map(|gene| label(gene, catalogue)).collect::<Vec<_>>().join("; ")
    }

    /// The idea in one line.
    pub fn title(&self, catalogue: &[Catalogued]) -> String {
        let titles: Vec<String> = self
            .0
            .iter()
            .map(|gene| {
                let entry = catalogue[gene.index].entry;
                entry.fill(entry.title, &gene.choices)
            })
            .collect();
        let mut title = titles.join(" + ");
        if let Some(first) = title.get(..1) {
            title.replace_range(..1, &first.to_uppercase());
        }
        title
    }

    /// Why each of the moves.
    pub fn rationale(&self, catalogue: &[Catalogued]) -> String {
        if let [gene] = self.0.as_slice() {
            return catalogue[gene.index].entry.rationale.to_string();
        }
        let mut text = String::new();
        for gene in &self.0 {
            let entry = catalogue[gene.index].entry;
            // Writing to a string cannot fail.
            let _ = writeln!(text, "- {}: {}", entry.fill(entry.title, &gene.choices), entry.rationale);
        }
        text.trim_end().to_string()
    }
}

fn label(gene: &Gene, catalogue: &[Catalogued]) -> String {
    let entry = catalogue[gene.index].entry;
    let mut label = format!("{LABEL}{}", entry.name);
    for (parameter, &choice) in entry.parameters.iter().zip(&gene.choices) {
        let _ = write!(label, " {}={}", parameter.name, parameter.values[choice]);
    }
    label
}

/// A label without its beginning, as [`label`] wrote it.
fn parse(written: &str, catalogue: &[Catalogued]) -> Option<Gene> {
    let mut words = written.split(' ');
    let name = words.next()?;
    let found = catalogue.iter().find(|one| one.entry.name == name)?;
    let mut choices = Vec::new();
    for parameter in found.entry.parameters {
        let (key, value) = words.next()?.split_once('=')?;
        if key != parameter.name {
            return None;
        }
        choices.push(parameter.values.iter().position(|known| *known == value)?);
    }
    words.next().is_none().then_some(Gene { index: found.index, choices })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gene(catalogue: &[Catalogued], written: &str) -> Gene {
        parse(written, catalogue).unwrap_or_else(|| panic!("{written}"))
    }

    #[test]
    fn every_gene_survives_its_label() {
        let catalogue = catalogue();
        for one in &catalogue {
            let widest =
                one.entry.parameters.iter().map(|parameter| parameter.values.len()).max().unwrap_or(1);
            for choice in 0..widest {
                let choices = one.entry.parameters.iter().map(|known| choice % known.values.len()).collect();
                let genome = Genome::new([Gene { index: one.index, choices }]);
                let labels = genome.labels(&catalogue);
                assert_eq!(labels[0], one.family);
                let back = Genome::from_labels(labels.iter().map(String::as_str), &catalogue);
                assert_eq!(back, Some(genome), "{labels:?}");
            }
        }
    }

    #[test]
    fn labels_of_others_are_no_genome() {
        let catalogue = catalogue();
        for labels in [
            &["optimizer"][..],
            &["move:no-such-move"],
            &["move:learning-rate"],
            &["move:learning-rate value=17"],
            &["move:learning-rate rate=3e-3"],
            &["move:squared-relu value=1"],
            &["move:squared-relu", "move:from-a-later-version"],
        ] {
            assert_eq!(Genome::from_labels(labels.iter().copied(), &catalogue), None, "{labels:?}");
        }
    }

    #[test]
    fn a_genome_has_one_order_and_each_move_once() {
        let catalogue = catalogue();
        let (slow, fast) =
            (gene(&catalogue, "learning-rate value=1e-3"), gene(&catalogue, "learning-rate value=1e-2"));
        let relu = gene(&catalogue, "squared-relu");
        let genome = Genome::new([slow.clone(), relu.clone()]);
        assert_eq!(genome, Genome::new([relu.clone(), slow.clone()]));
        assert_eq!(genome.key(&catalogue), "move:squared-relu; move:learning-rate value=1e-3");
        assert_eq!(
            genome.with(fast.clone()),
            Genome::new([relu.clone(), fast]),
            "another value replaces the first"
        );
        assert_eq!(genome.without(0), Genome::new([slow]));
        assert_eq!(genome.title(&catalogue), "Squared ReLU in the feed-forward layers + learning rate 1e-3");
        assert_eq!(genome.rationale(&catalogue).lines().count(), 2);
    }

    #[test]
    fn exclusions_are_seen_from_both_sides() {
        let catalogue = catalogue();
        let rope = gene(&catalogue, "rope base=1000.0");
        let zero = gene(&catalogue, "zero-positions");
        assert!(Genome::new([rope.clone(), zero]).is_contradictory(&catalogue));
        assert!(!Genome::new([rope]).is_contradictory(&catalogue));
    }
}
