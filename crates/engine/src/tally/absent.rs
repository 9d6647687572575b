//! Leads that the assistant told of and that no CRM has (R3).
//!
//! A portal says so without an event: a card is looked for and not found, or appears an hour later. So it is asked again and again, and whoever
//! the answer changed for is judged anew. A portal that cannot be asked, or is asked no more of what is long ago, takes nothing back: what was
//! answered last holds until another answer comes. After a start the last answers stand in what was judged by them.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rusqlite::Connection;

use super::{TallyError, is_there};
use crate::access;
use crate::event::{BusinessId, RecordNo};
use crate::journal::cases::{self, Owner};
use crate::journal::crm::differences::{self, Answers, Asked, Portal};
use crate::store::Store;

/// How often it asks at most; a lead has a quarter of an hour in any case.
const EVERY: Duration = Duration::from_secs(15);
/// It rests so many times as long as it looked: numbers go first.
const REST: u32 = 20;

/// Which records tell of a lead that is not there, by whose they are.
pub(super) type Claims = BTreeMap<Owner, BTreeSet<i64>>;

/// What is known of the CRMs of a business.
#[derive(Clone, Copy)]
pub struct Crm {
    /// Those that are plugged in.
    pub portals: fn(&Connection, BusinessId) -> access::Result<Vec<Portal>>,
    /// So long the bot and the search for a card have before a lead is missing.
    pub grace_us: i64,
}

/// The answers.
pub(super) struct Absent {
    crm: Crm,
    known: Mutex<HashMap<BusinessId, (Instant, Arc<Claims>)>>,
}

impl Absent {
    pub(super) fn of(crm: Crm) -> Self {
        Self { crm, known: Mutex::default() }
    }

    /// What is known of a business; asked anew where that is a while ago.
    pub(super) async fn look(&self, store: &Store, business: BusinessId, now_us: i64) -> Result<Arc<Claims>, TallyError> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner).get(&business).cloned();
        let before = match known {
            Some((due, claims)) if Instant::now() < due => return Ok(claims),
            Some((_, claims)) => claims,
            None => Arc::new(store.read(move |conn| Ok::<_, TallyError>(judged(conn, business)?)).await?),
        };
        let (Crm { portals, grace_us }, began) = (self.crm, Instant::now());
        let answers = store.read(move |conn| ask(conn, business, portals, Asked { now_us, grace_us })).await?;
        let rest = (began.elapsed() * REST).max(EVERY);
        let found = held(&before, answers);
        let changed: Vec<Owner> = changed(&before, &found).collect();
        if !changed.is_empty() {
            let mark = move |tx: &rusqlite::Transaction<'_>| {
                for owner in changed {
                    if is_there(tx, owner)? {
                        cases::mark(tx, business, owner)?;
                    }
                }
                Ok::<_, TallyError>(())
            };
            store.write(mark).await?;
        }
        let found = Arc::new(found);
        self.known.lock().unwrap_or_else(PoisonError::into_inner).insert(business, (Instant::now() + rest, Arc::clone(&found)));
        Ok(found)
    }
}

fn ask(
    conn: &Connection,
    business: BusinessId,
    portals: fn(&Connection, BusinessId) -> access::Result<Vec<Portal>>,
    asked: Asked,
) -> Result<Answers, TallyError> {
    let portals = portals(conn, business)?;
    Ok(differences::answers(conn, business, &portals, asked)?)
}

/// What numbers rest on already: records that name a card and are the reason why their client counts as lost.
fn judged(conn: &Connection, business: BusinessId) -> rusqlite::Result<Claims> {
    let sql = "SELECT p.client, p.session, c.evidence FROM cases c CROSS JOIN case_people p
               WHERE c.business = ?1 AND c.session IS NOT NULL AND c.lost = 'R3' AND p.person = c.person";
    let (mut find, mut claims) = (conn.prepare_cached(sql)?, Claims::new());
    let mut names_card = conn.prepare_cached("SELECT 1 FROM events WHERE record = ?1 AND crm IS NOT NULL")?;
    let mut rows = find.query([business.0])?;
    while let Some(row) = rows.next()? {
        let (client, session, evidence): (Option<i64>, Option<i64>, Option<String>) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let Some(owner) = client.map(Owner::Client).or(session.map(Owner::Session)) else { continue };
        let indexes = evidence.iter().flat_map(|text| text.split(',')).filter_map(|index| index.parse().ok());
        for record in indexes.map(|index| RecordNo::new(business, index).as_i64()) {
            if names_card.exists([record])? {
                claims.entry(owner).or_default().insert(record);
            }
        }
    }
    Ok(claims)
}

/// The answers, and what was answered before of those of whom nothing is said now.
fn held(before: &Claims, answers: Answers) -> Claims {
    let Answers { mut absent, settled } = answers;
    for (owner, records) in before.iter().filter(|(owner, _)| !settled.contains(owner)) {
        absent.entry(*owner).or_insert_with(|| records.clone());
    }
    absent
}

/// For whom the answer is another one now.
fn changed<'a>(before: &'a Claims, now: &'a Claims) -> impl Iterator<Item = Owner> + 'a {
    let gone = before.keys().filter(|owner| !now.contains_key(owner));
    now.iter().filter(|(owner, records)| before.get(owner) != Some(records)).map(|(owner, _)| owner).chain(gone).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_cannot_answer_takes_nothing_back() {
        let of = |client: i64, record: i64| (Owner::Client(client), BTreeSet::from([record]));
        let before = Claims::from([of(1, 10), of(2, 20), of(3, 30)]);
        let answers = Answers { absent: [of(2, 21), of(4, 40)].into(), settled: [Owner::Client(3)].into() };
        assert_eq!(held(&before, answers), Claims::from([of(1, 10), of(2, 21), of(4, 40)]), "of the first nothing is said");
    }

    #[test]
    fn only_those_are_judged_anew_for_whom_the_answer_is_another_one() {
        let of = |all: &[(i64, &[i64])]| -> Claims {
            all.iter().map(|(client, records)| (Owner::Client(*client), records.iter().copied().collect())).collect()
        };
        let (before, now) = (of(&[(1, &[10]), (2, &[20]), (3, &[30])]), of(&[(1, &[10]), (2, &[20, 21]), (4, &[40])]));
        let all: BTreeSet<Owner> = changed(&before, &now).collect();
        assert_eq!(all, [Owner::Client(2), Owner::Client(3), Owner::Client(4)].into());
    }
}
