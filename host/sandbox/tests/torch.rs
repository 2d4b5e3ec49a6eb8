//! The `torch` of the Python executor against PyTorch's own numbers: every test function of every program in
//! `plugins/executors/python/tests/programs` runs in a sandbox. Needs `cargo xtask build`.

mod guests;

use guests::{Setting, built, evaluator, executor};

/// Imports the program under test and calls what it calls a test.
const RUNNER: &str = r#"
import importlib
def go():
    module = importlib.import_module("PROGRAM")
    tests = [name for name in dir(module) if name.startswith("test_")]
    failed = []
    for name in tests:
        try:
            getattr(module, name)()
        except Exception as error:
            failed.append(f"{name}: {type(error).__name__}: {error}"[:400])
            last = error
    if failed:
        raise AssertionError("; ".join(failed)) from last
    return float(len(tests))
"#;

/// Runs one program; all its tests pass.
fn conforms(name: &str) {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../plugins/executors/python/tests/programs");
    let text = std::fs::read_to_string(format!("{folder}/{name}.py")).unwrap();
    let expected = text.lines().filter(|line| line.starts_with("def test_")).count();
    let mut setting = Setting::new(&executor("", "(unreachable)", ""), &evaluator(1e4));
    setting.executor = setting.runtime.load(&built("python")).unwrap();
    setting.candidate_policy = guests::policy("candidate", &[("wall-seconds", "300.0")]);
    setting.files =
        vec![("main.py".to_owned(), RUNNER.replace("PROGRAM", name)), (format!("{name}.py"), text.clone())];
    assert_eq!(setting.outcome(), format!("scored: {expected}"), "{name}");
}

macro_rules! programs {
    ($($name:ident)*) => { $( #[test] fn $name() { conforms(stringify!($name)); } )* };
}

programs! {
    tensors element_types mathematics random_numbers indexing choosing aliasing shaping matrices
    complex_numbers autograd modules functional optimizers errors inplace training layers
    loss_values module_api optim_more data_and_files distributions mixed_precision numpy_arrays
    einops_patterns origins other_paths
}
