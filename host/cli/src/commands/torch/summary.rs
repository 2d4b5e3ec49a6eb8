//! What a program used.

use proofhouse_sandbox::{ProgramEnd, Run};
use serde::Serialize;

use crate::failure::Status;
use crate::output::numbers;

/// As `--json` writes it. The names are stable.
#[derive(Debug, Serialize)]
pub(super) struct Summary {
    /// `exited`, `raised`, `exhausted`, `crashed` or `cancelled`.
    end: &'static str,
    status: u8,
    peak_tensor_bytes: u64,
    device_seconds: f64,
    host_calls: u64,
    instructions: u64,
    python_seconds: f64,
    wall_seconds: f64,
}

impl Summary {
    /// Of a run that ends this process with `status`.
    pub(super) fn of(run: &Run, status: Status) -> Summary {
        let end = match run.end {
            ProgramEnd::Exited(_) => "exited",
            ProgramEnd::Raised => "raised",
            ProgramEnd::Exhausted(_) => "exhausted",
            ProgramEnd::Crashed(_) => "crashed",
            ProgramEnd::Cancelled => "cancelled",
        };
        Summary {
            end,
            status: status.code(),
            peak_tensor_bytes: run.used.peak_tensor_bytes,
            device_seconds: run.used.device_seconds,
            host_calls: run.used.host_calls,
            instructions: run.used.instructions,
            python_seconds: run.used.guest.as_secs_f64(),
            wall_seconds: run.used.wall.as_secs_f64(),
        }
    }

    /// Lines for a person, or one line of JSON.
    pub(super) fn written(&self, json: bool) -> String {
        if json {
            // Numbers and a word: there is nothing in it that JSON cannot hold, but an endless number, as null.
            return serde_json::to_string(self).unwrap_or_default() + "\n";
        }
        format!(
            "\ndevice memory  {} at most\ndevice time    {:.3} s\nhost calls     {}\nPython time    {:.2} s, {} \
             instructions\nwall time      {:.2} s\n",
            bytes(self.peak_tensor_bytes),
            self.device_seconds,
            numbers::count(self.host_calls),
            self.python_seconds,
            numbers::count(self.instructions),
            self.wall_seconds,
        )
    }
}

/// In the unit that has few digits.
fn bytes(count: u64) -> String {
    let (kib, count) = (1024.0, count as f64);
    match count {
        _ if count < kib * kib => format!("{:.1} KiB", count / kib),
        _ if count < kib * kib * kib => format!("{:.1} MiB", count / (kib * kib)),
        _ => format!("{:.2} GiB", count / (kib * kib * kib)),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proofhouse_sandbox::Used;

    use super::*;

    #[test]
    fn it_reads_well_for_people_and_programs() {
        let used = Used {
            peak_tensor_bytes: 3 << 20,
            device_seconds: 0.25,
            host_calls: 1_200_000,
            instructions: 812,
            guest: Duration::from_millis(1500),
            wall: Duration::from_secs(2),
        };
        let run = Run { end: ProgramEnd::Exited(3), used };
        let summary = Summary::of(&run, Status::Program(3));
        let text = summary.written(false);
        for words in ["3.0 MiB", "0.250 s", "1.20 M", "1.50 s, 812", "2.00 s"] {
            assert!(text.contains(words), "{text}");
        }
        let json: serde_json::Value = serde_json::from_str(&summary.written(true)).unwrap();
        assert_eq!((&json["end"], &json["status"]), (&"exited".into(), &3.into()));
        assert_eq!(json["peak_tensor_bytes"], 3 << 20);
    }
}
