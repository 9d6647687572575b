//! `letopis alerts`: when something is an incident, as the business has settled it, and what the rules see now.

use std::sync::Arc;

use axum::extract::State;
use axum::routing::post;
use axum::{Json, Router};
use clap::Subcommand;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::control::{OfBusiness, Told, choose};
use super::house::House;
use super::numbers::minutes;
use super::settled::{ask, settle};
use super::voice::{Voice, out};
use crate::access::Slug;
use crate::app::App;
use crate::journal::known::ALERTS;
use crate::metrics::alerts::{RULES, Terms};

/// When something is an incident.
#[derive(Debug, Subcommand)]
pub(super) enum AlertsCommand {
    /// The rules, and what is settled about them.
    List {
        /// Whose; may be left out where there is one business.
        #[arg(long)]
        business: Option<Slug>,
    },
    /// Settle it anew; what is not named stays as it is.
    Set(SetArgs),
    /// What every rule sees now.
    Check {
        /// Open, and close, what follows from it at once instead of within half a minute.
        #[arg(long)]
        open: bool,
        /// Whose; may be left out where there is one business.
        #[arg(long)]
        business: Option<Slug>,
    },
}

/// What can be settled.
#[derive(Debug, clap::Args)]
pub(super) struct SetArgs {
    /// Rules that look no more: A5. May be given several times.
    #[arg(long)]
    off: Vec<String>,
    /// Rules that look again.
    #[arg(long)]
    on: Vec<String>,
    /// Nobody is told of what can wait from then on: 22:00.
    #[arg(long, value_parser = minutes)]
    quiet_from: Option<u32>,
    /// Until then: 8:00.
    #[arg(long, value_parser = minutes)]
    quiet_to: Option<u32>,
    /// A1: seconds that an answer may take.
    #[arg(long)]
    answer_seconds: Option<u32>,
    /// A1: so many clients without an answer in ten minutes.
    #[arg(long)]
    unanswered: Option<u32>,
    /// A2: minutes that an entry may wait for the CRM.
    #[arg(long)]
    crm_lag_minutes: Option<u32>,
    /// A3, A9: per cent of messages that may fail.
    #[arg(long)]
    failed_percent: Option<u32>,
    /// A12: free space on the disk, MiB.
    #[arg(long)]
    disk_free_mib: Option<u32>,
    /// A12: hours since the last retention run.
    #[arg(long)]
    retention_hours: Option<u32>,
    /// A17: what models may cost a day, in whole units of the currency; 0: nobody said.
    #[arg(long)]
    budget_day: Option<u32>,
    /// A17: of which currency.
    #[arg(long)]
    budget_currency: Option<String>,
    /// Whose; may be left out where there is one business.
    #[arg(long)]
    business: Option<Slug>,
}

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new().route("/alerts/check", post(check))
}

#[derive(Serialize, Deserialize)]
struct Wish {
    #[serde(flatten)]
    of: OfBusiness,
    open: bool,
}

async fn check(State(app): State<Arc<App>>, Json(wish): Json<Wish>) -> Told<Value> {
    let business = choose(&app, wish.of.business).await?;
    if wish.open {
        app.watcher().turn(true).await.map_err(anyhow::Error::from)?;
    }
    let seen = app.watcher().see(business).await.map_err(anyhow::Error::from)?;
    let findings = seen.into_iter().flat_map(|seen| seen.looked.findings.into_iter().map(move |found| (seen.rule, found)));
    let told = findings.map(|(rule, found)| {
        json!({ "rule": rule, "key": found.key, "severity": found.severity, "count": found.count, "records": found.records, "facts": found.facts })
    });
    Ok(Json(json!({ "findings": told.collect::<Vec<_>>() })))
}

pub(super) async fn run(house: &House, command: AlertsCommand, voice: Voice) -> anyhow::Result<()> {
    let settled = match command {
        AlertsCommand::Check { business, open } => {
            let told: Value = house.ask("alerts/check", &Wish { of: OfBusiness { business }, open }).await?;
            voice.say(&told, show_findings);
            return Ok(());
        }
        AlertsCommand::List { business } => ask(house, business, ALERTS).await?,
        AlertsCommand::Set(args) => {
            let before: Terms = serde_json::from_value(ask(house, args.business.clone(), ALERTS).await?)?;
            let business = args.business.clone();
            settle(house, business, ALERTS, json!(changed(before, args))).await?
        }
    };
    let terms: Terms = serde_json::from_value(settled.clone())?;
    voice.say(&settled, |_| show(&terms));
    Ok(())
}

fn show_findings(told: &Value) {
    let findings = told["findings"].as_array().map(Vec::as_slice).unwrap_or_default();
    for found in findings {
        let facts = found["facts"].as_object().into_iter().flatten();
        let facts: Vec<String> = facts.map(|(name, value)| format!("{name} {}", value.as_str().unwrap_or_default())).collect();
        out!(
            "{} {} {}: {}",
            found["rule"].as_str().unwrap_or(""),
            found["severity"].as_str().unwrap_or(""),
            found["count"],
            facts.join(", ")
        );
    }
    if findings.is_empty() {
        out!("all rules are content");
    }
}

fn show(terms: &Terms) {
    let hour = |minutes: u32| format!("{}:{:02}", minutes / 60, minutes % 60);
    let mut ids: Vec<&str> = RULES.iter().map(|rule| rule.id).collect();
    ids.dedup();
    let (on, off): (Vec<&str>, Vec<&str>) = ids.into_iter().partition(|id| terms.looks(id));
    out!("rules that look: {}", on.join(" "));
    if !off.is_empty() {
        out!("rules that do not: {}", off.join(" "));
    }
    out!("what can wait is not told from {} to {}", hour(terms.quiet_from_min), hour(terms.quiet_to_min));
    out!("A1: {} without an answer after {} seconds", terms.unanswered, terms.answer_s);
    out!("A2: an entry waits {} minutes", terms.crm_lag_min);
    out!("A3, A9: {} per cent of messages fail", terms.failed_percent);
    out!("A12: {} MiB free, {} hours since the last retention run", terms.disk_free_mib, terms.retention_hours);
    match terms.budget_day {
        Some(budget) => out!("A17: {budget} {} a day", terms.budget_currency),
        None => out!("A17: nobody said what models may cost a day"),
    }
}

fn changed(before: Terms, args: SetArgs) -> Terms {
    let mut off: Vec<String> = before.off.into_iter().filter(|id| !args.on.contains(id)).chain(args.off).collect();
    off.sort();
    off.dedup();
    Terms {
        off,
        quiet_from_min: args.quiet_from.unwrap_or(before.quiet_from_min),
        quiet_to_min: args.quiet_to.unwrap_or(before.quiet_to_min),
        answer_s: args.answer_seconds.unwrap_or(before.answer_s),
        unanswered: args.unanswered.unwrap_or(before.unanswered),
        crm_lag_min: args.crm_lag_minutes.unwrap_or(before.crm_lag_min),
        failed_percent: args.failed_percent.unwrap_or(before.failed_percent),
        disk_free_mib: args.disk_free_mib.unwrap_or(before.disk_free_mib),
        retention_hours: args.retention_hours.unwrap_or(before.retention_hours),
        budget_day: args.budget_day.map_or(before.budget_day, |budget| (budget > 0).then_some(budget)),
        budget_currency: args.budget_currency.unwrap_or(before.budget_currency),
    }
}
