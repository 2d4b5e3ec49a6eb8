//! `[Experiment] … [Code Changes] … [End]`, with lines `Title:`, `Labels:` and `Based on:` at the beginning.

use super::{Draft, Ending, Parts, numbers};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mark {
    Experiment,
    CodeChanges,
    End,
}

/// What models put around a mark: `**[End]**`, `### [Experiment]`.
const ADORNMENTS: [char; 5] = ['*', '#', ':', ' ', '\n'];

/// What was read of a block so far.
#[derive(Debug, Default)]
struct Block {
    experiment: String,
    code_changes: String,
    in_code: bool,
}

/// Every block of a reply. The last may lack its end where the reply did not break off.
pub(super) fn drafts(reply: &str, ending: Ending) -> Vec<Draft> {
    let mut drafts = Vec::new();
    let mut block: Option<Block> = None;
    let mut rest = reply;
    while let Some((before, mark, after)) = next_mark(rest) {
        if let Some(block) = &mut block {
            block.push(before);
        }
        block = match (mark, block.take()) {
            // A mark that stands there twice is one.
            (Mark::Experiment, Some(open)) if open.is_empty() => Some(open),
            (Mark::Experiment, open) => {
                drafts.extend(open.and_then(Block::draft));
                Some(Block::default())
            }
            (Mark::CodeChanges, open) => Some(Block { in_code: true, ..open.unwrap_or_default() }),
            (Mark::End, open) => {
                drafts.extend(open.and_then(Block::draft));
                None
            }
        };
        rest = after;
    }
    if let (Some(mut open), Ending::Complete) = (block, ending) {
        open.push(rest);
        if open.in_code {
            drafts.extend(open.draft());
        }
    }
    drafts
}

impl Block {
    fn push(&mut self, text: &str) {
        let part = if self.in_code { &mut self.code_changes } else { &mut self.experiment };
        part.push_str(text);
    }

    fn is_empty(&self) -> bool {
        !self.in_code && !self.experiment.contains(char::is_alphanumeric)
    }

    fn draft(self) -> Option<Draft> {
        let (fields, description) = fields(&self.experiment);
        let field =
            |name: &str| fields.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| *value);
        Parts {
            title: field("title"),
            description: description.trim_end_matches(ADORNMENTS),
            // A fence around the whole reply leaves its end in the last block.
            code_changes: self
                .code_changes
                .trim_end_matches(ADORNMENTS)
                .trim_end_matches("\n```")
                .trim_start_matches(ADORNMENTS),
            labels: field("labels").split([',', ';']).collect(),
            based_on: numbers(field("based on")),
        }
        .draft()
    }
}

/// The `Name: value` lines that the text begins with, and what comes after them.
fn fields(text: &str) -> (Vec<(&'static str, &str)>, &str) {
    const NAMES: [&str; 3] = ["title", "labels", "based on"];
    let mut fields = Vec::new();
    let mut rest = text.trim_start_matches(ADORNMENTS);
    loop {
        let (line, after) = rest.split_once('\n').unwrap_or((rest, ""));
        let Some((name, value)) = line.split_once(':') else { break };
        let name = name.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase().replace(['-', '_'], " ");
        match NAMES.iter().find(|known| **known == name) {
            Some(known) => fields.push((*known, value.trim().trim_matches('*').trim())),
            None if name == "rationale" || name == "description" => return (fields, after_name(rest)),
            None => break,
        }
        rest = after.trim_start_matches('\n');
    }
    (fields, rest)
}

fn after_name(text: &str) -> &str {
    text.split_once(':').map_or(text, |(_, rest)| rest.trim_start_matches('*'))
}

/// The text before the next mark, the mark, and the text after it.
fn next_mark(text: &str) -> Option<(&str, Mark, &str)> {
    let mut from = 0;
    while let Some(at) = text[from..].find('[').map(|at| at + from) {
        if let Some((mark, length)) = mark(&text[at..]) {
            return Some((&text[..at], mark, &text[at + length..]));
        }
        from = at + 1;
    }
    None
}

/// The mark that `text` begins with, and how long it is: in any case, numbered or not.
fn mark(text: &str) -> Option<(Mark, usize)> {
    const LONGEST: usize = 32;
    let end = text.bytes().take(LONGEST).position(|byte| byte == b']')?;
    let inner = text[1..end].to_lowercase();
    let name = inner.trim_matches(|c: char| c.is_ascii_digit() || c.is_whitespace() || "#/_-*:".contains(c));
    let name: String = name.split_whitespace().collect::<Vec<_>>().join(" ");
    let mark = match name.as_str() {
        "experiment" => Mark::Experiment,
        "code changes" | "code change" | "code_changes" | "code-changes" => Mark::CodeChanges,
        "end" => Mark::End,
        _ => return None,
    };
    Some((mark, end + 1))
}
