//! The program's files, as a prompt shows them.

use crate::imports::{Access, SourceFile};

/// Every file that is not hidden, in a code fence under its path, with what a patch may do to it.
pub fn listing(files: &[SourceFile]) -> String {
    let shown = files.iter().filter(|file| file.access != Access::Hidden);
    shown.map(|file| format!("{} ({}):\n{}\n", file.path, allowed(file.access), fenced(&file.text))).collect()
}

fn allowed(access: Access) -> &'static str {
    if access == Access::Editable { "may be changed" } else { "may not be changed" }
}

/// A text in a code fence that is longer than any within it.
pub fn fenced(text: &str) -> String {
    let mut longest = 0;
    let mut current = 0;
    for c in text.chars() {
        current = if c == '`' { current + 1 } else { 0 };
        longest = longest.max(current);
    }
    let fence = "`".repeat((longest + 1).max(3));
    let end = if text.ends_with('\n') || text.is_empty() { "" } else { "\n" };
    format!("{fence}\n{text}{end}{fence}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_files_are_not_shown() {
        let file = |path: &str, access| SourceFile { path: path.into(), text: format!("# {path}"), access };
        let files =
            [file("a.py", Access::Editable), file("b.py", Access::Visible), file("c.py", Access::Hidden)];
        assert_eq!(
            listing(&files),
            "a.py (may be changed):\n```\n# a.py\n```\n\nb.py (may not be changed):\n```\n# b.py\n```\n\n"
        );
    }

    #[test]
    fn a_fence_is_longer_than_those_within() {
        assert_eq!(fenced("a\n````\n"), "`````\na\n````\n`````\n");
    }
}
