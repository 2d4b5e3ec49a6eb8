//! The ideator: from a brief to proposals.

use proofhouse_sdk::bandit::{Arm, Bandit};
use proofhouse_sdk::host::{Log, Models};
use proofhouse_sdk::ideator::{Brief, Mode, Problem, Proposal, Trial};
use proofhouse_sdk::imports::llm::Model;
use proofhouse_sdk::novelty::{Novelty, Signature};
use proofhouse_sdk::prompt::{Fence, files, task};
use proofhouse_sdk::random::Random;
use proofhouse_sdk::rewards::Rewards;
use proofhouse_sdk::{labels, state};
use serde::{Deserialize, Serialize};

use crate::asking::{Ask, Asking};
use crate::config::Config;
use crate::retelling::Retelling;
use crate::sorting::Batch;

const PLUGIN: &str = "llm-ideator";
const STATE_VERSION: u32 = 1;
/// The label of the model that wrote an idea.
pub const MODEL: &str = "model";
/// The label of the prompt that it was asked with.
pub const PROMPT: &str = "prompt";

/// What the ideator remembers, and what another instance goes on from.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Memory {
    /// All that was proposed, here or in a trial that was shown.
    pub novelty: Novelty,
    /// Which models and prompts did well.
    bandit: Bandit,
    pub counts: Counts,
}

/// What became of the replies.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counts {
    pub calls: u64,
    pub failed_calls: u64,
    pub proposed: u64,
    pub repeated: u64,
}

/// The ideator for one problem.
#[derive(Debug, Clone, PartialEq)]
pub struct LlmIdeator {
    pub problem: Problem,
    pub config: Config,
    pub memory: Memory,
}

impl LlmIdeator {
    pub fn open(problem: Problem, settings: &str, granted: &[Model]) -> Result<LlmIdeator, String> {
        let config = Config::parse(settings, granted)?;
        Ok(LlmIdeator { problem, config, memory: Memory::default() })
    }

    pub fn restore(
        problem: Problem,
        settings: &str,
        granted: &[Model],
        bytes: &[u8],
    ) -> Result<LlmIdeator, String> {
        let mut ideator = LlmIdeator::open(problem, settings, granted)?;
        ideator.memory = state::restore(PLUGIN, STATE_VERSION, bytes)?;
        Ok(ideator)
    }

    pub fn save(&self) -> Vec<u8> {
        state::save(PLUGIN, STATE_VERSION, &self.memory).expect("names, titles and numbers are always JSON")
    }

    /// Up to `brief.count` new ideas. Fewer where the models have no more, or do not answer.
    pub fn propose(
        &mut self,
        brief: &Brief,
        host: &(impl Models + Log),
        random: &mut impl Random,
    ) -> Result<Vec<Proposal>, String> {
        self.note(&brief.context);
        let fence = Fence::new(random);
        let mut batch = Batch::new(brief);
        for _wave in 0..=self.config.waves {
            let missing = batch.missing();
            if missing == 0 {
                break;
            }
            let asks = self.asks(brief, missing, random);
            let requests: Vec<_> = {
                let asking = self.asking(brief, &batch, &fence);
                asks.iter().map(|ask| asking.request(ask, random)).collect()
            };
            self.memory.counts.calls += asks.len() as u64;
            let results = host.complete(&requests);
            let goes_on = batch.take(self, &asks, results, host);
            if !goes_on {
                break;
            }
        }
        self.memory.counts.proposed += batch.proposals.len() as u64;
        batch.finish()
    }

    /// Learns from trials which models and prompts do well.
    pub fn learn(&mut self, finished: &[Trial]) {
        let rewards = Rewards::new(&self.problem, self.config.reward_gain);
        let mut known: Vec<String> = self.model_arms().into_iter().map(|arm| arm.key).collect();
        for mode in [Mode::Explore, Mode::Exploit] {
            known.extend(self.prompt_arms(mode).into_iter().map(|arm| arm.key));
        }
        for trial in finished {
            let Some(reward) = rewards.of(trial) else { continue };
            for name in [MODEL, PROMPT] {
                let key = labels::first(&trial.idea.labels, name).map(|value| labels::label(name, value));
                let key = key.filter(|key| known.contains(key) || self.memory.bandit.knows(key));
                if let Some(key) = key {
                    self.memory.bandit.learn(&key, reward, &trial.cost);
                }
            }
        }
    }

    /// Trials of others, or from before a state was lost, are known as well.
    fn note(&mut self, context: &[Trial]) {
        for trial in context {
            let signature = Signature::new(&trial.idea.title, &trial.idea.rationale);
            if self.memory.novelty.repeated(&signature, self.config.thresholds).is_none() {
                self.memory.novelty.add(&trial.idea.title, signature);
            }
        }
    }

    fn asks(&self, brief: &Brief, missing: u32, random: &mut impl Random) -> Vec<Ask> {
        let (models, prompts) = (self.model_arms(), self.prompt_arms(brief.mode));
        let mut asks = Vec::new();
        let mut left = missing;
        while left > 0 {
            let count = left.min(self.config.ideas_per_call);
            let mut choose = |arms: &[Arm]| {
                // There is at least one of each: see `Roster::take` and `Templates::take`.
                self.memory.bandit.choose(arms, self.config.policy, random).unwrap_or(0)
            };
            asks.push(Ask { model: choose(&models), prompt: choose(&prompts), count });
            left -= count;
        }
        asks
    }

    fn asking<'a>(&'a self, brief: &'a Brief, batch: &Batch, fence: &'a Fence) -> Asking<'a> {
        let retelling = Retelling { problem: &self.problem, caps: &self.config.caps, fence };
        let metric = &self.problem.metric;
        let baseline = self.problem.baseline.map_or("not known".into(), |baseline| format!("{baseline:.5}"));
        let novelty = &self.memory.novelty;
        let values = vec![
            ("statement", self.problem.statement.trim().to_owned()),
            ("metric", metric.name.clone()),
            ("unit", metric.unit.clone()),
            ("direction", task::better(metric.direction).to_owned()),
            ("baseline", baseline),
            ("files", files::listing(&self.problem.files)),
            ("trials", retelling.trials(&brief.context)),
            ("avoid", retelling.avoid(&batch.repeated, novelty.titles(), novelty.len())),
        ];
        Asking { config: &self.config, brief, announcement: fence.announcement(), values }
    }

    pub fn model_arms(&self) -> Vec<Arm> {
        self.config.roster.arms(MODEL)
    }

    pub fn prompt_arms(&self, mode: Mode) -> Vec<Arm> {
        let arm = |name: &str| Arm { key: labels::label(PROMPT, name), weight: 1.0, relative_cost: 1.0 };
        self.config.templates.variants(mode).iter().map(|variant| arm(&variant.name)).collect()
    }
}

#[cfg(test)]
#[path = "ideation_tests.rs"]
mod tests;
