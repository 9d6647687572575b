//! Where what the journal knows goes: each sink is a cursor over the journal with an outbox of its own.
//!
//! At least once, idempotent, tried again with growing pauses, visible when stuck; a slow one delays nobody, because nothing waits for it.
//!
//! * `bitrix24` – the client's card, and what became of it

pub mod bitrix24;
