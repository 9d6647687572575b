//! The first page: how many wrote, how many booked, whom to call now. For ten seconds on a phone in the morning.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use jiff::tz::TimeZone;

use super::Desk;
use super::changes::{self, Listed};
use super::error::PageError;
use super::frame::{Frame, Section, page};
use super::lost::{self, Lead};
use super::numbers::drawing::{decimal, figure, share};
use super::visitor::Visitor;
use crate::access::Action;
use crate::console::period::uncounted;
use crate::journal::days::Day;
use crate::metrics::figures::lost as leads;
use crate::metrics::figures::visits::{Visits, visits};
use crate::metrics::figures::{self, Asker, Question, Summary};
use crate::metrics::markers::{Marker, markers};
use crate::metrics::terms::Settled;

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
    changes: Vec<Listed>,
}

struct Read {
    today: Summary,
    week: Summary,
    week_before: Summary,
    tomorrow: Visits,
    leads: Vec<leads::Waiting>,
    waiting: (u64, u64),
    uncounted: u64,
    markers: Vec<Marker>,
}

/// `GET /today`
pub(super) async fn show(State(desk): State<Desk>, visitor: Visitor) -> Result<Response, PageError> {
    visitor.require(Action::ReadNumbers)?;
    let (business, now_us) = (visitor.business.id, visitor.now_us);
    let zone = TimeZone::get(&visitor.business.timezone).unwrap_or(TimeZone::UTC);
    let sees_people = visitor.scope.can(Action::ReadJournal);
    let read = desk.console.store.read(move |conn| {
        let window_us = Settled::of(conn, business)?.terms(zone.clone()).window_us;
        let today = Day::of(now_us, &zone);
        let span = |from: i64, days: i64| Question {
            from_us: Day(today.0 + from).span_us(&zone).0,
            to_us: Day(today.0 + from + days).span_us(&zone).0,
            only: Vec::new(),
        };
        let asker = Asker { business, window_us, zone: zone.clone(), now_us };
        let (from_us, tomorrow) = (now_us - lost::DAYS * crate::metrics::judge::DAY_US, span(1, 1));
        Ok::<_, PageError>(Read {
            today: figures::summary(conn, &asker, &span(0, 1))?,
            week: figures::summary(conn, &asker, &span(-6, 7))?,
            week_before: figures::summary(conn, &asker, &span(-13, 7))?,
            tomorrow: visits(conn, &asker, tomorrow.from_us, tomorrow.to_us, None)?,
            leads: if sees_people { leads::waiting(conn, business, from_us, now_us, lost::MOST)? } else { Vec::new() },
            waiting: leads::count(conn, business, from_us, now_us)?,
            uncounted: uncounted(conn, business)?,
            markers: markers(conn, business, span(-6, 7).from_us, now_us.saturating_add(1))?,
        })
    });
    let read = read.await?;
    page(&draw(&desk, &visitor, read))
}

fn draw(desk: &Desk, visitor: &Visitor, read: Read) -> TodayPage {
    let (t, clock) = (&visitor.t, visitor.clock());
    let booked = read.today.conversion.session;
    let figures = vec![
        Figure {
            figure: decimal(t, read.today.clients as f64, 0),
            label: t.say("today-wrote"),
            more: (read.today.conversations > read.today.clients).then(|| t.count("count-conversations", read.today.conversations as i64)),
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
            figure: decimal(t, read.waiting.1 as f64, 0),
            label: t.say("today-waiting"),
            more: (read.waiting.0 > read.waiting.1).then(|| t.count("today-taken", (read.waiting.0 - read.waiting.1) as i64)),
            tone: if read.waiting.1 > 0 { "bad" } else { "" },
            url: "/lost",
        },
    ];
    let week = |key: &str, of: fn(&Summary) -> crate::metrics::rate::Rate| {
        let before = t.of("numbers-before", &share(t, of(&read.week_before)));
        (t.say(key), format!("{}; {before}", share(t, of(&read.week))))
    };
    let planned = read.tomorrow.by_outcome.get("planned").copied().unwrap_or(0);
    let reminded = read.tomorrow.reminders;
    TodayPage {
        f: Frame::new(desk, visitor, Section::Today, t.say("today-title")),
        date: clock.when(visitor.now_us),
        figures,
        leads: lost::ordered(read.leads).into_iter().take(SHOWN).map(|lead| lost::lead(visitor, lead)).collect(),
        all: (read.waiting.0 > SHOWN as u64).then(|| t.count("today-all", read.waiting.0 as i64)),
        hidden: (read.waiting.0 > 0).then(|| t.count("today-hidden", read.waiting.0 as i64)),
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
        uncounted: (read.uncounted > 0).then(|| t.count("numbers-uncounted", read.uncounted as i64)),
        changes: changes::listed(t, &clock, &read.markers),
    }
}
