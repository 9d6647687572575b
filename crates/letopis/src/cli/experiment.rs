//! `letopis experiment`: what is compared, since when, and how it stands.

use std::sync::Arc;

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
use crate::console::comparing::{self, Decided, Unfit};
use crate::event::experiment::{Experiment, Metric, Variant};
use crate::journal::experiments;
use crate::metrics::experiments as verdicts;
use crate::metrics::figures::Asker;

/// What is compared.
#[derive(Debug, Subcommand)]
pub(super) enum ExperimentCommand {
    /// Define one; nobody is shown anything before it is started.
    Add(AddArgs),
    /// Clients are shown its variants from now on.
    Start {
        /// Its name.
        name: String,
        /// Since when bots show them already: a date, or a moment.
        #[arg(long)]
        from: Option<String>,
        /// Whose; may be left out where there is one business.
        #[arg(long)]
        business: Option<Slug>,
    },
    /// Nobody is shown a variant any more; everybody gets the control, or what is kept.
    Stop {
        /// Its name.
        name: String,
        /// The variant that everybody is shown from now on.
        #[arg(long)]
        keep: Option<String>,
        /// Whose; may be left out where there is one business.
        #[arg(long)]
        business: Option<Slug>,
    },
    /// All of them.
    List {
        /// Whose; may be left out where there is one business.
        #[arg(long)]
        business: Option<Slug>,
    },
    /// One with what it says.
    Show {
        /// Its name.
        name: String,
        /// Whose; may be left out where there is one business.
        #[arg(long)]
        business: Option<Slug>,
    },
}

/// A definition.
#[derive(Debug, clap::Args)]
pub(super) struct AddArgs {
    /// As events and bots name it.
    name: String,
    /// What it is to find out, in a sentence.
    #[arg(long)]
    hypothesis: String,
    /// A variant, or one with a weight: B:2. The first is the control. Twice or more.
    #[arg(long = "variant", required = true)]
    variants: Vec<Variant>,
    /// booked, booked_by_bot, lead, paid, lost, handoff or refused.
    #[arg(long, default_value = "booked")]
    metric: Metric,
    /// The smallest difference worth knowing, in points of a hundred.
    #[arg(long, default_value_t = 3.0)]
    effect: f64,
    /// Whose; may be left out where there is one business.
    #[arg(long)]
    business: Option<Slug>,
}

#[derive(Serialize, Deserialize)]
struct Wish {
    business: Option<Slug>,
    name: String,
    /// `start`, `stop`, or nothing to see it.
    what: String,
    from: Option<String>,
    keep: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct Addition {
    business: Option<Slug>,
    what: Experiment,
}

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new().route("/experiment/add", post(add)).route("/experiment/one", post(one)).route("/experiment/list", post(list))
}

async fn add(State(app): State<Arc<App>>, Json(addition): Json<Addition>) -> Told<Value> {
    decide(&app, addition.business, Decided::Add(addition.what)).await
}

async fn one(State(app): State<Arc<App>>, Json(wish): Json<Wish>) -> Told<Value> {
    let Wish { business, name, what, from, keep } = wish;
    match what.as_str() {
        "start" => return decide(&app, business, Decided::Start { name, from }).await,
        "stop" => return decide(&app, business, Decided::Stop { name, keep }).await,
        _ => {}
    }
    let business = choose(&app, business).await?;
    let read = app.store.read(move |conn| {
        let asker = Asker::of(conn, business.id, &business.timezone, now_us())?;
        let found = experiments::one(conn, business.id, &name)?.ok_or_else(|| ControlError::Unknown {
            what: "experiment",
            name,
            business: business.slug,
        })?;
        let standing = verdicts::standing(conn, &asker, &found)?;
        Ok::<_, ControlError>(json!({ "name": found.what.name, "definition": found.what, "standing": standing }))
    });
    Ok(Json(read.await?))
}

async fn list(State(app): State<Arc<App>>, Json(of): Json<OfBusiness>) -> Told<Value> {
    let business = choose(&app, of.business).await?;
    let read = app.store.read(move |conn| {
        let asker = Asker::of(conn, business.id, &business.timezone, now_us())?;
        let mut items = Vec::new();
        for found in experiments::all(conn, business.id)? {
            let standing = verdicts::standing(conn, &asker, &found)?;
            items.push(json!({ "name": found.what.name, "state": found.state(), "verdict": standing.verdict }));
        }
        Ok::<_, ControlError>(json!({ "items": items }))
    });
    Ok(Json(read.await?))
}

