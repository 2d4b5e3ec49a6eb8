//! The one engine: what WebAssembly may be here.

use wasmtime::{Config, Engine, OptLevel, Strategy, WasmFeatures};

use crate::error::{Error, Result};

/// Stack for guest code. CPython's own recursion limit (1000 frames) is reached before it is spent, so that endless
/// recursion is a `RecursionError` in Python, not a trap.
pub(crate) const WASM_STACK_BYTES: usize = 4 << 20;

/// Stack of the threads that sandboxes run on: an evaluator's guest code and its candidate's, nested, and the host's
/// frames between and below them.
pub(crate) const THREAD_STACK_BYTES: usize = 64 << 20;

/// What no role needs, and what most escapes so far needed (docs: explanation/trust). wasmtime turns some of these on
/// by default, and its defaults have changed between releases: each is switched off by name, and a test refuses each.
pub(crate) const FEATURES_OFF: &[WasmFeatures] = &[
    WasmFeatures::MEMORY64,
    WasmFeatures::MULTI_MEMORY,
    WasmFeatures::THREADS,
    WasmFeatures::SHARED_EVERYTHING_THREADS,
    WasmFeatures::RELAXED_SIMD,
    WasmFeatures::TAIL_CALL,
    WasmFeatures::FUNCTION_REFERENCES,
    WasmFeatures::GC,
    WasmFeatures::EXCEPTIONS,
    WasmFeatures::LEGACY_EXCEPTIONS,
    WasmFeatures::STACK_SWITCHING,
    WasmFeatures::WIDE_ARITHMETIC,
    WasmFeatures::CUSTOM_PAGE_SIZES,
    WasmFeatures::CM_ASYNC,
    WasmFeatures::CM_ASYNC_STACKFUL,
    WasmFeatures::CM_MORE_ASYNC_BUILTINS,
    WasmFeatures::CM_THREADING,
    WasmFeatures::CM_ERROR_CONTEXT,
    WasmFeatures::CM_GC,
    WasmFeatures::CM_MAP,
    WasmFeatures::CM64,
    WasmFeatures::CM_FIXED_LENGTH_LISTS,
    WasmFeatures::CM_IMPLEMENTS,
];

fn config() -> Config {
    let mut config = Config::new();
    for feature in FEATURES_OFF {
        config.wasm_features(*feature, false);
    }
    config
        .wasm_component_model(true)
        .concurrency_support(false)
        .strategy(Strategy::Cranelift)
        .cranelift_opt_level(OptLevel::Speed)
        // Replay is bit for bit: a NaN has one bit pattern, and instructions are counted.
        .cranelift_nan_canonicalization(true)
        .consume_fuel(true)
        .epoch_interruption(true)
        // A guest's stack trace helps nobody here, and a deep one takes long to walk.
        .wasm_backtrace_max_frames(None)
        .max_wasm_stack(WASM_STACK_BYTES)
        // Nothing here is asynchronous, but the engine wants this to be the larger.
        .async_stack_size(2 * WASM_STACK_BYTES);
    config
}

/// Builds the engine. One per process: stores of different engines must never meet (GHSA-hgjw).
pub(crate) fn hardened() -> Result<Engine> {
    Engine::new(&config()).map_err(|error| Error::Engine(format!("{error:#}")))
}

#[cfg(test)]
mod tests {
    use wasmtime::Module;
    use wasmtime::component::Component;

    use super::*;

    /// One module for each feature that is off, and a word of its refusal.
    const MODULES: &[(&str, &str, &str)] = &[
        ("memory64", "(memory i64 1)", "memory64"),
        ("multi-memory", "(memory 1) (memory 1)", "multi"),
        ("threads", "(memory 1 1 shared)", "threads"),
        ("shared-everything-threads", "(global (shared mut i32) (i32.const 0))", "shared"),
        (
            "relaxed-simd",
            "(func (param v128 v128) (result v128) local.get 0 local.get 1 i8x16.relaxed_swizzle)",
            "relaxed",
        ),
        ("tail-call", "(func $f return_call $f)", "tail"),
        ("function-references", "(type $t (func)) (func (param (ref $t)))", "reference"),
        ("gc", "(type (struct))", "gc"),
        ("exceptions", "(tag)", "exception"),
        ("legacy-exceptions", "(func try catch_all end)", "exception"),
        ("stack-switching", "(type $f (func)) (type (cont $f))", "stack"),
        (
            "wide-arithmetic",
            "(func (param i64 i64 i64 i64) (result i64 i64)
                local.get 0 local.get 1 local.get 2 local.get 3 i64.add128)",
            "wide",
        ),
        ("custom-page-sizes", "(memory 1 (pagesize 1))", "page"),
    ];

    /// As above, of the component model.
    const COMPONENTS: &[(&str, &str, &str)] = &[
        ("async", "(import \"f\" (func async))", "async"),
        ("async types", "(type (future u32))", "async"),
        ("error-context", "(type error-context)", "error-context"),
        ("map", "(type (map string u32))", "map"),
        ("fixed-length-lists", "(type (list u32 4))", "fixed"),
        ("threading", "(core func (canon thread.index))", "thread"),
        ("async builtins", "(core func (canon backpressure.inc))", "async"),
    ];

    #[test]
    fn refuses_every_feature_that_is_off() {
        let engine = hardened().unwrap();
        for (feature, text, word) in MODULES {
            let wasm = wat::parse_str(format!("(module {text})")).unwrap();
            let error = Module::new(&engine, &wasm).map(drop).expect_err(feature);
            println!("{feature}: {error:#}");
            assert!(format!("{error:#}").to_lowercase().contains(word), "{feature}: {error:#}");
            let inside = wat::parse_str(format!("(component (core module {text}))")).unwrap();
            assert!(Component::new(&engine, &inside).is_err(), "{feature} inside a component");
        }
        for (feature, text, word) in COMPONENTS {
            let wasm = wat::parse_str(format!("(component {text})")).unwrap();
            let error = Component::new(&engine, &wasm).map(drop).expect_err(feature);
            println!("{feature}: {error:#}");
            assert!(format!("{error:#}").to_lowercase().contains(word), "{feature}: {error:#}");
        }
    }

    #[test]
    fn takes_what_interpreters_are_made_of() {
        let engine = hardened().unwrap();
        let text = "(module (memory 1) (table 1 funcref)
            (func (param v128) (result v128) local.get 0 local.get 0 f32x4.add)
            (func (memory.fill (i32.const 0) (i32.const 0) (i32.const 1))))";
        Module::new(&engine, wat::parse_str(text).unwrap()).unwrap();
    }

    #[test]
    fn text_and_compiled_code_are_no_components() {
        let engine = hardened().unwrap();
        assert!(Component::new(&engine, "(component)").is_err());
        let component = Component::new(&engine, wat::parse_str("(component)").unwrap()).unwrap();
        assert!(Component::from_binary(&engine, &component.serialize().unwrap()).is_err());
    }
}
