//! `letopis rebuild`: the rows that screens show, computed again from the sealed records; also on a running server.

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
use crate::app::App;

/// What to rebuild.
#[derive(Debug, clap::Args, Serialize, Deserialize)]
pub(super) struct RebuildArgs {
    /// Only compare, and change nothing.
    #[arg(long)]
    check: bool,
}

pub(super) async fn run(house: &House, args: RebuildArgs, voice: Voice) -> anyhow::Result<()> {
    let done = work::run(house, "rebuild", &args, "records", voice).await?;
    voice.say(&done, |done| {
        out!("{} records replayed, {} gone, {} rows differ", done["records"], done["absent"], done["differences"]);
        for row in done["listed"].as_array().into_iter().flatten() {
            out!("{} {}: {}", said(&row["table"]), said(&row["row"]), said(&row["what"]));
        }
        for table in done["replaced"].as_array().into_iter().flatten() {
            out!("{}: {} rows removed, {} added", said(&table["table"]), table["removed"], table["added"]);
        }
    });
    let differences = done["differences"].as_u64().unwrap_or_default();
    if args.check && differences > 0 {
        bail!("{differences} rows are not what the records give; `letopis rebuild` replaces them")
    } else {
        Ok(())
    }
}

fn said(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new().route("/rebuild/start", post(start))
}

async fn start(State(app): State<Arc<App>>, Json(args): Json<RebuildArgs>) -> Told<Value> {
    let rebuild = app.rebuild();
    app.jobs.start("rebuild", move |steps| {
        let done = if args.check { rebuild.check(steps)? } else { rebuild.run(steps)? };
        Ok(serde_json::to_value(done)?)
    })?;
    Ok(Json(json!({ "started": true })))
}
