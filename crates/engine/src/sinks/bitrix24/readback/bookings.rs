//! Online booking: what was made, moved or taken back.
//!
//! The portal tells neither when a booking was changed nor what became of the visit, so bookings are compared with what was seen before: a month
//! back and two ahead. What is not listed any more was taken back only if the portal says that it is not there. Bookings that were there
//! before reading began are not told.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rusqlite::Transaction;

use super::super::cards::is_absent;
use super::super::rest::{Call, Refusal, Said};
use super::super::write::lacks_scope;
use super::ReadError;
use super::look::{Looked, hindrance};
use super::notebook::Notebook;
use super::reader::Reader;
use super::seen::{self, Booking, PAGE};
use crate::event::when::DAY_US;
use crate::journal::crm::items::{self, Item};
use crate::journal::crm::reads;
use crate::journal::crm::tellings::{self, Telling};
use crate::store::StoreError;
use serde_json::json;

const BACK_US: i64 = 30 * DAY_US;
const AHEAD_US: i64 = 60 * DAY_US;
/// What moves out of the window with time was not taken back.
const MARGIN_US: i64 = DAY_US;
const PAGES: usize = 60;
/// Bookings whose clients are asked for in one request: two questions each.
const WHOSE: usize = 25;
/// A portal without online booking, or a webhook without its scope, is asked again after that.
const WITHOUT: Duration = Duration::from_secs(3_600);
/// The words under which the position is kept.
const WHAT: &str = "bookings";

/// A booking, and the cards it belongs to.
struct Known {
    booking: Booking,
    contact: Option<u64>,
    deal: Option<u64>,
}

impl Reader {
    /// Compares bookings with what was seen before.
    pub(super) async fn look_at_bookings(&self) -> Result<Looked, ReadError> {
        if self.no_bookings.lock().is_ok_and(|until| until.is_some_and(|until| until > Instant::now())) {
            return Ok(Looked::Done);
        }
        let now_us = (self.now_us)();
        let window = (now_us - BACK_US, now_us + AHEAD_US);
        let listed = match self.listed(window).await {
            Ok(listed) => listed,
            Err(said @ Said::Refused(_)) if is_without(&said) => {
                if let Ok(mut until) = self.no_bookings.lock() {
                    *until = Some(Instant::now() + WITHOUT);
                }
                return Ok(Looked::Done);
            }
            Err(said) => return Ok(hindrance(&[said]).unwrap_or(Looked::More)),
        };
        let connection = self.notebook.connection.clone();
        let before = self.store.read(move |conn| {
            let known = items::bookings(conn, &connection, (window.0 + MARGIN_US, window.1 - MARGIN_US))?;
            let mut all: HashMap<u64, Item> = HashMap::with_capacity(known.len());
            all.extend(known.into_iter().map(|item| (item.item, item)));
            Ok::<_, StoreError>((all, reads::of(conn, &connection, WHAT)?.is_some()))
        });
        let (before, is_begun) = before.await?;
        if !is_begun {
            return self.begin(listed, now_us).await;
        }
        let is_same =
            |booking: &Booking| before.get(&booking.id).is_some_and(|item| item.starts_us == Some(booking.starts_us) && !item.untold);
        let there: HashSet<u64> = listed.iter().map(|booking| booking.id).collect();
        let missing: Vec<Item> = before.values().filter(|item| !there.contains(&item.item)).cloned().collect();
        let mut news: Vec<Booking> = listed.into_iter().filter(|booking| !is_same(booking)).collect();
        let (gone, mut moved) = match self.gone(missing).await {
            Ok(checked) => checked,
            Err(said) => return Ok(hindrance(&[said]).unwrap_or(Looked::More)),
        };
        news.append(&mut moved);
        for some in news.chunks(WHOSE) {
            match self.whose(some).await {
                Ok(known) => self.compare(known, now_us).await?,
                Err(said) => return Ok(hindrance(&[said]).unwrap_or(Looked::More)),
            }
        }
        self.take_back(gone, now_us).await?;
        Ok(Looked::Done)
    }

    async fn listed(&self, window: (i64, i64)) -> Result<Vec<Booking>, Said> {
        let mut all: Vec<Booking> = Vec::new();
        for page in 0..PAGES {
            let said = self.portal.ask(&seen::bookings_within(window, page)).await;
            let Said::Done(result) = said else { return Err(said) };
            let some = seen::bookings_of(&result);
            let (count, before) = (some.len(), all.len());
            let known: HashSet<u64> = all.iter().map(|booking| booking.id).collect();
            all.extend(some.into_iter().filter(|booking| !known.contains(&booking.id)));
            // A portal that knows no pages gives the same again.
            if count < PAGE || all.len() == before {
                break;
            }
        }
        Ok(all)
    }

    /// What was there when reading began is kept and not told.
    async fn begin(&self, listed: Vec<Booking>, now_us: i64) -> Result<Looked, ReadError> {
        let book = Arc::clone(&self.notebook);
        let begun = self.store.write(move |tx| {
            for booking in &listed {
                items::put(tx, book.business(), &book.connection, &item(booking, None, None), now_us)?;
            }
            reads::note(tx, book.business(), &book.connection, (WHAT, now_us), now_us).map_err(StoreError::from)
        });
        begun.await?;
        Ok(Looked::Done)
    }

