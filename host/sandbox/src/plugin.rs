//! Components on disk, compiled and ready for any role.

use std::collections::HashMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use sha2::{Digest, Sha256};
use wasmtime::Engine;
use wasmtime::component::{Component, InstancePre};

use crate::cache::{Cache, hex};
use crate::engine;
use crate::error::{Error, Result};
use crate::policy::Policy;
use crate::roles::{self, Role};
use crate::sections;
use crate::state::GuestState;
use crate::ticker::Ticker;

/// The most bytes that a component may have: CPython with its standard library is 19 MB.
const MOST_BYTES: u64 = 64 << 20;
/// The custom section in which a plugin carries its version.
const VERSION_SECTION: &str = "proofhouse:version";
/// Of a plugin that carries none.
const NO_VERSION: &str = "0.0.0";
/// A version longer than this is none.
const LONGEST_VERSION: usize = 64;

/// The engine, its ticker, and the cache of compiled components. Cheap to clone; one per process is enough.
#[derive(Clone)]
pub struct Runtime(Arc<RuntimeParts>);

struct RuntimeParts {
    engine: Engine,
    ticker: Ticker,
    cache: Cache,
    compiling: Mutex<()>,
}

impl Runtime {
    /// Starts the engine, with `cache` as the folder for compiled components: made where it is missing.
    ///
    /// # Errors
    /// Where the engine does not start, or someone else may write to the folder.
    pub fn new(cache: &Path) -> Result<Runtime> {
        let cache = Cache::open(cache)?;
        let engine = engine::hardened()?;
        let ticker = Ticker::start(&engine)?;
        Ok(Runtime(Arc::new(RuntimeParts { engine, ticker, cache, compiling: Mutex::new(()) })))
    }

    /// Loads a component: from the cache, or compiled (seconds, for an interpreter) and then kept there. Its name is
    /// the file's, without the extension.
    ///
    /// # Errors
    /// Where the file can't be read, is too large, or is no component that the engine accepts.
    pub fn load(&self, wasm: &Path) -> Result<Plugin> {
        let failed = |source| Error::Read { path: wasm.to_path_buf(), source };
        let mut bytes = Vec::new();
        // One byte more than allowed is enough to know.
        File::open(wasm)
            .and_then(|file| file.take(MOST_BYTES + 1).read_to_end(&mut bytes))
            .map_err(failed)?;
        let name = wasm.file_stem().map_or_else(|| "plugin".into(), |stem| stem.to_string_lossy());
        self.load_bytes(&name, &bytes)
    }

    /// As [`Runtime::load`], from memory.
    ///
    /// # Errors
    /// As [`Runtime::load`].
    pub fn load_bytes(&self, name: &str, wasm: &[u8]) -> Result<Plugin> {
        let refuse = |reason: String| Error::Component { name: name.to_owned(), reason };
        if wasm.len() as u64 > MOST_BYTES {
            return Err(refuse(format!("it is larger than {} MiB", MOST_BYTES >> 20)));
        }
        let digest = hex(&Sha256::digest(wasm));
        let version = read_version(wasm).map_err(refuse)?;
        let (component, compiled) =
            self.compiled(&digest, wasm).map_err(|error| refuse(format!("{error:#}")))?;
        Ok(Plugin(Arc::new(PluginParts {
            name: name.to_owned(),
            version,
            digest,
            component,
            compiled,
            linked: Mutex::new(HashMap::new()),
        })))
    }

    /// The compiled component, and whether it was compiled just now.
    fn compiled(&self, digest: &str, wasm: &[u8]) -> wasmtime::Result<(Component, bool)> {
        let RuntimeParts { engine, cache, compiling, .. } = &*self.0;
        if let Some(component) = cache.load(engine, digest) {
            return Ok((component, false));
        }
        // One at a time: the compiler uses every core by itself, and the next one may want the same component.
        let _turn = compiling.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(component) = cache.load(engine, digest) {
            return Ok((component, false));
        }
        let component = Component::from_binary(engine, wasm)?;
        cache.keep(engine, digest, &component);
        Ok((component, true))
    }

    /// Ticks of the interrupting clock since the start: one every 5 ms.
    pub fn ticks(&self) -> u64 {
        self.0.ticker.ticks()
    }

    pub(crate) fn engine(&self) -> &Engine {
        &self.0.engine
    }
}

impl std::fmt::Debug for Runtime {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Runtime").field("cache", &self.0.cache).finish_non_exhaustive()
    }
}

/// A compiled component. Cheap to clone.
#[derive(Clone)]
pub struct Plugin(Arc<PluginParts>);

struct PluginParts {
    name: String,
    version: String,
    digest: String,
    component: Component,
    compiled: bool,
    linked: Mutex<HashMap<Role, InstancePre<GuestState>>>,
}

impl Plugin {
    /// The file's name without its extension.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// From the custom section `proofhouse:version`; `0.0.0` where there is none.
    pub fn version(&self) -> &str {
        &self.0.version
    }

    /// SHA-256 of the component, in hexadecimal.
    pub fn digest(&self) -> &str {
        &self.0.digest
    }

    /// `name@version`: what trials record.
    pub fn origin(&self) -> String {
        format!("{}@{}", self.0.name, self.0.version)
    }

    /// Was it compiled just now? If not, it came from the cache.
    pub fn was_compiled(&self) -> bool {
        self.0.compiled
    }

    /// Checks that the component fits `role` under `policy`: what it imports is had by the role and granted by the
    /// policy, with the right types.
    ///
    /// # Errors
    /// Naming the import, the role and the policy.
    pub fn check(&self, role: Role, policy: &Policy) -> Result<()> {
        self.linked(role, policy).map(drop)
    }

    pub(crate) fn component(&self) -> &Component {
        &self.0.component
    }

    /// The component linked for a role, as often as it is asked for: the linking is done once.
    pub(crate) fn linked(&self, role: Role, policy: &Policy) -> Result<InstancePre<GuestState>> {
        roles::check_imports(self, role, policy)?;
        let mut linked = self.0.linked.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(ready) = linked.get(&role) {
            return Ok(ready.clone());
        }
        let ready = roles::link(self, role)?;
        linked.insert(role, ready.clone());
        Ok(ready)
    }
}

impl std::fmt::Debug for Plugin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Plugin").field("origin", &self.origin()).field("digest", &self.0.digest).finish()
    }
}

fn read_version(wasm: &[u8]) -> std::result::Result<String, String> {
    let Some(section) = sections::custom(wasm, VERSION_SECTION) else { return Ok(NO_VERSION.to_owned()) };
    let text = std::str::from_utf8(section).unwrap_or("").trim();
    let plain = |letter: char| letter.is_ascii_alphanumeric() || ".-+".contains(letter);
    if text.is_empty() || text.len() > LONGEST_VERSION || !text.chars().all(plain) {
        return Err(format!("its `{VERSION_SECTION}` section holds no version such as 1.2.3"));
    }
    Ok(text.to_owned())
}
