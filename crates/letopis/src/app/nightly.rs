//! The nightly audit: `letopis verify` of every business by itself, when nobody works, at the lowest priority.
//!
//! A night that the server slept through is made up for after the next start. What was found stands in `audits`, on the settings page, in
//! `/metrics` and, when it is not nothing, as an error in the log. A thread of its own, not waited for when the server stops: it only reads.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use tokio::sync::watch;

use super::config::AuditConfig;
use super::{App, Config, Stored, now_us};
use crate::access::Business;
use crate::event::when::DAY_US;
use crate::journal::audits::{self, Run};
use crate::journal::verify::{Audit, Report, verify};
use crate::store::{Store, StoreError};

/// How often it looks at the clock.
const LOOK: Duration = Duration::from_secs(20);
/// A checkpoint follows what it covers within half a second.
const SETTLE: Duration = Duration::from_secs(1);
/// Below everything else that runs.
const NICENESS: i32 = 19;

/// What audits found, by business, for `/metrics`.
#[derive(Default)]
pub struct Figures(Mutex<BTreeMap<String, OfBusiness>>);

#[derive(Default, Clone, Copy)]
struct OfBusiness {
    last_us: i64,
    success_us: i64,
    wrong: u64,
}

/// The thread's own.
pub(super) struct Nightly {
    data: PathBuf,
    config: Config,
    store: Store,
    figures: Arc<Figures>,
    since_us: i64,
}

impl Nightly {
    /// Starts the thread, if audits are configured.
    pub(super) fn start(app: &App, figures: Arc<Figures>, stop: watch::Receiver<bool>) -> anyhow::Result<()> {
        let (data, config, store) = (app.folder.path().to_owned(), app.config.clone(), app.store.clone());
        let nightly = Self { data, config, store, figures, since_us: now_us() };
        if nightly.config.audit.nightly {
            std::thread::Builder::new().name("audit".into()).spawn(move || nightly.run(&stop))?;
        }
        Ok(())
    }

    fn run(self, stop: &watch::Receiver<bool>) {
        let _ = rustix::process::nice(NICENESS);
        let mut waited = LOOK;
        while !*stop.borrow() {
            if waited >= LOOK {
                waited = Duration::ZERO;
                if let Err(e) = self.look() {
                    tracing::error!(error = format!("{e:#}"), "nightly audit could not run");
                }
            }
            std::thread::sleep(Duration::from_millis(200));
            waited += Duration::from_millis(200);
        }
    }

    fn look(&self) -> anyhow::Result<()> {
        let stored = Stored::open(&self.data, &self.config)?;
        for business in stored.businesses()? {
            let last = audits::latest(&stored.conn, business.id)?;
            self.figures.set(&business, last.as_ref(), audits::last_success(&stored.conn, business.id)?);
            let last_us = last.map_or(self.since_us, |run| run.started_us);
            if now_us() >= next_after(last_us, &business.timezone, self.config.audit) {
                self.audit(&stored, &business)?;
            }
        }
        Ok(())
    }

    fn audit(&self, stored: &Stored, business: &Business) -> anyhow::Result<()> {
        let (started_us, deep) = (now_us(), self.config.audit.deep);
        let report = settled(stored, business, deep)?;
        let run = Run::of(&report, deep, started_us, now_us());
        match report.findings.first() {
            None => tracing::info!(business = business.slug.as_str(), entries = run.entries, "nightly audit: all is well"),
            Some(first) => tracing::error!(
                business = business.slug.as_str(),
                findings = run.wrong,
                "ALARM nightly audit found {} wrong; the first: {} ({}): {}; run letopis verify",
                run.wrong,
                first.what,
                first.place,
                first.message
            ),
        }
        let success_us = if run.wrong == 0 { Some(run.ended_us) } else { audits::last_success(&stored.conn, business.id)? };
        self.figures.set(business, Some(&run), success_us);
        let noted = self.store.submit(move |tx| Ok::<_, StoreError>(audits::note(tx, &run)?))?;
        Ok(noted.blocking_recv()??)
    }
}

