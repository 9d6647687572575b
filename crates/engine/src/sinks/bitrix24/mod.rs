//! Bitrix24: every dialogue on the client's card, once and in order, and the outcome back (decision 009).
//!
//! ```text
//! journal ──cursor──▶ crm_entries ──▶ cards: whose? ──▶ rest ──batch, paced──▶ the portal
//! ```
//! * `rest` – asking the portal · `cards` – whose card, pure · `entries` – what a card is told, pure
//! * `write` – one connection's outbox, a turn at a time · `seek` – finding and making cards · `taking` – after an erasure
//! * `readback` – what became of the lead, as events
//! * `run` – connections as they come and go · `portals` – one portal for all who ask it
//! * `probe` – what is missing, step by step · `inside` – our application in the portal: installed, and opened in cards

pub mod cards;
pub mod entries;
mod inside;
mod portals;
mod probe;
pub mod readback;
pub mod rest;
mod run;
mod seek;
mod taking;
#[cfg(test)]
mod tests;
mod write;

pub use portals::Portals;
pub use probe::origin_of;
pub use run::{Bitrix24, Config};
pub use write::{Times, Turn, Writer};
