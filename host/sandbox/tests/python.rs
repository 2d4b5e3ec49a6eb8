//! The real Python executor with programs that behave and programs that do not. Needs `cargo xtask build`.

mod guests;

use guests::{Setting, built, evaluator, executor};

/// Runs a program whose `go` gets `seconds` of device time.
fn setting(program: &str, seconds: f64) -> Setting {
    let mut setting = Setting::new(&executor("", "(unreachable)", ""), &evaluator(seconds));
    setting.executor = setting.runtime.load(&built("python")).unwrap();
    setting.files = vec![("main.py".to_owned(), program.to_owned())];
    setting
}

fn assert_ends(program: &str, seconds: f64, start: &str, contains: &str) {
    let outcome = setting(program, seconds).outcome();
    assert!(outcome.starts_with(start) && outcome.contains(contains), "{program}\n-> {outcome}");
}

#[test]
fn a_program_computes_prints_and_answers() {
    let program = r#"
import torch
print("loaded")
def go():
    x = torch.arange(4, dtype=torch.float32)
    print("shape", tuple(x.shape))
    return float((x * x).sum())
"#;
    let (verdict, heard) = setting(program, 2.0).run();
    assert_eq!(guests::describe(&verdict), "scored: 14");
    let lines: Vec<&str> = heard.lines.iter().map(|(_, _, line)| line.as_str()).collect();
    assert_eq!(lines, ["loaded", "shape (4,)"]);
    assert_eq!(verdict.log, "candidate: loaded\ncandidate: shape (4,)\n");
}

#[test]
fn the_same_program_and_seed_give_the_same_verdict_to_the_bit() {
    let program = r#"
import os, random, time, torch
torch.manual_seed(3)
def go():
    x = torch.randn(64, 64)
    for _ in range(20):
        x = torch.tanh(x @ x)
    print(os.urandom(8).hex(), random.random(), time.monotonic(), time.time(), hash("text"), id(x) % 7)
    return float(x.sum())
"#;
    let setting = setting(program, 2.0);
    let (mut first, mut second) = (setting.run().0, setting.run().0);
    for verdict in [&mut first, &mut second] {
        (verdict.cost.wall_seconds, verdict.host_call_seconds) = (0.0, 0.0);
    }
    assert!(first.outcome.score().is_some(), "{first:?}");
    assert_eq!(first, second);
}

#[test]
fn endless_programs_run_out_of_device_time() {
    for body in [
        "    while True: pass",
        "    while True:\n        try:\n            while True: 1 / 0\n        except BaseException: pass",
        "    x = 10 ** 1_000_000\n    while True: x = x * x",
    ] {
        assert_ends(&format!("def go():\n{body}\n"), 0.5, "exhausted: device-seconds", "0.500 s allowed");
    }
    assert_ends("while True: pass\n", 0.5, "exhausted: device-seconds", "2.000 s allowed");
}

#[test]
fn endless_recursion_is_pythons_own_error() {
    assert_ends("def f(): return f() + 1\ndef go(): return f()\n", 2.0, "crashed: RecursionError", "in f");
    let deep = "import sys\nsys.setrecursionlimit(10 ** 9)\ndef f(): return f() + 1\ndef go(): return f()\n";
    let outcome = setting(deep, 2.0).outcome();
    assert!(outcome.starts_with("exhausted") || outcome.starts_with("crashed"), "{outcome}");
}

#[test]
fn memory_is_a_memory_error_and_then_exhausted() {
    for body in ["[0] * (2 << 28)", "bytearray(600 << 20)", "[bytes(1 << 20) for _ in range(2000)]"] {
        assert_ends(&format!("def go():\n    x = {body}\n"), 2.0, "exhausted: memory-mib", "MemoryError");
    }
    let catches = "def go():\n    try: bytearray(600 << 20)\n    except MemoryError: return 5.0\n";
    assert_ends(catches, 2.0, "scored: 5", "");
}

