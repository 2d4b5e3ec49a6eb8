//! Whole files, each in a code fence that says which file it is.

use super::fences::{self, Fenced};
use super::{Workspace, path_in};
use crate::imports::SourceFile;

/// Was the model asked for whole files?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trust {
    /// A single fence is the single file.
    Asked,
    /// A fence under a path may be an excerpt: what is much shorter than the file is not taken for all of it.
    Unasked,
}

/// The diff that the files of a reply make. None where no fence has a path.
pub(super) fn extract(reply: &str, files: &[SourceFile], trust: Trust) -> Option<Result<String, String>> {
    let blocks = fences::blocks(reply);
    let mut named: Vec<(&str, &str)> =
        blocks.iter().filter_map(|block| path_of(block).map(|path| (path, block.text))).collect();
    if let (true, Trust::Asked, [block], Some(path)) =
        (named.is_empty(), trust, &blocks[..], super::only_editable(files))
    {
        named.push((path, block.text));
    }
    if named.is_empty() { None } else { Some(written(&named, files, trust)) }
}

/// The path behind the fence's marks (`python train.py`), or alone on the line above.
fn path_of<'a>(block: &Fenced<'a>) -> Option<&'a str> {
    block.info.split_whitespace().find_map(path_in).or_else(|| path_in(block.above))
}

fn written(named: &[(&str, &str)], files: &[SourceFile], trust: Trust) -> Result<String, String> {
    let mut workspace = Workspace::new(files);
    for (index, (path, text)) in named.iter().enumerate() {
        if named[..index].iter().any(|(other, _)| other == path) {
            return Err(format!("`{path}` stands in the reply twice: send each file once, in full"));
        }
        if let Some(line) = text.lines().find(|line| is_elision(line)) {
            return Err(format!(
                "`{path}` is not there in full: \"{}\" stands for lines that are left out",
                line.trim().chars().take(80).collect::<String>()
            ));
        }
        let lines = |text: &str| text.lines().filter(|line| !line.trim().is_empty()).count();
        let before = workspace.text(path).map_or(0, lines);
        if trust == Trust::Unasked && lines(text) * 2 < before {
            return Err(format!(
                "the text under `{path}` has less than half of the file's lines: send a unified diff, or the whole file"
            ));
        }
        workspace.write(path, text)?;
    }
    workspace.diff().ok_or_else(|| "the files in the reply are as they were: nothing is changed".into())
}

/// `# ... rest of the file unchanged ...`
fn is_elision(line: &str) -> bool {
    let Some(comment) = line.trim().strip_prefix('#') else { return false };
    let comment = comment.to_lowercase();
    let dots = comment.contains("...") || comment.contains('…');
    dots && ["rest", "unchanged", "existing", "same as", "remain", "omitted"]
        .iter()
        .any(|word| comment.contains(word))
}
