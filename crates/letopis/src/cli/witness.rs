//! `letopis witness`: who cosigns our log, and cosigning the logs of others.
//!
//! `list`, `join`, `leave` and `quorum` are about a business here. `serve`, `key` and `add-log` are the witness that others ask; it has a
//! folder of its own and no journal.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use axum::extract::State;
use axum::routing::post;
use axum::{Json, Router};
use clap::Subcommand;
use ledger::VerifyingKey;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::control::{BY, ControlError, OfBusiness, Result, Told, choose};
use super::house::{Absent, House, visit};
use super::serve::told_to_stop;
use super::voice::{Voice, out};
use crate::access::trail::{About, What, Who};
use crate::access::{Slug, trail};
use crate::app::{App, now_us, serve_http};
use crate::event::BusinessId;
use crate::event::record::Decision;
use crate::journal::witnesses::{self, NotAWitness, Witnesses, witness_key};
use crate::upstream::Address;
use crate::witness::{Witness, WitnessFolder};

/// Where the witness that others ask is, if nothing else is said.
const FOLDER: &str = "letopis-witness";
const CONNECTIONS: usize = 256;
const DRAIN: Duration = Duration::from_secs(5);

/// Witnesses.
#[derive(Debug, Subcommand)]
pub(super) enum WitnessCommand {
    /// Who cosigns the checkpoints of a business, and how they fare.
    List {
        /// Whose; may be left out where there is one business.
        #[arg(long)]
        business: Option<Slug>,
    },
    /// Ask this witness to cosign from now on. Give its owner the log's key first (`letopis business show`).
    Join(Join),
    /// Ask it no more.
    Leave(Leave),
    /// How many witnesses must agree on a checkpoint.
    Quorum(Quorum),
    /// Be a witness for others: cosign the logs that were added, one history of each.
    Serve {
        /// Where to listen; put a TLS proxy before it.
        #[arg(long, default_value = "127.0.0.1:8090")]
        listen: SocketAddr,
    },
    /// The key line of this witness, to be given to those it cosigns for; drawn at the first call.
    Key {
        /// What the new key is called, for instance witness.example.ru; part of it for ever.
        #[arg(long)]
        name: Option<String>,
    },
    /// Cosign this log from now on; works while the witness serves.
    AddLog {
        /// The log's key line, as its owner gave it.
        vkey: VerifyingKey,
        /// What its checkpoints say in their first line, where that is not the key's name.
        #[arg(long)]
        origin: Option<String>,
    },
    /// The logs that are cosigned here, and what was seen of each.
    Logs,
}

#[derive(Debug, clap::Args, Serialize, Deserialize)]
pub(super) struct Join {
    /// Its key line, as its owner gave it.
    vkey: String,
    /// Where it is asked.
    #[arg(long)]
    url: Address,
    /// Whose; may be left out where there is one business.
    #[arg(long)]
    business: Option<Slug>,
}

#[derive(Debug, clap::Args, Serialize, Deserialize)]
pub(super) struct Leave {
    /// Its name, from `witness list`.
    name: String,
    /// Whose; may be left out where there is one business.
    #[arg(long)]
    business: Option<Slug>,
}

#[derive(Debug, clap::Args, Serialize, Deserialize)]
pub(super) struct Quorum {
    /// So many.
    quorum: u32,
    /// Whose; may be left out where there is one business.
    #[arg(long)]
    business: Option<Slug>,
}

/// `named` is the folder that was given on the command line; `data` the one that commands about a business look at.
pub(super) fn run(named: Option<PathBuf>, data: &Path, command: WitnessCommand, voice: Voice) -> anyhow::Result<()> {
    let folder = named.unwrap_or_else(|| PathBuf::from(FOLDER));
    match command {
        WitnessCommand::Serve { listen } => serve(&folder, listen),
        WitnessCommand::Key { name } => {
            let cosigner = WitnessFolder::open(&folder)?.cosigner(name.as_deref(), &mut rand::rng())?;
            let vkey = cosigner.verifying_key().to_string();
            voice.say(&json!({ "name": cosigner.verifying_key().name(), "vkey": vkey }), |_| out!("{vkey}"));
            Ok(())
        }
        WitnessCommand::AddLog { vkey, origin } => {
            let added = WitnessFolder::open(&folder)?.add_log(&vkey, origin.as_deref())?;
            let origin = origin.unwrap_or_else(|| vkey.name().to_owned());
            let says = if added { "is cosigned from now on" } else { "was there already" };
            voice.say(&json!({ "origin": origin, "added": added }), |_| out!("{origin} {says}"));
            Ok(())
        }
        WitnessCommand::Logs => logs(&folder, voice),
        about => visit(data, Absent::Refuse, async |house| ask(house, about, voice).await),
    }
}

