//! Definitions of every number: a pure function over counts, and the question that counts.
//!
//! * `retention` – what share of the accepted events is still available

pub mod retention;
