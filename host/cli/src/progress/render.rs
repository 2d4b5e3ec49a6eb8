//! The board as lines of text.

use std::time::Instant;

use proofhouse_types::Outcome;

use super::board::{Board, Running, Work};
use crate::output::terminal::{Style, Terminal};
use crate::output::{numbers, sparkline, untrusted};

/// Width of a title in a line about something that runs.
const TITLE: usize = 44;

/// The line about the run: epoch, and what stands.
pub fn status(board: &Board, now: Instant, terminal: Terminal) -> String {
    let at = match (board.epoch, board.plan.epochs) {
        (Some(epoch), Some(epochs)) => format!("epoch {epoch} (last: {})", epochs.saturating_sub(1)),
        (Some(epoch), None) => format!("epoch {epoch}"),
        (None, _) => format!("baseline {} of {}", board.baselines_done, board.plan.baselines),
    };
    format!("{at} · {}", standing(board, now, terminal))
}

/// What stands so far: trials, best against baseline, time left.
pub fn standing(board: &Board, now: Instant, terminal: Terminal) -> String {
    let mut parts = vec![match board.plan.trials {
        Some(trials) => format!("{} of {trials} trials", board.finished),
        None => format!("{} trials", board.finished),
    }];
    if let Some(best) = board.best {
        let gain = board.gain(best.score).map_or_else(String::new, |gain| {
            let style = if gain > 0.0 { Style::Green } else { Style::Red };
            format!(" ({})", terminal.paint(style, &numbers::gain(gain)))
        });
        parts.push(format!("best {}{gain}, trial {}", numbers::score(best.score), best.trial));
    }
    parts.extend(baseline(board));
    if !board.implementing.is_empty() {
        parts.push(format!("{} being written", board.implementing.len()));
    }
    if board.models.requests > 0 {
        parts.push(format!("{} USD for models", numbers::usd(board.models.usd)));
    }
    if let Some(left) = board.seconds_left(now) {
        parts.push(format!("about {} left", numbers::rough_seconds(left)));
    }
    parts.join(" · ")
}

/// `baseline 3.2843 ± 0.0050`
pub fn baseline(board: &Board) -> Option<String> {
    let mean = board.baseline()?;
    let spread = board.spread().map_or_else(String::new, |spread| format!(" ± {}", numbers::score(spread)));
    Some(format!("baseline {}{spread}", numbers::score(mean)))
}

/// The line about something that runs: number, title, curve, latest value, device seconds.
pub fn running(work: Work, running: &Running, terminal: Terminal) -> String {
    let name = match work {
        Work::Baseline(_) => "base".to_owned(),
        Work::Trial(trial) => trial.to_string(),
    };
    let title = untrusted::line(&running.title, TITLE);
    let pad = " ".repeat(TITLE.saturating_sub(title.chars().count()));
    let curve = match (&running.curve, running.values.last()) {
        (Some(curve), Some(last)) => format!(
            "{:<16} {} {}",
            sparkline::sparkline(&running.values, 16),
            numbers::score(*last),
            terminal.paint(Style::Dim, &untrusted::line(curve, 16))
        ),
        _ => terminal.paint(Style::Dim, "no curve yet"),
    };
    format!("{name:>5}  {title}{pad}  {:>7}  {curve}", numbers::seconds(running.device_seconds))
}

/// The line about something that ended.
pub fn finished(
    board: &Board,
    work: Work,
    title: &str,
    outcome: &Outcome,
    is_best: bool,
    terminal: Terminal,
) -> String {
    let name = match work {
        Work::Baseline(index) => format!("baseline {}", index + 1),
        Work::Trial(trial) => format!("trial {trial}"),
    };
    let result = match outcome {
        Outcome::Scored(score) => {
            let gain = match (work, board.gain(score.value)) {
                (Work::Trial(_), Some(gain)) => {
                    let style = if gain > 0.0 { Style::Green } else { Style::Dim };
                    format!(" {}", terminal.paint(style, &format!("({})", numbers::gain(gain))))
                }
                _ => String::new(),
            };
            let best = if is_best { terminal.paint(Style::Bold, " best so far") } else { String::new() };
            format!("{}{gain}{best}", numbers::score(score.value))
        }
        Outcome::Failed(failure) => {
            // A traceback's last line says what was raised; other details begin with what matters.
            let line = if failure.detail.starts_with("Traceback") {
                failure.detail.trim().lines().next_back()
            } else {
                failure.detail.trim().lines().next()
            };
            let reason = untrusted::line(line.unwrap_or(""), 90);
            let reason = if reason.is_empty() { reason } else { format!(": {reason}") };
            format!("{}{reason}", terminal.paint(Style::Red, failure.kind.as_str()))
        }
    };
    let title = untrusted::line(title, 70);
    if title.is_empty() { format!("{name}: {result}") } else { format!("{name}: {result}  {title}") }
}

#[cfg(test)]
mod tests {
    use proofhouse_types::{CurvePoint, Direction, FailureKind, Score};

    use super::super::board::Plan;
    use super::*;

    fn scored(value: f64) -> Outcome {
        Outcome::Scored(Score { value, standard_error: None, measurements: vec![] })
    }

    #[test]
    fn the_lines_say_what_matters() {
        let now = Instant::now();
        let plan = Plan { baselines: 2, epochs: Some(4), trials: Some(24) };
        let mut board = Board::new(Direction::Minimize, 2, plan);
        assert_eq!(status(&board, now, Terminal::plain()), "baseline 0 of 2 · 0 of 24 trials");
        board.finish(Work::Baseline(0), &scored(3.28), now);
        board.finish(Work::Baseline(1), &scored(3.29), now);
        board.epoch = Some(0);
        board.start(Work::Trial(0), "Squared\nReLU", now);
        board.metric(Work::Trial(0), &CurvePoint { name: "train loss".into(), step: 1, value: 4.0 });
        board.metric(Work::Trial(0), &CurvePoint { name: "train loss".into(), step: 2, value: 3.5 });
        let line = running(Work::Trial(0), &board.running[&Work::Trial(0)], Terminal::plain());
        assert!(line.starts_with("    0  Squared ReLU"), "{line}");
        assert!(line.ends_with("█▁               3.5000 train loss"), "{line}");
        let best = board.finish(Work::Trial(0), &scored(3.2), now);
        assert_eq!(
            finished(&board, Work::Trial(0), "Squared ReLU", &scored(3.2), best, Terminal::plain()),
            "trial 0: 3.2000 (+0.0850) best so far  Squared ReLU"
        );
        assert_eq!(
            status(&board, now, Terminal::plain()),
            "epoch 0 (last: 3) · 1 of 24 trials · best 3.2000 (+0.0850), trial 0 · baseline 3.2850 ± 0.0071 · about 0 s left"
        );
    }

    #[test]
    fn a_traceback_is_told_by_its_last_line() {
        let board = Board::new(Direction::Minimize, 2, Plan::default());
        let outcome = Outcome::failed(
            FailureKind::Crashed,
            "Traceback (most recent call last):\n  x\nValueError: no\u{1b}[2J\n",
        );
        assert_eq!(
            finished(&board, Work::Trial(3), "", &outcome, false, Terminal::plain()),
            "trial 3: crashed: ValueError: no⟨U+001B⟩[2J"
        );
    }
}