    /// Which of those that are not listed are not there any more, and which are elsewhere in time.
    async fn gone(&self, missing: Vec<Item>) -> Result<(Vec<Item>, Vec<Booking>), Said> {
        let calls: Vec<Call> = missing.iter().map(|item| Call::new("booking.v1.booking.get", json!({ "id": item.item }))).collect();
        let (mut gone, mut moved) = (Vec::new(), Vec::new());
        for (item, said) in missing.into_iter().zip(self.portal.ask_all(&calls).await) {
            match said {
                Said::Done(result) => moved.extend(seen::bookings_of(&json!({ "booking": [result["booking"]] }))),
                Said::Refused(refusal) if is_gone(&refusal) => gone.push(item),
                other => return Err(other),
            }
        }
        Ok((gone, moved))
    }

    async fn whose(&self, bookings: &[Booking]) -> Result<Vec<Known>, Said> {
        let about = |method| move |booking: &Booking| Call::new(method, json!({ "bookingId": booking.id }));
        let clients = bookings.iter().map(about("booking.v1.booking.client.list"));
        let calls: Vec<Call> = clients.chain(bookings.iter().map(about("booking.v1.booking.externalData.list"))).collect();
        let said = self.portal.ask_all(&calls).await;
        let (clients, ties) = said.split_at(bookings.len());
        let each = bookings.iter().zip(clients.iter().zip(ties)).map(|(booking, (client, tie))| {
            let found = |said: &Said, read: fn(&serde_json::Value) -> Option<u64>| match said {
                Said::Done(result) => Ok(read(result)),
                // Taken back between two questions: the next look sees it.
                Said::Refused(_) => Ok(None),
                other => Err(other.clone()),
            };
            Ok(Known { booking: booking.clone(), contact: found(client, seen::contact_of)?, deal: found(tie, seen::deal_of)? })
        });
        each.collect()
    }

    async fn compare(&self, known: Vec<Known>, now_us: i64) -> Result<(), ReadError> {
        let book = Arc::clone(&self.notebook);
        Ok(self.store.write(move |tx| book.bookings(tx, &known, now_us).map_err(StoreError::from)).await?)
    }

    async fn take_back(&self, gone: Vec<Item>, now_us: i64) -> Result<(), ReadError> {
        if gone.is_empty() {
            return Ok(());
        }
        let book = Arc::clone(&self.notebook);
        let taken =
            self.store.write(move |tx| gone.iter().try_for_each(|item| book.taken_back(tx, item, now_us)).map_err(StoreError::from));
        Ok(taken.await?)
    }
}

impl Notebook {
    fn bookings(&self, tx: &Transaction<'_>, all: &[Known], now_us: i64) -> rusqlite::Result<()> {
        for known in all {
            let before = items::of(tx, &self.connection, "booking", known.booking.id)?.filter(|before| before.gone_us.is_none());
            let item = item(&known.booking, known.contact, known.deal);
            let kind = match &before {
                Some(before) if !before.untold && before.starts_us == item.starts_us => continue,
                Some(before) if !before.untold => "booking_rescheduled",
                _ => "booking_created",
            };
            let owner = self.owned(tx, vec![item.clone()])?.pop();
            let untold = owner.is_none();
            if let Some((_, owner)) = owner {
                let body = self.teller().booking(&owner, &item, (kind, &known.booking.zone), now_us);
                tellings::add(tx, self.business(), &self.connection, &[Telling { client: owner.client, body }])?;
            }
            // Moved while nobody knew whose it is: told as made, at its new time.
            let untold = untold && (before.is_none() || before.is_some_and(|before| before.untold));
            items::put(tx, self.business(), &self.connection, &Item { untold, ..item }, now_us)?;
        }
        Ok(())
    }

    fn taken_back(&self, tx: &Transaction<'_>, item: &Item, now_us: i64) -> rusqlite::Result<()> {
        if let Some((_, owner)) = self.owned(tx, vec![item.clone()])?.pop().filter(|_| !item.untold) {
            let zone = self.zone.iana_name().unwrap_or("UTC").to_owned();
            let body = self.teller().booking(&owner, item, ("booking_cancelled", &zone), now_us);
            tellings::add(tx, self.business(), &self.connection, &[Telling { client: owner.client, body }])?;
        }
        items::put(tx, self.business(), &self.connection, &Item { untold: false, gone_us: Some(now_us), ..item.clone() }, now_us)
    }
}

fn item(booking: &Booking, contact: Option<u64>, deal: Option<u64>) -> Item {
    Item { kind: "booking".to_owned(), item: booking.id, contact, deal, starts_us: Some(booking.starts_us), ..Item::default() }
}

/// Codes of the documentation; a number, like all codes of online booking.
fn is_gone(refusal: &Refusal) -> bool {
    matches!(refusal.code.as_str(), "1019" | "1021") || is_absent(refusal)
}

fn is_without(said: &Said) -> bool {
    let Said::Refused(refusal) = said else { return false };
    lacks_scope(refusal) || matches!(refusal.code.as_str(), "ERROR_METHOD_NOT_FOUND" | "ACCESS_DENIED")
}
