//! OpenTelemetry in: `POST /v1/traces`, `/v1/logs`, and `/api/public/otel/v1/traces` where the Langfuse SDKs send.
//!
//! Protobuf or JSON, as it is or gzip; a bytes-to-events function without I/O, then the same gate, frame and queue as for every other event: a 200 means that what
//! is kept is on disk. What is not about an assistant is not kept, and the answer says how much that was. `docs/otlp.md` is the map of
//! attributes.
//!
//! * `door` – the routes · `answer` – partial success, `google.rpc.Status` · `wire`, `json` (with `json_value`) – the two encodings, into `span`
//! * `dialects` – what attributes mean, into `facts` (with `text_json`, `messages`) · `map` – facts → event, within `bound`
//! * `traces`, `logs` – a whole request → `batch`

mod answer;
mod batch;
mod bound;
mod dialects;
mod door;
mod facts;
mod json;
mod json_value;
mod logs;
mod map;
mod messages;
mod span;
#[cfg(test)]
mod tests;
mod text_json;
mod traces;
mod wire;

pub use batch::{Batch, Encoding, Unreadable};
pub(super) use door::routes;
pub use logs::logs;
pub use traces::traces;
