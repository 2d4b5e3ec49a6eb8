//! Every field of a policy, reached and not reached; and who is to blame for what.

mod guests;

use guests::{Heard, Setting, evaluator, evaluator_with, executor, policy};

const ONE: &str = "(call $number (f64.const 1))";
const LOOP: &str = "(loop $again (br $again)) (unreachable)";

/// What becomes of a candidate with this `invoke` under the candidate's policy with `changes`.
fn outcome(invoke: &str, more: &str, seconds: f64, changes: &[(&str, &str)]) -> String {
    let mut setting = Setting::new(&executor("", invoke, more), &evaluator(seconds));
    setting.candidate_policy = policy("candidate", changes);
    setting.outcome()
}

/// A loop of `body` for `count` times, then 1.
fn times(count: u32, body: &str) -> String {
    format!(
        "(local $n i32)
        (loop $again {body}
            (local.set $n (i32.add (local.get $n) (i32.const 1)))
            (br_if $again (i32.lt_u (local.get $n) (i32.const {count}))))
        {ONE}"
    )
}

fn assert_exhausted(outcome: &str, limit: &str) {
    assert!(outcome.starts_with(&format!("exhausted: {limit}")), "expected {limit}, got {outcome}");
}

#[test]
fn a_candidate_that_behaves_is_scored() {
    let (verdict, heard) = Setting::new(&executor("", ONE, ""), &evaluator(1.0)).run();
    assert_eq!(guests::describe(&verdict), "scored: 1");
    assert!(heard.lines.is_empty());
    assert!(verdict.cost.instructions > 0 && verdict.cost.device_seconds > 0.0);
}

#[test]
fn device_time_stops_an_endless_loop_at_the_same_instruction_each_time() {
    let setting = Setting::new(&executor("", LOOP, ""), &evaluator(0.01));
    let (first, second) = (setting.run().0, setting.run().0);
    assert_exhausted(&guests::describe(&first), "device-seconds");
    assert_eq!(first.outcome, second.outcome);
    assert_eq!(first.cost.instructions, second.cost.instructions);
    // A second of the test's device is a billion instructions; loading took a few.
    assert!((10_000_000..10_010_000).contains(&first.cost.instructions), "{}", first.cost.instructions);
}

#[test]
fn instructions_are_bounded_by_the_policy() {
    assert_exhausted(&outcome(LOOP, "", 1e6, &[("instructions", "1000000")]), "instructions");
    assert_eq!(outcome(&times(1000, ""), "", 1e6, &[("instructions", "1000000")]), "scored: 1");
}

#[test]
fn loading_has_its_own_device_time() {
    let setting = Setting::new(&executor("(loop $again (br $again))", ONE, ""), &evaluator(1.0));
    assert_exhausted(&setting.outcome(), "device-seconds: 2.000 s used, 2.000 s allowed");
}

#[test]
fn real_time_stops_what_device_time_does_not() {
    assert_exhausted(&outcome(LOOP, "", 1e9, &[("wall-seconds", "0.05")]), "wall-seconds");
}

#[test]
fn memory_is_bounded() {
    let grow = times(20, "(if (i32.eq (memory.grow (i32.const 16)) (i32.const -1)) (then (unreachable)))");
    assert_exhausted(&outcome(&grow, "", 1.0, &[("memory-mib", "8")]), "memory-mib");
    assert_eq!(outcome(&grow, "", 1.0, &[("memory-mib", "32")]), "scored: 1");
}

#[test]
fn table_elements_are_bounded() {
    let more = "(table $t 1 funcref)";
    let grow = "(if (i32.eq (table.grow $t (ref.null func) (i32.const 500)) (i32.const -1))
            (then (unreachable))) (call $number (f64.const 1))";
    assert_exhausted(&outcome(grow, more, 1.0, &[("table-elements", "400")]), "table-elements");
    assert_eq!(outcome(grow, more, 1.0, &[("table-elements", "4000")]), "scored: 1");
}

/// Makes a scalar, and traps where that is refused and `trap` says so.
fn scalar(trap: bool) -> String {
    let refused = if trap { "(unreachable)" } else { "" };
    format!(
        "(call $full (i32.const 0) (i32.const 256) (i32.const 0) (f64.const 1) (i32.const 300))
        (if (i32.load8_u (i32.const 300)) (then {refused}))"
    )
}

#[test]
fn handles_are_bounded() {
    let keep = times(200, &scalar(true));
    assert_exhausted(&outcome(&keep, "", 1.0, &[("handles", "100")]), "handles");
    assert_eq!(outcome(&keep, "", 1.0, &[("handles", "400")]), "scored: 1");
    let drop = times(200, &format!("{} (call $drop-tensor (i32.load (i32.const 304)))", scalar(true)));
    assert_eq!(outcome(&drop, "", 1.0, &[("handles", "100")]), "scored: 1");
}

