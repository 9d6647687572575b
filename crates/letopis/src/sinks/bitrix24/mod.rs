//! Bitrix24: every dialogue on the client's card, once and in order, and the outcome back (decision 009).
//!
//! ```text
//! journal ──cursor──▶ crm_entries ──▶ cards: whose? ──▶ rest ──batch, paced──▶ the portal
//! ```
//! * `rest` – asking the portal · `cards` – whose card, pure · `entries` – what a card is told, pure
//! * `write` – one connection's outbox, a turn at a time · `seek` – finding and making cards · `taking` – after an erasure
//! * `readback` – what became of the lead, as events
//! * `run` – connections as they come and go

pub mod cards;
pub mod entries;
pub mod readback;
pub mod rest;
mod run;
mod seek;
mod taking;
#[cfg(test)]
mod tests;
mod write;

pub use run::{Bitrix24, Config};
pub use write::{Times, Turn, Writer};
