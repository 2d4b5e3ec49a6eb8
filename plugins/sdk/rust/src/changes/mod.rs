//! A diff from a model's reply.
//!
//! Three forms are read: a unified diff, SEARCH/REPLACE blocks, and whole files. The latter two are turned into a
//! unified diff against the problem's files. Nothing is guessed: what could mean two things is an error that says what
//! to send instead, and a reply without a change is an error, never an empty diff.

mod fences;
mod recount;
mod search_replace;
mod unified;
mod whole_file;
mod workspace;

use crate::imports::{Access, SourceFile};
use crate::replies::spoken;

pub use recount::recounted;
pub use workspace::{Workspace, file_diff};

/// The form that a reply must have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// A unified diff.
    Diff,
    /// SEARCH/REPLACE blocks.
    SearchReplace,
    /// Each changed file, in full.
    WholeFile,
    /// Whichever of the three it is.
    Any,
}

impl Format {
    /// The format that a setting names.
    ///
    /// # Errors
    /// Where there is no such format; the message names them all.
    pub fn parse(key: &str, name: &str) -> Result<Format, String> {
        match name {
            "diff" => Ok(Format::Diff),
            "search-replace" => Ok(Format::SearchReplace),
            "whole-file" => Ok(Format::WholeFile),
            "any" => Ok(Format::Any),
            other => Err(format!(
                "setting `{key}` is `{other}`: it must be `diff`, `search-replace`, `whole-file` or `any`"
            )),
        }
    }
}

/// The change that a reply holds, as a unified diff against `files`.
///
/// # Errors
/// Where there is none, or not exactly one meaning; the message tells the model what to send instead.
pub fn diff_of(reply: &str, format: Format, files: &[SourceFile]) -> Result<String, String> {
    let reply = spoken(reply);
    let has_carriage_returns =
        files.iter().any(|file| file.access == Access::Editable && file.text.contains('\r'));
    // Some providers end lines so. Where a file does as well, they are part of what is to match.
    let unified_ends = if has_carriage_returns { None } else { Some(reply.replace("\r\n", "\n")) };
    let reply = unified_ends.as_deref().unwrap_or(reply);
    match format {
        Format::Diff => unified::extract(reply, files).unwrap_or_else(|| Err(no_change(format))),
        Format::SearchReplace => {
            search_replace::extract(reply, files).unwrap_or_else(|| Err(no_change(format)))
        }
        Format::WholeFile => whole_file::extract(reply, files, whole_file::Trust::Asked)
            .unwrap_or_else(|| Err(no_change(format))),
        Format::Any => search_replace::extract(reply, files)
            .or_else(|| unified::extract(reply, files))
            .or_else(|| whole_file::extract(reply, files, whole_file::Trust::Unasked))
            .unwrap_or_else(|| Err(no_change(format))),
    }
}

fn no_change(format: Format) -> String {
    let wanted = match format {
        Format::Diff | Format::Any => "a unified diff with `--- a/FILE`, `+++ b/FILE` and `@@` lines",
        Format::SearchReplace => "SEARCH/REPLACE blocks, each under the path of its file",
        Format::WholeFile => "each changed file in full, in a code fence under its path",
    };
    format!("the reply contains no change: send {wanted}")
}

/// The only file that may be changed, where there is just one.
fn only_editable(files: &[SourceFile]) -> Option<&str> {
    let mut editable = files.iter().filter(|file| file.access == Access::Editable);
    match (editable.next(), editable.next()) {
        (Some(file), None) => Some(&file.path),
        _ => None,
    }
}

/// The path that a line is, without what models put around one: `**train.py**:`, `### File: train.py`.
fn path_in(line: &str) -> Option<&str> {
    let edge = |c: char| c.is_whitespace() || "`*#:\"'()".contains(c);
    let mut path = line.trim_matches(edge);
    for word in ["File:", "file:", "Path:", "path:", "File ", "file "] {
        path = path.strip_prefix(word).unwrap_or(path).trim_matches(edge);
    }
    let path = path.strip_prefix("./").unwrap_or(path);
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-/".contains(c);
    (path.contains('.') && !path.ends_with('.') && path.chars().all(plain)).then_some(path)
}