#[test]
fn tensors_are_bounded_by_the_host() {
    assert_ends("import torch\ndef go(): torch.zeros(10 ** 6, 10 ** 6)\n", 2.0, "exhausted: quota.", "");
    let keep = "import torch\ndef go():\n    kept = []\n    while True: kept.append(torch.ones(1))\n";
    assert_ends(keep, 20.0, "exhausted: quota.tensors", "");
    let stubborn = "import torch\ndef go():\n    kept = []\n    while True:\n        try: kept.append(torch.ones(1))\n        \
                    except Exception: pass\n";
    assert_ends(stubborn, 20.0, "exhausted: quota.tensors", "");
}

#[test]
fn output_is_capped() {
    assert_ends("def go():\n    while True: print('x' * 1000)\n", 2.0, "exhausted: output-kib", "");
}

#[test]
fn nothing_of_the_machine_is_there() {
    let denied = [
        ("import os\ndef go(): return os.environ['PATH']\n", "KeyError"),
        ("def go(): open('/etc/passwd')\n", "Error"),
        ("import os\ndef go(): os.listdir('/etc')\n", "FileNotFoundError"),
        ("def go():\n    import socket\n    socket.socket()\n", "Error"),
        ("def go():\n    import subprocess\n    subprocess.run(['ls'])\n", "Error"),
        ("def go():\n    import ctypes\n    ctypes.CDLL(None)\n", "Error"),
        ("import os\ndef go(): os.system('ls')\n", "Error"),
        ("import threading\ndef go(): threading.Thread(target=print).start()\n", "Error"),
    ];
    for (program, error) in denied {
        assert_ends(program, 2.0, "crashed", error);
    }
    assert_ends("import os\ndef go(): os._exit(0)\n", 2.0, "crashed: the program ended itself", "");
    assert_ends("import sys\ndef go(): sys.exit(0)\n", 2.0, "crashed", "SystemExit");
}

#[test]
fn files_that_it_writes_are_its_own_and_vanish_with_it() {
    let program = "import os\ndef go():\n    left = os.path.exists('out.txt')\n    \
                   with open('out.txt', 'w') as f: f.write('12')\n    \
                   return float(open('out.txt').read()) if not left else 0.0\n";
    for _ in 0..2 {
        assert_ends(program, 2.0, "scored: 12", "");
    }
    assert!(!std::path::Path::new("out.txt").exists());
    assert_ends("def go(): return float(len(open('main.py').read()))\n", 2.0, "scored: 52", "");
}

#[test]
fn sleeping_takes_device_time_and_no_real_time() {
    let program = "import time\ndef go():\n    began = time.monotonic()\n    time.sleep(10_000)\n    \
                   return float(time.monotonic() - began >= 10_000)\n";
    let mut patient = setting(program, 1e6);
    patient.candidate_policy = guests::policy("candidate", &[("wall-seconds", "60.0")]);
    assert_eq!(patient.outcome(), "scored: 1");
    assert_ends(program, 2.0, "exhausted", "device-time");
}

#[test]
fn a_spent_quota_that_was_caught_is_still_spent() {
    let program = "import torch\ndef go():\n    try:\n        torch.zeros(10**6, 10**6)\n    except Exception:\n        \
                   pass\n    return 1.0\n";
    assert_ends(program, 2.0, "exhausted: quota.", "caught it and went on");
}

#[test]
fn tracebacks_name_the_programs_own_lines() {
    let program = "def helper():\n    raise ValueError('bad \\x1b[2J thing')\ndef go():\n    helper()\n";
    let outcome = setting(program, 2.0).outcome();
    let named = ["crashed: ValueError: bad \\u{1b}[2J thing", "main.py\", line 2", "in helper"];
    assert!(named.iter().all(|words| outcome.contains(words)), "{outcome}");
    assert_ends("def go(:\n", 2.0, "crashed: SyntaxError", "main.py");
    assert_ends("x = 1\n", 2.0, "crashed", "go");
}

#[test]
fn one_programs_objects_never_reach_the_next() {
    let leave = setting("import sys\nsys.left_behind = 1\ndef go(): return 1.0\n", 2.0);
    assert_eq!(leave.outcome(), "scored: 1");
    assert_ends("import sys\ndef go(): return float(hasattr(sys, 'left_behind'))\n", 2.0, "scored: 0", "");
}
