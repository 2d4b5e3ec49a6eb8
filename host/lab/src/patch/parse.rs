//! From text to hunks. The grammar is that of GNU diff and git; what is not in it is an error, never skipped.

use std::iter::Peekable;
use std::str::SplitInclusive;

use super::PatchError;

/// The part of a diff that is about one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FilePatch {
    /// Without `a/` and `b/`.
    pub path: String,
    /// It makes the file.
    pub creates: bool,
    /// It removes the file.
    pub deletes: bool,
    /// In order; at least one.
    pub hunks: Vec<Hunk>,
}

/// One `@@` part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Hunk {
    /// The first old line, from 1; where there are no old lines, the line after which the new ones go.
    pub old_start: usize,
    pub lines: Vec<HunkLine>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Context,
    Old,
    New,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct HunkLine {
    pub side: Side,
    /// With its line end, unless the diff says that it has none.
    pub text: String,
}

/// What git writes above a file's header, and what says nothing about the text.
const GIT_HEADERS: [&str; 6] =
    ["index ", "new file mode ", "deleted file mode ", "old mode ", "new mode ", "similarity index "];

/// Reads the whole diff.
pub(super) fn parse(diff: &str) -> Result<Vec<FilePatch>, PatchError> {
    let mut reader = DiffReader { lines: diff.split_inclusive('\n').peekable(), number: 0 };
    let mut patches = Vec::new();
    while let Some(header) = reader.next_file(patches.is_empty())? {
        let hunks = reader.hunks(&header)?;
        patches.push(FilePatch {
            path: header.path,
            creates: header.creates,
            deletes: header.deletes,
            hunks,
        });
    }
    if patches.is_empty() {
        return Err(PatchError::NoDiff("it has no `--- a/FILE` and `+++ b/FILE` lines".into()));
    }
    Ok(patches)
}

struct FileHeader {
    path: String,
    creates: bool,
    deletes: bool,
}

struct Counts {
    old_start: usize,
    old: usize,
    new: usize,
}

struct DiffReader<'a> {
    lines: Peekable<SplitInclusive<'a, char>>,
    /// Of the line that was read last, from 1.
    number: usize,
}

