//! `letopis proof`: one event and everything that proves it, in a file.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use axum::extract::State;
use axum::routing::post;
use axum::{Json, Router};
use clap::ValueEnum;
use ledger::ProofBundle;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::control::{ControlError, Told, choose};
use super::house::House;
use super::voice::{Voice, out};
use crate::access::Slug;
use crate::app::App;
use crate::event::RecordNo;
use crate::journal::{evidence, reading};

/// Which event, and where to.
#[derive(Debug, clap::Args)]
pub(super) struct ProofArgs {
    /// Its id.
    event_id: String,
    /// The file; standard output where not given.
    #[arg(short, long)]
    output: Option<PathBuf>,
    /// Whose; may be left out where there is one business.
    #[arg(long)]
    business: Option<Slug>,
    /// Which record, where the id came with different contents.
    #[arg(long)]
    record: Option<u64>,
    /// bundle: everything, as JSON; tlog-proof: the C2SP text alone.
    #[arg(long, value_enum, default_value = "bundle")]
    format: ProofFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ProofFormat {
    Bundle,
    TlogProof,
}

#[derive(Serialize, Deserialize)]
struct Wanted {
    business: Option<Slug>,
    event_id: String,
    record: Option<u64>,
}

#[derive(Serialize, Deserialize)]
struct Proven {
    /// All records of that id.
    records: Vec<u64>,
    vkey: String,
    bundle: ProofBundle,
}

pub(super) async fn run(house: &House, args: ProofArgs, voice: Voice) -> anyhow::Result<()> {
    let wanted = Wanted { business: args.business, event_id: args.event_id, record: args.record };
    let Proven { records, vkey, bundle } = house.ask_until_signed("proof", &wanted).await?;
    if records.len() > 1 && args.record.is_none() {
        voice
            .note(format_args!("the id came with different contents: records {records:?}; this is {}, choose with --record", bundle.index));
    }
    let text = match args.format {
        ProofFormat::Bundle => serde_json::to_string_pretty(&bundle)? + "\n",
        ProofFormat::TlogProof => bundle.proof.to_string(),
    };
    save(args.output.as_deref(), text.as_bytes())?;
    if let Some(path) = &args.output {
        let told = json!({ "file": path, "record": bundle.index, "records": records, "origin": bundle.origin, "vkey": vkey });
        voice.say(&told, |_| out!("{}: record {} of {}", path.display(), bundle.index, bundle.origin));
    }
    voice.note(format_args!("check it with: letopis verify-proof FILE --key '{vkey}'"));
    Ok(())
}

/// Writes to the file, or to standard output where there is none.
pub(super) fn save(path: Option<&Path>, bytes: &[u8]) -> anyhow::Result<()> {
    match path {
        Some(path) => std::fs::write(path, bytes).with_context(|| path.display().to_string()),
        None => Ok(std::io::stdout().write_all(bytes)?),
    }
}

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new().route("/proof", post(prove))
}

async fn prove(State(app): State<Arc<App>>, Json(wanted): Json<Wanted>) -> Told<Proven> {
    let business = choose(&app, wanted.business).await?;
    let (Some(keys), Some(log)) = (app.vault.keys(business.id), app.logs.of(business.id)) else {
        return Err(anyhow::anyhow!("business {} has no keys", business.slug).into());
    };
    let proven = app.store.read(move |conn| {
        let mut records = reading::event_by_id(conn, &keys, &wanted.event_id)?;
        let all = records.iter().map(|record| record.index()).collect();
        records.retain(|record| wanted.record.is_none_or(|index| record.index() == index));
        let unknown = || ControlError::Unknown { what: "event", name: wanted.event_id.clone(), business: business.slug.clone() };
        let record: RecordNo = *records.first().ok_or_else(unknown)?;
        let bundle = evidence::proof_bundle(conn, &keys, &log, record)?.with_event_id(&wanted.event_id);
        Ok::<_, ControlError>(Proven { records: all, vkey: log.verifying_key().to_string(), bundle })
    });
    Ok(Json(proven.await?))
}
