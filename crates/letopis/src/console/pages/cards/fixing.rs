//! What people do about differences with a CRM. Looking for a card again is the outbox's own action; everything else is a decision, sealed like any
//! other, and the outbox follows it.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::super::Desk;
use super::super::error::PageError;
use super::super::form::Posted;
use super::super::visitor::Visitor;
use crate::access::trail::{About, What, audit};
use crate::access::{Action, ConnectionId, ConnectionKind, connection};
use crate::event::record::Decision;
use crate::event::{Aside, CrmKind, CrmRef, Right};
use crate::journal::crm::rulings;
use crate::journal::erasing::{self, Wanted};

const BACK: &str = "/cards/differences";

/// What the forms send; each sends its own part.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(in crate::console::pages) struct Wish {
    client: String,
    card: String,
    beside: String,
    record: String,
    why: String,
    right: String,
    told: String,
    own: String,
}

impl Wish {
    fn card(&self) -> Result<CrmRef, PageError> {
        CrmRef::parse(&self.card).filter(|card| card.kind != CrmKind::Unknown).ok_or(PageError::NotFound)
    }

    fn why(&self) -> Result<Aside, PageError> {
        Aside::parse(&self.why).ok_or(PageError::NotFound)
    }
}

fn number(text: &str) -> Result<u64, PageError> {
    text.parse().map_err(|_| PageError::NotFound)
}

/// `POST /cards/{connection}/seek`: a client's card is looked for now.
pub(in crate::console::pages) async fn seek(
    State(desk): State<Desk>,
    Path(id): Path<String>,
    posted: Posted<Wish>,
) -> Result<Response, PageError> {
    let Posted { visitor, form } = posted;
    of_portal(&desk, &visitor, &id).await?;
    let (business, who, now_us) = (visitor.business.id, visitor.signed_in.who(), visitor.now_us);
    let sought = desk.console.store.write(move |tx| {
        if rulings::seek_now(tx, business, &id, (&form.client, false), now_us)? {
            audit(tx, About::Business(business), who, What::Changed, format!("the card of {} is looked for again", form.client), now_us)?;
        }
        Ok::<_, PageError>(())
    });
    sought.await?;
    Ok(Redirect::to(BACK).into_response())
}

/// `POST /cards/{connection}/order`: and made where there is none.
pub(in crate::console::pages) async fn order(
    State(desk): State<Desk>,
    Path(id): Path<String>,
    posted: Posted<Wish>,
) -> Result<Response, PageError> {
    let Posted { visitor, form } = posted;
    if !of_portal(&desk, &visitor, &id).await? {
        return Err(PageError::NotFound);
    }
    let Some(client) = found(&desk, &visitor, &form.client).await? else { return Err(PageError::NotFound) };
    decide(&desk, &visitor, Decision::CardOrdered { connection: id, client }).await
}

/// `POST /cards/{connection}/link`: a card is this client's.
pub(in crate::console::pages) async fn link(
    State(desk): State<Desk>,
    Path(id): Path<String>,
    posted: Posted<Wish>,
) -> Result<Response, PageError> {
    let Posted { visitor, form } = posted;
    of_portal(&desk, &visitor, &id).await?;
    let card = form.card()?.to_string();
    let beside = form.beside.split(',').filter_map(CrmRef::parse).map(|card| card.to_string()).collect();
    match found(&desk, &visitor, &form.client).await? {
        Some(client) => decide(&desk, &visitor, Decision::CardLinked { connection: id, card, client, beside }).await,
        None => Ok(Redirect::to(&format!("{BACK}?kind=stranger&problem=who")).into_response()),
    }
}

/// `POST /cards/{connection}/aside`: a card is of nobody whom the assistant serves.
pub(in crate::console::pages) async fn aside(
    State(desk): State<Desk>,
    Path(id): Path<String>,
    posted: Posted<Wish>,
) -> Result<Response, PageError> {
    let Posted { visitor, form } = posted;
    of_portal(&desk, &visitor, &id).await?;
    let (card, why) = (form.card()?.to_string(), form.why()?);
    decide(&desk, &visitor, Decision::CardSetAside { connection: id, card, why }).await
}

/// `POST /cards/{connection}/claim`: nobody looks for that lead any more.
pub(in crate::console::pages) async fn claim(
    State(desk): State<Desk>,
    Path(id): Path<String>,
    posted: Posted<Wish>,
) -> Result<Response, PageError> {
    let Posted { visitor, form } = posted;
    of_portal(&desk, &visitor, &id).await?;
    let (record, why) = (number(&form.record)?, form.why()?);
    decide(&desk, &visitor, Decision::ClaimSetAside { connection: id, record, why }).await
}

/// `POST /cards/{connection}/settle`: who is right about an end.
pub(in crate::console::pages) async fn settle(
    State(desk): State<Desk>,
    Path(id): Path<String>,
    posted: Posted<Wish>,
) -> Result<Response, PageError> {
    let Posted { visitor, form } = posted;
    of_portal(&desk, &visitor, &id).await?;
    let right = Right::parse(&form.right).ok_or(PageError::NotFound)?;
    let (card, told, own) = (form.card()?.to_string(), number(&form.told)?, number(&form.own)?);
    decide(&desk, &visitor, Decision::OutcomeSettled { connection: id, card, right, told, own }).await
}

async fn decide(desk: &Desk, visitor: &Visitor, decision: Decision) -> Result<Response, PageError> {
    desk.console.decide.decide(visitor.business.id, visitor.by(), decision, visitor.now_us).await?;
    Ok(Redirect::to(BACK).into_response())
}

/// Refuses whoever may not, and what is no CRM of theirs; says whether anything is written there.
async fn of_portal(desk: &Desk, visitor: &Visitor, id: &str) -> Result<bool, PageError> {
    visitor.require(Action::ReplayQuarantine)?;
    let (business, id) = (visitor.business.id, id.parse::<ConnectionId>()?);
    let all = desk.console.store.read(move |conn| Ok::<_, PageError>(connection::all(conn, business)?)).await?;
    let is_it = |known: &connection::Connection| known.id == id && known.kind == ConnectionKind::Bitrix24 && known.revoked_us.is_none();
    let known = all.into_iter().find(is_it).ok_or(PageError::NotFound)?;
    Ok(known.settings.crm.write)
}

/// A client by phone, e-mail or public id.
async fn found(desk: &Desk, visitor: &Visitor, text: &str) -> Result<Option<String>, PageError> {
    let (keys, wanted) = (desk.keys(visitor.business.id)?, Wanted::read(text));
    desk.console.store.read(move |conn| Ok::<_, PageError>(erasing::find(conn, &keys, &wanted)?)).await
}
