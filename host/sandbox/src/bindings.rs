//! Rust types generated from the contract in `wit/`, and how each world's exports are called.
//!
//! Only types and exports are used: the imports are linked in [`crate::interfaces`], one file per interface, because a
//! host function needs its store (for the fuel) and the generated traits give it only its state.
#![allow(
    missing_docs,
    unused_qualifications,
    reason = "generated from the WIT files, where it is documented"
)]

pub(crate) mod executor {
    wasmtime::component::bindgen!({
        path: "../../wit/compute",
        world: "executor",
        with: {
            "proofhouse:compute/tensors.tensor": proofhouse_compute::Tensor,
            "proofhouse:compute/autograd.reverse-pass": proofhouse_compute::ReversePass,
            "proofhouse:compute/optimizers.adamw-state": proofhouse_compute::AdamWState,
            "proofhouse:compute/generator.generator": proofhouse_compute::Generator,
            "proofhouse:compute/data.tokens": proofhouse_compute::data::TokenStream,
        },
        imports: { default: trappable },
    });
}

pub(crate) use executor::proofhouse::compute as contract;

pub(crate) mod evaluator {
    wasmtime::component::bindgen!({
        path: "../../wit/lab",
        world: "evaluator-plugin",
        with: {
            "proofhouse:compute": crate::bindings::executor::proofhouse::compute,
            "proofhouse:lab/types": crate::bindings::searcher::proofhouse::lab::types,
        },
        imports: { default: trappable },
    });
}

pub(crate) mod searcher {
    wasmtime::component::bindgen!({
        path: "../../wit/lab",
        world: "searcher-plugin",
        with: {
            "proofhouse:compute": crate::bindings::executor::proofhouse::compute,
        },
        imports: { default: trappable },
    });
}

pub(crate) mod ideator {
    wasmtime::component::bindgen!({
        path: "../../wit/lab",
        world: "ideator-plugin",
        with: {
            "proofhouse:compute": crate::bindings::executor::proofhouse::compute,
            "proofhouse:lab/types": crate::bindings::searcher::proofhouse::lab::types,
        },
        imports: { default: trappable },
    });
}

pub(crate) mod implementer {
    wasmtime::component::bindgen!({
        path: "../../wit/lab",
        world: "implementer-plugin",
        with: {
            "proofhouse:compute": crate::bindings::executor::proofhouse::compute,
            "proofhouse:lab/types": crate::bindings::searcher::proofhouse::lab::types,
            "proofhouse:lab/llm": crate::bindings::ideator::proofhouse::lab::llm,
        },
        imports: { default: trappable },
    });
}

pub(crate) use ideator::proofhouse::lab::llm;
