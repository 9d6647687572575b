//! Plugging a Bitrix24 portal in: its webhook, and what Letopis may do there, each with one sentence. The webhook goes in and never comes out.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::super::Desk;
use super::super::error::PageError;
use super::super::form::Posted;
use super::super::frame::{Frame, Section, framed, page};
use super::super::visitor::Visitor;
use super::one::{self, Choice};
use super::trial::{self, Tried};
use super::{change, fresh};
use crate::access::connection::{self, Draft};
use crate::access::{Action, BusinessKind, CardWords, Change, ConnectionId, ConnectionKind, CrmSettings, Name, SecretName, Settings};

/// What a new connection is called where nothing was said.
const NAME: &str = "Битрикс24";

/// What the form sends: text, and ticks that are there or not.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(in crate::console::pages) struct Wish {
    name: String,
    webhook: String,
    write: String,
    words: String,
    create: String,
    tasks: String,
    read: String,
    responsible: String,
    fields: String,
    stages: String,
    no_show: String,
    sources: String,
}

/// The settings as the form shows them.
pub(super) struct Crm {
    pub(super) write: bool,
    pub(super) create: bool,
    pub(super) tasks: bool,
    pub(super) read: bool,
    pub(super) words: Vec<Choice>,
    /// Of a clinic: there is no choice.
    pub(super) is_clinic: bool,
    pub(super) responsible: String,
    pub(super) fields: String,
    pub(super) stages: String,
    pub(super) no_show: String,
    pub(super) sources: String,
}

#[derive(Template)]
#[template(path = "connections/bitrix24.html")]
struct AskPage {
    f: Frame,
    /// Where the form goes.
    action: String,
    back: String,
    name: String,
    crm: Crm,
    problem: Option<String>,
    is_new: bool,
}

framed!(AskPage);

impl Crm {
    pub(super) fn of(visitor: &Visitor, crm: &CrmSettings) -> Self {
        let is_clinic = visitor.business.kind == BusinessKind::Clinic;
        let chosen = if is_clinic { CardWords::Steps } else { crm.words.unwrap_or(CardWords::Digest) };
        let choice = |words: &CardWords| Choice {
            value: words.as_str(),
            label: visitor.t.of("crm-words", words.as_str()),
            chosen: *words == chosen,
        };
        let lines = |map: &std::collections::BTreeMap<String, String>| {
            map.iter().map(|(name, value)| format!("{name} = {value}")).collect::<Vec<_>>().join("\n")
        };
        Self {
            write: crm.write,
            create: crm.create,
            tasks: crm.tasks,
            read: crm.read,
            words: CardWords::ALL.iter().filter(|words| !is_clinic || **words == CardWords::Steps).map(choice).collect(),
            is_clinic,
            responsible: crm.responsible.map(|id| id.to_string()).unwrap_or_default(),
            fields: lines(&crm.fields),
            stages: lines(&crm.stages),
            no_show: crm.no_show_field.clone().unwrap_or_default(),
            sources: crm.sources.join(", "),
        }
    }
}

impl Wish {
    /// What it says; or the key of what is wrong with it.
    fn settings(&self, visitor: &Visitor, before: CrmSettings) -> Result<CrmSettings, &'static str> {
        let is_on = |tick: &str| !tick.is_empty();
        let words = if self.words.is_empty() { None } else { Some(self.words.parse().map_err(|_| "crm-problem-words")?) };
        let is_clinic = visitor.business.kind == BusinessKind::Clinic;
        let responsible = self.responsible.trim();
        let mut crm = CrmSettings {
            write: is_on(&self.write),
            words: if is_clinic { Some(CardWords::Steps) } else { words },
            create: is_on(&self.create),
            tasks: is_on(&self.tasks),
            read: is_on(&self.read),
            responsible: if responsible.is_empty() { None } else { Some(responsible.parse().map_err(|_| "crm-problem-responsible")?) },
            fields: std::collections::BTreeMap::new(),
            stages: std::collections::BTreeMap::new(),
            ..before
        };
        crm.set_no_show(self.no_show.trim()).map_err(|_| "crm-problem-fields")?;
        crm.set_sources(&self.sources).map_err(|_| "crm-problem-sources")?;
        for (known, field) in pairs(&self.fields) {
            crm.set_field(known, field).map_err(|_| "crm-problem-fields")?;
        }
        for (stage, meaning) in pairs(&self.stages) {
            crm.set_stage(stage, meaning).map_err(|_| "crm-problem-stages")?;
        }
        Ok(crm)
    }
}

fn pairs(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.map(|line| line.split_once('=').map_or((line, "?"), |(name, value)| (name.trim(), value.trim())))
}

/// `GET /settings/connections/new/bitrix24`
pub(in crate::console::pages) async fn ask(State(desk): State<Desk>, visitor: Visitor) -> Result<Response, PageError> {
    visitor.require(Action::ManageConnections)?;
    // Writing and reading back are what one comes here for; making cards and tasks is a decision of its own.
    let usual = CrmSettings { write: true, read: true, ..CrmSettings::default() };
    draw(&desk, &visitor, None, (NAME, &usual), None)
}

