//! Language models: one file a dialect, and what they share.
//!
//! * `openai` – Chat Completions, of OpenAI and everyone who speaks like it
//! * `call` – one call of a model, as all dialects tell it · `sse` – server-sent events

mod call;
pub mod openai;
mod sse;
