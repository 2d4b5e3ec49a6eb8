//! The files that a program may read.

use std::path::Path;

use proofhouse_sandbox::DataFile;

use crate::failure::{Failure, Result};

/// The bytes of all of them, which are held in memory.
const MOST_BYTES: u64 = 16 << 30;
/// The folder that a program begins in, in its own tree.
const BEGIN: &str = "program";
/// Bytes of a name.
const LONGEST_NAME: usize = 256;

/// Reads each file, to be granted under its name.
///
/// # Errors
/// A name that is taken or is none, a file that can't be read, or too many bytes.
pub(super) fn read(grants: &[(String, String)]) -> Result<Vec<DataFile>> {
    let mut taken: Vec<Vec<&str>> = Vec::new();
    let mut bytes = 0_u64;
    let mut files = Vec::new();
    for (name, file) in grants {
        let place = place(name);
        if place.is_empty()
            || place == [BEGIN]
            || name.len() > LONGEST_NAME
            || name.chars().any(char::is_control)
        {
            return Err(Failure::usage(format!("`{}` is no name for data", name.escape_debug()))
                .hint("a name is the path that the program opens, such as input.txt or data/input.txt"));
        }
        if taken.iter().any(|other| other.starts_with(&place) || place.starts_with(other)) {
            return Err(Failure::usage(format!("--data names `{name}` twice, or a file below a file"))
                .hint("give each file a name of its own"));
        }
        taken.push(place);
        bytes = bytes.saturating_add(size(file)?);
        if bytes > MOST_BYTES {
            let most = MOST_BYTES >> 30;
            return Err(Failure::usage(format!("the data are larger than {most} GiB with `{file}`"))
                .hint("they are held in memory: grant less of them"));
        }
        files.push(DataFile::read(name, Path::new(file)).map_err(Failure::usage)?);
    }
    Ok(files)
}

fn size(file: &str) -> Result<u64> {
    let hint = "data is `--data NAME=FILE`, one file each";
    let found = std::fs::metadata(file)
        .map_err(|error| Failure::usage(format!("cannot read the data `{file}`: {error}")).hint(hint))?;
    if !found.is_file() {
        let what = if found.is_dir() { "a folder" } else { "no regular file" };
        return Err(Failure::usage(format!("the data `{file}` is {what}")).hint(hint));
    }
    Ok(found.len())
}

/// Where a name is in the program's tree: the parts of its path from the root.
fn place(name: &str) -> Vec<&str> {
    let mut parts = if name.starts_with('/') { Vec::new() } else { vec![BEGIN] };
    for part in name.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(names: &[&str], file: &Path) -> String {
        let file = file.to_str().unwrap();
        let grants: Vec<_> = names.iter().map(|name| ((*name).to_owned(), file.to_owned())).collect();
        read(&grants).unwrap_err().to_string()
    }

    #[test]
    fn names_are_paths_and_no_two_are_one() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.txt");
        std::fs::write(&file, "text").unwrap();
        let text = file.to_str().unwrap().to_owned();
        let fine = [
            ("a".to_owned(), text.clone()),
            ("data/a.txt".to_owned(), text.clone()),
            ("ab".to_owned(), text),
        ];
        assert_eq!(read(&fine).unwrap().len(), 3);
        for twice in [["a", "./a"], ["a/b", "a/c/../b"], ["a", "a/b"], ["/program/a", "a"]] {
            assert!(refused(&twice, &file).contains("twice"), "{twice:?}");
        }
        for none in ["/", ".", "..", "a\u{1b}", &"x".repeat(300)] {
            assert!(refused(&[none], &file).contains("is no name"), "{none:?}");
        }
    }

    #[test]
    fn what_is_no_file_is_refused_with_a_hint() {
        let folder = tempfile::tempdir().unwrap();
        assert!(refused(&["a"], folder.path()).contains("is a folder"));
        let absent = refused(&["a"], &folder.path().join("absent"));
        assert!(absent.contains("absent") && absent.contains("--data NAME=FILE"), "{absent}");
        assert!(refused(&["a"], Path::new("/dev/zero")).contains("no regular file"));
    }
}
