//! A unified diff within a reply: in one or more fences, or bare, with prose around it.

use super::fences;
use crate::imports::SourceFile;

/// The diff of a reply. None where it has none.
pub(super) fn extract(reply: &str, files: &[SourceFile]) -> Option<Result<String, String>> {
    let blocks = fences::blocks(reply);
    let fenced: String = blocks.iter().filter_map(|block| from_header(block.text)).collect();
    if !fenced.is_empty() {
        return Some(Ok(fenced));
    }
    let bare = bare(&reply.split_inclusive('\n').collect::<Vec<_>>());
    if !bare.is_empty() {
        return Some(Ok(bare));
    }
    // Hunks alone: what they are about is clear where only one file may be changed.
    let hunks: Vec<&str> =
        blocks.iter().map(|block| block.text).filter(|text| text.trim_start().starts_with("@@ -")).collect();
    if hunks.is_empty() {
        return None;
    }
    Some(match super::only_editable(files) {
        Some(path) => Ok(format!(
            "--- a/{path}\n+++ b/{path}\n{}",
            hunks.iter().map(|text| ended(text)).collect::<String>()
        )),
        None => {
            Err("the hunks say nothing of their file: put `--- a/FILE` and `+++ b/FILE` above them".into())
        }
    })
}

/// The text from its first file header on.
fn from_header(text: &str) -> Option<String> {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let at = (0..lines.len()).find(|&at| is_file_header(&lines, at))?;
    Some(ended(&lines[with_git_lines(&lines, at)..].concat()))
}

/// What fences are put together from ends with a line end.
fn ended(text: &str) -> String {
    let text = text.trim_end_matches('\n');
    format!("{text}\n")
}

/// `--- a/FILE`, `+++ b/FILE`, `@@ …`. The first two alone may be lines of a hunk.
pub(super) fn is_file_header(lines: &[&str], at: usize) -> bool {
    let begins = |at: usize, mark: &str| lines.get(at).is_some_and(|line| line.starts_with(mark));
    begins(at, "--- ") && begins(at + 1, "+++ ") && begins(at + 2, "@@")
}

/// The first of the lines that git writes above the header at `at`.
fn with_git_lines(lines: &[&str], at: usize) -> usize {
    let from = lines[..at].iter().rposition(|line| line.starts_with("diff --git ")).unwrap_or(at);
    let between = lines[from..at].iter().skip(1);
    let is_git = |line: &&str| {
        ["index ", "new file", "deleted file", "old mode", "new mode"]
            .iter()
            .any(|mark| line.starts_with(mark))
    };
    if between.clone().all(is_git) { from } else { at }
}

/// The parts of a diff that stand in prose.
fn bare(lines: &[&str]) -> String {
    let mut diff = String::new();
    let mut at = 0;
    while at < lines.len() {
        if !is_file_header(lines, at) {
            at += 1;
            continue;
        }
        diff.push_str(&lines[with_git_lines(lines, at)..at + 2].concat());
        at += 2;
        while lines.get(at).is_some_and(|line| line.starts_with("@@")) {
            let end = hunk_end(lines, at);
            diff.push_str(&lines[at..end].concat());
            let next = (end..lines.len()).find(|&line| !lines[line].trim().is_empty()).unwrap_or(end);
            at = if lines.get(next).is_some_and(|line| line.starts_with("@@")) { next } else { end };
        }
    }
    diff
}

/// Behind the last line of the hunk whose header is at `at`: where its header's counts say, unless the lines that
/// follow look like more of it; then with the last of those.
fn hunk_end(lines: &[&str], at: usize) -> usize {
    let first = at + 1;
    let is_over = |line: usize| {
        lines.get(line).is_none_or(|text| {
            text.trim_end().is_empty() || !text.starts_with([' ', '+', '-', '\\']) || *text == "-- \n"
        }) || is_file_header(lines, line)
    };
    if let Some(end) = counted_end(lines, at).filter(|&end| is_over(end)) {
        return end;
    }
    let mut end = first;
    while !is_over(end) || is_blank_within(lines, end, &is_over) {
        end += 1;
    }
    end
}

/// A blank line is one of the hunk's where more of the hunk follows.
fn is_blank_within(lines: &[&str], at: usize, is_over: &impl Fn(usize) -> bool) -> bool {
    lines.get(at).is_some_and(|line| line.trim_end().is_empty()) && !is_over(at + 1)
}

/// Where the header's counts are used up. None where lines are missing, or go beyond.
fn counted_end(lines: &[&str], at: usize) -> Option<usize> {
    let (mut old, mut new) = counts(lines[at])?;
    let mut end = at + 1;
    while old > 0 || new > 0 {
        let (takes_old, takes_new) = match lines.get(end)?.as_bytes().first()? {
            b' ' | b'\n' | b'\r' => (1, 1),
            b'-' => (1, 0),
            b'+' => (0, 1),
            b'\\' => (0, 0),
            _ => return None,
        };
        old = old.checked_sub(takes_old)?;
        new = new.checked_sub(takes_new)?;
        end += 1;
    }
    Some(end + usize::from(lines.get(end).is_some_and(|line| line.starts_with('\\'))))
}

fn counts(header: &str) -> Option<(usize, usize)> {
    let (ranges, _) = header.strip_prefix("@@ -")?.split_once(" @@")?;
    let (old, new) = ranges.split_once(" +")?;
    let count = |range: &str| range.split_once(',').map_or(Some(1), |(_, count)| count.parse().ok());
    Some((count(old)?, count(new)?))
}
