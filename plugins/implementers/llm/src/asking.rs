//! The first messages of every sample.

use proofhouse_sdk::implementer::Attempt;
use proofhouse_sdk::imports::llm::Message;
use proofhouse_sdk::imports::{Direction, Idea};
use proofhouse_sdk::prompt::{self, Fence, capping, files};

use crate::implementation::LlmImplementer;

/// The longest idea, and the longest diff of an earlier attempt.
const MOST_CHARACTERS: usize = 20_000;

/// The system's message, and the task.
pub fn first_messages(
    implementer: &LlmImplementer,
    idea: &Idea,
    attempts: &[Attempt],
    fence: &Fence,
) -> Vec<Message> {
    let problem = &implementer.problem;
    let config = &implementer.config;
    let direction = match problem.metric.direction {
        Direction::Minimize => "lower",
        Direction::Maximize => "higher",
    };
    let idea = format!("{}\n\n{}", capping::line(&idea.title, 200), idea.rationale);
    let idea = fence.bare(&idea, MOST_CHARACTERS);
    let values = [
        ("statement", problem.statement.trim()),
        ("metric", &problem.metric.name),
        ("direction", direction),
        ("files", &files::listing(&problem.files)),
        ("idea", idea.trim()),
        ("attempts", &earlier(attempts, config.log_characters, fence)),
    ];
    let system =
        format!("{}\n{}\n{}", config.templates.system.render(&values), config.format_rules(), fence.rule());
    vec![prompt::system(system), prompt::user(config.templates.implement.render(&values))]
}

/// What was made of this idea before, and how it went.
fn earlier(attempts: &[Attempt], log_characters: usize, fence: &Fence) -> String {
    let told = attempts.iter().enumerate().map(|(index, attempt)| {
        format!(
            "This was attempt {} at the same idea:\n{}It failed:\n{}\n",
            index + 1,
            fence.head(&attempt.diff, MOST_CHARACTERS),
            fence.tail(&attempt.log, log_characters)
        )
    });
    let told: String = told.collect();
    if told.is_empty() { told } else { format!("{told}Carry out the idea so that it does not fail again.\n") }
}
