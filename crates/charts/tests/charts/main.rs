//! Charts read back: where things stand, what the tables say, what gets through.
#![allow(clippy::unwrap_used, clippy::panic)]

mod drawing;
mod geometry;
mod language;
mod look;
mod samples;
mod tables;
