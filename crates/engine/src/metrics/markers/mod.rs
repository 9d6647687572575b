//! Since when another model, prompt or scenario answers: what charts draw as flags, and what a drop is compared with first.
//!
//! Read from conversations, so it goes as far back as numbers do. A version *is there* from five of twenty conversations running on, and is gone when
//! none of twenty has it: a test that splits traffic is two versions side by side and one marker, a single stray answer is none, and a version that was
//! put back is a marker of its own. Versions of each scenario are a series of their own (`запись@7`).
//!
//! What a person made active here (`journal::scenarios`) is a marker at that moment; the traffic that follows it within a day is the same one.

mod series;

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::Serialize;

use crate::event::when::DAY_US;
use crate::event::{BusinessId, RecordNo};
use crate::journal::scenarios;
use crate::metrics::sheets::{self, Name};
use series::{Change, Series, Told};

/// Conversations before the period that say what was there already.
const BEFORE: i64 = 400;
/// What was decided is seen in conversations so soon.
const FOLLOWS_US: i64 = DAY_US;

/// What changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// The language model.
    Model,
    /// The version of the prompt.
    Prompt,
    /// A scenario's version.
    Scenario,
}

/// One change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marker {
    /// Of what.
    pub what: What,
    /// The first conversation with it began, or its first event where that still lives.
    pub us: i64,
    /// What was there before; none where nothing was told.
    pub from: Option<String>,
    /// What is there now.
    pub to: String,
    /// The first event with it; none where it is gone.
    pub record: Option<u64>,
    /// Who made it active here; none where it is only seen in traffic.
    pub by: Option<String>,
}

/// Every version that was read, and the series it belongs to.
#[derive(Default)]
struct Watch {
    versions: Vec<Version>,
    /// By column and label.
    numbers: [HashMap<String, usize>; 3],
    series_of: HashMap<(What, String), usize>,
    series: Vec<Series>,
    /// Of the last conversation, by column: the next one mostly says the same.
    last: [Option<usize>; 3],
    found: Vec<(What, Change)>,
}

/// A model, a prompt, a scenario.
struct Version {
    label: String,
    series: usize,
}

impl Watch {
    /// The next conversation, with what it tells of each.
    fn push<'a>(&mut self, us: i64, session: Option<i64>, told: impl Fn(usize) -> Option<&'a str>) {
        for (at, what) in What::ALL.into_iter().enumerate() {
            let Some(label) = told(at) else { continue };
            let known = self.last[at].filter(|last| self.versions[*last].label == label);
            let version = known.unwrap_or_else(|| self.version(at, what, label));
            self.last[at] = Some(version);
            let change = self.series[self.versions[version].series].push(Told { us, session, version });
            self.found.extend(change.map(|change| (what, change)));
        }
    }

    fn version(&mut self, at: usize, what: What, label: &str) -> usize {
        if let Some(known) = self.numbers[at].get(label) {
            return *known;
        }
        // Scenarios are series of their own; models are one, and so are prompts.
        let name = if what == What::Scenario { name_of(label) } else { "" };
        let next = self.series_of.len();
        let series = *self.series_of.entry((what, name.to_owned())).or_insert(next);
        self.series.resize_with(self.series_of.len(), Series::default);
        self.versions.push(Version { label: label.to_owned(), series });
        self.numbers[at].insert(label.to_owned(), self.versions.len() - 1);
        self.versions.len() - 1
    }
}

impl What {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Model, Self::Prompt, Self::Scenario];

    /// Where conversations tell of it.
    pub(super) fn told(self) -> Name {
        match self {
            Self::Model => Name::Model,
            Self::Prompt => Name::Prompt,
            Self::Scenario => Name::Scenario,
        }
    }

    /// Where events tell of it.
    fn column(self) -> &'static str {
        match self {
            Self::Model => "e.model",
            Self::Prompt => "d.prompt",
            Self::Scenario => "e.scenario",
        }
    }

    /// Its name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Model => "model",
            Self::Prompt => "prompt",
            Self::Scenario => "scenario",
        }
    }
}

