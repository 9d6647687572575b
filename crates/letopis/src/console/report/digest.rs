//! The morning digest: yesterday in a few lines, for whoever has a minute and a phone.

use rusqlite::Connection;

use super::facts::Facts;
use super::tongue::Tongue;
use super::worth::money;
use super::{Asked, Report, ReportError, TEXT_CHARS};
use crate::access::Business;
use crate::console::pages::incidents::in_words;
use crate::console::pages::moments::Clock;
use crate::metrics::figures::{LostSummary, Summary};

/// Reasons that are named; the others are one number.
const REASONS: usize = 4;
/// Incidents that are named.
const INCIDENTS: usize = 2;

pub(super) fn make(conn: &Connection, business: &Business, tongue: &Tongue<'_>, asked: &Asked, now_us: i64) -> Result<Report, ReportError> {
    let facts = Facts::of(conn, business.id, &tongue.zone, (asked.from_us, asked.to_us), now_us)?;
    let day = tongue.span(asked.from_us, asked.to_us);
    let title = tongue.with("digest-title", &[("business", business.name.as_str().into()), ("day", day.into())]);
    let mut lines = vec![title.clone(), String::new()];
    if facts.summary.conversations == 0 && facts.visits.by_outcome.is_empty() {
        lines.push(tongue.say("digest-quiet"));
    } else {
        lines.extend(told(&facts, tongue));
    }
    lines.extend(open(&facts, business, tongue, now_us));
    if facts.uncounted > 0 {
        lines.push(tongue.of("report-uncounted", &tongue.count(facts.uncounted)));
    }
    Ok(Report { title, text: shortened(&lines.join("\n")), html: None })
}

fn told(facts: &Facts, tongue: &Tongue<'_>) -> Vec<String> {
    let Summary { clients, conversion, lost, .. } = &facts.summary;
    let mut lines = vec![
        tongue.of("digest-wrote", &tongue.count(*clients)),
        tongue.with(
            "digest-booked",
            &[("count", tongue.count(conversion.client.part).into()), ("rate", tongue.rate(conversion.client).into())],
        ),
        match lost.rate.part {
            0 => tongue.say("digest-lost-none"),
            count => tongue.with("digest-lost", &[("count", tongue.count(count).into()), ("why", reasons(lost, tongue, REASONS).into())]),
        },
    ];
    if let Some(sum) = facts.value.sum.as_ref().filter(|sum| sum.minor > 0) {
        lines.push(tongue.of("digest-value", &money(tongue, sum.minor, &sum.currency)));
    }
    if facts.waiting > 0 {
        lines.push(tongue.of("digest-waiting", &tongue.count(facts.waiting)));
    }
    if facts.visits.no_show.n > 0 {
        lines.push(tongue.of("digest-no-show", &tongue.part(facts.visits.no_show)));
    }
    lines
}

/// «Открыто 2 инцидента: Бот молчит; CRM не отвечает».
fn open(facts: &Facts, business: &Business, tongue: &Tongue<'_>, now_us: i64) -> Option<String> {
    let clock = Clock::new(tongue.t.clone(), &business.timezone, now_us);
    let titles: Vec<String> = facts.open.iter().take(INCIDENTS).map(|incident| in_words(tongue.t, &clock, incident).0).collect();
    let more = if facts.open.len() > INCIDENTS { "…" } else { "" };
    let values = [("count", (facts.open.len() as i64).into()), ("what", format!("{}{more}", titles.join("; ")).into())];
    (!titles.is_empty()).then(|| tongue.with("digest-incidents", &values))
}

/// «никто не ответил – 2, нет телефона – 1, другое – 3»: the most frequent first.
pub(super) fn reasons(lost: &LostSummary, tongue: &Tongue<'_>, most: usize) -> String {
    let mut all: Vec<(&str, u64)> = lost.by_reason.iter().map(|(reason, count)| (*reason, *count)).collect();
    all.sort_by_key(|(reason, count)| (u64::MAX - count, *reason));
    let rest: u64 = all.iter().skip(most).map(|(_, count)| count).sum();
    let named = all.iter().take(most).map(|(reason, count)| format!("{} – {}", tongue.of("lost-reason", reason), tongue.count(*count)));
    let rest = (rest > 0).then(|| format!("{} – {}", tongue.say("report-reason-rest"), tongue.count(rest)));
    named.chain(rest).collect::<Vec<_>>().join(", ")
}

/// What a lock screen takes; a business's own name may be long.
pub(super) fn shortened(text: &str) -> String {
    if text.chars().count() <= TEXT_CHARS {
        return text.to_owned();
    }
    text.chars().take(TEXT_CHARS - 1).chain(['…']).collect()
}
