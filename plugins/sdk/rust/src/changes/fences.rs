//! The code fences of a reply.

/// A fenced block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fenced<'a> {
    /// What stands behind the opening marks: `python`, `diff`, `train.py`.
    pub info: &'a str,
    /// The last line above that is not blank.
    pub above: &'a str,
    /// The lines within, with their line ends.
    pub text: &'a str,
}

/// Every fenced block. One that is not closed ends with the reply.
pub(super) fn blocks(reply: &str) -> Vec<Fenced<'_>> {
    let mut blocks = Vec::new();
    let mut open: Option<(Opening, &str, usize)> = None;
    let (mut above, mut at) = ("", 0);
    for line in reply.split_inclusive('\n') {
        let end = at + line.len();
        match &open {
            Some((opening, before, start)) if opening.is_closed_by(line) => {
                blocks.push(Fenced { info: opening.info, above: before, text: &reply[*start..at] });
                open = None;
                above = "";
            }
            Some(_) => {}
            None => match Opening::of(line) {
                Some(opening) => open = Some((opening, above, end)),
                None if !line.trim().is_empty() => above = line.trim(),
                None => {}
            },
        }
        at = end;
    }
    if let Some((opening, above, start)) = open {
        blocks.push(Fenced { info: opening.info, above, text: &reply[start..] });
    }
    blocks
}

#[derive(Debug)]
struct Opening<'a> {
    indent: usize,
    mark: char,
    length: usize,
    info: &'a str,
}

impl Opening<'_> {
    fn of(line: &str) -> Option<Opening<'_>> {
        let text = line.trim_start_matches(' ');
        let mark = text.chars().next().filter(|c| matches!(c, '`' | '~'))?;
        let info = text.trim_start_matches(mark);
        let length = text.len() - info.len();
        let info = info.trim();
        let is_fence = length >= 3 && !info.contains('`');
        is_fence.then_some(Opening { indent: line.len() - text.len(), mark, length, info })
    }

    /// The closing marks stand as far in as the opening ones: in a diff, a fence of the program is a blank further in.
    fn is_closed_by(&self, line: &str) -> bool {
        Opening::of(line).is_some_and(|other| {
            other.indent == self.indent
                && other.mark == self.mark
                && other.length >= self.length
                && other.info.is_empty()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fences_have_their_info_the_line_above_and_their_text() {
        let reply = "see train.py\n\n```python\na\n ```\n```\nthen\n~~~~\nb\n~~~\n~~~~\n```diff x.py\nopen";
        let found = blocks(reply);
        let seen: Vec<(&str, &str, &str)> = found.iter().map(|one| (one.info, one.above, one.text)).collect();
        assert_eq!(
            seen,
            [("python", "see train.py", "a\n ```\n"), ("", "then", "b\n~~~\n"), ("diff x.py", "", "open")]
        );
        assert!(blocks("a ``` b\n``inline``\n```x``` y").is_empty());
    }
}
