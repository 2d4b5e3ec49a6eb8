//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// Proves research ideas by running them in sandboxes.
#[derive(Debug, Parser)]
#[command(name = "proofhouse", version, about, disable_help_subcommand = true, propagate_version = true)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run a Python file written for PyTorch in a sandbox, print what it prints, and say what it used
    #[command(after_help = TORCH_HELP, override_usage = TORCH_USAGE)]
    Torch(TorchArguments),
    /// Start a run from a run file
    Run(RunArguments),
    /// Go on with a run that was interrupted
    Resume(ResumeArguments),
    /// Write a run's report as one HTML page
    Report(ReportArguments),
    /// Show one trial: idea, outcome, diff, curve, cost
    Show(TrialArguments),
    /// Run one trial again and compare its score bit for bit
    Replay(ReplayArguments),
    /// List the runs
    List(ListArguments),
    /// Run jobs that a lab sends on standard input
    #[command(hide = true)]
    Worker,
    /// Check and look into a run's language models
    Models {
        /// What to do.
        #[command(subcommand)]
        command: ModelsCommand,
    },
    /// Make data sets
    Corpus {
        /// What to do.
        #[command(subcommand)]
        command: CorpusCommand,
    },
    /// Measure this machine
    Bench {
        /// What to measure.
        #[command(subcommand)]
        command: BenchCommand,
    },
}

/// Where the runs are.
#[derive(Debug, Clone, Args)]
pub struct RunsFolder {
    /// Folder that holds the runs
    #[arg(id = "runs", long = "runs", value_name = "DIR", default_value = "runs")]
    pub folder: PathBuf,
}

/// Where the components are.
#[derive(Debug, Clone, Args)]
pub struct ComponentsFolder {
    /// Folder with the plugins' .wasm components [default: target/guests, here or beside the program]
    #[arg(id = "components", long = "components", value_name = "DIR")]
    pub folder: Option<PathBuf>,
}

const TORCH_USAGE: &str = "proofhouse torch [OPTIONS] FILE.py [ARGS]... [--data NAME=FILE]...";

const TORCH_HELP: &str = "\
Options stand before FILE.py. What follows it is the program's, except `--data NAME=FILE` (its value has a `=`), which may \
stand there too, up to a `--`; the first `--` is left out, and all that follows it is the program's. A `--data` without \
a `=` after FILE.py is the program's.

The program reads what is granted by NAME: `open(NAME)`, `pathlib.Path(NAME)`, `proofhouse.tokens(NAME)`. It can import \
the Python files beside it and below its folder. What it writes stays in the sandbox, and is gone when it ends.

Exit status: the program's own; 1 where an exception or a limit ended it; 2 for wrong usage; 130 after Ctrl-C.";

/// `proofhouse torch`
#[derive(Debug, Args)]
pub struct TorchArguments {
    /// Let the program read FILE, which it calls NAME; as often as there are files
    #[arg(long, value_name = "NAME=FILE")]
    pub data: Vec<String>,
    /// Device seconds that the program may use [default: by the policy, a day]
    #[arg(long, value_name = "S", value_parser = positive_seconds)]
    pub seconds: Option<f64>,
    /// MiB of tensors that it may hold at once [default: by the policy, 8192]
    #[arg(long, value_name = "MIB", value_parser = clap::value_parser!(u64).range(1..))]
    pub memory: Option<u64>,
    /// Everything it may use up [default: sandbox-policies/program.toml]
    #[arg(long, value_name = "FILE")]
    pub policy: Option<PathBuf>,
    /// Where the components are.
    #[command(flatten)]
    pub components: ComponentsFolder,
    /// Say at the end as one line of JSON, on standard error, what was used
    #[arg(long)]
    pub json: bool,
    /// The program, and what it gets as arguments
    #[arg(
        value_name = "FILE.py [ARGS]",
        required = true,
        trailing_var_arg = true,
        allow_hyphen_values = true
    )]
    pub program: Vec<String>,
}

fn positive_seconds(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(seconds) if seconds > 0.0 && seconds.is_finite() => Ok(seconds),
        _ => Err("a number of seconds is more than 0".to_owned()),
    }
}

