//! Since when another model, prompt or scenario answers: what charts draw as flags, and what a drop is compared with first.
//!
//! Read from conversations, so it goes as far back as numbers do. A version *is there* from five of twenty conversations running on, and is gone when
//! none of twenty has it: a test that splits traffic is two versions side by side and one marker, a single stray answer is none, and a version that was
//! put back is a marker of its own. Versions of each scenario are a series of their own (`запись@7`).
//!
//! What a person made active here (`journal::scenarios`) is a marker at that moment; the traffic that follows it within a day is the same one.

use std::collections::{BTreeMap, HashMap, VecDeque};

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::Serialize;

use crate::event::{BusinessId, RecordNo};
use crate::journal::scenarios;

/// Conversations that are looked at together.
const TOGETHER: usize = 20;
/// Of them so many make a version one that is there.
const PRESENT: usize = 5;
/// Conversations before the period that say what was there already.
const BEFORE: i64 = 400;
/// What was decided is seen in conversations so soon.
const FOLLOWS_US: i64 = 24 * 3_600_000_000;

/// What changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
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

/// A conversation, as far as versions go.
struct Seen {
    us: i64,
    session: Option<i64>,
    values: [Option<String>; 3],
}

impl What {
    const ALL: [(Self, &'static str); 3] = [(Self::Model, "e.model"), (Self::Prompt, "d.prompt"), (Self::Scenario, "e.scenario")];

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
    let columns = "started_us, session, model, prompt, scenario FROM cases WHERE business = ?1 AND started_us";
    let told = "AND (model IS NOT NULL OR prompt IS NOT NULL OR scenario IS NOT NULL)";
    let read = |row: &Row<'_>| Ok(Seen { us: row.get(0)?, session: row.get(1)?, values: [row.get(2)?, row.get(3)?, row.get(4)?] });
    let before = format!("SELECT {columns} < ?2 {told} ORDER BY started_us DESC LIMIT ?3");
    let mut seen: Vec<Seen> =
        conn.prepare_cached(&before)?.query_map(params![business.0, from_us, BEFORE], read)?.collect::<Result<_, _>>()?;
    seen.reverse();
    let within = format!("SELECT {columns} >= ?2 AND started_us < ?3 {told} ORDER BY started_us");
    for one in conn.prepare_cached(&within)?.query_map(params![business.0, from_us, to_us], read)? {
        seen.push(one?);
    }
    let mut found = Vec::new();
    for (at, (what, column)) in What::ALL.into_iter().enumerate() {
        let mut series = BTreeMap::<&str, Vec<(usize, &str)>>::new();
        for (index, value) in seen.iter().enumerate().filter_map(|(index, seen)| Some((index, seen.values[at].as_deref()?))) {
            series.entry(if what == What::Scenario { name_of(value) } else { "" }).or_default().push((index, value));
        }
        for change in series.values().flat_map(|series| changes(series)) {
            let first = &seen[change.index];
            let (us, record) = first_event(conn, first, column, change.to)?.map_or((first.us, None), |(us, record)| (us, Some(record)));
            if us >= from_us && us < to_us {
                found.push(Marker { what, us, from: change.from.map(str::to_owned), to: change.to.to_owned(), record, by: None });
            }
        }
    }
    let decided = decided(conn, business, from_us.saturating_sub(FOLLOWS_US), to_us)?;
    let mut found = joined(found, decided);
    found.retain(|marker| marker.us >= from_us);
    found.sort_by(|one, other| (one.us, one.what, &one.to).cmp(&(other.us, other.what, &other.to)));
    Ok(found)
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

/// A version that is there from that conversation on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Change<'a> {
    index: usize,
    from: Option<&'a str>,
    to: &'a str,
}

/// A version in a series: how often it stands among the last ones, and whether it counts as there.
#[derive(Default)]
struct Standing {
    among_last: usize,
    is_there: bool,
}

/// The changes in a series of (conversation, version). Asked of every conversation of a month: versions are compared once each, then by number.
fn changes<'a>(series: &[(usize, &'a str)]) -> Vec<Change<'a>> {
    let mut numbers = HashMap::<&str, usize>::new();
    let mut standing = Vec::<Standing>::new();
    let mut last: VecDeque<(usize, usize)> = VecDeque::with_capacity(TOGETHER + 1);
    let mut newest: Option<(&str, usize)> = None;
    let mut found = Vec::new();
    for (at, (index, value)) in series.iter().copied().enumerate() {
        let number = newest.filter(|(known, _)| *known == value).map_or_else(
            || {
                let next = numbers.len();
                *numbers.entry(value).or_insert(next)
            },
            |(_, number)| number,
        );
        newest = Some((value, number));
        standing.resize_with(numbers.len(), Standing::default);
        last.push_back((index, number));
        standing[number].among_last += 1;
        if last.len() > TOGETHER
            && let Some((_, gone)) = last.pop_front()
        {
            standing[gone].among_last -= 1;
            standing[gone].is_there &= standing[gone].among_last > 0;
        }
        if standing[number].among_last < PRESENT || std::mem::replace(&mut standing[number].is_there, true) {
            continue;
        }
        let first = last.iter().find(|(_, other)| *other == number).map_or(index, |(index, _)| *index);
        let from = before(&series[..=at], first, value);
        // What answered from the first day on is no change.
        if from.is_some() {
            found.push(Change { index: first, from, to: value });
        }
    }
    found
}

