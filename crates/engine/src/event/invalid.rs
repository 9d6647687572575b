//! Why an item was not accepted: a machine code, the field, and a sentence that says what to do.
//!
//! It travels to the caller (`rejected[]` of the events API), into quarantine and into logs, so it never repeats what a client said, their
//! name or phone: only values of fields that cannot hold personal data (a timestamp, a type, a number) are named, and only when they look
//! like one.

use std::borrow::Cow;
use std::fmt;

/// What kind of fault it is; callers and quarantine group by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// The bytes are not UTF-8.
    NotUtf8,
    /// The text is not one JSON value.
    BadJson,
    /// JSON, but not an object.
    NotAnObject,
    /// More bytes than one item may have.
    TooLarge,
    /// Objects and lists nested too deep.
    TooDeep,
    /// An object with too many keys.
    TooManyKeys,
    /// `\u0000` in a string or key.
    NulCharacter,
    /// A field that this event needs is missing or empty.
    MissingField,
    /// The same known field twice.
    DuplicateField,
    /// Another JSON type than the field has.
    WrongType,
    /// A number outside its range.
    OutOfRange,
    /// A string longer than the field allows.
    TooLong,
    /// Not RFC 3339 with an offset, or outside 2000–2100.
    BadTimestamp,
    /// Neither a known type nor a well-formed name for one.
    BadType,
    /// A value that the field does not know.
    BadValue,
}

impl Code {
    /// As written in answers, quarantine and metrics.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotUtf8 => "not_utf8",
            Self::BadJson => "bad_json",
            Self::NotAnObject => "not_an_object",
            Self::TooLarge => "too_large",
            Self::TooDeep => "too_deep",
            Self::TooManyKeys => "too_many_keys",
            Self::NulCharacter => "nul_character",
            Self::MissingField => "missing_field",
            Self::DuplicateField => "duplicate_field",
            Self::WrongType => "wrong_type",
            Self::OutOfRange => "out_of_range",
            Self::TooLong => "too_long",
            Self::BadTimestamp => "bad_timestamp",
            Self::BadType => "bad_type",
            Self::BadValue => "bad_value",
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An item that was not accepted, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, serde::Serialize)]
#[error("{message}")]
pub struct Invalid {
    /// What kind of fault it is.
    pub code: Code,
    /// The field, dotted (`client.phone`); empty when it is about the whole item.
    pub field: Cow<'static, str>,
    /// Lower case, says what to do, repeats no personal data.
    pub message: String,
}

impl Invalid {
    pub(super) fn new(code: Code, field: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self { code, field: field.into(), message: message.into() }
    }
}

/// A key of the caller's, fit to be repeated: names of fields are, a phone number used as a key is not.
pub(super) fn safe_key(key: &str) -> Cow<'static, str> {
    let named = key.len() <= 64
        && key.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && key.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'));
    if named { Cow::Owned(key.to_owned()) } else { Cow::Borrowed("(unnamed field)") }
}

/// A value that is fit to be repeated: short, and made only of characters that `allowed` knows.
pub(super) fn safe_value(value: &str, allowed: impl Fn(char) -> bool) -> &str {
    if value.len() <= 40 && value.chars().all(allowed) { value } else { "(not shown)" }
}
