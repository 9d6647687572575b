//! Asking a portal: a method and its parameters, an answer, and what that answer means for whoever must not do a thing twice.
//!
//! Bitrix24 REST v2 has no idempotency, so every answer is one of four: done, refused, *later* (nothing was done), *unclear* (it may have been
//! done). Only an unclear one needs to be looked up; only *later* may simply be repeated. No error text names the portal's secret.
//!
//! * `answer` – what an answer means · `batch` – many calls in one · `pace` – how fast · `credential` – in whose name ·
//!   `oauth` – renewing it · `portal` – the asking

mod answer;
mod batch;
mod credential;
mod oauth;
mod pace;
mod portal;

pub use answer::{Halt, Refusal};
pub use credential::{BadCredential, Credential, Tokens};
pub use pace::{Pace, Rate};
pub use portal::{Changed, Patience, Portal};

use serde_json::Value;

/// One call.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// As the documentation writes it.
    pub method: &'static str,
    /// Its parameters: an object.
    pub params: Value,
}

/// What came of a call.
#[derive(Debug, Clone, PartialEq)]
pub enum Said {
    /// Its result.
    Done(Value),
    /// The portal says no, and will say it again.
    Refused(Refusal),
    /// Nothing was done: it may be asked again.
    Later(Later),
    /// Nobody knows whether it was done; our own words why.
    Unclear(String),
}

/// Why nothing was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Later {
    /// The portal has had enough requests for now.
    Limit,
    /// This method has used up its time, or an earlier one of the batch was to give what it needs.
    Method,
    /// It cannot be reached.
    Silent(String),
    /// A person has to do something first.
    Halted(Halt),
}

impl Call {
    /// A call of `method`.
    #[must_use]
    pub fn new(method: &'static str, params: Value) -> Self {
        Self { method, params }
    }
}