async fn ask(house: &House, command: WitnessCommand, voice: Voice) -> anyhow::Result<()> {
    match command {
        WitnessCommand::List { business } => {
            let known: Value = house.ask("witness/list", &OfBusiness { business }).await?;
            if voice.json {
                voice.say(&known, |_| {});
            } else {
                voice.table(&known["all"], &["name", "url", "size", "cosigned_us", "alarm_us", "problem"]);
                voice.note(format_args!("quorum: {} of {}", known["quorum"], known["all"].as_array().map_or(0, Vec::len)));
            }
        }
        WitnessCommand::Join(join) => {
            let done: Value = house.ask("witness/join", &join).await?;
            voice.say(&done, |done| out!("{} is asked from now on", done["name"].as_str().unwrap_or_default()));
            voice
                .note(format_args!("its owner must know this log: letopis witness add-log '{}'", done["log"].as_str().unwrap_or_default()));
        }
        WitnessCommand::Leave(leave) => {
            let done: Value = house.ask("witness/leave", &leave).await?;
            voice.say(&done, |_| out!("{} is asked no more", leave.name));
        }
        WitnessCommand::Quorum(quorum) => {
            let done: Value = house.ask("witness/quorum", &quorum).await?;
            voice.say(&done, |_| out!("{} must agree", quorum.quorum));
        }
        _ => {}
    }
    Ok(())
}

fn serve(folder: &Path, listen: SocketAddr) -> anyhow::Result<()> {
    let witness = Arc::new(Witness::open(folder, || (now_us() / 1_000_000) as u64)?);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind(listen).await.with_context(|| format!("listening on {listen}"))?;
        out!("witness: http://{}", listener.local_addr()?);
        out!("key:     {}", witness.verifying_key());
        serve_http(listener, crate::witness::routes(witness), CONNECTIONS, told_to_stop(), DRAIN).await;
        Ok(())
    })
}

fn logs(folder: &Path, voice: Voice) -> anyhow::Result<()> {
    let mut told = Vec::new();
    for log in WitnessFolder::open(folder)?.logs()? {
        let (seen, problem) = match log.seen() {
            Ok(seen) => (seen, None),
            Err(e) => (None, Some(e.to_string())),
        };
        told.push(json!({ "origin": log.origin, "size": seen.map(|seen| seen.size), "forks": log.forks(), "problem": problem }));
    }
    voice.table(&Value::from(told), &["origin", "size", "forks", "problem"]);
    Ok(())
}

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/witness/list", post(list))
        .route("/witness/join", post(join))
        .route("/witness/leave", post(leave))
        .route("/witness/quorum", post(quorum))
}

async fn known(app: &App, business: BusinessId) -> Result<Witnesses> {
    app.store.read(move |conn| Ok::<_, ControlError>(witnesses::of(conn, business)?)).await
}

/// Seals the decision and notes it in the trail.
async fn decide(app: &App, business: BusinessId, decision: Decision, target: String) -> Result<()> {
    app.decide.decide(business, BY, decision, now_us()).await?;
    app.store.write(move |tx| Ok(trail::audit(tx, About::Business(business), Who::Local, What::Changed, target, now_us())?)).await
}

async fn list(State(app): State<Arc<App>>, Json(about): Json<OfBusiness>) -> Told<Witnesses> {
    let business = choose(&app, about.business).await?;
    Ok(Json(known(&app, business.id).await?))
}

async fn join(State(app): State<Arc<App>>, Json(join): Json<Join>) -> Told<Value> {
    let business = choose(&app, join.business).await?;
    let key = witness_key(&join.vkey)?;
    witnesses::may_join(&known(&app, business.id).await?, &key)?;
    let (name, vkey) = (key.name().to_owned(), key.to_string());
    let decision = Decision::WitnessJoined { name: name.clone(), vkey, url: join.url.to_string() };
    decide(&app, business.id, decision, name.clone()).await?;
    let log = app.logs.of(business.id).map(|log| log.verifying_key().to_string());
    Ok(Json(json!({ "name": name, "log": log })))
}

async fn leave(State(app): State<Arc<App>>, Json(leave): Json<Leave>) -> Told<Value> {
    let business = choose(&app, leave.business).await?;
    let known = known(&app, business.id).await?;
    if !known.all.iter().any(|witness| witness.name == leave.name) {
        return Err(NotAWitness::Unknown(leave.name).into());
    }
    decide(&app, business.id, Decision::WitnessLeft { name: leave.name.clone() }, leave.name.clone()).await?;
    Ok(Json(json!({ "name": leave.name, "left": true })))
}

async fn quorum(State(app): State<Arc<App>>, Json(wish): Json<Quorum>) -> Told<Value> {
    let business = choose(&app, wish.business).await?;
    let known = known(&app, business.id).await?;
    let quorum = wish.quorum as usize;
    if quorum == 0 || quorum > known.all.len() {
        return Err(NotAWitness::Quorum { quorum, witnesses: known.all.len() }.into());
    }
    decide(&app, business.id, Decision::WitnessQuorumSet { quorum: wish.quorum }, format!("quorum {quorum}")).await?;
    Ok(Json(json!({ "quorum": quorum })))
}
