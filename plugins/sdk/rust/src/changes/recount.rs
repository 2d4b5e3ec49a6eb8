//! Correcting hunk headers, whose line numbers and counts models get wrong.
//!
//! Only what cannot change a diff's meaning: a header is rewritten where the hunk's old lines (context and removed)
//! stand at exactly one place in the file, and the lines of a hunk are never touched. A diff that the patch tool takes is
//! not given here at all: see `check` before `recounted`.

use super::unified::is_file_header;
use crate::imports::SourceFile;

/// The most line comparisons for one diff.
const MOST_COMPARISONS: usize = 2_000_000;

/// The file that the hunks below a header are about.
struct Target<'a> {
    /// None: the header makes the file.
    lines: Option<Vec<&'a str>>,
    /// How many lines the hunks so far have added.
    added: isize,
    /// The first line behind the hunks so far.
    next: usize,
}

/// The diff with its headers corrected. None where nothing can be corrected.
pub fn recounted(diff: &str, files: &[SourceFile]) -> Option<String> {
    let lines: Vec<&str> = diff.split_inclusive('\n').collect();
    let mut budget = MOST_COMPARISONS;
    let mut out = String::with_capacity(diff.len());
    let mut target: Option<Target> = None;
    let mut at = 0;
    while at < lines.len() {
        if is_file_header(&lines, at) {
            target = target_of(lines[at], lines[at + 1], files);
            out.push_str(&lines[at..at + 2].concat());
            at += 2;
        } else if lines[at].starts_with("@@") && target.is_some() {
            let end = (at + 1..lines.len()).find(|&line| ends_hunk(&lines, line)).unwrap_or(lines.len());
            let corrected =
                target.as_mut().and_then(|target| corrected(&lines[at..end], target, &mut budget));
            out.push_str(&corrected.unwrap_or_else(|| lines[at..end].concat()));
            at = end;
        } else {
            out.push_str(lines[at]);
            at += 1;
        }
    }
    (out != diff).then_some(out)
}

fn ends_hunk(lines: &[&str], at: usize) -> bool {
    lines[at].starts_with("@@") || lines[at].starts_with("diff --git ") || is_file_header(lines, at)
}

fn target_of<'a>(old: &str, new: &str, files: &'a [SourceFile]) -> Option<Target<'a>> {
    let path = |line: &'_ str| line[4..].split('\t').next().unwrap_or_default().trim_end().to_owned();
    let (old, new) = (path(old), path(new));
    let lines = if old == "/dev/null" {
        None
    } else {
        let name = if new == "/dev/null" { old.strip_prefix("a/") } else { new.strip_prefix("b/") };
        let name = name.unwrap_or(if new == "/dev/null" { &old } else { &new });
        let file = files.iter().find(|file| file.path == name)?;
        Some(file.text.split_inclusive('\n').collect())
    };
    Some(Target { lines, added: 0, next: 0 })
}

/// The hunk with its header corrected. None where its place is not certain.
fn corrected(hunk: &[&str], target: &mut Target, budget: &mut usize) -> Option<String> {
    let (header, body) = hunk.split_first()?;
    let whole = body.len();
    // Blank lines at the end may be of the hunk (an empty context line, its blank trimmed), or stand between two parts.
    let trimmed = body.iter().rposition(|line| !line.trim_end().is_empty()).map_or(0, |last| last + 1);
    let (length, start) = match &target.lines {
        None => (trimmed, 0),
        Some(lines) => [whole, trimmed].into_iter().find_map(|length| {
            only_place(&old_lines(&body[..length])?, lines, budget).map(|at| (length, at))
        })?,
    };
    let body = &body[..length];
    let count = |marks: &[char]| body.iter().filter(|line| is_any(line, marks)).count();
    let (old, new) = (count(&[' ', '-', '\n', '\r']), count(&[' ', '+', '\n', '\r']));
    if target.lines.is_none() && (old > 0 || new == 0 || target.next > 0) || start < target.next {
        return None;
    }
    target.next = start + old.max(1);
    let first = |start: usize, count: usize| if count == 0 { start } else { start + 1 };
    let new_start = start.checked_add_signed(target.added)?;
    target.added += new as isize - old as isize;
    let behind = header
        .trim_end()
        .rsplit_once("@@")
        .map_or("", |(before, behind)| if before.is_empty() { "" } else { behind });
    let header = format!("@@ -{},{old} +{},{new} @@{behind}\n", first(start, old), first(new_start, new));
    Some(header + &body.concat())
}

fn is_any(line: &str, marks: &[char]) -> bool {
    line.starts_with(marks)
}

/// Context and removed lines, as they stand in the file. None where a line belongs to no hunk, or there are none.
fn old_lines(body: &[&str]) -> Option<Vec<String>> {
    let mut old: Vec<String> = Vec::new();
    let mut last_was_old = false;
    for line in body {
        match line.as_bytes().first()? {
            b' ' | b'-' => old.push(line[1..].to_owned()),
            b'\n' | b'\r' => old.push((*line).to_owned()),
            b'+' => {}
            b'\\' if last_was_old => {
                let text = old.last_mut()?;
                text.truncate(text.trim_end_matches('\n').len());
            }
            b'\\' => {}
            _ => return None,
        }
        last_was_old = !line.starts_with(['+', '\\']);
        if let (true, Some(text)) = (last_was_old, old.last_mut())
            && !text.ends_with('\n')
        {
            text.push('\n');
        }
    }
    (!old.is_empty()).then_some(old)
}

/// The index of the line where `wanted` stands, if that is exactly one.
fn only_place(wanted: &[String], lines: &[&str], budget: &mut usize) -> Option<usize> {
    let mut found = None;
    for start in 0..(lines.len() + 1).saturating_sub(wanted.len()) {
        let mut fits = true;
        for (line, wanted) in lines[start..].iter().zip(wanted) {
            *budget = budget.checked_sub(1)?;
            if line != wanted {
                fits = false;
                break;
            }
        }
        if fits && found.replace(start).is_some() {
            return None;
        }
    }
    found
}
