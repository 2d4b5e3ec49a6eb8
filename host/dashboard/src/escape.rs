//! Untrusted text on its way into the page.

use std::fmt;

/// Text that is safe between tags and inside a quoted attribute.
///
/// Control characters and the Unicode characters that change the direction or hide text are written as `⟨U+202E⟩`, so that what a
/// reader sees is what the text says.
pub(crate) struct Escaped<'a>(pub(crate) &'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut clean_from = 0;
        for (at, character) in self.0.char_indices() {
            let replacement = match character {
                '&' => "&amp;",
                '<' => "&lt;",
                '>' => "&gt;",
                '"' => "&quot;",
                '\'' => "&#39;",
                '\r' => "",
                _ if is_deceptive(character) => {
                    f.write_str(&self.0[clean_from..at])?;
                    write!(f, "⟨U+{:04X}⟩", u32::from(character))?;
                    clean_from = at + character.len_utf8();
                    continue;
                }
                _ => continue,
            };
            f.write_str(&self.0[clean_from..at])?;
            f.write_str(replacement)?;
            clean_from = at + character.len_utf8();
        }
        f.write_str(&self.0[clean_from..])
    }
}

/// Is it a control character (but tab and line end), or one that reorders or hides its neighbours?
fn is_deceptive(character: char) -> bool {
    match character {
        '\n' | '\t' => false,
        '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' => true,
        _ => character.is_control(),
    }
}

/// The last `limit` bytes of `text` from a line's beginning, and how many bytes were left out.
pub(crate) fn tail(text: &str, limit: usize) -> (&str, usize) {
    if text.len() <= limit {
        return (text, 0);
    }
    let mut from = text.len() - limit;
    while !text.is_char_boundary(from) {
        from += 1;
    }
    if let Some(line_end) = text[from..].find('\n')
        && from + line_end + 1 < text.len()
    {
        from += line_end + 1;
    }
    (&text[from..], from)
}

/// The first `limit` bytes of `text`, and how many bytes were left out.
pub(crate) fn head(text: &str, limit: usize) -> (&str, usize) {
    if text.len() <= limit {
        return (text, 0);
    }
    let mut to = limit;
    while !text.is_char_boundary(to) {
        to -= 1;
    }
    (&text[..to], text.len() - to)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_becomes_text() {
        assert_eq!(
            Escaped("<a href=\"x\" b='y'>&</a>").to_string(),
            "&lt;a href=&quot;x&quot; b=&#39;y&#39;&gt;&amp;&lt;/a&gt;"
        );
    }

    #[test]
    fn characters_that_deceive_are_shown() {
        assert_eq!(
            Escaped("a\u{202e}b\u{1b}[31m\u{0}\tc\n").to_string(),
            "a⟨U+202E⟩b⟨U+001B⟩[31m⟨U+0000⟩\tc\n"
        );
    }

    #[test]
    fn cuts_respect_characters_and_lines() {
        assert_eq!(tail("abc\ndéf\nghi", 6), ("ghi", 9));
        assert_eq!(tail("abc", 6), ("abc", 0));
        assert_eq!(head("éé", 3), ("é", 2));
        assert_eq!(tail("ééé", 3), ("é", 4));
    }
}
