//! A file that is there wholly or not at all.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// Puts a file into a folder. Only its owner can read it.
pub(crate) fn write(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    let draft = folder.join(format!(".draft-{:016x}", getrandom::u64().map_err(io::Error::other)?));
    let result = write_draft(&draft, bytes).and_then(|()| fs::rename(&draft, folder.join(name)));
    if result.is_err() {
        // The draft is of no use, whatever went wrong.
        let _ = fs::remove_file(&draft);
    }
    result
}

fn write_draft(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(bytes)?;
    file.sync_data()
}
