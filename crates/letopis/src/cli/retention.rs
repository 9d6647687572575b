//! `letopis retention`: how long what is kept, what must not expire, and a run by hand.

use std::sync::Arc;

use anyhow::{Context, bail};
use axum::extract::State;
use axum::routing::post;
use axum::{Json, Router};
use clap::Subcommand;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::control::{BY, ControlError, OfBusiness, Told, choose};
use super::house::House;
use super::voice::{Voice, out};
use crate::access::Slug;
use crate::app::{App, now_us};
use crate::audit::RetentionError;
use crate::event::record::Decision;
use crate::event::{HoldOn, Policy, Then};
use crate::journal::{clients, session_by_pid};

/// How long what is kept.
#[derive(Debug, Subcommand)]
pub(super) enum RetentionCommand {
    /// The policy, what must not expire, what a run would do now, and the last runs.
    Show {
        /// Whose; may be left out where there is one business.
        #[arg(long)]
        business: Option<Slug>,
    },
    /// Decide the policy; what is not named stays as it is.
    Set {
        /// Days that conversations are kept after their last event, 30 to 90.
        #[arg(long)]
        detail_days: Option<u16>,
        /// Days that sums by day and anonymised rows are kept.
        #[arg(long)]
        aggregates_days: Option<u16>,
        /// What comes after the detail: expire, or anonymise.
        #[arg(long)]
        then: Option<Then>,
        /// Whose; may be left out where there is one business.
        #[arg(long)]
        business: Option<Slug>,
    },
    /// Keep a client's conversations, or one conversation, whatever the policy says.
    Hold(HoldArgs),
    /// Let it expire again.
    Lift {
        /// The client or conversation.
        pid: String,
        /// Whose; may be left out where there is one business.
        #[arg(long)]
        business: Option<Slug>,
    },
    /// Let everything go whose time is over, now.
    Run {
        /// Only say what would go.
        #[arg(long)]
        dry_run: bool,
        /// Whose; may be left out where there is one business.
        #[arg(long)]
        business: Option<Slug>,
    },
}

/// What is held.
#[derive(Debug, clap::Args)]
pub(super) struct HoldArgs {
    /// Public id of a client (`c_…`) or of a conversation.
    pid: String,
    /// The dispute or request, by its number; not who asked.
    #[arg(long)]
    reason: String,
    /// The day on which it ends by itself, as 2026-03-01.
    #[arg(long)]
    until: Option<jiff::civil::Date>,
    /// Whose; may be left out where there is one business.
    #[arg(long)]
    business: Option<Slug>,
}

#[derive(Serialize, Deserialize)]
struct Wish {
    business: Option<Slug>,
    detail_days: Option<u16>,
    aggregates_days: Option<u16>,
    then: Option<Then>,
}

#[derive(Serialize, Deserialize)]
struct Holding {
    business: Option<Slug>,
    pid: String,
    /// None to lift.
    reason: Option<String>,
    until_us: Option<i64>,
}

#[derive(Serialize, Deserialize)]
struct RunNow {
    business: Option<Slug>,
    dry_run: bool,
}

pub(super) async fn run(house: &House, command: RetentionCommand, voice: Voice) -> anyhow::Result<()> {
    match command {
        RetentionCommand::Show { business } => {
            let shown: Value = house.ask("retention/show", &OfBusiness { business }).await?;
            voice.say(&shown, show);
        }
        RetentionCommand::Set { detail_days, aggregates_days, then, business } => {
            if detail_days.is_none() && aggregates_days.is_none() && then.is_none() {
                bail!("say what is to change: --detail-days, --aggregates-days or --then");
            }
            let set: Value = house.ask("retention/set", &Wish { business, detail_days, aggregates_days, then }).await?;
            voice.pairs(&set);
        }
        RetentionCommand::Hold(HoldArgs { pid, reason, until, business }) => {
            let end = |day: jiff::civil::Date| day.to_zoned(jiff::tz::TimeZone::system()).map(|start| start.timestamp().as_microsecond());
            let until_us = until.map(end).transpose().context("--until")?;
            let held: Value = house.ask("retention/hold", &Holding { business, pid, reason: Some(reason), until_us }).await?;
            voice.say(&held, |held| out!("{} {} is held", word(&held["on"]), word(&held["pid"])));
        }
        RetentionCommand::Lift { pid, business } => {
            let lifted: Value = house.ask("retention/hold", &Holding { business, pid, reason: None, until_us: None }).await?;
            voice.say(&lifted, |lifted| out!("{} {} is not held any more", word(&lifted["on"]), word(&lifted["pid"])));
        }
        RetentionCommand::Run { dry_run, business } => {
            let report: Value = house.ask("retention/run", &RunNow { business, dry_run }).await?;
            voice.say(&report, |report| {
                let verb = if dry_run { "would go" } else { "gone" };
                out!(
                    "{} conversations, {} events {verb}; {} conversations are held",
                    report["conversations"],
                    report["events"],
                    report["held"]
                );
            });
        }
    }
    Ok(())
}

