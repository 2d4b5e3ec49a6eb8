//! Stamps: a step whose inputs are the same as when it last succeeded is not done again.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use crate::steps::Failure;

/// A hash over names and contents. Not cryptographic: it guards against forgetting, not against an attacker.
pub struct Inputs(DefaultHasher);

impl Inputs {
    /// Starts with what is no file: versions, arguments.
    pub fn new(words: &[&str]) -> Inputs {
        let mut hasher = DefaultHasher::new();
        words.hash(&mut hasher);
        Inputs(hasher)
    }

    /// Adds bytes under a name.
    pub fn add(&mut self, name: &str, bytes: &[u8]) {
        name.hash(&mut self.0);
        bytes.hash(&mut self.0);
    }

    /// Adds all files below `folder` whose name ends in one of `extensions`, in the order of their paths.
    pub fn add_folder(&mut self, folder: &Path, extensions: &[&str]) -> Result<(), Failure> {
        for path in files_below(folder, extensions)? {
            let bytes = std::fs::read(&path).map_err(|why| Failure::io("read", &path, &why))?;
            let name = path.strip_prefix(folder).unwrap_or(&path);
            self.add(&name.to_string_lossy(), &bytes);
        }
        Ok(())
    }

    /// The stamp's text.
    pub fn text(self) -> String {
        format!("{:016x}\n", self.0.finish())
    }
}

/// Is `product` there, made from inputs with this stamp?
pub fn is_current(product: &Path, stamp: &str) -> bool {
    product.exists() && std::fs::read_to_string(stamp_file(product)).is_ok_and(|written| written == stamp)
}

/// Notes that `product` was made from inputs with this stamp.
pub fn write(product: &Path, stamp: &str) -> Result<(), Failure> {
    let path = stamp_file(product);
    std::fs::write(&path, stamp).map_err(|why| Failure::io("write", &path, &why))
}

fn stamp_file(product: &Path) -> PathBuf {
    let mut name = product.as_os_str().to_owned();
    name.push(".stamp");
    name.into()
}

fn files_below(folder: &Path, extensions: &[&str]) -> Result<Vec<PathBuf>, Failure> {
    let (mut found, mut folders) = (Vec::new(), vec![folder.to_path_buf()]);
    while let Some(folder) = folders.pop() {
        let unreadable = |why| Failure::io("read the folder", &folder, &why);
        for entry in std::fs::read_dir(&folder).map_err(unreadable)? {
            let entry = entry.map_err(unreadable)?;
            let path = entry.path();
            if entry.file_type().map_err(unreadable)?.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|found| extensions.iter().any(|wanted| found == *wanted)) {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stamp_of(folder: &Path) -> String {
        let mut inputs = Inputs::new(&["1.0"]);
        inputs.add_folder(folder, &["py", "wit"]).expect("reads");
        inputs.text()
    }

    #[test]
    fn a_stamp_follows_contents_names_and_versions() {
        let folder = std::env::temp_dir().join(format!("proofhouse-xtask-stamp-{}", std::process::id()));
        std::fs::create_dir_all(folder.join("below")).expect("creates");
        std::fs::write(folder.join("below/a.py"), "1").expect("writes");
        let before = stamp_of(&folder);
        std::fs::write(folder.join("note.txt"), "not an input").expect("writes");
        assert_eq!(stamp_of(&folder), before);
        std::fs::write(folder.join("below/a.py"), "2").expect("writes");
        assert_ne!(stamp_of(&folder), before);
        std::fs::rename(folder.join("below/a.py"), folder.join("below/b.py")).expect("renames");
        std::fs::write(folder.join("below/b.py"), "1").expect("writes");
        assert_ne!(stamp_of(&folder), before);
        assert_ne!(Inputs::new(&["1.0"]).text(), Inputs::new(&["1.1"]).text());

        let product = folder.join("product.wasm");
        write(&product, &before).expect("writes");
        assert!(!is_current(&product, &before), "a product that is gone is not current");
        std::fs::write(&product, "wasm").expect("writes");
        assert!(is_current(&product, &before));
        assert!(!is_current(&product, "other"));
        std::fs::remove_dir_all(&folder).expect("removes");
    }
}
