//! Answers that runs share: a folder with a JSON file for each.

use std::fs::{self, DirBuilder};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::model::Model;
use crate::scope::sha256;
use crate::{ExchangeId, GatewayError, Reply, atomic_file};

/// The folder.
#[derive(Debug)]
pub(crate) struct Cache {
    folder: PathBuf,
}

/// What a file holds. It repeats what it is the answer to, so that a renamed file answers nothing.
#[derive(Serialize, Deserialize)]
struct Entry {
    key: String,
    reply: Reply,
}

impl Cache {
    pub(crate) fn open(folder: &Path) -> Result<Cache, GatewayError> {
        let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
        made.map_err(|source| GatewayError::Io { path: folder.to_path_buf(), source })?;
        Ok(Cache { folder: folder.to_path_buf() })
    }

    /// The answer, where it is there. A file that cannot be read or understood is as good as none.
    pub(crate) fn find(&self, model: &Model, id: &ExchangeId) -> Option<Reply> {
        let key = key(model, id);
        let entry: Entry = serde_json::from_slice(&fs::read(self.path(&key)).ok()?).ok()?;
        (entry.key == key && worth_keeping(&entry.reply)).then_some(entry.reply)
    }

    /// Keeps an answer. A cache that cannot be written is no reason to stop.
    pub(crate) fn keep(&self, model: &Model, id: &ExchangeId, reply: &Reply) {
        if worth_keeping(reply) {
            let entry = Entry { key: key(model, id), reply: reply.clone() };
            if let Ok(json) = serde_json::to_vec(&entry) {
                let _ = atomic_file::write(&self.folder, &file_name(&entry.key), &json);
            }
        }
    }

    fn path(&self, key: &str) -> PathBuf {
        self.folder.join(file_name(key))
    }
}

fn file_name(key: &str) -> String {
    format!("{key}.json")
}

/// A failure may be over the next time.
fn worth_keeping(reply: &Reply) -> bool {
    matches!(reply, Reply::Completed(_) | Reply::Embedded(_))
}

/// The scope is not part of it: other runs ask in other scopes. The request's digest has the provider, its name for
/// the model, and the number among equal requests.
fn key(model: &Model, id: &ExchangeId) -> String {
    sha256(format!("{}\n{}", model.base_url, id.request).as_bytes())
}
