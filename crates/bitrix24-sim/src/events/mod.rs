//! Events (sections 3.1 and 3.2 of the reference): what is told, to whom, and how it gets lost.
//!
//!     change ─▶ tell ─▶ online handlers, outbound webhooks ─▶ loss? delay? ─▶ Portal::outbox ─▶ (shell) one POST, never repeated
//!                 └──▶ offline handlers ─▶ queue.rs, where repeated changes of one object are one record
//!
//! Only an id is told: no values, no author. What a caller's own call changed raises an event as any other change does.
mod queue;

pub use queue::{Queue, Record};

use crate::access::App;
use crate::clock::Moment;
use crate::crm::Kind;
use crate::faults::Random;
use crate::map;
use crate::php::{Map, Value, build_query};
use crate::portal::Portal;

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    /// `ADD`, `UPDATE`, `DELETE` of a card: `data[FIELDS][ID]`
    Card(Kind, &'static str, u64),
    /// another event whose id is in `data[FIELDS][ID]`
    Fields(&'static str, u64),
    /// an event whose id is in `data[ID]`
    Plain(&'static str, u64),
}

/// A handler that `event.bind` registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handler {
    /// its number
    pub id: u64,
    /// whose application
    pub client_id: String,
    /// `ONCRMLEADADD`
    pub event: String,
    /// where to; empty for an offline one
    pub url: String,
    /// in whose name; 0: of whoever caused it
    pub auth_type: u64,
    /// goes into the queue instead
    pub offline: bool,
    /// changes that came with this key are not told back (offline only)
    pub auth_connector: String,
}

/// An outbound webhook, made in the portal's pages.
#[derive(Debug, Clone)]
pub struct Outbound {
    /// which events
    pub events: Vec<String>,
    /// where to
    pub url: String,
    /// proves to the handler that the portal is calling
    pub application_token: String,
}

/// What goes wrong with events on their way.
#[derive(Debug, Clone, Copy, Default)]
pub struct Trouble {
    /// how many are lost, from 0 to 1
    pub loss: f64,
    /// the longest that one is late
    pub delay_ms: u64,
    /// how many overtake others: they are late by up to ten times as long
    pub disorder: f64,
}

/// One POST to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// where to
    pub url: String,
    /// the form
    pub body: String,
    /// after how long
    pub after_ms: u64,
}

/// Handlers, queue and trouble.
#[derive(Debug)]
pub struct Events {
    /// registered handlers
    pub handlers: Vec<Handler>,
    /// outbound webhooks
    pub outbound: Vec<Outbound>,
    /// the offline queue
    pub queue: Queue,
    /// what goes wrong
    pub trouble: Trouble,
    /// how many were lost on purpose
    pub lost: u64,
    pub(crate) last_handler: u64,
    random: Random,
}

/// Every event that can be bound here.
pub(crate) const NAMES: [&str; 26] = [
    "ONCRMLEADADD",
    "ONCRMLEADUPDATE",
    "ONCRMLEADDELETE",
    "ONCRMDEALADD",
    "ONCRMDEALUPDATE",
    "ONCRMDEALDELETE",
    "ONCRMDEALMOVETOCATEGORY",
    "ONCRMCONTACTADD",
    "ONCRMCONTACTUPDATE",
    "ONCRMCONTACTDELETE",
    "ONCRMCOMPANYADD",
    "ONCRMCOMPANYUPDATE",
    "ONCRMCOMPANYDELETE",
    "ONCRMACTIVITYADD",
    "ONCRMACTIVITYUPDATE",
    "ONCRMACTIVITYDELETE",
    "ONCRMTIMELINECOMMENTADD",
    "ONCRMTIMELINECOMMENTUPDATE",
    "ONCRMTIMELINECOMMENTDELETE",
    "ONBOOKINGADD",
    "ONBOOKINGUPDATE",
    "ONBOOKINGDELETE",
    "ONAPPINSTALL",
    "ONAPPUNINSTALL",
    "ONOFFLINEEVENT",
    "ONAPPUPDATE",
];

impl What {
    fn name(&self) -> String {
        match self {
            What::Card(kind, verb, _) => format!("ONCRM{}{verb}", kind.upper()),
            What::Fields(name, _) | What::Plain(name, _) => (*name).to_string(),
        }
    }

