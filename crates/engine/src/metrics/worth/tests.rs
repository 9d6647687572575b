//! The worked numbers of sections 4.9, 4.10 and 4.14, and what is not measured.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use rusqlite::Connection;

use super::*;
use crate::journal::testing::empty;
use crate::metrics::figures::Spending;

use crate::metrics::judge::{FunnelStep, marks};
use cost::{Bill, Cost};
use growth::What;

const NOW: i64 = 20_000 * DAY_US;

fn case(conn: &Connection, id: i64, started_us: i64, told: u32, paid_minor: i64) {
    let currency = (paid_minor > 0).then_some("RUB");
    conn.execute(
        "INSERT INTO cases (business, id, started_us, person, told, channel, paid_minor, currency, replies, marks)
         VALUES (1, ?1, ?2, ?1, ?3, 'site', ?4, ?5, 0, ?6)",
        params![id, started_us, told, paid_minor, currency, if told & FunnelStep::Lead.bit() == 0 { 0 } else { marks::LEAD }],
    )
    .unwrap();
}

/// The worked funnel: 200 wrote, 150 wanted, 120 were offered, 96 left a contact, 90 are leads, 72 booked.
fn funnel(conn: &Connection, each: i64) {
    let steps = [FunnelStep::Wrote, FunnelStep::Intent, FunnelStep::Offered, FunnelStep::Contact, FunnelStep::Lead, FunnelStep::Booked];
    let counts = [200, 150, 120, 96, 90, 72];
    for id in 0..200 {
        let told = steps.iter().zip(counts).filter(|(_, count)| id < *count).fold(0, |all, (step, _)| all | step.bit());
        case(conn, id, NOW - DAY_US * 10 - id, told, if id < 40 { each } else { 0 });
    }
}

fn stages(conn: &Connection) -> Stages {
    Stages::read(conn, BusinessId(1), NOW).unwrap()
}

#[test]
fn the_worked_hours_of_manual_work() {
    let done = Done { answers: 150, bookings: 320, reminders: 180, reviewed: 90, handed: 0 };
    let norms = Settled { baseline_min: Some(4437.5), ..Settled::default() };
    let work = Work::of(done, &norms, 1.0).unwrap();
    let shown = [format!("{}", work.minutes), format!("{:.2}", work.hours), format!("{:.1}", work.share.unwrap() * 100.0)];
    assert_eq!(shown, ["1775", "29.58", "40.0"]);
    assert_eq!(Work::of(done, &Settled::default(), 1.0).unwrap().share, None, "nobody measured what it took before");
    assert_eq!(Work::of(Done { handed: 3, ..Done::default() }, &norms, 1.0), None, "nothing done is no zero");
    let taken = Work::of(Done { answers: 2, handed: 3, ..Done::default() }, &norms, 1.0).unwrap();
    assert_eq!(taken.minutes, -6.0, "work that it made is not hidden");
}

#[test]
fn a_month_of_the_calendar_is_one() {
    let at = |text: &str| format!("{text}T00:00:00Z").parse::<jiff::Timestamp>().unwrap().as_microsecond();
    let length = |from, to| (months(at(from), at(to), &TimeZone::UTC) * 1e6).round() / 1e6;
    assert_eq!((length("2025-01-01", "2025-02-01"), length("2025-02-01", "2025-03-01")), (1.0, 1.0));
    assert_eq!((length("2025-02-01", "2025-02-15"), length("2025-02-01", "2025-02-01")), (0.5, 0.0));
}

#[test]
fn a_lead_is_worth_the_ticket_times_the_share_of_its_stage() {
    let conn = empty();
    funnel(&conn, 0);
    let stages = stages(&conn);
    let settled = Settled { ticket_minor: Some(250_000), ..Settled::default() };
    let leads = BTreeMap::from([("contact", 10), ("lead", 5)]);
    let value = Value::of(&stages, stages.ticket(&settled).as_ref(), &leads);
    // 2500 × (10 × 72/96 + 5 × 72/90).
    let sum = value.sum.clone().unwrap();
    assert_eq!((sum.minor, sum.currency.as_str(), value.leads), (2_875_000, "RUB", 15));
    assert!(sum.low_minor < sum.minor && sum.minor < sum.high_minor, "{sum:?}");
    assert_eq!((value.steps[0].booked.part, value.steps[0].booked.n), (72, 96));
    let unset = Value::of(&stages, stages.ticket(&Settled::default()).as_ref(), &leads);
    assert_eq!((unset.sum, unset.lacking), (None, Some("ticket")), "nobody knows what a visit brings");
}

#[test]
fn what_was_paid_is_the_ticket_where_nobody_set_one_and_few_are_said_to_be_few() {
    let conn = empty();
    funnel(&conn, 300_000);
    let ticket = stages(&conn).ticket(&Settled::default()).unwrap();
    assert_eq!((ticket.minor, ticket.source, ticket.n, ticket.is_few), (300_000, "paid", 40, false));
    let young = empty();
    (0..29).for_each(|id| case(&young, id, NOW - DAY_US, FunnelStep::Wrote.bit(), 100));
    let stages = stages(&young);
    let ticket = stages.ticket(&Settled::default()).unwrap();
    assert!(ticket.is_few);
    let value = Value::of(&stages, Some(&ticket), &BTreeMap::from([("wrote", 3)]));
    assert_eq!((value.sum, value.lacking), (None, Some("few")), "29 conversations say nothing");
}

