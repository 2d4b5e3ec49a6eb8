//! Keys: where they are read from, and what is taken for one.

use std::env;
use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use reqwest::header::HeaderValue;
use rustix::fs::OFlags;

use crate::{GatewayError, ModelConfig};

/// No key is as long as this.
const MOST_BYTES: u64 = 8192;

/// A provider's key. Nothing shows it: it goes into one header, and into the scrubber.
#[derive(Clone)]
pub(crate) struct Secret(String);

impl Secret {
    /// A key without the white space around it.
    ///
    /// # Errors
    /// What is wrong with it, without showing it.
    pub(crate) fn new(text: &str) -> Result<Secret, &'static str> {
        let key = text.trim();
        if key.is_empty() {
            return Err("is empty: put the key there");
        }
        if !key.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(
                "has white space or other characters within that no key has: put the key there alone",
            );
        }
        Ok(Secret(key.to_owned()))
    }

    /// The header's value: the key after the prefix, marked so that nothing prints it.
    pub(crate) fn header(&self, prefix: &str) -> Result<HeaderValue, &'static str> {
        let value = HeaderValue::from_str(&format!("{prefix}{}", self.0));
        let mut value = value.map_err(|_| "cannot be sent in a header")?;
        value.set_sensitive(true);
        Ok(value)
    }

    /// For the scrubber only.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret")
    }
}

/// The key of a model, where the run file names one.
pub(crate) fn read(model: &str, config: &ModelConfig, folder: &Path) -> Result<Option<Secret>, GatewayError> {
    let bad = |place: String, reason: &str| GatewayError::BadKey {
        model: model.to_owned(),
        place,
        reason: reason.to_owned(),
    };
    if let Some(variable) = &config.key_env {
        let missing = || GatewayError::NoKey { model: model.to_owned(), variable: variable.clone() };
        let text = env::var_os(variable).ok_or_else(missing)?;
        let text = text.into_string().map_err(|_| bad(variable.clone(), "is not UTF-8"))?;
        return Secret::new(&text).map(Some).map_err(|reason| bad(variable.clone(), reason));
    }
    if let Some(file) = &config.key_file {
        let path = folder.join(file);
        let text = read_file(&path)?;
        return Secret::new(&text).map(Some).map_err(|reason| bad(path.display().to_string(), reason));
    }
    Ok(None)
}

fn read_file(path: &Path) -> Result<String, GatewayError> {
    let io = |source: io::Error| GatewayError::Io { path: path.to_path_buf(), source };
    // Without waiting: a pipe is refused, not read.
    let mut open = OpenOptions::new();
    let file = open.read(true).custom_flags(OFlags::NONBLOCK.bits() as i32).open(path).map_err(io)?;
    check(&file).map_err(io)?.map_err(|reason| refused(path, reason))?;
    let mut text = String::new();
    match file.take(MOST_BYTES + 1).read_to_string(&mut text) {
        Ok(_) if text.len() as u64 <= MOST_BYTES => Ok(text),
        Ok(_) => Err(refused(path, "is too long for a key: put the key there alone".to_owned())),
        Err(error) if error.kind() == io::ErrorKind::InvalidData => {
            Err(refused(path, "is not text: put the key there alone".to_owned()))
        }
        Err(error) => Err(io(error)),
    }
}

fn refused(path: &Path, reason: String) -> GatewayError {
    GatewayError::KeyFile { path: PathBuf::from(path), reason }
}

/// Whether nobody else can read or change the open file.
fn check(file: &File) -> io::Result<Result<(), String>> {
    let metadata = file.metadata()?;
    let user = rustix::process::geteuid().as_raw();
    let mode = metadata.mode() & 0o7777;
    Ok(if !metadata.is_file() {
        Err("is not a file: name one that holds the key".to_owned())
    } else if metadata.uid() != user {
        Err(format!("belongs to user {}, not to you ({user}): name a file of your own", metadata.uid()))
    } else if mode & 0o077 != 0 {
        Err(format!("can be used by others (mode {mode:o}): run `chmod 600` on it"))
    } else {
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::Provider;
    use crate::config::tests::model;

    fn from_file(path: &Path) -> Result<Option<Secret>, GatewayError> {
        let config = ModelConfig { key_file: Some(path.to_path_buf()), ..model(Provider::OpenaiChat) };
        read("m", &config, Path::new("/nowhere"))
    }

    fn write(path: &Path, text: &str, mode: u32) {
        fs::write(path, text).unwrap();
        fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn only_files_that_others_cannot_touch_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        write(&path, "sk-canary\n", 0o600);
        assert_eq!(from_file(&path).unwrap().unwrap().reveal(), "sk-canary");
        write(&path, "sk-canary", 0o400);
        from_file(&path).unwrap();
        for mode in [0o640, 0o604, 0o620, 0o601, 0o666] {
            write(&path, "sk-canary", mode);
            let message = from_file(&path).err().unwrap().to_string();
            assert!(message.contains("chmod 600") && message.contains("/key"), "{message}");
            assert!(!message.contains("sk-canary"), "{message}");
        }
    }

    #[test]
    fn what_is_no_file_is_refused_at_once() {
        let folder = tempfile::tempdir().unwrap();
        assert!(from_file(folder.path()).err().unwrap().to_string().contains("not a file"));
        let pipe = folder.path().join("pipe");
        rustix::fs::mknodat(
            rustix::fs::CWD,
            &pipe,
            rustix::fs::FileType::Fifo,
            rustix::fs::Mode::from_raw_mode(0o600),
            0,
        )
        .unwrap();
        assert!(from_file(&pipe).err().unwrap().to_string().contains("not a file"));
        let missing = from_file(&folder.path().join("missing")).err().unwrap();
        assert!(matches!(missing, GatewayError::Io { .. }));
    }

    #[test]
    fn relative_files_are_beside_the_run_file() {
        let folder = tempfile::tempdir().unwrap();
        write(&folder.path().join("key"), "abc", 0o600);
        let config = ModelConfig { key_file: Some("key".into()), ..model(Provider::OpenaiChat) };
        assert_eq!(read("m", &config, folder.path()).unwrap().unwrap().reveal(), "abc");
    }

    #[test]
    fn what_is_no_key_is_refused_without_showing_it() {
        for text in ["", " \n", "sk-one\nsk-two", "sk one", "sk-\u{e9}", "sk-\0"] {
            let reason = Secret::new(text).expect_err(text);
            assert!(!reason.contains("sk-"), "{reason}");
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        write(&path, &"a".repeat(9000), 0o600);
        assert!(from_file(&path).err().unwrap().to_string().contains("too long"));
    }

    #[test]
    fn nothing_shows_it() {
        let secret = Secret::new("sk-canary").unwrap();
        assert!(!format!("{secret:?} {:?}", secret.header("Bearer ").unwrap()).contains("canary"));
    }
}
