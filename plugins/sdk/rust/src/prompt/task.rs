//! What an implementer is to do, in words.

use super::{Fence, capping};
use crate::implementer::Attempt;
use crate::imports::{Direction, Idea};

/// The longest idea, and the longest diff of an earlier attempt.
const MOST_CHARACTERS: usize = 20_000;
/// The longest title.
const MOST_TITLE: usize = 200;

/// Which scores are better.
pub fn better(direction: Direction) -> &'static str {
    match direction {
        Direction::Minimize => "lower",
        Direction::Maximize => "higher",
    }
}

/// An idea: its title, and below it what it is about.
pub fn idea(idea: &Idea, fence: &Fence) -> String {
    let text = format!("{}\n\n{}", capping::line(&idea.title, MOST_TITLE), idea.rationale.trim());
    fence.bare(&text, MOST_CHARACTERS)
}

/// What was made of this idea before, and how it failed. Empty where nothing was.
pub fn earlier(attempts: &[Attempt], log_characters: usize, fence: &Fence) -> String {
    if attempts.is_empty() {
        return String::new();
    }
    let told = attempts.iter().enumerate().map(|(index, attempt)| {
        format!(
            "This was attempt {} at the same idea:\n{}It failed:\n{}\n",
            index + 1,
            fence.head(&attempt.diff, MOST_CHARACTERS),
            fence.tail(&attempt.log, log_characters)
        )
    });
    format!("{}Carry out the idea so that it does not fail again.\n", told.collect::<String>())
}

/// Was this diff one of the attempts?
pub fn was_tried(diff: &str, attempts: &[Attempt]) -> bool {
    attempts.iter().any(|attempt| attempt.diff.trim() == diff.trim())
}
