//! What each role may import: everything its world has, and nothing else.

mod guests;

use proofhouse_sandbox::{Policy, Role, Runtime};
use wit_component::{ComponentEncoder, StringEncoding, dummy_module, embed_component_metadata};
use wit_parser::{LiftLowerAbi, ManglingAndAbi, Resolve};

const ANYTHING: &str = r#"[
    "proofhouse:compute", "proofhouse:lab", "wasi:cli", "wasi:clocks", "wasi:filesystem", "wasi:io", "wasi:random",
    "wasi:sockets", "wasi:http", "test:other" ]"#;

/// A component that imports every function of a world.
fn everything(resolve: &Resolve, world: wit_parser::WorldId) -> Vec<u8> {
    let mut module = dummy_module(resolve, world, ManglingAndAbi::Legacy(LiftLowerAbi::Sync));
    embed_component_metadata(&mut module, resolve, world, StringEncoding::UTF8, false).unwrap();
    ComponentEncoder::default().module(&module).unwrap().encode().unwrap()
}

fn everything_of(package: &str, world: &str) -> Vec<u8> {
    let mut resolve = Resolve::default();
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../wit").join(package);
    let (package, _) = resolve.push_dir(folder).unwrap();
    let world = resolve.select_world(&[package], Some(world)).unwrap();
    everything(&resolve, world)
}

fn importing(text: &str) -> Vec<u8> {
    wat::parse_str(format!("(component {text})")).unwrap()
}

fn check(runtime: &Runtime, wasm: &[u8], role: Role, policy: &Policy) -> Result<(), String> {
    runtime.load_bytes("guest", wasm).unwrap().check(role, policy).map_err(|error| error.to_string())
}

#[test]
fn the_host_has_every_function_of_every_world_with_the_right_types() {
    let runtime = guests::runtime();
    for (package, world, role, policy) in [
        ("compute", "executor", Role::Executor, "candidate"),
        ("lab", "evaluator-plugin", Role::Evaluator, "evaluator"),
        ("lab", "searcher-plugin", Role::Searcher, "searcher"),
        ("lab", "ideator-plugin", Role::Ideator, "ideator"),
        ("lab", "implementer-plugin", Role::Implementer, "implementer"),
    ] {
        let wasm = everything_of(package, world);
        assert_eq!(check(&runtime, &wasm, role, &guests::policy(policy, &[])), Ok(()), "{world}");
    }
}

#[test]
fn every_built_plugin_fits_its_role_under_the_repositorys_policy() {
    let runtime = guests::runtime();
    for (name, role, policy) in [
        ("python", Role::Executor, "candidate"),
        ("nanogpt-evaluator", Role::Evaluator, "evaluator"),
        ("evolution", Role::Searcher, "searcher"),
        ("best-of-n", Role::Searcher, "searcher"),
        ("listed", Role::Ideator, "ideator"),
        ("operators", Role::Ideator, "ideator"),
        ("llm-ideator", Role::Ideator, "ideator"),
        ("llm-implementer", Role::Implementer, "implementer"),
        ("agent-implementer", Role::Implementer, "implementer"),
    ] {
        let plugin = runtime.load(&guests::built(name)).unwrap();
        assert!(plugin.check(role, &guests::policy(policy, &[])).is_ok(), "{name}");
    }
}

