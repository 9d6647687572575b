//! The rooms of Letopis that work without a screen: what comes in, how it is recorded and proven, what is counted, and where it goes.
//!
//! The life of one event: [`capture`] checks it and publishes a frame; the queue makes the frame durable and capture answers;
//! [`recorder`] takes it, drops duplicates, seals it under its client's key and stores blob, entry and read models in one
//! transaction of [`journal`]; then it writes tiles and signs a checkpoint. The console, the command line and the program that
//! joins all of it are the crate `letopis`. `ARCHITECTURE.md` has the map and the rules.

pub mod access;
pub mod anchor;
pub mod audit;
pub mod backup;
pub mod capture;
pub mod decide;
pub mod demo;
pub mod event;
pub mod exchange;
pub mod forwards;
pub mod import;
pub mod journal;
pub mod metrics;
pub mod post;
pub mod privacy;
pub mod recorder;
pub mod sinks;
pub mod store;
pub mod tally;
pub mod upstream;
pub mod witness;
