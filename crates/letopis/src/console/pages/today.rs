//! The first page: how many wrote, how many booked, whom to call now. For ten seconds on a phone in the morning.

use askama::Template;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use jiff::tz::TimeZone;
use rusqlite::Connection;

use super::Desk;
use super::changes::{self, Listed};
use super::error::PageError;
use super::frame::{Frame, Section, framed, page};
use super::language::Texts;
use super::lost::{self, Lead};
use super::numbers::drawing::{decimal, figure, share};
use super::start::{self, Reminder};
use super::visitor::Visitor;
use super::{home, live};
use crate::access::{Action, Role, Standing};
use crate::console::period::uncounted;
use crate::event::BusinessId;
use crate::event::when::DAY_US;
use crate::journal::days::Day;
use crate::metrics::figures::lost as leads;
use crate::metrics::figures::visits::{Visits, visits};
use crate::metrics::figures::{self, Asker, Question, Summary};
use crate::metrics::judge::Reason;
use crate::metrics::markers::{Marker, markers};
use crate::metrics::terms::Settled;
use crate::metrics::worth;
use crate::metrics::worth::stages::Stages;
use crate::metrics::worth::value::Value;

/// Leads that are shown here; the others have a page of their own.
const SHOWN: usize = 5;

/// A figure that leads to where it comes from.
struct Figure {
    figure: String,
    label: String,
    more: Option<String>,
    tone: &'static str,
    url: &'static str,
}

#[derive(Template)]
#[template(path = "today.html")]
struct TodayPage {
    f: Frame,
    date: String,
    figures: Vec<Figure>,
    leads: Vec<Lead>,
    /// More wait than are shown.
    all: Option<String>,
    /// Some wait whom this person may not see.
    hidden: Option<String>,
    may_act: bool,
    week: Vec<(String, String)>,
    tomorrow: Option<(String, String)>,
    uncounted: Option<String>,
    reminder: Option<Reminder>,
    tag: String,
    changes: Vec<Listed>,
}

framed!(TodayPage);

struct Read {
    counted: Counted,
    calls: Calls,
}

/// What conversations and visits say.
struct Counted {
    today: Summary,
    week: Summary,
    week_before: Summary,
    tomorrow: Visits,
    uncounted: u64,
    markers: Vec<Marker>,
}

/// Who waits for a call.
struct Calls {
    leads: Vec<leads::Person>,
    /// People, and those whom nobody has taken in hand.
    waiting: (u64, u64),
    value: Value,
}

/// `GET /today`
pub(super) async fn show(State(desk): State<Desk>, visitor: Visitor, headers: HeaderMap) -> Result<Response, PageError> {
    let tag = live::tag(&desk, &visitor).await?;
    if let Some(same) = live::unchanged(&headers, &tag) {
        return Ok(same);
    }
    if let Some(theirs) = home::of_role(&desk, &visitor, &tag).await? {
        return Ok(live::tagged(theirs, &tag));
    }
    visitor.require(Action::ReadNumbers)?;
    let (business, now_us) = (visitor.business.id, visitor.now_us);
    let zone = TimeZone::get(&visitor.business.timezone).unwrap_or(TimeZone::UTC);
    let sees_people = visitor.scope.can(Action::ReadJournal);
    let calls = desk.console.store.read(move |conn| calls(conn, business, now_us, sees_people));
    let counted = desk.console.store.read(move |conn| {
        let window_us = Settled::of(conn, business)?.terms(zone.clone()).window_us;
        let today = Day::of(now_us, &zone);
        let span = |from: i64, days: i64| Question {
            from_us: Day(today.0 + from).span_us(&zone).0,
            to_us: Day(today.0 + from + days).span_us(&zone).0,
            only: Vec::new(),
        };
        let asker = Asker { business, window_us, zone: zone.clone(), now_us };
        let tomorrow = span(1, 1);
        Ok::<_, PageError>(Counted {
            today: figures::summary(conn, &asker, &span(0, 1))?,
            week: figures::summary(conn, &asker, &span(-6, 7))?,
            week_before: figures::summary(conn, &asker, &span(-13, 7))?,
            tomorrow: visits(conn, &asker, tomorrow.from_us, tomorrow.to_us, None)?,
            uncounted: uncounted(conn, business)?,
            markers: markers(conn, business, span(-6, 7).from_us, now_us.saturating_add(1))?,
        })
    });
    // Side by side: none waits for another.
    let (calls, counted, reminder) = tokio::try_join!(calls, counted, start::reminder(&desk, &visitor))?;
    let read = Read { counted, calls };
    let drawn = page(&TodayPage { reminder, tag: tag.clone(), ..draw(&desk, &visitor, read) })?;
    Ok(live::tagged(drawn, &tag))
}

