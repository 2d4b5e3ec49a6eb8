//! The generated bindings, one module for each role.
//!
//! `pub_export_macro` writes a world's exports into the component only where `export!` is called, so one crate can
//! hold the worlds of all roles. What the roles' worlds import is generated once, in [`imports`], and is the same Rust
//! type in each of them: a module that renders a trial, or asks a model, serves ideators and implementers alike.

/// What the worlds of the roles import.
pub mod imports {
    /// Everything that was generated for the imports.
    #[allow(missing_docs, unused_qualifications, clippy::undocumented_unsafe_blocks)]
    pub mod bindings {
        wit_bindgen::generate!({
            path: "../../../wit/lab",
            inline: "
                package proofhouse:sdk;
                world imports {
                    import proofhouse:compute/log@0.1.0;
                    import proofhouse:lab/types@0.1.0;
                    import proofhouse:lab/random@0.1.0;
                    import proofhouse:lab/llm@0.1.0;
                    import proofhouse:lab/workbench@0.1.0;
                }
            ",
            world: "proofhouse:sdk/imports",
            generate_all,
            additional_derives: [PartialEq],
        });
    }
    pub use bindings::proofhouse::compute::log;
    pub use bindings::proofhouse::lab::random::next as next_random;
    pub use bindings::proofhouse::lab::types::{
        Access, Cost, Direction, Failure, Idea, Measurement, Metric, Outcome, Patch, Problem, Score,
        SourceFile, Trial, TrialId,
    };
    pub use bindings::proofhouse::lab::{llm, workbench};
}

/// A searcher: decides what is tried next.
pub mod searcher {
    /// Everything that was generated for the world.
    #[allow(missing_docs, unused_qualifications, clippy::undocumented_unsafe_blocks)]
    pub mod bindings {
        wit_bindgen::generate!({
            path: "../../../wit/lab",
            world: "proofhouse:lab/searcher-plugin",
            generate_all,
            with: {
                "proofhouse:compute/log@0.1.0": crate::bindings::imports::bindings::proofhouse::compute::log,
                "proofhouse:lab/types@0.1.0": crate::bindings::imports::bindings::proofhouse::lab::types,
                "proofhouse:lab/random@0.1.0": crate::bindings::imports::bindings::proofhouse::lab::random,
            },
            additional_derives: [PartialEq],
            pub_export_macro: true,
            default_bindings_module: "proofhouse_sdk::searcher::bindings",
        });
    }
    pub use crate::export_searcher as export;
    pub use bindings::exports::proofhouse::lab::searcher::{Guest, GuestSearch, Request, Search};

    pub use super::imports::{
        Access, Cost, Direction, Failure, Idea, Measurement, Metric, Outcome, Patch, Problem, Score,
        SourceFile, Trial, log, next_random,
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
            with: {
                "proofhouse:compute/log@0.1.0": crate::bindings::imports::bindings::proofhouse::compute::log,
                "proofhouse:lab/types@0.1.0": crate::bindings::imports::bindings::proofhouse::lab::types,
                "proofhouse:lab/random@0.1.0": crate::bindings::imports::bindings::proofhouse::lab::random,
                "proofhouse:lab/llm@0.1.0": crate::bindings::imports::bindings::proofhouse::lab::llm,
            },
            additional_derives: [PartialEq],
            pub_export_macro: true,
            default_bindings_module: "proofhouse_sdk::ideator::bindings",
        });
    }
    pub use crate::export_ideator as export;
    pub use bindings::exports::proofhouse::lab::ideator::{
        Brief, Guest, GuestIdeation, Ideation, Mode, Proposal,
    };

    pub use super::imports::{
        Access, Cost, Direction, Failure, Idea, Measurement, Metric, Outcome, Patch, Problem, Score,
        SourceFile, Trial, llm, log, next_random,
    };
}

/// An implementer: writes the patch for an idea.
pub mod implementer {
    /// Everything that was generated for the world.
    #[allow(missing_docs, unused_qualifications, clippy::undocumented_unsafe_blocks)]
    pub mod bindings {
        wit_bindgen::generate!({
            path: "../../../wit/lab",
            world: "proofhouse:lab/implementer-plugin",
            generate_all,
            with: {
                "proofhouse:compute/log@0.1.0": crate::bindings::imports::bindings::proofhouse::compute::log,
                "proofhouse:lab/types@0.1.0": crate::bindings::imports::bindings::proofhouse::lab::types,
                "proofhouse:lab/random@0.1.0": crate::bindings::imports::bindings::proofhouse::lab::random,
                "proofhouse:lab/llm@0.1.0": crate::bindings::imports::bindings::proofhouse::lab::llm,
                "proofhouse:lab/workbench@0.1.0": crate::bindings::imports::bindings::proofhouse::lab::workbench,
            },
            additional_derives: [PartialEq],
            pub_export_macro: true,
            default_bindings_module: "proofhouse_sdk::implementer::bindings",
        });
    }
    pub use crate::export_implementer as export;
    pub use bindings::exports::proofhouse::lab::implementer::{
        Attempt, Guest, GuestImplementation, Implementation, Implemented,
    };

    pub use super::imports::{
        Access, Cost, Direction, Failure, Idea, Measurement, Metric, Outcome, Patch, Problem, Score,
        SourceFile, Trial, llm, log, next_random, workbench,
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
