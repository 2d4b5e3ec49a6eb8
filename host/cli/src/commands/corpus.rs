//! `proofhouse corpus prepare`

use std::path::{Path, PathBuf};

use proofhouse_lab::corpus::{Caps, Corpus, Crate, prepare_file, prepare_sources};
use serde::Serialize;

use crate::args::PrepareArguments;
use crate::failure::{Failure, Result, Status};
use crate::machine;
use crate::output::{numbers, print, print_json, untrusted};

/// What was written, as `--json` prints it. The names are stable.
#[derive(Debug, Serialize)]
struct Prepared {
    folder: PathBuf,
    #[serde(flatten)]
    corpus: Corpus,
}

/// Prepares, and says what is there now.
pub fn run(arguments: &PrepareArguments) -> Result<Status> {
    let prepared = match (&arguments.file, &arguments.from) {
        (Some(file), _) => {
            let folder = prepare_file(file, &arguments.out).map_err(machine::cannot_begin)?;
            Prepared { corpus: read(&folder)?, folder }
        }
        (None, Some(list)) => {
            let corpus = prepare_sources(&crates(list)?, &arguments.out, &Caps::default())
                .map_err(machine::cannot_begin)?;
            Prepared { corpus, folder: arguments.out.clone() }
        }
        (None, None) => return Err(Failure::usage("give a FILE, or a list of crates with `--from LIST`")),
    };
    if arguments.json {
        print_json(&prepared)?;
    } else {
        print(&render(&prepared))?;
    }
    Ok(Status::Done)
}

fn render(prepared: &Prepared) -> String {
    let origin = untrusted::line(&prepared.corpus.origin, 100);
    let mut text = format!("{}: {origin}\n", prepared.folder.display());
    for (name, part) in [("train", &prepared.corpus.train), ("held-out", &prepared.corpus.held_out)] {
        let (tokens, files) = (numbers::count(part.tokens), part.files);
        text.push_str(&format!("  {name:<9} {tokens:>9} tokens of {files} files, sha256 {}\n", part.digest));
    }
    text
}

/// What the folder of a single file says of itself.
fn read(folder: &Path) -> Result<Corpus> {
    let path = folder.join("corpus.json");
    let unreadable = |reason: String| Failure::failed(format!("cannot read {}: {reason}", path.display()));
    let text = std::fs::read_to_string(&path).map_err(|error| unreadable(error.to_string()))?;
    serde_json::from_str(&text).map_err(|error| unreadable(error.to_string()))
}

/// Reads lines of `NAME VERSION FOLDER`.
fn crates(list: &Path) -> Result<Vec<Crate>> {
    let text = std::fs::read_to_string(list)
        .map_err(|error| Failure::usage(format!("cannot read the list {}: {error}", list.display())))?;
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(at, line)| {
            let mut words = line.splitn(3, ' ');
            match (words.next(), words.next(), words.next()) {
                (Some(name), Some(version), Some(folder)) if !folder.trim().is_empty() => Ok(Crate {
                    name: name.to_owned(),
                    version: version.to_owned(),
                    folder: PathBuf::from(folder.trim_end()),
                }),
                _ => Err(Failure::usage(format!("line {} of {} is not a crate", at + 1, list.display()))
                    .hint("each line is NAME VERSION FOLDER, with one space between them")),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_read_line_by_line() {
        let folder = tempfile::tempdir().unwrap();
        let list = folder.path().join("list.txt");
        std::fs::write(&list, "serde 1.0.0 /a folder/serde\n\nlog 0.4.1 /log\n").unwrap();
        let found = crates(&list).unwrap();
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].folder, Path::new("/a folder/serde"));
        std::fs::write(&list, "serde 1.0.0 /serde\nlog 0.4.1\n").unwrap();
        let failure = crates(&list).unwrap_err().to_string();
        assert!(failure.contains("line 2") && failure.contains("hint: each line"), "{failure}");
    }
}
