//! `letopis checkpoint`: the newest signed statement about the log, to be kept by somebody else; and a kept one, checked against the log.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::Subcommand;
use ledger::Checkpoint;
use serde_json::json;

use super::voice::{Voice, out};
use crate::access::{Business, Slug};
use crate::app::{Config, Stored};
use crate::backup::{Compared, compare};
use crate::journal::log::Log;

/// Checkpoints.
#[derive(Debug, Subcommand)]
pub(super) enum CheckpointCommand {
    /// The newest one as it is published, cosignatures included.
    Show {
        /// Whose; may be left out where there is one business.
        #[arg(long)]
        business: Option<Slug>,
    },
    /// Whether the log still begins with what a kept checkpoint says: it was not rewritten since, and no other server signs beside it.
    Check {
        /// A file with the checkpoint: as it was mailed, dropped into a folder, or saved.
        file: PathBuf,
    },
}

pub(super) fn run(data: &Path, command: CheckpointCommand, voice: Voice) -> anyhow::Result<()> {
    let stored = Stored::open(data, &Config::of_folder(data)?)?;
    match command {
        CheckpointCommand::Show { business } => {
            let (note, vkey) = show(&stored, business.as_ref())?;
            voice.say(&json!({ "checkpoint": note, "vkey": vkey }), |_| out!("{}", note.trim_end()));
            Ok(())
        }
        CheckpointCommand::Check { file } => check(&stored, &file, voice),
    }
}

fn show(stored: &Stored, slug: Option<&Slug>) -> anyhow::Result<(String, String)> {
    let mut all = stored.businesses()?;
    all.retain(|business| slug.is_none_or(|slug| business.slug == *slug));
    let [business] = all.as_slice() else { bail!("name one business with --business") };
    let (_, log) = stored.log(business)?;
    let signed = read(&log, "checkpoint")?.context("nothing was signed yet")?;
    // The same one with the lines of witnesses, if they have seen it.
    let text = |note: &str| note.split("\n\n").next().map(str::to_owned);
    let witnessed = read(&log, "witnessed")?.filter(|witnessed| text(witnessed) == text(&signed));
    Ok((witnessed.unwrap_or(signed), log.verifying_key().to_string()))
}

fn read(log: &Log, name: &str) -> anyhow::Result<Option<String>> {
    let path = log.folder().join(name);
    match std::fs::read_to_string(&path) {
        Ok(note) => Ok(Some(note)),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(e).context(path.display().to_string()),
    }
}

fn check(stored: &Stored, file: &Path, voice: Voice) -> anyhow::Result<()> {
    let name = file.display();
    let note = std::fs::read_to_string(file).with_context(|| name.to_string())?;
    let kept = Checkpoint::of_any_log(note.split_inclusive("\n\n").next().map_or("", |text| text.strip_suffix('\n').unwrap_or(text)));
    let kept = kept.with_context(|| format!("{name} is not a checkpoint"))?;
    let (_, log) = of_origin(stored, &kept.origin)?;
    let kept = Checkpoint::open(&note, log.verifying_key()).with_context(|| format!("{name} was not signed by this log"))?;
    let snapshot = stored.conn.unchecked_transaction()?;
    let compared = compare(&snapshot, &log, &note)?;
    let (ok, told) = match compared {
        Compared::Same { size } | Compared::Ahead { size, .. } => {
            (true, format!("ok     {}: the first {} of {size} entries are those that were signed then", kept.origin, kept.size))
        }
        Compared::Behind { size, checkpoint } => (
            false,
            format!(
                "BEHIND: {name} speaks of {checkpoint} entries, the log has {size}: it was rolled back, or is not the only one that signs"
            ),
        ),
        Compared::Forked { size } => (
            false,
            format!(
                "FORKED: the first {size} entries of the log are not those of {name}: history was rewritten since, or another server signs under this name"
            ),
        ),
    };
    let mut said = serde_json::to_value(compared)?;
    said["ok"] = json!(ok);
    said["origin"] = json!(kept.origin);
    voice.say(&said, |_| out!("{told}"));
    if ok { Ok(()) } else { bail!("{told}") }
}

fn of_origin(stored: &Stored, origin: &str) -> anyhow::Result<(Business, Log)> {
    for business in stored.businesses()? {
        let (_, log) = stored.log(&business)?;
        if log.verifying_key().name() == origin {
            return Ok((business, log));
        }
    }
    bail!("no log here is called {origin}")
}
