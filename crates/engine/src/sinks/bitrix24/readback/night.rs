//! Once a night: doubles first (`doubles`), then every card that was ever seen, in slices. What is not there any more was deleted or merged into another; what changed without
//! a trace is seen. Slices give way to whatever else is asked of the portal.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::json;

use super::super::cards::{is_absent, type_id};
use super::super::rest::{Call, Said};
use super::ReadError;
use super::doubles::Went;
use super::look::{Looked, hindrance};
use super::reader::Reader;
use super::seen;
use crate::event::CrmKind;
use crate::event::when::DAY_US;
use crate::journal::crm::items::{self, Item};
use crate::journal::crm::reads;
use crate::store::StoreError;

/// Cards of a slice: one request, and one more where some are missing.
const SLICE: u32 = 50;
const KINDS: [CrmKind; 3] = [CrmKind::Lead, CrmKind::Deal, CrmKind::Contact];
/// The words under which the position is kept: 0 for doubles or the place of the kind, and the number of the last client or card looked at; or that
/// all were.
const WHAT: &str = "night";
const OVER: i64 = -1;
const KIND_BITS: u32 = 48;

impl Reader {
    /// One slice, if the night's pass is due and not over. Says whether there are more.
    ///
    /// # Errors
    /// [`ReadError`]; the slice is done again.
    pub async fn night(&self) -> Result<bool, ReadError> {
        let Some(position) = self.tonight().await? else { return Ok(false) };
        let (at, after) = ((position >> KIND_BITS) as usize, (position & ((1 << KIND_BITS) - 1)) as u64);
        if at == 0 {
            return match self.doubles(after as i64).await? {
                Went::To(client) => self.reached(client).await.map(|()| true),
                Went::Over => self.reached(1 << KIND_BITS).await.map(|()| true),
                Went::Nowhere => Ok(false),
            };
        }
        let Some(kind) = KINDS.get(at - 1).copied() else { return self.reached(OVER).await.map(|()| false) };
        let connection = self.notebook.connection.clone();
        let slice = self.store.read(move |conn| Ok::<_, StoreError>(items::after(conn, &connection, kind.as_str(), after, SLICE)?)).await?;
        let Some(last) = slice.last().map(|item| item.item) else {
            return self.reached((at as i64 + 1) << KIND_BITS).await.map(|()| true);
        };
        let ids: Vec<u64> = slice.iter().map(|item| item.item).collect();
        let said = self.portal.ask(&seen::by_ids(kind, &self.notebook.settings, &ids)).await;
        let Said::Done(result) = said else { return Ok(false) };
        let cards = seen::cards_of(kind, &self.notebook.settings, &result);
        let missing: Vec<Item> = slice.into_iter().filter(|item| !cards.iter().any(|card| card.item.item == item.item)).collect();
        let Some(gone) = self.not_there(kind, missing).await else { return Ok(false) };
        let (book, now_us) = (Arc::clone(&self.notebook), (self.now_us)());
        let noted = self.store.write(move |tx| {
            book.cards(tx, &cards, now_us)?;
            gone.iter().try_for_each(|item| book.vanished(tx, item, now_us))?;
            Ok::<_, StoreError>(())
        });
        noted.await?;
        self.reached((at as i64) << KIND_BITS | last as i64).await?;
        Ok(true)
    }

    /// Where the pass stands; none when it is not time, or over.
    async fn tonight(&self) -> Result<Option<i64>, ReadError> {
        let connection = self.notebook.connection.clone();
        let standing = self.store.read(move |conn| Ok::<_, StoreError>(reads::of(conn, &connection, WHAT)?)).await?;
        let now_us = (self.now_us)();
        if let Some(standing) = &standing
            && standing.position != OVER
        {
            return Ok(Some(standing.position));
        }
        let now = Timestamp::from_microsecond(now_us).unwrap_or_default().to_zoned(self.notebook.zone.clone());
        let is_rested = standing.is_none_or(|standing| now_us - standing.at_us > DAY_US / 2);
        if now.hour() != self.rhythm.night_hour || !is_rested {
            return Ok(None);
        }
        let (book, connection) = (Arc::clone(&self.notebook), self.notebook.connection.clone());
        let begun = self.store.write(move |tx| {
            items::adopt(tx, &connection, now_us)?;
            reads::note(tx, book.business(), &connection, (WHAT, 0), now_us).map_err(StoreError::from)
        });
        begun.await?;
        Ok(Some(0))
    }

    /// Not listed is not enough: rights may have changed. What the portal says is not there is gone; none when it gave no answer.
    async fn not_there(&self, kind: CrmKind, missing: Vec<Item>) -> Option<Vec<Item>> {
        let get = |item: &Item| Call::new("crm.item.get", json!({ "entityTypeId": type_id(kind), "id": item.item }));
        let said = self.portal.ask_all(&missing.iter().map(get).collect::<Vec<_>>()).await;
        let waits = said.iter().filter(|said| !matches!(said, Said::Refused(_))).cloned().collect::<Vec<_>>();
        if matches!(hindrance(&waits), Some(Looked::Halted(_) | Looked::Hindered(_))) {
            return None;
        }
        let gone = |said: &Said| matches!(said, Said::Refused(refusal) if is_absent(refusal));
        Some(missing.into_iter().zip(&said).filter(|(_, said)| gone(said)).map(|(item, _)| item).collect())
    }

    async fn reached(&self, position: i64) -> Result<(), ReadError> {
        let (book, now_us) = (Arc::clone(&self.notebook), (self.now_us)());
        let noted = self
            .store
            .write(move |tx| reads::note(tx, book.business(), &book.connection, (WHAT, position), now_us).map_err(StoreError::from));
        Ok(noted.await?)
    }
}