#[test]
fn tensors_are_bounded_and_a_guest_that_goes_on_is_stopped() {
    let few = [("tensors", "100")];
    // It notices, and traps.
    assert_exhausted(&outcome(&times(200, &scalar(true)), "", 1.0, &few), "quota.tensors");
    // It goes on for a while, and answers: the contract says that who goes on after a spent quota is stopped.
    assert_exhausted(&outcome(&times(200, &scalar(false)), "", 1.0, &few), "quota.tensors");
    // It goes on for too long.
    assert_exhausted(&outcome(&times(5000, &scalar(false)), "", 1.0, &few), "quota.tensors");
    assert_eq!(outcome(&times(5000, &scalar(false)), "", 1.0, &[]), "scored: 1");
}

/// Makes 512 elements (2 KiB), and keeps them.
const VECTOR: &str = "(call $full (i32.const 0) (i32.const 256) (i32.const 1) (f64.const 1) (i32.const 300))
    (if (i32.load8_u (i32.const 300)) (then (unreachable)))";

#[test]
fn tensor_memory_and_elements_are_bounded() {
    let keep = times(1000, VECTOR);
    assert_exhausted(&outcome(&keep, "", 1.0, &[("tensor-mib", "1")]), "quota.tensor-memory");
    assert_eq!(outcome(&keep, "", 1.0, &[("tensor-mib", "4")]), "scored: 1");
    assert_exhausted(&outcome(&keep, "", 1.0, &[("elements-per-operation", "511")]), "quota.elements");
    assert_eq!(outcome(&keep, "", 1.0, &[("elements-per-operation", "512")]), "scored: 1");
}

#[test]
fn what_one_call_moves_to_the_host_is_bounded() {
    let long = format!("(call $emit (i32.const 2) (i32.const 0) (i32.const 100000)) {ONE}");
    assert_exhausted(&outcome(&long, "", 1.0, &[("host-call-fuel-kib", "64")]), "host-call-fuel-kib");
    assert_eq!(outcome(&long, "", 1.0, &[("host-call-fuel-kib", "1024")]), "scored: 1");
}

#[test]
fn output_is_bounded_over_the_whole_life() {
    let talk = times(100, "(call $emit (i32.const 2) (i32.const 64) (i32.const 100))");
    assert_exhausted(&outcome(&talk, "", 1.0, &[("output-kib", "8")]), "output-kib");
    assert_eq!(outcome(&talk, "", 1.0, &[("output-kib", "16")]), "scored: 1");
    let measure = times(1000, "(call $metric (i32.const 64) (i32.const 4) (i64.const 1) (f64.const 1))");
    assert_exhausted(&outcome(&measure, "", 1.0, &[("output-kib", "8")]), "output-kib");
}

#[test]
fn metrics_are_kept_in_order() {
    let invoke = "(i32.store (i32.const 300) (i32.const 0x73736f6c))
        (call $metric (i32.const 300) (i32.const 4) (i64.const 1) (f64.const 3.5))
        (call $metric (i32.const 300) (i32.const 4) (i64.const 2) (f64.const 2.5))
        (call $number (f64.const 1))";
    let (verdict, heard) = Setting::new(&executor("", invoke, ""), &evaluator(1.0)).run();
    let points: Vec<_> =
        verdict.curve.iter().map(|point| (point.name.as_str(), point.step, point.value)).collect();
    assert_eq!(points, [("loss", 1, 3.5), ("loss", 2, 2.5)]);
    assert_eq!(heard.points, verdict.curve);
}

#[test]
fn cancelling_stops_a_candidate_that_never_looks() {
    let talk =
        "(call $emit (i32.const 2) (i32.const 32) (i32.const 1)) (loop $again (br $again)) (unreachable)";
    let setting = Setting::new(&executor("", talk, ""), &evaluator(1e9));
    let heard = Heard { cancel_at_first_line: Some(setting.cancel.clone()), ..Heard::default() };
    assert_eq!(guests::describe(&setting.run_before(heard).0), "cancelled: cancelled");
}

#[test]
fn a_trap_is_a_crash() {
    let outcome = outcome("(unreachable)", "", 1.0, &[]);
    assert!(outcome.starts_with("crashed: trap: ") && outcome.contains("unreachable"), "{outcome}");
    let deep = "(call $deep) (unreachable)";
    let recursion = self::outcome(deep, "(func $deep (call $deep))", 1e6, &[]);
    assert!(recursion.starts_with("crashed: trap: ") && recursion.contains("stack"), "{recursion}");
}

