//! The tab in a card: every conversation of the card's client, newest first, each with its badge and how it ended.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;

use super::super::Desk;
use super::super::conversation::inside::{Shown, Told, told};
use super::super::error::PageError;
use super::super::frame::{Frame, whole};
use super::super::moments::Clock;
use super::pass::Pass;
use super::{framed, look, refusal};
use crate::access::portal_visit::{Unseen, Visit};
use crate::access::trail::{What, Who};
use crate::access::{Business, BusinessKind, CardWords, ConnectionId, business, connection};
use crate::event::BusinessId;
use crate::journal::crm::whose;
use crate::journal::reading::{self, Cursor, Page, SessionFilter};

/// Conversations on a page: each is opened and checked.
const SHOWN: usize = 5;
/// Clients of one card: a family shares a phone.
const CLIENTS: usize = 3;

/// One client's conversations.
struct Chain {
    /// Shown where a card has several.
    name: Option<String>,
    talks: Vec<Told>,
    /// Where it goes on.
    older: Option<String>,
}

#[derive(Template)]
#[template(path = "portal/card.html")]
struct CardPage {
    f: Frame,
    chains: Vec<Chain>,
    shows_words: bool,
    is_older: bool,
}

/// What is shown, and to whom.
struct Asked {
    business: BusinessId,
    connection: ConnectionId,
    employee: u64,
    portal: String,
    language: String,
}

/// Of the cards that an employee may see.
pub(super) async fn draw(desk: &Desk, visit: &Visit) -> Result<Response, PageError> {
    let (business, connection, cards) = (visit.business, visit.connection.to_string(), visit.cards.clone());
    let keys = desk.keys(business)?;
    let read = desk.console.store.read(move |conn| Ok::<_, PageError>(whose::clients(conn, &keys, &connection, &cards)?));
    let clients = read.await?.into_iter().take(CLIENTS).map(|client| (client, None)).collect();
    let (portal, language) = (visit.portal.clone(), visit.language.clone());
    chains(desk, Asked { business, connection: visit.connection, employee: visit.employee, portal, language }, clients, visit.shows_words)
        .await
}

/// `GET /inside/{pass}`: the same list, further back.
pub(super) async fn older(State(desk): State<Desk>, Path(text): Path<String>) -> Result<Response, PageError> {
    let Some((business, pass)) = Pass::read(&desk.console.vault, &text, (desk.console.now_us)()) else {
        return refusal(&desk, Unseen::Stale.into());
    };
    let id = pass.connection;
    let read =
        desk.console.store.read(move |conn| Ok::<_, PageError>(connection::all(conn, business)?.into_iter().find(|known| known.id == id)));
    // Whoever has unplugged the portal meanwhile has ended this too.
    let Some(known) = read.await?.filter(|known| known.revoked_us.is_none()) else { return refusal(&desk, Unseen::Unknown.into()) };
    let shows_words = known.settings.crm.words != Some(CardWords::Steps);
    let asked = Asked { business, connection: id, employee: pass.employee, portal: pass.portal.clone(), language: pass.language };
    let after = pass.after.parse().ok();
    let drawn = chains(&desk, asked, vec![(pass.client, after)], shows_words).await?;
    Ok(framed(drawn, &pass.portal))
}

async fn chains(desk: &Desk, asked: Asked, clients: Vec<(String, Option<Cursor>)>, shows_words: bool) -> Result<Response, PageError> {
    let business = asked.business;
    let keys = desk.keys(business)?;
    let look = look(&asked.language);
    let (t, now_us) = (desk.library.texts(look.language), (desk.console.now_us)());
    let (is_older, has_many) = (clients.iter().any(|(_, after)| after.is_some()), clients.len() > 1);
    let who = Who::Employee(asked.connection, asked.employee);
    for (client, _) in &clients {
        desk.looked.by(&desk.console.store, (business, who), What::Viewed, &format!("/clients/{client}"), now_us);
    }
    let theirs = desk.clone();
    let read = desk.console.store.read(move |conn| {
        let whose: Business = business::by_id(conn, business)?.ok_or(PageError::NotFound)?;
        // Nothing of a clinic's words leaves the journal, whatever the connection says.
        let shows_words = shows_words && whose.kind != BusinessKind::Clinic;
        let clock = Clock::new(t.clone(), &whose.timezone, now_us);
        let mut chains = Vec::with_capacity(clients.len());
        for (client, after) in clients {
            let filter = SessionFilter { client: Some(client.clone()), ..SessionFilter::default() };
            let listed = reading::sessions(conn, business, &filter, &Page::new(SHOWN, after))?;
            let older = listed.next.map(|next| {
                let of = (client.as_str(), next.to_string());
                Pass::new((asked.connection, asked.employee), (of.0, &of.1), (&asked.portal, &asked.language), now_us).url(&keys)
            });
            let talks = told(conn, &theirs, &clock, &Shown { business, look, shows_words }, &listed.items)?;
            let name = talks.first().filter(|_| has_many).map(|talk| talk.who.clone());
            chains.push(Chain { name, talks, older });
        }
        Ok::<_, PageError>((chains, shows_words))
    });
    let (chains, shows_words) = read.await?;
    let f = Frame::for_guest(desk, look, "inside-title");
    whole(&CardPage { f, chains, shows_words, is_older })
}
