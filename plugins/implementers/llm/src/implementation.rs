//! The implementer: from an idea to a patch.

use proofhouse_sdk::bandit::Bandit;
use proofhouse_sdk::changes::diff_of;
use proofhouse_sdk::host::{Models, Workbench};
use proofhouse_sdk::implementer::{Attempt, Implemented, Problem, Trial};
use proofhouse_sdk::implementing::Implementer;
use proofhouse_sdk::imports::llm::{Message, Model};
use proofhouse_sdk::imports::{Idea, Patch};
use proofhouse_sdk::patching::{PATCHED_BY, observations, patch_labels};
use proofhouse_sdk::prompt::{self, Fence, task};
use proofhouse_sdk::random::Random;
use proofhouse_sdk::rewards::Rewards;
use proofhouse_sdk::{labels, state};

use crate::asking::first_messages;
use crate::config::Config;
use crate::sample::{Sample, Standing};
use crate::summary;
use crate::trying::{Trying, Verdict};

const PLUGIN: &str = "llm-implementer";
const STATE_VERSION: u32 = 1;

/// The implementer for one problem.
#[derive(Debug, Clone, PartialEq)]
pub struct LlmImplementer {
    pub problem: Problem,
    pub config: Config,
    /// Which models write patches that apply and do well.
    bandit: Bandit,
}

impl Implementer for LlmImplementer {
    fn open(problem: Problem, settings: &str, granted: &[Model]) -> Result<LlmImplementer, String> {
        let config = Config::parse(settings, granted)?;
        Ok(LlmImplementer { problem, config, bandit: Bandit::default() })
    }

    fn restore(
        problem: Problem,
        settings: &str,
        granted: &[Model],
        bytes: &[u8],
    ) -> Result<LlmImplementer, String> {
        let mut implementer = LlmImplementer::open(problem, settings, granted)?;
        implementer.bandit = state::restore(PLUGIN, STATE_VERSION, bytes)?;
        Ok(implementer)
    }

    fn save(&self) -> Vec<u8> {
        state::save(PLUGIN, STATE_VERSION, &self.bandit).expect("names and numbers are always JSON")
    }

    /// The first diff, in the order of the samples, that applies and, where that is set, runs.
    fn implement(
        &self,
        idea: &Idea,
        attempts: &[Attempt],
        host: &(impl Models + Workbench),
        random: &mut impl Random,
    ) -> Result<Implemented, String> {
        let fence = Fence::new(random);
        let smoke_runs = self.config.smoke.then_some(self.config.max_smoke_runs);
        let mut trying = Trying::new(host, &self.problem.files, smoke_runs);
        let mut samples =
            self.samples(first_messages(&self.problem, &self.config, idea, attempts, &fence), random);
        let mut asked: Vec<usize> = (0..samples.len()).collect();
        while !asked.is_empty() {
            self.ask(&mut samples, &asked, host, random);
            for &index in &asked {
                self.read(&mut samples[index], attempts, &mut trying);
            }
            if let Some((index, diff)) = winner(&mut samples, &mut trying) {
                return Ok(self.implemented(&samples, index, diff));
            }
            asked = (0..samples.len()).filter(|&index| self.prepare(&mut samples[index], &fence)).collect();
        }
        Err(summary::failure(&samples, &self.config.roster))
    }

    /// Learns from trials which models write patches that do well.
    fn learn(&mut self, finished: &[Trial]) {
        let rewards = Rewards::new(&self.problem, self.config.reward_gain);
        let known = self.config.roster.arms(PATCHED_BY);
        for observation in finished.iter().flat_map(|trial| observations(trial, rewards)) {
            let key = labels::label(PATCHED_BY, &observation.model);
            if known.iter().any(|arm| arm.key == key) || self.bandit.knows(&key) {
                self.bandit.learn(&key, observation.reward, &observation.cost);
            }
        }
    }
}

impl LlmImplementer {
    fn samples(&self, messages: Vec<Message>, random: &mut impl Random) -> Vec<Sample> {
        let arms = self.config.roster.arms(PATCHED_BY);
        let mut sample = || {
            // There is at least one: see `Roster::take`.
            let model = self.bandit.choose(&arms, self.config.policy, random).unwrap_or(0);
            Sample::new(model, messages.clone())
        };
        (0..self.config.samples).map(|_| sample()).collect()
    }

    /// Sends the conversations of `asked`, side by side, and takes the replies.
    fn ask(&self, samples: &mut [Sample], asked: &[usize], host: &impl Models, random: &mut impl Random) {
        let mut requests = Vec::new();
        for sample in asked.iter().map(|&index| &samples[index]) {
            let model = self.config.roster.model(sample.model);
            requests.push(self.config.sampling.request(model, sample.messages.clone(), None, random));
        }
        for (&index, result) in asked.iter().zip(host.complete(&requests)) {
            samples[index].hear(result);
        }
    }

    /// Finds the diff in the last reply, and tries whether it applies.
    fn read(&self, sample: &mut Sample, attempts: &[Attempt], trying: &mut Trying<'_, impl Workbench>) {
        let Standing::Replied(reply) = &sample.standing else { return };
        let diff =
            diff_of(reply, self.config.format, &self.problem.files).and_then(|diff| trying.check(&diff));
        sample.standing = match diff {
            Ok(diff) if task::was_tried(&diff, attempts) => Standing::Unapplied(
                "this is the same change as one that was tried before and failed: change what made it fail"
                    .into(),
            ),
            Ok(diff) => Standing::Applies(diff),
            Err(log) => Standing::Unapplied(log),
        };
    }

    /// Puts the next message into a conversation that may go on. False where it may not.
    fn prepare(&self, sample: &mut Sample, fence: &Fence) -> bool {
        let (template, log) = match &sample.standing {
            Standing::Unapplied(log) if sample.revisions < self.config.revisions => {
                sample.revisions += 1;
                (&self.config.templates.revise, log.clone())
            }
            Standing::Broken(failure) if sample.repairs < self.config.repair => {
                sample.repairs += 1;
                (&self.config.templates.repair, format!("{}\n{}", failure.kind, failure.detail))
            }
            _ => return false,
        };
        let log = fence.tail(&log, self.config.log_characters);
        sample.messages.push(prompt::user(template.render(&[("log", &log)])));
        true
    }

    fn implemented(&self, samples: &[Sample], index: usize, diff: String) -> Implemented {
        let sample = &samples[index];
        let tallies = summary::tallies(samples, &self.config.roster);
        let mut labels = patch_labels(&self.config.roster.model(sample.model).name, &tallies);
        for (name, count) in [("revised", sample.revisions), ("repaired", sample.repairs)] {
            if count > 0 {
                labels.push(labels::label(name, &count.to_string()));
            }
        }
        Implemented { patch: Patch { diff }, labels }
    }
}

/// The first sample, in their order, whose diff applies and runs.
fn winner(samples: &mut [Sample], trying: &mut Trying<'_, impl Workbench>) -> Option<(usize, String)> {
    for (index, sample) in samples.iter_mut().enumerate() {
        let Standing::Applies(diff) = &sample.standing else { continue };
        match trying.smoke(diff) {
            Verdict::Good => return Some((index, diff.clone())),
            Verdict::Bad(failure) => sample.standing = Standing::Broken(failure),
        }
    }
    None
}

#[cfg(test)]
#[path = "implementation_tests.rs"]
mod tests;
