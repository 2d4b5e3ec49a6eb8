//! Patches: a unified diff is applied exactly, or not at all.
//!
//! Exactly means: each hunk's old lines stand where its header says, byte for byte, with no fuzz and no offset; every
//! hunk of every file applies; nothing in the text is skipped because it was not understood. A hunk that was moved to
//! where it fits, or a diff of which half was ignored, would score an idea that nobody had.

mod error;
mod hunks;
mod parse;
mod paths;

use std::collections::BTreeSet;

use proofhouse_types::{Access, SourceFile};

pub use error::{Mismatch, PatchError};
use parse::FilePatch;

/// The largest diff.
pub const MOST_DIFF_BYTES: usize = 256 * 1024;
/// The largest file that a patch may make.
pub const MOST_FILE_BYTES: usize = 1024 * 1024;
/// The most files that one diff may touch.
pub const MOST_FILES: usize = 32;

/// The program after a patch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Patched {
    /// Path and text of every file of the program: in the problem's order, then the new ones in the diff's.
    pub files: Vec<(String, String)>,
    /// The paths that were changed, made or removed, in the diff's order.
    pub changed: Vec<String>,
}

/// Is `path` a plain path within the program's root? Otherwise, why not.
pub(crate) fn check_path(path: &str) -> Result<(), String> {
    paths::check(path)
}

/// The program without a patch.
pub fn unpatched(files: &[SourceFile]) -> Vec<(String, String)> {
    files.iter().map(|file| (file.path.clone(), file.text.clone())).collect()
}

/// Applies `diff` to the program `files`.
///
/// # Errors
/// A diff that does not parse or does not fit is `unpatched`; one that changes nothing, touches what it may not, or
/// is too large, is `refused`: see [`PatchError::kind`].
pub fn apply(files: &[SourceFile], diff: &str) -> Result<Patched, PatchError> {
    if diff.len() > MOST_DIFF_BYTES {
        return Err(PatchError::refused(format!(
            "the diff has {} bytes, and {MOST_DIFF_BYTES} are allowed",
            diff.len()
        )));
    }
    if diff.trim().is_empty() {
        return Err(PatchError::refused("the diff is empty"));
    }
    let patches = parse::parse(diff)?;
    if patches.len() > MOST_FILES {
        return Err(PatchError::refused(format!(
            "the diff touches {} files, and {MOST_FILES} are allowed",
            patches.len()
        )));
    }
    check_permissions(files, &patches)?;
    let mut program = unpatched(files);
    for patch in &patches {
        apply_to(&mut program, patch)?;
    }
    if program == unpatched(files) {
        return Err(PatchError::refused("the patch changes nothing: the result is the unpatched program"));
    }
    Ok(Patched { files: program, changed: patches.into_iter().map(|patch| patch.path).collect() })
}

/// May the diff touch what it touches? Asked of every file before a hunk is applied to any.
fn check_permissions(files: &[SourceFile], patches: &[FilePatch]) -> Result<(), PatchError> {
    let mut seen = BTreeSet::new();
    for patch in patches {
        paths::check(&patch.path).map_err(PatchError::refused)?;
        if !seen.insert(patch.path.as_str()) {
            return Err(PatchError::refused(format!(
                "the diff has two parts for `{}`: put its hunks under one file header",
                patch.path
            )));
        }
        match files.iter().find(|file| file.path == patch.path) {
            Some(file) if file.access != Access::Editable => {
                return Err(PatchError::refused(format!("`{}` may not be changed", patch.path)));
            }
            Some(_) => {}
            None if patch.creates => {
                let names = files.iter().map(|file| file.path.as_str()).chain(seen.iter().copied());
                paths::check_new(&patch.path, names).map_err(PatchError::refused)?;
            }
            None => {
                let editable: Vec<_> =
                    files.iter().filter(|f| f.access == Access::Editable).map(|f| f.path.as_str()).collect();
                return Err(PatchError::MissingFile {
                    path: patch.path.clone(),
                    editable: editable.join(", "),
                });
            }
        }
    }
    Ok(())
}

fn apply_to(program: &mut Vec<(String, String)>, patch: &FilePatch) -> Result<(), PatchError> {
    let place = program.iter().position(|(path, _)| *path == patch.path);
    let old = match place {
        Some(_) if patch.creates => return Err(PatchError::FileExists { path: patch.path.clone() }),
        Some(place) => program[place].1.as_str(),
        None => "",
    };
    let new = hunks::apply(&patch.path, old, &patch.hunks)?;
    if new.len() > MOST_FILE_BYTES {
        return Err(PatchError::refused(format!(
            "`{}` would have {} bytes, and {MOST_FILE_BYTES} are allowed",
            patch.path,
            new.len()
        )));
    }
    match place {
        Some(place) if patch.deletes => {
            if !new.is_empty() {
                return Err(PatchError::NotEmptied { path: patch.path.clone() });
            }
            program.remove(place);
        }
        Some(place) => program[place].1 = new,
        None => program.push((patch.path.clone(), new)),
    }
    Ok(())
}

#[cfg(test)]
mod tests;
