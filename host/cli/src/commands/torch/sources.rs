//! The program's file, and the Python files beside it that it can import.

use std::collections::VecDeque;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::failure::{Failure, Result};

/// Files that go into the sandbox.
const MOST_FILES: usize = 1000;
/// Bytes of them all.
const MOST_BYTES: u64 = 16 << 20;
/// Names that are looked at in search of them.
const MOST_NAMES: usize = 20_000;
/// Folders above each other.
const DEEPEST: usize = 8;

/// What goes into the sandbox.
#[derive(Debug)]
pub(super) struct Sources {
    /// Path and text, the program's own file first. The folder is as in the command line.
    pub(super) files: Vec<(String, String)>,
    /// That some were left out, if so.
    pub(super) note: Option<String>,
}

/// Reads the program at `file`, and each Python file in its folder and below that has a name that can be imported.
///
/// # Errors
/// Where `file` can't be read, is too large, or is no text.
pub(super) fn read(file: &str) -> Result<Sources> {
    let mut sources = Sources { files: vec![(file.to_owned(), main(file)?)], note: None };
    let folder = file.rfind('/').map_or("", |end| &file[..=end]);
    let mut left = MOST_BYTES.saturating_sub(sources.files[0].1.len() as u64);
    let found = modules(Path::new(if folder.is_empty() { "." } else { folder }));
    let mut complete = found.complete;
    for (name, path) in found.files {
        let path_inside = format!("{folder}{name}");
        if path_inside == file {
            continue;
        }
        // What can't be read, or is no text, can't be imported; the program says so if it tries.
        let Some(text) = text(&path, left) else { continue };
        if sources.files.len() == MOST_FILES || text.len() as u64 > left {
            complete = false;
            break;
        }
        left -= text.len() as u64;
        sources.files.push((path_inside, text));
    }
    if !complete {
        sources.note = Some(format!(
            "there are more Python files around {file} than a sandbox is given ({MOST_FILES} files, {} MiB): it can \
             import those nearest to it; a folder of its own has fewer",
            MOST_BYTES >> 20
        ));
    }
    Ok(sources)
}

fn main(file: &str) -> Result<String> {
    let hint = "name the Python file to run: `proofhouse torch FILE.py`";
    let refuse = |reason: String| Failure::usage(reason).hint(hint);
    let found =
        fs::metadata(file).map_err(|error| refuse(format!("cannot read the program `{file}`: {error}")))?;
    if found.is_dir() {
        return Err(refuse(format!("the program `{file}` is a folder")));
    }
    let mut bytes = Vec::new();
    fs::File::open(file)
        .and_then(|opened| opened.take(MOST_BYTES + 1).read_to_end(&mut bytes))
        .map_err(|error| refuse(format!("cannot read the program `{file}`: {error}")))?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(refuse(format!("the program `{file}` is larger than {} MiB", MOST_BYTES >> 20)));
    }
    decode(bytes).ok_or_else(|| refuse(format!("the program `{file}` is not UTF-8 text")))
}

/// The text of a file of at most `most` bytes and one more.
fn text(path: &Path, most: u64) -> Option<String> {
    let mut bytes = Vec::new();
    fs::File::open(path).ok()?.take(most + 1).read_to_end(&mut bytes).ok()?;
    decode(bytes)
}

fn decode(bytes: Vec<u8>) -> Option<String> {
    let text = String::from_utf8(bytes).ok()?;
    // As Python does with the mark that some editors put first.
    Some(text.strip_prefix('\u{feff}').map_or_else(|| text.clone(), str::to_owned))
}

struct Found {
    /// Path below the folder with `/`, and path here; the nearest first, each folder by name.
    files: Vec<(String, PathBuf)>,
    complete: bool,
}

/// The files below `folder` that can be imported.
fn modules(folder: &Path) -> Found {
    let mut found = Found { files: Vec::new(), complete: true };
    let mut folders = VecDeque::from([(String::new(), folder.to_owned(), 0)]);
    let mut looked_at = 0;
    while let Some((prefix, folder, depth)) = folders.pop_front() {
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        let mut names: Vec<_> = entries.take(MOST_NAMES - looked_at).flatten().collect();
        names.sort_by_key(fs::DirEntry::file_name);
        looked_at += names.len();
        for entry in names {
            let (Ok(kind), Some(name)) = (entry.file_type(), entry.file_name().to_str().map(str::to_owned))
            else {
                continue;
            };
            let path = entry.path();
            if kind.is_dir() {
                // A virtual environment is another Python's.
                if depth < DEEPEST && is_identifier(&name) && !path.join("pyvenv.cfg").exists() {
                    folders.push_back((format!("{prefix}{name}/"), path, depth + 1));
                }
            } else if name.strip_suffix(".py").is_some_and(is_identifier) && path.is_file() {
                found.files.push((format!("{prefix}{name}"), path));
            }
        }
        if looked_at >= MOST_NAMES {
            found.complete = false;
            break;
        }
    }
    found
}

/// Can it be a name in Python? The sandbox looks again, by Python's own rule.
fn is_identifier(name: &str) -> bool {
    name != "__pycache__"
        && !name.starts_with(|letter: char| letter.is_ascii_digit())
        && !name.is_empty()
        && name.chars().all(|letter| letter.is_alphanumeric() || letter == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_beside_and_below_are_found_nearest_first() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, bytes: &[u8]| {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        };
        for name in ["train-2.py", "model.py", "pkg/__init__.py", "pkg/deep/a.py"] {
            write(name, b"x = 1\n");
        }
        for name in ["notes.txt", "my-tool.py", "2x.py", ".hidden/a.py", "__pycache__/a.py", "no-name/a.py"] {
            write(name, b"x = 1\n");
        }
        write("latin.py", b"x = '\xff'\n");
        write("venv/pyvenv.cfg", b"");
        write("venv/a.py", b"");
        let main = folder.path().join("train-2.py");
        let sources = read(main.to_str().unwrap()).unwrap();
        let start = format!("{}/", folder.path().display());
        let names: Vec<_> =
            sources.files.iter().map(|(path, _)| path.strip_prefix(&start).unwrap()).collect();
        assert_eq!(names, ["train-2.py", "model.py", "pkg/__init__.py", "pkg/deep/a.py"]);
        assert_eq!(sources.note, None);
    }

    #[test]
    fn too_many_are_cut_and_said_so() {
        let folder = tempfile::tempdir().unwrap();
        for number in 0..=MOST_FILES {
            fs::write(folder.path().join(format!("m{number:04}.py")), "").unwrap();
        }
        let sources = read(folder.path().join("m0500.py").to_str().unwrap()).unwrap();
        assert_eq!(sources.files.len(), MOST_FILES);
        assert!(sources.note.unwrap().contains("m0500.py"));
    }

    #[test]
    fn a_program_that_is_none_is_refused_with_a_hint() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
        fs::write(path("bytes.py"), [0xff, 0xfe]).unwrap();
        fs::write(path("mark.py"), "\u{feff}x = 1\n").unwrap();
        for (name, word) in [("absent.py", "cannot read"), ("", "folder"), ("bytes.py", "UTF-8")] {
            let said = read(&path(name)).unwrap_err().to_string();
            assert!(said.contains(word) && said.contains("FILE.py"), "{said}");
        }
        assert_eq!(read(&path("mark.py")).unwrap().files[0].1, "x = 1\n");
    }
}
