//! Was this proposed before? Compared as text, and, where there is a model that embeds, by meaning.
//!
//! Two ideas are the same where
//!
//! - their titles are, but for case, punctuation and white space; or
//! - the same numbers stand in their titles, and the similarity of the titles (letter trigrams of their words, without
//!   the order of the words) or that of the texts (shingles of three words) reaches the threshold; or
//! - their embeddings' cosine reaches the threshold for embeddings, and the same numbers stand in their titles.
//!
//! Numbers count because a step of 2e-3 is another experiment than one of 3e-3, however alike they read.

mod embedding;
mod shingles;

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

pub use embedding::Embedding;
use shingles::Sketch;

/// Older ideas than this many are forgotten.
const MOST_KNOWN: usize = 20_000;

/// From where on two ideas are the same, from 0 (anything) to 1 (equal in every shingle).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Thresholds {
    /// The Jaccard similarity of shingles.
    pub text: f64,
    /// The cosine of embeddings.
    pub embedding: f64,
}

/// What is kept of an idea to compare others with: a few hundred bytes, whatever its length.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signature {
    /// In small letters, without punctuation.
    title: String,
    /// The words of the title that have a digit, in order of the alphabet.
    numbers: Vec<String>,
    title_grams: Sketch,
    shingles: Sketch,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    embedding: Option<Embedding>,
}

impl Signature {
    /// The signature of a title and the text below it.
    pub fn new(title: &str, text: &str) -> Signature {
        let words = shingles::words(title);
        let mut numbers: Vec<String> =
            words.iter().filter(|word| word.contains(|c: char| c.is_ascii_digit())).cloned().collect();
        numbers.sort_unstable();
        numbers.dedup();
        Signature {
            title: words.join(" "),
            numbers,
            title_grams: Sketch::of_letters(&words),
            shingles: Sketch::of_words(&shingles::words(text)),
            embedding: None,
        }
    }

    /// The signature with the vector that a model gave the text.
    pub fn with_embedding(self, vector: &[f32]) -> Signature {
        Signature { embedding: Embedding::new(vector), ..self }
    }

    fn is_same(&self, other: &Signature, thresholds: Thresholds) -> bool {
        if self.title == other.title {
            return true;
        }
        if self.numbers != other.numbers {
            return false;
        }
        let cosine = match (&self.embedding, &other.embedding) {
            (Some(one), Some(other)) => one.cosine(other),
            _ => None,
        };
        self.title_grams.similarity(&other.title_grams) >= thresholds.text
            || self.shingles.similarity(&other.shingles) >= thresholds.text
            || cosine.is_some_and(|cosine| cosine >= thresholds.embedding)
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Known {
    title: String,
    signature: Signature,
}

/// All that was proposed.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Novelty {
    known: VecDeque<Known>,
}

impl Novelty {
    /// The title of an idea that this one repeats: of several, the one proposed last.
    pub fn repeated(&self, signature: &Signature, thresholds: Thresholds) -> Option<&str> {
        let same = |known: &&Known| known.signature.is_same(signature, thresholds);
        self.known.iter().rev().find(same).map(|known| known.title.as_str())
    }

    /// From now on this is known.
    pub fn add(&mut self, title: &str, signature: Signature) {
        if self.known.len() >= MOST_KNOWN {
            self.known.pop_front();
        }
        self.known.push_back(Known { title: title.to_owned(), signature });
    }

    /// The titles, from the last.
    pub fn titles(&self) -> impl Iterator<Item = &str> {
        self.known.iter().rev().map(|known| known.title.as_str())
    }

    /// How many are known.
    pub fn len(&self) -> usize {
        self.known.len()
    }

    /// Is nothing known?
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }
}

#[cfg(test)]
#[path = "novelty_tests.rs"]
mod tests;
