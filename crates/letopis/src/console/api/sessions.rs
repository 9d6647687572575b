//! `GET /api/v1/sessions`, `/api/v1/sessions/{session_id}`: conversations.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;

use super::asked::{Asked, keys};
use super::error::ApiError;
use super::events::EventJson;
use super::moments::rfc3339;
use crate::console::Console;
use crate::console::measured::Picture;
use crate::event::Facets;
use crate::journal::model_calls::{self, Spent};
use crate::journal::reading::{self, SessionFilter, SessionLine};
use crate::journal::session::OUTCOMES;
use crate::journal::{acts, sessions};

/// One conversation.
#[derive(serde::Serialize)]
pub(super) struct SessionJson {
    session_id: String,
    /// The id as the sender gave it, where it differs from `session_id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    given_session_id: Option<String>,
    channel: String,
    kind: String,
    client_id: Option<String>,
    client_name: Option<String>,
    started_at: String,
    last_at: String,
    /// From the client's first word to the first answer by anyone.
    first_response_ms: Option<i64>,
    events: i64,
    inbound: i64,
    replies: i64,
    outcome: &'static str,
    happened: Vec<&'static str>,
    intent: Option<String>,
    lowest_confidence: Option<f64>,
    last_words: Option<String>,
}

/// A conversation with its events in order.
#[derive(serde::Serialize)]
struct SessionWithEvents {
    #[serde(flatten)]
    session: SessionJson,
    /// What nothing tells on this channel: absent, not zero.
    not_measured: Vec<&'static str>,
    /// What its calls of models cost; none where there was none.
    model_calls: Option<Spent>,
    items: Vec<EventJson>,
    /// There are more events than this call gives; `/api/v1/events?session=` has them all.
    more: bool,
}

/// What can have happened, by facet.
const HAPPENED: [(Facets, &str); 13] = [
    (Facets::OPERATOR, "operator"),
    (Facets::LEAD, "lead"),
    (Facets::LEAD_CLAIMED, "lead_claimed"),
    (Facets::BOOKING, "booking"),
    (Facets::CONFIRMED, "confirmed"),
    (Facets::RESCHEDULED, "rescheduled"),
    (Facets::CANCELLED, "cancelled"),
    (Facets::REFUSED, "refused"),
    (Facets::HANDOFF, "handoff"),
    (Facets::FAILURE, "failure"),
    (Facets::PAYMENT, "payment"),
    (Facets::ARRIVED, "arrived"),
    (Facets::NO_SHOW, "no_show"),
];

/// The list.
pub(super) async fn list(State(console): State<Arc<Console>>, mut asked: Asked) -> Result<Response, ApiError> {
    let filter = SessionFilter {
        channel: asked.text("channel"),
        outcome: asked.text("outcome"),
        intent: asked.text("intent"),
        client: asked.text("client"),
        from_us: asked.moment("from")?,
        to_us: asked.moment("to")?,
        below_confidence: asked.read("confidence_below", "a number from 0 to 1")?,
        text: asked.text("q"),
    };
    if filter.outcome.as_deref().is_some_and(|outcome| !OUTCOMES.contains(&outcome)) {
        return Err(ApiError::Parameter { name: "outcome", rule: "booked, refused, handoff, failed, lead, unanswered or open" });
    }
    let page = asked.page()?;
    let ready = asked.ready(&console).await?;
    let listed = console.store.read(move |conn| Ok::<_, ApiError>(reading::sessions(conn, ready.business, &filter, &page)?));
    Ok(ready.list(listed.await?.map(SessionJson::of)))
}

/// One conversation, by its id or by one that it had before it was joined with another.
pub(super) async fn one(State(console): State<Arc<Console>>, Path(pid): Path<String>, asked: Asked) -> Result<Response, ApiError> {
    let ready = asked.ready(&console).await?;
    let (keys, now_us) = (keys(&console, ready.business)?, (console.now_us)());
    let found = console.store.read(move |conn| {
        let Some(found) = reading::session(conn, ready.business, &pid)? else {
            let opened = sessions::opening(conn, &keys, &pid)?;
            let act = opened.map(|record| acts::naming(conn, record)).transpose()?.flatten();
            return Err(ApiError::absent(act, ApiError::NoSuch("session")));
        };
        let not_measured = Picture::of_channel(conn, ready.business, &found.line.session.channel, now_us)?.missing(&found.line.session);
        let spent = model_calls::of_session(conn, found.line.session.id)?;
        let model_calls = (spent.calls > 0).then_some(spent);
        let items = found.events.into_iter().map(|line| EventJson::of(conn, &keys, line)).collect();
        Ok::<_, ApiError>(SessionWithEvents { session: SessionJson::of(found.line), not_measured, model_calls, items, more: found.more })
    });
    Ok(ready.json(&found.await?))
}

impl SessionJson {
    pub(super) fn of(line: SessionLine) -> Self {
        let outcome = line.session.outcome();
        let session = line.session;
        let answered = session.first_in_us.zip(session.first_out_us).map(|(asked, answered)| (answered - asked) / 1000);
        let (client_id, client_name) = line.client.map_or((None, None), |client| (Some(client.pid), client.name));
        Self {
            given_session_id: session.given.filter(|given| *given != session.pid),
            session_id: session.pid,
            channel: session.channel,
            kind: session.kind,
            client_id,
            client_name: session.name.map(|name| name.value).or(client_name),
            started_at: rfc3339(session.started_us),
            last_at: rfc3339(session.last_us),
            first_response_ms: answered.filter(|ms| *ms >= 0),
            events: session.events,
            inbound: session.inbound,
            replies: session.replies,
            outcome,
            happened: HAPPENED.iter().filter(|(facet, _)| session.facets.has(*facet)).map(|(_, name)| *name).collect(),
            intent: session.intent.map(|intent| intent.value),
            lowest_confidence: session.confidence,
            last_words: session.snippet.map(|snippet| snippet.value),
        }
    }
}
