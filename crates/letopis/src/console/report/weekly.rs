//! The weekly report: how many wrote and booked, where they were lost, what to look at. No personal data in it.

use askama::Template;
use charts::{Axis, Bar, Bars, Caption, Columns, Funnel, Kind, Measure, Slot, Step};
use rusqlite::Connection;
use statistics::difference::newcombe;

use super::digest::{reasons, shortened};
use super::facts::{Cuts, Facts};
use super::tongue::{Told, Tongue};
use super::worth::{self, money};
use super::{Asked, Report, ReportError};
use crate::access::Business;
use crate::console::pages::numbers::drawing::{pieces, slot};
use crate::console::pages::{changes, labels};
use crate::metrics::figures::{StepCount, Summary};
use crate::metrics::markers::{Marker, markers};

const TOKENS: &str = include_str!("../../../assets/tokens.css");
const CHARTS: &str = include_str!("../../../assets/charts.css");

#[derive(Template)]
#[template(path = "report/weekly.html")]
struct Page<'a> {
    r: &'a Tongue<'a>,
    tokens: &'static str,
    charts: &'static str,
    title: String,
    about: String,
    headline: String,
    notes: Vec<String>,
    conversion: Vec<Told>,
    funnel: String,
    lost: String,
    lost_words: String,
    days: String,
    answers: Vec<(String, String)>,
    channels: Vec<Channel>,
    channel_chart: String,
    visits: Vec<Told>,
    by_reminder: Vec<Told>,
    left_out: Vec<(String, String)>,
    worth: Vec<(String, String)>,
    definitions: Vec<(String, String)>,
}

/// A row of the table of channels.
struct Channel {
    name: String,
    conversations: String,
    clients: String,
    booked: String,
    share: String,
    lost: String,
    p50: String,
}

pub(super) fn make(conn: &Connection, business: &Business, r: &Tongue<'_>, asked: &Asked, now_us: i64) -> Result<Report, ReportError> {
    let period = (asked.from_us, asked.to_us);
    let facts = Facts::of(conn, business.id, &r.zone, period, now_us)?;
    let cuts = Cuts::of(conn, business.id, &r.zone, period, now_us)?;
    let span = r.span(asked.from_us, asked.to_us);
    let title = r.with("weekly-title", &[("business", business.name.as_str().into()), ("span", span.clone().into())]);
    let (headline, mut notes) = (headline(&facts, r), notes(&facts, r));
    notes.extend(markers(conn, business.id, period.0, period.1)?.iter().map(|marker| changed(marker, r)));
    let about = r.with("report-about", &[("business", business.name.as_str().into()), ("made", r.moment(now_us).into())]);
    let text = text(&title, &headline, &facts, r);
    let page = Page {
        tokens: TOKENS,
        charts: CHARTS,
        title: r.of("weekly-head", &span),
        about,
        conversion: conversion(&facts, r),
        funnel: funnel(&facts.summary, r),
        lost: lost(&facts.summary, r),
        lost_words: lost_words(&facts, r),
        days: days(&cuts, r, asked),
        answers: answers(&facts.summary, r),
        channels: cuts.channels.iter().filter(|(_, of)| of.conversations > 0).map(|(name, of)| channel(name, of, r)).collect(),
        channel_chart: channel_chart(&cuts, &facts, r),
        visits: visits(&facts, r),
        by_reminder: by_reminder(&facts, r),
        left_out: left_out(&facts.summary, r),
        worth: worth::rows(conn, business, r, asked, now_us)?,
        definitions: definitions(&facts, r),
        headline,
        notes,
        r,
    };
    Ok(Report { title, text, html: Some(page.render()?) })
}

/// «12 мая, 14:05 – модель: gpt-4o → gpt-4.1».
fn changed(marker: &Marker, r: &Tongue<'_>) -> String {
    r.with("weekly-change", &[("when", r.moment(marker.us).into()), ("told", changes::words(r.t, marker).into())])
}

/// «За неделю написали 48 человек, записались 12 – 25 % (от 15 % до 39 %).»
fn headline(facts: &Facts, r: &Tongue<'_>) -> String {
    let client = facts.summary.conversion.client;
    if client.n == 0 {
        return r.say("weekly-silent");
    }
    let values = [
        ("clients", i64::try_from(client.n).unwrap_or(i64::MAX).into()),
        ("booked", r.count(client.part).into()),
        ("rate", r.rate(client).into()),
    ];
    r.with("weekly-headline", &values)
}

