use std::fmt::{self, Write};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::DataError;
use super::shard::read_shard;

/// The vocabulary of plain bytes.
const BYTES: u32 = 256;

/// A stream of tokens in memory. Cloning it is cheap.
#[derive(Clone)]
pub struct TokenStream {
    tokens: Arc<[u16]>,
    vocabulary: u32,
    digest: Arc<str>,
}

impl TokenStream {
    /// Reads a stream: a nanoGPT shard (`*.bin`), a folder of shards in the order of their names, or any other
    /// file, whose bytes are the tokens 0 to 255.
    ///
    /// # Errors
    /// An unreadable file; a shard that is short, of a wrong magic number or version, or whose count does not fit
    /// its size; a folder without shards.
    pub fn open(path: impl AsRef<Path>) -> Result<TokenStream, DataError> {
        let path = path.as_ref();
        let metadata = fs::metadata(path).map_err(|e| DataError::io(path, e))?;
        if metadata.is_dir() {
            return Ok(TokenStream::from_tokens(read_folder(path)?));
        }
        if is_shard(path) {
            return Ok(TokenStream::from_tokens(read_shard(path)?));
        }
        let bytes = fs::read(path).map_err(|e| DataError::io(path, e))?;
        Ok(TokenStream::from_bytes(&bytes))
    }

    /// A stream whose tokens are bytes, with vocabulary 256.
    pub fn from_bytes(bytes: &[u8]) -> TokenStream {
        TokenStream::new(bytes.iter().map(|&byte| u16::from(byte)).collect(), BYTES)
    }

    /// A stream of the given tokens. Its vocabulary is 256 where they are bytes, else one more than the largest.
    pub fn from_tokens(tokens: Vec<u16>) -> TokenStream {
        let largest = tokens.iter().copied().max().unwrap_or(0);
        TokenStream::new(tokens, BYTES.max(u32::from(largest) + 1))
    }

    fn new(tokens: Vec<u16>, vocabulary: u32) -> TokenStream {
        let mut hasher = Sha256::new();
        for part in tokens.chunks(1 << 15) {
            let bytes: Vec<u8> = part.iter().flat_map(|token| token.to_le_bytes()).collect();
            hasher.update(&bytes);
        }
        let mut digest = String::with_capacity(64);
        for byte in hasher.finalize() {
            // Writing to a string cannot fail.
            let _ = write!(digest, "{byte:02x}");
        }
        TokenStream { tokens: tokens.into(), vocabulary, digest: digest.into() }
    }

    /// The number of tokens.
    pub fn len(&self) -> u64 {
        self.tokens.len() as u64
    }

    /// Is there nothing to read?
    pub fn is_empty(&self) -> bool {
        self.tokens.is_empty()
    }

    /// One more than the largest token that may occur; at least 256.
    pub fn vocabulary(&self) -> u32 {
        self.vocabulary
    }

    /// SHA-256 of the tokens as little-endian `uint16`, in hexadecimal.
    pub fn digest(&self) -> String {
        self.digest.to_string()
    }

    /// The tokens themselves.
    pub fn tokens(&self) -> &[u16] {
        &self.tokens
    }
}

impl fmt::Debug for TokenStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenStream").field("len", &self.len()).field("digest", &self.digest).finish()
    }
}

fn is_shard(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "bin")
}

fn read_folder(folder: &Path) -> Result<Vec<u16>, DataError> {
    let mut shards = Vec::<PathBuf>::new();
    for entry in fs::read_dir(folder).map_err(|e| DataError::io(folder, e))? {
        let path = entry.map_err(|e| DataError::io(folder, e))?.path();
        if is_shard(&path) {
            shards.push(path);
        }
    }
    shards.sort();
    if shards.is_empty() {
        return Err(DataError::damaged(folder, "the folder holds no token shard (*.bin)"));
    }
    let mut tokens = Vec::new();
    for shard in &shards {
        tokens.append(&mut read_shard(shard)?);
    }
    Ok(tokens)
}
