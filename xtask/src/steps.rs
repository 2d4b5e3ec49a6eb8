//! Steps: each named, timed, and stopped at with the command that repeats it.

use std::fmt;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Why xtask stopped, in words for whoever runs it.
#[derive(Debug)]
pub struct Failure(String);

impl Failure {
    /// A failure that says `message`.
    pub fn new(message: impl Into<String>) -> Failure {
        Failure(message.into())
    }

    /// A file or folder that could not be used.
    pub fn io(doing: &str, path: &std::path::Path, why: &std::io::Error) -> Failure {
        Failure(format!("cannot {doing} {}: {why}", path.display()))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// What was done, and how long it took.
pub struct Steps {
    began: Instant,
}

impl Steps {
    pub fn new() -> Steps {
        Steps { began: Instant::now() }
    }

    /// Since the first step began.
    pub fn elapsed(&self) -> Duration {
        self.began.elapsed()
    }

    /// One step: says its name, does it, and says how long it took.
    pub fn step<T>(&mut self, name: &str, work: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
        eprintln!("==> {name}");
        let began = Instant::now();
        let done = work()?;
        eprintln!("    {name}: {}", seconds(began.elapsed()));
        Ok(done)
    }

    /// A step that is one command. Its output is the terminal's.
    pub fn command(&mut self, name: &str, command: Command) -> Result<(), Failure> {
        self.step(name, || run(name, command))
    }

    /// A step that is not needed now, and why.
    pub fn skip(&mut self, name: &str, why: &str) {
        eprintln!("==> {name}: {why}");
    }
}

/// Runs a command to its end.
pub fn run(name: &str, mut command: Command) -> Result<(), Failure> {
    let shown = show(&command);
    let status = command.status().map_err(|why| Failure(format!("{name}: cannot start `{shown}`: {why}")))?;
    if status.success() {
        Ok(())
    } else {
        Err(Failure(format!(
            "{name} failed ({status}). To repeat it, from the repository's folder:\n    {shown}"
        )))
    }
}

/// What a command prints; its errors go to the terminal.
pub fn output(name: &str, mut command: Command) -> Result<String, Failure> {
    let shown = show(&command);
    let done = command
        .stderr(Stdio::inherit())
        .output()
        .map_err(|why| Failure(format!("{name}: cannot start `{shown}`: {why}")))?;
    if !done.status.success() {
        return Err(Failure(format!("{name} failed ({}). To repeat it:\n    {shown}", done.status)));
    }
    String::from_utf8(done.stdout)
        .map_err(|_| Failure(format!("{name}: `{shown}` printed what is not UTF-8")))
}

/// Does this command run and succeed? Prints nothing.
pub fn succeeds(mut command: Command) -> bool {
    command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

/// A command as one types it.
fn show(command: &Command) -> String {
    let set = command.get_envs().filter_map(|(name, value)| {
        value.map(|value| format!("{}={}", name.to_string_lossy(), quoted(&value.to_string_lossy())))
    });
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let words = words.map(|word| quoted(&word.to_string_lossy()));
    set.chain(words).collect::<Vec<_>>().join(" ")
}

fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,+@".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_string()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

/// A duration as the steps show it.
pub fn seconds(duration: Duration) -> String {
    let seconds = duration.as_secs_f64();
    if seconds < 100.0 {
        format!("{seconds:.1} s")
    } else {
        format!("{:.0} min {:02.0} s", (seconds / 60.0).floor(), seconds % 60.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_command_says_how_to_repeat_it() {
        let mut command = Command::new("sh");
        command.args(["-c", "exit 3"]).env("RUSTDOCFLAGS", "-D warnings");
        let failure = run("a step", command).expect_err("exit 3").to_string();
        assert!(failure.contains("RUSTDOCFLAGS='-D warnings' sh -c 'exit 3'"), "{failure}");
    }

    #[test]
    fn a_program_that_is_not_there_is_named() {
        let failure = run("a step", Command::new("no-such-program-here")).expect_err("absent").to_string();
        assert!(failure.contains("cannot start `no-such-program-here`"), "{failure}");
        assert!(!succeeds(Command::new("no-such-program-here")));
    }

    #[test]
    fn words_are_quoted_for_the_shell() {
        assert_eq!(quoted("it's"), r"'it'\''s'");
        assert_eq!(quoted(""), "''");
        assert_eq!(quoted("--out=a/b.wasm"), "--out=a/b.wasm");
    }

    #[test]
    fn long_times_are_in_minutes() {
        assert_eq!(seconds(Duration::from_millis(1250)), "1.2 s");
        assert_eq!(seconds(Duration::from_secs(125)), "2 min 05 s");
    }
}
