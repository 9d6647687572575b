//! The dialects in which spans speak of assistants: one file each, twins.
//!
//! Each has `read(attributes, facts)`: it takes the attributes it knows and fills places that are empty. The order is by how surely a
//! dialect knows: the sender's own words about the journal, then what wraps a whole trace, then what instruments one library. Two dialects on one span
//! are usual (OpenLLMetry writes the newer `gen_ai` names beside its own).

mod gen_ai;
mod langfuse;
mod openinference;
mod openllmetry;
mod own;
mod vercel;

use super::facts::Facts;
use super::span::{Attributes, Note};

/// How the names begin that a span about an assistant has at least one of.
const OURS: [&str; 7] = ["gen_ai.", "llm.", "openinference.", "langfuse.", "traceloop.", "ai.", "letopis."];

/// Whether it is worth asking: most spans of a program are about something else.
pub(super) fn may_know(attributes: &Attributes) -> bool {
    attributes.keys().any(|name| OURS.iter().any(|beginning| name.starts_with(beginning)))
}

/// Reads what any dialect knows.
pub(super) fn read(attributes: &mut Attributes, facts: &mut Facts) {
    own::read(attributes, facts);
    langfuse::read(attributes, facts);
    gen_ai::read(attributes, facts);
    openinference::read(attributes, facts);
    openllmetry::read(attributes, facts);
    vercel::read(attributes, facts);
}

/// Reads a span event; `false` when no dialect knows it.
pub(super) fn read_note(note: &mut Note, facts: &mut Facts) -> bool {
    let known = [gen_ai::read_note, openinference::read_note, openllmetry::read_note, vercel::read_note];
    known.into_iter().any(|read| read(note, facts))
}

/// Fields of ours alone.
pub(super) use own::read as read_own;

/// The message of one of the older `gen_ai.*.message` and `gen_ai.choice` events.
pub(super) use gen_ai::{Told, told};
