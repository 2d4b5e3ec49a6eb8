//! Putting hunks where their headers say.

use super::parse::{Hunk, Side};
use super::{Mismatch, PatchError};

/// The most line comparisons spent on looking for where a hunk would fit.
const MOST_COMPARISONS: usize = 2_000_000;

/// The text of `path` after its hunks.
pub(super) fn apply(path: &str, old: &str, hunks: &[Hunk]) -> Result<String, PatchError> {
    let lines: Vec<&str> = old.split_inclusive('\n').collect();
    let mut new: Vec<&str> = Vec::with_capacity(lines.len());
    let mut next = 0;
    for (index, hunk) in hunks.iter().enumerate() {
        let number = index + 1;
        let misplaced = |reason: &str| PatchError::Misplaced {
            path: path.to_owned(),
            hunk: number,
            reason: reason.to_owned(),
        };
        let has_old_lines = hunk.lines.iter().any(|line| line.side != Side::New);
        let start = if has_old_lines { hunk.old_start - 1 } else { hunk.old_start };
        if start < next {
            return Err(misplaced("begins before the hunk above it ends: hunks go from top to bottom"));
        }
        if start > lines.len() && !has_old_lines {
            return Err(misplaced("goes after the end of the file"));
        }
        let before_end = start.min(lines.len());
        new.extend_from_slice(&lines[next..before_end]);
        next = start;
        for line in &hunk.lines {
            if line.side != Side::New {
                let found = lines.get(next).copied();
                if found != Some(line.text.as_str()) {
                    return Err(mismatch(path, number, hunk, &lines, next, &line.text));
                }
                next += 1;
            }
            if line.side != Side::Old {
                new.push(&line.text);
            }
        }
    }
    new.extend_from_slice(&lines[next..]);
    match new.iter().rev().skip(1).any(|line| !line.ends_with('\n')) {
        true => Err(PatchError::Misplaced {
            path: path.to_owned(),
            hunk: hunks.len(),
            reason: "makes a line without a line end that is not the file's last".into(),
        }),
        false => Ok(new.concat()),
    }
}

fn mismatch(path: &str, number: usize, hunk: &Hunk, lines: &[&str], at: usize, expected: &str) -> PatchError {
    PatchError::Mismatch(Box::new(Mismatch {
        path: path.to_owned(),
        hunk: number,
        line: at + 1,
        expected: shown(expected, lines.get(at).copied()),
        found: lines.get(at).map(|found| shown(found, Some(expected))),
        elsewhere: only_place(hunk, lines),
    }))
}

/// A line for a message: its line end is shown only where that is the difference.
fn shown(line: &str, other: Option<&str>) -> String {
    let trimmed = line.strip_suffix('\n').unwrap_or(line);
    match other {
        Some(other) if other.strip_suffix('\n').unwrap_or(other) == trimmed => line.to_owned(),
        _ => trimmed.to_owned(),
    }
}

/// The line, from 1, where the hunk's old lines stand, if that is exactly one.
fn only_place(hunk: &Hunk, lines: &[&str]) -> Option<usize> {
    let wanted: Vec<&str> =
        hunk.lines.iter().filter(|line| line.side != Side::New).map(|line| line.text.as_str()).collect();
    let mut left = MOST_COMPARISONS;
    let mut found = None;
    for start in 0..(lines.len() + 1).saturating_sub(wanted.len()) {
        let mut fits = true;
        for (line, wanted) in lines[start..].iter().zip(&wanted) {
            left = left.checked_sub(1)?;
            if line != wanted {
                fits = false;
                break;
            }
        }
        if fits && found.replace(start + 1).is_some() {
            return None;
        }
    }
    found
}