#[test]
fn where_few_came_to_a_step_the_one_before_is_taken() {
    let conn = empty();
    funnel(&conn, 0);
    // Leads of a funnel in which only 20 are leads at all.
    conn.execute("UPDATE cases SET told = told & ~?1 WHERE id >= 20", [FunnelStep::Lead.bit() | FunnelStep::Booked.bit()]).unwrap();
    let stages = stages(&conn);
    let value = Value::of(&stages, None, &BTreeMap::from([("lead", 2)]));
    assert_eq!((value.steps[0].step, value.steps[0].by_step), ("lead", "contact"));
    assert_eq!((value.steps[0].booked.part, value.steps[0].booked.n), (20, 96));
}

#[test]
fn the_worked_cost_and_what_has_no_price() {
    let reply = 1.2 * 0.2 + 0.3 * 0.4;
    let spending = Spending { calls: 6, unpriced: 0, money: BTreeMap::from([("RUB".to_owned(), 6.0 * reply)]) };
    let bill = Bill { bookings: 1, conversations: 1, reminders: 4, months: 0.5 };
    let cost = Cost::of(spending.clone(), bill, Some(&Settled::default()));
    assert_eq!(format!("{:.2} {:.2}", cost.per_conversation["RUB"], cost.per_booking["RUB"]), "2.16 2.16");
    assert_eq!((cost.reminders, cost.monthly, cost.is_lower_bound), (None, None, false));
    let priced = Settled { reminder_minor: Some(350), month_minor: Some(300_000), ..Settled::default() };
    let all = Cost::of(Spending { unpriced: 2, ..spending }, bill, Some(&priced));
    assert_eq!((all.reminders, all.monthly, all.is_lower_bound), (Some(14.0), Some(1500.0), true));
    assert_eq!(format!("{:.2}", all.money["RUB"]), "1516.16");
    let unknown = Cost::of(Spending { calls: 6, unpriced: 6, ..Spending::default() }, bill, None);
    assert!(unknown.money.is_empty() && unknown.per_booking.is_empty(), "no price is no zero");
    let unbooked = Cost::of(Spending::default(), Bill::default(), Some(&priced));
    assert!(unbooked.per_booking.is_empty());
}

fn asker() -> Asker {
    Asker { business: BusinessId(1), zone: TimeZone::UTC, now_us: NOW, window_us: 7 * DAY_US }
}

#[test]
fn growth_is_a_ratio_of_rates_over_equal_weekdays() {
    let conn = empty();
    let told = FunnelStep::Wrote.bit() | FunnelStep::Lead.bit();
    for id in 0..271 {
        let day = if id < 120 { 28 - id % 14 } else { 14 - id % 14 };
        case(&conn, id, NOW - day * DAY_US, told, 0);
    }
    case(&conn, 999, NOW - DAY_US, told, 0);
    conn.execute("UPDATE cases SET marks = 0 WHERE id = 999", []).unwrap();
    let question = Question { from_us: NOW - 14 * DAY_US, to_us: NOW, only: Vec::new() };
    let found = growth::growth(&conn, &asker(), &question, &Settled::default(), What::Leads).unwrap();
    let change = found.change.unwrap();
    assert_eq!((found.before, found.now, found.days, found.baseline), (120, 151, 14.0, "previous"));
    let shown = [change.ratio.unwrap(), change.low, change.high.unwrap()].map(|number| format!("{number:.4}"));
    assert_eq!(shown, ["1.2583", "0.9836", "1.6128"]);
    let long = Question { from_us: NOW - 40 * DAY_US, ..question.clone() };
    let young = growth::growth(&conn, &asker(), &long, &Settled::default(), What::Leads).unwrap();
    assert_eq!((young.change, young.lacking), (None, Some("young")), "the journal does not reach back so far");
    let date = |day: i64| Some(Day(day).date());
    let named = Settled { before_from: date(20_000 - 28), before_to: date(20_000 - 15), ..Settled::default() };
    let found = growth::growth(&conn, &asker(), &question, &named, What::Conversations).unwrap();
    assert_eq!((found.baseline, found.before, found.days_before), ("settled", 120, 14.0));
    let short = Question { from_us: NOW - DAY_US, ..question };
    let short = growth::growth(&conn, &asker(), &short, &named, What::Leads).unwrap();
    assert_eq!((short.change, short.lacking), (None, Some("short")), "a day is no week");
}

#[test]
fn everything_of_an_empty_business_is_unmeasured() {
    let conn = empty();
    let question = Question { from_us: NOW - 30 * DAY_US, to_us: NOW, only: Vec::new() };
    let Worth { within, beside } = worth(&conn, &asker(), &question, &Settled::default()).unwrap();
    assert!(within.work.is_none() && within.cost.money.is_empty() && beside.drop.chance.is_none());
    assert_eq!((beside.leads.lacking, within.lost.lacking), (Some("young"), Some("ticket")));
}
