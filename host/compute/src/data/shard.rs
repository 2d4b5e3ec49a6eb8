//! nanoGPT's `.bin` shards: a header of 256 little-endian `int32` (magic 20240520, version 1, number of tokens,
//! then zeros), followed by the tokens as little-endian `uint16`.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;

use super::DataError;

const HEADER_BYTES: usize = 256 * 4;
const MAGIC: i32 = 20_240_520;
const VERSION: i32 = 1;

/// The tokens of the shard at `path`.
pub(super) fn read_shard(path: &Path) -> Result<Vec<u16>, DataError> {
    let bytes = fs::read(path).map_err(|e| DataError::io(path, e))?;
    decode(&bytes).map_err(|reason| DataError::damaged(path, reason))
}

fn decode(bytes: &[u8]) -> Result<Vec<u16>, String> {
    if bytes.len() < HEADER_BYTES {
        return Err(format!(
            "a token shard begins with a header of {HEADER_BYTES} bytes; the file has only {}: write it again",
            bytes.len()
        ));
    }
    let (header, body) = bytes.split_at(HEADER_BYTES);
    let field = |i: usize| {
        i32::from_le_bytes([header[4 * i], header[4 * i + 1], header[4 * i + 2], header[4 * i + 3]])
    };
    let (magic, version, count) = (field(0), field(1), field(2));
    if magic != MAGIC {
        return Err(format!("not a token shard: its magic number is {magic}, not {MAGIC}"));
    }
    if version != VERSION {
        return Err(format!("shard version {version} is unknown; this program reads version {VERSION}"));
    }
    if !body.len().is_multiple_of(2) {
        return Err(format!(
            "{} bytes of tokens is not a whole number of 2-byte tokens: the file was cut",
            body.len()
        ));
    }
    if usize::try_from(count).ok() != Some(body.len() / 2) {
        return Err(format!(
            "the header promises {count} tokens, the file holds {}: it was cut, or written by a broken tool",
            body.len() / 2
        ));
    }
    Ok(body.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect())
}

/// Writes `tokens` as one shard, replacing what is at `path`.
///
/// # Errors
/// More tokens than the header's `int32` can count, or a file system that refuses.
pub fn write_shard(path: impl AsRef<Path>, tokens: &[u16]) -> Result<(), DataError> {
    let path = path.as_ref();
    let count = i32::try_from(tokens.len()).map_err(|_| {
        DataError::damaged(
            path,
            format!("{} tokens do not fit into one shard; split them into several", tokens.len()),
        )
    })?;
    let mut header = [0u8; HEADER_BYTES];
    for (i, field) in [MAGIC, VERSION, count].into_iter().enumerate() {
        header[4 * i..4 * i + 4].copy_from_slice(&field.to_le_bytes());
    }
    let write = || {
        let mut file = BufWriter::new(File::create(path)?);
        file.write_all(&header)?;
        for token in tokens {
            file.write_all(&token.to_le_bytes())?;
        }
        file.into_inner().map_err(|e| e.into_error())?.sync_all()
    };
    write().map_err(|e| DataError::io(path, e))
}
