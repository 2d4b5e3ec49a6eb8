//! `proofhouse replay`

use proofhouse_lab::{ReplayResult, Subject};
use proofhouse_types::Outcome;
use serde::Serialize;

use crate::args::ReplayArguments;
use crate::failure::{Failure, Result, Status};
use crate::interrupt::Interrupt;
use crate::machine;
use crate::output::{numbers, print, print_json, untrusted};
use crate::runs;

/// What a replay found, as `--json` prints it. The names are stable.
#[derive(Debug, Serialize)]
struct Replayed {
    run: String,
    trial: u64,
    equal: bool,
    recorded: Ending,
    replayed: Ending,
    device_seconds: f64,
    wall_seconds: f64,
}

#[derive(Debug, Serialize)]
struct Ending {
    outcome: &'static str,
    score: Option<f64>,
    /// The score's bits in hexadecimal: what is compared.
    bits: Option<String>,
    detail: Option<String>,
}

impl Ending {
    fn of(outcome: Outcome) -> Ending {
        let word = outcome.word();
        match outcome {
            Outcome::Scored(score) => Ending {
                outcome: word,
                score: Some(score.value),
                bits: Some(format!("{:016x}", score.value.to_bits())),
                detail: None,
            },
            Outcome::Failed(failure) => {
                Ending { outcome: word, score: None, bits: None, detail: Some(failure.detail) }
            }
        }
    }

    fn sentence(&self) -> String {
        match (&self.score, &self.bits, &self.detail) {
            (Some(score), Some(bits), _) => format!("{score} (bits {bits})"),
            (_, _, Some(detail)) => format!("{}: {}", self.outcome, untrusted::line(detail, 120)),
            _ => self.outcome.to_owned(),
        }
    }
}

/// Runs a trial again and compares.
pub fn run(arguments: &ReplayArguments) -> Result<Status> {
    let (found, trial) = runs::find_trial(&arguments.runs.folder, &arguments.trial)?;
    let interrupt = Interrupt::watch()?;
    let host = machine::host()?;
    let result =
        proofhouse_lab::replay(&found.folder, Subject::Trial(trial), &host, &mut (), &interrupt.token());
    let result = match result {
        Ok(result) => result,
        Err(_) if interrupt.asked() => return Err(Failure::stopped()),
        Err(error) => return Err(machine::cannot_begin(error)),
    };
    let replayed = describe(found.name, trial, result);
    if arguments.json {
        print_json(&replayed)?;
    } else {
        print(&render(&replayed))?;
    }
    Ok(if replayed.equal { Status::Done } else { Status::Failed })
}

fn describe(run: String, trial: u64, result: ReplayResult) -> Replayed {
    Replayed {
        run,
        trial,
        equal: result.equal,
        recorded: Ending::of(result.recorded),
        replayed: Ending::of(result.replayed),
        device_seconds: result.cost.device_seconds,
        wall_seconds: result.cost.wall_seconds,
    }
}

fn render(replayed: &Replayed) -> String {
    let verdict = match (replayed.equal, replayed.recorded.score.is_some()) {
        (true, true) => "equal, bit for bit",
        (true, false) => "equal: it fails in the same way",
        (false, _) => "different",
    };
    format!(
        "trial {} of {}: {verdict}\n  recorded  {}\n  replayed  {}\n  {} on the reference device, {} here\n",
        replayed.trial,
        untrusted::line(&replayed.run, 80),
        replayed.recorded.sentence(),
        replayed.replayed.sentence(),
        numbers::seconds(replayed.device_seconds),
        numbers::seconds(replayed.wall_seconds)
    )
}

#[cfg(test)]
mod tests {
    use proofhouse_types::{Cost, Score};

    use super::*;

    fn result(recorded: f64, replayed: f64) -> ReplayResult {
        let scored = |value| Outcome::Scored(Score { value, standard_error: None, measurements: vec![] });
        ReplayResult {
            subject: Subject::Trial(3),
            recorded: scored(recorded),
            replayed: scored(replayed),
            equal: recorded.to_bits() == replayed.to_bits(),
            cost: Cost::default(),
        }
    }

    #[test]
    fn a_last_bit_is_visible() {
        let text = render(&describe("demo-1".into(), 3, result(0.3, 0.1 + 0.2)));
        assert!(text.starts_with("trial 3 of demo-1: different\n"), "{text}");
        assert!(text.contains("3fd3333333333333") && text.contains("3fd3333333333334"), "{text}");
        assert!(render(&describe("demo-1".into(), 3, result(0.3, 0.3))).contains("equal, bit for bit"));
    }
}
