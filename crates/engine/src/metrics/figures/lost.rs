//! Lost leads that wait for a person: who to call now, why, how long they have been waiting, with the records that show it.
//!
//! A conversation is lost, a person is called: [`Queue::waiting`] lists conversations, and whatever counts or shows people takes those of one client
//! together ([`people`]). The [`Queue`] is read once for everything that a page asks of it.

use std::cmp::Reverse;
use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension, Row, params};

pub use super::queue::Queue;

use crate::event::{BusinessId, RecordNo};
use crate::metrics::judge::Reason;

/// Conversations of one person that are listed: somebody who writes every hour must not hide everybody else.
const OF_ONE: u32 = 6;

/// One of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Waiting {
    /// The conversation's public id.
    pub session: String,
    /// The client's; none where nobody knows who it is.
    pub client: Option<String>,
    /// Their name.
    pub name: Option<String>,
    /// Their phone.
    pub phone: Option<String>,
    /// Where.
    pub channel: String,
    /// What they wanted.
    pub intent: Option<String>,
    /// Why.
    pub reason: Reason,
    /// Every reason.
    pub all: Vec<Reason>,
    /// Since when they wait.
    pub since_us: i64,
    /// The records that show it.
    pub evidence: Vec<RecordNo>,
    /// What was said last.
    pub snippet: Option<String>,
    /// Who took it in hand, and since when.
    pub taken: Option<(String, i64)>,
    /// Which steps of the funnel were told.
    pub told: u32,
}

/// Somebody to call.
#[derive(Debug, Clone, PartialEq)]
pub struct Person {
    /// The most urgent of their lost conversations.
    pub first: Waiting,
    /// The others, in the same order.
    pub others: Vec<Waiting>,
}

impl Person {
    /// Every lost conversation of theirs.
    pub fn all(&self) -> impl Iterator<Item = &Waiting> {
        std::iter::once(&self.first).chain(&self.others)
    }

    /// Who sees to them; none while one of their conversations is in nobody's hands.
    #[must_use]
    pub fn taken(&self) -> Option<&(String, i64)> {
        if self.all().any(|lost| lost.taken.is_none()) { None } else { self.first.taken.as_ref() }
    }

    /// How far they came in any of them.
    #[must_use]
    pub fn told(&self) -> u32 {
        self.all().fold(0, |told, lost| told | lost.told)
    }
}

/// Conversations by whose they are, each client where their youngest one stood.
#[must_use]
pub fn people(waiting: Vec<Waiting>) -> Vec<Person> {
    let mut known = HashMap::<String, usize>::new();
    let mut groups: Vec<Vec<Waiting>> = Vec::new();
    for lost in waiting {
        let at = lost.client.clone().map_or(groups.len(), |client| *known.entry(client).or_insert(groups.len()));
        if at == groups.len() {
            groups.push(Vec::new());
        }
        groups[at].push(lost);
    }
    let person = |mut group: Vec<Waiting>| {
        group.sort_by_key(|lost| (lost.reason, Reverse(lost.since_us)));
        let mut group = group.into_iter();
        Some(Person { first: group.next()?, others: group.collect() })
    };
    groups.into_iter().filter_map(person).collect()
}

/// The lost conversations of whoever one of them belongs to, itself among them: their public ids, and whether somebody sees to each. Empty
/// where that conversation does not wait.
///
/// # Errors
/// When the database says no.
pub fn of_same(conn: &Connection, business: BusinessId, from_us: i64, now_us: i64, session: &str) -> rusqlite::Result<Vec<(String, bool)>> {
    let sql = "SELECT s.pid, w.taken_us IS NOT NULL FROM sessions mine CROSS JOIN cases me CROSS JOIN cases k CROSS JOIN sessions s
                 LEFT JOIN lead_work w ON w.business = k.business AND w.session = s.pid
               WHERE mine.business = ?1 AND mine.pid = ?4 AND me.session = mine.id AND k.person = me.person AND k.lost IS NOT NULL
                 AND k.recovered_us IS NULL AND k.lost_us >= ?2 AND k.lost_us <= ?3 AND s.id = k.session AND w.ended_us IS NULL ORDER BY s.pid";
    let mut find = conn.prepare_cached(sql)?;
    let rows = find.query_map(params![business.0, from_us, now_us, session], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let same: Vec<(String, bool)> = rows.collect::<Result<_, _>>()?;
    Ok(if same.iter().any(|(pid, _)| pid == session) { same } else { Vec::new() })
}

impl Queue {
    /// The latest first: of at most `most` people, of each at most six.
    ///
    /// # Errors
    /// When the database says no.
    pub fn waiting(&self, conn: &Connection, most: usize) -> rusqlite::Result<Vec<Waiting>> {
        let sql = "SELECT s.pid, root.pid, coalesce(root.name, s.name), (
                     SELECT i.value FROM clients c CROSS JOIN identities i WHERE c.root = root.id AND i.client = c.id AND i.kind = 'phone' LIMIT 1),
                     k.channel, k.intent, k.lost, k.lost_all, k.lost_since_us, k.evidence, s.snippet, w.taken_by, w.taken_us, k.told
                   FROM sessions s CROSS JOIN cases k ON k.session = s.id LEFT JOIN clients c ON c.id = s.client LEFT JOIN clients root ON root.id = c.root
                     LEFT JOIN lead_work w ON w.business = k.business AND w.session = s.pid WHERE s.id = ?1 AND k.lost IS NOT NULL";
        let mut find = conn.prepare_cached(sql)?;
        let (mut people, mut waiting) = (HashMap::<i64, u32>::new(), Vec::new());
        for lost in &self.all {
            if people.len() == most && !people.contains_key(&lost.person) {
                continue;
            }
            let listed = people.entry(lost.person).or_default();
            *listed += 1;
            if *listed <= OF_ONE {
                waiting.extend(find.query_row([lost.session], |row| read(self.business, row)).optional()?);
            }
        }
        Ok(waiting)
    }
}

