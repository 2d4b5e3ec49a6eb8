//! Is this program one that was run before? Two programs are the same when they differ in comments, blank lines and
//! white space between tokens at most. Running one again says nothing new: another seed for it is a *replicate* request.

use proofhouse_ledger::Digest;

use crate::program::Program;

/// Names a program by what of it runs.
pub(crate) fn normal(program: &Program) -> Digest {
    let mut files: Vec<(&str, String)> = program
        .iter()
        .map(|(path, text)| {
            (path.as_str(), if path.ends_with(".py") { normal_text(text) } else { text.clone() })
        })
        .collect();
    files.sort_unstable();
    let mut bytes = Vec::new();
    for (path, text) in files {
        for part in [path, text.as_str()] {
            bytes.extend_from_slice(&(part.len() as u64).to_le_bytes());
            bytes.extend_from_slice(part.as_bytes());
        }
    }
    Digest::of(&bytes)
}

/// Python text without comments, blank lines and blanks that separate nothing. Indentation and strings stay.
fn normal_text(text: &str) -> String {
    let mut new = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let line_begins = new.is_empty() || new.ends_with('\n');
        if line_begins {
            let indent = rest.len() - rest.trim_start_matches([' ', '\t']).len();
            let (blanks, after) = rest.split_at(indent);
            rest = after;
            if !rest.starts_with(['\n', '\r', '#']) && !rest.is_empty() {
                new.push_str(blanks);
            }
        }
        let Some(first) = rest.chars().next() else { break };
        rest = match first {
            '#' => &rest[rest.find('\n').unwrap_or(rest.len())..],
            '"' | '\'' => {
                let (string, after) = rest.split_at(string_length(rest, first));
                new.push_str(string);
                after
            }
            '\n' => {
                new.truncate(new.trim_end_matches([' ', '\t', '\r']).len());
                if !new.is_empty() && !new.ends_with('\n') {
                    new.push('\n');
                }
                &rest[1..]
            }
            ' ' | '\t' | '\r' => {
                let after = rest.trim_start_matches([' ', '\t', '\r']);
                let between_words = new.ends_with(is_word) && after.starts_with(is_word);
                if between_words {
                    new.push(' ');
                }
                after
            }
            other => {
                new.push(other);
                &rest[other.len_utf8()..]
            }
        };
    }
    new.truncate(new.trim_end().len());
    new
}

fn is_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_' || letter == '"' || letter == '\''
}

/// Bytes of the string that `text` begins with, quotes included; up to the end where it is never closed.
fn string_length(text: &str, quote: char) -> usize {
    let triple: String = [quote; 3].iter().collect();
    let (open, close) = if text.starts_with(&triple) { (3, triple) } else { (1, quote.to_string()) };
    let mut at = open;
    while at < text.len() {
        let rest = &text[at..];
        if rest.starts_with(&close) {
            return at + close.len();
        }
        let mut letters = rest.chars();
        at += letters.next().map_or(1, char::len_utf8);
        if rest.starts_with('\\') {
            at += letters.next().map_or(0, char::len_utf8);
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::{normal, normal_text};

    fn same(one: &str, other: &str) -> bool {
        let program = |text: &str| vec![("train.py".to_owned(), text.to_owned())];
        normal(&program(one)) == normal(&program(other))
    }

    #[test]
    fn comments_and_blanks_make_no_other_program() {
        let plain = "def f(x):\n    y = x + 1\n    return y\n";
        let dressed =
            "# a comment\ndef f( x ):\n\n    y = x+1   # more\n\n    # and more\n    return  y\n\n\n";
        assert!(same(plain, dressed), "{:?} {:?}", normal_text(plain), normal_text(dressed));
        assert!(same("a = 1\r\nb = 2\r\n", "a = 1\nb = 2"));
    }

    #[test]
    fn what_runs_otherwise_is_another_program() {
        let cases = [
            ("x = 1\n", "x = 2\n"),
            ("if a:\n    b()\nc()\n", "if a:\n    b()\n    c()\n"),
            ("s = 'a # b'\n", "s = 'a # c'\n"),
            ("s = 'a  b'\n", "s = 'a b'\n"),
            ("s = 'it\\'s # 1'\n", "s = 'it\\'s # 2'\n"),
            ("s = '''a\n  # b\n'''\n", "s = '''a\n  # c\n'''\n"),
            ("not_a = b\n", "not a == b\n"),
            ("return x\n", "returnx\n"),
            ("a\nb\n", "ab\n"),
        ];
        for (one, other) in cases {
            assert!(!same(one, other), "{one:?} {other:?}");
        }
    }

    #[test]
    fn odd_text_is_read_to_its_end() {
        for text in ["", "'", "'''", "\\", "x = 'never closed\n", "# only", "\u{00e9}'\\", "   "] {
            assert_eq!(normal_text(text), normal_text(&format!("{text}\n\n")).trim_end(), "{text:?}");
        }
    }
}
