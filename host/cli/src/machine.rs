//! What this machine gives to a run: folders, and worker processes.

use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use proofhouse_lab::{Host, LabError, Places};

use crate::failure::{Failure, Result};

/// Where components, policies, environments and data are: below the root of the checkout, unless said otherwise.
pub fn places(components: Option<&Path>) -> Places {
    let root = root();
    Places {
        components: components.map_or_else(|| root.join("target/guests"), Path::to_owned),
        policies: root.join("sandbox-policies"),
        environments: root.join("envs"),
        data: root.join("target/corpus"),
    }
}

/// The folder that holds `sandbox-policies`: here, or above the program, which is built below it.
fn root() -> PathBuf {
    let here = PathBuf::new();
    if here.join("sandbox-policies").is_dir() {
        return here;
    }
    let program = std::env::current_exe().ok();
    let above = program.iter().flat_map(|program| program.ancestors().skip(1));
    above.into_iter().find(|folder| folder.join("sandbox-policies").is_dir()).map_or(here, Path::to_owned)
}

/// The cache of compiled components, and how a worker is started.
///
/// # Errors
/// Where there is no folder for the cache.
pub fn host() -> Result<Host> {
    Ok(Host { cache: cache()?, worker: Arc::new(worker) })
}

/// The folder for compiled components: a user's own, because compiled code is trusted.
///
/// # Errors
/// Where neither `XDG_CACHE_HOME` nor `HOME` names a folder.
pub fn cache() -> Result<PathBuf> {
    let named =
        |variable: &str| std::env::var_os(variable).filter(|value| !value.is_empty()).map(PathBuf::from);
    let base = named("XDG_CACHE_HOME").or_else(|| Some(named("HOME")?.join(".cache")));
    let base = base.filter(|base| base.is_absolute()).ok_or_else(|| {
        Failure::usage("there is no folder for compiled components")
            .hint("set HOME or XDG_CACHE_HOME to the full path of a folder that only you can write to")
    })?;
    Ok(base.join("proofhouse").join("components"))
}

/// This very program, also where its file was replaced meanwhile: worker and lab must be the same build.
fn worker() -> Command {
    let mut command = Command::new("/proc/self/exe");
    // In a process group of its own: Ctrl-C is for the lab, which stops its workers in order.
    command.arg0("proofhouse").arg("worker").process_group(0);
    command
}

/// A run that does not begin, as a person reads it: what was asked for cannot be.
pub fn cannot_begin(error: LabError) -> Failure {
    match &error {
        LabError::Stopped => Failure::stopped(),
        LabError::NoComponent { .. } => Failure::usage(&error)
            .hint("`cargo xtask build` builds the plugins; `--components DIR` names another folder"),
        LabError::NoData { .. } => Failure::usage(&error)
            .hint("`cargo xtask demo` prepares the default data; `--data FILE` uses your own"),
        LabError::NoWorker(_) | LabError::Fleet(_) => Failure::failed(error),
        _ => Failure::usage(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_components_leave_the_rest_in_place() {
        let usual = places(None);
        let other = places(Some(Path::new("/elsewhere")));
        assert_eq!(other.components, Path::new("/elsewhere"));
        assert_eq!(other, Places { components: other.components.clone(), ..usual });
    }

    #[test]
    fn the_checkout_is_found_above_the_program() {
        // The test program is built below the checkout, and runs in its own package's folder.
        assert!(root().join("sandbox-policies").is_dir());
    }

    #[test]
    fn a_missing_component_says_how_to_get_it() {
        let error = LabError::NoComponent { name: "python".into(), folder: "/x".into() };
        let failure = cannot_begin(error).to_string();
        assert!(failure.contains("component `python`") && failure.contains("--components"), "{failure}");
    }
}
