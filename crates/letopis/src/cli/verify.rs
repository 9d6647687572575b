//! `letopis verify`: everything that is stored against everything that was signed. Reads only, also beside a running server.

use std::io::IsTerminal;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, bail};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::json;

use super::voice::{Voice, err, out};
use crate::access::{Business, Slug};
use crate::app::{Config, Folder, Stored};
use crate::journal::verify::{Audit, Report, verify};

/// A checkpoint follows what it covers within half a second.
const SETTLE: Duration = Duration::from_secs(1);

/// What to audit.
#[derive(Debug, clap::Args)]
pub(super) struct VerifyArgs {
    /// Also open every record and compare every row that screens show with it.
    #[arg(long)]
    deep: bool,
    /// Also match every absence with the act of erasure or expiry that explains it, and every act with its entry in the log.
    #[arg(long)]
    acts: bool,
    /// Go on after an audit that was broken off: records before this one are taken as audited (their place in the tree is not). Which
    /// record it had come to stands in its progress bar.
    #[arg(long, default_value_t = 0)]
    from: u64,
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
    if args.from > 0 && wanted.len() > 1 {
        bail!("--from is a record of one business: name it with --business");
    }
    let mut reports = Vec::new();
    for business in wanted {
        let report = audit_settled(data, &stored, business, args, voice)?;
        voice.note(format_args!("{}", summary(business, &report)));
        reports.push(report);
    }
    let waiting = stored.damaged_segments()?;
    let ok = waiting.is_empty() && reports.iter().all(Report::ok);
    if !voice.json {
        reports.iter().for_each(print_findings);
        waiting.iter().for_each(|(file, wrong)| out!("queue ({file}): {wrong}"));
        out!("{}", if ok { "all is well" } else { "NOT ALL IS WELL" });
    }
    let wrong = waiting.len() as u64 + reports.iter().map(|report| report.wrong).sum::<u64>();
    let queue: Vec<_> = waiting.iter().map(|(file, wrong)| json!({ "what": "queue", "place": file, "message": wrong })).collect();
    voice.say(&json!({ "ok": ok, "deep": args.deep, "acts": args.acts, "from": args.from, "reports": reports, "queue": queue }), |_| {});
    if ok { Ok(()) } else { bail!("{wrong} findings") }
}

/// A deep audit of everything after a restore; whether all is well. Findings go to the error stream.
pub(super) fn run_all(data: &Path, voice: Voice) -> anyhow::Result<bool> {
    let stored = Stored::open(data, &Config::of_folder(data)?)?;
    let everything = VerifyArgs { deep: true, acts: true, from: 0, business: None };
    let mut ok = true;
    for business in stored.businesses()? {
        let report = audit(&stored, &business, &everything, voice)?;
        err!("{}", summary(&business, &report));
        report.findings.iter().for_each(|finding| err!("{} {}: {}", finding.what, finding.place, finding.message));
        ok &= report.ok();
    }
    Ok(ok)
}

/// Beside a running server the checkpoint may be a moment before or behind the state of the database that is audited: a finding about it
/// alone counts only when it stays.
fn audit_settled(data: &Path, stored: &Stored, business: &Business, args: &VerifyArgs, voice: Voice) -> anyhow::Result<Report> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut report = audit(stored, business, args, voice)?;
    for _ in 0..2 {
        let only_checkpoint = !report.ok() && report.findings.iter().all(|finding| finding.what == "checkpoint");
        if !only_checkpoint || runtime.block_on(Folder::connect(data)).is_err() {
            break;
        }
        runtime.block_on(async { tokio::time::sleep(SETTLE).await });
        report = audit(stored, business, args, voice)?;
    }
    Ok(report)
}

fn audit(stored: &Stored, business: &Business, args: &VerifyArgs, voice: Voice) -> anyhow::Result<Report> {
    let (keys, log) = stored.log(business)?;
    let bar = progress_bar(voice);
    // One state of the database for the whole audit, whatever is recorded meanwhile.
    let snapshot = stored.conn.unchecked_transaction()?;
    let audit = Audit { conn: &snapshot, keys: &keys, log: &log, deep: args.deep, acts: args.acts, from: args.from };
    let report = verify(&audit, &mut |done, all| {
        bar.set_length(all);
        bar.set_position(done);
    });
    bar.finish_and_clear();
    report.with_context(|| format!("business {}: the database cannot be read", business.slug))
}

fn summary(business: &Business, report: &Report) -> String {
    let Report { entries, signed, blobs, gone, acts, rows, files, wrong, .. } = report;
    let slug = &business.slug;
    format!(
        "{slug}: {entries} records, {signed} under the signed checkpoint, {blobs} blobs, {gone} gone by {acts} acts, {rows} rows, {files} files, {wrong} findings"
    )
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
    let style =
        ProgressStyle::with_template("{bar:30} {pos} of {len} records  {eta} left").unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(0).with_style(style)
}