#[test]
fn a_role_gets_nothing_that_its_world_does_not_have_whatever_the_policy_says() {
    let runtime = guests::runtime();
    let generous = guests::policy("candidate", &[("imports", ANYTHING)]);
    let instance = |name: &str| importing(&format!(r#"(import "{name}" (instance (export "f" (func))))"#));
    let cases = [
        (Role::Executor, "proofhouse:lab/candidate@0.1.0"),
        (Role::Executor, "proofhouse:lab/llm@0.1.0"),
        (Role::Executor, "test:other/thing@1.0.0"),
        (Role::Evaluator, "proofhouse:compute/autograd@0.1.0"),
        (Role::Evaluator, "proofhouse:lab/llm@0.1.0"),
        (Role::Evaluator, "wasi:cli/environment@0.2.0"),
        (Role::Searcher, "proofhouse:compute/tensors@0.1.0"),
        (Role::Searcher, "proofhouse:compute/data@0.1.0"),
        (Role::Searcher, "proofhouse:lab/candidate@0.1.0"),
        (Role::Searcher, "wasi:clocks/wall-clock@0.2.0"),
        (Role::Searcher, "proofhouse:lab/llm@0.1.0"),
        (Role::Executor, "proofhouse:lab/workbench@0.1.0"),
        (Role::Ideator, "proofhouse:lab/workbench@0.1.0"),
        (Role::Implementer, "proofhouse:lab/candidate@0.1.0"),
        (Role::Implementer, "proofhouse:compute/data@0.1.0"),
        (Role::Implementer, "wasi:sockets/tcp@0.2.0"),
        (Role::Ideator, "wasi:sockets/tcp@0.2.0"),
        (Role::Ideator, "wasi:filesystem/types@0.2.0"),
    ];
    for (role, import) in cases {
        let message = check(&runtime, &instance(import), role, &generous).unwrap_err();
        let named = [import, role.name(), "candidate.toml", "this role does not have"];
        assert!(named.iter().all(|word| message.contains(word)), "{message}");
    }
    // A function by itself belongs to no interface.
    let message =
        check(&runtime, &importing(r#"(import "f" (func))"#), Role::Executor, &generous).unwrap_err();
    assert!(message.contains("`f`"), "{message}");
}

#[test]
fn language_models_are_refused_where_the_policy_does_not_grant_them() {
    let without = r#"["proofhouse:compute/log", "proofhouse:lab/random"]"#;
    for (world, role, policy) in [
        ("ideator-plugin", Role::Ideator, "ideator"),
        ("implementer-plugin", Role::Implementer, "implementer"),
    ] {
        let wasm = everything_of("lab", world);
        let policy = guests::policy(policy, &[("imports", without)]);
        let message = check(&guests::runtime(), &wasm, role, &policy).unwrap_err();
        assert!(
            message.contains("proofhouse:lab/llm@0.1.0") && message.contains("does not grant"),
            "{message}"
        );
    }
}

#[test]
fn a_policy_takes_away_what_a_role_would_have() {
    let runtime = guests::runtime();
    let wasm = everything_of("compute", "executor");
    let without_data = guests::policy(
        "candidate",
        &[(
            "imports",
            r#"["proofhouse:compute/tensors", "proofhouse:compute/layers", "proofhouse:compute/linear-algebra",
                "proofhouse:compute/autograd", "proofhouse:compute/optimizers", "proofhouse:compute/generator", "proofhouse:compute/clock",
                "proofhouse:compute/log", "wasi:cli"]"#,
        )],
    );
    let message = check(&runtime, &wasm, Role::Executor, &without_data).unwrap_err();
    let named = ["proofhouse:compute/data@0.1.0", "executor", "candidate.toml", "policy does not grant"];
    assert!(named.iter().all(|word| message.contains(word)), "{message}");
}

#[test]
fn a_function_that_the_interface_does_not_have_is_refused() {
    let wasm = importing(
        r#"(import "proofhouse:compute/clock@0.1.0" (instance (export "set-deadline" (func (param "s" f64)))))"#,
    );
    let policy = guests::policy("candidate", &[]);
    let message = check(&guests::runtime(), &wasm, Role::Executor, &policy).unwrap_err();
    assert!(message.contains("set-deadline"), "{message}");
}

#[test]
fn damaged_components_are_refused_by_name() {
    let runtime = guests::runtime();
    for wasm in [&b""[..], b"\0asm", b"(component)", &wat::parse_str("(module)").unwrap()] {
        let message = runtime.load_bytes("damaged", wasm).unwrap_err().to_string();
        assert!(message.contains("`damaged`"), "{message}");
    }
}

#[test]
fn a_plugin_says_who_it_is() {
    let runtime = guests::runtime();
    let wasm = wat::parse_str(r#"(component (@custom "proofhouse:version" "1.2.3"))"#).unwrap();
    let plugin = runtime.load_bytes("evolution", &wasm).unwrap();
    assert_eq!(plugin.origin(), "evolution@1.2.3");
    assert_eq!(plugin.digest().len(), 64);
    assert_eq!(
        runtime.load_bytes("plain", &wat::parse_str("(component)").unwrap()).unwrap().version(),
        "0.0.0"
    );
    let odd = wat::parse_str(r#"(component (@custom "proofhouse:version" "1.2\n3"))"#).unwrap();
    assert!(runtime.load_bytes("odd", &odd).unwrap_err().to_string().contains("proofhouse:version"));
}

#[test]
fn the_second_load_comes_from_the_cache() {
    let folder = tempfile::tempdir().unwrap();
    let cache = folder.path().join("cache");
    let wasm = wat::parse_str("(component (core module (memory 1)))").unwrap();
    assert!(Runtime::new(&cache).unwrap().load_bytes("a", &wasm).unwrap().was_compiled());
    assert!(!Runtime::new(&cache).unwrap().load_bytes("a", &wasm).unwrap().was_compiled());
    // A damaged entry is compiled anew, and replaced.
    let entry = std::fs::read_dir(&cache).unwrap().map(|entry| entry.unwrap().path());
    let entry =
        entry.into_iter().find(|path| path.extension().is_some_and(|name| name == "compiled")).unwrap();
    let mut bytes = std::fs::read(&entry).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0xff;
    std::fs::write(&entry, &bytes).unwrap();
    assert!(Runtime::new(&cache).unwrap().load_bytes("a", &wasm).unwrap().was_compiled());
    assert!(!Runtime::new(&cache).unwrap().load_bytes("a", &wasm).unwrap().was_compiled());
}
