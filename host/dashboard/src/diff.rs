//! A unified diff as a table with line numbers.

use crate::escape::{Escaped, head};
use crate::markup::put;

/// Bytes of a diff that the page shows.
const LIMIT: usize = 64 * 1024;

/// Appends `diff`, coloured; a line that is none of a diff's is shown as it is.
pub(crate) fn append(out: &mut String, diff: &str) {
    let (shown, left_out) = head(diff, LIMIT);
    out.push_str("<div class=\"scroll\"><table class=\"diff\"><tbody>");
    let mut place = Place::default();
    for line in shown.lines() {
        append_line(out, line, &mut place);
    }
    out.push_str("</tbody></table></div>");
    if left_out > 0 {
        put!(out, "<p class=\"note\">{left_out} more bytes are in the ledger.</p>");
    }
}

/// Line numbers on both sides, and how many lines of the hunk are still to come.
#[derive(Default)]
struct Place {
    old: u64,
    new: u64,
    old_left: u64,
    new_left: u64,
}

impl Place {
    fn in_hunk(&self) -> bool {
        self.old_left > 0 || self.new_left > 0
    }
}

fn append_line(out: &mut String, line: &str, place: &mut Place) {
    // Also within a hunk: no line of a hunk begins with `@`, so the hunk before promised more lines than it has.
    if let Some(hunk) = hunk_header(line) {
        *place = hunk;
        return append_row(out, "hunk", None, None, line);
    }
    if !place.in_hunk() {
        let class = if line.starts_with("--- ") || line.starts_with("+++ ") || line.starts_with("diff ") {
            "file"
        } else {
            "other"
        };
        return append_row(out, class, None, None, line);
    }
    let (class, old, new) = match line.as_bytes().first() {
        Some(b'-') => ("del", true, false),
        Some(b'+') => ("add", false, true),
        Some(b'\\') => return append_row(out, "other", None, None, line),
        _ => ("same", true, true),
    };
    append_row(out, class, old.then_some(place.old), new.then_some(place.new), line);
    if old {
        place.old += 1;
        place.old_left = place.old_left.saturating_sub(1);
    }
    if new {
        place.new += 1;
        place.new_left = place.new_left.saturating_sub(1);
    }
}

fn append_row(out: &mut String, class: &str, old: Option<u64>, new: Option<u64>, line: &str) {
    put!(out, "<tr class=\"{class}\"><td class=\"n\">");
    if let Some(old) = old {
        put!(out, "{old}");
    }
    out.push_str("</td><td class=\"n\">");
    if let Some(new) = new {
        put!(out, "{new}");
    }
    put!(out, "</td><td class=\"code\">{}</td></tr>", Escaped(line));
}

/// `@@ -41,7 +41,8 @@ …`
fn hunk_header(line: &str) -> Option<Place> {
    let (ranges, _) = line.strip_prefix("@@ -")?.split_once(" @@")?;
    let (old, new) = ranges.split_once(" +")?;
    let ((old, old_left), (new, new_left)) = (range(old)?, range(new)?);
    Some(Place { old, new, old_left, new_left })
}

/// `41,7`, or `41` for one line. Numbers too large to count on are no hunk header.
fn range(text: &str) -> Option<(u64, u64)> {
    let (start, length) = text.split_once(',').unwrap_or((text, "1"));
    let (start, length): (u64, u64) = (start.parse().ok()?, length.parse().ok()?);
    (start < 1 << 32 && length < 1 << 32).then_some((start, length))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(diff: &str) -> Vec<String> {
        let mut out = String::new();
        append(&mut out, diff);
        out.split("<tr class=\"").skip(1).map(|row| row.split("</tr>").next().unwrap().to_owned()).collect()
    }

    #[test]
    fn lines_are_numbered_on_their_sides() {
        let rows = rows("--- a/x\n+++ b/x\n@@ -3,2 +3,2 @@ def f\n same\n-old\n+new\n");
        assert!(rows[0].starts_with("file") && rows[1].starts_with("file") && rows[2].starts_with("hunk"));
        assert!(rows[3].contains("same\"><td class=\"n\">3</td><td class=\"n\">3</td>"));
        assert!(rows[4].contains("del\"><td class=\"n\">4</td><td class=\"n\"></td>"));
        assert!(rows[5].contains("add\"><td class=\"n\"></td><td class=\"n\">4</td>"));
    }

    #[test]
    fn a_removed_line_that_looks_like_a_header_stays_a_removed_line() {
        let rows = rows("--- a/x\n+++ b/x\n@@ -1,1 +0,0 @@\n--- comment\n+++ b/y\n");
        assert!(rows[3].starts_with("del"));
        assert!(rows[4].starts_with("file"));
    }

    #[test]
    fn a_hunk_that_promises_too_many_lines_does_not_swallow_the_next() {
        let rows = rows("@@ -1,9 +1,9 @@\n same\n@@ -20,1 +20,1 @@\n-old\n+new\n");
        assert!(rows[2].starts_with("hunk"));
        assert!(rows[3].contains("<td class=\"n\">20</td>"));
    }

    #[test]
    fn nonsense_is_shown_and_escaped() {
        let rows = rows("@@ -99999999999999999999,1 +1 @@\n<script>\n@@ -1 +1 @@");
        assert!(rows[0].starts_with("other"));
        assert!(rows[1].contains("&lt;script&gt;"));
        assert!(rows[2].starts_with("hunk"));
    }
}