/// The changes in `[from_us, to_us)`, the oldest first.
///
/// # Errors
/// When the database says no.
pub fn markers(conn: &Connection, business: BusinessId, from_us: i64, to_us: i64) -> rusqlite::Result<Vec<Marker>> {
    let mut watch = Watch::default();
    for (us, session, told) in before(conn, business, from_us)?.into_iter().rev() {
        watch.push(us, session, |at| told[at].as_deref());
    }
    sheets::walk(conn, business, from_us, to_us, |line| {
        watch.push(line.started_us(), line.session(), |at| line.name(What::ALL[at].told()))
    })?;
    let mut found = Vec::new();
    for (what, Change { first, from }) in &watch.found {
        let (from, to) = (&watch.versions[*from].label, &watch.versions[first.version].label);
        let (us, record) = first_event(conn, *first, *what, to)?.map_or((first.us, None), |(us, record)| (us, Some(record)));
        if us >= from_us && us < to_us {
            found.push(Marker { what: *what, us, from: Some(from.clone()), to: to.clone(), record, by: None });
        }
    }
    let decided = decided(conn, business, from_us.saturating_sub(FOLLOWS_US), to_us)?;
    let mut found = joined(found, decided);
    found.retain(|marker| marker.us >= from_us);
    found.sort_by(|one, other| (one.us, one.what, &one.to).cmp(&(other.us, other.what, &other.to)));
    Ok(found)
}

/// A conversation as it is read: when, its row, its versions in the order of [`What::ALL`].
type Read = (i64, Option<i64>, [Option<String>; 3]);

/// The last conversations before the period, the latest first.
fn before(conn: &Connection, business: BusinessId, from_us: i64) -> rusqlite::Result<Vec<Read>> {
    let sql = "SELECT started_us, session, model, prompt, scenario FROM cases WHERE business = ?1 AND started_us < ?2
                 AND (model IS NOT NULL OR prompt IS NOT NULL OR scenario IS NOT NULL) ORDER BY started_us DESC LIMIT ?3";
    let read = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?, [row.get(2)?, row.get(3)?, row.get(4)?]));
    conn.prepare_cached(sql)?.query_map(params![business.0, from_us, BEFORE], read)?.collect()
}

/// What people made active.
fn decided(conn: &Connection, business: BusinessId, from_us: i64, to_us: i64) -> rusqlite::Result<Vec<Marker>> {
    let all = scenarios::activations(conn, business)?.into_iter().filter(|(active, _)| (from_us..to_us).contains(&active.since_us));
    let marker = |(active, before): (scenarios::Active, Option<String>)| Marker {
        what: What::Scenario,
        us: active.since_us,
        from: before.map(|version| format!("{}@{version}", active.name)),
        to: active.label(),
        record: None,
        by: Some(active.by),
    };
    Ok(all.map(marker).collect())
}

/// What is seen after it was decided is no change of its own: it shows the first conversation with it.
fn joined(seen: Vec<Marker>, mut decided: Vec<Marker>) -> Vec<Marker> {
    let mut alone = Vec::new();
    for marker in seen {
        let follows = |earlier: &&mut Marker| earlier.to == marker.to && (0..FOLLOWS_US).contains(&(marker.us - earlier.us));
        match decided.iter_mut().rev().find(follows) {
            Some(earlier) => earlier.record = earlier.record.or(marker.record),
            None => alone.push(marker),
        }
    }
    alone.append(&mut decided);
    alone
}

fn name_of(scenario: &str) -> &str {
    scenario.split_once('@').map_or(scenario, |(name, _)| name)
}

fn first_event(conn: &Connection, first: Told, what: What, value: &str) -> rusqlite::Result<Option<(i64, u64)>> {
    let Some(session) = first.session else { return Ok(None) };
    let sql = format!(
        "SELECT e.ts_us, e.record FROM events e LEFT JOIN details d ON d.record = e.record WHERE e.session = ?1 AND {} = ?2
         ORDER BY e.ts_us, e.record LIMIT 1",
        what.column()
    );
    let read = |row: &Row<'_>| Ok((row.get(0)?, RecordNo::from_i64(row.get(1)?).index()));
    conn.prepare_cached(&sql)?.query_row(params![session, value], read).optional()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_seen_after_a_decision_is_the_same_change() {
        let marker = |us, to: &str, record, by: Option<&str>| Marker {
            what: What::Scenario,
            us,
            from: None,
            to: to.into(),
            record,
            by: by.map(str::to_owned),
        };
        let seen = vec![marker(50, "a@2", Some(7), None), marker(60, "b@1", Some(8), None), marker(FOLLOWS_US + 40, "a@2", Some(9), None)];
        let found = joined(seen, vec![marker(40, "a@2", None, Some("vera"))]);
        let told: Vec<_> = found.iter().map(|m| (m.us, m.to.as_str(), m.record, m.by.as_deref())).collect();
        assert_eq!(told, [(60, "b@1", Some(8), None), (FOLLOWS_US + 40, "a@2", Some(9), None), (40, "a@2", Some(7), Some("vera"))]);
    }
}