fn word(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn show(shown: &Value) {
    let (policy, next) = (&shown["policy"], &shown["next"]);
    out!("detail: {} days, then {}; sums by day: {} days", policy["detail_days"], word(&policy["then"]), policy["aggregates_days"]);
    let events = next["events"].as_u64().unwrap_or(0) + next["alone"].as_u64().unwrap_or(0);
    out!("a run now: {} conversations, {events} events would go; {} conversations are held", next["conversations"], next["held"]);
    for hold in shown["holds"].as_array().into_iter().flatten() {
        out!("held: {} {} ({})", word(&hold["on"]), word(&hold["pid"]), word(&hold["reason"]));
    }
    for ran in shown["runs"].as_array().into_iter().flatten() {
        let acts = ran["acts"].as_array().map_or(0, Vec::len);
        out!(
            "run {}: {} conversations, {} events, {acts} acts, by {}",
            word(&ran["run"]),
            ran["conversations"],
            ran["events"],
            word(&ran["by"])
        );
    }
}

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/retention/show", post(outlook))
        .route("/retention/set", post(set))
        .route("/retention/hold", post(hold))
        .route("/retention/run", post(run_now))
}

async fn outlook(State(app): State<Arc<App>>, Json(about): Json<OfBusiness>) -> Told<Value> {
    let business = choose(&app, about.business).await?;
    let outlook = app.retention.outlook(business.id).await?;
    Ok(Json(json!(outlook)))
}

async fn set(State(app): State<Arc<App>>, Json(wish): Json<Wish>) -> Told<Policy> {
    let business = choose(&app, wish.business).await?;
    let now = app.retention.outlook(business.id).await?.policy;
    let policy = Policy {
        detail_days: wish.detail_days.unwrap_or(now.detail_days),
        aggregates_days: wish.aggregates_days.unwrap_or(now.aggregates_days),
        then: wish.then.unwrap_or(now.then),
    };
    let policy = policy.checked().map_err(|e| ControlError::Failed(e.into()))?;
    app.decide.decide(business.id, BY, Decision::RetentionSet { policy }, now_us()).await?;
    Ok(Json(policy))
}

async fn hold(State(app): State<Arc<App>>, Json(wanted): Json<Holding>) -> Told<Value> {
    let business = choose(&app, wanted.business).await?;
    let (id, pid) = (business.id, wanted.pid.clone());
    let on = app.store.read(move |conn| {
        let client = clients::by_pid(conn, id, &pid)?.map(|_| HoldOn::Client);
        Ok::<_, ControlError>(client.or(session_by_pid(conn, id, &pid)?.map(|_| HoldOn::Session)))
    });
    let unknown = || ControlError::Unknown { what: "client or conversation", name: wanted.pid.clone(), business: business.slug.clone() };
    let on = on.await?.ok_or_else(unknown)?;
    let (pid, until_us) = (wanted.pid.clone(), wanted.until_us);
    let decision = match wanted.reason {
        Some(reason) => Decision::HoldPlaced { on, pid, reason, until_us },
        None => Decision::HoldLifted { on, pid },
    };
    app.decide.decide(business.id, BY, decision, now_us()).await?;
    Ok(Json(json!({ "on": on.as_str(), "pid": wanted.pid })))
}

async fn run_now(State(app): State<Arc<App>>, Json(wanted): Json<RunNow>) -> Told<Value> {
    let business = choose(&app, wanted.business).await?;
    let report = if wanted.dry_run { app.retention.dry_run(business.id).await? } else { app.retention.run(business.id, BY).await? };
    Ok(Json(json!(report)))
}

impl From<RetentionError> for ControlError {
    fn from(error: RetentionError) -> Self {
        match error {
            RetentionError::Store(e) => e.into(),
            RetentionError::Decide(e) => e.into(),
            RetentionError::UnderWay => Self::Failed(error.into()),
        }
    }
}
