//! `letopis scenario`: what bots are told, by name and version: put, compared, made active, taken back.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context;
use axum::extract::State;
use axum::routing::post;
use axum::{Json, Router};
use clap::Subcommand;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::control::{BY, ControlError, OfBusiness, Told, choose};
use super::house::House;
use super::voice::{Voice, out};
use crate::access::{Business, Slug};
use crate::app::{App, now_us};
use crate::console::compare::{self, Side};
use crate::console::registry::{Registry, RegistryError, Wish};
use crate::journal::scenarios;
use crate::metrics::registry;

/// Scenarios and prompts.
#[derive(Debug, Subcommand)]
pub(super) enum ScenarioCommand {
    /// All of them, with the version that answers and how it does.
    List {
        /// Whose; may be left out where there is one business.
        #[arg(long)]
        business: Option<Slug>,
    },
    /// The text of one version; of the one that answers where none is named.
    Show(Named),
    /// Put a version: a file with its text.
    Put(PutArgs),
    /// Make a version the one that answers; an earlier one comes back so.
    Activate(Named),
    /// Two versions, line against line.
    Diff {
        /// Of which scenario.
        name: String,
        /// The earlier version.
        from: String,
        /// The later one.
        to: String,
        /// Whose; may be left out where there is one business.
        #[arg(long)]
        business: Option<Slug>,
    },
}

/// One version.
#[derive(Debug, clap::Args, Serialize, Deserialize)]
pub(super) struct Named {
    /// Of which scenario.
    name: String,
    /// Which.
    version: Option<String>,
    /// Whose; may be left out where there is one business.
    #[arg(long)]
    business: Option<Slug>,
}

/// A version.
#[derive(Debug, clap::Args)]
pub(super) struct PutArgs {
    /// Of which scenario.
    name: String,
    /// A file with what the bot is told; `-` reads what comes in.
    file: PathBuf,
    /// Its version; the next number where none is named.
    #[arg(long = "as", value_name = "VERSION")]
    version: Option<String>,
    /// What is new in it.
    #[arg(long, default_value = "")]
    comment: String,
    /// It is to answer at once.
    #[arg(long)]
    activate: bool,
    /// Whose; may be left out where there is one business.
    #[arg(long)]
    business: Option<Slug>,
}

#[derive(Serialize, Deserialize)]
struct Upload {
    business: Option<Slug>,
    name: String,
    version: Option<String>,
    text: String,
    comment: String,
    activate: bool,
}

pub(super) async fn run(house: &House, command: ScenarioCommand, voice: Voice) -> anyhow::Result<()> {
    match command {
        ScenarioCommand::List { business } => {
            let told: Value = house.ask("scenario/list", &OfBusiness { business }).await?;
            voice.say(&told, show);
        }
        ScenarioCommand::Show(named) => {
            let told: Value = house.ask("scenario/show", &named).await?;
            voice.say(&told, |told| out!("{}", told["text"].as_str().unwrap_or_default().trim_end()));
        }
        ScenarioCommand::Put(args) => {
            let text = if args.file.as_os_str() == "-" {
                std::io::read_to_string(std::io::stdin())?
            } else {
                std::fs::read_to_string(&args.file).with_context(|| args.file.display().to_string())?
            };
            let PutArgs { name, version, comment, activate, business, .. } = args;
            let told: Value = house.ask("scenario/put", &Upload { business, name, version, text, comment, activate }).await?;
            voice.pairs(&told);
        }
        ScenarioCommand::Activate(named) => {
            let told: Value = house.ask("scenario/activate", &named).await?;
            voice.pairs(&told);
        }
        ScenarioCommand::Diff { name, from, to, business } => {
            let text = async |version: &str| {
                let named = Named { name: name.clone(), version: Some(version.to_owned()), business: business.clone() };
                let told: Value = house.ask("scenario/show", &named).await?;
                anyhow::Ok(told["text"].as_str().unwrap_or_default().to_owned())
            };
            let (one, other) = (text(&from).await?, text(&to).await?);
            let lines = compare::lines(&one, &other);
            let told: Vec<Value> = lines.iter().map(|line| json!({ "sign": sign(line.side), "text": line.text })).collect();
            voice.say(&json!({ "from": from, "to": to, "lines": told }), |_| {
                lines.iter().for_each(|line| out!("{} {}", sign(line.side), line.text));
            });
        }
    }
    Ok(())
}