/// What was there most, just before that conversation.
fn before<'a>(series: &[(usize, &'a str)], first: usize, value: &str) -> Option<&'a str> {
    let mut counts = BTreeMap::<&str, usize>::new();
    for (_, other) in series.iter().rev().filter(|(index, other)| *index < first && *other != value).take(TOGETHER) {
        *counts.entry(other).or_default() += 1;
    }
    counts.into_iter().max_by_key(|(_, count)| *count).map(|(other, _)| other)
}

fn first_event(conn: &Connection, seen: &Seen, column: &str, value: &str) -> rusqlite::Result<Option<(i64, u64)>> {
    let Some(session) = seen.session else { return Ok(None) };
    let sql = format!(
        "SELECT e.ts_us, e.record FROM events e LEFT JOIN details d ON d.record = e.record WHERE e.session = ?1 AND {column} = ?2
         ORDER BY e.ts_us, e.record LIMIT 1"
    );
    let read = |row: &Row<'_>| Ok((row.get(0)?, RecordNo::from_i64(row.get(1)?).index()));
    conn.prepare_cached(&sql)?.query_row(params![session, value], read).optional()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(usize, String, String)> {
        let versions: Vec<String> = text.chars().map(String::from).collect();
        let series: Vec<(usize, &str)> = versions.iter().map(String::as_str).enumerate().collect();
        changes(&series).into_iter().map(|c| (c.index, c.from.unwrap_or_default().to_owned(), c.to.to_owned())).collect()
    }

    fn change(index: usize, from: &str, to: &str) -> (usize, String, String) {
        (index, from.into(), to.into())
    }

    #[test]
    fn a_change_is_marked_where_it_began() {
        assert_eq!(found("aaaaaaaaaabbbbb"), [change(10, "a", "b")]);
        assert_eq!(found("aaaaaaaaaabbbb"), [], "four are not enough yet");
        assert_eq!(found("aaaaaaaaaa"), [], "what answers from the first day on is no change");
        assert_eq!(found("aaaaa"), []);
    }

    #[test]
    fn a_split_is_one_marker_and_a_stray_answer_none() {
        assert_eq!(found(&("aaaaaaaaaa".to_owned() + &"ab".repeat(40))), [change(11, "a", "b")]);
        assert_eq!(found(&("a".repeat(30) + "b" + &"a".repeat(30) + "b" + &"a".repeat(30))), []);
    }

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

    #[test]
    fn what_was_put_back_is_a_marker_of_its_own() {
        let told = "a".repeat(25) + &"b".repeat(25) + &"a".repeat(5);
        assert_eq!(found(&told), [change(25, "a", "b"), change(50, "b", "a")]);
    }
}