async fn decide(app: &App, business: Option<Slug>, wanted: Decided) -> Told<Value> {
    let business = choose(app, business).await?;
    let made = comparing::decide(&app.store, &app.decide, (business.id, BY), wanted, now_us()).await;
    let one = made.map_err(|unfit| match unfit {
        Unfit::Store(e) => ControlError::Store(e),
        Unfit::Decide(e) => ControlError::Decide(e),
        other => ControlError::Failed(other.into()),
    })?;
    Ok(Json(json!({ "name": one.what.name, "state": one.state(), "keep": one.keep })))
}

pub(super) async fn run(house: &House, command: ExperimentCommand, voice: Voice) -> anyhow::Result<()> {
    let wish = |business, name, what: &str| Wish { business, name, what: what.to_owned(), from: None, keep: None };
    let told: Value = match command {
        ExperimentCommand::Add(args) => {
            let AddArgs { name, hypothesis, variants, metric, effect, business } = args;
            let what = Experiment { name, hypothesis, variants, metric, aim: metric.aim(), effect: effect / 100.0 };
            house.ask("experiment/add", &Addition { business, what }).await?
        }
        ExperimentCommand::Start { name, from, business } => {
            house.ask("experiment/one", &Wish { from, ..wish(business, name, "start") }).await?
        }
        ExperimentCommand::Stop { name, keep, business } => {
            house.ask("experiment/one", &Wish { keep, ..wish(business, name, "stop") }).await?
        }
        ExperimentCommand::List { business } => {
            let told: Value = house.ask("experiment/list", &OfBusiness { business }).await?;
            voice.say(&told, show_list);
            return Ok(());
        }
        ExperimentCommand::Show { name, business } => {
            let told: Value = house.ask("experiment/one", &wish(business, name, "show")).await?;
            voice.say(&told, show);
            return Ok(());
        }
    };
    voice.say(&told, |told| out!("{}: {}", word(&told["name"]), word(&told["state"])));
    Ok(())
}

/// Defines and starts one that is not there yet.
pub(super) async fn begin(house: &House, business: Slug, what: Experiment, from: String) -> anyhow::Result<()> {
    let known: Value = house.ask("experiment/list", &OfBusiness { business: Some(business.clone()) }).await?;
    if known["items"].as_array().into_iter().flatten().any(|one| one["name"] == what.name) {
        return Ok(());
    }
    let name = what.name.clone();
    let _: Value = house.ask("experiment/add", &Addition { business: Some(business.clone()), what }).await?;
    let start = Wish { business: Some(business), name, what: "start".into(), from: Some(from), keep: None };
    let _: Value = house.ask("experiment/one", &start).await?;
    Ok(())
}

fn word(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn show_list(told: &Value) {
    for one in told["items"].as_array().into_iter().flatten() {
        out!("{} {}: {}", word(&one["name"]), word(&one["state"]), word(&one["verdict"]["kind"]));
    }
}

fn show(told: &Value) {
    let standing = &told["standing"];
    out!("{}: {}, {} days", word(&told["name"]), word(&standing["state"]), standing["days"]);
    for arm in standing["arms"].as_array().into_iter().flatten() {
        let rate = &arm["rate"];
        out!("  {}: {} of {} clients, {} still open", word(&arm["variant"]), rate["part"], rate["n"], arm["open"]);
    }
    if standing["is_mismatch"] == true {
        out!("clients are not divided as they were meant to be (p {}): what follows means nothing", standing["split"]["p"]);
    }
    for one in standing["comparisons"].as_array().into_iter().flatten() {
        let points = |value: &Value| value.as_f64().map_or_else(|| "?".to_owned(), |share| format!("{:.1}", share * 100.0));
        let (difference, interval) = (&one["look"]["difference"]["value"], &one["look"]["difference"]["interval"]);
        let bounds = format!("{} points ({} to {})", points(difference), points(&interval["low"]), points(&interval["high"]));
        out!("  {} against the control: {bounds}, p {}, needed in each {}", word(&one["variant"]), one["p"], one["needed"]);
    }
    out!("verdict: {}", word(&standing["verdict"]["kind"]));
}
