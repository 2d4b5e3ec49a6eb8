//! Compiled components, kept between runs.
//!
//! Loading compiled code runs it: wasmtime checks that it fits the engine, but not that nobody changed it (one flipped
//! byte is accepted). So an entry is authenticated under a key that only this user can read, and loaded from a
//! sealed copy in memory that nobody can change between the check and the use.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::hash::{Hash, Hasher};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::fd::AsRawFd;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use hmac::{Hmac, KeyInit, Mac};
use rustix::fs::{MemfdFlags, OFlags, SealFlags};
use sha2::{Digest, Sha256};
use wasmtime::Engine;
use wasmtime::component::Component;

use crate::error::{Error, Result};

const KEY_FILE: &str = "key";
const KEY_BYTES: usize = 32;
const TAG_BYTES: usize = 32;
const PIECE: usize = 1 << 20;
/// The pinned version, part of every entry's name beside the engine's own compatibility hash.
const WASMTIME: &str = "48.0.8";

type Authenticator = Hmac<Sha256>;

/// A folder of authenticated compiled components.
#[derive(Debug)]
pub(crate) struct Cache {
    folder: PathBuf,
    key: [u8; KEY_BYTES],
}

impl Cache {
    /// Opens the folder, making it and its key where they are missing.
    ///
    /// # Errors
    /// Where someone else owns the folder or may write to it, or it can't be used.
    pub(crate) fn open(folder: &Path) -> Result<Cache> {
        let failed =
            |error: io::Error| Error::Cache { path: folder.to_path_buf(), reason: error.to_string() };
        DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(failed)?;
        check_owner(folder)?;
        let key = read_or_make_key(folder)?;
        Ok(Cache { folder: folder.to_path_buf(), key })
    }

    /// The compiled form of the component with this digest, where there is one that we wrote.
    pub(crate) fn load(&self, engine: &Engine, digest: &str) -> Option<Component> {
        let name = entry_name(engine, digest);
        let sealed = self.sealed_entry(&name)?;
        let path = format!("/proc/self/fd/{}", sealed.as_raw_fd());
        // SAFETY: `deserialize_file` must be given what `Component::serialize` wrote, unchanged while it is mapped. The
        // bytes in `sealed` carry a tag under our key over themselves and their name, so this crate wrote them for this
        // engine; and they can't change, because the memfd was sealed against writing and resizing before the tag
        // was checked. The mapping keeps the memory alive after the descriptor is closed.
        let component = unsafe { Component::deserialize_file(engine, path) };
        component.ok()
    }

    /// Keeps a compiled component. A cache that can't be written is no reason to stop: the next run compiles again.
    pub(crate) fn keep(&self, engine: &Engine, digest: &str, component: &Component) {
        if let Ok(compiled) = component.serialize() {
            let _ = self.write_entry(&entry_name(engine, digest), &compiled);
        }
    }

    fn authenticator(&self, name: &str) -> Authenticator {
        let mut mac = Authenticator::new_from_slice(&self.key).expect("HMAC takes keys of any length");
        mac.update(&(name.len() as u64).to_le_bytes());
        mac.update(name.as_bytes());
        mac
    }

    /// A sealed copy of an entry whose tag is right; none where it is missing or was changed.
    fn sealed_entry(&self, name: &str) -> Option<File> {
        let mut file = open_ours(&self.folder.join(name)).ok()?;
        let mut tag = [0; TAG_BYTES];
        file.read_exact(&mut tag).ok()?;
        let flags = MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING;
        let mut copy = File::from(rustix::fs::memfd_create("compiled-component", flags).ok()?);
        io::copy(&mut file, &mut copy).ok()?;
        let seals = SealFlags::SEAL | SealFlags::SHRINK | SealFlags::GROW | SealFlags::WRITE;
        rustix::fs::fcntl_add_seals(&copy, seals).ok()?;
        // Only now is it checked: nobody can change it any more.
        copy.seek(SeekFrom::Start(0)).ok()?;
        let mut mac = self.authenticator(name);
        let mut piece = vec![0; PIECE];
        loop {
            match copy.read(&mut piece).ok()? {
                0 => break,
                count => mac.update(&piece[..count]),
            }
        }
        mac.verify_slice(&tag).ok()?;
        Some(copy)
    }