/// How it was the week before, and what the number does not know yet.
fn notes(facts: &Facts, r: &Tongue<'_>) -> Vec<String> {
    let (now, before) = (facts.summary.conversion.client, facts.before.conversion.client);
    let mut notes = Vec::new();
    notes.push(match newcombe(before, now) {
        None => r.say("weekly-before-none"),
        Some(found) => {
            let values = [
                ("before", r.rate(before).into()),
                ("points", r.points(found.value).into()),
                ("low", r.points(found.interval.low).into()),
                ("high", r.points(found.interval.high).into()),
            ];
            let key = match () {
                () if now.is_few() || before.is_few() => "weekly-before-few",
                () if found.interval.contains(0.0) => "weekly-before-same",
                () if found.value > 0.0 => "weekly-before-better",
                () => "weekly-before-worse",
            };
            r.with(key, &values)
        }
    });
    if facts.summary.conversion.is_provisional {
        notes.push(r.of("report-provisional", &facts.window_days.to_string()));
    }
    if facts.uncounted > 0 {
        notes.push(r.of("report-uncounted", &r.count(facts.uncounted)));
    }
    notes
}

fn text(title: &str, headline: &str, facts: &Facts, r: &Tongue<'_>) -> String {
    let mut lines = vec![title.to_owned(), String::new(), headline.to_owned()];
    lines.extend(notes(facts, r));
    if facts.summary.conversations > 0 {
        lines.push(lost_words(facts, r));
        lines.extend(leak_words(&facts.summary.funnel, r));
    }
    shortened(&lines.join("\n"))
}

fn conversion(facts: &Facts, r: &Tongue<'_>) -> Vec<Told> {
    let (now, before) = (&facts.summary.conversion, &facts.before.conversion);
    let rows = [
        ("client", now.client, before.client),
        ("session", now.session, before.session),
        ("intent", now.intent, before.intent),
        ("lead", now.lead, before.lead),
        ("bot", now.bot_only, before.bot_only),
    ];
    rows.map(|(name, now, before)| r.told(r.of("report-conversion", name), now, Some(before))).into()
}

fn funnel(summary: &Summary, r: &Tongue<'_>) -> String {
    let known = summary.funnel.iter().filter_map(|step| Some((step, step.count?)));
    let steps = known.map(|(step, reached)| Step { label: r.of("funnel-step", step.step), reached }).collect();
    let missing: Vec<String> =
        summary.funnel.iter().filter(|step| step.count.is_none()).map(|step| r.of("funnel-step", step.step)).collect();
    let finding = leak_words(&summary.funnel, r).unwrap_or_else(|| r.say("weekly-no-leak"));
    let mut caption = Caption::new(r.say("weekly-funnel"), finding);
    if !missing.is_empty() {
        caption = caption.note(r.of("weekly-unmeasured", &missing.join(", ")));
    }
    Funnel { caption, steps }.draw(&r.counts())
}

/// «Больше всего потерь перед шагом „Оставили телефон“: 30 из 150».
fn leak_words(funnel: &[StepCount], r: &Tongue<'_>) -> Option<String> {
    let leak = funnel.iter().find(|step| step.is_largest_leak)?;
    let (lost, reached) = (leak.lost?, leak.count?);
    let values = [("step", r.of("funnel-step", leak.step).into()), ("lost", r.count(lost).into()), ("of", r.count(lost + reached).into())];
    Some(r.with("weekly-leak", &values))
}

fn lost(summary: &Summary, r: &Tongue<'_>) -> String {
    let mut all: Vec<(&str, u64)> = summary.lost.by_reason.iter().map(|(reason, count)| (*reason, *count)).collect();
    if all.is_empty() {
        return String::new();
    }
    all.sort_by_key(|(reason, count)| (u64::MAX - count, *reason));
    let bar = |(reason, count): (&str, u64)| Bar { label: r.of("lost-reason", reason), slot: pieces(count) };
    let caption = Caption::new(
        r.say("weekly-reasons"),
        r.with("weekly-reasons-finding", &[("first", r.of("lost-reason", all[0].0).into()), ("count", r.count(all[0].1).into())]),
    );
    let bars = all.into_iter().map(bar).collect();
    Bars { caption, axis: Axis::new(r.say("axis-conversations"), Kind::Count), bars, reference: None }.draw(&r.counts())
}

/// «Потеряно 9 из 60 …; вернули 2; ждут звонка 7».
fn lost_words(facts: &Facts, r: &Tongue<'_>) -> String {
    let lost = &facts.summary.lost;
    if lost.rate.part == 0 && lost.recovered.part == 0 {
        return r.say("weekly-lost-none");
    }
    let mut words = r.with("weekly-lost", &[("part", r.part(lost.rate).into()), ("rate", r.rate(lost.rate).into())]);
    for (key, count) in [("weekly-recovered", lost.recovered.part), ("weekly-waiting", facts.waiting)] {
        if count > 0 {
            words.push_str(&r.of(key, &r.count(count)));
        }
    }
    let why = reasons(lost, r, 3);
    if !why.is_empty() {
        words.push_str(&r.of("weekly-why", &why));
    }
    if let Some(sum) = facts.value.sum.as_ref().filter(|sum| sum.minor > 0) {
        let said = |minor: i64| money(r, minor, &sum.currency);
        let values = [("sum", said(sum.minor).into()), ("low", said(sum.low_minor).into()), ("high", said(sum.high_minor).into())];
        words.push_str(&r.with("report-value", &values));
    }
    words
}

