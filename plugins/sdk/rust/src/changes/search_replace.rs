//! SEARCH/REPLACE blocks: a path, then
//!
//! ```text
//! <<<<<<< SEARCH
//! the lines that stand in the file
//! =======
//! the lines that take their place
//! >>>>>>> REPLACE
//! ```
//!
//! The lines must stand in the file exactly once, whole and byte for byte. An empty SEARCH makes a new file.

use super::{Workspace, path_in};
use crate::imports::SourceFile;

/// A block, and where it stands among the others, from 1.
struct Block<'a> {
    number: usize,
    path: &'a str,
    search: String,
    replace: String,
}

/// The diff that the blocks of a reply make. None where there is no block.
pub(super) fn extract(reply: &str, files: &[SourceFile]) -> Option<Result<String, String>> {
    reply.lines().any(is_search).then(|| {
        let mut workspace = Workspace::new(files);
        for block in blocks(reply, files)? {
            apply(&mut workspace, &block)
                .map_err(|why| format!("block {} (`{}`): {why}", block.number, block.path))?;
        }
        workspace.diff().ok_or_else(|| "the SEARCH/REPLACE blocks change nothing".into())
    })
}

fn is_search(line: &str) -> bool {
    line.starts_with("<<<<<<<") && line.trim_start_matches('<').trim() == "SEARCH"
}

fn is_middle(line: &str) -> bool {
    line.starts_with("=======") && line.trim_end().trim_start_matches('=').is_empty()
}

fn is_replace(line: &str) -> bool {
    line.starts_with(">>>>>>>") && line.trim_start_matches('>').trim() == "REPLACE"
}

fn blocks<'a>(reply: &'a str, files: &'a [SourceFile]) -> Result<Vec<Block<'a>>, String> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut path = super::only_editable(files);
    let mut lines = reply.split_inclusive('\n');
    while let Some(line) = lines.next() {
        if !is_search(line) {
            path = path_above(line).or(path);
            continue;
        }
        let number = blocks.len() + 1;
        let Some(path) = path else {
            return Err(format!("block {number} has no path: put the path of its file on the line above it"));
        };
        let unfinished = |mark: &str| format!("block {number} (`{path}`) has no `{mark}` line");
        let search = until(&mut lines, is_middle).ok_or_else(|| unfinished("======="))?;
        let replace = until(&mut lines, is_replace).ok_or_else(|| unfinished(">>>>>>> REPLACE"))?;
        blocks.push(Block { number, path, search, replace });
    }
    Ok(blocks)
}

/// The path that stands alone on a line, or behind the marks of a fence.
fn path_above(line: &str) -> Option<&str> {
    let line = line.trim();
    match line.strip_prefix("```") {
        Some(info) => info.split_whitespace().find_map(path_in),
        None => path_in(line),
    }
}

fn until<'a>(lines: &mut impl Iterator<Item = &'a str>, is_end: fn(&str) -> bool) -> Option<String> {
    let mut text = String::new();
    for line in lines {
        if is_end(line) {
            return Some(text);
        }
        text.push_str(line);
    }
    None
}

fn apply(workspace: &mut Workspace, block: &Block) -> Result<(), String> {
    if !block.search.trim().is_empty() {
        return workspace.replace_lines(block.path, &block.search, &block.replace);
    }
    match workspace.text(block.path) {
        Some(text) if !text.is_empty() => {
            Err("its SEARCH is empty, and the file is not: give the lines to replace".into())
        }
        _ => workspace.write(block.path, &block.replace),
    }
}