    fn write_entry(&self, name: &str, compiled: &[u8]) -> io::Result<()> {
        let mut mac = self.authenticator(name);
        mac.update(compiled);
        let tag = mac.finalize().into_bytes();
        let draft = Draft::create(&self.folder)?;
        draft.file().write_all(&tag)?;
        draft.file().write_all(compiled)?;
        draft.file().sync_all()?;
        fs::rename(&draft.path, self.folder.join(name))
    }
}

/// A file that nobody else sees until it is renamed or linked; removed where that does not happen.
struct Draft {
    path: PathBuf,
    file: File,
}

impl Draft {
    fn create(folder: &Path) -> io::Result<Draft> {
        let mut random = [0; 16];
        getrandom::fill(&mut random).map_err(|error| io::Error::other(error.to_string()))?;
        let path = folder.join(format!(".draft-{}", hex(&random)));
        let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path)?;
        Ok(Draft { path, file })
    }

    fn file(&self) -> &File {
        &self.file
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        // Gone already where it was renamed.
        let _ = fs::remove_file(&self.path);
    }
}

fn check_owner(folder: &Path) -> Result<()> {
    let refuse = |reason: String| Err(Error::Cache { path: folder.to_path_buf(), reason });
    let metadata = match fs::symlink_metadata(folder) {
        Ok(metadata) => metadata,
        Err(error) => return refuse(error.to_string()),
    };
    if !metadata.is_dir() {
        return refuse("it is not a folder; name one that may be created".to_owned());
    }
    let user = rustix::process::geteuid().as_raw();
    if metadata.uid() != user {
        return refuse(format!("it belongs to user {}, not to you ({user}); name another", metadata.uid()));
    }
    if metadata.mode() & 0o022 != 0 {
        return refuse(format!(
            "others may write to it (mode {:o}), and could replace compiled code; run `chmod go-w` on it",
            metadata.mode() & 0o777
        ));
    }
    Ok(())
}

/// Opens a file that must be ours, and no link to elsewhere.
fn open_ours(path: &Path) -> io::Result<File> {
    let file = OpenOptions::new().read(true).custom_flags(OFlags::NOFOLLOW.bits() as i32).open(path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() || metadata.uid() != rustix::process::geteuid().as_raw() {
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, "not a file of ours"));
    }
    Ok(file)
}

fn read_or_make_key(folder: &Path) -> Result<[u8; KEY_BYTES]> {
    let path = folder.join(KEY_FILE);
    let failed = |error: io::Error| Error::Cache { path: path.clone(), reason: error.to_string() };
    if !path.try_exists().map_err(failed)? {
        make_key(folder, &path).map_err(failed)?;
    }
    let mut file = open_ours(&path).map_err(failed)?;
    let mode = file.metadata().map_err(failed)?.mode();
    if mode & 0o077 != 0 {
        let reason = format!("others may read it (mode {:o}); remove it, a new one is made", mode & 0o777);
        return Err(Error::Cache { path, reason });
    }
    let mut key = [0; KEY_BYTES];
    file.read_exact(&mut key).map_err(failed)?;
    Ok(key)
}

fn make_key(folder: &Path, path: &Path) -> io::Result<()> {
    let mut key = [0; KEY_BYTES];
    getrandom::fill(&mut key).map_err(|error| io::Error::other(error.to_string()))?;
    let draft = Draft::create(folder)?;
    draft.file().write_all(&key)?;
    draft.file().sync_all()?;
    match fs::hard_link(&draft.path, path) {
        // Another process was faster: its key is the key.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        result => result,
    }
}

/// The entry's file name: a hash over the component, the engine with its settings and the CPU features it compiles
/// for, wasmtime's version and ours.
fn entry_name(engine: &Engine, digest: &str) -> String {
    let mut hasher = Digester(Sha256::new());
    hasher.write(digest.as_bytes());
    engine.precompile_compatibility_hash().hash(&mut hasher);
    hasher.write(WASMTIME.as_bytes());
    hasher.write(env!("CARGO_PKG_VERSION").as_bytes());
    format!("{}.compiled", hex(&hasher.0.finalize()))
}

/// SHA-256 behind the standard library's interface for hashing.
struct Digester(Sha256);

impl Hasher for Digester {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn finish(&self) -> u64 {
        let digest = self.0.clone().finalize();
        u64::from_le_bytes(digest[..8].try_into().expect("a digest has 32 bytes"))
    }
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use std::fs::Permissions;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    const DIGEST: &str = "0123";

    fn engine() -> Engine {
        crate::engine::hardened().unwrap()
    }