fn read(business: BusinessId, row: &Row<'_>) -> rusqlite::Result<Waiting> {
    let reasons = |text: &str| text.split(',').filter_map(Reason::parse).collect::<Vec<_>>();
    let evidence: Option<String> = row.get(9)?;
    let records = evidence.iter().flat_map(|text| text.split(',')).filter_map(|index| index.parse().ok());
    Ok(Waiting {
        session: row.get(0)?,
        client: row.get(1)?,
        name: row.get(2)?,
        phone: row.get(3)?,
        channel: row.get(4)?,
        intent: row.get(5)?,
        reason: reasons(row.get_ref(6)?.as_str()?).first().copied().unwrap_or(Reason::R2),
        all: reasons(row.get_ref(7)?.as_str()?),
        since_us: row.get(8)?,
        evidence: records.map(|index| RecordNo::new(business, index)).collect(),
        snippet: row.get(10)?,
        taken: row.get::<_, Option<String>>(11)?.zip(row.get(12)?),
        told: row.get(13)?,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use rusqlite::Transaction;

    use super::*;
    use crate::journal::testing::{Pen, empty};

    fn lost(session: &str, client: Option<&str>, reason: Reason, since_us: i64) -> Waiting {
        Waiting {
            session: session.into(),
            client: client.map(Into::into),
            name: None,
            phone: None,
            channel: "telegram".into(),
            intent: None,
            reason,
            all: vec![reason],
            since_us,
            evidence: Vec::new(),
            snippet: None,
            taken: None,
            told: 1,
        }
    }

    #[test]
    fn one_client_is_one_person_and_the_most_urgent_comes_first() {
        let mut early = lost("early", Some("anna"), Reason::R1, 5);
        early.taken = Some(("olga".into(), 9));
        early.told = 6;
        let found =
            vec![lost("late", Some("anna"), Reason::R2, 20), lost("x", None, Reason::R1, 10), lost("y", None, Reason::R1, 9), early];
        let people = people(found);
        let sessions = |person: &Person| person.all().map(|lost| lost.session.clone()).collect::<Vec<_>>();
        let all: Vec<_> = people.iter().map(sessions).collect();
        assert_eq!(all, [vec!["early", "late"], vec!["x"], vec!["y"]], "whom nobody knows is nobody else");
        assert_eq!((people[0].told(), people[0].taken()), (7, None), "one of the two is in nobody's hands");
    }

    /// A lost conversation of a person, at a minute; its row is `minute`.
    fn lose(tx: &Transaction<'_>, pen: &mut Pen, person: i64, minute: i64) {
        let event =
            format!(r#"{{"event_id":"e{minute}","timestamp":"2025-01-01T12:00:00Z","channel":"vk","session_id":"s{minute}","text":"да"}}"#);
        pen.event(tx, &event).unwrap();
        tx.execute(
            "INSERT INTO cases (business, id, person, session, started_us, channel, marks, told, paid_minor, replies, lost, lost_all, lost_since_us, lost_us)
             SELECT business, ?2, ?1, id, ?2, channel, 1, 1, 0, 0, 'R1', 'R1', ?2, ?2 FROM sessions WHERE pid = 's' || ?2",
            [person, minute],
        )
        .unwrap();
    }

    #[test]
    fn who_writes_every_hour_hides_nobody() {
        let mut conn = empty();
        let tx = conn.transaction().unwrap();
        let mut pen = Pen::new(&tx, BusinessId(1));
        (10..30).for_each(|minute| lose(&tx, &mut pen, 7, minute));
        lose(&tx, &mut pen, 8, 5);
        lose(&tx, &mut pen, 9, 4);
        let queue = Queue::read(&tx, BusinessId(1), 0, 100).unwrap();
        assert_eq!((queue.people(), queue.told().len()), ((3, 3), 3));
        let listed = |most: usize| queue.waiting(&tx, most).unwrap().into_iter().map(|lost| lost.since_us).collect::<Vec<_>>();
        assert_eq!(listed(3), [29, 28, 27, 26, 25, 24, 5, 4], "six of the one, the latest, and the others");
        assert_eq!(listed(2), [29, 28, 27, 26, 25, 24, 5], "two people, not two conversations");
    }
}
