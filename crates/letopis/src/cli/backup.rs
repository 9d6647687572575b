//! `letopis backup`: a sealed copy of the journal in another folder; also on a running server.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::bail;
use axum::extract::State;
use axum::routing::post;
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::control::Told;
use super::house::House;
use super::voice::{Voice, out};
use super::work;
use crate::app::{App, now_us};
use crate::backup;
use crate::recorder::Steps;

/// Where to.
#[derive(Debug, clap::Args)]
pub(super) struct BackupArgs {
    /// The folder of the backup: made, or brought up to date.
    #[arg(long)]
    to: PathBuf,
    /// Only read every file there against its manifest; needs no key and no data folder.
    #[arg(long)]
    pub(super) check: bool,
}

#[derive(Debug, Serialize, Deserialize)]
struct Order {
    to: PathBuf,
}

pub(super) async fn run(house: &House, args: BackupArgs, voice: Voice) -> anyhow::Result<()> {
    // The server has a working folder of its own.
    let order = Order { to: std::path::absolute(args.to)? };
    let done = work::run(house, "backup", &order, "records", voice).await?;
    voice.say(&done, |done| {
        out!("{} records in {} files, {} bytes", done["records"], done["files"], done["bytes"]);
        out!("run {}: {} files written and read back, {} removed", done["number"], done["written"], done["removed"]);
    });
    voice.note(format_args!("without the master key it opens for nobody, you included: `letopis key escrow` keeps that one"));
    Ok(())
}

/// Whether a backup is whole.
pub(super) fn check(args: &BackupArgs, voice: Voice) -> anyhow::Result<()> {
    let wrong = backup::check(&args.to, &Steps::default())?;
    if !voice.json {
        wrong.iter().for_each(|(file, why)| out!("{file}: {why}"));
    }
    let listed: Vec<Value> = wrong.iter().map(|(file, why)| json!({ "file": file, "message": why })).collect();
    voice.say(&json!({ "ok": wrong.is_empty(), "wrong": listed }), |_| {
        out!("{}", if wrong.is_empty() { "the backup is whole" } else { "ALTERED" })
    });
    if wrong.is_empty() { Ok(()) } else { bail!("{} files are not what was written", wrong.len()) }
}

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new().route("/backup/start", post(start))
}

async fn start(State(app): State<Arc<App>>, Json(order): Json<Order>) -> Told<Value> {
    let backup = app.backup();
    app.jobs.start("backup", move |steps| Ok(serde_json::to_value(backup.run(&order.to, now_us(), steps)?)?))?;
    Ok(Json(json!({ "started": true })))
}
