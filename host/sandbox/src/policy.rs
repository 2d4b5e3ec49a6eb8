//! What a sandbox may import and use up: a TOML file, deny by default.

use std::path::Path;

use serde::Deserialize;

use crate::error::{Error, Result};

/// A policy file. Every field is required and every field is enforced; an unknown key is refused.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Policy {
    /// Where it was read from, for messages.
    #[serde(skip)]
    pub(crate) source_name: String,
    /// Interfaces (`proofhouse:compute/tensors`) or whole packages (`wasi:cli`) that a component may import, among
    /// those that its role has. Versions are the host's business.
    pub(crate) imports: Vec<String>,
    /// MiB of linear memory, over all memories.
    pub(crate) memory_mib: u64,
    /// Elements over all tables.
    pub(crate) table_elements: u64,
    /// Guest instructions of one call into the sandbox.
    pub(crate) instructions: u64,
    /// Seconds of real time of one call into the sandbox: a safety net, never part of a score.
    pub(crate) wall_seconds: f64,
    /// Handles (tensors, generators, ...) alive at once.
    pub(crate) handles: u64,
    /// KiB that one call may move from the guest to the host.
    pub(crate) host_call_fuel_kib: u64,
    /// KiB of log, standard output and metrics in the sandbox's life.
    pub(crate) output_kib: u64,
    /// MiB in tensors.
    pub(crate) tensor_mib: u64,
    /// Live tensors, recorded operations included.
    pub(crate) tensors: u64,
    /// Elements of any one tensor in an operation.
    pub(crate) elements_per_operation: u64,
    /// Device seconds that loading a program may take, before its evaluator calls it. Executors only; other roles
    /// leave it out.
    #[serde(default)]
    pub(crate) load_device_seconds: f64,
    /// Requests to language models of one call into the sandbox. Roles that reach none leave this and the next out.
    #[serde(default)]
    pub(crate) llm_requests: u64,
    /// Tokens, in and out, of one call into the sandbox.
    #[serde(default)]
    pub(crate) llm_tokens: u64,
    /// Smoke runs of one call into the sandbox. Implementers only.
    #[serde(default)]
    pub(crate) smoke_runs: u64,
}

/// The most MiB that a policy may give: what fits a 32-bit memory.
const MOST_MEMORY_MIB: u64 = 4096;
/// The longest wall limit that a policy may give: a week.
const MOST_WALL_SECONDS: f64 = 604_800.0;

impl Policy {
    /// Reads a policy file.
    ///
    /// # Errors
    /// Where the file can't be read, or says something wrong: with file and key.
    pub fn read(path: &Path) -> Result<Policy> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| Error::Read { path: path.to_path_buf(), source })?;
        Policy::parse(&text, &path.display().to_string())
    }

    /// Reads a policy from its text; `source_name` is what messages call it.
    ///
    /// # Errors
    /// As [`Policy::read`].
    pub fn parse(text: &str, source_name: &str) -> Result<Policy> {
        let wrong = |reason: String| Error::Policy { source_name: source_name.to_owned(), reason };
        let mut policy: Policy = toml::from_str(text).map_err(|error| wrong(error.to_string()))?;
        policy.source_name = source_name.to_owned();
        policy.check().map_err(wrong)?;
        Ok(policy)
    }

    /// The same with `mib` MiB in tensors, and `seconds` of device time for loading a program; as before where left
    /// out.
    ///
    /// # Errors
    /// Where a policy file may not say so: with the key.
    pub fn with(mut self, tensor_mib: Option<u64>, load_device_seconds: Option<f64>) -> Result<Policy> {
        self.tensor_mib = tensor_mib.unwrap_or(self.tensor_mib);
        self.load_device_seconds = load_device_seconds.unwrap_or(self.load_device_seconds);
        match self.check() {
            Ok(()) => Ok(self),
            Err(reason) => Err(Error::Policy { source_name: self.source_name, reason }),
        }
    }

    /// Where it was read from.
    pub fn source_name(&self) -> &str {
        &self.source_name
    }

    fn check(&self) -> std::result::Result<(), String> {
        if self.memory_mib == 0 || self.memory_mib > MOST_MEMORY_MIB {
            return Err(format!("`memory-mib` must be 1 to {MOST_MEMORY_MIB}, not {}", self.memory_mib));
        }
        if !(self.wall_seconds > 0.0 && self.wall_seconds <= MOST_WALL_SECONDS) {
            return Err(format!(
                "`wall-seconds` must be more than 0 and at most {MOST_WALL_SECONDS}, not {}",
                self.wall_seconds
            ));
        }
        if !(self.load_device_seconds >= 0.0 && self.load_device_seconds.is_finite()) {
            return Err(format!(
                "`load-device-seconds` must be 0 or more, and finite, not {}",
                self.load_device_seconds
            ));
        }
        let sizes = [
            ("host-call-fuel-kib", self.host_call_fuel_kib, 1024 * 1024),
            ("output-kib", self.output_kib, 1024 * 1024),
            ("tensor-mib", self.tensor_mib, 1024 * 1024 * 1024),
            ("handles", self.handles, 16 * 1024 * 1024),
            ("table-elements", self.table_elements, 16 * 1024 * 1024),
        ];
        for (key, value, most) in sizes {
            if value > most {
                return Err(format!("`{key}` must be at most {most}, not {value}"));
            }
        }
        match self.imports.iter().find(|import| !is_import_name(import)) {
            Some(wrong) => Err(format!(
                "`imports` has `{wrong}`: write `package:name` or `package:name/interface`, with no version"
            )),
            None => Ok(()),
        }
    }

    /// Is `import` (`wasi:cli/stdout@0.2.6`) granted?
    pub(crate) fn grants(&self, import: &str) -> bool {
        let interface = without_version(import);
        let package = interface.split('/').next().unwrap_or(interface);
        self.imports.iter().any(|granted| granted == interface || granted == package)
    }

    pub(crate) fn memory_bytes(&self) -> usize {
        mebibytes(self.memory_mib)
    }

    pub(crate) fn host_call_fuel(&self) -> usize {
        kibibytes(self.host_call_fuel_kib)
    }

    pub(crate) fn output_bytes(&self) -> u64 {
        kibibytes(self.output_kib) as u64
    }

    pub(crate) fn handle_count(&self) -> usize {
        usize::try_from(self.handles).unwrap_or(usize::MAX)
    }

    pub(crate) fn table_element_count(&self) -> usize {
        usize::try_from(self.table_elements).unwrap_or(usize::MAX)
    }

    pub(crate) fn tensor_limits(&self) -> proofhouse_compute::Limits {
        proofhouse_compute::Limits {
            tensor_bytes: mebibytes(self.tensor_mib) as u64,
            tensors: self.tensors,
            elements_per_operation: self.elements_per_operation,
        }
    }
}

