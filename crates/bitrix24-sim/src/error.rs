//! What the portal says when it refuses: a status, a code that may be a string, a number or empty, and a text (section 1.5 of the reference).
use crate::php::{Map, Value};

/// A refusal.
#[derive(Debug, Clone, PartialEq)]
pub struct ApiError {
    /// HTTP status
    pub status: u16,
    /// `error`: old `crm.*` methods leave it empty, booking uses numbers
    pub code: Value,
    /// `error_description`
    pub text: String,
    /// further keys, such as `argument`
    pub extra: Map,
}

impl ApiError {
    /// A refusal with a status.
    pub fn new(status: u16, code: impl Into<Value>, text: impl Into<String>) -> ApiError {
        ApiError { status, code: code.into(), text: text.into(), extra: Map::new() }
    }

    /// 400 with a code.
    pub fn bad(code: impl Into<Value>, text: impl Into<String>) -> ApiError {
        ApiError::new(400, code, text)
    }

    /// 400 with an empty code, as the old `crm.*` methods do.
    pub fn old(text: impl Into<String>) -> ApiError {
        ApiError::bad("", text)
    }

    /// A required parameter is missing: code 100, as the framework's controllers say it.
    pub fn missing(name: &str) -> ApiError {
        ApiError::bad(100, format!("Could not find value for parameter {{{name}}}"))
    }

    /// `ACCESS_DENIED`
    pub fn denied(text: impl Into<String>) -> ApiError {
        ApiError::new(403, "ACCESS_DENIED", text)
    }

    /// The body of the answer.
    pub fn body(&self) -> Map {
        let mut body = Map::new();
        body.set("error", self.code.clone());
        body.set("error_description", self.text.as_str());
        for (key, value) in self.extra.iter() {
            body.set(key.clone(), value.clone());
        }
        body
    }
}