fn sign(side: Side) -> &'static str {
    match side {
        Side::Both => " ",
        Side::Gone => "-",
        Side::New => "+",
    }
}

fn show(told: &Value) {
    let items = told["items"].as_array().map(Vec::as_slice).unwrap_or_default();
    for item in items {
        let active = item["active"].as_str().map_or("nothing is active".to_owned(), |version| format!("{version} is active"));
        out!("{}: {active}", item["name"].as_str().unwrap_or_default());
        for version in item["versions"].as_array().into_iter().flatten() {
            let name = version["version"].as_str().filter(|name| !name.is_empty()).unwrap_or("(no version)");
            let put = if version["put"] == true { "" } else { ", only seen in traffic" };
            out!("  {name}: {} of {} conversations booked{put}", version["booked"]["part"], version["booked"]["n"]);
        }
    }
    if items.is_empty() {
        out!("no scenario is named here or in traffic");
    }
}

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/scenario/list", post(list))
        .route("/scenario/show", post(text))
        .route("/scenario/put", post(put))
        .route("/scenario/activate", post(activate))
}

async fn list(State(app): State<Arc<App>>, Json(about): Json<OfBusiness>) -> Told<Value> {
    let id = choose(&app, about.business).await?.id;
    let all = app.store.read(move |conn| Ok::<_, ControlError>(registry::registry(conn, id)?)).await?;
    let items = all.entries.into_iter().map(|entry| {
        let versions = entry.lines.iter().map(|line| {
            json!({ "version": line.version, "put": line.put.is_some(), "booked": line.seen.map(|seen| seen.booked).unwrap_or_default() })
        });
        let versions: Vec<Value> = versions.collect();
        json!({ "name": entry.name, "active": entry.active.map(|active| active.version), "versions": versions })
    });
    Ok(Json(json!({ "items": items.collect::<Vec<_>>() })))
}

async fn text(State(app): State<Arc<App>>, Json(named): Json<Named>) -> Told<Value> {
    let business = choose(&app, named.business).await?;
    let (id, slug, name) = (business.id, business.slug.clone(), named.name.clone());
    let read = app.store.read(move |conn| {
        let version = match named.version {
            Some(version) => Some(version),
            None => scenarios::active(conn, id, &named.name)?.map(|active| active.version),
        };
        let Some(version) = version else { return Ok(None) };
        let Some(known) = scenarios::version(conn, id, &named.name, &version)? else { return Ok(None) };
        let text = scenarios::text(conn, &known)?;
        Ok::<_, ControlError>(Some(json!({ "name": known.name, "version": known.version, "digest": known.digest, "text": text })))
    });
    Ok(Json(read.await?.ok_or(ControlError::Unknown { what: "version of scenario", name, business: slug })?))
}

async fn put(State(app): State<Arc<App>>, Json(upload): Json<Upload>) -> Told<Value> {
    let business = choose(&app, upload.business).await?;
    let Upload { name, version, text, comment, activate, .. } = upload;
    let done = hand(&app, &business).put(Wish { name, version, text, comment, activate }).await?;
    Ok(Json(json!(done)))
}

async fn activate(State(app): State<Arc<App>>, Json(named): Json<Named>) -> Told<Value> {
    let business = choose(&app, named.business).await?;
    let version = named.version.ok_or_else(|| anyhow::anyhow!("say which version: letopis scenario activate NAME VERSION"))?;
    let active = hand(&app, &business).activate(&named.name, &version).await?;
    Ok(Json(json!({ "name": named.name, "version": version, "active": active })))
}

fn hand<'a>(app: &'a App, business: &Business) -> Registry<'a> {
    Registry { store: &app.store, decide: &app.decide, business: business.id, by: BY, now_us: now_us() }
}

impl From<RegistryError> for ControlError {
    fn from(error: RegistryError) -> Self {
        match error {
            RegistryError::Store(e) => e.into(),
            RegistryError::Decide(e) => e.into(),
            other => Self::Failed(other.into()),
        }
    }
}
