//! What must hold for any counts, and what a simulation shows.
#![allow(clippy::unwrap_used)]

mod peeking;
mod properties;
mod random;
