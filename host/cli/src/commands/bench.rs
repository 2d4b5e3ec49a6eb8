//! `proofhouse bench sandbox`

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use proofhouse_compute::data::TokenStream;
use proofhouse_lab::{Environment, Places};
use proofhouse_sandbox::{CancelToken, Evaluation, Level, Observer, Plugin, Policy, Runtime, Verdict};
use proofhouse_types::{CurvePoint, Outcome};
use serde::Serialize;
use serde_json::{Value, json};

use crate::args::BenchArguments;
use crate::failure::{Failure, Result, Status};
use crate::machine;
use crate::output::{numbers, print, print_json};

/// Says that it runs, and ends.
const FIRST_STATEMENT: &str = "print('ready', flush=True)\nraise SystemExit\n";
/// Interpreter work without a tensor: what a guest instruction costs in wall time here.
const LOOP: &str = "total = 0\nfor i in range(3_000_000):\n    total += i\nraise SystemExit\n";
/// Device seconds of the two training runs whose difference is measured: start and scoring cancel out.
const TRAININGS: [f64; 2] = [1.0, 4.0];

/// What was measured, as `--json` prints it. The names are stable.
#[derive(Debug, Serialize)]
struct Measured {
    /// A fresh Python sandbox to its first statement.
    sandbox_start: Spread,
    /// `python3 -I -c pass` from start to end, where there is a `python3`.
    native_python: Option<Spread>,
    /// Guest instructions in a second of wall time, in a Python loop.
    instructions_per_second: f64,
    /// A training step of the nanogpt environment, where its data are prepared.
    training: Option<Training>,
}

/// Seconds over repetitions.
#[derive(Debug, Serialize)]
struct Spread {
    times: u32,
    min_seconds: f64,
    median_seconds: f64,
    max_seconds: f64,
}

/// Where the time of training goes.
#[derive(Debug, Serialize)]
struct Training {
    /// Wall seconds for the device seconds below.
    wall_seconds: f64,
    /// Device seconds of training that were measured.
    device_seconds: f64,
    /// Guest instructions in that time.
    instructions: u64,
    /// Share of wall time outside tensor operations, which is outside host calls.
    wall_share_outside_tensors: f64,
    /// The same share by the cost model.
    device_share_outside_tensors: f64,
}

/// Measures, and says what was measured.
pub fn run(arguments: &BenchArguments) -> Result<Status> {
    let bench = Bench::open(&machine::places(arguments.components.folder.as_deref()))?;
    let mut starts = Vec::new();
    for _ in 0..arguments.starts {
        starts.push(bench.first_statement()?);
    }
    let native: Option<Vec<f64>> = native_interpreter()
        .and_then(|interpreter| (0..arguments.starts).map(|_| native_python(&interpreter)).collect());
    let rate = bench.loop_rate()?;
    let measured = Measured {
        sandbox_start: spread(starts),
        native_python: native.map(spread),
        instructions_per_second: rate,
        training: bench.training()?,
    };
    if arguments.json {
        print_json(&measured)?;
    } else {
        print(&render(&measured))?;
    }
    Ok(Status::Done)
}

/// The nanogpt environment's parts, loaded once.
struct Bench {
    runtime: Runtime,
    executor: Plugin,
    evaluator: Plugin,
    candidate_policy: Policy,
    evaluator_policy: Policy,
    environment: Environment,
    streams: Option<[TokenStream; 2]>,
}

impl Bench {
    fn open(places: &Places) -> Result<Bench> {
        let environment =
            Environment::read(&places.environments.join("nanogpt")).map_err(machine::cannot_begin)?;
        let runtime = Runtime::new(&machine::cache()?).map_err(Failure::usage)?;
        let load = |name: &str| {
            runtime.load(&places.components.join(format!("{name}.wasm"))).map_err(|error| {
                Failure::usage(error)
                    .hint("`cargo xtask build` builds the plugins; `--components DIR` names another folder")
            })
        };
        let policy = |name: &str| Policy::read(&places.policies.join(name)).map_err(Failure::usage);
        let data = places.data.join(&environment.profile("cpu").map_err(machine::cannot_begin)?.default_data);
        Ok(Bench {
            executor: load(&environment.executor)?,
            evaluator: load(&environment.evaluator)?,
            candidate_policy: policy(&environment.candidate_policy)?,
            evaluator_policy: policy(&environment.evaluator_policy)?,
            streams: streams(&data),
            environment,
            runtime,
        })
    }