fn calls(conn: &Connection, business: BusinessId, now_us: i64, sees_people: bool) -> Result<Calls, PageError> {
    let queue = leads::Queue::read(conn, business, now_us - lost::DAYS * DAY_US, now_us)?;
    Ok(Calls {
        leads: if sees_people { leads::people(queue.waiting(conn, lost::MOST)?) } else { Vec::new() },
        waiting: queue.people(),
        value: worth::waiting(&queue, &Stages::read(conn, business, now_us)?, &Settled::of(conn, business)?),
    })
}

fn draw(desk: &Desk, visitor: &Visitor, read: Read) -> TodayPage {
    let (t, clock) = (&visitor.t, visitor.clock());
    let booked = read.counted.today.conversion.session;
    let mut figures = vec![
        Figure {
            figure: decimal(t, read.counted.today.clients as f64, 0),
            label: t.say("today-wrote"),
            more: (read.counted.today.conversations > read.counted.today.clients)
                .then(|| t.count("count-conversations", read.counted.today.conversations as i64)),
            tone: "",
            url: "/journal?period=today",
        },
        Figure {
            figure: decimal(t, booked.part as f64, 0),
            label: t.say("today-booked"),
            more: (!booked.is_few()).then(|| figure(t, booked)),
            tone: if booked.part > 0 { "ok" } else { "" },
            url: "/journal?period=today&outcome=booked",
        },
        Figure {
            figure: decimal(t, read.calls.waiting.1 as f64, 0),
            label: t.say("today-waiting"),
            more: waiting_more(t, &read),
            tone: if read.calls.waiting.1 > 0 { "bad" } else { "" },
            url: "/lost",
        },
    ];
    if visitor.scope.standing() == Standing::Member(Role::Manager) {
        figures.extend(at_hand(visitor, &read.calls.leads));
    }
    let week = |key: &str, of: fn(&Summary) -> crate::metrics::rate::Rate| {
        let before = t.of("numbers-before", &share(t, of(&read.counted.week_before)));
        (t.say(key), format!("{}; {before}", share(t, of(&read.counted.week))))
    };
    let planned = read.counted.tomorrow.by_outcome.get("planned").copied().unwrap_or(0);
    let reminded = read.counted.tomorrow.reminders;
    TodayPage {
        f: Frame::new(desk, visitor, Section::Today, t.say("today-title")),
        date: clock.when(visitor.now_us),
        figures,
        leads: lost::ordered(read.calls.leads).into_iter().take(SHOWN).map(|lead| lost::lead(visitor, lead)).collect(),
        all: (read.calls.waiting.0 > SHOWN as u64).then(|| t.count("today-all", read.calls.waiting.0 as i64)),
        hidden: (read.calls.waiting.0 > 0).then(|| t.count("today-hidden", read.calls.waiting.0 as i64)),
        may_act: visitor.scope.can(Action::Decide),
        week: vec![
            week("numbers-cr-client", |summary| summary.conversion.client),
            week("numbers-within", |summary| summary.answers.within_3s),
            week("numbers-lost-rate", |summary| summary.lost.rate),
        ],
        tomorrow: (planned > 0).then(|| {
            let confirmed = [("part", reminded.confirmation.part.to_string().into()), ("n", planned.to_string().into())];
            (t.count("today-tomorrow", planned as i64), t.with("today-confirmed", &confirmed))
        }),
        uncounted: (read.counted.uncounted > 0).then(|| t.count("numbers-uncounted", read.counted.uncounted as i64)),
        reminder: None,
        tag: String::new(),
        changes: changes::listed(t, &clock, &read.counted.markers),
    }
}

/// Of those who wait: how many somebody takes care of, and what they would bring.
fn waiting_more(t: &Texts, read: &Read) -> Option<String> {
    let taken =
        (read.calls.waiting.0 > read.calls.waiting.1).then(|| t.count("today-taken", (read.calls.waiting.0 - read.calls.waiting.1) as i64));
    let sum = read.calls.value.sum.as_ref().filter(|sum| sum.minor > 0).map(|sum| super::worth::sum(t, sum));
    let parts: Vec<String> = taken.into_iter().chain(sum).collect();
    (!parts.is_empty()).then(|| parts.join(" · "))
}

/// For whoever answers clients: who waits for a word at this moment, and who was promised a person.
fn at_hand(visitor: &Visitor, waiting: &[leads::Person]) -> Vec<Figure> {
    let t = &visitor.t;
    let figure = |reason: Reason, key: &str, url| {
        let by = |free: bool| {
            let counts = |lead: &leads::Waiting| lead.reason == reason && (lead.taken.is_none() || !free);
            waiting.iter().filter(|person| person.all().any(counts)).count()
        };
        let (free, all) = (by(true), by(false));
        // The list that it leads to has both.
        let more = (all > free).then(|| t.count("today-taken", (all - free) as i64));
        Figure { figure: decimal(t, free as f64, 0), label: t.say(key), more, tone: if free > 0 { "bad" } else { "" }, url }
    };
    vec![figure(Reason::R1, "home-unanswered", "/lost?reason=R1"), figure(Reason::R5, "home-handed", "/lost?reason=R5")]
}
