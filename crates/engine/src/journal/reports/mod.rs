//! Reports that go out by themselves: where to, what was made, what is on its way.
//!
//! `routes` follow from decisions: what goes to whom, by which way, when. `letters` keep what was made as it was sent, sealed under the
//! business key, for a year. `outbox` is what is still to be delivered: stored before it is sent, once for every route and period; `timetable` says
//! when that is. None of these tables names a client.

pub mod letters;
pub mod outbox;
pub mod routes;
pub mod timetable;

pub use letters::Letter;
pub use outbox::Delivery;
pub use routes::{Route, Routed, Way};

/// What is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Conversion of a week.
    Weekly,
    /// What is kept, proved, destroyed and promised in a month.
    Audit,
    /// Yesterday in a few lines.
    Digest,
    /// Something is wrong now.
    Alert,
}

impl Kind {
    /// All of them, as they are offered.
    pub const ALL: [Self; 4] = [Self::Digest, Self::Weekly, Self::Audit, Self::Alert];

    /// Its name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Weekly => "weekly",
            Self::Audit => "audit",
            Self::Digest => "digest",
            Self::Alert => "alert",
        }
    }
}

impl std::str::FromStr for Kind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or_else(|| format!("{text}: say digest, weekly, audit or alert"))
    }
}

/// A moment of those tables in a type of ours.
fn parsed<T: std::str::FromStr>(row: &rusqlite::Row<'_>, column: usize) -> rusqlite::Result<T> {
    let text: String = row.get(column)?;
    let wrong = || rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, "a word of a later version".into());
    text.parse().map_err(|_| wrong())
}