/// Beside recording the checkpoint may be a moment before or behind the state that is audited: a finding about it alone counts when it stays.
fn settled(stored: &Stored, business: &Business, deep: bool) -> anyhow::Result<Report> {
    let (keys, log) = stored.log(business)?;
    let mut attempt = 0;
    loop {
        let snapshot = stored.conn.unchecked_transaction()?;
        let report = verify(&Audit { conn: &snapshot, keys: &keys, log: &log, deep, acts: true, from: 0 }, &mut |_, _| {})?;
        drop(snapshot);
        attempt += 1;
        if report.ok() || attempt == 3 || report.findings.iter().any(|finding| finding.what != "checkpoint") {
            return Ok(report);
        }
        std::thread::sleep(SETTLE);
    }
}

/// The first time after `last_us` at which the business's clock shows the hour. A zone that this program does not know counts as UTC.
fn next_after(last_us: i64, timezone: &str, config: AuditConfig) -> i64 {
    let zone = TimeZone::get(timezone).unwrap_or(TimeZone::UTC);
    let last = Timestamp::from_microsecond(last_us).unwrap_or_default().to_zoned(zone);
    let hour = last.with().hour(config.hour.clamp(0, 23)).minute(0).second(0).subsec_nanosecond(0).build();
    let Ok(hour) = hour else { return last_us + DAY_US };
    let next = if hour > last { hour } else { hour.checked_add(1.day()).unwrap_or(hour) };
    next.timestamp().as_microsecond()
}

impl Figures {
    fn set(&self, business: &Business, last: Option<&Run>, success_us: Option<i64>) {
        let Some(last) = last else { return };
        let figures = OfBusiness { last_us: last.ended_us, success_us: success_us.unwrap_or(0), wrong: last.wrong };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(business.slug.to_string(), figures);
    }

    /// In the text format of Prometheus. Nothing of a business before its first audit.
    pub fn write(&self, text: &mut String) {
        let figures = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        type Read = fn(&OfBusiness) -> u64;
        let all: [(&str, &str, Read); 3] = [
            ("letopis_verify_last_seconds", "When the last scheduled audit ended, since 1970.", |of| (of.last_us / 1_000_000) as u64),
            ("letopis_verify_last_success_seconds", "When the last one ended that found nothing wrong.", |of| {
                (of.success_us / 1_000_000) as u64
            }),
            ("letopis_verify_findings", "What the last one found wrong.", |of| of.wrong),
        ];
        for (name, help, read) in all {
            let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} gauge");
            for (business, of) in figures.iter() {
                let _ = writeln!(text, "{name}{{business=\"{business}\"}} {}", read(of));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn us(text: &str) -> i64 {
        text.parse::<Timestamp>().unwrap().as_microsecond()
    }

    #[test]
    fn the_next_night_is_the_businesss_own() {
        let at = AuditConfig { hour: 3, ..AuditConfig::default() };
        let next = |last: &str, zone: &str| Timestamp::from_microsecond(next_after(us(last), zone, at)).unwrap().to_string();
        assert_eq!(next("2025-01-01T12:00:00Z", "Europe/Moscow"), "2025-01-02T00:00:00Z");
        assert_eq!(next("2025-01-01T23:59:59Z", "Europe/Moscow"), "2025-01-02T00:00:00Z");
        assert_eq!(next("2025-01-02T00:00:00Z", "Europe/Moscow"), "2025-01-03T00:00:00Z", "not twice a night");
        assert_eq!(next("2025-01-01T12:00:00Z", "Asia/Kamchatka"), "2025-01-01T15:00:00Z");
        assert_eq!(next("2025-01-01T12:00:00Z", "Nowhere/At all"), "2025-01-02T03:00:00Z");
    }
}
