//! `letopis checkpoint`: the signed state of a log, to hand out, and one from elsewhere against what is here.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::Subcommand;
use serde_json::json;

use super::voice::{Voice, out};
use crate::access::{Business, Slug};
use crate::app::{Config, Stored};
use crate::backup::{Compared, compare};

/// Signed states of the log.
#[derive(Debug, Subcommand)]
pub(super) enum CheckpointCommand {
    /// Print the last signed checkpoint: give it to whoever may one day ask.
    Show {
        /// Whose; may be left out where there is one business.
        #[arg(long)]
        business: Option<Slug>,
    },
    /// Whether a checkpoint from elsewhere (a client, a witness, another server) is about the same history. Exit status 0 only when it is.
    Compare {
        /// The checkpoint.
        file: PathBuf,
        /// Whose; may be left out where there is one business.
        #[arg(long)]
        business: Option<Slug>,
    },
}

pub(super) fn run(data: &Path, command: CheckpointCommand, voice: Voice) -> anyhow::Result<()> {
    let stored = Stored::open(data, &Config::of_folder(data)?)?;
    match command {
        CheckpointCommand::Show { business } => {
            let (_, log) = stored.log(&chosen(&stored, business.as_ref())?)?;
            let path = log.folder().join("checkpoint");
            let note = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
            voice.say(&json!({ "checkpoint": note, "vkey": log.verifying_key().to_string() }), |_| out!("{}", note.trim_end()));
            Ok(())
        }
        CheckpointCommand::Compare { file, business } => {
            let (_, log) = stored.log(&chosen(&stored, business.as_ref())?)?;
            let note = std::fs::read_to_string(&file).with_context(|| file.display().to_string())?;
            let snapshot = stored.conn.unchecked_transaction()?;
            let compared = compare(&snapshot, &log, &note)?;
            let (same_history, told) = match compared {
                Compared::Same { size } => (true, format!("the same history: {size} entries")),
                Compared::Ahead { size, checkpoint } => (true, format!("the same history: it has {checkpoint} entries, here are {size}")),
                Compared::Behind { size, checkpoint } => (
                    false,
                    format!(
                        "BEHIND: {checkpoint} entries were signed, here are {size}; this folder is an older copy, or not the only one that signs"
                    ),
                ),
                Compared::Forked { size } => {
                    (false, format!("FORKED: at size {size} other entries were signed under this name than those that are here"))
                }
            };
            voice.say(&serde_json::to_value(compared)?, |_| out!("{told}"));
            if same_history { Ok(()) } else { bail!("{told}") }
        }
    }
}

fn chosen(stored: &Stored, slug: Option<&Slug>) -> anyhow::Result<Business> {
    let mut all = stored.businesses()?;
    match slug {
        Some(slug) => all.into_iter().find(|business| business.slug == *slug).with_context(|| format!("no business {slug} here")),
        None if all.len() == 1 => Ok(all.remove(0)),
        None => bail!("there are several businesses: name one with --business"),
    }
}
