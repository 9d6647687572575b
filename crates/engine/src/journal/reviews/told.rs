//! What a program says that somebody found: an event `review_labelled` with `meta.review`.
//!
//! ```json
//! {"type":"review_labelled","timestamp":"…","channel":"review","operator":"anna","intent":"цена",
//!  "meta":{"review":{"of":"evt_1","right":false,"faults":["wrong_answer"]}}}
//! ```
//! `of` is the id of the event it speaks of, `intent` what the client wanted, `operator` who found it. Not part of any conversation.

use crate::event::review::Fault;
use crate::event::{Event, EventType};

/// As read from an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// The id of the event it speaks of.
    pub of: String,
    /// Who found it.
    pub reviewer: String,
    /// Whether the intent was right; where that is not said, it is when `truth` is the same.
    pub right: Option<bool>,
    /// What it was.
    pub truth: Option<String>,
    /// What is wrong with the answer.
    pub faults: Vec<Fault>,
}

/// What an event tells; none where it tells of no review.
#[must_use]
pub fn of(event: &Event) -> Option<Told> {
    let review = event.meta.get("review").filter(|_| event.kind == EventType::ReviewLabelled)?;
    let of = review["of"].as_str()?.to_owned();
    let faults = review["faults"].as_array().map(Vec::as_slice).unwrap_or_default();
    Some(Told {
        of,
        reviewer: event.operator.clone().unwrap_or_else(|| "api".to_owned()),
        right: review["right"].as_bool(),
        truth: event.intent.clone(),
        faults: faults.iter().filter_map(|fault| Fault::parse(fault.as_str()?)).collect(),
    })
}
