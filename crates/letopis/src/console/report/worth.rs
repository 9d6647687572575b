//! The part of the weekly report that is about money and work. What is not measured says so.

use rusqlite::Connection;

use super::tongue::Tongue;
use super::{Asked, ReportError, asker};
use crate::access::Business;
use crate::console::pages::money as written;
use crate::metrics::figures::Question;
use crate::metrics::terms::Settled;
use crate::metrics::worth::cost::Cost;
use crate::metrics::worth::growth::Growth;
use crate::metrics::worth::value::Value;
use crate::metrics::worth::work::Work;
use crate::metrics::worth::{Worth, worth};

/// Name and value of each.
pub(super) fn rows(
    conn: &Connection,
    business: &Business,
    r: &Tongue<'_>,
    asked: &Asked,
    now_us: i64,
) -> Result<Vec<(String, String)>, ReportError> {
    let asker = asker(conn, business.id, &r.zone, now_us)?;
    let question = Question { from_us: asked.from_us, to_us: asked.to_us, only: Vec::new() };
    let Worth { within, beside } = worth(conn, &asker, &question, &Settled::of(conn, business.id)?)?;
    let unmeasured = || r.say("weekly-worth-unmeasured");
    let rows = [
        ("value", value(r, &within.lost)),
        ("work", within.work.as_ref().map(|done| work(r, done))),
        ("cost", cost(r, &within.cost)),
        ("leads", growth(r, &beside.leads)),
        ("conversations", growth(r, &beside.conversations)),
    ];
    Ok(rows.into_iter().map(|(name, said)| (r.of("weekly-worth-row", name), said.unwrap_or_else(unmeasured))).collect())
}

/// «45 000 ₽»: whole units, as an estimate has no kopecks.
pub(super) fn money(r: &Tongue<'_>, minor: i64, currency: &str) -> String {
    written::named(r.t, r.decimal((minor as f64 / 100.0).round(), 0), currency)
}

fn value(r: &Tongue<'_>, value: &Value) -> Option<String> {
    let sum = value.sum.as_ref()?;
    let said = |minor: i64| money(r, minor, &sum.currency).into();
    Some(r.with("audit-between", &[("share", said(sum.minor)), ("low", said(sum.low_minor)), ("high", said(sum.high_minor))]))
}

fn work(r: &Tongue<'_>, work: &Work) -> String {
    let hours = r.decimal(work.hours, 1);
    match work.share {
        Some(share) => r.with("weekly-worth-work-share", &[("hours", hours.into()), ("share", r.percent(share).into())]),
        None => r.with("weekly-worth-work", &[("hours", hours.into())]),
    }
}

fn cost(r: &Tongue<'_>, cost: &Cost) -> Option<String> {
    let said: Vec<String> = cost.per_booking.iter().map(|(currency, sum)| written::amount(r.t, *sum, currency)).collect();
    let values = [("money", said.join(" + ").into()), ("n", r.count(cost.bookings).into())];
    let key = if cost.is_lower_bound { "weekly-worth-cost-least" } else { "weekly-worth-cost" };
    (!said.is_empty()).then(|| r.with(key, &values))
}

fn growth(r: &Tongue<'_>, growth: &Growth) -> Option<String> {
    let change = growth.change?;
    let (ratio, high) = change.ratio.zip(change.high)?;
    let signed = |ratio: f64| r.of("per-cent", &r.signed((ratio - 1.0) * 100.0)).into();
    let values = [
        ("ratio", signed(ratio)),
        ("low", signed(change.low)),
        ("high", signed(high)),
        ("now", r.count(growth.now).into()),
        ("before", r.count(growth.before).into()),
    ];
    Some(r.with("weekly-worth-growth", &values))
}
