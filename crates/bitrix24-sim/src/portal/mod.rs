//! The portal: all state, and the way of one request through it.
//!
//!     Request ─▶ moved? ─▶ fault drawn ─▶ rate ─▶ read (request) ─▶ who (access) ─▶ batch │ method ─▶ envelope ─▶ Reply
//!
//! Pure: no socket, no sleeping. What has to happen in the world (an event to deliver, a connection to cut) is said in the [`Reply`] or waits in
//! [`Portal::outbox`] until the shell fetches it. What people do in the portal's pages is in `people.rs`.
mod batch;
mod cards;
mod envelope;
mod people;
mod run;
mod settings;

use std::collections::BTreeMap;

pub use people::Converted;
pub use settings::{Mode, Settings};

use crate::access::Access;
use crate::booking::Bookings;
use crate::chats::Chats;
use crate::clock::{Clock, Moment};
use crate::crm::Crm;
use crate::error::ApiError;
use crate::events::{Delivery, Events};
use crate::faults::{Fault, Faults, Random};
use crate::limits::Used;
use crate::methods::Table;
use crate::oauth;
use crate::php::{Map, to_json};
use crate::placement::Placements;
use crate::request::{Call, Request};

/// What goes back over the wire.
#[derive(Debug, Clone, PartialEq)]
pub enum Reply {
    /// an HTTP answer
    Answer {
        /// status
        status: u16,
        /// `Content-Type`
        content_type: &'static str,
        /// `Location` of a redirect
        location: Option<String>,
        /// the body
        body: Vec<u8>,
    },
    /// the connection ends without an answer
    Cut,
    /// the connection stays silent, then ends
    Stall,
}

/// A Bitrix24 portal.
pub struct Portal {
    /// what is configured
    pub settings: Settings,
    /// the portal's time
    pub clock: Clock,
    /// employees, webhooks, applications
    pub access: Access,
    /// cards, stages, timeline, activities
    pub crm: Crm,
    /// online booking
    pub bookings: Bookings,
    /// chats of open lines
    pub chats: Chats,
    /// handlers of events and the offline queue
    pub events: Events,
    /// handlers of widgets
    pub placements: Placements,
    /// what goes wrong
    pub faults: Faults,
    /// calls run, by method in lower case; sub-commands of batches count each, the batch itself under `batch`
    pub counts: BTreeMap<String, u64>,
    /// HTTP requests received, whatever became of them
    pub requests: u64,
    /// events that wait to be delivered
    pub outbox: Vec<Delivery>,
    /// `auth_connector` of the call that is running: who named it in `event.bind` does not hear of its own changes
    pub(crate) connector: String,
    pub(crate) used: Used,
    pub(crate) random: Random,
    table: std::sync::Arc<Table>,
}

impl Portal {
    /// A portal with one administrator (id 1), an employee (id 7), the default stages, and the webhook `/rest/1/secret/` with every scope.
    pub fn new(settings: Settings, clock: Clock, seed: u64) -> Portal {
        let mut portal = Portal {
            crm: Crm::new(&settings),
            access: settings::access(),
            settings,
            clock,
            bookings: Bookings::default(),
            chats: Chats::default(),
            events: Events::new(seed),
            placements: Placements::default(),
            faults: Faults::new(seed),
            counts: BTreeMap::new(),
            requests: 0,
            outbox: Vec::new(),
            connector: String::new(),
            used: Used::default(),
            random: Random(seed ^ 0x5eed),
            table: std::sync::Arc::new(Table::new()),
        };
        portal.access.wrong_secret_status = 401;
        portal
    }

    /// Answers a request.
    pub fn answer(&mut self, request: &Request) -> Reply {
        self.requests += 1;
        let now = self.clock.now();
        if let Some(reply) = self.elsewhere(request).or_else(|| oauth::answer(self, request, now)) {
            return reply;
        }
        let Some(read) = request.call() else { return page(404, "<html><body>404</body></html>") };
        let method = read.as_ref().map(|call| call.method.to_ascii_lowercase()).unwrap_or_default();
        let fault = if self.settings.overloaded { Some(Fault::Overload) } else { self.faults.draw(&method) };
        if let Some(reply) = fault.and_then(|fault| self.instead(fault, request)) {
            return reply;
        }
        let midway = fault == Some(Fault::LostMidway);
        let (status, body) = match read.and_then(|call| self.admit(request, call, now)) {
            Ok((call, caller)) => self.run_call(&caller, &call, now, midway),
            Err(error) => envelope::refusal(&error, request.path.starts_with("/rest/api/")),
        };
        match fault {
            Some(Fault::LostAnswer | Fault::LostMidway) => Reply::Cut,
            Some(Fault::Stall) => Reply::Stall,
            Some(Fault::Html500After) => broken_page(),
            _ => json(status, &body),
        }
    }

