//! The audit report: whether everything is kept and provable, what was destroyed and why, what was promised and not done, who looked.
//!
//! For the owner and whoever answers for personal data. It names people of the staff only where the receiver may know them, and no client.

use std::collections::BTreeMap;

use askama::Template;
use ledger::ActKind;
use rusqlite::Connection;

use super::digest::shortened;
use super::tongue::Tongue;
use super::{Asked, Report, ReportError, zone_of};
use crate::access::trail::{self, What};
use crate::access::{Business, member};
use crate::journal::log::Log;
use crate::journal::promises::{self, Filter};
use crate::journal::retention::open_holds;
use crate::journal::{acts, audits, quarantine, witnesses};
use crate::metrics::retention;

const TOKENS: &str = include_str!("../../../assets/tokens.css");

/// One line: what, how it stands, and whether that is good, bad or neither.
pub(super) struct Row {
    pub(super) name: String,
    pub(super) value: String,
    pub(super) tone: &'static str,
}

/// What one of the staff did.
struct Seen {
    who: String,
    counts: Vec<String>,
}

/// A part of the page: one function that asks its room and gives rows. `work` has those of what broke and of what people reviewed.
pub(super) struct Part {
    title: String,
    lead: String,
    rows: Vec<Row>,
}

#[derive(Template)]
#[template(path = "report/audit.html")]
struct Page<'a> {
    r: &'a Tongue<'a>,
    tokens: &'static str,
    charts: &'static str,
    title: String,
    about: String,
    headline: String,
    parts: Vec<Part>,
    /// None where the receiver may not know.
    seen: Option<Vec<Seen>>,
}

/// What every part is given.
pub(super) struct Asking<'a> {
    pub(super) conn: &'a Connection,
    pub(super) business: &'a Business,
    pub(super) r: &'a Tongue<'a>,
    pub(super) from_us: i64,
    pub(super) to_us: i64,
    pub(super) now_us: i64,
}

pub(super) fn make(
    conn: &Connection,
    business: &Business,
    log: Option<&Log>,
    r: &Tongue<'_>,
    asked: &Asked,
    now_us: i64,
) -> Result<Report, ReportError> {
    let asking = Asking { conn, business, r, from_us: asked.from_us, to_us: asked.to_us, now_us };
    let parts = vec![
        asking.kept()?,
        asking.proved(log)?,
        asking.destroyed()?,
        asking.promised()?,
        asking.incidents()?,
        asking.reviews()?,
        asking.refused()?,
    ];
    let span = r.span(asked.from_us, asked.to_us);
    let title = r.with("audit-report-title", &[("business", business.name.as_str().into()), ("span", span.clone().into())]);
    let wrong: Vec<String> = parts.iter().flat_map(|part| &part.rows).filter(|row| row.tone == "bad").map(said).collect();
    let headline = if wrong.is_empty() { r.say("audit-report-well") } else { r.of("audit-report-wrong", &wrong.join("; ")) };
    let text = shortened(
        &[title.clone(), String::new(), headline.clone()].into_iter().chain(parts.iter().map(brief)).collect::<Vec<_>>().join("\n"),
    );
    let page = Page {
        tokens: TOKENS,
        charts: "",
        title: r.of("audit-report-head", &span),
        about: r.with("report-about", &[("business", business.name.as_str().into()), ("made", r.moment(now_us).into())]),
        headline,
        parts,
        seen: if asked.with_access { Some(asking.seen()?) } else { None },
        r,
    };
    Ok(Report { title, text, html: Some(page.render()?) })
}

fn said(row: &Row) -> String {
    format!("{}: {}", row.name, row.value)
}

/// The first line of a part, for a messenger.
fn brief(part: &Part) -> String {
    part.rows.first().map(said).unwrap_or_default()
}

