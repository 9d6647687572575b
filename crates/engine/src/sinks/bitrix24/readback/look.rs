//! One look at a portal: five questions in one request, and what follows from their answers.
//!
//! Stage history by ascending id, cards by the moment of their last change with an overlap (a change may be stored a little after its own
//! moment). The position moves in the same transaction as what was said before it, and never when an answer stayed away.

use std::sync::Arc;

use super::super::rest::{Call, Halt, Later, Said};
use super::ReadError;
use super::notebook::{Notebook, unread};
use super::reader::Reader;
use super::seen::{self, Card, PAGE, Step};
use crate::event::{CrmKind, CrmRef};
use crate::journal::crm::tellings::{self, Telling};
use crate::journal::crm::whose::{Find, Owner};
use crate::journal::crm::{items, reads, whose};
use crate::store::StoreError;

/// A change may be stored this much after its own moment.
const OVERLAP_US: i64 = 120_000_000;
/// Pages of changed cards in one look; whoever imports more has the rest read in the next.
const PAGES: usize = 100;
/// Events published together.
const TOGETHER: u32 = 200;
/// Finds, and cards whose client may be known by now, in one look.
const FINDS: u32 = 200;
const UNTOLD: u32 = 500;
/// Histories of single cards in one request.
const HISTORIES: usize = 50;

/// What came of a look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Looked {
    /// Everything was read.
    Done,
    /// There is more: look again at once.
    More,
    /// Not now, and why.
    Hindered(String),
    /// A person has to do something first.
    Halted(Halt),
}

/// The names under which positions are kept.
pub(super) fn words(kind: CrmKind) -> (&'static str, &'static str) {
    if kind == CrmKind::Lead { ("lead_history", "leads") } else { ("deal_history", "deals") }
}

/// What stands in the way, of several answers.
pub(super) fn hindrance(said: &[Said]) -> Option<Looked> {
    let halted = said.iter().find_map(|said| if let Said::Later(Later::Halted(halt)) = said { Some(*halt) } else { None });
    let hindered = || {
        said.iter().find_map(|said| match said {
            Said::Done(_) => None,
            Said::Refused(refusal) => Some(refusal.to_string()),
            Said::Later(Later::Limit) => Some("the portal has had enough requests".to_owned()),
            Said::Later(Later::Method) => Some("the method has used up its time".to_owned()),
            Said::Later(Later::Silent(why)) | Said::Unclear(why) => Some(why.clone()),
            Said::Later(Later::Halted(halt)) => Some(halt.as_str().to_owned()),
        })
    };
    halted.map(Looked::Halted).or_else(|| hindered().map(Looked::Hindered))
}

impl Reader {
    /// Reads on, and tells what it finds.
    ///
    /// # Errors
    /// [`ReadError`]; what was stored before is told later.
    pub async fn look(&self) -> Result<Looked, ReadError> {
        self.deliver().await?;
        self.link().await?;
        let mut looked = match self.begun().await? {
            Ok([lead, deal]) => self.read(lead, deal).await?,
            Err(hindered) => hindered,
        };
        if matches!(looked, Looked::Done) {
            looked = self.catch_up().await?;
        }
        if matches!(looked, Looked::Done) {
            looked = self.look_at_bookings().await?;
        }
        self.deliver().await?;
        self.note(&looked).await?;
        Ok(looked)
    }

    /// Publishes what is stored to be told; returns once nothing is.
    async fn deliver(&self) -> Result<(), ReadError> {
        loop {
            let connection = self.notebook.connection.clone();
            let waiting = self.store.read(move |conn| Ok::<_, StoreError>(tellings::waiting(conn, &connection, TOGETHER)?));
            let (bodies, last) = waiting.await?;
            if bodies.is_empty() {
                return Ok(());
            }
            let connection = self.notebook.connection.clone();
            self.tell.tell(self.notebook.business(), connection.clone(), bodies).await?;
            self.store.write(move |tx| Ok::<_, StoreError>(tellings::told(tx, &connection, last)?)).await?;
        }
    }