impl<'a> DiffReader<'a> {
    fn next(&mut self) -> Option<&'a str> {
        let line = self.lines.next()?;
        self.number += 1;
        Some(line)
    }

    fn malformed(&self, reason: impl Into<String>) -> PatchError {
        PatchError::Malformed { line: self.number, reason: reason.into() }
    }

    /// Goes to the next file's header. None at the end of the diff.
    fn next_file(&mut self, first: bool) -> Result<Option<FileHeader>, PatchError> {
        let mut in_git_part = false;
        while let Some(line) = self.next() {
            let line = without_line_end(line);
            if let Some(old) = line.strip_prefix("--- ") {
                return self.file_header(old).map(Some);
            }
            if line.starts_with("diff --git ") {
                if in_git_part {
                    break;
                }
                in_git_part = true;
            } else if !(line.trim().is_empty()
                || in_git_part && GIT_HEADERS.iter().any(|h| line.starts_with(h)))
            {
                return Err(self.foreign(line, first));
            }
        }
        if in_git_part {
            return Err(self.malformed(
                "a `diff --git` part has no hunks: empty files, renames and changes of mode cannot be patched",
            ));
        }
        Ok(None)
    }

    /// What to say about a line that belongs to no diff.
    fn foreign(&self, line: &str, first: bool) -> PatchError {
        if line.starts_with("```") && first {
            return PatchError::NoDiff("it begins with a code fence: send the diff alone".into());
        }
        if line.starts_with("@@") && first {
            return self.malformed("a hunk without `--- a/FILE` and `+++ b/FILE` above it");
        }
        if line.starts_with([' ', '+', '-']) && !first {
            return self.malformed("the hunk above has more lines than its `@@` header says");
        }
        self.malformed("neither a file header (`--- a/FILE`) nor a hunk (`@@ -1,2 +1,2 @@`)")
    }

    fn file_header(&mut self, old: &str) -> Result<FileHeader, PatchError> {
        let new = self.next().map(without_line_end).and_then(|line| line.strip_prefix("+++ "));
        let Some(new) = new else {
            return Err(self.malformed("after `--- a/FILE` comes `+++ b/FILE`"));
        };
        let (old, new) = (path_of(old), path_of(new));
        let (creates, deletes) = (old == "/dev/null", new == "/dev/null");
        let path = match (creates, deletes) {
            (true, true) => return Err(self.malformed("both files are /dev/null")),
            (true, false) => new.strip_prefix("b/").unwrap_or(new),
            (false, true) => old.strip_prefix("a/").unwrap_or(old),
            (false, false) => match (old.strip_prefix("a/"), new.strip_prefix("b/")) {
                (Some(old), Some(new)) if old == new => old,
                _ if old == new => old,
                _ => {
                    return Err(self.malformed(format!(
                        "`{}` becomes `{}`: a rename is a deleted and a new file",
                        old.escape_debug(),
                        new.escape_debug()
                    )));
                }
            },
        };
        Ok(FileHeader { path: path.to_owned(), creates, deletes })
    }

    fn hunks(&mut self, file: &FileHeader) -> Result<Vec<Hunk>, PatchError> {
        let mut hunks = Vec::new();
        while let Some(line) = self.lines.next_if(|line| line.starts_with("@@")) {
            self.number += 1;
            let Some(counts) = hunk_header(without_line_end(line)) else {
                return Err(self.malformed("a hunk's header reads `@@ -LINE,COUNT +LINE,COUNT @@`"));
            };
            hunks.push(self.hunk(&file.path, hunks.len() + 1, counts)?);
        }
        if hunks.is_empty() {
            return Err(
                self.malformed(format!("`{}` has no hunks (`@@ -1,2 +1,2 @@`)", file.path.escape_debug()))
            );
        }
        Ok(hunks)
    }

    /// Reads as many lines as the header says.
    fn hunk(&mut self, path: &str, number: usize, counts: Counts) -> Result<Hunk, PatchError> {
        let mut lines: Vec<HunkLine> = Vec::new();
        let (mut old, mut new) = (0, 0);
        while old < counts.old || new < counts.new {
            let line = self.lines.peek().copied();
            let Some((side, text)) = line.and_then(hunk_line) else {
                self.number += usize::from(line.is_some());
                return Err(self.malformed(format!(
                    "hunk {number} of `{}` ends too early: its header says {} old and {} new lines, and it has \
                     {old} and {new}",
                    path.escape_debug(),
                    counts.old,
                    counts.new
                )));
            };
            self.next();
            old += usize::from(side != Side::New);
            new += usize::from(side != Side::Old);
            if old > counts.old || new > counts.new {
                return Err(self.malformed(format!(
                    "hunk {number} of `{}` does not have the {} old and {} new lines that its header says",
                    path.escape_debug(),
                    counts.old,
                    counts.new
                )));
            }
            let mut text = text.to_owned();
            if self.lines.next_if(|line| line.starts_with('\\')).is_some() {
                self.number += 1;
                text.truncate(text.strip_suffix('\n').map_or(text.len(), str::len));
            } else if !text.ends_with('\n') {
                // The diff's own last line came without a line end; the file's line has one all the same.
                text.push('\n');
            }
            lines.push(HunkLine { side, text });
        }
        Ok(Hunk { old_start: counts.old_start, lines })
    }
}

/// A line within a hunk. A wholly empty one is an empty context line whose blank was trimmed.
fn hunk_line(line: &str) -> Option<(Side, &str)> {
    match line.as_bytes().first()? {
        b' ' => Some((Side::Context, &line[1..])),
        b'-' => Some((Side::Old, &line[1..])),
        b'+' => Some((Side::New, &line[1..])),
        b'\n' => Some((Side::Context, line)),
        b'\r' if line == "\r\n" => Some((Side::Context, line)),
        _ => None,
    }
}

/// `@@ -LINE[,COUNT] +LINE[,COUNT] @@`, and anything after it.
fn hunk_header(line: &str) -> Option<Counts> {
    let (ranges, _) = line.strip_prefix("@@ -")?.split_once(" @@")?;
    let (old, new) = ranges.split_once(" +")?;
    let (old_start, old) = range(old)?;
    let (_, new) = range(new)?;
    if old == 0 && new == 0 || old > 0 && old_start == 0 {
        return None;
    }
    Some(Counts { old_start, old, new })
}

fn range(text: &str) -> Option<(usize, usize)> {
    let number = |digits: &str| {
        let plain = (1..=9).contains(&digits.len()) && digits.bytes().all(|digit| digit.is_ascii_digit());
        if plain { digits.parse().ok() } else { None }
    };
    match text.split_once(',') {
        Some((start, count)) => Some((number(start)?, number(count)?)),
        None => Some((number(text)?, 1)),
    }
}

/// A header's path, without the time stamp that diff writes after a tab.
fn path_of(text: &str) -> &str {
    text.split('\t').next().unwrap_or(text).trim_end()
}

fn without_line_end(line: &str) -> &str {
    let line = line.strip_suffix('\n').unwrap_or(line);
    line.strip_suffix('\r').unwrap_or(line)
}
