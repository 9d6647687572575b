//! `letopis erase`: everything of one client is destroyed, with an act. It counts first and asks.

use std::io::{IsTerminal, Write};
use std::sync::Arc;
use std::time::Duration;

use anyhow::bail;
use axum::extract::State;
use axum::routing::post;
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::control::{BY, ControlError, Result, Told, choose};
use super::house::House;
use super::voice::{Voice, out};
use crate::access::trail::{About, What, Who, audit};
use crate::access::{Business, Slug};
use crate::app::{App, now_us};
use crate::event::record::{Basis, Decision};
use crate::journal::erasing::{self, Wanted};
use crate::journal::{acts, extent};
use crate::privacy::BusinessKeys;

/// How long to wait for readers that hold old pages.
const PATIENCE: Duration = Duration::from_secs(10);

/// Whose data, and why.
#[derive(Debug, clap::Args)]
pub(super) struct EraseArgs {
    /// The client: their id (c_…), phone or e-mail.
    #[arg(long)]
    client: String,
    /// The ground: withdrawal (of consent), request, unlawful, purpose (reached).
    #[arg(long)]
    basis: Basis,
    /// Number and date of the request it answers, as the business files it. Not who asked.
    #[arg(long)]
    request: String,
    /// Only count what would go.
    #[arg(long)]
    dry_run: bool,
    /// Do not ask.
    #[arg(long)]
    yes: bool,
    /// Whose; may be left out where there is one business.
    #[arg(long)]
    business: Option<Slug>,
}

#[derive(Serialize, Deserialize)]
struct Question {
    business: Option<Slug>,
    client: String,
    basis: Basis,
    request: String,
}

pub(super) async fn run(house: &House, args: EraseArgs, voice: Voice) -> anyhow::Result<()> {
    let question = Question { business: args.business, client: args.client, basis: args.basis, request: args.request };
    let preview: Value = house.ask("erase/preview", &question).await?;
    if args.dry_run {
        voice.pairs(&preview);
        return Ok(());
    }
    if !args.yes {
        if voice.json || !std::io::stdin().is_terminal() {
            bail!("erasing cannot be undone: look with --dry-run first, then say --yes");
        }
        voice.pairs(&preview);
        confirm(preview["client"].as_str().unwrap_or_default())?;
    }
    let done: Value = house.ask("erase", &question).await?;
    voice.say(&done, |done| {
        out!("erased: {} records by act {}", done["records"], done["act"]);
        if done["clean"] != json!(true) {
            out!("old pages are still held by a reader of the database; they go as soon as it is done");
        }
    });
    Ok(())
}

fn confirm(client: &str) -> anyhow::Result<()> {
    let mut errors = std::io::stderr();
    write!(errors, "this cannot be undone; type {client} to erase: ")?;
    errors.flush()?;
    let mut typed = String::new();
    std::io::stdin().read_line(&mut typed)?;
    if typed.trim() != client {
        bail!("not confirmed: nothing was erased");
    }
    Ok(())
}

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new().route("/erase/preview", post(preview)).route("/erase", post(erase))
}

async fn preview(State(app): State<Arc<App>>, Json(question): Json<Question>) -> Told<Value> {
    let (business, keys) = of(&app, question.business.clone()).await?;
    let told = app.store.read(move |conn| {
        let pid = found(conn, &keys, &business, &question)?;
        let extent = extent::of_client(conn, &keys, &pid)?.unwrap_or_default();
        Ok::<_, ControlError>(json!({
            "client": extent.clients.first(), "clients": extent.clients, "phones_ending": extent.tails(), "identities": extent.kinds(),
            "records": extent.records.len(), "conversations": extent.sessions, "shared_conversations": extent.shared,
            "quarantined": extent.quarantined.len(), "alike": extent.alike,
            "first_received_us": extent.first_us, "last_received_us": extent.last_us,
        }))
    });
    Ok(Json(told.await?))
}

async fn erase(State(app): State<Arc<App>>, Json(question): Json<Question>) -> Told<Value> {
    let (business, keys) = of(&app, question.business.clone()).await?;
    let id = business.id;
    let (basis, request) = (question.basis, question.request.clone());
    let client = app.store.read(move |conn| found(conn, &keys, &business, &question)).await?;
    let decision = Decision::ClientErased { client: client.clone(), basis, request };
    app.decide.decide(id, BY, decision, now_us()).await?;
    let target = format!("erased {client}");
    app.store.write(move |tx| audit(tx, About::Business(id), Who::Local, What::Changed, target, now_us())).await?;
    let act = app.store.read(move |conn| {
        let act = acts::erasing(conn, id, &client)?.map(|record| acts::by_record(conn, record)).transpose()?.flatten();
        act.ok_or_else(|| ControlError::Failed(anyhow::anyhow!("the decision is sealed, but the client was not there any more")))
    });
    let act = act.await?;
    let clean = app.cleaning.done(PATIENCE).await;
    // The house does it too, sooner or later; here whoever asked for the erasure hears whether it worked.
    let keeper = Arc::clone(&app);
    tokio::task::spawn_blocking(move || keeper.rewrite_backup_keys())
        .await
        .map_err(|e| ControlError::Failed(e.into()))?
        .map_err(|e| ControlError::Failed(e.context("erased, but the key file of the backup still opens what was destroyed")))?;
    let told: Value = act.particulars.as_deref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    Ok(Json(json!({ "act": act.record.index(), "records": act.list.len(), "clean": clean, "particulars": told })))
}

async fn of(app: &App, business: Option<Slug>) -> Result<(Business, Arc<BusinessKeys>)> {
    let business = choose(app, business).await?;
    let keys = app.vault.keys(business.id).ok_or_else(|| anyhow::anyhow!("business {} has no keys", business.slug))?;
    Ok((business, keys))
}

/// Who is meant; the request is looked at too, because it is sealed for ever.
fn found(conn: &rusqlite::Connection, keys: &BusinessKeys, business: &Business, question: &Question) -> Result<String> {
    let said = || ControlError::Unknown { what: "client", name: question.client.clone(), business: business.slug.clone() };
    erasing::check_request(&question.request).map_err(|wrong| ControlError::Failed(anyhow::anyhow!(wrong)))?;
    erasing::find(conn, keys, &Wanted::read(&question.client))?.ok_or_else(said)
}
