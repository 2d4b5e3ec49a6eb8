//! Cutting texts to a number of characters, and saying so.

/// The beginning of a text.
pub fn head(text: &str, most: usize) -> String {
    let count = text.chars().count();
    if count <= most {
        return text.to_owned();
    }
    let kept: String = text.chars().take(most).collect();
    format!("{kept}\n[{} more characters are left out]", count - most)
}

/// The end of a text: of a traceback, the part that says what happened.
pub fn tail(text: &str, most: usize) -> String {
    let count = text.chars().count();
    if count <= most {
        return text.to_owned();
    }
    let kept: String = text.chars().skip(count - most).collect();
    format!("[{} characters before this are left out]\n{kept}", count - most)
}

/// One line: line ends and other white space become single spaces, and what is too long ends in `…`.
pub fn line(text: &str, most: usize) -> String {
    let joined = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if joined.chars().count() <= most {
        return joined;
    }
    joined.chars().take(most.saturating_sub(1)).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_cut_is_said() {
        assert_eq!(head("äbc", 3), "äbc");
        assert_eq!(head("äbcd", 3), "äbc\n[1 more characters are left out]");
        assert_eq!(tail("abcdé", 2), "[3 characters before this are left out]\ndé");
        assert_eq!(line(" a\r\n  b ", 9), "a b");
        assert_eq!(line("abcdef", 4), "abc…");
    }
}
