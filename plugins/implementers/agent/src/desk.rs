//! The model's copy of the program, and what its actions do there.

use proofhouse_sdk::changes::Workspace;
use proofhouse_sdk::host::Workbench;
use proofhouse_sdk::imports::{Failure, SourceFile};
use proofhouse_sdk::prompt::{Fence, capping, files};

/// The most places that a search tells of.
const MOST_PLACES: usize = 50;

/// Where the model works.
pub struct Desk<'a, W> {
    workspace: Workspace,
    workbench: &'a W,
    fence: &'a Fence,
    output_characters: usize,
    runs_left: u32,
    /// Of the runs that were made, for the label.
    pub runs: u32,
    /// False from when the host says so.
    smoke_granted: bool,
    /// The diff that got through a run.
    passed: Option<String>,
}

/// What a run came to.
enum Run {
    Passed(String),
    Failed(Failure),
    /// There is none, or no more; or the host failed.
    Unknown,
}

impl<'a, W: Workbench> Desk<'a, W> {
    /// A copy of the program. `max_runs` are for the model; one more is for what it hands in.
    pub fn new(
        program: &[SourceFile],
        workbench: &'a W,
        fence: &'a Fence,
        output_characters: usize,
        max_runs: u32,
    ) -> Self {
        Desk {
            workspace: Workspace::new(program),
            workbench,
            fence,
            output_characters,
            runs_left: max_runs.saturating_add(1),
            runs: 0,
            smoke_granted: true,
            passed: None,
        }
    }

    /// Lines `start` to `end` of a file.
    pub fn read(&self, path: &str, start: Option<usize>, end: Option<usize>) -> Result<String, String> {
        let Some(text) = self.workspace.text(path) else {
            let paths: Vec<&str> = self.workspace.files().map(|(path, _)| path).collect();
            return Err(format!("there is no `{path}`: there are {}", paths.join(", ")));
        };
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        let start = start.unwrap_or(1).clamp(1, lines.len().max(1));
        let end = end.unwrap_or(lines.len()).clamp(start - 1, lines.len());
        let shown = capping::head(&lines[start - 1..end].concat(), self.output_characters);
        Ok(format!("{path}, lines {start} to {end} of {}:\n{}", lines.len(), files::fenced(&shown)))
    }

    /// Every line that has `pattern`.
    pub fn search(&self, pattern: &str) -> Result<String, String> {
        if pattern.is_empty() {
            return Err("the pattern is empty: give the text to look for".into());
        }
        let mut found = Vec::new();
        for (path, text) in self.workspace.files() {
            let lines = text.lines().enumerate().filter(|(_, line)| line.contains(pattern));
            found.extend(lines.map(|(at, line)| format!("{path}:{}: {line}\n", at + 1)));
        }
        // A pattern of several lines stands in no single one.
        if found.is_empty() {
            return Ok("it stands in no line of any file".into());
        }
        let more = found.len().saturating_sub(MOST_PLACES);
        found.truncate(MOST_PLACES);
        let more = if more > 0 { format!("and in {more} more lines") } else { String::new() };
        Ok(format!("{}{more}", files::fenced(&capping::head(&found.concat(), self.output_characters))))
    }

    /// Replaces a text that stands in a file exactly once.
    pub fn edit(&mut self, path: &str, search: &str, replace: &str) -> Result<String, String> {
        self.workspace.replace_once(path, search, replace).map(|()| "replaced".into())
    }

    /// Writes a file in full.
    pub fn write(&mut self, path: &str, text: &str) -> Result<String, String> {
        self.workspace.write(path, text).map(|()| "written".into())
    }

    /// The change as it is now, which the patch tool takes.
    pub fn checked(&self) -> Result<String, String> {
        let diff = self.workspace.diff().ok_or("nothing is changed yet: the program is as it was")?;
        match self.workbench.check(&diff) {
            Ok(()) => Ok(diff),
            Err(failure) => Err(format!(
                "the change would not be taken:\n{}",
                self.fence.tail(&failure.detail, self.output_characters)
            )),
        }
    }

    /// Runs the program for the model.
    pub fn run(&mut self) -> Result<String, String> {
        let diff = self.checked()?;
        if self.runs_left <= 1 {
            return Err("no run is left: finish, and the change is run once more; or give up".into());
        }
        match self.run_once(&diff) {
            Run::Passed(output) => Ok(format!(
                "it ran; the end of what it printed:\n{}",
                self.fence.tail(&output, self.output_characters)
            )),
            Run::Failed(failure) => Err(self.told(&failure)),
            Run::Unknown => Err("the program cannot be run here: check the change, and finish".into()),
        }
    }

    /// The change that is handed in: it is taken, and it ran as it is now, if it can be run. An inner error means that
    /// nothing more can be tried.
    pub fn finished(&mut self) -> Result<Result<String, String>, String> {
        let diff = self.checked()?;
        if self.passed.as_ref() == Some(&diff) || !self.smoke_granted {
            return Ok(Ok(diff));
        }
        if self.runs_left == 0 {
            return Ok(Err("the change did not get through any of the runs that are granted".into()));
        }
        match self.run_once(&diff) {
            Run::Passed(_) | Run::Unknown => Ok(Ok(diff)),
            Run::Failed(failure) => Err(format!("it is not handed in: {}", self.told(&failure))),
        }
    }

    fn run_once(&mut self, diff: &str) -> Run {
        self.runs_left = self.runs_left.saturating_sub(1);
        match self.workbench.smoke(diff) {
            Ok(output) => {
                self.runs += 1;
                self.passed = Some(diff.to_owned());
                Run::Passed(output)
            }
            Err(failure) if failure.kind == "not-granted" => {
                self.smoke_granted = false;
                Run::Unknown
            }
            // The host failed, or was stopped: that says nothing of the change.
            Err(failure) if matches!(failure.kind.as_str(), "lost" | "cancelled") => Run::Unknown,
            Err(failure) => {
                self.runs += 1;
                Run::Failed(failure)
            }
        }
    }

    fn told(&self, failure: &Failure) -> String {
        let log = format!("{}\n{}", failure.kind, failure.detail);
        format!("the changed program did not get through:\n{}", self.fence.tail(&log, self.output_characters))
    }
}
