//! Takes keys out of text before it leaves the crate, and makes it fit to be shown.

use crate::key::Secret;
use crate::{Completion, Failure, Reply};

const IN_ITS_PLACE: &str = "[key]";
/// Shorter ones are placeholders for servers that want no key, as `none`: a word that a reply may well use.
const SHORTEST_IN_REPLIES: usize = 8;
/// Of a failure's text.
const MOST_CHARS: usize = 500;

/// Knows every key of the run.
#[derive(Debug, Clone, Default)]
pub(crate) struct Scrubber(Vec<Secret>);

impl Scrubber {
    pub(crate) fn new(mut keys: Vec<Secret>) -> Scrubber {
        // Where one key is within another, the longer goes first, whole.
        keys.sort_by_key(|key| std::cmp::Reverse(key.reveal().len()));
        Scrubber(keys)
    }

    /// A text about a failure: without keys, in one line, capped.
    pub(crate) fn line(&self, text: &str) -> String {
        // Keys go first, so that a cap never leaves a part of one.
        let text = self.without_keys(text.to_owned(), 1);
        let words = text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
        capped(&words.collect::<Vec<_>>().join(" "))
    }

    pub(crate) fn failure(&self, failure: Failure) -> Failure {
        match failure {
            Failure::Refused(text) => Failure::Refused(self.line(&text)),
            Failure::Truncated(completion) => Failure::Truncated(self.completion(completion)),
            Failure::Rejected(text) => Failure::Rejected(self.line(&text)),
            Failure::Unavailable(text) => Failure::Unavailable(self.line(&text)),
        }
    }

    pub(crate) fn reply(&self, reply: Reply) -> Reply {
        match reply {
            Reply::Completed(completion) => Reply::Completed(self.completion(completion)),
            Reply::Embedded(embedding) => Reply::Embedded(embedding),
            Reply::Failed(failure) => Reply::Failed(self.failure(failure)),
        }
    }

    fn completion(&self, completion: Completion) -> Completion {
        Completion {
            text: self.without_keys(completion.text, SHORTEST_IN_REPLIES),
            thinking: self.without_keys(completion.thinking, SHORTEST_IN_REPLIES),
            ..completion
        }
    }

    fn without_keys(&self, mut text: String, shortest: usize) -> String {
        for key in self.0.iter().map(Secret::reveal).filter(|key| key.len() >= shortest) {
            if text.contains(key) {
                text = text.replace(key, IN_ITS_PLACE);
            }
            // Raw JSON that echoes a key may have it with escapes.
            let escaped = key.replace('\\', "\\\\").replace('"', "\\\"");
            if escaped != key && text.contains(&escaped) {
                text = text.replace(&escaped, IN_ITS_PLACE);
            }
        }
        text
    }
}

fn capped(text: &str) -> String {
    match text.char_indices().nth(MOST_CHARS) {
        Some((place, _)) => format!("{}…", &text[..place]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scrubber(keys: &[&str]) -> Scrubber {
        Scrubber::new(keys.iter().map(|key| Secret::new(key).unwrap()).collect())
    }

    #[test]
    fn every_key_goes_wherever_it_is() {
        let scrubber = scrubber(&["sk-canary", "sk-canary-longer", "with\"quote"]);
        let text = "Bearer sk-canary, x=sk-canary-longer, \"with\\\"quote\" sk-canarysk-canary";
        assert_eq!(scrubber.line(text), "Bearer [key], x=[key], \"[key]\" [key][key]");
        let completion =
            Completion { text: "sk-canary".into(), thinking: "sk-canary".into(), ..Default::default() };
        for reply in [Reply::Completed(completion.clone()), Reply::Failed(Failure::Truncated(completion))] {
            let scrubbed = format!("{:?}", scrubber.reply(reply));
            assert!(!scrubbed.contains("canary"), "{scrubbed}");
        }
        for failure in [Failure::Refused, Failure::Rejected, Failure::Unavailable] {
            assert!(!scrubber.failure(failure("sk-canary".into())).to_string().contains("canary"));
        }
    }

    #[test]
    fn a_cap_leaves_no_part_of_a_key() {
        let scrubber = scrubber(&["sk-canary"]);
        for padding in 480..510 {
            let line = scrubber.line(&format!("{}sk-canary{}", "é".repeat(padding), "x".repeat(50)));
            assert!(!line.contains("sk"), "{line}");
            assert!(line.chars().count() <= MOST_CHARS + 1);
        }
    }

    #[test]
    fn placeholders_stay_in_replies_and_control_characters_go_from_failures() {
        let scrubber = scrubber(&["none"]);
        let reply = Reply::Completed(Completion { text: "none of them".into(), ..Default::default() });
        assert_eq!(scrubber.reply(reply.clone()), reply);
        assert_eq!(scrubber.line("a\u{1b}[2Jb\r\n\n c none"), "a [2Jb c [key]");
    }
}
