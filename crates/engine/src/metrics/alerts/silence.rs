//! A3: a channel on which nobody writes, although at this hour of the week somebody should have.
//!
//! What to expect is the mean of the same stretch in the four weeks before: the silence from the last word until now, each time of the week counted
//! with its own traffic, so a night is no silence. With λ conversations expected, none at all comes by chance with e^−λ.

use std::collections::BTreeMap;

use rusqlite::{Row, params};

use super::{DAY_US, Finding, Ground, Looked};
use crate::event::incident::Severity;
use crate::metrics::figures::under;
use crate::metrics::sheets::{self, Name};

/// Weeks that are looked back.
const WEEKS: i64 = 4;
const WEEK_US: i64 = 7 * DAY_US;
/// So rarely chance alone is silent so long.
const CHANCE: f64 = 0.001;
/// A longer silence is one that people know of: the channel was given up.
const LONGEST_US: i64 = 2 * DAY_US;

/// A channel in the weeks before.
#[derive(Debug, Clone, Default, PartialEq)]
struct Channel {
    /// When conversations began.
    began: Vec<i64>,
    /// The last sign of life.
    last_us: i64,
}

pub(super) fn look(ground: &Ground<'_>, looked: &mut Looked) -> rusqlite::Result<()> {
    let mut channels = BTreeMap::<String, Channel>::new();
    let from_us = ground.now_us - WEEKS * WEEK_US - LONGEST_US;
    sheets::walk(ground.conn, ground.business, from_us, ground.now_us + 1, |line| {
        let Some(name) = line.name(Name::Channel).filter(|_| line.is_counted()) else { return };
        under(&mut channels, name, |known| {
            known.began.push(line.started_us());
            known.last_us = line.started_us();
        });
    })?;
    // A conversation that goes on is a sign of life too.
    let sql =
        "SELECT channel, max(last_us) FROM sessions INDEXED BY sessions_by_time WHERE business = ?1 AND last_us >= ?2 GROUP BY channel";
    let read = |row: &Row<'_>| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?));
    let mut last = ground.conn.prepare_cached(sql)?;
    for row in last.query_map(params![ground.business.0, ground.now_us - LONGEST_US], read)? {
        let (channel, us) = row?;
        channels.entry(channel).or_default().last_us = us;
    }
    for (channel, known) in channels {
        let key = format!("A3:silent:{channel}");
        match judge(&known, ground.now_us) {
            Some(finding) => looked.findings.push(Finding { key, ..finding.fact("channel", channel) }),
            None => {
                let spoke_since = ground.open_of(&key).is_some_and(|incident| known.last_us > incident.opened_us);
                if spoke_since {
                    looked.well.insert(key, known.last_us);
                }
            }
        }
    }
    Ok(())
}

fn judge(channel: &Channel, now_us: i64) -> Option<Finding> {
    let silent_us = now_us - channel.last_us;
    if !(0..=LONGEST_US).contains(&silent_us) {
        return None;
    }
    let weeks: Vec<i64> = (1..=WEEKS).map(|week| week * WEEK_US).filter(|back_us| channel.last_us - back_us >= first(channel)).collect();
    let came = |back_us: &i64| channel.began.iter().filter(|us| (channel.last_us - back_us + 1..=now_us - back_us).contains(us)).count();
    let expected = weeks.iter().map(came).sum::<usize>() as f64 / weeks.len().max(1) as f64;
    if (-expected).exp() >= CHANCE {
        return None;
    }
    let finding = Finding::new("A3", Severity::Critical, channel.last_us);
    Some(finding.fact("expected", format!("{expected:.0}")).fact("silent_min", silent_us / super::MINUTE_US))
}

/// Weeks before the first conversation say nothing about what to expect.
fn first(channel: &Channel) -> i64 {
    channel.began.iter().copied().min().unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::super::HOUR_US;
    use super::*;

    /// A conversation every quarter of an hour from nine to nine, for five weeks; then none since `last_h`.
    fn channel(last_h: i64) -> Channel {
        let quarters = |day: i64| (36..84).map(move |quarter| day * DAY_US + quarter * HOUR_US / 4);
        let last_us = 35 * DAY_US + last_h * HOUR_US;
        let began: Vec<i64> = (0..36).flat_map(quarters).filter(|us| *us <= last_us).collect();
        Channel { began, last_us }
    }

    #[test]
    fn two_hours_of_a_working_day_are_a_silence_and_a_night_is_none() {
        let at = |hour: i64| 35 * DAY_US + hour * HOUR_US;
        let found = judge(&channel(12), at(14)).map(|found| found.facts);
        assert_eq!(found.map(|facts| (facts["expected"].clone(), facts["silent_min"].clone())), Some(("8".into(), "120".into())));
        assert_eq!(judge(&channel(12), at(13)), None, "four are expected: one in fifty-five times none comes");
        assert_eq!(judge(&channel(21), at(33)), None, "nobody writes at night");
        assert!(judge(&channel(21), at(35)).is_some(), "and by eleven somebody would have");
        assert_eq!(judge(&channel(12), at(12 + 49)), None, "after two days everybody knows");
    }

    #[test]
    fn weeks_before_a_channel_was_there_say_nothing() {
        let old = channel(12);
        let began: Vec<i64> = old.began.into_iter().filter(|us| *us >= 27 * DAY_US).collect();
        let found = judge(&Channel { began, last_us: old.last_us }, 35 * DAY_US + 14 * HOUR_US).map(|found| found.facts);
        assert_eq!(found.map(|facts| facts["expected"].clone()), Some("8".into()), "of its one week, not of a quarter of it");
    }

    #[test]
    fn a_new_channel_has_nothing_to_be_expected() {
        let new = Channel { began: vec![35 * DAY_US], last_us: 35 * DAY_US };
        assert_eq!(judge(&new, 36 * DAY_US), None);
    }
}
