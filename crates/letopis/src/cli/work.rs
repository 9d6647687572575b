//! Long work of the process that has the folder, from the command's side: start it, look how far it is, say what came of it.

use std::io::IsTerminal;
use std::sync::Arc;
use std::time::Duration;

use anyhow::bail;
use axum::extract::State;
use axum::routing::post;
use axum::{Json, Router};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;
use serde_json::{Value, json};

use super::control::Told;
use super::house::House;
use super::voice::Voice;
use crate::app::{App, Standing};

const LOOK_EVERY: Duration = Duration::from_millis(100);

/// Starts the work and waits for its result.
pub(super) async fn run(house: &House, kind: &str, order: &impl Serialize, unit: &str, voice: Voice) -> anyhow::Result<Value> {
    let _: Value = house.ask(&format!("{kind}/start"), order).await?;
    let bar = progress_bar(voice, unit);
    loop {
        tokio::time::sleep(LOOK_EVERY).await;
        let standing: Standing = house.ask("work/standing", &json!(kind)).await?;
        bar.set_length(standing.all);
        bar.set_position(standing.done);
        if let Some(result) = standing.result {
            bar.finish_and_clear();
            return Ok(result);
        }
        if let Some(error) = standing.error {
            bar.finish_and_clear();
            bail!("{error}");
        }
    }
}

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new().route("/work/standing", post(standing))
}

async fn standing(State(app): State<Arc<App>>, Json(kind): Json<String>) -> Told<Standing> {
    let standing = app.jobs.standing(&kind).ok_or_else(|| anyhow::anyhow!("no {kind} was started; the server was restarted meanwhile"))?;
    Ok(Json(standing))
}

/// Hidden where nobody looks.
pub(super) fn progress_bar(voice: Voice, unit: &str) -> ProgressBar {
    if voice.json || !std::io::stderr().is_terminal() {
        return ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
    }
    let style = ProgressStyle::with_template(&format!("{{bar:30}} {{pos}} of {{len}} {unit}  {{eta}} left"));
    ProgressBar::new(0).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
