//! A1: clients who wrote in the last ten minutes and wait longer than they should.
//!
//! A conversation that a person has, or was asked to take, is not the assistant's; a yes or no to what was said needs no answer; and a channel on which
//! nobody ever answers tells us only the clients' half. The p95 speaks from twenty messages on: of fewer it is only the slowest one.

use rusqlite::{Row, params};
use statistics::Values;

use super::{Finding, Ground, Looked, MINUTE_US, SECOND_US};
use crate::event::incident::Severity;
use crate::event::{Facets, RecordNo};

const WINDOW_US: i64 = 10 * MINUTE_US;
/// Answers on a channel in the last week say that answers are told there.
const WEEK_US: i64 = 7 * super::DAY_US;
/// Messages of which a p95 says something.
const ENOUGH: u64 = 20;

/// An event of a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) session: i64,
    pub(super) channel: String,
    pub(super) record: u64,
    pub(super) us: i64,
    pub(super) facets: Facets,
}

/// A client's message and when it was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Asked {
    record: u64,
    us: i64,
    answered_us: Option<i64>,
}

pub(super) fn look(ground: &Ground<'_>, looked: &mut Looked) -> rusqlite::Result<()> {
    let (patience_us, now_us) = (i64::from(ground.terms.answer_s) * SECOND_US, ground.now_us);
    let sql = "SELECT e.session, e.channel, e.record, e.ts_us, e.facets FROM events e JOIN sessions s ON s.id = e.session
               WHERE e.business = ?1 AND e.ts_us >= ?2 AND e.ts_us <= ?3 AND s.facets & ?4 = 0
                 AND NOT EXISTS (SELECT 1 FROM cases k WHERE k.session = e.session AND k.left_out IN ('test', 'spam', 'staff'))
               ORDER BY e.channel, e.session, e.ts_us, e.record";
    let read = |row: &Row<'_>| {
        Ok(Said {
            session: row.get(0)?,
            channel: row.get(1)?,
            record: RecordNo::from_i64(row.get(2)?).index(),
            us: row.get(3)?,
            facets: Facets::from_bits(row.get(4)?),
        })
    };
    let person = (Facets::HANDOFF | Facets::OPERATOR).bits();
    let from_us = now_us - WINDOW_US - patience_us;
    let values = params![ground.business.0, from_us, now_us, person];
    let said: Vec<Said> = ground.conn.prepare_cached(sql)?.query_map(values, read)?.collect::<Result<_, _>>()?;
    for on_channel in said.chunk_by(|one, other| one.channel == other.channel) {
        let Some(Said { channel, .. }) = on_channel.first() else { continue };
        let asked: Vec<Asked> =
            asked(on_channel).into_iter().filter(|asked| asked.us >= from_us && asked.us + patience_us <= now_us).collect();
        let key = format!("A1:{channel}");
        match judge(&asked, patience_us, now_us, ground.terms.unanswered) {
            Some(finding) if answers_are_told(ground, channel)? => {
                looked.findings.push(Finding { key, ..finding.fact("channel", channel) })
            }
            Some(_) => {}
            None => {
                // Well again is who answered in time, after everything that was asked before it.
                let in_time = asked.iter().filter_map(|asked| asked.answered_us.filter(|us| us - asked.us <= patience_us));
                let all_answered = asked.iter().all(|asked| asked.answered_us.is_some());
                if let Some(us) = in_time.max().filter(|_| all_answered) {
                    looked.well.insert(key, us);
                }
            }
        }
    }
    Ok(())
}

/// The clients' messages, each with the first answer after it.
fn asked(said: &[Said]) -> Vec<Asked> {
    let mut all = Vec::new();
    for talk in said.chunk_by(|one, other| one.session == other.session) {
        for (at, word) in talk.iter().enumerate() {
            let needs = word.facets.has(Facets::INBOUND)
                && ![Facets::REPLY, Facets::CONFIRMED, Facets::REFUSED].iter().any(|f| word.facets.has(*f));
            if needs {
                let answer = talk[at..].iter().find(|later| later.facets.has(Facets::REPLY));
                all.push(Asked { record: word.record, us: word.us, answered_us: answer.map(|answer| answer.us) });
            }
        }
    }
    all
}