    fn data(&self) -> Value {
        match self {
            What::Card(_, _, id) | What::Fields(_, id) => map! { "FIELDS" => map! { "ID" => *id } },
            What::Plain(_, id) => map! { "ID" => *id },
        }
    }
}

impl Events {
    pub(crate) fn new(seed: u64) -> Events {
        Events {
            handlers: Vec::new(),
            outbound: Vec::new(),
            queue: Queue::default(),
            trouble: Trouble::default(),
            lost: 0,
            last_handler: 200,
            random: Random(seed ^ 0xe7e),
        }
    }

    /// When a delivery leaves; nothing if it is lost.
    fn departure(&mut self) -> Option<u64> {
        if self.random.chance(self.trouble.loss) {
            self.lost += 1;
            return None;
        }
        let longest = usize::try_from(self.trouble.delay_ms).unwrap_or(usize::MAX);
        let delay = if longest == 0 { 0 } else { self.random.below(longest) as u64 };
        Some(if self.random.chance(self.trouble.disorder) { delay * 10 + 1 } else { delay })
    }
}

impl Portal {
    /// Tells everybody who wants to know. `user` caused it.
    pub(crate) fn tell(&mut self, what: What, user: u64, now: Moment) {
        let (name, data) = (what.name(), what.data());
        if self.events.handlers.is_empty() && self.events.outbound.is_empty() {
            return;
        }
        for handler in self.events.handlers.clone().into_iter().filter(|handler| handler.event == name) {
            let Some(app) = self.access.apps.get(&handler.client_id).filter(|app| app.installed).cloned() else { continue };
            if handler.offline && !handler.auth_connector.is_empty() && handler.auth_connector == self.connector {
                continue;
            }
            if handler.offline {
                self.events.queue.add(&app.client_id, &name, &data, now);
                continue;
            }
            let acting = if handler.auth_type > 0 { handler.auth_type } else { user };
            let auth = self.app_auth(&app, acting, false, now);
            self.post(&handler.url, &name, Some(handler.id), &data, auth, now);
        }
        for outbound in self.events.outbound.clone().into_iter().filter(|outbound| outbound.events.contains(&name)) {
            let auth = map! {
                "domain" => self.settings.domain(), "client_endpoint" => self.client_endpoint(), "server_endpoint" => self.server_endpoint(),
                "member_id" => &self.settings.member_id, "application_token" => &outbound.application_token
            };
            self.post(&outbound.url, &name, None, &data, auth, now);
        }
    }

    /// Puts one delivery out.
    pub(crate) fn post(&mut self, url: &str, event: &str, handler: Option<u64>, data: &Value, auth: Value, now: Moment) {
        let Some(after_ms) = self.events.departure() else { return };
        let mut body = Map::new();
        body.set("event", event);
        if let Some(handler) = handler {
            body.set("event_handler_id", handler);
        }
        body.set("data", data.clone());
        body.set("ts", now.seconds());
        body.set("auth", auth);
        self.outbox.push(Delivery { url: url.to_string(), body: build_query(&body), after_ms });
    }

    /// `auth` for an application. Tokens come along only where an employee caused the event; a refresh token only with an installation.
    pub(crate) fn app_auth(&mut self, app: &App, user: u64, refresh: bool, now: Moment) -> Value {
        let mut auth = Map::new();
        if self.access.users.contains_key(&user) && user > 0 {
            let token = self.token_for(&app.client_id, user, refresh, now);
            auth.set("access_token", token.access.as_str());
            auth.set("expires", now.plus_s(crate::oauth::ACCESS_S).seconds());
            auth.set("expires_in", crate::oauth::ACCESS_S);
            if refresh {
                auth.set("refresh_token", token.refresh);
            }
        }
        auth.set("scope", app.scopes.join(","));
        auth.set("domain", self.settings.domain());
        auth.set("server_endpoint", self.server_endpoint());
        auth.set("status", app.status.as_str());
        auth.set("client_endpoint", self.client_endpoint());
        auth.set("member_id", self.settings.member_id.as_str());
        auth.set("user_id", user);
        auth.set("application_token", app.application_token.as_str());
        auth.into()
    }
}
