//! Preparing data: source text that every build machine has, or any file, into shards with recorded digests.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use proofhouse_compute::data::{TokenStream, write_shard};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::LabError;

/// What programs may train on.
const TRAIN: &str = "train";
/// What only the evaluator sees.
const HELD_OUT: &str = "held-out";
/// One file in so many is held out.
const HELD_OUT_ONE_IN: u64 = 20;
/// The deepest folder that is looked into.
const MOST_DEPTH: usize = 32;

/// A crate whose sources become text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Crate {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Where its sources are.
    pub folder: PathBuf,
}

/// How much is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caps {
    /// Of what programs may train on.
    pub train_bytes: u64,
    /// Of what is held out.
    pub held_out_bytes: u64,
    /// Of one file: larger ones are generated tables more often than text.
    pub file_bytes: u64,
}

impl Default for Caps {
    fn default() -> Self {
        Caps { train_bytes: 16 << 20, held_out_bytes: 1 << 20, file_bytes: 256 << 10 }
    }
}

/// Prepared data: the content of `corpus.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Corpus {
    /// Where the text came from, in words.
    pub origin: String,
    /// SHA-256 of the list of what was taken: for sources, every file's name and digest.
    pub list_digest: String,
    /// What programs may train on.
    pub train: Part,
    /// What only the evaluator sees.
    pub held_out: Part,
}

/// One stream of prepared data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Part {
    /// How many tokens.
    pub tokens: u64,
    /// Of how many files.
    pub files: u64,
    /// SHA-256 of the tokens.
    pub digest: String,
}

/// Makes the shards `train.bin` and `held-out.bin` in the folder `out` from the Rust sources of `crates`.
///
/// Which files are taken, and which are held out, is decided by the hash of their name, so that the result depends on
/// nothing but names and contents; and a file is wholly in one part or the other. Identical files count once.
///
/// # Errors
/// Where a folder cannot be read, there is no text, or `out` cannot be written.
pub fn prepare_sources(crates: &[Crate], out: &Path, caps: &Caps) -> Result<Corpus, LabError> {
    let mut sources = Vec::new();
    let mut crates = crates.to_vec();
    crates.sort();
    for source in &crates {
        let root = format!("{}-{}", source.name, source.version);
        collect(&source.folder, &root, caps.file_bytes, 0, &mut sources)?;
    }
    sources.sort_by(|one, other| one.place.cmp(&other.place).then_with(|| one.name.cmp(&other.name)));
    let mut seen = HashSet::new();
    sources.retain(|source| seen.insert(source.digest));
    let (held_out, train): (Vec<_>, Vec<_>) = sources.into_iter().partition(Source::is_held_out);
    let train = take(train, caps.train_bytes);
    let held_out = take(held_out, caps.held_out_bytes);
    if train.is_empty() || held_out.is_empty() {
        return Err(LabError::UnusableData {
            path: crates.first().map(|first| first.folder.clone()).unwrap_or_default(),
            reason: format!("of {} crates, too few `.rs` files to train on and to hold out", crates.len()),
        });
    }
    let mut list = Sha256::new();
    for source in train.iter().chain(&held_out) {
        list.update(source.name.as_bytes());
        list.update([0]);
        list.update(source.digest);
    }
    write(
        out,
        &format!("Rust sources of {} crates", crates.len()),
        hex(&list.finalize()),
        (text_of(&train), train.len() as u64),
        (text_of(&held_out), held_out.len() as u64),
    )
}

/// Makes a folder of shards from any file under `data_root`: its last twentieth is held out. Returns the folder. A
/// `.bin` is read as a shard, any other file as bytes.
///
/// # Errors
/// Where the file cannot be read, is a damaged shard, or is too short.
pub fn prepare_file(file: &Path, data_root: &Path) -> Result<PathBuf, LabError> {
    let stream = TokenStream::open(file)?;
    let held_out = stream.len() / HELD_OUT_ONE_IN;
    if held_out == 0 {
        let reason = format!("it has {} tokens, and {HELD_OUT_ONE_IN} is the least", stream.len());
        return Err(LabError::UnusableData { path: file.to_owned(), reason });
    }
    let digest = stream.digest();
    let out = data_root.join(format!("file-{}", digest.get(..16).unwrap_or(&digest)));
    let split = usize::try_from(stream.len() - held_out).unwrap_or(usize::MAX);
    let (train, held_out) = stream.tokens().split_at(split.min(stream.tokens().len()));
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    write(&out, &name, digest, (train.to_vec(), 1), (held_out.to_vec(), 1))?;
    Ok(out)
}

