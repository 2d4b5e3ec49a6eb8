//! Is a person looking, and how wide is their window?

use std::io::{IsTerminal, stdout};

/// A style of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// What matters most.
    Bold,
    /// What matters less.
    Dim,
    /// Better, or added.
    Green,
    /// Worse, or removed.
    Red,
    /// A heading in a diff.
    Cyan,
}

/// How to write to standard output.
#[derive(Debug, Clone, Copy)]
pub struct Terminal {
    colour: bool,
    /// Is standard output a terminal?
    pub interactive: bool,
}

impl Terminal {
    /// Looks at standard output, and at `NO_COLOR` and `TERM`.
    pub fn detect() -> Terminal {
        let interactive = stdout().is_terminal();
        let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let dumb = std::env::var_os("TERM").is_some_and(|value| value == "dumb");
        Terminal { colour: interactive && !refused && !dumb, interactive: interactive && !dumb }
    }

    /// A terminal without colour, as for files.
    #[cfg(test)]
    pub fn plain() -> Terminal {
        Terminal { colour: false, interactive: false }
    }

    /// `text` in `style`, where there is colour. The text must be ours or cleaned.
    pub fn paint(self, style: Style, text: &str) -> String {
        if !self.colour {
            return text.to_owned();
        }
        let code = match style {
            Style::Bold => "1",
            Style::Dim => "2",
            Style::Green => "32",
            Style::Red => "31",
            Style::Cyan => "36",
        };
        format!("\u{1b}[{code}m{text}\u{1b}[0m")
    }
}