impl Asking<'_> {
    fn row(&self, key: &str, value: String, tone: &'static str) -> Row {
        Row { name: self.r.of("audit-row", key), value, tone }
    }

    pub(super) fn part(&self, key: &str, rows: Vec<Row>) -> Part {
        Part { title: self.r.of("audit-part", key), lead: self.r.of("audit-lead", key), rows }
    }

    /// What share of the accepted events is available.
    fn kept(&self) -> Result<Part, ReportError> {
        let measured = retention::measure(self.conn, self.business.id, &zone_of(&self.business.timezone), self.now_us)?;
        let mut rows: Vec<Row> = Vec::new();
        for line in &measured.windows {
            let values = [
                ("share", self.r.hundredths(line.shares.available).into()),
                ("accepted", self.r.count(line.events.accepted).into()),
                ("erased", self.r.count(line.events.erased).into()),
                ("expired", self.r.count(line.events.expired).into()),
            ];
            let name = self.r.of("audit-window", &line.to_days.to_string());
            rows.push(Row { name, value: self.r.with("audit-available", &values), tone: "" });
        }
        let lost = measured.windows.last().map_or(0, |line| line.events.lost);
        rows.push(match lost {
            0 => self.row("lost", self.r.say("audit-lost-none"), "good"),
            count => self.row("lost", self.r.count(count), "bad"),
        });
        Ok(self.part("kept", rows))
    }

    /// Whether the log verifies, and who else has seen it.
    fn proved(&self, log: Option<&Log>) -> Result<Part, ReportError> {
        let (r, business) = (self.r, self.business.id);
        let (runs, wrong) = audits::between(self.conn, business, self.from_us, self.to_us)?;
        let values = [("runs", r.count(runs).into()), ("wrong", r.count(wrong).into())];
        let tone = match (runs, wrong) {
            (0, _) => "",
            (_, 0) => "good",
            _ => "bad",
        };
        let mut rows = vec![self.row("audits", r.with("audit-runs", &values), tone)];
        if let Some(last) = audits::latest(self.conn, business)? {
            let values = [
                ("when", r.moment(last.ended_us).into()),
                ("entries", r.count(last.entries).into()),
                ("wrong", r.count(last.wrong).into()),
            ];
            rows.push(self.row("last", r.with("audit-last", &values), if last.wrong == 0 { "good" } else { "bad" }));
        }
        if let Some(published) = log.and_then(Log::published) {
            rows.push(self.row("size", r.count(published.checkpoint.size), ""));
        }
        let known = witnesses::of(self.conn, business)?;
        let seen = match known.agreed_us {
            _ if known.all.is_empty() => r.say("audit-no-witness"),
            None => r.say("audit-witness-never"),
            Some(us) => r.moment(us),
        };
        rows.push(self.row("witness", seen, ""));
        rows.extend(witnesses::alarms(self.conn, business)?.into_iter().map(|name| self.row("alarm", name, "bad")));
        Ok(self.part("proved", rows))
    }

    /// Acts of the period, and what must not go.
    fn destroyed(&self) -> Result<Part, ReportError> {
        let mut counted: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
        for act in acts::newest(self.conn, self.business.id, None, u32::MAX)? {
            if (self.from_us..self.to_us).contains(&act.made_us) {
                let entry = counted.entry(if act.kind == ActKind::Erase { "erased" } else { "expired" }).or_default();
                entry.0 += 1;
                entry.1 += act.list.len();
            }
        }
        let row = |key: &str| {
            let (acts, records) = counted.get(key).copied().unwrap_or_default();
            let values = [("acts", self.r.count(acts).into()), ("records", self.r.count(records).into())];
            self.row(key, self.r.with("audit-acts", &values), "")
        };
        let mut rows = vec![row("erased"), row("expired")];
        let held = open_holds(self.conn, self.business.id, self.now_us)?.len();
        rows.push(self.row("held", self.r.count(held as u64), ""));
        Ok(self.part("destroyed", rows))
    }

    /// Promises of the period, and how they stand now.
    fn promised(&self) -> Result<Part, ReportError> {
        let filter = Filter { from_us: Some(self.from_us), to_us: Some(self.to_us), ..Filter::default() };
        let tally = promises::tally(self.conn, self.business.id, &filter, self.now_us)?;
        let number = |count: usize| self.r.count(count as u64);
        let open = self.row("open", number(tally.open), if tally.open > 0 { "bad" } else { "good" });
        let mut rows = vec![open, self.row("kept-promises", number(tally.kept), ""), self.row("waiting", number(tally.waiting), "")];
        if tally.more {
            rows.push(self.row("more", number(tally.promises), ""));
        }
        Ok(self.part("promised", rows))
    }

    /// What came and was not accepted.
    fn refused(&self) -> Result<Part, ReportError> {
        let open = quarantine::count_open(self.conn, self.business.id)?;
        let row = self.row("quarantine", self.r.count(open.max(0) as u64), if open > 0 { "bad" } else { "good" });
        Ok(self.part("refused", vec![row]))
    }

    /// Who of the staff looked at personal data, took it out, changed settings.
    fn seen(&self) -> Result<Vec<Seen>, ReportError> {
        const COLUMNS: [What; 5] = [What::SignedIn, What::SignInRefused, What::Viewed, What::Exported, What::Changed];
        let people = member::all(self.conn, self.business.id)?;
        let name = |who: &str| match people.iter().find(|known| known.user.id.to_string() == who) {
            Some(known) => format!("{} ({})", known.user.name, known.user.login),
            None if who.contains('/') => self.r.of("audit-who", "employee"),
            None => self.r.of("audit-who", if who == "local" || who == "stranger" { who } else { "other" }),
        };
        let mut all: BTreeMap<String, BTreeMap<String, u64>> = BTreeMap::new();
        for (who, what, count) in trail::tally(self.conn, self.business.id, self.from_us, self.to_us)? {
            *all.entry(name(&who)).or_default().entry(what.to_string()).or_default() += count;
        }
        let cell = |counts: &BTreeMap<String, u64>, what: What| {
            counts.get(&what.to_string()).map_or_else(|| "–".to_owned(), |count| self.r.count(*count))
        };
        Ok(all.into_iter().map(|(who, counts)| Seen { who, counts: COLUMNS.map(|what| cell(&counts, what)).into() }).collect())
    }
}
