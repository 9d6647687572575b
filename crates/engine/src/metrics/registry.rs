//! Scenarios and prompts by name: versions that were put here beside versions that traffic shows, each with how it did.
//!
//! What traffic says finds its version by `name@version` (of a scenario, then of a prompt), then by the digest of a text that was put here: the first
//! that says anything counts, so nothing is counted twice. Prompts that have no name and models are lists of their own.

use std::collections::BTreeMap;

use rusqlite::Connection;

use super::markers::What;
use super::versions::{Seen, Versions, versions};
use crate::event::BusinessId;
use crate::event::scenario::parts;
use crate::journal::scenarios::{self, Active, Version};

/// One version.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// Its version; empty where traffic names only the scenario.
    pub version: String,
    /// How it was put here; none where it is only seen in traffic.
    pub put: Option<Version>,
    /// How it did; none where no conversation shows it.
    pub seen: Option<Seen>,
}

/// One scenario or prompt.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Its name.
    pub name: String,
    /// The version that answers.
    pub active: Option<Active>,
    /// Its versions, the newest first.
    pub lines: Vec<Line>,
}

/// All there are.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Registry {
    /// By name.
    pub entries: Vec<Entry>,
    /// Prompts that nobody named, by their digest.
    pub prompts: Vec<Line>,
    /// Models.
    pub models: Vec<Line>,
}

/// The registry of a business.
///
/// # Errors
/// When the database says no.
pub fn registry(conn: &Connection, business: BusinessId) -> rusqlite::Result<Registry> {
    let (put, seen) = (scenarios::versions(conn, business, None)?, versions(conn, business)?);
    let mut active: BTreeMap<String, Active> = BTreeMap::new();
    for (one, _) in scenarios::activations(conn, business)? {
        active.insert(one.name.clone(), one);
    }
    Ok(told(put, active, seen))
}

fn told(put: Vec<Version>, mut active: BTreeMap<String, Active>, mut seen: Versions) -> Registry {
    let mut named: BTreeMap<String, Vec<Line>> = BTreeMap::new();
    for version in put {
        let label = version.label();
        let ways = [(What::Scenario, label.clone()), (What::Prompt, label), (What::Prompt, version.digest.clone())];
        let found: Vec<Seen> = ways.iter().filter_map(|way| seen.remove(way)).collect();
        let line = Line { version: version.version.clone(), seen: found.first().copied(), put: Some(version.clone()) };
        named.entry(version.name).or_default().push(line);
    }
    let mut registry = Registry::default();
    for ((what, label), seen) in seen {
        let line = |version: &str| Line { version: version.to_owned(), put: None, seen: Some(seen) };
        match (what, parts(&label)) {
            (What::Model, _) => registry.models.push(line(&label)),
            (What::Prompt, (_, None)) => registry.prompts.push(line(&label)),
            (_, (name, version)) => {
                let lines = named.entry(name.to_owned()).or_default();
                let line = line(version.unwrap_or_default());
                if !lines.iter().any(|known| known.version == line.version) {
                    lines.push(line);
                }
            }
        }
    }
    let entry = |(name, mut lines): (String, Vec<Line>)| {
        newest_first(&mut lines);
        Entry { active: active.remove(&name), name, lines }
    };
    registry.entries = named.into_iter().map(entry).collect();
    newest_first(&mut registry.prompts);
    newest_first(&mut registry.models);
    registry
}

fn newest_first(lines: &mut [Line]) {
    lines.sort_by_key(|line| {
        std::cmp::Reverse((line.put.as_ref().map(|put| put.put_us).max(line.seen.map(|seen| seen.first_us)), line.version.clone()))
    });
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::event::RecordNo;
    use crate::metrics::rate::Rate;

    #[test]
    fn traffic_finds_its_version_once() {
        let put = |version: &str, put_us| Version {
            record: RecordNo::new(BusinessId(1), 1),
            name: "запись".into(),
            version: version.into(),
            digest: format!("digest{version}"),
            put_us,
            put_by: "vera".into(),
            comment: String::new(),
        };
        let seen = |n| Seen { first_us: 1, last_us: 2, booked: Rate { part: 1, n } };
        let traffic = Versions::from([
            ((What::Scenario, "запись@7".into()), seen(40)),
            ((What::Prompt, "digest7".into()), seen(39)),
            ((What::Prompt, "digest8".into()), seen(5)),
            ((What::Prompt, "0123456789ab".into()), seen(3)),
            ((What::Prompt, "отзыв@1".into()), seen(2)),
            ((What::Scenario, "отзыв".into()), seen(1)),
            ((What::Model, "gpt".into()), seen(50)),
        ]);
        let registry = told(vec![put("8", 20), put("7", 10)], BTreeMap::new(), traffic);
        let told: Vec<(String, String, u64)> = registry
            .entries
            .iter()
            .flat_map(|entry| entry.lines.iter().map(|line| (entry.name.clone(), line.version.clone(), line.seen.unwrap().booked.n)))
            .collect();
        let expected = [("запись", "8", 5), ("запись", "7", 40), ("отзыв", "1", 2), ("отзыв", "", 1)];
        assert_eq!(told, expected.map(|(name, version, n)| (name.to_owned(), version.to_owned(), n)));
        assert_eq!((registry.prompts.len(), registry.models.len()), (1, 1), "what was found is not listed again");
    }
}
