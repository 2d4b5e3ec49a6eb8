//! The implementer: a conversation with one model, from an idea to a patch.

use proofhouse_sdk::bandit::Bandit;
use proofhouse_sdk::host::{Models, Workbench, describe};
use proofhouse_sdk::implementer::{Attempt, Implemented, Problem, Trial};
use proofhouse_sdk::implementing::Implementer;
use proofhouse_sdk::imports::llm::{Error, Model};
use proofhouse_sdk::imports::{Idea, Patch};
use proofhouse_sdk::patching::{PATCHED_BY, Tally, failure_mark, observations, patch_labels};
use proofhouse_sdk::prompt::{Fence, capping, files, task};
use proofhouse_sdk::random::Random;
use proofhouse_sdk::rewards::Rewards;
use proofhouse_sdk::{labels, state};

use crate::action::{self, Action, SCHEMA};
use crate::config::Config;
use crate::desk::Desk;
use crate::history::History;

const PLUGIN: &str = "agent-implementer";
const STATE_VERSION: u32 = 1;
/// Calls in a row that a model may leave unanswered.
const MOST_UNANSWERED: u32 = 3;

/// The implementer for one problem.
#[derive(Debug, Clone, PartialEq)]
pub struct AgentImplementer {
    problem: Problem,
    config: Config,
    /// Which models finish, and do well.
    bandit: Bandit,
}

/// How an action ended.
enum Step {
    /// The model is told this, and goes on.
    Told(String),
    /// The change is handed in.
    Done(String),
    /// There will be no patch.
    Ended(String),
}

impl Implementer for AgentImplementer {
    fn open(problem: Problem, settings: &str, granted: &[Model]) -> Result<AgentImplementer, String> {
        let config = Config::parse(settings, granted)?;
        Ok(AgentImplementer { problem, config, bandit: Bandit::default() })
    }

    fn restore(
        problem: Problem,
        settings: &str,
        granted: &[Model],
        bytes: &[u8],
    ) -> Result<AgentImplementer, String> {
        let mut implementer = AgentImplementer::open(problem, settings, granted)?;
        implementer.bandit = state::restore(PLUGIN, STATE_VERSION, bytes)?;
        Ok(implementer)
    }

    fn save(&self) -> Vec<u8> {
        state::save(PLUGIN, STATE_VERSION, &self.bandit).expect("names and numbers are always JSON")
    }

    /// The change that the model hands in.
    fn implement(
        &self,
        idea: &Idea,
        attempts: &[Attempt],
        host: &(impl Models + Workbench),
        random: &mut impl Random,
    ) -> Result<Implemented, String> {
        let arms = self.config.roster.arms(PATCHED_BY);
        // There is at least one: see `Roster::take`.
        let chosen = self.bandit.choose(&arms, self.config.policy, random).unwrap_or(0);
        let model = self.config.roster.model(chosen);
        let tally = |applied| [Tally { model: model.name.clone(), applied, asked: 1 }];
        match self.converse(model, idea, attempts, host, random) {
            Ok((diff, counts)) => {
                let labels = patch_labels(&model.name, &tally(1)).into_iter().chain(counts).collect();
                Ok(Implemented { patch: Patch { diff }, labels })
            }
            Err(why) => Err(format!("the model made no patch {}: {why}", failure_mark(&tally(0)))),
        }
    }

