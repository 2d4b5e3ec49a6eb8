//! Server-sent events, as a body brings them in pieces of any size.

/// One event.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Event {
    /// `event:`; empty where there is none.
    pub(crate) name: String,
    /// The lines of `data:`, with a line feed between.
    pub(crate) data: String,
}

/// What is wrong with a stream of events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum SseError {
    #[error("an event of the stream is larger than {0} bytes")]
    TooLarge(usize),
    #[error("the stream is not UTF-8")]
    NotText,
}

/// Puts events together.
#[derive(Debug)]
pub(crate) struct Parser {
    most_bytes: usize,
    line: Vec<u8>,
    /// The last byte was a carriage return: a line feed next belongs to it.
    after_return: bool,
    first_line: bool,
    name: String,
    data: Option<String>,
}

impl Parser {
    /// Refuses an event larger than this.
    pub(crate) fn new(most_bytes: usize) -> Parser {
        Parser {
            most_bytes,
            line: Vec::new(),
            after_return: false,
            first_line: true,
            name: String::new(),
            data: None,
        }
    }

    /// The next piece of the body, and the events that end in it.
    pub(crate) fn push(&mut self, piece: &[u8], events: &mut Vec<Event>) -> Result<(), SseError> {
        let mut rest = piece;
        while let Some((&first, after)) = rest.split_first() {
            if std::mem::take(&mut self.after_return) && first == b'\n' {
                rest = after;
                continue;
            }
            let end = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
            let text = &rest[..end.unwrap_or(rest.len())];
            if self.size() + text.len() > self.most_bytes {
                return Err(SseError::TooLarge(self.most_bytes));
            }
            self.line.extend_from_slice(text);
            let Some(end) = end else { break };
            self.after_return = rest[end] == b'\r';
            rest = &rest[end + 1..];
            events.extend(self.end_line()?);
        }
        Ok(())
    }

    fn size(&self) -> usize {
        self.line.len() + self.name.len() + self.data.as_ref().map_or(0, String::len)
    }

    /// An event, where this line ends one.
    fn end_line(&mut self) -> Result<Option<Event>, SseError> {
        let line = std::mem::take(&mut self.line);
        let line = std::str::from_utf8(&line).map_err(|_| SseError::NotText)?;
        let line = if self.first_line { line.strip_prefix('\u{feff}').unwrap_or(line) } else { line };
        self.first_line = false;
        if line.is_empty() {
            let name = std::mem::take(&mut self.name);
            return Ok(self.data.take().map(|data| Event { name, data }));
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match (field, &mut self.data) {
            ("event", _) => self.name = value.to_owned(),
            ("data", Some(data)) => {
                data.push('\n');
                data.push_str(value);
            }
            ("data", data) => *data = Some(value.to_owned()),
            // Comments (an empty field), `id`, `retry`, and what is yet to be invented.
            _ => {}
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(name: &str, data: &str) -> Event {
        Event { name: name.to_owned(), data: data.to_owned() }
    }

    fn parse(pieces: &[&[u8]]) -> Vec<Event> {
        let mut parser = Parser::new(1000);
        let mut events = Vec::new();
        for piece in pieces {
            parser.push(piece, &mut events).unwrap();
        }
        events
    }

    const STREAM: &str = "\u{feff}: hello\nevent: a\ndata: {\"x\":\ndata: 1}\n\ndata:two\n\nid: 3\nretry: 10\n\nevent: lost\n\ndata\n\ndata: é€😀\n\ndata: torn";

    fn expected() -> Vec<Event> {
        vec![event("a", "{\"x\":\n1}"), event("", "two"), event("", ""), event("", "é€😀")]
    }

    #[test]
    fn events_are_the_same_wherever_the_body_is_split() {
        for ends in ["\n", "\r\n", "\r"] {
            let stream = STREAM.replace('\n', ends);
            let bytes = stream.as_bytes();
            assert_eq!(parse(&[bytes]), expected(), "{ends:?}");
            for first in 0..bytes.len() {
                for second in [first, first + (bytes.len() - first) / 2] {
                    let pieces = [&bytes[..first], &bytes[first..second], &bytes[second..]];
                    assert_eq!(parse(&pieces), expected(), "{ends:?} {first} {second}");
                }
            }
            let single: Vec<&[u8]> = bytes.chunks(1).collect();
            assert_eq!(parse(&single), expected(), "{ends:?}");
        }
    }

    #[test]
    fn large_events_and_what_is_not_text_are_refused() {
        let mut events = Vec::new();
        let mut parser = Parser::new(100);
        parser.push(b"data: ", &mut events).unwrap();
        parser.push(&[b'x'; 90], &mut events).unwrap();
        assert_eq!(parser.push(&[b'x'; 90], &mut events), Err(SseError::TooLarge(100)));
        // Many lines of one event count together.
        let mut parser = Parser::new(100);
        let lines = "data: xxxxxxxxxx\n".repeat(20);
        assert_eq!(parser.push(lines.as_bytes(), &mut events), Err(SseError::TooLarge(100)));
        assert_eq!(Parser::new(100).push(b"data: \xff\n", &mut events), Err(SseError::NotText));
        assert_eq!(events, []);
    }
}
