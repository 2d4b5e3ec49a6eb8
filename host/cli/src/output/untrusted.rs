//! Text that a plugin or a program wrote, on its way to a terminal.

/// `text` with every control character but line end and tab, and every character that reorders or hides its
/// neighbours, written as `⟨U+001B⟩`: a log can neither move the cursor nor forge a line of ours.
pub fn block(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' | '\t' => clean.push(character),
            '\r' => {}
            _ if is_deceptive(character) => clean.push_str(&format!("⟨U+{:04X}⟩", u32::from(character))),
            _ => clean.push(character),
        }
    }
    clean
}

/// As [`block`], on one line, with at most `width` characters.
pub fn line(text: &str, width: usize) -> String {
    // What is beyond the width is not worth cleaning, however long it is.
    let beginning: String = text.chars().take(width.saturating_mul(2).saturating_add(16)).collect();
    let flat = beginning.split_whitespace().collect::<Vec<_>>().join(" ");
    let clean = block(&flat);
    if clean.chars().count() <= width && beginning.len() == text.len() {
        return clean;
    }
    let mut cut: String = clean.chars().take(width.saturating_sub(1)).collect();
    cut.truncate(cut.trim_end().len());
    cut.push('…');
    cut
}

fn is_deceptive(character: char) -> bool {
    matches!(character, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
        || character.is_control()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_shown_not_sent() {
        assert_eq!(block("a\u{1b}[2Jb\r\n\tc\u{202e}"), "a⟨U+001B⟩[2Jb\n\tc⟨U+202E⟩");
        assert!(!line("x\u{1b}]0;title\u{7}", 80).contains('\u{1b}'));
    }

    #[test]
    fn a_line_is_one_line_of_bounded_width() {
        assert_eq!(line("one\ntwo   three", 40), "one two three");
        assert_eq!(line("abcdefgh", 5), "abcd…");
        assert_eq!(line(&"x".repeat(10_000), 5), "xxxx…");
        assert_eq!(line("abcde", 5), "abcde");
    }
}