/// Writes both shards and `corpus.json`, unless they are there already. The last is written last and at once, so that
/// a folder with it is whole.
fn write(
    out: &Path,
    origin: &str,
    list_digest: String,
    train: (Vec<u16>, u64),
    held_out: (Vec<u16>, u64),
) -> Result<Corpus, LabError> {
    let part = |(tokens, files): &(Vec<u16>, u64)| {
        let stream = TokenStream::from_tokens(tokens.clone());
        Part { tokens: stream.len(), files: *files, digest: stream.digest() }
    };
    let corpus =
        Corpus { origin: origin.to_owned(), list_digest, train: part(&train), held_out: part(&held_out) };
    let manifest = out.join("corpus.json");
    fs::create_dir_all(out).map_err(LabError::io(out))?;
    // Two runs may want the same data at once: the second waits, and finds them there.
    let path = out.join("lock");
    let lock = File::create(&path).map_err(LabError::io(&path))?;
    lock.lock().map_err(LabError::io(&path))?;
    if is_whole(out, &manifest, &corpus)? {
        return Ok(corpus);
    }
    match fs::remove_file(&manifest) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(LabError::io(&manifest)(error)),
        _ => {}
    }
    for (name, (tokens, _)) in [(TRAIN, &train), (HELD_OUT, &held_out)] {
        let (new, path) = (out.join(format!("{name}.bin.new")), shard(out, name));
        write_shard(&new, tokens)?;
        fs::rename(&new, &path).map_err(LabError::io(&path))?;
    }
    let text = serde_json::to_string_pretty(&corpus).map_err(|error| LabError::Header(error.to_string()))?;
    let new = out.join("corpus.json.new");
    fs::write(&new, text + "\n").map_err(LabError::io(&new))?;
    fs::rename(&new, &manifest).map_err(LabError::io(&manifest))?;
    Ok(corpus)
}

/// Is there already what would be written?
fn is_whole(out: &Path, manifest: &Path, corpus: &Corpus) -> Result<bool, LabError> {
    let text = match fs::read_to_string(manifest) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(LabError::io(manifest)(error)),
    };
    let same = serde_json::from_str::<Corpus>(&text).is_ok_and(|found| found == *corpus);
    let digest = |name: &str| TokenStream::open(shard(out, name)).map(|stream| stream.digest()).ok();
    Ok(same
        && digest(TRAIN).as_deref() == Some(corpus.train.digest.as_str())
        && digest(HELD_OUT).as_deref() == Some(corpus.held_out.digest.as_str()))
}

fn shard(out: &Path, name: &str) -> PathBuf {
    out.join(format!("{name}.bin"))
}

/// One file of text.
struct Source {
    /// As in `serde-1.0.0/src/lib.rs`.
    name: String,
    /// Where it stands in the order: a hash of its name, so that a cap does not take the letter a only.
    place: u64,
    digest: [u8; 32],
    text: Vec<u8>,
}

impl Source {
    fn new(name: String, text: Vec<u8>) -> Source {
        let hash: [u8; 32] = Sha256::digest(name.as_bytes()).into();
        let mut first = [0; 8];
        first.copy_from_slice(&hash[..8]);
        Source { name, place: u64::from_be_bytes(first), digest: Sha256::digest(&text).into(), text }
    }

    fn is_held_out(&self) -> bool {
        self.place.is_multiple_of(HELD_OUT_ONE_IN)
    }
}

/// Reads the `.rs` files below `folder`, in the order of their names, without following links.
fn collect(
    folder: &Path,
    name: &str,
    file_bytes: u64,
    depth: usize,
    sources: &mut Vec<Source>,
) -> Result<(), LabError> {
    let mut entries = Vec::new();
    for entry in fs::read_dir(folder).map_err(LabError::io(folder))? {
        let entry = entry.map_err(LabError::io(folder))?;
        let kind = entry.file_type().map_err(LabError::io(entry.path()))?;
        if let Ok(file_name) = entry.file_name().into_string() {
            entries.push((file_name, kind, entry.path()));
        }
    }
    entries.sort_by(|one, other| one.0.cmp(&other.0));
    for (file_name, kind, path) in entries {
        let name = format!("{name}/{file_name}");
        if kind.is_dir() && depth < MOST_DEPTH && file_name != "target" && !file_name.starts_with('.') {
            collect(&path, &name, file_bytes, depth + 1, sources)?;
        } else if kind.is_file() && file_name.ends_with(".rs") {
            let size = fs::metadata(&path).map_err(LabError::io(&path))?.len();
            if size == 0 || size > file_bytes {
                continue;
            }
            let bytes = fs::read(&path).map_err(LabError::io(&path))?;
            if std::str::from_utf8(&bytes).is_ok() {
                sources.push(Source::new(name, bytes));
            }
        }
    }
    Ok(())
}

/// The files that fit, in their order.
fn take(sources: Vec<Source>, most_bytes: u64) -> Vec<Source> {
    let mut left = most_bytes;
    let mut taken = Vec::new();
    for source in sources {
        let Some(rest) = left.checked_sub(source.text.len() as u64) else { break };
        left = rest;
        taken.push(source);
    }
    taken
}

fn text_of(sources: &[Source]) -> Vec<u16> {
    sources.iter().flat_map(|source| source.text.iter().map(|byte| u16::from(*byte))).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests;
