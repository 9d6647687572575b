//! `/cards/differences`: where the journal and the CRM tell different things, each with what it is known by and what a person may do about it.
//!
//! What the buttons do is in `fixing`. Nothing is merged or deleted in the CRM from here, and no stage is changed.

use std::collections::HashMap;

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use rusqlite::Connection as Database;
use serde::Deserialize;

use super::super::Desk;
use super::super::connections::health::Problem;
use super::super::error::PageError;
use super::super::frame::{Frame, Section, framed, page};
use super::super::journal::line;
use super::super::language::Texts;
use super::super::moments::Clock;
use super::super::visitor::Visitor;
use super::super::who::Who;
use super::super::{client, labels};
use crate::access::{Action, ConnectionKind, connection};
use crate::audit;
use crate::event::{Aside, BusinessId};
use crate::journal::clients;
use crate::journal::crm::differences::{Counts, Difference, Found, What};
use crate::journal::reading;

/// On the page; the rest is counted above.
const SHOWN: usize = 100;

/// `?kind=double&problem=who`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(in crate::console::pages) struct Asked {
    kind: String,
    problem: String,
}

/// How many of a kind, and where they are listed.
struct Figure {
    count: u64,
    label: String,
    url: String,
    is_here: bool,
}

/// Somewhere to look: a page of ours, or the card in the portal.
struct Link {
    url: String,
    label: String,
    is_outside: bool,
}

/// One difference.
struct Item {
    connection: String,
    title: String,
    notes: Vec<String>,
    problem: Option<Problem>,
    links: Vec<Link>,
    fix: Fix,
}

/// What a person may do.
enum Fix {
    Claimed { record: u64, client: Option<String>, may_make: bool },
    Stranger { card: String },
    Double { client: String, cards: Vec<Choice> },
    Outcome { card: String, told: u64, own: u64 },
    Buried { entry: i64 },
}

/// A card that may be the right one.
struct Choice {
    card: String,
    label: String,
    beside: String,
}

#[derive(Template)]
#[template(path = "differences.html")]
struct DifferencesPage {
    f: Frame,
    has_portal: bool,
    problem: Option<String>,
    figures: Vec<Figure>,
    items: Vec<Item>,
    more: i64,
    reasons: Vec<(&'static str, String)>,
    may_change: bool,
}

framed!(DifferencesPage);

/// What the page knows beside the differences.
struct Known {
    /// Of every portal: where it is, and whether cards are looked for there.
    portals: HashMap<String, (Option<String>, bool)>,
    names: HashMap<String, String>,
    found: Found,
}

/// `GET /cards/differences`
pub(in crate::console::pages) async fn show(
    State(desk): State<Desk>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Response, PageError> {
    visitor.require(Action::ReadJournal)?;
    let (business, kind) = (visitor.business.id, asked.kind.clone());
    let moment = audit::differences::Asked { now_us: visitor.now_us, grace_us: desk.console.card_grace_us };
    let known = desk.console.store.read(move |conn| known(conn, business, &kind, moment)).await?;
    let t = &visitor.t;
    let counts = known.found.counts;
    let wanted = of_kind(&counts, &asked.kind);
    let shown = known.found.list.len() as i64;
    let drawer = Drawer { t, clock: visitor.clock(), known: &known };
    page(&DifferencesPage {
        has_portal: !known.portals.is_empty(),
        problem: (asked.problem == "who").then(|| t.say("differences-nobody")),
        figures: figures(t, &counts, &asked.kind),
        items: known.found.list.iter().map(|difference| drawer.item(difference)).collect(),
        more: wanted as i64 - shown,
        reasons: Aside::ALL.into_iter().map(|why| (why.as_str(), t.of("differences-why", why.as_str()))).collect(),
        may_change: visitor.scope.can(Action::ReplayQuarantine),
        f: Frame::new(&desk, &visitor, Section::Cards, t.say("differences-title")),
    })
}

fn known(conn: &Database, business: BusinessId, kind: &str, asked: audit::differences::Asked) -> Result<Known, PageError> {
    let mut found = audit::differences::differences(conn, business, asked)?;
    found.list.retain(|difference| KINDS.contains(&kind).then_some(kind).is_none_or(|kind| kind == name_of(&difference.what)));
    found.list.truncate(SHOWN);
    let all = connection::all(conn, business)?.into_iter();
    let theirs = all.filter(|connection| connection.kind == ConnectionKind::Bitrix24 && connection.revoked_us.is_none());
    let portals = theirs.map(|portal| (portal.id.to_string(), (portal.settings.upstream, portal.settings.crm.write))).collect();
    let mut names = HashMap::new();
    for pid in found.list.iter().filter_map(|difference| difference.client.as_deref()) {
        let Some(client) = clients::by_pid(conn, business, pid)? else { continue };
        if let Some(name) = reading::client_name(conn, client.root)?.and_then(|client| client.name) {
            names.insert(pid.to_owned(), name);
        }
    }
    Ok(Known { portals, names, found })
}

const KINDS: [&str; 5] = ["claimed", "stranger", "double", "outcome", "buried"];

fn name_of(what: &What) -> &'static str {
    match what {
        What::Claimed { .. } => "claimed",
        What::Stranger { .. } => "stranger",
        What::Double { .. } => "double",
        What::Outcome { .. } => "outcome",
        What::Buried { .. } => "buried",
    }
}

fn of_kind(counts: &Counts, kind: &str) -> u64 {
    match kind {
        "claimed" => counts.claimed,
        "stranger" => counts.strangers,
        "double" => counts.doubles,
        "outcome" => counts.outcomes,
        "buried" => counts.buried,
        _ => counts.total(),
    }
}

fn figures(t: &Texts, counts: &Counts, chosen: &str) -> Vec<Figure> {
    let one = |kind: &&'static str| {
        let is_here = *kind == chosen;
        // A second press shows all again.
        let url = if is_here { "/cards/differences".to_owned() } else { format!("/cards/differences?kind={kind}") };
        Figure { count: of_kind(counts, kind), label: t.of("differences-figure", kind), url, is_here }
    };
    KINDS.iter().map(one).collect()
}

