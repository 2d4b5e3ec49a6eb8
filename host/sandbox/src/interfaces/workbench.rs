//! `proofhouse:lab/workbench`: where an implementer tries a diff.

use std::time::Instant;

use proofhouse_types::Failure;
use wasmtime::component::Linker;

use crate::bindings::searcher::proofhouse::lab::types::Failure as WitFailure;
use crate::ideator::LONGEST_PATCH;
use crate::state::{GuestState, Stop, host_call};
use crate::workbench::Smoke;

pub(super) const NAME: &str = "proofhouse:lab/workbench@0.1.0";

/// The kind of a failure that is none of the program's.
const NOT_GRANTED: &str = "not-granted";

pub(super) fn link(linker: &mut Linker<GuestState>) -> wasmtime::Result<()> {
    let mut instance = linker.instance(NAME)?;
    instance
        .func_wrap("check", |cx, (diff,): (String,)| host_call(cx, |state| Ok((check(state, &diff),))))?;
    instance.func_wrap("smoke", |cx, (diff,): (String,)| host_call(cx, |state| Ok((smoke(state, &diff)?,))))
}

fn check(state: &GuestState, diff: &str) -> Result<(), WitFailure> {
    let Some(bench) = &state.bench.bench else { return Err(no_bench()) };
    fits(diff)?;
    bench.check(diff).map_err(failure)
}

fn smoke(state: &mut GuestState, diff: &str) -> wasmtime::Result<Result<String, WitFailure>> {
    let Some(bench) = state.bench.bench.clone() else { return Ok(Err(no_bench())) };
    if let Err(too_long) = fits(diff) {
        return Ok(Err(too_long));
    }
    if state.bench.runs_left == 0 {
        let granted = state.bench.runs_granted;
        return Ok(Err(not_granted(format!("smoke-runs: the policy grants {granted} a call"))));
    }
    state.bench.runs_left -= 1;
    let began = Instant::now();
    let ended = bench.smoke(diff);
    // The program ran elsewhere, within limits of its own.
    state.wall.exclude(began.elapsed());
    match ended {
        Smoke::Passed(tail) => Ok(Ok(tail)),
        Smoke::Failed(why) => Ok(Err(failure(why))),
        Smoke::NotGranted(why) => Ok(Err(not_granted(why))),
        Smoke::Stopped => Err(state.halt(Stop::Cancelled)),
    }
}

fn fits(diff: &str) -> Result<(), WitFailure> {
    if diff.len() <= LONGEST_PATCH {
        return Ok(());
    }
    let detail = format!("a patch of {} bytes, {LONGEST_PATCH} allowed", diff.len());
    Err(WitFailure { kind: "refused".to_owned(), detail })
}

fn failure(failure: Failure) -> WitFailure {
    WitFailure { kind: failure.kind.as_str().to_owned(), detail: failure.detail }
}

fn no_bench() -> WitFailure {
    not_granted("this call has no workbench: only `implement` does".to_owned())
}

fn not_granted(detail: String) -> WitFailure {
    WitFailure { kind: NOT_GRANTED.to_owned(), detail }
}
