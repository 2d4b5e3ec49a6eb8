//! The first messages of every sample.

use proofhouse_sdk::implementer::{Attempt, Problem};
use proofhouse_sdk::imports::Idea;
use proofhouse_sdk::imports::llm::Message;
use proofhouse_sdk::prompt::{self, Fence, files, task};

use crate::config::Config;

/// The system's message, and the task.
pub fn first_messages(
    problem: &Problem,
    config: &Config,
    idea: &Idea,
    attempts: &[Attempt],
    fence: &Fence,
) -> Vec<Message> {
    let values = [
        ("statement", problem.statement.trim()),
        ("metric", &problem.metric.name),
        ("direction", task::better(problem.metric.direction)),
        ("files", &files::listing(&problem.files)),
        ("idea", &task::idea(idea, fence)),
        ("attempts", &task::earlier(attempts, config.log_characters, fence)),
    ];
    let rules = format!("{}\n{}", config.format_rules(), Fence::RULE);
    let system = format!("{}\n{rules}", config.templates.system.render(&values));
    let task = format!("{}{}", fence.announcement(), config.templates.implement.render(&values));
    vec![prompt::system(system), prompt::user(task)]
}
