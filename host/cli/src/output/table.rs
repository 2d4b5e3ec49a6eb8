//! A table of text with aligned columns.

/// On which side a column's text stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

/// Renders `rows` under `heads`; two spaces between columns, none at a line's end.
pub fn render(heads: &[(&str, Side)], rows: &[Vec<String>]) -> String {
    let mut widths: Vec<usize> = heads.iter().map(|(head, _)| head.chars().count()).collect();
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let names: Vec<String> = heads.iter().map(|(head, _)| (*head).to_owned()).collect();
    let mut text = String::new();
    for row in std::iter::once(&names).chain(rows) {
        let mut line = String::new();
        for ((cell, width), (_, side)) in row.iter().zip(&widths).zip(heads) {
            let pad = " ".repeat(width - cell.chars().count().min(*width));
            match side {
                Side::Left => line.push_str(&format!("{cell}{pad}  ")),
                Side::Right => line.push_str(&format!("{pad}{cell}  ")),
            }
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned() {
        let rows = vec![vec!["a".to_owned(), "1.5".to_owned()], vec!["long".to_owned(), "10".to_owned()]];
        assert_eq!(
            render(&[("run", Side::Left), ("n", Side::Right)], &rows),
            "run     n\na     1.5\nlong   10\n"
        );
    }
}
