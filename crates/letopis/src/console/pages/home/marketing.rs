//! A marketer's: who wrote and who booked, where from, where they are lost on the way, what the variants did, how experiments stand and what was changed. No person in it.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;

use super::super::Desk;
use super::super::error::PageError;
use super::super::language::Texts;
use super::super::lost as lost_page;
use super::super::numbers::drawing::{decimal, figure, share};
use super::super::numbers::{charts, facts};
use super::super::visitor::Visitor;
use super::super::{changes, comparing};
use super::{Card, Figure, Home, Line};
use crate::console::period::uncounted;
use crate::event::when::DAY_US;
use crate::journal::days::Day;
use crate::metrics::figures::{self, Asker, Cut, Question, Summary, lost};
use crate::metrics::markers::{Marker, markers};
use crate::metrics::terms::Settled;

/// Groups of a card; the rest is on the page of numbers.
const GROUPS: usize = 5;

struct Read {
    week: Summary,
    before: Summary,
    month: Summary,
    sources: BTreeMap<String, Summary>,
    channels: BTreeMap<String, Summary>,
    campaigns: BTreeMap<String, Summary>,
    variants: BTreeMap<String, Summary>,
    experiments: Vec<comparing::Told>,
    markers: Vec<Marker>,
    /// Leads that wait for a person.
    waiting: u64,
    window_days: u32,
    uncounted: u64,
}

pub(super) async fn home(desk: &Desk, visitor: &Visitor) -> Result<Home, PageError> {
    let (business, now_us) = (visitor.business.id, visitor.now_us);
    let zone = TimeZone::get(&visitor.business.timezone).unwrap_or(TimeZone::UTC);
    let read = desk.console.store.read(move |conn| {
        let settled = Settled::of(conn, business)?;
        let asker = Asker { business, window_us: settled.terms(zone.clone()).window_us, zone: zone.clone(), now_us };
        let today = Day::of(now_us, &zone);
        let span = |from: i64, days: i64| Question {
            from_us: Day(today.0 + from).span_us(&zone).0,
            to_us: Day(today.0 + from + days).span_us(&zone).0,
            only: Vec::new(),
        };
        let by = |cut: Cut| figures::by(conn, &asker, &span(-29, 30), cut);
        Ok::<_, PageError>(Read {
            week: figures::summary(conn, &asker, &span(-6, 7))?,
            before: figures::summary(conn, &asker, &span(-13, 7))?,
            month: figures::summary(conn, &asker, &span(-29, 30))?,
            sources: by(Cut::Source)?,
            channels: by(Cut::Channel)?,
            campaigns: by(Cut::Campaign)?,
            variants: by(Cut::Variant)?,
            experiments: comparing::running(conn, business, &asker)?,
            markers: markers(conn, business, span(-29, 30).from_us, now_us.saturating_add(1))?,
            waiting: lost::Queue::read(conn, business, now_us - lost_page::DAYS * DAY_US, now_us)?.people().0,
            window_days: settled.window_days,
            uncounted: uncounted(conn, business)?,
        })
    });
    Ok(draw(visitor, &read.await?))
}

fn draw(visitor: &Visitor, read: &Read) -> Home {
    let t = &visitor.t;
    let before = |text: String| Some(t.of("numbers-before", &text));
    let (now, earlier) = (&read.week, &read.before);
    let (booked, missed) = (now.conversion.client, now.lost.rate);
    let figures = vec![
        Figure {
            figure: decimal(t, now.clients as f64, 0),
            label: t.say("home-wrote"),
            more: before(decimal(t, earlier.clients as f64, 0)),
            tone: "",
            url: "/numbers?period=week&compare=1",
        },
        Figure {
            figure: if booked.is_few() { decimal(t, booked.part as f64, 0) } else { figure(t, booked) },
            label: t.say("home-booked"),
            more: Some(share(t, booked)),
            tone: "",
            url: "/numbers?period=week&compare=1",
        },
        Figure {
            figure: if missed.is_few() { decimal(t, missed.part as f64, 0) } else { figure(t, missed) },
            label: t.say("home-lost"),
            more: Some(share(t, missed)),
            tone: "",
            url: "/numbers?period=week&compare=1",
        },
    ];
    // Where nobody says which advertisement it was, channels are what is known.
    let named = |groups: &BTreeMap<String, Summary>| groups.keys().any(|name| !name.is_empty());
    let mut cards = vec![if named(&read.sources) {
        card(t, "home-sources", Cut::Source, &read.sources)
    } else {
        Card { empty: Some(t.say("home-no-sources")), ..card(t, "home-channels", Cut::Channel, &read.channels) }
    }];
    for (key, cut, groups) in [("home-campaigns", Cut::Campaign, &read.campaigns), ("home-variants", Cut::Variant, &read.variants)] {
        if named(groups) {
            cards.push(card(t, key, cut, groups));
        }
    }
    cards.extend(compared(t, read));
    cards.extend(changed(visitor, read));
    if read.waiting > 0 {
        cards.push(Card { title: t.say("nav-lost"), empty: Some(t.count("today-hidden", read.waiting as i64)), ..Card::default() });
    }
    let more = Some(("/numbers?period=month".to_owned(), t.say("today-why")));
    cards.push(Card { chart: Some(charts::funnel(t, &read.month)), more, ..Card::default() });
    Home {
        figures,
        cards,
        how: facts::how(t, read.window_days),
        uncounted: (read.uncounted > 0).then(|| t.count("numbers-uncounted", read.uncounted as i64)),
    }
}

/// How the experiments that run stand, in the words of their verdicts.
fn compared(t: &Texts, read: &Read) -> Option<Card> {
    let line =
        |told: &comparing::Told| Line { title: told.name().to_owned(), about: told.verdict(t), url: Some(told.url()), ..Line::default() };
    let more = Some(("/experiments".to_owned(), t.say("home-all")));
    let lines: Vec<Line> = read.experiments.iter().map(line).collect();
    (!lines.is_empty()).then(|| Card { title: t.say("experiments-title"), lines, more, ..Card::default() })
}

/// What was changed in a month, the newest first.
fn changed(visitor: &Visitor, read: &Read) -> Option<Card> {
    let t = &visitor.t;
    let listed = changes::listed(t, &visitor.clock(), &read.markers);
    let line = |one: changes::Listed| Line { title: one.words, about: one.when, url: Some(one.url), ..Line::default() };
    let more = Some(("/changes".to_owned(), t.say("changes-title")));
    let lines: Vec<Line> = listed.into_iter().take(GROUPS).map(line).collect();
    (!lines.is_empty()).then(|| Card { title: t.say("marked-title"), lines, more, ..Card::default() })
}

/// The largest groups of the month, each with its share.
fn card(t: &Texts, key: &str, cut: Cut, groups: &BTreeMap<String, Summary>) -> Card {
    let mut groups: Vec<_> = groups.iter().filter(|(_, summary)| summary.conversations > 0).collect();
    groups.sort_by_key(|(_, summary)| std::cmp::Reverse(summary.conversations));
    let line = |(name, summary): &(&String, &Summary)| Line {
        title: charts::value(t, cut, name),
        about: t.with(
            "home-group",
            &[
                ("conversations", t.count("count-conversations", summary.conversations as i64).into()),
                ("share", share(t, summary.conversion.session).into()),
            ],
        ),
        ..Line::default()
    };
    Card {
        title: t.say(key),
        lines: groups.iter().take(GROUPS).map(line).collect(),
        more: Some((format!("/numbers?period=month&cut={}", cut.as_str()), t.say("home-all"))),
        ..Card::default()
    }
}
