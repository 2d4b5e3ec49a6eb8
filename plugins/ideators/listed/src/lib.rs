//! Proposes the ideas of a list, in order: your own.
//!
//! ```toml
//! [ideator]
//! plugin = "listed"
//! [[ideator.settings.ideas]]
//! title = "a larger step"
//! rationale = "the loss still falls fast at the end"
//! diff = '''
//! --- a/train.py
//! …
//! '''
//! ```
//!
//! Each idea is proposed once. When the list has ended, nothing more is proposed.

use std::cell::Cell;

use proofhouse_sdk::ideator::{
    Brief, Guest, GuestIdeation, Idea, Ideation, Patch, Problem, Proposal, Trial, export,
};
use proofhouse_sdk::settings::Settings;
use proofhouse_sdk::state;
use serde::Deserialize;

const NAME: &str = "listed";
const STATE_VERSION: u32 = 1;

/// One idea of the list.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    title: String,
    #[serde(default)]
    rationale: String,
    #[serde(default)]
    labels: Vec<String>,
    diff: String,
}

fn read_list(settings: &str) -> Result<Vec<Entry>, String> {
    let mut settings = Settings::parse(settings)?;
    let ideas: Vec<Entry> = settings.required("ideas")?;
    settings.finish()?;
    if ideas.is_empty() {
        return Err("setting `ideas` is empty: give at least one".to_owned());
    }
    Ok(ideas)
}

struct List {
    ideas: Vec<Entry>,
    /// How many have been proposed.
    next: Cell<usize>,
}

impl List {
    fn take(&self, count: usize) -> &[Entry] {
        let from = self.next.get().min(self.ideas.len());
        let to = from.saturating_add(count).min(self.ideas.len());
        self.next.set(to);
        &self.ideas[from..to]
    }
}

fn proposal(entry: &Entry) -> Proposal {
    Proposal {
        idea: Idea {
            title: entry.title.clone(),
            rationale: entry.rationale.clone(),
            labels: entry.labels.clone(),
        },
        patch: Some(Patch { diff: entry.diff.clone() }),
        parents: Vec::new(),
    }
}

impl GuestIdeation for List {
    fn open(_problem: Problem, settings: String) -> Result<Ideation, String> {
        Ok(Ideation::new(List { ideas: read_list(&settings)?, next: Cell::new(0) }))
    }

    fn propose(&self, brief: Brief) -> Result<Vec<Proposal>, String> {
        Ok(self.take(brief.count as usize).iter().map(proposal).collect())
    }

    fn learn(&self, _finished: Vec<Trial>) {}

    fn save(&self) -> Vec<u8> {
        state::save(NAME, STATE_VERSION, &self.next.get()).unwrap_or_default()
    }

    fn restore(_problem: Problem, settings: String, bytes: Vec<u8>) -> Result<Ideation, String> {
        let next = state::restore(NAME, STATE_VERSION, &bytes)?;
        Ok(Ideation::new(List { ideas: read_list(&settings)?, next: Cell::new(next) }))
    }
}

struct Plugin;

impl Guest for Plugin {
    type Ideation = List;
}

export!(Plugin);

#[cfg(test)]
mod tests {
    use super::*;

    const TWO: &str = r#"{"ideas": [{"title": "a", "diff": "x"}, {"title": "b", "diff": "y"}]}"#;

    #[test]
    fn each_idea_is_proposed_once_in_order() {
        let list = List { ideas: read_list(TWO).expect("two ideas"), next: Cell::new(0) };
        let titles = |entries: &[Entry]| entries.iter().map(|entry| entry.title.clone()).collect::<Vec<_>>();
        assert_eq!(titles(list.take(1)), ["a"]);
        assert_eq!(titles(list.take(5)), ["b"]);
        assert!(list.take(1).is_empty());
    }

    #[test]
    fn a_list_that_is_missing_empty_or_misspelt_is_refused_by_name() {
        assert!(read_list("{}").expect_err("missing").contains("ideas"));
        assert!(read_list(r#"{"ideas": []}"#).expect_err("empty").contains("empty"));
        assert!(
            read_list(r#"{"ideas": [{"title": "a", "dif": "x"}]}"#).expect_err("misspelt").contains("dif")
        );
    }
}
