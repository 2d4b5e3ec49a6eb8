//! What the page shows, read once from wherever it was recorded.

use proofhouse_types::{Cost, CurvePoint, Outcome, Problem, Spend, Trial};

/// How far a run got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RunState {
    /// It is running, or was interrupted: more trials may come.
    Unfinished,
    /// The searcher said it was done.
    Finished,
    /// It stopped because of this.
    Failed(String),
}

/// One run of the unpatched program.
#[derive(Debug, Clone, PartialEq)]
pub struct BaselineView {
    /// The seed it was evaluated with.
    pub seed: u64,
    /// How it ended.
    pub outcome: Outcome,
    /// What it used up.
    pub cost: Cost,
    /// What it reported while it ran.
    pub curve: Vec<CurvePoint>,
}

/// One finished trial with what the host kept beside it.
#[derive(Debug, Clone, PartialEq)]
pub struct TrialView {
    /// The trial as plugins see it.
    pub trial: Trial,
    /// What it reported while it ran.
    pub curve: Vec<CurvePoint>,
    /// The tail of its output.
    pub log: String,
}

/// A plugin that took part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PluginUse {
    /// `searcher`, `ideator`, `evaluator`, `executor`.
    pub role: String,
    /// As in `evolution@0.1.0`.
    pub origin: String,
    /// SHA-256 of the component, in hex.
    pub digest: String,
}

/// A policy that bounded a sandbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyUse {
    /// The role it applied to.
    pub role: String,
    /// SHA-256 of the text, in hex; empty where it was not recorded.
    pub digest: String,
    /// The TOML; empty where it was not recorded.
    pub text: String,
}

/// A stream of data that a sandbox was granted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataUse {
    /// The stream's name.
    pub name: String,
    /// Who was granted it: `candidate`, `evaluator`.
    pub granted_to: String,
    /// How many tokens, where it was recorded.
    pub tokens: Option<u64>,
    /// SHA-256 of the tokens, in hex.
    pub digest: String,
}

/// Everything a reader needs to know to run it again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Provenance {
    /// Version of Proofhouse that recorded the run.
    pub version: String,
    /// The reference device of the cost model.
    pub device: String,
    /// In the order of the roles.
    pub plugins: Vec<PluginUse>,
    /// In the order of the roles.
    pub policies: Vec<PolicyUse>,
    /// Candidate's first.
    pub data: Vec<DataUse>,
    /// The run file as it was read, TOML.
    pub config: String,
}

/// A run, as the page shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct RunView {
    /// Name of the run's folder.
    pub name: String,
    /// What the search was about.
    pub problem: Problem,
    /// The environment's profile.
    pub profile: String,
    /// The run's seed.
    pub seed: u64,
    /// Trials at a time.
    pub workers: usize,
    /// How far it got.
    pub state: RunState,
    /// Runs of the unpatched program.
    pub baselines: Vec<BaselineView>,
    /// Finished trials, by number.
    pub trials: Vec<TrialView>,
    /// Trials that have begun and not ended.
    pub pending: usize,
    /// From the first step to the last, on the machine that ran it.
    pub wall_seconds: f64,
    /// What the run has used up of its language models.
    pub models: Spend,
    /// Plugins, policies, data, settings.
    pub provenance: Provenance,
}