fn days(cuts: &Cuts, r: &Tongue<'_>, asked: &Asked) -> String {
    let (mut day, last) = (r.date(asked.from_us), r.date(asked.to_us.saturating_sub(1)));
    let (mut columns, mut best): (Vec<Bar>, Option<(u64, String)>) = (Vec::new(), None);
    while day <= last && columns.len() < 62 {
        let count = cuts.days.get(&day.to_string()).map_or(0, |summary| summary.conversations);
        if count > best.as_ref().map_or(0, |(most, _)| *most) {
            best = Some((count, r.day(day)));
        }
        columns.push(Bar { label: r.brief_day(day), slot: pieces(count) });
        let Ok(next) = day.tomorrow() else { break };
        day = next;
    }
    let Some((most, which)) = best else { return String::new() };
    let finding = r.with("weekly-days-finding", &[("day", which.into()), ("count", i64::try_from(most).unwrap_or(i64::MAX).into())]);
    let caption = Caption::new(r.say("weekly-days"), finding);
    Columns { caption, axis: Axis::new(r.say("axis-conversations"), Kind::Count), columns }.draw(&r.counts())
}

fn answers(summary: &Summary, r: &Tongue<'_>) -> Vec<(String, String)> {
    let answers = &summary.answers;
    let row = |key: &str, value: String| (r.of("report-answer", key), value);
    vec![
        row("n", r.count(answers.n)),
        row("p50", r.waited(answers.p50_ms, answers.n)),
        row("p95", r.waited(answers.p95_ms, answers.n)),
        row("within", format!("{} – {}", r.part(answers.within_3s), r.rate(answers.within_3s))),
        row("unanswered", r.count(answers.unanswered)),
        row("first", r.waited(answers.first_p50_ms, answers.n)),
        row("handoff", format!("{} – {}", r.part(summary.handoff), r.rate(summary.handoff))),
        row("failed", format!("{} – {}", r.part(summary.failed), r.rate(summary.failed))),
    ]
}

fn channel(name: &str, of: &Summary, r: &Tongue<'_>) -> Channel {
    let client = of.conversion.client;
    Channel {
        name: channel_name(name, r),
        conversations: r.count(of.conversations),
        clients: r.count(of.clients),
        booked: r.count(client.part),
        share: r.rate(client),
        lost: r.part(of.lost.rate),
        p50: r.waited(of.answers.p50_ms, of.answers.n),
    }
}

fn channel_name(name: &str, r: &Tongue<'_>) -> String {
    if name.is_empty() { r.say("report-no-channel") } else { labels::channel(r.t, name).name }
}

/// Only where there is something to compare.
fn channel_chart(cuts: &Cuts, facts: &Facts, r: &Tongue<'_>) -> String {
    let bar = |(name, of): (&String, &Summary)| Bar { label: channel_name(name, r), slot: slot(of.conversion.client) };
    let mut bars: Vec<Bar> = cuts.channels.iter().filter(|(_, of)| of.conversations > 0).map(bar).collect();
    if bars.iter().filter(|bar| matches!(bar.slot, Slot::Known(_))).count() < 2 {
        return String::new();
    }
    bars.sort_by(|one, other| value(other).total_cmp(&value(one)));
    let reference = slot(facts.summary.conversion.client).known().map(|known| (r.say("report-all"), known));
    let caption = Caption::new(r.say("weekly-channels-chart"), r.say("weekly-channels-finding"));
    Bars { caption, axis: Axis::new(r.say("axis-booked"), Kind::Share), bars, reference }.draw(&r.shares())
}

fn value(bar: &Bar) -> f64 {
    bar.slot.known().map_or(-1.0, Measure::value)
}

fn visits(facts: &Facts, r: &Tongue<'_>) -> Vec<Told> {
    let visits = &facts.visits;
    let reminders = &visits.reminders;
    let rows = [
        ("no-show", visits.no_show),
        ("strict", visits.no_show_strict),
        ("unknown", visits.unknown),
        ("delivery", reminders.delivery),
        ("confirmation", reminders.confirmation),
        ("response", reminders.response),
    ];
    rows.into_iter().filter(|(_, rate)| rate.n > 0).map(|(name, rate)| r.told(r.of("report-visit", name), rate, None)).collect()
}

fn by_reminder(facts: &Facts, r: &Tongue<'_>) -> Vec<Told> {
    facts.visits.no_show_by_reminder.iter().map(|(group, rate)| r.told(r.of("report-reminded", group), *rate, None)).collect()
}

fn left_out(summary: &Summary, r: &Tongue<'_>) -> Vec<(String, String)> {
    summary.left_out.iter().map(|(why, count)| (r.of("report-left-out", why), r.count(*count))).collect()
}

fn definitions(facts: &Facts, r: &Tongue<'_>) -> Vec<(String, String)> {
    let window = facts.window_days.to_string();
    let all = ["client", "intent", "bot", "interval", "few", "lost", "answers", "visits", "left-out"];
    all.map(|what| (r.of("report-term", what), r.with("report-definition", &[("what", what.into()), ("days", window.clone().into())])))
        .into()
}
