//! A folder to run `proofhouse` in: data of its own, run files, runs.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use proofhouse_ledger::Reader;
use proofhouse_types::{Outcome, Trial};

/// The root of the repository.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ lies in the repository")
}

/// The baseline program of the nanoGPT environment.
pub fn baseline() -> String {
    fs::read_to_string(root().join("envs/nanogpt/train.py")).expect("envs/nanogpt/train.py")
}

/// A temporary folder with some text to train on.
pub struct Workplace {
    folder: tempfile::TempDir,
}

impl Workplace {
    /// A new one.
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut text = String::new();
        for i in 0..20_000u32 {
            text.push_str(&format!(
                "let line_{} = {} + {};\n",
                i % 97,
                i % 13,
                i.wrapping_mul(2_654_435_761) % 1000
            ));
        }
        fs::write(folder.path().join("data.txt"), text).expect("data.txt");
        Self { folder }
    }

    /// A path in the folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A copy of the nanoGPT environment whose quick profile trains for `device_seconds`.
    pub fn environment(&self, device_seconds: f64) -> PathBuf {
        let (from, to) = (root().join("envs/nanogpt"), self.path("nanogpt"));
        fs::create_dir_all(&to).expect("a folder");
        fs::copy(from.join("train.py"), to.join("train.py")).expect("train.py");
        let manifest = fs::read_to_string(from.join("environment.toml")).expect("environment.toml");
        let quick = "train-device-seconds = 0.4\n";
        assert_eq!(manifest.matches(quick).count(), 1, "the quick profile's budget");
        let manifest = manifest.replace(quick, &format!("train-device-seconds = {device_seconds:?}\n"));
        fs::write(to.join("environment.toml"), manifest).expect("environment.toml");
        to
    }

    /// Writes a run file for the quick profile; `plugins` is the text of its `[searcher]` and `[ideator]` tables.
    pub fn run_file(&self, name: &str, workers: u32, plugins: &str) -> PathBuf {
        self.run_file_in(&root().join("envs/nanogpt"), name, workers, plugins)
    }

    /// The same, in an environment's folder.
    pub fn run_file_in(&self, environment: &Path, name: &str, workers: u32, plugins: &str) -> PathBuf {
        let path = self.path(&format!("{name}.toml"));
        let text = format!(
            "name = \"{name}\"\nenvironment = {environment:?}\nprofile = \"quick\"\nseed = 7\nworkers = {workers}\n\
             baseline-seeds = 1\ndata = {data:?}\n\n{plugins}",
            environment = environment,
            data = self.path("data.txt"),
        );
        fs::write(&path, text).expect("a run file");
        path
    }

    /// `proofhouse` with arguments, to be run in this folder. The components, policies and environments are the
    /// repository's.
    pub fn proofhouse(&self, arguments: &[&str]) -> Command {
        let binary = root().join("target/debug/proofhouse");
        assert!(binary.exists(), "{} is missing: run `cargo xtask build` first", binary.display());
        let mut command = Command::new(binary);
        command.args(arguments).current_dir(self.folder.path()).stdin(Stdio::null());
        command
    }

    /// Runs it to its end, which must be a success.
    pub fn succeed(&self, arguments: &[&str]) -> Output {
        let output = self.proofhouse(arguments).output().expect("proofhouse starts");
        assert!(
            output.status.success(),
            "proofhouse {arguments:?} ended with {}\n--- stdout\n{}\n--- stderr\n{}",
            output.status,
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        output
    }

    /// The folder of the only run whose name starts with `name`.
    pub fn run_folder(&self, name: &str) -> PathBuf {
        let mut found: Vec<PathBuf> = fs::read_dir(self.path("runs"))
            .expect("runs/")
            .map(|entry| entry.expect("an entry of runs/").path())
            .filter(|path| path.file_name().is_some_and(|file| file.to_string_lossy().starts_with(name)))
            .collect();
        assert_eq!(found.len(), 1, "one run named {name}: {found:?}");
        found.remove(0)
    }

    /// All trials of a run, in order, from its ledger.
    pub fn trials(&self, name: &str) -> Vec<Trial> {
        let ledger = Reader::open(&self.run_folder(name)).expect("the run's ledger");
        finished(&ledger)
    }
}

/// All finished trials of a ledger; panics where one has not finished.
pub fn finished(ledger: &Reader) -> Vec<Trial> {
    let records = ledger.trials().expect("the ledger's trials");
    records.into_iter().map(|record| record.trial().expect("every trial has finished")).collect()
}

/// What must not differ between two executions: everything but wall time.
pub fn verdict(trial: &Trial) -> (u64, String, Option<String>, String, u64) {
    let outcome = match &trial.outcome {
        Outcome::Scored(score) => format!("{:016x} {:?}", score.value.to_bits(), score.measurements),
        Outcome::Failed(failure) => format!("{}: {}", failure.kind, failure.detail),
    };
    let diff = trial.patch.as_ref().map(|patch| patch.diff.clone());
    (trial.id, trial.idea.title.clone(), diff, outcome, trial.cost.device_seconds.to_bits())
}