    /// A portal that was renamed answers its old name with 302; a POST must be repeated as a POST (section 1.1).
    fn elsewhere(&self, request: &Request) -> Option<Reply> {
        let new = self.settings.renamed_to.as_ref()?;
        (!new.ends_with(&format!("//{}", request.host))).then(|| redirect(new, request))
    }

    /// What is answered instead of running the call.
    fn instead(&self, fault: Fault, request: &Request) -> Option<Reply> {
        let error = |error: ApiError| Some(json(error.status, &envelope::refusal(&error, false).1));
        match fault {
            Fault::Moved => Some(redirect(self.settings.other_name.as_ref()?, request)),
            Fault::Html500 => Some(broken_page()),
            Fault::Json500 => error(ApiError::new(500, "INTERNAL_SERVER_ERROR", "Internal server error")),
            Fault::CutBefore => Some(Reply::Cut),
            Fault::TooMany => error(too_many()),
            Fault::OperationLimit => error(blocked()),
            Fault::Overload => error(ApiError::new(503, "OVERLOAD_LIMIT", "REST API is blocked due to overload.")),
            Fault::Stall | Fault::LostAnswer | Fault::LostMidway | Fault::Html500After => None,
        }
    }

    /// Everything that is checked before a method runs; the order is the portal's: transport, rate, plan, credentials.
    fn admit(&mut self, request: &Request, call: Call, now: Moment) -> Result<(Call, crate::access::Caller), ApiError> {
        let webhook = matches!(call.offered, crate::request::Offered::Webhook { .. });
        if self.settings.https_required && !request.https && webhook {
            return Err(ApiError::bad("INVALID_REQUEST", "Https required."));
        }
        if !self.used.request(&request.from, now, &self.settings.allowed) {
            return Err(too_many());
        }
        if self.settings.deleted {
            return Err(ApiError::new(500, "PORTAL_DELETED", "Portal was deleted"));
        }
        if !self.settings.plan_allows_rest {
            return Err(ApiError::denied("REST API is available only on commercial plans."));
        }
        let caller = self.access.caller(&call.offered, now)?;
        Ok((call, caller))
    }

    /// Shows a moment in the portal's zone.
    pub(crate) fn iso(&self, at: Moment) -> String {
        at.iso(&self.settings.zone)
    }
}

/// 503 of the rate limit.
pub(crate) fn too_many() -> ApiError {
    ApiError::new(503, "QUERY_LIMIT_EXCEEDED", "Too many requests")
}

/// 429 of the operating limit.
pub(crate) fn blocked() -> ApiError {
    ApiError::new(429, "OPERATION_TIME_LIMIT", "Method is blocked due to operation time limit.")
}

fn json(status: u16, body: &Map) -> Reply {
    Reply::Answer { status, content_type: "application/json; charset=utf-8", location: None, body: to_json(&body.clone().into()) }
}

fn page(status: u16, html: &str) -> Reply {
    Reply::Answer { status, content_type: "text/html; charset=utf-8", location: None, body: html.as_bytes().to_vec() }
}

fn broken_page() -> Reply {
    page(
        500,
        "<html><head><title>500 Internal Server Error</title></head><body><center><h1>500 Internal Server Error</h1></center></body></html>",
    )
}

fn redirect(base: &str, request: &Request) -> Reply {
    let query = if request.query.is_empty() { String::new() } else { format!("?{}", request.query) };
    let Reply::Answer { status, content_type, body, .. } = page(302, "<html><body>302 Found</body></html>") else { return Reply::Cut };
    Reply::Answer { status, content_type, location: Some(format!("{base}{}{query}", request.path)), body }
}
