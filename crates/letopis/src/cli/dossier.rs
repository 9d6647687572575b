//! `letopis dossier`: one conversation as a page with its proofs inside.

use std::path::PathBuf;
use std::sync::Arc;

use axum::extract::State;
use axum::routing::post;
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::control::{ControlError, Told, choose};
use super::house::House;
use super::proof::save;
use super::voice::{Voice, out};
use crate::access::Slug;
use crate::access::trail::{About, What, Who, audit};
use crate::app::{App, now_us};
use crate::console::dossier::{self, DossierError};
use crate::event::RecordNo;
use crate::journal::session_by_pid;

/// Which conversation, and where to.
#[derive(Debug, clap::Args)]
pub(super) struct DossierArgs {
    /// Its id, as the bot gave it or as the console shows it.
    session_id: String,
    /// The file (HTML); standard output where not given.
    #[arg(short, long)]
    output: Option<PathBuf>,
    /// Whose; may be left out where there is one business.
    #[arg(long)]
    business: Option<Slug>,
}

#[derive(Serialize, Deserialize)]
struct Wanted {
    business: Option<Slug>,
    session_id: String,
}

#[derive(Serialize, Deserialize)]
struct Made {
    events: usize,
    html: String,
}

pub(super) async fn run(house: &House, args: DossierArgs, voice: Voice) -> anyhow::Result<()> {
    let wanted = Wanted { business: args.business, session_id: args.session_id };
    let made: Made = house.ask_until_signed("dossier", &wanted).await?;
    save(args.output.as_deref(), made.html.as_bytes())?;
    if let Some(path) = &args.output {
        let told = json!({ "file": path, "events": made.events });
        voice.say(&told, |_| out!("{}: {} events, each with its proof", path.display(), made.events));
    }
    Ok(())
}

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new().route("/dossier", post(make))
}

async fn make(State(app): State<Arc<App>>, Json(wanted): Json<Wanted>) -> Told<Made> {
    let business = choose(&app, wanted.business).await?;
    let (Some(keys), Some(log)) = (app.vault.keys(business.id), app.logs.of(business.id)) else {
        return Err(anyhow::anyhow!("business {} has no keys", business.slug).into());
    };
    let id = business.id;
    let made = app.store.read(move |conn| {
        let first = session_by_pid(conn, business.id, &wanted.session_id)?.map(|session| RecordNo::from_i64(session.first_record).index());
        let made = dossier::make(conn, &keys, &log, &business, &wanted.session_id, now_us());
        made.map(|made| (made, first.unwrap_or_default())).map_err(|e| match e {
            DossierError::Evidence(e) => ControlError::Evidence(e),
            DossierError::Unknown => ControlError::Unknown { what: "conversation", name: wanted.session_id, business: business.slug },
            other => ControlError::Failed(other.into()),
        })
    });
    let (made, first) = made.await?;
    let target = format!("dossier of the conversation of record {first}");
    app.store.write(move |tx| audit(tx, About::Business(id), Who::Local, What::Exported, target, now_us())).await?;
    Ok(Json(Made { events: made.events, html: made.html }))
}