    /// Runs `program` as a candidate.
    fn evaluate(&self, program: &str, settings: &Value, observer: &mut dyn Observer) -> Result<Verdict> {
        let profile = self.environment.profile("cpu").map_err(machine::cannot_begin)?;
        let stream = |at: usize, name: &str| -> Vec<(String, TokenStream)> {
            self.streams.iter().map(|streams| (name.to_owned(), streams[at].clone())).collect()
        };
        let evaluation = Evaluation {
            runtime: &self.runtime,
            executor: &self.executor,
            evaluator: &self.evaluator,
            candidate_policy: &self.candidate_policy,
            evaluator_policy: &self.evaluator_policy,
            device: &profile.device,
            files: &[(self.environment.main.clone(), program.to_owned())],
            main: &self.environment.main,
            evaluator_settings: settings,
            seed: 1,
            candidate_data: &stream(0, "train"),
            evaluator_data: &stream(1, "held-out"),
            cancel: CancelToken::new(),
        };
        Ok(evaluation.run(observer))
    }

    /// Seconds from nothing to the first statement of a program.
    fn first_statement(&self) -> Result<f64> {
        let began = Instant::now();
        let mut first = FirstWord(None);
        let verdict = self.evaluate(FIRST_STATEMENT, &json!({}), &mut first)?;
        match first.0 {
            Some(at) => Ok(at.duration_since(began).as_secs_f64()),
            None => Err(Failure::failed(format!(
                "the sandbox did not reach its first statement: {}",
                reason(&verdict)
            ))),
        }
    }

    /// Guest instructions in a second of wall time, without the start of the sandbox.
    fn loop_rate(&self) -> Result<f64> {
        let empty = self.evaluate(FIRST_STATEMENT, &json!({}), &mut Silent)?;
        let busy = self.evaluate(LOOP, &json!({}), &mut Silent)?;
        let instructions = busy.cost.instructions.saturating_sub(empty.cost.instructions);
        let seconds = busy.cost.wall_seconds - empty.cost.wall_seconds;
        if instructions == 0 || seconds <= 0.0 {
            return Err(Failure::failed(format!("the loop was not measured: {}", reason(&busy))));
        }
        Ok(instructions as f64 / seconds)
    }

    /// Two trainings of the unpatched program; what the longer has more of is training and nothing else.
    fn training(&self) -> Result<Option<Training>> {
        if self.streams.is_none() {
            return Ok(None);
        }
        let profile = self.environment.profile("cpu").map_err(machine::cannot_begin)?;
        let main = self.environment.problem.files.iter().find(|file| file.path == self.environment.main);
        let Some(main) = main else { return Ok(None) };
        let mut measured = Vec::new();
        for device_seconds in TRAININGS {
            let mut settings = profile.evaluator_settings.clone();
            settings["train-device-seconds"] = json!(device_seconds);
            settings["rows"] = json!(32);
            let verdict = self.evaluate(&main.text, &settings, &mut Silent)?;
            if verdict.outcome.score().is_none() {
                return Err(Failure::failed(format!(
                    "the unpatched program has no score: {}",
                    reason(&verdict)
                )));
            }
            measured.push(verdict);
        }
        let (short, long) = (&measured[0], &measured[1]);
        let wall_seconds = long.cost.wall_seconds - short.cost.wall_seconds;
        let host_call_seconds = long.host_call_seconds - short.host_call_seconds;
        let device_seconds = long.cost.device_seconds - short.cost.device_seconds;
        let instructions = long.cost.instructions.saturating_sub(short.cost.instructions);
        Ok(Some(Training {
            wall_seconds,
            device_seconds,
            instructions,
            wall_share_outside_tensors: 1.0 - host_call_seconds / wall_seconds,
            device_share_outside_tensors: instructions as f64
                / profile.device.instructions_per_second
                / device_seconds,
        }))
    }
}

