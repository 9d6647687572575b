//! Letopis: the journal and auditor of AI assistants.
//!
//! The rooms that record, prove and count are the crate `engine`, named here as if they stood beside these three: [`console`] shows
//! what it knows, [`cli`] asks and changes it from a terminal, [`app`] starts everything and joins it. `ARCHITECTURE.md` has the map.

pub use engine::{
    access, anchor, audit, backup, capture, decide, demo, event, exchange, forwards, import, journal, metrics, post, privacy, recorder,
    sinks, store, tally, upstream, witness,
};

pub mod app;
pub mod cli;
pub mod console;
