//! A unified diff for a terminal.

use super::terminal::{Style, Terminal};
use super::untrusted;

/// The diff, cleaned, and coloured where the terminal has colour.
pub fn render(diff: &str, terminal: Terminal) -> String {
    let clean = untrusted::block(diff);
    let mut text = String::with_capacity(clean.len());
    for line in clean.lines() {
        let style = match line.as_bytes().first() {
            _ if line.starts_with("--- ") || line.starts_with("+++ ") => Some(Style::Bold),
            Some(b'+') => Some(Style::Green),
            Some(b'-') => Some(Style::Red),
            Some(b'@') => Some(Style::Cyan),
            _ => None,
        };
        match style {
            Some(style) => text.push_str(&terminal.paint(style, line)),
            None => text.push_str(line),
        }
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_is_the_diff_itself() {
        let diff = "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-old\n+new\n";
        assert_eq!(render(diff, Terminal::plain()), diff);
        assert!(!render("+\u{1b}[2J", Terminal::plain()).contains('\u{1b}'));
    }
}
