//! The ledger as a whole: every tree size that is easy to get wrong, proofs and their forgeries, and bytes from strangers.

#![allow(clippy::unwrap_used, clippy::panic)]

mod bundle;
mod forest;
mod hostile;
mod sizes;
mod speed;
mod tampered;
mod verifier;
mod witnessing;