    fn component(engine: &Engine) -> Component {
        Component::new(engine, wat::parse_str("(component (core module (memory 1)))").unwrap()).unwrap()
    }

    /// A folder inside a new one: the cache makes it.
    fn folder() -> (tempfile::TempDir, PathBuf) {
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("cache");
        (parent, folder)
    }

    #[test]
    fn an_entry_comes_back_only_for_its_component() {
        let (_parent, folder) = folder();
        let (engine, cache) = (engine(), Cache::open(&folder).unwrap());
        assert!(cache.load(&engine, DIGEST).is_none());
        cache.keep(&engine, DIGEST, &component(&engine));
        assert!(Cache::open(&folder).unwrap().load(&engine, DIGEST).is_some());
        assert!(cache.load(&engine, "4567").is_none());
        // An entry under another's name is not that other's.
        fs::rename(folder.join(entry_name(&engine, DIGEST)), folder.join(entry_name(&engine, "4567")))
            .unwrap();
        assert!(cache.load(&engine, "4567").is_none());
    }

    #[test]
    fn every_flipped_byte_is_noticed() {
        let (_parent, folder) = folder();
        let (engine, cache) = (engine(), Cache::open(&folder).unwrap());
        cache.keep(&engine, DIGEST, &component(&engine));
        let path = folder.join(entry_name(&engine, DIGEST));
        let whole = fs::read(&path).unwrap();
        for place in (0..whole.len()).step_by(whole.len() / 97 + 1) {
            let mut damaged = whole.clone();
            damaged[place] ^= 1;
            fs::write(&path, &damaged).unwrap();
            assert!(cache.load(&engine, DIGEST).is_none(), "byte {place}");
        }
        fs::write(&path, &whole[..whole.len() - 1]).unwrap();
        assert!(cache.load(&engine, DIGEST).is_none(), "cut");
        fs::write(&path, &whole).unwrap();
        assert!(cache.load(&engine, DIGEST).is_some(), "whole again");
    }

    #[test]
    fn another_key_opens_nothing() {
        let (_parent, folder) = folder();
        let engine = engine();
        Cache::open(&folder).unwrap().keep(&engine, DIGEST, &component(&engine));
        fs::remove_file(folder.join(KEY_FILE)).unwrap();
        assert!(Cache::open(&folder).unwrap().load(&engine, DIGEST).is_none());
    }

    #[test]
    fn folders_and_keys_that_others_could_use_are_refused() {
        let (_parent, folder) = folder();
        Cache::open(&folder).unwrap();
        assert_eq!(fs::metadata(&folder).unwrap().mode() & 0o777, 0o700);
        assert_eq!(fs::metadata(folder.join(KEY_FILE)).unwrap().mode() & 0o777, 0o600);
        for mode in [0o720, 0o702, 0o777] {
            fs::set_permissions(&folder, Permissions::from_mode(mode)).unwrap();
            let message = Cache::open(&folder).unwrap_err().to_string();
            assert!(message.contains("others may write"), "{message}");
        }
        fs::set_permissions(&folder, Permissions::from_mode(0o755)).unwrap();
        Cache::open(&folder).unwrap();
        fs::set_permissions(folder.join(KEY_FILE), Permissions::from_mode(0o640)).unwrap();
        let message = Cache::open(&folder).unwrap_err().to_string();
        assert!(message.contains("others may read"), "{message}");
    }

    #[test]
    fn links_are_not_followed() {
        let (parent, folder) = folder();
        let (engine, cache) = (engine(), Cache::open(&folder).unwrap());
        cache.keep(&engine, DIGEST, &component(&engine));
        let path = folder.join(entry_name(&engine, DIGEST));
        let elsewhere = parent.path().join("elsewhere");
        fs::rename(&path, &elsewhere).unwrap();
        std::os::unix::fs::symlink(&elsewhere, &path).unwrap();
        assert!(cache.load(&engine, DIGEST).is_none());
        let linked = parent.path().join("linked");
        std::os::unix::fs::symlink(&folder, &linked).unwrap();
        assert!(Cache::open(&linked).unwrap_err().to_string().contains("not a folder"));
    }

    #[test]
    fn processes_that_race_agree_on_one_key() {
        let (_parent, folder) = folder();
        let keys: Vec<_> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(|| Cache::open(&folder).unwrap().key)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert!(keys.iter().all(|key| *key == keys[0]));
    }
}
