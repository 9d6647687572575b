//! Before and after a change of model, prompt or scenario: equal numbers of the same weekdays, told apart by channel, intent and new or returning.
//!
//! The change's own day is in neither window. What is left within strata is what the change may have done; where it and the crude difference differ, the
//! mix of clients explains the rest. It is no experiment, and says so: whatever else changed then is named beside it.
//!
//! * `windows` – which days · `strata` – counting · `beside` – waiting, length, cost, promises · here – what it comes to

mod beside;
mod strata;
#[cfg(test)]
mod tests;
mod windows;

pub use beside::{Beside, Side};
pub use strata::{Compared, MEASURES, Measure, Row};
pub use windows::{DEFAULT_WEEKS, MOST_WEEKS, Windows};

use rusqlite::Connection;
use serde::Serialize;
use statistics::chi_squared::ChiSquared;
use statistics::stratified;

use super::figures::Asker;
use super::markers::{Marker, markers};
use crate::journal::days::Day;

/// What it comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Verdict {
    /// Two whole weeks after the change are not over.
    TooEarly {
        /// Days until they are.
        days: i64,
    },
    /// There are no two weeks before it.
    NothingBefore,
    /// Too few conversations in a window.
    Few,
    /// Within strata more are booked.
    Better,
    /// Within strata fewer are booked.
    Worse,
    /// All together differ, within strata nothing is sure: another mix of clients explains it.
    Mix,
    /// Nothing is sure.
    Unclear,
}

/// A change, as far as numbers show it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Change {
    /// Which days are compared.
    pub windows: Windows,
    /// Bookings first, then what should not get worse.
    pub compared: Vec<Compared>,
    /// What is no share of conversations; none where there are no windows.
    pub beside: Option<Beside>,
    /// Channel × intent × new or returning, the largest first.
    pub strata: Vec<Row>,
    /// Did the mix of strata change?
    pub mix: Option<ChiSquared>,
    /// The same of the two windows before, where nothing changed: what chance and seasons do by themselves.
    pub placebo: Option<Compared>,
    /// Bookings may still come for the later window.
    pub is_provisional: bool,
    /// What else changed in these days.
    #[serde(skip)]
    pub others: Vec<Marker>,
    /// Public holidays in these days, as month and day.
    pub holidays: Vec<(i8, i8)>,
    /// What it comes to.
    pub verdict: Verdict,
}

impl Verdict {
    /// Its name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::TooEarly { .. } => "too_early",
            Self::NothingBefore => "nothing_before",
            Self::Few => "few",
            Self::Better => "better",
            Self::Worse => "worse",
            Self::Mix => "mix",
            Self::Unclear => "unclear",
        }
    }
}

/// Before and after a moment.
///
/// # Errors
/// When the database says no.
pub fn change(conn: &Connection, asker: &Asker, at_us: i64, weeks: Option<i64>) -> rusqlite::Result<Change> {
    let windows = Windows::around(conn, asker, at_us, weeks)?;
    let counted = strata::count(conn, asker, &windows)?;
    let compared: Vec<Compared> = MEASURES.iter().map(|measure| strata::compare(*measure, &counted)).collect();
    let placebo = match windows.earlier(conn, asker)? {
        Some(earlier) => Some(strata::compare(MEASURES[0], &strata::count(conn, asker, &earlier)?)),
        None => None,
    };
    let (from_us, to_us) = windows.span_us(&asker.zone);
    // The change itself is a marker of its day.
    let own = Day::of(at_us, &asker.zone);
    let others = markers(conn, asker.business, from_us, to_us)?.into_iter().filter(|marker| Day::of(marker.us, &asker.zone) != own);
    let rows = strata::rows(&counted);
    let only: Vec<_> = rows.iter().map(|row| row.booked).collect();
    let is_provisional = to_us.saturating_add(asker.window_us) > asker.now_us;
    Ok(Change {
        verdict: verdict(&windows, &compared[0], is_provisional),
        mix: stratified::mix(&only),
        placebo,
        is_provisional,
        others: others.collect(),
        holidays: windows.holidays(),
        strata: rows,
        beside: (windows.weeks > 0).then(|| beside::beside(conn, asker, &windows)).transpose()?,
        compared,
        windows,
    })
}

fn verdict(windows: &Windows, booked: &Compared, is_provisional: bool) -> Verdict {
    let sure = |bounds: statistics::Interval| !bounds.contains(0.0);
    let adjusted = booked.adjusted.map(|found| found.difference);
    let crude = booked.difference.is_some_and(|found| sure(found.interval));
    match adjusted {
        _ if windows.missing_days > 0 => Verdict::TooEarly { days: windows.missing_days },
        _ if windows.weeks < windows::LEAST_WEEKS => Verdict::NothingBefore,
        _ if booked.crude.before.is_few() || booked.crude.after.is_few() => Verdict::Few,
        Some(found) if sure(found.interval) && found.value > 0.0 => Verdict::Better,
        // Bookings of the last days are still to come, of the earlier weeks they all came: less proves nothing yet.
        Some(found) if sure(found.interval) && is_provisional => Verdict::Unclear,
        Some(found) if sure(found.interval) => Verdict::Worse,
        _ if crude => Verdict::Mix,
        _ => Verdict::Unclear,
    }
}
