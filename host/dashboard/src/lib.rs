//! The report of a run as one self-contained HTML page.
//!
//! [`report`] turns a [`RunView`] into a page that needs no server and no network: styles and script are inline, and
//! charts are SVG drawn here. Everything a plugin or a program wrote (ideas, diffs, logs, tracebacks) is untrusted: it
//! is escaped on its way into the page, and a content security policy names the page's own script and
//! style by hash, so that nothing else runs even if an escape were missed.

mod chart;
mod curve;
mod detail;
mod diff;
mod escape;
mod from_ledger;
mod headline;
mod lineage;
mod markup;
pub mod numbers;
mod page;
mod provenance;
mod scale;
mod summary;
mod table;
mod view;

pub use from_ledger::view;
pub use page::report;
pub use summary::{BaselineSummary, Best, best, summarize_baseline};
pub use view::{BaselineView, DataUse, PluginUse, PolicyUse, Provenance, RunState, RunView, TrialView};

#[cfg(test)]
mod sample;
