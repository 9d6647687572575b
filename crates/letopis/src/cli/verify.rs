//! `letopis verify`: everything that is stored against everything that was signed. Reads only, also beside a running server.

use std::io::IsTerminal;
use std::path::Path;

use anyhow::{Context, bail};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::json;

use super::voice::{Voice, out};
use crate::access::{Business, Slug};
use crate::app::{Config, Stored};
use crate::journal::verify::{Audit, Report, verify};

/// What to audit.
#[derive(Debug, clap::Args)]
pub(super) struct VerifyArgs {
    /// Also open every record and compare every row that screens show with it.
    #[arg(long)]
    deep: bool,
    /// Only this business.
    #[arg(long)]
    business: Option<Slug>,
}

pub(super) fn run(data: &Path, args: &VerifyArgs, voice: Voice) -> anyhow::Result<()> {
    let stored = Stored::open(data, &Config::of_folder(data)?)?;
    let businesses = stored.businesses()?;
    let wanted: Vec<&Business> = businesses.iter().filter(|b| args.business.as_ref().is_none_or(|slug| b.slug == *slug)).collect();
    if let (Some(slug), true) = (&args.business, wanted.is_empty()) {
        bail!("no business {slug} here");
    }
    let mut reports = Vec::new();
    for business in wanted {
        let report = audit(&stored, business, args.deep, voice)?;
        voice.note(format_args!("{}", summary(business, &report)));
        reports.push(report);
    }
    let ok = reports.iter().all(Report::ok);
    if !voice.json {
        reports.iter().for_each(print_findings);
        out!("{}", if ok { "all is well" } else { "NOT ALL IS WELL" });
    }
    let wrong: u64 = reports.iter().map(|report| report.wrong).sum();
    voice.say(&json!({ "ok": ok, "deep": args.deep, "reports": reports }), |_| {});
    if ok { Ok(()) } else { bail!("{wrong} findings") }
}

fn audit(stored: &Stored, business: &Business, deep: bool, voice: Voice) -> anyhow::Result<Report> {
    let (keys, log) = stored.log(business)?;
    let bar = progress_bar(voice);
    // One state of the database for the whole audit, whatever is recorded meanwhile.
    let snapshot = stored.conn.unchecked_transaction()?;
    let audit = Audit { conn: &snapshot, keys: &keys, log: &log, deep };
    let report = verify(&audit, &mut |done, all| {
        bar.set_length(all);
        bar.set_position(done);
    });
    bar.finish_and_clear();
    report.with_context(|| format!("business {}: the database cannot be read", business.slug))
}

fn summary(business: &Business, report: &Report) -> String {
    let Report { entries, signed, blobs, rows, files, wrong, .. } = report;
    let slug = &business.slug;
    format!("{slug}: {entries} records, {signed} under the signed checkpoint, {blobs} blobs, {rows} rows, {files} files, {wrong} findings")
}

fn print_findings(report: &Report) {
    for finding in &report.findings {
        let record = finding.record.map(|record| format!(" record {record}")).unwrap_or_default();
        out!("{}{record} ({}): {}", finding.what, finding.place, finding.message);
    }
    let unlisted = report.wrong.saturating_sub(report.findings.len() as u64);
    if unlisted > 0 {
        out!("… and {unlisted} more");
    }
}

fn progress_bar(voice: Voice) -> ProgressBar {
    if voice.json || !std::io::stderr().is_terminal() {
        return ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
    }
    let style = ProgressStyle::with_template("{bar:30} {pos} of {len} records  {eta} left").unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(0).with_style(style)
}
