//! What `tests/torch/run.py` prints.

use serde_json::Value;

/// The cases of one family.
#[derive(Debug, Clone, PartialEq)]
pub struct Results {
    /// The torch that they were made with.
    pub torch: String,
    /// What the arguments were drawn by.
    pub seed: u64,
    /// How many operators the family declares.
    pub operators: u64,
    /// In the order of the family's file.
    pub cases: Vec<Case>,
}

/// One case: an object with `id` and what was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// `family/operator/index`.
    pub id: String,
    /// The whole record.
    pub record: Value,
}

impl Results {
    /// Reads the lines.
    ///
    /// # Errors
    /// In words: which line is none of theirs.
    pub fn parse(text: &str) -> Result<Results, String> {
        let mut lines = text.lines();
        let heading = lines.next().ok_or("nothing was printed")?;
        let heading: Value =
            serde_json::from_str(heading).map_err(|why| format!("line 1: {why}: {heading}"))?;
        let number = |name: &str| heading[name].as_u64().ok_or_else(|| format!("line 1 has no {name}"));
        let mut results = Results {
            torch: heading["torch"].as_str().ok_or("line 1 has no version of torch")?.to_owned(),
            seed: number("seed")?,
            operators: number("operators")?,
            cases: Vec::new(),
        };
        for (at, line) in lines.enumerate() {
            let record: Value =
                serde_json::from_str(line).map_err(|why| format!("line {}: {why}: {line}", at + 2))?;
            let id = record["id"].as_str().ok_or_else(|| format!("line {} has no id", at + 2))?.to_owned();
            results.cases.push(Case { id, record });
        }
        Ok(results)
    }
}