/// `wasi:cli/stdout` of `wasi:cli/stdout@0.2.6`.
pub(crate) fn without_version(import: &str) -> &str {
    import.split('@').next().unwrap_or(import)
}

fn is_import_name(name: &str) -> bool {
    let is_word = |word: &str| {
        !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    let Some((namespace, rest)) = name.split_once(':') else { return false };
    is_word(namespace) && rest.split('/').count() <= 2 && rest.split('/').all(is_word)
}

fn mebibytes(count: u64) -> usize {
    kibibytes(count.saturating_mul(1024))
}

fn kibibytes(count: u64) -> usize {
    usize::try_from(count.saturating_mul(1024)).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &str = r#"
        imports = ["proofhouse:compute", "wasi:cli/stdout"]
        memory-mib = 1
        table-elements = 2
        instructions = 3
        wall-seconds = 4.5
        handles = 5
        host-call-fuel-kib = 6
        output-kib = 7
        tensor-mib = 8
        tensors = 9
        elements-per-operation = 10
    "#;

    fn refusal(text: &str) -> String {
        Policy::parse(text, "test.toml").unwrap_err().to_string()
    }

    #[test]
    fn sizes_are_read_in_their_units() {
        let policy = Policy::parse(WHOLE, "test.toml").unwrap();
        assert_eq!(policy.memory_bytes(), 1 << 20);
        assert_eq!(policy.host_call_fuel(), 6 << 10);
        assert_eq!(policy.output_bytes(), 7 << 10);
        let limits = policy.tensor_limits();
        assert_eq!((limits.tensor_bytes, limits.tensors, limits.elements_per_operation), (8 << 20, 9, 10));
    }

    #[test]
    fn every_key_is_required_and_no_other_is_known() {
        for line in WHOLE.lines().filter(|line| line.contains('=')) {
            let key = line.split('=').next().unwrap().trim();
            let message = refusal(&WHOLE.replace(line, ""));
            assert!(message.contains(key) && message.contains("test.toml"), "{key}: {message}");
        }
        let message = refusal(&format!("{WHOLE}\nnetwork = true"));
        assert!(message.contains("network"), "{message}");
        assert!(refusal(&format!("{WHOLE}\nhandles = 5")).contains("duplicate"));
    }

    #[test]
    fn nonsense_is_refused_with_its_key() {
        let cases = [
            ("memory-mib = 1", "memory-mib = 0"),
            ("memory-mib = 1", "memory-mib = 4097"),
            ("memory-mib = 1", "memory-mib = -1"),
            ("wall-seconds = 4.5", "wall-seconds = 0.0"),
            ("wall-seconds = 4.5", "wall-seconds = nan"),
            ("wall-seconds = 4.5", "wall-seconds = inf"),
            ("host-call-fuel-kib = 6", "host-call-fuel-kib = 9999999999"),
            ("output-kib = 7", "output-kib = 9999999999"),
            ("tensor-mib = 8", "tensor-mib = 9999999999999"),
            ("handles = 5", "handles = 9999999999"),
            ("table-elements = 2", "table-elements = 9999999999"),
        ];
        for (right, wrong) in cases {
            let key = wrong.split(' ').next().unwrap();
            let message = refusal(&WHOLE.replace(right, wrong));
            assert!(message.contains(key), "{wrong}: {message}");
        }
        let load = refusal(&format!("{WHOLE}\nload-device-seconds = -1.0"));
        assert!(load.contains("load-device-seconds"), "{load}");
        for import in ["*", "wasi:*", "wasi:cli/stdout@0.2.0", "log", "wasi:cli/a/b", ""] {
            let message = refusal(&WHOLE.replace("wasi:cli/stdout", import));
            assert!(message.contains("imports"), "{import}: {message}");
        }
    }

    #[test]
    fn grants_interfaces_and_packages_by_whole_names() {
        let policy = Policy::parse(WHOLE, "test.toml").unwrap();
        assert!(policy.grants("proofhouse:compute/tensors@0.1.0"));
        assert!(policy.grants("wasi:cli/stdout@0.2.9"));
        assert!(!policy.grants("wasi:cli/stdin@0.2.9"));
        assert!(!policy.grants("proofhouse:compute-more/tensors@0.1.0"));
        assert!(!policy.grants("proofhouse:lab/random@0.1.0"));
    }

    #[test]
    fn the_policies_of_the_repository_are_right() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../sandbox-policies");
        for role in ["candidate", "program", "evaluator", "searcher", "ideator", "implementer"] {
            Policy::read(&folder.join(format!("{role}.toml"))).unwrap();
        }
    }
}