/// `proofhouse run`
#[derive(Debug, Args)]
pub struct RunArguments {
    /// Run file (TOML)
    pub file: PathBuf,
    /// Candidates at a time; overrides the run file
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1024))]
    pub workers: Option<u32>,
    /// Seed of everything random; overrides the run file
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Data to train on and to hold out: a text, a .bin shard, or a prepared folder; overrides the run file
    #[arg(long, value_name = "FILE")]
    pub data: Option<PathBuf>,
    /// Recorded answers in place of the language models: a run (as for `resume`), its folder, or a file that `record`
    /// wrote. No key is read and nothing is sent
    #[arg(long, value_name = "RUN|FILE")]
    pub replay: Option<String>,
    /// Limits of the language models' budget; override the run file.
    #[command(flatten)]
    pub budget: BudgetArguments,
    /// Where the runs are.
    #[command(flatten)]
    pub runs: RunsFolder,
    /// Where the components are.
    #[command(flatten)]
    pub components: ComponentsFolder,
    /// One JSON object per event, one a line
    #[arg(long)]
    pub json: bool,
}

/// What a run may use up of its language models.
#[derive(Debug, Clone, Copy, Default, Args)]
pub struct BudgetArguments {
    /// Dollars for language models, over the whole run
    #[arg(long, value_name = "USD")]
    pub max_usd: Option<f64>,
    /// Tokens, in and out, over the whole run
    #[arg(long, value_name = "N")]
    pub max_tokens: Option<u64>,
    /// Requests to language models, retries included, over the whole run
    #[arg(long, value_name = "N")]
    pub max_requests: Option<u64>,
}

/// `proofhouse resume`
#[derive(Debug, Args)]
pub struct ResumeArguments {
    /// Run: name of its folder, a unique beginning of it, or `latest`
    #[arg(default_value = "latest")]
    pub run: String,
    /// Candidates at a time; as before where left out
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1024))]
    pub workers: Option<u32>,
    /// Go on although components or data have changed; the change is recorded
    #[arg(long)]
    pub allow_changed: bool,
    /// Limits of the language models' budget; as before where left out.
    #[command(flatten)]
    pub budget: BudgetArguments,
    /// Where the runs are.
    #[command(flatten)]
    pub runs: RunsFolder,
    /// One JSON object per event, one a line
    #[arg(long)]
    pub json: bool,
}

/// `proofhouse report`
#[derive(Debug, Args)]
pub struct ReportArguments {
    /// Run: name of its folder, a unique beginning of it, or `latest`
    #[arg(default_value = "latest")]
    pub run: String,
    /// Where to write the page [default: report.html in the run's folder]
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Where the runs are.
    #[command(flatten)]
    pub runs: RunsFolder,
    /// Say where the page is and what the run came to as JSON
    #[arg(long)]
    pub json: bool,
}

/// `proofhouse show`
#[derive(Debug, Args)]
pub struct TrialArguments {
    /// Trial: `RUN/12`, or `12` of the latest run; `best` in place of the number
    pub trial: String,
    /// Where the runs are.
    #[command(flatten)]
    pub runs: RunsFolder,
    /// As JSON
    #[arg(long)]
    pub json: bool,
}

/// `proofhouse replay`
#[derive(Debug, Args)]
pub struct ReplayArguments {
    /// Trial: `RUN/12`, or `12` of the latest run; `best` in place of the number
    pub trial: String,
    /// Where the runs are.
    #[command(flatten)]
    pub runs: RunsFolder,
    /// As JSON
    #[arg(long)]
    pub json: bool,
}

/// `proofhouse list`
#[derive(Debug, Args)]
pub struct ListArguments {
    /// Where the runs are.
    #[command(flatten)]
    pub runs: RunsFolder,
    /// As JSON
    #[arg(long)]
    pub json: bool,
}

/// `proofhouse models`
#[derive(Debug, Subcommand)]
pub enum ModelsCommand {
    /// Ask each model of a run file for one word: does it answer, how fast, at what price
    Check(CheckArguments),
    /// Show what was asked of language models in a run, and what they answered
    Log(LogArguments),
}

/// `proofhouse models check`
#[derive(Debug, Args)]
pub struct CheckArguments {
    /// Run file (TOML) with the models
    pub file: PathBuf,
    /// Only this model; all where left out
    #[arg(long, value_name = "NAME")]
    pub model: Option<String>,
    /// As JSON
    #[arg(long)]
    pub json: bool,
}