/// `POST /settings/connections/new/bitrix24`
pub(in crate::console::pages) async fn add(State(desk): State<Desk>, posted: Posted<Wish>) -> Result<Response, PageError> {
    let Posted { visitor, form } = posted;
    visitor.require(Action::ManageConnections)?;
    let read = form.settings(&visitor, CrmSettings::default());
    let origin = desk.console.portals.origin_of(&form.webhook);
    let name = if form.name.trim().is_empty() { NAME.parse() } else { form.name.parse::<Name>() };
    let (crm, origin, name) = match (read, origin, name) {
        (Ok(crm), Some(origin), Ok(name)) => (crm, origin, name),
        (Err(problem), ..) => return draw(&desk, &visitor, None, (&form.name, &CrmSettings::default()), Some(problem)),
        (Ok(crm), None, _) => return draw(&desk, &visitor, None, (&form.name, &crm), Some("crm-problem-webhook")),
        (Ok(crm), _, Err(_)) => return draw(&desk, &visitor, None, (&form.name, &crm), Some("crm-problem-name")),
    };
    let draft = Draft {
        kind: ConnectionKind::Bitrix24,
        name: name.clone(),
        settings: Settings { upstream: Some(origin), crm, ..Settings::default() },
    };
    let (decided, token) = connection::add(&visitor.scope, draft, visitor.now_us, &mut rand::rng())?;
    let Change::ConnectionAdded { connection, .. } = decided else { return Err(PageError::Broken("not an addition".to_owned())) };
    one::store(&desk, &visitor, connection, SecretName::Webhook, Some(form.webhook.trim().to_owned())).await?;
    change(&desk, &visitor, &decided).await?;
    let fresh = fresh(&visitor, ConnectionKind::Bitrix24, connection, &name, &token);
    let tried = tried(&desk, &visitor, connection).await;
    one::draw(&desk, &visitor, connection, Some(fresh), tried).await
}

/// `POST /settings/connections/{id}/crm`
pub(in crate::console::pages) async fn set(
    State(desk): State<Desk>,
    Path(id): Path<String>,
    posted: Posted<Wish>,
) -> Result<Response, PageError> {
    let Posted { visitor, form } = posted;
    let id: ConnectionId = id.parse()?;
    let known = one::find(&desk, &visitor, id).await?;
    if known.kind != ConnectionKind::Bitrix24 {
        return Err(PageError::NotFound);
    }
    let here = Some(id);
    let crm = match form.settings(&visitor, known.settings.crm.clone()) {
        Ok(crm) => crm,
        Err(problem) => return draw(&desk, &visitor, here, (known.name.as_str(), &known.settings.crm), Some(problem)),
    };
    let mut settings = Settings { crm, ..known.settings };
    let is_new = !form.webhook.trim().is_empty();
    if is_new {
        let Some(origin) = desk.console.portals.origin_of(&form.webhook) else {
            return draw(&desk, &visitor, here, (known.name.as_str(), &settings.crm), Some("crm-problem-webhook"));
        };
        settings.upstream = Some(origin);
        one::store(&desk, &visitor, id, SecretName::Webhook, Some(form.webhook.trim().to_owned())).await?;
        let (business, at_us) = (visitor.business.id, visitor.now_us);
        let replaced = Change::ConnectionSecretSet { business, connection: id, secret: SecretName::Webhook, at_us };
        change(&desk, &visitor, &replaced).await?;
    }
    let (scope, now_us, name) = (visitor.scope, visitor.now_us, known.name);
    let decided = desk.console.store.read(move |conn| Ok::<_, PageError>(connection::change(conn, &scope, id, name, settings, now_us)?));
    change(&desk, &visitor, &decided.await?).await?;
    if is_new {
        let tried = tried(&desk, &visitor, id).await;
        return one::draw(&desk, &visitor, id, None, tried).await;
    }
    Ok(Redirect::to(&format!("/settings/connections/{id}#crm")).into_response())
}

/// What the portal says to the webhook: a warning, never a refusal.
async fn tried(desk: &Desk, visitor: &Visitor, id: ConnectionId) -> Option<Tried> {
    let steps = desk.console.trials.try_out(visitor.business.id, id, false).await?;
    Some(trial::tried(&visitor.t, ConnectionKind::Bitrix24, &steps))
}

fn draw(
    desk: &Desk,
    visitor: &Visitor,
    id: Option<ConnectionId>,
    (name, crm): (&str, &CrmSettings),
    problem: Option<&str>,
) -> Result<Response, PageError> {
    let t = &visitor.t;
    let at = id.map(|id| format!("/settings/connections/{id}"));
    page(&AskPage {
        f: Frame::new(desk, visitor, Section::Settings, t.say("crm-title")),
        action: at.as_ref().map_or_else(|| "/settings/connections/new/bitrix24".to_owned(), |at| format!("{at}/crm")),
        back: at.unwrap_or_else(|| "/settings/connections".to_owned()),
        name: name.to_owned(),
        crm: Crm::of(visitor, crm),
        problem: problem.map(|key| t.say(key)),
        is_new: id.is_none(),
    })
}
