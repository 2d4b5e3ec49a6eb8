//! From what the user asks for to the run's header: everything resolved, read, checked and digested.

use std::fs;
use std::path::{Path, PathBuf};

use proofhouse_compute::data::TokenStream;
use proofhouse_ledger::{ComponentRecord, DataRecord, DataSide, ImplementerRecord, PolicyRecord, RunHeader};
use proofhouse_sandbox::{Plugin, Policy, Runtime};
use serde_json::Value;

use crate::plugins::Loaded;
use crate::{Environment, LabError, Places, Progress, ProgressEvent, RunConfig, SameProgram, corpus};

/// The policy of every searcher.
const SEARCHER_POLICY: &str = "searcher.toml";
/// The policy of every ideator.
const IDEATOR_POLICY: &str = "ideator.toml";
/// The policy of every implementer.
const IMPLEMENTER_POLICY: &str = "implementer.toml";

/// The header of the run that `config` describes, and its components.
pub(crate) fn header(
    config: &RunConfig,
    places: &Places,
    runtime: &Runtime,
    progress: &mut dyn Progress,
) -> Result<(RunHeader, Loaded), LabError> {
    config.check()?;
    let environment = Environment::read(&config.environment_dir(&places.environments)?)?;
    let profile = environment.profile(&config.profile)?;
    let policies = [
        policy(&places.policies, &environment.candidate_policy)?,
        policy(&places.policies, &environment.evaluator_policy)?,
        policy(&places.policies, SEARCHER_POLICY)?,
        policy(&places.policies, IDEATOR_POLICY)?,
    ];
    let names =
        [&environment.executor, &environment.evaluator, &config.searcher.plugin, &config.ideator.plugin];
    let mut paths = Vec::new();
    for name in names.into_iter().chain(config.implementer.as_ref().map(|one| &one.plugin)) {
        paths.push(component_path(&places.components, name)?);
    }
    let implementer_policy =
        config.implementer.as_ref().map(|_| policy(&places.policies, IMPLEMENTER_POLICY)).transpose()?;
    let data = data(config, places, profile, progress)?;
    let loaded = Loaded {
        executor: load(runtime, &paths[0], progress)?,
        evaluator: load(runtime, &paths[1], progress)?,
        searcher: load(runtime, &paths[2], progress)?,
        ideator: load(runtime, &paths[3], progress)?,
        implementer: paths.get(4).map(|path| load(runtime, path, progress)).transpose()?,
    };
    let implementer = implementer(config, &loaded, &paths, implementer_policy, profile);
    let [candidate_policy, evaluator_policy, searcher_policy, ideator_policy] = policies;
    let device =
        serde_json::to_value(&profile.device).map_err(|error| LabError::Header(error.to_string()))?;
    let header = RunHeader {
        name: config.name.clone(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        config: config.text.clone(),
        seed: config.seed,
        baseline_seeds: config.baseline_seeds,
        profile: config.profile.clone(),
        problem: environment.problem.clone(),
        main: environment.main.clone(),
        device,
        executor: component(&loaded.executor, &environment.executor, &paths[0], Value::Null, &[]),
        evaluator: component(
            &loaded.evaluator,
            &environment.evaluator,
            &paths[1],
            profile.evaluator_settings.clone(),
            &[],
        ),
        searcher: component(
            &loaded.searcher,
            &config.searcher.plugin,
            &paths[2],
            config.searcher.settings.clone(),
            &[],
        ),
        ideator: component(
            &loaded.ideator,
            &config.ideator.plugin,
            &paths[3],
            config.ideator.settings.clone(),
            &config.ideator.models,
        ),
        implementer,
        candidate_policy,
        evaluator_policy,
        searcher_policy,
        ideator_policy,
        data,
        llm: llm(config)?,
        llm_replay: config.llm_replay.as_deref().map(absolute).transpose()?,
        refuse_same_program: config.same_program == SameProgram::Refuse,
    };
    Ok((header, loaded))
}

fn implementer(
    config: &RunConfig,
    loaded: &Loaded,
    paths: &[PathBuf],
    policy: Option<PolicyRecord>,
    profile: &crate::Profile,
) -> Option<ImplementerRecord> {
    let implementer = config.implementer.as_ref()?;
    Some(ImplementerRecord {
        component: component(
            loaded.implementer.as_ref()?,
            &implementer.plugin,
            paths.get(4)?,
            implementer.settings.clone(),
            &implementer.models,
        ),
        policy: policy?,
        parallel: implementer.parallel,
        repairs: implementer.repairs,
        smoke: profile.smoke(),
    })
}

/// The language models as the header has them: with absolute paths, because a run may be resumed from elsewhere.
fn llm(config: &RunConfig) -> Result<Value, LabError> {
    let folder = std::path::absolute(config.folder()).map_err(LabError::io(config.folder()))?;
    let mut llm = config.llm.clone();
    for path in [&mut llm.record, &mut llm.cache].into_iter().flatten() {
        *path = folder.join(&*path);
    }
    for path in llm.models.values_mut().filter_map(|model| model.key_file.as_mut()) {
        *path = folder.join(&*path);
    }
    serde_json::to_value(&llm).map_err(|error| LabError::Header(error.to_string()))
}

/// The components of a run that is taken up again, with one sentence for each thing that is not as it was.
pub(crate) fn reload(
    header: &mut RunHeader,
    runtime: &Runtime,
    progress: &mut dyn Progress,
) -> Result<(Loaded, Vec<String>), LabError> {
    let mut changes = Vec::new();
    let mut again = |record: &mut ComponentRecord| {
        if !record.path.is_file() {
            let folder = record.path.parent().unwrap_or(Path::new("")).to_owned();
            return Err(LabError::NoComponent { name: record.name.clone(), folder });
        }
        let plugin = load(runtime, &record.path, progress)?;
        if plugin.digest() != record.digest {
            changes.push(format!("component `{}` ({}) has changed", record.name, record.path.display()));
            plugin.digest().clone_into(&mut record.digest);
            plugin.version().clone_into(&mut record.version);
        }
        Ok(plugin)
    };
    let loaded = Loaded {
        executor: again(&mut header.executor)?,
        evaluator: again(&mut header.evaluator)?,
        searcher: again(&mut header.searcher)?,
        ideator: again(&mut header.ideator)?,
        implementer: match &mut header.implementer {
            Some(implementer) => Some(again(&mut implementer.component)?),
            None => None,
        },
    };
    for record in &mut header.data {
        let stream = TokenStream::open(&record.path)?;
        if stream.digest() != record.digest {
            changes.push(format!("data `{}` ({}) have changed", record.name, record.path.display()));
            record.digest = stream.digest();
            record.tokens = stream.len();
        }
    }
    Ok((loaded, changes))
}

fn component_path(folder: &Path, name: &str) -> Result<PathBuf, LabError> {
    let path = folder.join(format!("{name}.wasm"));
    if !path.is_file() {
        return Err(LabError::NoComponent { name: name.to_owned(), folder: folder.to_owned() });
    }
    absolute(&path)
}

fn load(runtime: &Runtime, path: &Path, progress: &mut dyn Progress) -> Result<Plugin, LabError> {
    let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    progress.on(&ProgressEvent::Preparing { what: format!("component {name}") });
    Ok(runtime.load(path)?)
}

fn component(
    plugin: &Plugin,
    name: &str,
    path: &Path,
    settings: Value,
    models: &[String],
) -> ComponentRecord {
    ComponentRecord {
        name: name.to_owned(),
        version: plugin.version().to_owned(),
        path: path.to_owned(),
        digest: plugin.digest().to_owned(),
        settings,
        models: models.to_owned(),
    }
}

fn policy(folder: &Path, name: &str) -> Result<PolicyRecord, LabError> {
    let path = folder.join(name);
    let text = fs::read_to_string(&path).map_err(LabError::io(&path))?;
    Policy::parse(&text, &path.display().to_string())?;
    Ok(PolicyRecord { name: name.to_owned(), text })
}

fn data(
    config: &RunConfig,
    places: &Places,
    profile: &crate::Profile,
    progress: &mut dyn Progress,
) -> Result<Vec<DataRecord>, LabError> {
    let folder = match &config.data {
        Some(path) if path.is_dir() => path.clone(),
        Some(path) => {
            progress.on(&ProgressEvent::Preparing { what: format!("data from {}", path.display()) });
            corpus::prepare_file(path, &places.data)?
        }
        None => places.data.join(&profile.default_data),
    };
    let candidate = profile.data.candidate.iter().map(|name| (name, DataSide::Candidate));
    let evaluator = profile.data.evaluator.iter().map(|name| (name, DataSide::Evaluator));
    candidate
        .chain(evaluator)
        .map(|(name, side)| {
            let path = [folder.join(format!("{name}.bin")), folder.join(name)]
                .into_iter()
                .find(|path| path.exists())
                .ok_or_else(|| LabError::NoData { name: name.clone(), folder: folder.clone() })?;
            let path = absolute(&path)?;
            let stream = TokenStream::open(&path)?;
            Ok(DataRecord { name: name.clone(), side, path, digest: stream.digest(), tokens: stream.len() })
        })
        .collect()
}

fn absolute(path: &Path) -> Result<PathBuf, LabError> {
    path.canonicalize().map_err(LabError::io(path))
}