/// `proofhouse models log`
#[derive(Debug, Args)]
pub struct LogArguments {
    /// Run: name of its folder, a unique beginning of it, or `latest`
    #[arg(default_value = "latest")]
    pub run: String,
    /// Show this exchange whole, by its number
    #[arg(long, value_name = "N")]
    pub exchange: Option<u64>,
    /// Where the runs are.
    #[command(flatten)]
    pub runs: RunsFolder,
    /// As JSON
    #[arg(long)]
    pub json: bool,
}

/// `proofhouse corpus`
#[derive(Debug, Subcommand)]
pub enum CorpusCommand {
    /// Split text into a part to train on and a part that is held out, as shards with digests
    Prepare(PrepareArguments),
}

/// `proofhouse corpus prepare`
#[derive(Debug, Args)]
pub struct PrepareArguments {
    /// One text or .bin shard: its last twentieth is held out
    #[arg(required_unless_present = "from", conflicts_with = "from")]
    pub file: Option<PathBuf>,
    /// A list of crates, one a line as NAME VERSION FOLDER: one of twenty of their Rust files is held out
    #[arg(long, value_name = "LIST")]
    pub from: Option<PathBuf>,
    /// Folder for train.bin, held-out.bin and corpus.json; a single FILE gets a folder of its own below it
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Say what was written as JSON
    #[arg(long)]
    pub json: bool,
}

/// `proofhouse bench`
#[derive(Debug, Subcommand)]
pub enum BenchCommand {
    /// A fresh Python sandbox to its first statement, and where the time of a training step goes
    Sandbox(BenchArguments),
}

/// `proofhouse bench sandbox`
#[derive(Debug, Args)]
pub struct BenchArguments {
    /// How often a sandbox is started
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub starts: u32,
    /// Where the components are.
    #[command(flatten)]
    pub components: ComponentsFolder,
    /// As JSON
    #[arg(long)]
    pub json: bool,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn options_after_the_program_are_the_programs() {
        let torch = |line: &str| match Arguments::try_parse_from(line.split(' ')).unwrap().command {
            Command::Torch(torch) => torch,
            other => panic!("{other:?}"),
        };
        let parsed =
            torch("proofhouse torch --data a=b --seconds 3 x.py --seconds 4 --help --data c=d -- -v");
        assert_eq!((parsed.data, parsed.seconds), (vec!["a=b".to_owned()], Some(3.0)));
        assert_eq!(parsed.program, ["x.py", "--seconds", "4", "--help", "--data", "c=d", "--", "-v"]);
        assert_eq!(torch("proofhouse torch x.py").program, ["x.py"]);
        for wrong in ["torch", "torch --seconds 0 x.py", "torch --seconds inf x.py", "torch --memory 0 x.py"]
        {
            assert!(Arguments::try_parse_from(format!("proofhouse {wrong}").split(' ')).is_err(), "{wrong}");
        }
    }

    #[test]
    fn defaults_and_overrides() {
        let parse =
            |line: &str| Arguments::try_parse_from(line.split(' ')).map(|arguments| arguments.command);
        let Ok(Command::Run(run)) =
            parse("proofhouse run a.toml --seed 3 --workers 2 --components c --runs r")
        else {
            panic!("a run");
        };
        assert_eq!((run.seed, run.workers), (Some(3), Some(2)));
        assert_eq!((run.components.folder, run.runs.folder), (Some("c".into()), "r".into()));
        let Ok(Command::Report(report)) = parse("proofhouse report") else { panic!("a report") };
        assert_eq!((report.run.as_str(), report.runs.folder), ("latest", "runs".into()));
        assert!(parse("proofhouse corpus prepare --out d --from l").is_ok());
        assert!(parse("proofhouse corpus prepare --out d f --json").is_ok());
        for wrong in [
            "run",
            "run a.toml --workers 0",
            "corpus prepare --out d",
            "corpus prepare f --from l --out d",
            "frob",
        ] {
            assert!(parse(&format!("proofhouse {wrong}")).is_err(), "{wrong}");
        }
    }
}