/// The prepared streams, where they are.
fn streams(folder: &Path) -> Option<[TokenStream; 2]> {
    let open = |name: &str| TokenStream::open(folder.join(name)).ok();
    Some([open("train.bin")?, open("held-out.bin")?])
}

fn reason(verdict: &Verdict) -> String {
    match &verdict.outcome {
        Outcome::Scored(_) => "it was scored".to_owned(),
        Outcome::Failed(failure) => {
            format!("{}: {}", failure.kind, crate::output::untrusted::line(&failure.detail, 200))
        }
    }
}

/// When the program said its first word.
struct FirstWord(Option<Instant>);

impl Observer for FirstWord {
    fn log(&mut self, _source: &str, _level: Level, _message: &str) {
        self.0.get_or_insert_with(Instant::now);
    }

    fn metric(&mut self, _point: CurvePoint) {}
}

struct Silent;

impl Observer for Silent {
    fn log(&mut self, _source: &str, _level: Level, _message: &str) {}

    fn metric(&mut self, _point: CurvePoint) {}
}

/// The machine's own Python: the interpreter itself, where `python3` is a script that looks for one.
fn native_interpreter() -> Option<PathBuf> {
    let ask = ["-I", "-c", "import sys; print(sys.executable)"];
    let answer = Command::new("python3").args(ask).stdin(Stdio::null()).output().ok()?;
    let path = PathBuf::from(String::from_utf8(answer.stdout).ok()?.trim_end());
    path.is_absolute().then_some(path)
}

/// Seconds that it takes to do nothing.
fn native_python(interpreter: &Path) -> Option<f64> {
    let began = Instant::now();
    let quiet = |mut command: Command| {
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status()
    };
    let mut command = Command::new(interpreter);
    command.args(["-I", "-c", "pass"]);
    let status = quiet(command).ok()?;
    status.success().then(|| began.elapsed().as_secs_f64())
}

fn spread(mut seconds: Vec<f64>) -> Spread {
    seconds.sort_by(f64::total_cmp);
    let at = |place: usize| seconds.get(place).copied().unwrap_or(f64::NAN);
    Spread {
        times: u32::try_from(seconds.len()).unwrap_or(u32::MAX),
        min_seconds: at(0),
        median_seconds: at(seconds.len() / 2),
        max_seconds: at(seconds.len().saturating_sub(1)),
    }
}

fn render(measured: &Measured) -> String {
    let line = |name: &str, spread: &Spread| {
        format!(
            "{name:<44} min {:>7.2} ms   median {:>7.2} ms   max {:>7.2} ms   ({} times)\n",
            spread.min_seconds * 1e3,
            spread.median_seconds * 1e3,
            spread.max_seconds * 1e3,
            spread.times
        )
    };
    let mut text = line("fresh Python sandbox to its first statement", &measured.sandbox_start);
    match &measured.native_python {
        Some(native) => text.push_str(&line("python3 -I -c pass, start to end", native)),
        None => text.push_str("python3 is not installed: nothing to compare with\n"),
    }
    let rate = numbers::count(measured.instructions_per_second as u64);
    text.push_str(&format!("a Python loop in the sandbox: {rate} guest instructions a second\n"));
    match &measured.training {
        Some(training) => text.push_str(&format!(
            "training nanogpt (profile cpu): {} for {} of device time; outside tensor operations {:.1} % of wall time, \
             {:.1} % of device time (cost model)\n",
            numbers::seconds(training.wall_seconds),
            numbers::seconds(training.device_seconds),
            100.0 * training.wall_share_outside_tensors,
            100.0 * training.device_share_outside_tensors
        )),
        None => text.push_str("training is not measured: `cargo xtask demo` prepares the data for it\n"),
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle() {
        let spread = spread(vec![3.0, 1.0, 2.0]);
        assert_eq!(
            (spread.min_seconds, spread.median_seconds, spread.max_seconds, spread.times),
            (1.0, 2.0, 3.0, 3)
        );
    }
}