    /// Learns from trials which models finish, and do well.
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

impl AgentImplementer {
    /// The diff that the model hands in, and labels that count what it took.
    fn converse(
        &self,
        model: &Model,
        idea: &Idea,
        attempts: &[Attempt],
        host: &(impl Models + Workbench),
        random: &mut impl Random,
    ) -> Result<(String, Vec<String>), String> {
        let fence = Fence::new(random);
        let mut history = self.first_messages(idea, attempts, &fence);
        let config = &self.config;
        let mut desk =
            Desk::new(&self.problem.files, host, &fence, config.output_characters, config.max_runs);
        let schema = Some(SCHEMA).filter(|_| config.json_schema);
        let mut unanswered = 0;
        for call in 1..=config.max_calls {
            let request = config.sampling.request(model, history.messages(), schema, random);
            let answer = host.complete(&[request]).pop();
            let (reply, step) = match answer {
                Some(Ok(completion)) => {
                    let step = act(&completion.text, &mut desk, attempts);
                    (completion.text, step)
                }
                Some(Err(Error::Truncated(completion))) => {
                    let told = "error: your reply was cut off because it was too long; nothing was done";
                    (completion.text, Step::Told(told.into()))
                }
                Some(Err(Error::Unavailable(_))) | None if unanswered + 1 < MOST_UNANSWERED => {
                    unanswered += 1;
                    continue;
                }
                Some(Err(error)) => return Err(format!("model `{}`: {}", model.name, describe(&error))),
                None => return Err(format!("model `{}` was not asked", model.name)),
            };
            unanswered = 0;
            match step {
                Step::Told(result) => history.push(&reply, with_budget(result, config.max_calls - call)),
                Step::Ended(why) => return Err(why),
                Step::Done(diff) => {
                    let counts = [("calls", call), ("runs", desk.runs)];
                    return Ok((
                        diff,
                        counts.map(|(name, count)| labels::label(name, &count.to_string())).into(),
                    ));
                }
            }
        }
        Err(format!("it did not finish within {} calls", config.max_calls))
    }

    fn first_messages(&self, idea: &Idea, attempts: &[Attempt], fence: &Fence) -> History {
        let config = &self.config;
        let values = [
            ("statement", self.problem.statement.trim()),
            ("metric", &self.problem.metric.name),
            ("direction", task::better(self.problem.metric.direction)),
            ("files", &files::listing(&self.problem.files)),
            ("idea", &task::idea(idea, fence)),
            ("attempts", &task::earlier(attempts, config.output_characters, fence)),
        ];
        let actions = include_str!("prompts/actions.md");
        let system = format!("{}\n{actions}\n{}", config.system.render(&values), Fence::RULE);
        let budget = format!("You have {} calls and {} runs.", config.max_calls, config.max_runs);
        let task = format!("{}{}\n{budget}", fence.announcement(), config.task.render(&values));
        History::new(system, task, config.history_characters)
    }
}

/// Does what a reply says.
fn act(reply: &str, desk: &mut Desk<'_, impl Workbench>, attempts: &[Attempt]) -> Step {
    let (action, count) = match action::parse(reply) {
        Ok(found) => found,
        Err(why) => return Step::Told(format!("error: {why}")),
    };
    let result = match action {
        Action::ReadFile { path, start, end } => desk.read(&path, start, end),
        Action::Search { pattern } => desk.search(&pattern),
        Action::Edit { path, search, replace } => desk.edit(&path, &search, &replace),
        Action::WriteFile { path, text } => desk.write(&path, &text),
        Action::Check {} => desk.checked().map(|_| "the change would be taken".into()),
        Action::Run {} => desk.run(),
        Action::Finish {} => match desk.finished() {
            Ok(Ok(diff)) if task::was_tried(&diff, attempts) => {
                Err("this is the same change as one that was tried before and failed".into())
            }
            Ok(Ok(diff)) => return Step::Done(diff),
            Ok(Err(why)) => return Step::Ended(why),
            Err(why) => Err(why),
        },
        Action::GiveUp { reason } => {
            let reason = capping::line(&reason.unwrap_or_default(), 500);
            return Step::Ended(format!("it gave up: {reason}"));
        }
    };
    let told = result.unwrap_or_else(|why| format!("error: {why}"));
    match count {
        1 => Step::Told(told),
        _ => Step::Told(format!(
            "{told}\nOnly the first of your {count} actions was done: send one at a time."
        )),
    }
}

fn with_budget(result: String, left: u32) -> String {
    match left {
        1 => format!("{result}\n1 call is left: finish now, or give up."),
        _ => format!("{result}\n{left} calls are left."),
    }
}

#[cfg(test)]
#[path = "implementation_tests.rs"]
mod tests;
