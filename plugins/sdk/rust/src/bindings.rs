//! The generated bindings, one module for each role.
//!
//! `pub_export_macro` writes a world's exports into the component only where `export!` is called, so one crate can
//! hold the worlds of all roles.

/// A searcher: decides what is tried next.
pub mod searcher {
    /// Everything that was generated for the world.
    #[allow(missing_docs, unused_qualifications, clippy::undocumented_unsafe_blocks)]
    pub mod bindings {
        wit_bindgen::generate!({
            path: "../../../wit/lab",
            world: "proofhouse:lab/searcher-plugin",
            generate_all,
            additional_derives: [PartialEq],
            pub_export_macro: true,
            default_bindings_module: "proofhouse_sdk::searcher::bindings",
        });
    }
    pub use crate::export_searcher as export;
    pub use bindings::exports::proofhouse::lab::searcher::{Guest, GuestSearch, Request, Search};
    pub use bindings::proofhouse::compute::log;
    pub use bindings::proofhouse::lab::random::next as next_random;
    pub use bindings::proofhouse::lab::types::{
        Access, Cost, Direction, Failure, Idea, Measurement, Metric, Outcome, Patch, Problem, Score,
        SourceFile, Trial,
    };
}

/// An ideator: turns a request into ideas.
pub mod ideator {
    /// Everything that was generated for the world.
    #[allow(missing_docs, unused_qualifications, clippy::undocumented_unsafe_blocks)]
    pub mod bindings {
        wit_bindgen::generate!({
            path: "../../../wit/lab",
            world: "proofhouse:lab/ideator-plugin",
            generate_all,
            additional_derives: [PartialEq],
            pub_export_macro: true,
            default_bindings_module: "proofhouse_sdk::ideator::bindings",
        });
    }
    pub use crate::export_ideator as export;
    pub use bindings::exports::proofhouse::lab::ideator::{
        Brief, Guest, GuestIdeation, Ideation, Mode, Proposal,
    };
    pub use bindings::proofhouse::compute::log;
    pub use bindings::proofhouse::lab::llm;
    pub use bindings::proofhouse::lab::random::next as next_random;
    pub use bindings::proofhouse::lab::types::{
        Access, Cost, Direction, Failure, Idea, Measurement, Metric, Outcome, Patch, Problem, Score,
        SourceFile, Trial,
    };
}

/// An evaluator: drives one candidate and scores it.
pub mod evaluator {
    /// Everything that was generated for the world.
    #[allow(missing_docs, unused_qualifications, clippy::undocumented_unsafe_blocks)]
    pub mod bindings {
        wit_bindgen::generate!({
            path: "../../../wit/lab",
            world: "proofhouse:lab/evaluator-plugin",
            generate_all,
            pub_export_macro: true,
            default_bindings_module: "proofhouse_sdk::evaluator::bindings",
        });
    }
    pub use crate::export_evaluator as export;
    pub use bindings::exports::proofhouse::lab::evaluator::Guest;
    pub use bindings::proofhouse::compute::{data, generator, layers, log, tensors, values};
    pub use bindings::proofhouse::lab::candidate;
    pub use bindings::proofhouse::lab::random::next as next_random;
    pub use bindings::proofhouse::lab::types::{Measurement, Score};
}
