//! What the ways send, and how that ended.

/// One message to one or several people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The same each time it is sent: programs that read mail show it once.
    pub id: Option<String>,
    /// One line.
    pub title: String,
    /// The text; the title is not in it.
    pub text: String,
    /// What a messenger cannot show.
    pub file: Option<Attached>,
    /// When it is sent.
    pub at_us: i64,
}

/// A file with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attached {
    /// Its name.
    pub name: String,
    /// `text/html`, `text/plain`.
    pub kind: &'static str,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// Why it is not there. No text holds a token or a password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failed {
    /// Surely nobody has it.
    #[error("{0}")]
    NotTaken(String),
    /// The other side may have it.
    #[error("{0}")]
    Unclear(String),
}

impl Failed {
    /// As surely not taken.
    pub(super) fn not(why: impl std::fmt::Display) -> Self {
        Self::NotTaken(why.to_string())
    }
}
