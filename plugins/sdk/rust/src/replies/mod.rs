//! Ideas from a model's reply.
//!
//! Two forms are read, whatever stands around them: blocks `[Experiment] … [Code Changes] … [End]`, and JSON objects.
//! Forgiving in form, strict in content: an idea without a title or without a description is none, and neither is one
//! that the reply broke off in.

mod blocks;
mod json;

use crate::imports::{Idea, TrialId};
use crate::labels;
use crate::prompt::capping;

pub use json::{IDEAS_SCHEMA, objects};

/// The longest title.
const MOST_TITLE: usize = 160;
/// The longest description.
const MOST_RATIONALE: usize = 8_000;

/// How the reply came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// The model had said everything.
    Complete,
    /// At `max-tokens`.
    Truncated,
}

/// An idea as the model wrote it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Draft {
    /// One line.
    pub title: String,
    /// What is to be tried, why, and what changes in the code.
    pub rationale: String,
    /// The model's own: without any of the form `name=value`.
    pub labels: Vec<String>,
    /// The trials it says it builds on. Not checked: see [`Draft::parents`].
    pub based_on: Vec<TrialId>,
}

impl Draft {
    /// The idea, with the plugin's own labels behind the model's.
    pub fn idea(&self, own_labels: Vec<String>) -> Idea {
        let labels = self.labels.iter().cloned().chain(own_labels).collect();
        Idea { title: self.title.clone(), rationale: self.rationale.clone(), labels }
    }

    /// The trials it builds on, of those it was shown.
    pub fn parents(&self, shown: &[TrialId]) -> Vec<TrialId> {
        let mut parents = Vec::new();
        for id in &self.based_on {
            if shown.contains(id) && !parents.contains(id) {
                parents.push(*id);
            }
        }
        parents
    }
}

/// A reply without the thinking that some models send in the same text, `<think> … </think>` before it: what they
/// consider there is not what they say.
pub fn spoken(reply: &str) -> &str {
    const BEGIN: &str = "<think>";
    const END: &str = "</think>";
    let begins = reply.trim_start().starts_with(BEGIN);
    // Some leave out the first mark; the second then stands alone on its line.
    let mut ends = reply.match_indices(END).map(|(at, _)| (at, at + END.len()));
    let is_line = |&(at, end): &(usize, usize)| {
        (at == 0 || reply[..at].ends_with('\n'))
            && reply[end..].chars().next().is_none_or(|c| matches!(c, '\n' | '\r'))
    };
    match ends.find(|end| begins || is_line(end)) {
        Some((_, end)) => &reply[end..],
        None if begins => "",
        None => reply,
    }
}

/// Every whole idea of a reply, in order.
pub fn ideas(reply: &str, ending: Ending) -> Vec<Draft> {
    let reply = spoken(reply).replace("\r\n", "\n");
    let from_blocks = || blocks::drafts(&reply, ending);
    let from_json = || json::drafts(&reply);
    let (first, second): (&dyn Fn() -> Vec<Draft>, &dyn Fn() -> Vec<Draft>) =
        if json::begins(&reply) { (&from_json, &from_blocks) } else { (&from_blocks, &from_json) };
    let found = first();
    if found.is_empty() { second() } else { found }
}

/// The parts of an idea before they are checked.
#[derive(Debug, Default)]
struct Parts<'a> {
    title: &'a str,
    description: &'a str,
    code_changes: &'a str,
    labels: Vec<&'a str>,
    based_on: Vec<TrialId>,
}

impl Parts<'_> {
    /// None where there is not enough to try.
    fn draft(self) -> Option<Draft> {
        let description = self.description.trim();
        let changes = self.code_changes.trim();
        let title = if self.title.trim().is_empty() { first_sentence(description) } else { self.title };
        let title = capping::line(&visible(title.trim().trim_matches(['*', '#', '`', '"', ' '])), MOST_TITLE);
        let rationale = match (description.is_empty(), changes.is_empty()) {
            (_, true) => description.to_owned(),
            (true, false) => changes.to_owned(),
            (false, false) => format!("{description}\n\nCode changes:\n{changes}"),
        };
        if !title.contains(char::is_alphanumeric) || !rationale.contains(char::is_alphanumeric) {
            return None;
        }
        Some(Draft {
            title,
            rationale: capping::head(&rationale, MOST_RATIONALE),
            labels: labels::plain(self.labels),
            based_on: self.based_on,
        })
    }
}

/// Without control characters, which a title has no use for.
fn visible(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

fn first_sentence(text: &str) -> &str {
    let line = text.lines().next().unwrap_or_default();
    line.split_once(". ").map_or(line, |(sentence, _)| sentence)
}

/// The numbers in a text such as `12, #17 and trial 3`.
fn numbers(text: &str) -> Vec<TrialId> {
    text.split(|c: char| !c.is_ascii_digit()).filter_map(|digits| digits.parse().ok()).collect()
}

#[cfg(test)]
#[path = "replies_tests.rs"]
mod tests;
