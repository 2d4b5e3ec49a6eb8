//! A copy of the program that can be edited, and the diff that the edits make.

use similar::{Algorithm, ChangeTag, capture_diff_slices, group_diff_ops};

use crate::imports::{Access, SourceFile};

/// A file of the copy.
#[derive(Debug, Clone, PartialEq)]
struct Entry {
    path: String,
    /// None: the file is new.
    original: Option<String>,
    text: String,
    editable: bool,
}

/// The files that are not hidden, and new ones.
#[derive(Debug, Clone, PartialEq)]
pub struct Workspace {
    entries: Vec<Entry>,
}

impl Workspace {
    /// A copy of the program as it is.
    pub fn new(files: &[SourceFile]) -> Workspace {
        let shown = files.iter().filter(|file| file.access != Access::Hidden);
        let entry = |file: &SourceFile| Entry {
            path: file.path.clone(),
            original: Some(file.text.clone()),
            text: file.text.clone(),
            editable: file.access == Access::Editable,
        };
        Workspace { entries: shown.map(entry).collect() }
    }

    /// Paths and texts, the new ones last.
    pub fn files(&self) -> impl Iterator<Item = (&str, &str)> {
        self.entries.iter().map(|entry| (entry.path.as_str(), entry.text.as_str()))
    }

    /// The text of a file.
    pub fn text(&self, path: &str) -> Option<&str> {
        self.entries.iter().find(|entry| entry.path == path).map(|entry| entry.text.as_str())
    }

    /// Replaces a part of a file that stands in it exactly once.
    ///
    /// # Errors
    /// Where it stands there not at all, or more than once; or the file may not be changed.
    pub fn replace_once(&mut self, path: &str, search: &str, replace: &str) -> Result<(), String> {
        if search.is_empty() {
            return Err("the text to search is empty: give what is to be replaced".into());
        }
        let entry = self.editable(path)?;
        let at = only_place(&entry.text, search, |_| true)?;
        entry.text.replace_range(at..at + search.len(), replace);
        Ok(())
    }

    /// Replaces whole lines of a file that stand in it exactly once.
    ///
    /// # Errors
    /// As [`Workspace::replace_once`].
    pub fn replace_lines(&mut self, path: &str, search: &str, replace: &str) -> Result<(), String> {
        let entry = self.editable(path)?;
        let begins_line = |at: usize| at == 0 || entry.text.as_bytes()[at - 1] == b'\n';
        let place = only_place(&entry.text, search, begins_line);
        let last_lines = search.strip_suffix('\n').filter(|_| !entry.text.ends_with('\n'));
        if let (Err(Absence::Missing), Some(last)) = (place, last_lines)
            && let Some(start) = entry.text.strip_suffix(last).map(str::len)
            && begins_line(start)
        {
            // The file's last line has no line end, which SEARCH cannot say.
            entry.text.replace_range(start.., replace.strip_suffix('\n').unwrap_or(replace));
            return Ok(());
        }
        let at = place?;
        entry.text.replace_range(at..at + search.len(), replace);
        Ok(())
    }

    /// Writes a file in full: one that may be changed, or a new `.py` file.
    ///
    /// # Errors
    /// Where the file may not be changed, or a new one is no Python file or empty.
    pub fn write(&mut self, path: &str, text: &str) -> Result<(), String> {
        if self.text(path).is_some() {
            self.editable(path)?.text = text.to_owned();
            return Ok(());
        }
        if !path.ends_with(".py") || text.is_empty() {
            return Err(format!(
                "there is no `{path}`: {}; a new file is a `.py` file with some text",
                self.editable_paths()
            ));
        }
        self.entries.push(Entry {
            path: path.to_owned(),
            original: None,
            text: text.to_owned(),
            editable: true,
        });
        Ok(())
    }

    /// A unified diff of everything that changed. None where nothing did.
    pub fn diff(&self) -> Option<String> {
        let diffs = self.entries.iter().filter_map(|entry| match &entry.original {
            Some(original) if *original == entry.text => None,
            original => Some(file_diff(&entry.path, original.as_deref(), &entry.text)),
        });
        Some(diffs.collect::<String>()).filter(|diff| !diff.is_empty())
    }

    fn editable(&mut self, path: &str) -> Result<&mut Entry, String> {
        let paths = self.editable_paths();
        match self.entries.iter_mut().find(|entry| entry.path == path) {
            None => Err(format!("there is no `{path}`: {paths}")),
            Some(entry) if !entry.editable => Err(format!("`{path}` may not be changed: {paths}")),
            Some(entry) => Ok(entry),
        }
    }

    fn editable_paths(&self) -> String {
        let paths: Vec<&str> =
            self.entries.iter().filter(|entry| entry.editable).map(|entry| entry.path.as_str()).collect();
        format!("files to change are {}", paths.join(", "))
    }
}

/// The place where `wanted` begins, of those that `counts`.
fn only_place(text: &str, wanted: &str, counts: impl Fn(usize) -> bool) -> Result<usize, Absence> {
    let mut found = None;
    let mut from = 0;
    while let Some(at) = text[from..].find(wanted).map(|at| at + from) {
        if counts(at) && found.replace(at).is_some() {
            return Err(Absence::Ambiguous);
        }
        // By one character, because two places may overlap.
        from = at + text[at..].chars().next().map_or(1, char::len_utf8);
    }
    found.ok_or(Absence::Missing)
}

/// Why there is no one place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Absence {
    Missing,
    Ambiguous,
}

impl From<Absence> for String {
    fn from(absence: Absence) -> String {
        match absence {
            Absence::Missing => {
                "the text to search does not stand in the file: copy it exactly, blanks included"
            }
            Absence::Ambiguous => {
                "the text to search stands in the file more than once: add lines around it until it is unique"
            }
        }
        .into()
    }
}

/// The unified diff of one file, with three lines of context. `old` is none for a new file.
pub fn file_diff(path: &str, old: Option<&str>, new: &str) -> String {
    const CONTEXT: usize = 3;
    // The lines of the patch tool: a carriage return is part of its line.
    let old_lines: Vec<&str> = old.unwrap_or_default().split_inclusive('\n').collect();
    let new_lines: Vec<&str> = new.split_inclusive('\n').collect();
    let mut diff = match old {
        Some(_) => format!("--- a/{path}\n+++ b/{path}\n"),
        None => format!("--- /dev/null\n+++ b/{path}\n"),
    };
    let operations = capture_diff_slices(Algorithm::Myers, &old_lines, &new_lines);
    for group in group_diff_ops(operations, CONTEXT) {
        let (Some(first), Some(last)) = (group.first(), group.last()) else { continue };
        let old_range = range(first.old_range().start, last.old_range().end);
        let new_range = range(first.new_range().start, last.new_range().end);
        diff.push_str(&format!("@@ -{old_range} +{new_range} @@\n"));
        for change in group.iter().flat_map(|operation| operation.iter_changes(&old_lines, &new_lines)) {
            diff.push(match change.tag() {
                ChangeTag::Equal => ' ',
                ChangeTag::Delete => '-',
                ChangeTag::Insert => '+',
            });
            diff.push_str(change.value());
            if !change.value().ends_with('\n') {
                diff.push_str("\n\\ No newline at end of file\n");
            }
        }
    }
    diff
}

/// `LINE,COUNT`; where there are no lines, the line is the one before.
fn range(start: usize, end: usize) -> String {
    let count = end - start;
    format!("{},{count}", if count == 0 { start } else { start + 1 })
}
