//! Whether something has to be made again: a stamp file holds a fingerprint of what it was made from.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use crate::step::Failure;

/// A fingerprint of files, folders and words. It tells versions of our own files apart, and is no defence.
#[derive(Default)]
pub struct Fingerprint(DefaultHasher);

impl Fingerprint {
    /// Adds words.
    pub fn words(mut self, words: &[&str]) -> Self {
        words.hash(&mut self.0);
        self
    }

    /// Adds a file, or every file below a folder, by path and content.
    pub fn files(mut self, path: &Path) -> Result<Self, Failure> {
        for file in files_below(path)? {
            let content = fs::read(&file).map_err(|why| Failure::at(&file, why))?;
            (file, content).hash(&mut self.0);
        }
        Ok(self)
    }

    /// As text for a stamp file.
    pub fn finish(self) -> String {
        format!("{:016x}", self.0.finish())
    }
}

/// Every file below `path`, in order; `path` itself if it is one. What interpreters leave behind is not counted.
fn files_below(path: &Path) -> Result<Vec<PathBuf>, Failure> {
    if path.is_file() {
        return Ok(vec![path.to_owned()]);
    }
    let mut files = Vec::new();
    let entries = fs::read_dir(path).map_err(|why| Failure::at(path, why))?;
    for entry in entries {
        let entry = entry.map_err(|why| Failure::at(path, why))?.path();
        if entry.file_name().is_some_and(|name| name == "__pycache__") {
            continue;
        }
        files.extend(files_below(&entry)?);
    }
    files.sort();
    Ok(files)
}

/// Was `product` made from what has this fingerprint?
pub fn is_fresh(product: &Path, fingerprint: &str) -> bool {
    product.exists() && fs::read_to_string(stamp_of(product)).is_ok_and(|stamp| stamp == fingerprint)
}

/// Records that `product` was made from it.
pub fn record(product: &Path, fingerprint: &str) -> Result<(), Failure> {
    let stamp = stamp_of(product);
    fs::write(&stamp, fingerprint).map_err(|why| Failure::at(&stamp, why))
}

fn stamp_of(product: &Path) -> PathBuf {
    let mut name = product.as_os_str().to_owned();
    name.push(".stamp");
    name.into()
}
