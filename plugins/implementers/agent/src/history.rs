//! The conversation, of which the oldest results are dropped when it becomes too long.

use proofhouse_sdk::imports::llm::{Message, Role};
use proofhouse_sdk::prompt;

/// What stands in the place of a message that was dropped.
const DROPPED: &str = "[left out: this was long ago]";
/// The system's message and the task.
const FIRST: usize = 2;
/// The last two actions and their results.
const LAST: usize = 4;

/// The messages so far.
#[derive(Debug, Clone, PartialEq)]
pub struct History {
    messages: Vec<Message>,
    most: usize,
}

impl History {
    /// Begins with the system's message and the task. `most` characters are kept of it all.
    pub fn new(system: String, task: String, most: usize) -> History {
        History { messages: vec![prompt::system(system), prompt::user(task)], most }
    }

    /// The model replied, and this came of it.
    pub fn push(&mut self, reply: &str, result: String) {
        // Providers refuse an empty message.
        let reply = if reply.trim().is_empty() { "(no text)" } else { reply };
        self.messages.push(prompt::assistant(reply.to_owned()));
        self.messages.push(prompt::user(result));
        // Results first: what the model did itself tells it where it stands.
        self.drop_oldest(Role::User);
        self.drop_oldest(Role::Assistant);
    }

    /// What is sent.
    pub fn messages(&self) -> Vec<Message> {
        self.messages.clone()
    }

    fn drop_oldest(&mut self, role: Role) {
        let mut length: usize = self.messages.iter().map(|message| message.content.chars().count()).sum();
        let end = self.messages.len().saturating_sub(LAST).max(FIRST);
        for message in &mut self.messages[FIRST..end] {
            if length <= self.most {
                return;
            }
            let own = message.content.chars().count();
            if message.role == role && own > DROPPED.len() {
                message.content = DROPPED.into();
                length -= own - DROPPED.len();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_results_go_first_and_the_beginning_stays() {
        let mut history = History::new("system".into(), "t".repeat(300), 1000);
        for n in 0..8 {
            history.push(&format!("reply {n}"), format!("{n}{}", "x".repeat(200)));
        }
        let messages = history.messages();
        assert_eq!(messages.len(), 2 + 16);
        assert_eq!((messages[0].content.as_str(), messages[1].content.len()), ("system", 300));
        let kept = |n: usize| messages[2 + 2 * n + 1].content != DROPPED;
        assert_eq!(
            (0..8).map(kept).collect::<Vec<_>>(),
            [false, false, false, false, false, false, true, true]
        );
        assert!((0..8).all(|n| messages[2 + 2 * n].content == format!("reply {n}")), "replies fit");
        for n in 0..4 {
            history.push(&format!("long {n} {}", "y".repeat(400)), "short".into());
        }
        let messages = history.messages();
        assert_eq!(messages[2].content, "reply 0", "what is short is not dropped");
        assert_eq!(messages.iter().filter(|message| message.content.starts_with("long")).count(), 2);
    }
}
