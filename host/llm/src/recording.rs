//! The exchanges of a run in a file, to be answered from instead of by a provider.
//!
//! Each line is a JSON object. The last line may be torn, by a crash while it was written: what does not end in a line
//! feed is not read. Of two lines about one exchange the later holds.

use std::collections::{HashMap, HashSet};
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use crate::{Ended, ExchangeId, GatewayError, JournalError, Reply, Request, Source, Spend};

/// Answers of another run, by exchange.
#[derive(Debug, Clone, Default)]
pub struct Recording(HashMap<ExchangeId, Ended>);

/// What a line holds of an exchange that is read.
#[derive(Deserialize)]
struct Line {
    #[serde(flatten)]
    id: ExchangeId,
    reply: Reply,
    spend: Spend,
    source: Source,
}

/// The same to be written, with what was asked, for people who read it.
#[derive(Serialize)]
struct WrittenLine<'a> {
    #[serde(flatten)]
    id: &'a ExchangeId,
    asked: &'a Request,
    reply: &'a Reply,
    spend: Spend,
    source: Source,
}

impl Recording {
    /// Reads a file that a run with `record` has written.
    ///
    /// # Errors
    /// Where it cannot be read, or a line other than a torn last one is no exchange.
    pub fn read(path: &Path) -> Result<Recording, GatewayError> {
        let io = |source: io::Error| GatewayError::Io { path: path.to_path_buf(), source };
        let mut reader = BufReader::new(File::open(path).map_err(io)?);
        read_lines(&mut reader, path).map(|(recording, _)| recording)
    }

    /// Takes exchanges from elsewhere, such as another run's ledger.
    pub fn from_exchanges(exchanges: impl Iterator<Item = (ExchangeId, Ended)>) -> Recording {
        Recording(exchanges.collect())
    }

    /// How many exchanges it has.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// It has none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn find(&self, id: &ExchangeId) -> Option<&Ended> {
        self.0.get(id)
    }
}

/// The exchanges, and how many bytes the whole lines take.
fn read_lines(reader: &mut impl BufRead, path: &Path) -> Result<(Recording, u64), GatewayError> {
    let io = |source: io::Error| GatewayError::Io { path: path.to_path_buf(), source };
    let mut recording = Recording::default();
    let mut line = Vec::new();
    let mut whole = 0;
    for number in 1_u64.. {
        line.clear();
        let length = reader.read_until(b'\n', &mut line).map_err(io)?;
        if !line.ends_with(b"\n") {
            break;
        }
        whole += length as u64;
        let line: Line = serde_json::from_slice(&line).map_err(|error| GatewayError::Recording {
            path: path.to_path_buf(),
            reason: format!(
                "has no exchange in line {number} ({error}): name a file that `record` has written"
            ),
        })?;
        recording.0.insert(line.id, Ended { reply: line.reply, spend: line.spend, source: line.source });
    }
    Ok((recording, whole))
}

/// The file of `record`, open to be written.
#[derive(Debug)]
pub(crate) struct Recorder {
    path: PathBuf,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    file: File,
    written: HashSet<ExchangeId>,
}

impl Recorder {
    /// Goes on behind what is there, without a torn last line.
    pub(crate) fn open(path: &Path) -> Result<Recorder, GatewayError> {
        let io = |source: io::Error| GatewayError::Io { path: path.to_path_buf(), source };
        let mut open = OpenOptions::new();
        let open = open.read(true).write(true).create(true).truncate(false).mode(0o600);
        let mut file = open.open(path).map_err(io)?;
        let (recording, whole) = read_lines(&mut BufReader::new(&file), path)?;
        file.set_len(whole).map_err(io)?;
        file.seek(SeekFrom::End(0)).map_err(io)?;
        let written = recording.0.into_keys().collect();
        Ok(Recorder { path: path.to_path_buf(), state: Mutex::new(State { file, written }) })
    }

    /// An exchange has ended.
    pub(crate) fn ended(&self, id: &ExchangeId, asked: &Request, end: &Ended) -> Result<(), JournalError> {
        let line = WrittenLine { id, asked, reply: &end.reply, spend: end.spend, source: end.source };
        let mut json = serde_json::to_vec(&line).map_err(|error| self.failed(&error))?;
        json.push(b'\n');
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.file.write_all(&json).map_err(|error| self.failed(&error))?;
        state.written.insert(id.clone());
        Ok(())
    }

    /// The run had it before, maybe before it was recorded.
    pub(crate) fn had(&self, id: &ExchangeId, asked: &Request, end: &Ended) -> Result<(), JournalError> {
        let missing = !self.state.lock().unwrap_or_else(PoisonError::into_inner).written.contains(id);
        if missing { self.ended(id, asked, end) } else { Ok(()) }
    }

    fn failed(&self, error: &dyn std::fmt::Display) -> JournalError {
        JournalError(format!("the recording {} cannot be written: {error}", self.path.display()))
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::request::tests::ask;
    use crate::{Completion, Scope};

    fn ended(text: &str) -> Ended {
        let completion = Completion { text: text.to_owned(), ..Completion::default() };
        Ended { reply: Reply::Completed(completion), spend: Spend::default(), source: Source::Live }
    }

    fn text(recording: &Recording, id: &ExchangeId) -> String {
        match &recording.find(id).expect("it is recorded").reply {
            Reply::Completed(completion) => completion.text.clone(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_torn_last_line_is_left_out_and_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("record.jsonl");
        let mut scope = Scope::new("s");
        let ids = [0, 1, 2].map(|_| scope.next(&ask("a"), None));
        let recorder = Recorder::open(&path).unwrap();
        recorder.ended(&ids[0], &ask("a"), &ended("zero")).unwrap();
        recorder.ended(&ids[1], &ask("a"), &ended("one")).unwrap();
        let whole = fs::read(&path).unwrap();
        for cut in [1, 10, 100] {
            fs::write(&path, &whole[..whole.len() - cut]).unwrap();
            assert_eq!(Recording::read(&path).unwrap().len(), 1, "{cut}");
            let recorder = Recorder::open(&path).unwrap();
            recorder.ended(&ids[2], &ask("a"), &ended("two")).unwrap();
            let recording = Recording::read(&path).unwrap();
            assert_eq!((text(&recording, &ids[0]), text(&recording, &ids[2])), ("zero".into(), "two".into()));
            assert!(recording.find(&ids[1]).is_none());
        }
    }

    #[test]
    fn damage_elsewhere_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("record.jsonl");
        fs::write(&path, "{}\n").unwrap();
        let message = Recording::read(&path).unwrap_err().to_string();
        assert!(message.contains("line 1") && message.contains("record.jsonl"), "{message}");
        Recorder::open(&path).expect_err("a file that is no recording is not written over");
        assert_eq!(fs::read(&path).unwrap(), b"{}\n");
    }

    #[test]
    fn the_later_line_holds_and_what_the_run_had_is_added_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("record.jsonl");
        let id = Scope::new("s").next(&ask("a"), None);
        let recorder = Recorder::open(&path).unwrap();
        recorder.had(&id, &ask("a"), &ended("first")).unwrap();
        recorder.had(&id, &ask("a"), &ended("unheard")).unwrap();
        recorder.ended(&id, &ask("a"), &ended("second")).unwrap();
        drop(recorder);
        Recorder::open(&path).unwrap().had(&id, &ask("a"), &ended("unheard")).unwrap();
        assert_eq!(text(&Recording::read(&path).unwrap(), &id), "second");
    }
}
