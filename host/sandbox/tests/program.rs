//! Programs run whole in the real Python executor. Needs `cargo xtask build`.

mod guests;

use std::sync::{Arc, Mutex};

use proofhouse_sandbox::{CancelToken, Console, DataFile, Level, Program, ProgramEnd, Run};
use proofhouse_types::CurvePoint;

/// What was written, in order, each piece with its stream.
#[derive(Clone, Default)]
struct Written {
    pieces: Arc<Mutex<Vec<(&'static str, String)>>>,
    /// Raised at the first piece.
    cancel: Option<CancelToken>,
}

impl Written {
    fn push(&self, stream: &'static str, text: String) {
        self.cancel.iter().for_each(CancelToken::cancel);
        self.pieces.lock().unwrap().push((stream, text));
    }

    /// All that went to one stream.
    fn all(&self, stream: &str) -> String {
        let pieces = self.pieces.lock().unwrap();
        pieces.iter().filter(|(to, _)| *to == stream).map(|(_, text)| text.as_str()).collect()
    }
}

impl Console for Written {
    fn output(&mut self, bytes: &[u8]) {
        self.push("out", String::from_utf8(bytes.to_vec()).unwrap());
    }

    fn error(&mut self, bytes: &[u8]) {
        self.push("err", String::from_utf8(bytes.to_vec()).unwrap());
    }

    fn log(&mut self, level: Level, message: &str) {
        self.push("log", format!("{}: {message}", level.as_str()));
    }

    fn metric(&mut self, point: &CurvePoint) {
        self.push("metric", format!("{} {} {}", point.name, point.step, point.value));
    }
}

struct Script<'a> {
    files: &'a [(&'a str, &'a str)],
    arguments: &'a [&'a str],
    data: &'a [DataFile],
    changes: &'a [(&'a str, &'a str)],
    cancel: CancelToken,
}

fn script<'a>(files: &'a [(&'a str, &'a str)]) -> Script<'a> {
    Script { files, arguments: &[], data: &[], changes: &[], cancel: CancelToken::new() }
}

impl Script<'_> {
    fn run_before(&self, written: &Written) -> Run {
        let runtime = guests::runtime();
        let files: Vec<_> =
            self.files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
        let arguments: Vec<_> = self.arguments.iter().map(|word| (*word).to_owned()).collect();
        let program = Program {
            runtime: &runtime,
            executor: &runtime.load(&guests::built("python")).unwrap(),
            policy: &guests::policy("program", self.changes),
            device: &guests::device(),
            files: &files,
            main: &files[0].0,
            arguments: &arguments,
            data: self.data,
            seed: 7,
            cancel: self.cancel.clone(),
        };
        program.run(Box::new(written.clone())).unwrap()
    }

    fn run(&self) -> (ProgramEnd, Written) {
        let written = Written::default();
        (self.run_before(&written).end, written)
    }
}

fn end(text: &str) -> (ProgramEnd, Written) {
    script(&[("main.py", text)]).run()
}

#[test]
fn it_is_the_main_program_with_its_arguments_and_modules() {
    let main = "import sys\nfrom pkg import part\nif __name__ == '__main__':\n    \
                print(sys.argv, __file__, part.NAME, open(sys.argv[0]).readline().strip())\n";
    let files = [("src/my-main.py", main), ("src/pkg/part.py", "NAME = __name__\n")];
    let (ended, written) = Script { arguments: &["--lr", "a b"], ..script(&files) }.run();
    assert_eq!((ended, written.all("err")), (ProgramEnd::Exited(0), String::new()));
    assert_eq!(written.all("out"), "['src/my-main.py', '--lr', 'a b'] src/my-main.py pkg.part import sys\n");
}

#[test]
fn each_line_comes_when_it_is_printed() {
    let (_, written) = end("import sys\nprint('a', 1)\nprint('oops', file=sys.stderr)\nprint('b', end='')\n");
    let pieces = written.pieces.lock().unwrap().clone();
    let expected = [("out", "a 1\n"), ("err", "oops\n"), ("out", "b")];
    assert_eq!(pieces, expected.map(|(stream, text)| (stream, text.to_owned())));
}

#[test]
fn it_ends_as_python_would() {
    for (text, status, said) in [
        ("import sys; sys.exit(3)", 3, ""),
        ("import sys; sys.exit()", 0, ""),
        ("import sys; sys.exit(-1)", 255, ""),
        ("import sys; sys.exit('no data')", 1, "no data\n"),
        ("import os; os._exit(0)", 0, ""),
        ("import os; os._exit(9)", 1, ""),
    ] {
        let (ended, written) = end(text);
        assert_eq!((ended, written.all("err").as_str()), (ProgramEnd::Exited(status), said), "{text}");
    }
    let (ended, written) = end("import atexit\natexit.register(print, 'bye')\ndef f():\n    {}['k']\nf()\n");
    assert_eq!((ended, written.all("out").as_str()), (ProgramEnd::Raised, "bye\n"));
    let trace = "Traceback (most recent call last):\n  File \"main.py\", line 5, in <module>\n    f()\n  \
                 File \"main.py\", line 4, in f\n    {}['k']\nKeyError: 'k'\n";
    assert_eq!(written.all("err"), trace);
    let (ended, written) = end("import sys\nsys.stderr.close()\nsys.stdout.close()\n1 / 0\n");
    assert_eq!((ended, written.all("out")), (ProgramEnd::Raised, String::new()));
}