/// Puts differences into words.
struct Drawer<'a> {
    t: &'a Texts,
    clock: Clock,
    known: &'a Known,
}

impl Drawer<'_> {
    fn item(&self, difference: &Difference) -> Item {
        let age = self.clock.took((self.clock.now_us() - difference.since_us).max(0));
        let when = [("when", self.clock.when(difference.since_us).into()), ("age", age.into())];
        let mut notes = vec![self.t.with("differences-since", &when)];
        notes.extend(difference.responsible.map(|id| self.t.of("differences-responsible", &id.to_string())));
        let mut item = Item {
            connection: difference.connection.clone(),
            title: String::new(),
            notes,
            problem: None,
            links: difference.client.iter().map(|pid| self.client(pid)).collect(),
            fix: Fix::Buried { entry: 0 },
        };
        self.fill(&mut item, difference);
        item
    }

    fn fill(&self, item: &mut Item, difference: &Difference) {
        let t = self.t;
        match &difference.what {
            What::Claimed { record, session, given, is_gone, search, problem } => {
                let key = if *is_gone { "differences-claimed-gone" } else { "differences-claimed-card" };
                item.title = given.as_ref().map_or_else(|| t.say("differences-claimed"), |card| t.of(key, &self.card(card)));
                item.notes.extend(search.as_ref().map(|search| t.of("differences-search", search)));
                item.problem = problem.as_deref().map(|problem| Problem::of(t, problem));
                item.links.push(self.talk(session, Some(*record)));
                let may_make = self.known.portals.get(&item.connection).is_some_and(|(_, writes)| *writes);
                item.fix = Fix::Claimed { record: *record, client: difference.client.clone(), may_make };
            }
            What::Stranger { card, source, stage } => {
                item.title = t.of("differences-stranger", &self.card(card));
                item.notes.extend(source.as_ref().map(|source| t.of("differences-source", source)));
                item.notes.extend(stage.as_ref().map(|stage| t.of("differences-stage", stage)));
                item.links.extend(self.outside(&item.connection, card));
                item.fix = Fix::Stranger { card: card.clone() };
            }
            What::Double { card, others, found_by } => {
                item.title = t.say("differences-double");
                let by = found_by.as_deref().map(|by| t.of("differences-found-by", by)).unwrap_or_default();
                item.notes.push(t.with("differences-double-own", &[("card", self.card(card).into()), ("by", by.into())]));
                let all: Vec<&String> = std::iter::once(card).chain(others).collect();
                item.links.extend(all.iter().filter_map(|card| self.outside(&item.connection, card)));
                let client = difference.client.clone().unwrap_or_default();
                item.fix = Fix::Double { client, cards: all.iter().map(|card| self.choice(card, &all)).collect() };
            }
            What::Outcome { card, crm, told, told_us, journal, own, own_us } => {
                item.title = t.of("differences-outcome", &self.card(card));
                let said =
                    |key, kind: &str, us: i64| t.with(key, &[("what", labels::kind(t, kind).into()), ("when", self.clock.when(us).into())]);
                item.notes.push(said("differences-crm-says", crm, *told_us));
                item.notes.push(said("differences-journal-says", journal, *own_us));
                item.links.extend(self.outside(&item.connection, card));
                item.fix = Fix::Outcome { card: card.clone(), told: *told, own: *own };
            }
            What::Buried { entry, session, problem } => {
                item.title = t.say("differences-buried");
                item.problem = problem.as_deref().map(|problem| Problem::of(t, problem));
                item.links.push(self.talk(session, None));
                item.fix = Fix::Buried { entry: *entry };
            }
        }
    }

    fn card(&self, card: &str) -> String {
        let parsed = crate::event::CrmRef::parse(card).map(|card| card.to_string());
        labels::card(self.t, parsed.as_deref().unwrap_or(card))
    }

    fn choice(&self, card: &str, all: &[&String]) -> Choice {
        let beside: Vec<&str> = all.iter().map(|other| other.as_str()).filter(|other| *other != card).collect();
        Choice { card: card.to_owned(), label: self.t.of("differences-choose", &self.card(card)), beside: beside.join(",") }
    }

    fn client(&self, pid: &str) -> Link {
        let who = match self.known.names.get(pid) {
            Some(name) => Who { name: name.clone(), known: true },
            None => Who { name: self.t.say("differences-client"), known: false },
        };
        Link { url: client::url(pid), label: who.name, is_outside: false }
    }

    fn talk(&self, session: &str, record: Option<u64>) -> Link {
        let anchor = record.map(|record| format!("#e{record}")).unwrap_or_default();
        Link { url: format!("{}{anchor}", line::url(session)), label: self.t.say("differences-talk"), is_outside: false }
    }

    /// The card in the portal.
    fn outside(&self, connection: &str, card: &str) -> Option<Link> {
        let (origin, _) = self.known.portals.get(connection)?;
        let (kind, id) = card.split_once(':')?;
        let url = format!("{}/crm/{kind}/details/{id}/", origin.as_deref()?.trim_end_matches('/'));
        let label = self.t.of("differences-open", &self.card(card));
        Some(Link { url, label, is_outside: true })
    }
}
