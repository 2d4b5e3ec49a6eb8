//! Files that a program may read.

use std::path::Path;
use std::sync::Arc;

use proofhouse_compute::data::TokenStream;

use crate::error::{Error, Result};

/// A file that a sandbox may read, under the name that it is granted by. Cloning it is cheap.
#[derive(Clone)]
pub struct DataFile {
    name: String,
    bytes: Arc<Vec<u8>>,
    /// Of a shard: its tokens.
    tokens: Option<TokenStream>,
}

impl DataFile {
    /// Reads the file at `path`, to be granted as `name`. Its tokens are its bytes; those of a nanoGPT shard (`*.bin`
    /// with a shard's header) are the shard's.
    ///
    /// # Errors
    /// Where it can't be read.
    pub fn read(name: &str, path: &Path) -> Result<DataFile> {
        let bytes = std::fs::read(path).map_err(|source| Error::Read { path: path.to_path_buf(), source })?;
        let is_shard = path.extension().is_some_and(|extension| extension == "bin");
        // Another program's `.bin` is no shard, and may be read as bytes all the same.
        let tokens = if is_shard { TokenStream::open(path).ok() } else { None };
        Ok(DataFile { name: name.to_owned(), bytes: Arc::new(bytes), tokens })
    }

    /// What the program calls it.
    pub fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn bytes(&self) -> Arc<Vec<u8>> {
        self.bytes.clone()
    }

    pub(crate) fn tokens(&self) -> TokenStream {
        self.tokens.clone().unwrap_or_else(|| TokenStream::from_bytes(&self.bytes))
    }
}

impl std::fmt::Debug for DataFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DataFile").field("name", &self.name).field("bytes", &self.bytes.len()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shard_is_its_tokens_and_any_other_file_its_bytes() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        proofhouse_compute::data::write_shard(path("shard.bin"), &[7, 900]).unwrap();
        std::fs::write(path("raw.bin"), [1, 2, 3]).unwrap();
        std::fs::write(path("a.txt"), "ab").unwrap();
        let read = |name: &str| DataFile::read("data", &path(name)).unwrap();
        assert_eq!(read("shard.bin").tokens().tokens(), [7, 900]);
        assert_eq!(read("shard.bin").bytes().len(), 1028);
        assert_eq!(read("raw.bin").tokens().tokens(), [1, 2, 3]);
        assert_eq!(read("a.txt").tokens().tokens(), [97, 98]);
        assert!(DataFile::read("data", &path("absent")).unwrap_err().to_string().contains("absent"));
    }
}