#[test]
fn limits_end_it_by_name() {
    let ended = |text, change| Script { changes: &[change], ..script(&[("main.py", text)]) }.run().0;
    for (text, change, name) in [
        ("while True: pass", ("load-device-seconds", "0.5"), "device-seconds"),
        ("import torch\nx = torch.zeros(1 << 19)", ("tensor-mib", "1"), "quota.tensor-memory"),
        (
            "import torch\ntry: torch.zeros(1 << 19)\nexcept Exception: pass",
            ("tensor-mib", "1"),
            "quota.tensor-",
        ),
        ("x = bytes(1 << 29)", ("memory-mib", "200"), "memory-mib"),
        (
            "open('f', 'wb').write(bytes(100)); x = [open('f').read() * 10 ** 6] * 9\nopen('g', 'w').writelines(x)",
            ("memory-mib", "200"),
            "memory-mib",
        ),
        ("while True: print('x' * 1000)", ("output-kib", "10"), "output-kib"),
    ] {
        let end = ended(text, change);
        assert!(matches!(&end, ProgramEnd::Exhausted(limit) if limit.starts_with(name)), "{text}: {end:?}");
    }
}

#[test]
fn cancelling_ends_it() {
    let cancel = CancelToken::new();
    let written = Written { cancel: Some(cancel.clone()), ..Written::default() };
    let files = [("main.py", "print('here')\nwhile True: pass\n")];
    let run = Script { cancel, ..script(&files) }.run_before(&written);
    assert_eq!((run.end, written.all("out").as_str()), (ProgramEnd::Cancelled, "here\n"));
}

#[test]
fn granted_data_are_files_and_tokens() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("text");
    std::fs::write(&path, "héllo\nworld\n".repeat(200_000)).unwrap();
    let data = [DataFile::read("data/in.txt", &path).unwrap()];
    let main = "import os, pathlib, proofhouse\n\
                def lines(path): return sum(1 for _ in open(path, encoding='utf-8'))\n\
                size = os.path.getsize('data/in.txt')\n\
                print(lines('./data/in.txt'), lines(os.path.join(os.path.dirname(__file__), 'data', 'in.txt')))\n\
                print(len(open('data/in.txt', 'rb').read()) == size == len(proofhouse.tokens('data/in.txt')))\n\
                print(pathlib.Path('data/in.txt').read_text()[:5], os.listdir('data'), os.path.exists('in.txt'))\n\
                for bad in (lambda: open('absent.txt'), lambda: open('data/in.txt', 'w'), lambda: open('data'),\n\
                \x20           lambda: os.remove('data/in.txt'), lambda: os.listdir('absent')):\n\
                \x20   try: bad()\n\
                \x20   except OSError as error: print(type(error).__name__, error)\n";
    let (ended, written) = Script { data: &data, ..script(&[("src/main.py", main)]) }.run();
    let said = written.all("out");
    assert_eq!(ended, ProgramEnd::Exited(0), "{said}{}", written.all("err"));
    let mut lines = said.lines();
    assert_eq!(lines.next(), Some("400000 400000"));
    assert_eq!(lines.next(), Some("True"));
    assert_eq!(lines.next(), Some("héllo ['in.txt'] False"));
    let kinds: Vec<_> = lines.clone().map(|line| line.split(' ').next().unwrap()).collect();
    let expected = ["FileNotFoundError", "PermissionError", "IsADirectoryError", "PermissionError"];
    assert_eq!(kinds, [&expected[..], &["FileNotFoundError"]].concat());
    assert!(lines.next().unwrap().contains("grant data with --data NAME=FILE: 'absent.txt'"), "{said}");
}

#[test]
fn what_it_used_is_counted() {
    let main = "import torch, proofhouse\nx = torch.ones(1 << 20)\nproofhouse.metric('loss', 1, 0.5)\n\
                proofhouse.log('done')\nfor _ in range(100): x.sum()\n";
    let written = Written::default();
    let used = script(&[("main.py", main)]).run_before(&written).used;
    assert!((4 << 20..16 << 20).contains(&used.peak_tensor_bytes), "{used:?}");
    assert!(used.host_calls >= 100 && used.instructions > 1_000_000, "{used:?}");
    assert!(used.device_seconds > used.instructions as f64 / guests::device().instructions_per_second);
    assert!(used.guest < used.wall && used.guest.as_secs_f64() > 0.0, "{used:?}");
    assert_eq!((written.all("metric").as_str(), written.all("log").as_str()), ("loss 1 0.5", "info: done"));
}