    /// Tells the journal whose the cards are that were found, all of them: what happens to a card that it does not know would be of nobody.
    async fn link(&self) -> Result<(), ReadError> {
        loop {
            let (book, now_us) = (Arc::clone(&self.notebook), (self.now_us)());
            let linking = self.store.write(move |tx| {
                let finds = whose::unlinked(tx, &book.keys, &book.connection, FINDS)?;
                let told = |find: &Find| Some(Telling { client: find.client.clone(), body: book.teller().link(find, now_us)? });
                tellings::add(tx, book.business(), &book.connection, &finds.iter().filter_map(told).collect::<Vec<_>>())?;
                whose::linked(tx, &book.connection, &finds)?;
                Ok::<_, StoreError>(finds.len())
            });
            if linking.await? == 0 {
                return Ok(());
            }
            self.deliver().await?;
        }
    }

    /// Where reading stands, of leads and of deals: history and moment. The first time it begins now.
    async fn begun(&self) -> Result<Result<[(i64, i64); 2], Looked>, ReadError> {
        let connection = self.notebook.connection.clone();
        let standing = self.store.read(move |conn| {
            let of = |what| Ok::<_, StoreError>(reads::of(conn, &connection, what)?.map(|standing| standing.position));
            let mut both = [None; 2];
            for (place, kind) in both.iter_mut().zip([CrmKind::Lead, CrmKind::Deal]) {
                let (history, cards) = words(kind);
                *place = of(history)?.zip(of(cards)?);
            }
            Ok::<_, StoreError>(both)
        });
        if let [Some(lead), Some(deal)] = standing.await? {
            return Ok(Ok([lead, deal]));
        }
        let said = self.portal.ask_all(&[CrmKind::Lead, CrmKind::Deal].map(seen::newest_step)).await;
        if let Some(hindered) = hindrance(&said) {
            return Ok(Err(hindered));
        }
        let now_us = (self.now_us)();
        let newest =
            |kind, said: &Said| if let Said::Done(result) = said { seen::steps(kind, result).first().map_or(0, |step| step.id) } else { 0 };
        let [lead, deal] = [(newest(CrmKind::Lead, &said[0]), now_us), (newest(CrmKind::Deal, &said[1]), now_us)];
        let book = Arc::clone(&self.notebook);
        let begin = self.store.write(move |tx| {
            for (kind, (step, moment)) in [(CrmKind::Lead, lead), (CrmKind::Deal, deal)] {
                let (history, cards) = words(kind);
                reads::note(tx, book.business(), &book.connection, (history, step), now_us)?;
                reads::note(tx, book.business(), &book.connection, (cards, moment), now_us)?;
            }
            Ok::<_, StoreError>(())
        });
        begin.await?;
        Ok(Ok([lead, deal]))
    }

    /// Both histories and both lists of changed cards, from where they stand.
    async fn read(&self, lead: (i64, i64), deal: (i64, i64)) -> Result<Looked, ReadError> {
        let settings = &self.notebook.settings;
        let kinds = [(CrmKind::Lead, lead), (CrmKind::Deal, deal)];
        let since = |moment: i64| moment - OVERLAP_US;
        let histories = kinds.map(|(kind, (step, _))| seen::steps_after(kind, step));
        let changed = kinds.map(|(kind, (_, moment))| seen::changed_since(kind, settings, since(moment), 0));
        let said = self.portal.ask_all(&[histories, changed].concat()).await;
        if let Some(hindered) = hindrance(&said) {
            return Ok(hindered);
        }
        let mut more = false;
        for (at, (kind, (_, moment))) in kinds.into_iter().enumerate() {
            let (Said::Done(history), Said::Done(first)) = (&said[at], &said[at + 2]) else { continue };
            let steps = seen::steps(kind, history);
            let mut cards = seen::cards_of(kind, settings, first);
            let mut last_page = cards.len();
            for page in 1..PAGES {
                if last_page < PAGE {
                    break;
                }
                let said = self.portal.ask(&seen::changed_since(kind, settings, since(moment), page)).await;
                let Said::Done(result) = said else { return Ok(hindrance(&[said]).unwrap_or(Looked::More)) };
                let next = seen::cards_of(kind, settings, &result);
                last_page = next.len();
                cards.extend(next);
            }
            let missing = unread(&steps, &cards);
            let reached = cards.iter().filter_map(|card| card.item.updated_us).max().unwrap_or(moment).max(moment);
            for ids in missing.chunks(PAGE) {
                let said = self.portal.ask(&seen::by_ids(kind, settings, ids)).await;
                let Said::Done(result) = said else { return Ok(hindrance(&[said]).unwrap_or(Looked::More)) };
                cards.extend(seen::cards_of(kind, settings, &result));
            }
            more |= steps.len() >= PAGE;
            self.take(kind, steps, cards, reached).await?;
        }
        Ok(if more { Looked::More } else { Looked::Done })
    }

