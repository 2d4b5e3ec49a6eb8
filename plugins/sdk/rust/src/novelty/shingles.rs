//! Sets of shingles, of which the smallest hashes are kept (Broder, SEQUENCES 1997: a bottom-k sketch).

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// How many hashes are kept. Up to this many shingles the similarity is exact; beyond, its deviation is at most 1/16.
const KEPT: usize = 64;
/// Words that say nothing about what an experiment changes.
const FILLERS: [&str; 24] = [
    "a", "an", "and", "at", "by", "for", "from", "in", "instead", "into", "its", "of", "on", "or", "our",
    "that", "the", "their", "this", "to", "use", "using", "we", "with",
];

/// Words in small letters, without punctuation. A word with a digit keeps what stands between its characters (`3e-4`,
/// `0.99`, `beta_2`): it may be a number.
pub fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    for token in text.split_whitespace() {
        let token = token.to_lowercase();
        let token = token.trim_matches(|c: char| !c.is_alphanumeric());
        if token.contains(|c: char| c.is_ascii_digit()) && !token.contains(['=', '/', '(', ',']) {
            words.push(token.to_owned());
        } else {
            let parts = token.split(|c: char| !(c.is_alphanumeric() || is_within_number(token, c)));
            words.extend(parts.filter(|part| !part.is_empty()).map(str::to_owned));
        }
    }
    words
}

/// In `lr=3e-4` the `=` parts words, and `.` and `-` do not.
fn is_within_number(token: &str, c: char) -> bool {
    matches!(c, '.' | '-') && token.contains(|c: char| c.is_ascii_digit())
}

/// The smallest hashes of a set, in order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sketch(Vec<u32>);

impl Sketch {
    /// Of every three words in a row; of fewer words, of all.
    pub fn of_words(words: &[String]) -> Sketch {
        let hashes = if words.len() < 3 {
            if words.is_empty() { Vec::new() } else { vec![hash(&words.join(" "))] }
        } else {
            words.windows(3).map(|three| hash(&three.join(" "))).collect()
        };
        Sketch::keep(hashes)
    }

    /// Of every three letters in a row of each word, with its two ends.
    pub fn of_letters(words: &[String]) -> Sketch {
        let mut hashes = Vec::new();
        for word in words.iter().filter(|word| !FILLERS.contains(&word.as_str())) {
            let letters: Vec<char> = std::iter::once(' ').chain(word.chars()).chain([' ']).collect();
            hashes.extend(letters.windows(3).map(|three| hash(&three.iter().collect::<String>())));
        }
        Sketch::keep(hashes)
    }

    fn keep(mut hashes: Vec<u32>) -> Sketch {
        hashes.sort_unstable();
        hashes.dedup();
        hashes.truncate(KEPT);
        Sketch(hashes)
    }

    /// The Jaccard similarity of the two sets; 0 where one is empty.
    pub fn similarity(&self, other: &Sketch) -> f64 {
        if self.0.is_empty() || other.0.is_empty() {
            return 0.0;
        }
        let (mut i, mut j, mut both, mut seen) = (0, 0, 0u32, 0u32);
        // Each walks its hashes in order, so the first `KEPT` that come up are the smallest of the union.
        while (i < self.0.len() || j < other.0.len()) && (seen as usize) < KEPT {
            let (one, two) = (self.0.get(i), other.0.get(j));
            let is_one = two.is_none_or(|two| one.is_some_and(|one| one <= two));
            let is_two = one.is_none_or(|one| two.is_some_and(|two| two <= one));
            i += usize::from(is_one);
            j += usize::from(is_two);
            both += u32::from(is_one && is_two);
            seen += 1;
        }
        f64::from(both) / f64::from(seen)
    }
}

impl Serialize for Sketch {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text: String = self.0.iter().map(|hash| format!("{hash:08x}")).collect();
        serializer.serialize_str(&text)
    }
}

impl<'de> Deserialize<'de> for Sketch {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Sketch, D::Error> {
        let text = String::deserialize(deserializer)?;
        let wrong = || serde::de::Error::custom("a sketch is written in groups of eight hexadecimal digits");
        if !text.is_ascii() || text.len() % 8 != 0 {
            return Err(wrong());
        }
        let hashes: Result<Vec<u32>, _> =
            (0..text.len() / 8).map(|at| u32::from_str_radix(&text[at * 8..at * 8 + 8], 16)).collect();
        hashes.map(Sketch::keep).map_err(|_| wrong())
    }
}

/// FNV-1a, with a last mixing step: its order must say nothing about the text.
fn hash(text: &str) -> u32 {
    let mut hash = 0x811C_9DC5u32;
    for byte in text.bytes() {
        hash = (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
    }
    hash ^= hash >> 16;
    hash = hash.wrapping_mul(0x85EB_CA6B);
    hash ^= hash >> 13;
    hash = hash.wrapping_mul(0xC2B2_AE35);
    hash ^ (hash >> 16)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exact(one: &[String], two: &[String]) -> f64 {
        use std::collections::BTreeSet;
        let set = |words: &[String]| words.windows(3).map(|three| three.join(" ")).collect::<BTreeSet<_>>();
        let (one, two) = (set(one), set(two));
        one.intersection(&two).count() as f64 / one.union(&two).count() as f64
    }

    #[test]
    fn words_have_no_case_and_no_punctuation_and_numbers_keep_theirs() {
        assert_eq!(words("Use  SwiGLU, (not GELU)!"), ["use", "swiglu", "not", "gelu"]);
        assert_eq!(words("lr=3e-4; beta_2 0.99."), ["lr", "3e-4", "beta_2", "0.99"]);
        assert_eq!(words("weight-tied head/embedding"), ["weight", "tied", "head", "embedding"]);
    }

    #[test]
    fn a_sketch_estimates_the_similarity_of_long_texts() {
        let text = |from: usize| -> Vec<String> { (from..from + 600).map(|n| format!("w{n}")).collect() };
        for shift in [0, 30, 150, 600] {
            let (one, two) = (text(0), text(shift));
            let estimate = Sketch::of_words(&one).similarity(&Sketch::of_words(&two));
            assert!((estimate - exact(&one, &two)).abs() < 0.19, "{shift}: {estimate}");
        }
    }

    #[test]
    fn a_sketch_comes_back_from_its_text() {
        let sketch = Sketch::of_words(&words("one two three four five"));
        let json = serde_json::to_string(&sketch).expect("writes");
        assert_eq!(json.len(), 3 * 8 + 2);
        assert_eq!(serde_json::from_str::<Sketch>(&json).expect("reads"), sketch);
        assert!(serde_json::from_str::<Sketch>("\"12\"").is_err());
        assert!(serde_json::from_str::<Sketch>("\"zzzzzzzz\"").is_err());
    }
}
