//! Who asks for a page: a signed-in person, one of their businesses, and what they may do there.
//!
//! A handler that takes a [`Visitor`] is reached by nobody else. Role, name and business are read with every request, so a role taken away
//! works at once. Which of several businesses is shown is a cookie; one the person does not belong to is ignored.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{Method, header};

use super::error::PageError;
use super::language::Texts;
use super::look::Look;
use super::moments::Clock;
use super::views::{self, View};
use super::{Desk, cookie};
use crate::access::{Action, Business, Login, Scope, Secret, SignedIn, business, session, user};
use crate::journal::{incidents, quarantine, witnesses};

/// Cookie of the business that is shown.
pub(super) const BUSINESS_COOKIE: &str = "letopis-business";

/// A signed-in person in one business.
pub(super) struct Visitor {
    /// The session's token, which the forms' tokens hang on.
    pub(super) token: Secret,
    /// The person.
    pub(super) signed_in: SignedIn,
    /// What they sign in with.
    pub(super) login: Login,
    /// The business that is shown.
    pub(super) business: Business,
    /// All of theirs.
    pub(super) businesses: Vec<Business>,
    /// What they may do in it.
    pub(super) scope: Scope,
    /// Refused items that wait for somebody who may deal with them.
    pub(super) quarantined: i64,
    /// Incidents that are open and want somebody.
    pub(super) incidents: i64,
    /// Witnesses that saw another history of the log.
    pub(super) alarms: Vec<String>,
    /// Questions under a name: theirs and shared ones.
    pub(super) views: Vec<View>,
    /// How pages look.
    pub(super) look: Look,
    /// What they say.
    pub(super) t: Texts,
    /// Now.
    pub(super) now_us: i64,
    /// The address that was asked for, to come back to.
    pub(super) here: String,
    /// Scheme and host that this server was reached under.
    pub(super) origin: String,
}

impl Visitor {
    /// Refuses whoever may not.
    pub(super) fn require(&self, action: Action) -> Result<(), PageError> {
        Ok(self.scope.require(action)?)
    }

    /// The business's clock.
    pub(super) fn clock(&self) -> Clock {
        Clock::new(self.t.clone(), &self.business.timezone, self.now_us)
    }

    /// The name under which their decisions are sealed.
    pub(super) fn by(&self) -> &str {
        self.login.as_str()
    }
}

/// What the database knows about a session token.
struct Found {
    signed_in: SignedIn,
    login: Login,
    businesses: Vec<Business>,
}

impl FromRequestParts<Desk> for Visitor {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, desk: &Desk) -> Result<Self, PageError> {
        let console = &desk.console;
        let here = parts.uri.path_and_query().map_or("/", |here| here.as_str()).to_owned();
        let back = if parts.method == Method::GET { here.clone() } else { "/".to_owned() };
        let stranger = || PageError::SignIn { back };
        let token = cookie::session(&parts.headers, console.secure_cookies).map(|token| Secret::new(token.to_owned()));
        let Some(token) = token else { return Err(stranger()) };
        let now_us = (console.now_us)();
        let wanted: Option<u32> = cookie::read(&parts.headers, BUSINESS_COOKIE).and_then(|id| id.parse().ok());
        let offered = token.clone();
        let found = console.store.read(move |conn| find(conn, &offered, now_us)).await?;
        let Some(Found { signed_in, login, businesses }) = found else { return Err(stranger()) };
        if signed_in.wants_touch(now_us) {
            let sign_in = signed_in.sign_in;
            // Nobody waits for it: it only keeps the session from running out.
            drop(console.store.submit(move |tx| session::touch(tx, sign_in, now_us).map_err(PageError::from)));
        }
        let shown = businesses.iter().find(|known| Some(known.id.0) == wanted).or(businesses.first()).cloned();
        let business = shown.ok_or(PageError::NoBusiness)?;
        let scope = signed_in.scope(business.id).ok_or(PageError::NoBusiness)?;
        let mut quarantined = 0;
        if scope.can(Action::ReplayQuarantine) {
            let id = business.id;
            quarantined = console.store.read(move |conn| quarantine::count_open(conn, id).map_err(PageError::from)).await?;
        }
        let (id, user, theirs) = (business.id, signed_in.user, scope);
        let read = console.store.read(move |conn| {
            let open = incidents::count_open(conn, id)?.urgent;
            Ok::<_, PageError>((witnesses::alarms(conn, id)?, open, views::of(conn, id, user, &theirs)?))
        });
        let (alarms, incidents, views) = read.await?;
        let host = parts.headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost");
        let origin = format!("{}://{host}", if console.secure_cookies { "https" } else { "http" });
        let look = Look::of(parts);
        let t = desk.library.texts(look.language);
        Ok(Self {
            token,
            signed_in,
            login,
            business,
            businesses,
            scope,
            quarantined,
            incidents,
            alarms,
            views,
            look,
            t,
            now_us,
            here,
            origin,
        })
    }
}

fn find(conn: &rusqlite::Connection, token: &Secret, now_us: i64) -> Result<Option<Found>, PageError> {
    let Some(signed_in) = session::authenticate(conn, token.reveal(), now_us)? else { return Ok(None) };
    let Some(person) = user::by_id(conn, signed_in.user)? else { return Ok(None) };
    let mut businesses = Vec::with_capacity(signed_in.memberships.len());
    for (id, _) in &signed_in.memberships {
        businesses.extend(business::by_id(conn, *id)?);
    }
    Ok(Some(Found { signed_in, login: person.login, businesses }))
}