    /// What a stretch says, and how far it went, in one transaction.
    async fn take(&self, kind: CrmKind, steps: Vec<Step>, cards: Vec<Card>, reached_us: i64) -> Result<(), ReadError> {
        let (book, now_us) = (Arc::clone(&self.notebook), (self.now_us)());
        let taken = self.store.write(move |tx| {
            let (history, changed) = words(kind);
            book.cards(tx, &cards, now_us)?;
            book.steps(tx, &steps, now_us)?;
            if let Some(last) = steps.iter().map(|step| step.id).max() {
                reads::note(tx, book.business(), &book.connection, (history, last), now_us)?;
            }
            reads::note(tx, book.business(), &book.connection, (changed, reached_us), now_us)?;
            Ok::<_, StoreError>(())
        });
        Ok(taken.await?)
    }

    /// Cards of which it turned out whose they are: their history since telling began.
    async fn catch_up(&self) -> Result<Looked, ReadError> {
        let book = Arc::clone(&self.notebook);
        let owned = self.store.read(move |conn| {
            let mut waiting = items::untold(conn, &book.connection, UNTOLD)?;
            waiting.retain(|item| item.kind != "booking");
            let first = |kind| Ok::<_, StoreError>(reads::of(conn, &book.connection, words(kind).0)?.map_or(0, |standing| standing.first));
            Ok::<_, StoreError>((book.owned(conn, waiting)?, first(CrmKind::Lead)?, first(CrmKind::Deal)?))
        });
        let (mut owned, lead, deal) = owned.await?;
        let more = owned.len() > HISTORIES;
        owned.truncate(HISTORIES);
        let cards: Vec<CrmRef> = owned.iter().filter_map(|(item, _)| super::notebook::card_of(item)).collect();
        let calls: Vec<Call> =
            cards.iter().map(|card| seen::steps_of(*card, if card.kind == CrmKind::Lead { lead } else { deal })).collect();
        let said = self.portal.ask_all(&calls).await;
        if let Some(hindered) = hindrance(&said) {
            return Ok(hindered);
        }
        let told: Vec<((items::Item, Owner), Vec<Step>)> =
            owned.into_iter().zip(cards.iter().zip(said)).map(|(owned, (card, said))| (owned, steps_in(*card, &said))).collect();
        let (book, now_us) = (Arc::clone(&self.notebook), (self.now_us)());
        let late = self.store.write(move |tx| {
            told.iter().try_for_each(|((item, owner), steps)| book.late(tx, (item, owner), steps, now_us)).map_err(StoreError::from)
        });
        late.await?;
        Ok(if more { Looked::More } else { Looked::Done })
    }

    /// How the look went, for whoever asks how reading stands.
    async fn note(&self, looked: &Looked) -> Result<(), ReadError> {
        let why = match looked {
            Looked::Done | Looked::More => None,
            Looked::Hindered(why) => Some(why.clone()),
            Looked::Halted(halt) => Some(halt.as_str().to_owned()),
        };
        let (book, now_us) = (Arc::clone(&self.notebook), (self.now_us)());
        let noted = self.store.write(move |tx| {
            let noted = match why {
                Some(why) => reads::hinder(tx, book.business(), &book.connection, &why, now_us),
                None => reads::note(tx, book.business(), &book.connection, ("look", 0), now_us),
            };
            noted.map_err(StoreError::from)
        });
        Ok(noted.await?)
    }
}

fn steps_in(card: CrmRef, said: &Said) -> Vec<Step> {
    if let Said::Done(result) = said { seen::steps(card.kind, result) } else { Vec::new() }
}

impl Notebook {
    /// Whether a business's settings name stages that mean nothing here.
    #[must_use]
    pub fn unknown_meanings(&self) -> Vec<&str> {
        let unknown = self.settings.stages.iter().filter(|(_, word)| super::Meaning::parse(word).is_none());
        unknown.map(|(_, word)| word.as_str()).collect()
    }
}