#[test]
fn exceptions_are_crashes_in_the_programs_own_words() {
    // `load` leaves its answer at 0: an error with three texts.
    let raise = r#"(i32.store8 (i32.const 0) (i32.const 1))
        (i32.store (i32.const 4) (i32.const 400)) (i32.store (i32.const 8) (i32.const 10))
        (i32.store (i32.const 12) (i32.const 410)) (i32.store (i32.const 16) (i32.const 3))
        (i32.store (i32.const 20) (i32.const 413)) (i32.store (i32.const 24) (i32.const 6))"#;
    let more = r#"(data (i32.const 400) "ValueErrorbadline 1")"#;
    let setting = Setting::new(&executor(raise, ONE, more), &evaluator(1.0));
    assert_eq!(setting.outcome(), "crashed: ValueError: bad\nline 1");
}

#[test]
fn a_score_that_is_no_number_does_not_count() {
    for value in ["nan", "inf", "-inf"] {
        let outcome = outcome(&format!("(call $number (f64.const {value}))"), "", 1.0, &[]);
        assert!(outcome.starts_with("quarantined: the evaluator's score is not finite"), "{outcome}");
    }
}

#[test]
fn more_values_than_allowed_are_the_candidates_fault() {
    let many = "(i32.store (i32.const 72) (i32.const 65)) (i32.const 64)";
    let outcome = outcome(many, "", 1.0, &[]);
    assert!(outcome.starts_with("crashed: `go` returned 65 values, 64 allowed"), "{outcome}");
}

#[test]
fn the_evaluators_word_is_a_quarantine_and_its_fault_is_the_hosts() {
    let run = |before: &str, changes: &[(&str, &str)]| {
        let mut setting = Setting::new(&executor("", ONE, ""), &evaluator_with(1.0, before));
        setting.evaluator_policy = policy("evaluator", changes);
        setting.outcome()
    };
    let word = "(i32.store8 (i32.const 1024) (i32.const 1)) (i32.store (i32.const 1032) (i32.const 36))
        (i32.store (i32.const 1036) (i32.const 9)) (return (i32.const 1024))";
    assert_eq!(run(word, &[]), "quarantined: candidate");
    let trap = run("(unreachable)", &[]);
    assert!(trap.starts_with("lost: the evaluator test-evaluator@0.0.0 trapped"), "{trap}");
    let limit = run("(loop $again (br $again))", &[("instructions", "1000")]);
    assert!(
        limit.starts_with("lost: the evaluator") && limit.contains("evaluator.toml: instructions"),
        "{limit}"
    );
    let wall = run("(loop $again (br $again))", &[("wall-seconds", "0.05")]);
    assert!(wall.contains("wall-seconds"), "{wall}");
}

#[test]
fn the_evaluators_limits_do_not_count_what_its_candidate_uses() {
    let mut setting = Setting::new(&executor("", &times(10_000_000, ""), ""), &evaluator(1.0));
    setting.evaluator_policy = policy("evaluator", &[("instructions", "100000"), ("output-kib", "1")]);
    assert_eq!(setting.outcome(), "scored: 1");
}

#[test]
fn a_call_that_the_evaluator_gets_wrong_is_its_own_fault() {
    let setting = Setting::new(&executor("", ONE, ""), &evaluator(-1.0));
    let outcome = setting.outcome();
    assert!(outcome.starts_with("lost") && outcome.contains("device-seconds"), "{outcome}");
}

#[test]
fn the_clock_shows_the_deadline_of_the_call() {
    let left = "(call $number (f64.sub (call $deadline) (call $elapsed)))";
    let setting = Setting::new(&executor("", left, ""), &evaluator(0.5));
    let outcome = setting.outcome();
    let left: f64 = outcome.strip_prefix("scored: ").expect(&outcome).parse().unwrap();
    assert!(left < 0.5 && left > 0.4999, "{left}");
}

#[test]
fn data_that_is_not_granted_is_an_error_value() {
    // The answer of `open` at 300: 1 is an error, whose code is the four letters `data`.
    let open = "(call $open (i32.const 64) (i32.const 4) (i32.const 300))
        (call $number (f64.convert_i32_u (i32.load8_u (i32.const 300))))";
    let setting = Setting::new(&executor("", open, ""), &evaluator(0.5));
    assert_eq!(setting.outcome(), "scored: 1");
}

#[test]
fn one_sandbox_stopped_leaves_its_neighbour_alone() {
    let endless = Setting::new(&executor("", LOOP, ""), &evaluator(1e9));
    let mut busy = Setting::new(&executor("", &times(20_000_000, ""), ""), &evaluator(1.0));
    busy.runtime = endless.runtime.clone();
    busy.executor = busy.runtime.load_bytes("busy", &executor("", &times(20_000_000, ""), "")).unwrap();
    busy.evaluator = endless.evaluator.clone();
    std::thread::scope(|scope| {
        let first = scope.spawn(|| endless.outcome());
        let outcome = busy.outcome();
        endless.cancel.cancel();
        assert_eq!(outcome, "scored: 1");
        assert_eq!(first.join().unwrap(), "cancelled: cancelled");
    });
}
