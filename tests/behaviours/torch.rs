//! `proofhouse torch`: any Python file written for PyTorch, run in the sandbox.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Output, Stdio};

use crate::workplace::{Workplace, root};

const TRAIN: &str = r#"
import argparse
import torch
from torch import nn
from model import Model

parser = argparse.ArgumentParser()
parser.add_argument("--steps", type=int)
parser.add_argument("--data")
args = parser.parse_args()
text = open(args.data).read()
letters = sorted(set(text))
ids = torch.tensor([letters.index(letter) for letter in text[:200]])
torch.manual_seed(0)
model = Model(len(letters))
optimizer = torch.optim.AdamW(model.parameters(), lr=0.1)
for step in range(args.steps):
    loss = nn.functional.cross_entropy(model(ids[:-1]), ids[1:])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    print(f"step {step}: {loss.item():.4f}")
"#;

const MODEL: &str = "from torch import nn\nclass Model(nn.Sequential):\n    def __init__(self, n):\n        \
                     super().__init__(nn.Embedding(n, 16), nn.Linear(16, n))\n";

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

fn run(place: &Workplace, arguments: &[&str]) -> (Option<i32>, String, String) {
    let Output { status, stdout, stderr } = place.proofhouse(arguments).output().expect("starts");
    (status.code(), text(&stdout), text(&stderr))
}

#[test]
fn a_file_trains_with_its_module_its_arguments_and_its_data() {
    let place = Workplace::new();
    fs::create_dir(place.path("src")).expect("a folder");
    fs::write(place.path("src/train.py"), TRAIN).expect("train.py");
    fs::write(place.path("src/model.py"), MODEL).expect("model.py");
    let line = ["torch", "src/train.py", "--steps", "5", "--data", "in.txt", "--data", "in.txt=data.txt"];
    let (status, said, used) = run(&place, &line);
    assert_eq!(status, Some(0), "{said}{used}");
    let losses: Vec<f64> = said
        .lines()
        .map(|line| line.split(": ").nth(1).expect("a loss").parse().expect("a number"))
        .collect();
    assert_eq!(losses.len(), 5, "{said}");
    assert!(losses[4] < losses[0], "{said}");
    for word in ["device memory", "device time", "host calls", "Python time", "wall time"] {
        assert!(used.contains(word), "{used}");
    }
    let json = [&["torch", "--json", "--data", "in.txt=data.txt"], &line[1..6]].concat();
    let (_, again, used) = run(&place, &json);
    assert_eq!(again, said, "the same program prints the same");
    let used: serde_json::Value = serde_json::from_str(&used).expect("one line of JSON");
    assert!(used["peak_tensor_bytes"].as_u64().expect("bytes") > 1000, "{used}");
    assert!(used["host_calls"].as_u64().expect("calls") > 50, "{used}");
}

#[test]
fn a_failure_reads_as_pythons() {
    let place = Workplace::new();
    let program = "import torch\n\ndef f(x):\n    return x @ torch.ones(4, 5)\n\nprint('before')\nf(torch.ones(2, 3))\n";
    fs::write(place.path("a.py"), program).expect("a.py");
    let (status, said, failed) = run(&place, &["torch", "a.py"]);
    assert_eq!((status, said.as_str()), (Some(1), "before\n"), "{failed}");
    let start = "Traceback (most recent call last):\n  File \"a.py\", line 7, in <module>\n    f(torch.ones(2, 3))\n  \
                 File \"a.py\", line 4, in f\n    return x @ torch.ones(4, 5)\n";
    assert!(failed.starts_with(start), "{failed}");
    assert!(failed.contains("\nRuntimeError: ") && failed.contains("2x3 and 4x5"), "{failed}");
    fs::write(place.path("b.py"), "import sys; sys.exit(42)").expect("b.py");
    assert_eq!(run(&place, &["torch", "b.py"]).0, Some(42));
    fs::write(place.path("c.py"), "while True: pass").expect("c.py");
    let (status, _, failed) = run(&place, &["torch", "--seconds", "0.2", "c.py"]);
    assert_eq!(status, Some(1));
    assert!(failed.contains("device-seconds") && failed.contains("hint: `--seconds"), "{failed}");
}

#[test]
fn lines_come_while_it_runs_and_ctrl_c_ends_it() {
    let place = Workplace::new();
    fs::write(place.path("a.py"), "print('first', 1)\nwhile True: pass\n").expect("a.py");
    let mut child = place
        .proofhouse(&["torch", "a.py"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("starts");
    let mut line = String::new();
    let mut output = BufReader::new(child.stdout.take().expect("a pipe"));
    output.read_line(&mut line).expect("a line");
    assert_eq!(line, "first 1\n");
    let interrupted = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(interrupted.expect("kill").success());
    assert_eq!(child.wait().expect("ends").code(), Some(130));
    let mut used = String::new();
    child.stderr.take().expect("a pipe").read_to_string(&mut used).expect("UTF-8");
    assert!(used.contains("wall time"), "{used}");
}

#[test]
fn a_reader_that_is_gone_ends_it() {
    let place = Workplace::new();
    fs::write(place.path("a.py"), "while True: print('x')\n").expect("a.py");
    let mut child =
        place.proofhouse(&["torch", "a.py"]).stdout(Stdio::piped()).spawn().expect("proofhouse starts");
    let mut line = String::new();
    BufReader::new(child.stdout.take().expect("a pipe")).read_line(&mut line).expect("a line");
    assert_eq!(child.wait().expect("ends").code(), Some(0));
}

#[test]
fn what_is_wrong_is_one_sentence_with_a_hint() {
    let place = Workplace::new();
    fs::write(place.path("a.py"), "print(1)\n").expect("a.py");
    fs::write(place.path("bytes.py"), [0xff]).expect("bytes.py");
    for (arguments, word) in [
        (&["absent.py"][..], "absent.py"),
        (&["."], "folder"),
        (&["bytes.py"], "UTF-8"),
        (&["--bogus", "a.py"], "--bogus"),
        (&["--data", "x", "a.py"], "NAME=FILE"),
        (&["a.py", "--data", "x=absent.txt"], "absent.txt"),
        (&["--data", "x=data.txt", "--data", "./x=data.txt", "a.py"], "twice"),
        (&["--components", "nowhere", "a.py"], "cargo xtask build"),
    ] {
        let (status, said, failed) = run(&place, &[&["torch"], arguments].concat());
        assert_eq!((status, said.as_str()), (Some(2), ""), "{arguments:?}: {failed}");
        assert!(failed.starts_with("error: ") && failed.contains(word), "{arguments:?}: {failed}");
        assert_eq!(failed.lines().count(), 2, "{arguments:?}: {failed}");
    }
}

#[test]
fn the_compatibility_page_is_what_the_package_says_of_itself() {
    let place = Workplace::new();
    let program = root().join("tests/torch/compatibility/page.py");
    let (status, listed, errors) = run(&place, &["torch", program.to_str().expect("UTF-8")]);
    assert_eq!(status, Some(0), "{errors}");
    let read = |name: &str| fs::read_to_string(root().join(name)).expect(name);
    let page = read("tests/torch/compatibility/head.md") + &listed;
    let kept = read("docs/src/reference/torch.md");
    assert!(kept == page, "docs/src/reference/torch.md is not up to date: cargo xtask torch-names writes it");
}
