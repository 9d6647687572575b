//! What one request becomes: lines of events, and a count of what became none.

use serde_json::{Map, Value};

use super::span::ITEMS;
use super::{json, wire};

/// How a request is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// `application/x-protobuf`.
    Protobuf,
    /// `application/json`.
    Json,
}

/// Why nothing of a request can be taken.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// 400.
    #[error("{0}")]
    Malformed(String),
    /// 413.
    #[error("the request holds more than {ITEMS} items; send smaller batches")]
    TooMany,
}

impl From<wire::NotRead> for Unreadable {
    fn from(error: wire::NotRead) -> Self {
        if error == wire::NotRead::TooMany { Self::TooMany } else { Self::Malformed(error.to_string()) }
    }
}

impl From<json::NotRead> for Unreadable {
    fn from(error: json::NotRead) -> Self {
        if matches!(error, json::NotRead::TooMany) { Self::TooMany } else { Self::Malformed(error.to_string()) }
    }
}

/// What a request told.
#[derive(Debug)]
pub struct Batch {
    /// Events of schema v1, one a line.
    pub lines: Vec<u8>,
    /// How many lines there are.
    pub events: usize,
    /// Spans or log records in the request.
    pub seen: usize,
    /// … that are not about an assistant and are not kept.
    pub ignored: usize,
    /// … that have no valid ids and cannot be kept.
    pub nameless: usize,
    /// … for which there was no room: the request becomes more than [`Batch::most`] bytes of events.
    pub over: usize,
    /// The most bytes that events of one request may become.
    pub most: usize,
}

impl Batch {
    pub(super) fn new(most: usize) -> Self {
        Self { lines: Vec::new(), events: 0, seen: 0, ignored: 0, nameless: 0, over: 0, most }
    }

    /// Takes an event; one that does not fit any more is counted, and smaller ones after it are taken still.
    pub(super) fn push(&mut self, event: Map<String, Value>) {
        let before = self.lines.len();
        // A map of strings and numbers: writing it into memory cannot fail.
        let _ = serde_json::to_writer(&mut self.lines, &event);
        self.lines.push(b'\n');
        if self.lines.len() > self.most {
            self.lines.truncate(before);
            self.over += 1;
        } else {
            self.events += 1;
        }
    }
}
