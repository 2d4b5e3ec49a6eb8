//! Which interfaces each role has, and the refusal of components that want more.

use wasmtime::component::{InstancePre, Linker};

use crate::error::{Error, Result};
use crate::interfaces::INTERFACES;
use crate::plugin::Plugin;
use crate::policy::{Policy, without_version};
use crate::state::GuestState;
use crate::wasi;

/// What a component is loaded for: a world of the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Runs candidate programs: world `executor`.
    Executor,
    /// Scores them: world `evaluator-plugin`.
    Evaluator,
    /// Decides what is tried next: world `searcher-plugin`.
    Searcher,
    /// Has ideas: world `ideator-plugin`.
    Ideator,
    /// Writes patches: world `implementer-plugin`.
    Implementer,
}

/// Interfaces that only hold types: nothing can be called through them.
const TYPES: &[&str] = &["proofhouse:compute/values", "proofhouse:lab/types"];

impl Role {
    /// For messages.
    pub fn name(self) -> &'static str {
        match self {
            Role::Executor => "executor",
            Role::Evaluator => "evaluator",
            Role::Searcher => "searcher",
            Role::Ideator => "ideator",
            Role::Implementer => "implementer",
        }
    }

    /// The interfaces that can be called, without versions.
    fn interfaces(self) -> &'static [&'static str] {
        match self {
            Role::Executor => &[
                "proofhouse:compute/tensors",
                "proofhouse:compute/layers",
                "proofhouse:compute/linear-algebra",
                "proofhouse:compute/autograd",
                "proofhouse:compute/optimizers",
                "proofhouse:compute/generator",
                "proofhouse:compute/data",
                "proofhouse:compute/clock",
                "proofhouse:compute/log",
            ],
            Role::Evaluator => &[
                "proofhouse:compute/tensors",
                "proofhouse:compute/layers",
                "proofhouse:compute/generator",
                "proofhouse:compute/data",
                "proofhouse:compute/log",
                "proofhouse:lab/random",
                "proofhouse:lab/candidate",
            ],
            Role::Searcher => &["proofhouse:compute/log", "proofhouse:lab/random"],
            Role::Ideator => &["proofhouse:compute/log", "proofhouse:lab/random", "proofhouse:lab/llm"],
            Role::Implementer => &[
                "proofhouse:compute/log",
                "proofhouse:lab/random",
                "proofhouse:lab/llm",
                "proofhouse:lab/workbench",
            ],
        }
    }

    /// Only an executor brings an interpreter that can't start without WASI.
    fn has_wasi(self) -> bool {
        self == Role::Executor
    }

    fn has(self, interface: &str) -> bool {
        self.interfaces().contains(&interface)
            || TYPES.contains(&interface)
            || (self.has_wasi() && interface.starts_with(wasi::NAMESPACE))
    }
}

/// Refuses a component that imports anything that its role does not have or its policy does not grant.
pub(crate) fn check_imports(plugin: &Plugin, role: Role, policy: &Policy) -> Result<()> {
    let engine = plugin.component().engine();
    for (import, _) in plugin.component().component_type().imports(engine) {
        let interface = without_version(import);
        let reason = if !role.has(interface) {
            "this role does not have"
        } else if !TYPES.contains(&interface) && !policy.grants(import) {
            "its policy does not grant"
        } else {
            continue;
        };
        return Err(Error::NotGranted {
            plugin: plugin.name().to_owned(),
            import: import.to_owned(),
            role: role.name(),
            policy: policy.source_name().to_owned(),
            reason,
        });
    }
    Ok(())
}

/// Links a component for a role: type-checks every import against the host's functions.
pub(crate) fn link(plugin: &Plugin, role: Role) -> Result<InstancePre<GuestState>> {
    let component = plugin.component();
    linker(plugin, role).and_then(|linker| linker.instantiate_pre(component)).map_err(|error| {
        Error::Component {
            name: plugin.name().to_owned(),
            reason: format!("it does not fit the world of an {}: {error:#}", role.name()),
        }
    })
}

fn linker(plugin: &Plugin, role: Role) -> wasmtime::Result<Linker<GuestState>> {
    let component = plugin.component();
    let mut linker = Linker::new(component.engine());
    for (name, link) in INTERFACES {
        if role.has(without_version(name)) {
            link(&mut linker)?;
        }
    }
    if role.has_wasi() {
        wasi::link(&mut linker, component.engine(), component)?;
    }
    Ok(linker)
}