/// Whether so many wait so long that somebody has to look.
fn judge(asked: &[Asked], patience_us: i64, now_us: i64, most: u32) -> Option<Finding> {
    let late = |asked: &&Asked| asked.answered_us.is_none_or(|us| us - asked.us > patience_us);
    let unanswered: Vec<&Asked> = asked.iter().filter(|asked| asked.answered_us.is_none() && now_us - asked.us >= patience_us).collect();
    let seconds = |asked: &Asked| asked.answered_us.map_or(f64::INFINITY, |us| (us - asked.us) as f64 / 1e6);
    let p95 = Values::of(asked.iter().map(seconds)).filter(|values| values.n() >= ENOUGH).and_then(|values| values.quantile(0.95));
    let is_slow = p95.is_some_and(|p95| p95 > patience_us as f64 / 1e6);
    let bad: Vec<&Asked> = if is_slow { asked.iter().filter(late).collect() } else { unanswered.clone() };
    if !is_slow && unanswered.len() < most as usize {
        return None;
    }
    let began_us = bad.iter().map(|asked| asked.us).min()?;
    let p95 = p95.filter(|p95| p95.is_finite()).map_or_else(|| "–".to_owned(), |p95| format!("{p95:.0}"));
    let finding = Finding::new("A1", Severity::Critical, began_us).showing(bad.iter().map(|asked| asked.record));
    Some(finding.fact("unanswered", unanswered.len()).fact("asked", asked.len()).fact("p95_s", p95))
}

fn answers_are_told(ground: &Ground<'_>, channel: &str) -> rusqlite::Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM sessions INDEXED BY sessions_by_time
               WHERE business = ?1 AND last_us >= ?2 AND channel = ?3 AND facets & ?4 <> 0)";
    let values = params![ground.business.0, ground.now_us - WEEK_US, channel, Facets::REPLY.bits()];
    ground.conn.prepare_cached(sql)?.query_row(values, |row| row.get(0))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn said(session: i64, record: u64, second: i64, facets: Facets) -> Said {
        Said { session, channel: "telegram".into(), record, us: second * SECOND_US, facets }
    }

    #[test]
    fn three_unanswered_are_an_incident_two_are_not() {
        let words = [
            said(1, 1, 0, Facets::INBOUND),
            said(2, 2, 10, Facets::INBOUND),
            said(2, 3, 12, Facets::REPLY),
            said(3, 4, 20, Facets::INBOUND),
            said(4, 5, 30, Facets::INBOUND),
            said(5, 6, 40, Facets::INBOUND | Facets::REPLY),
            said(6, 7, 50, Facets::INBOUND | Facets::CONFIRMED),
        ];
        let all = asked(&words);
        assert_eq!(all.len(), 4, "who answered at once and who said yes wait for nobody");
        let found = judge(&all, MINUTE_US, 100 * SECOND_US, 3).unwrap();
        assert_eq!((found.records, found.began_us, found.count), (vec![1, 4, 5], 0, 3));
        assert_eq!(judge(&all, MINUTE_US, 85 * SECOND_US, 3), None, "the third has not waited a minute");
        assert_eq!(judge(&all[1..], MINUTE_US, 100 * SECOND_US, 3), None);
    }

    #[test]
    fn slow_answers_are_an_incident_from_twenty_messages_on() {
        let slow = |n: i64| -> Vec<Asked> {
            let answered = |i: i64| Asked { record: i as u64, us: i, answered_us: Some(i + if i < 2 { 90 } else { 2 } * SECOND_US) };
            (0..n).map(answered).collect()
        };
        assert_eq!(judge(&slow(19), MINUTE_US, 1_000 * SECOND_US, 3), None);
        let found = judge(&slow(20), MINUTE_US, 1_000 * SECOND_US, 3).unwrap();
        assert_eq!((found.records, &found.facts["p95_s"]), (vec![0, 1], &"90".to_owned()));
        assert_eq!(judge(&slow(41), MINUTE_US, 1_000 * SECOND_US, 3), None, "two of forty-one are less than five in a hundred");
    }
}
