//! Lines with a limit: neither side of a pipe can make the other hold more than that.

use std::io::{self, BufRead, ErrorKind, Read};

/// The longest line. A job holds a whole program, a verdict a whole curve.
pub(crate) const MOST_LINE_BYTES: u64 = 64 * 1024 * 1024;

/// The next line without its end. None at the end of the input, also where that cuts a line off.
pub(crate) fn next_line(input: &mut impl BufRead, most: u64) -> io::Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    input.by_ref().take(most.saturating_add(1)).read_until(b'\n', &mut line)?;
    if line.last() == Some(&b'\n') {
        line.pop();
        return Ok(Some(line));
    }
    if line.len() as u64 > most {
        return Err(io::Error::new(ErrorKind::InvalidData, format!("a line is longer than {most} bytes")));
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::next_line;

    #[test]
    fn lines_end_at_their_end_and_at_the_limit() {
        let mut input = Cursor::new(b"one\n\nthree\ncut off".to_vec());
        assert_eq!(next_line(&mut input, 5).expect("reads"), Some(b"one".to_vec()));
        assert_eq!(next_line(&mut input, 5).expect("reads"), Some(b"".to_vec()));
        assert_eq!(next_line(&mut input, 5).expect("reads"), Some(b"three".to_vec()));
        assert_eq!(next_line(&mut input, 50).expect("reads"), None);
        let mut long = Cursor::new(vec![b'x'; 100]);
        assert!(next_line(&mut long, 5).is_err());
    }
}
