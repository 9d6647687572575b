//! `letopis intents`: the business's words for what clients want, and their synonyms.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::Context;
use clap::Subcommand;
use serde_json::json;

use super::house::House;
use super::settled::{ask, settle};
use super::voice::{Voice, out};
use crate::access::Slug;
use crate::exchange::Known;

type Words = BTreeMap<String, Vec<String>>;

/// What clients want, in the business's own words.
#[derive(Debug, Subcommand)]
pub(super) enum IntentsCommand {
    /// The dictionary.
    List {
        /// Whose; may be left out where there is one business.
        #[arg(long)]
        business: Option<Slug>,
    },
    /// Set the synonyms of one intent, or the whole dictionary from a file.
    Set {
        /// The normal form, as it is shown and counted.
        #[arg(required_unless_present = "file")]
        intent: Option<String>,
        /// Other words for it; none takes the intent out of the dictionary.
        synonyms: Vec<String>,
        /// The whole dictionary, as JSON: {"запись":["booking","записаться"]}.
        #[arg(long, conflicts_with = "intent")]
        file: Option<PathBuf>,
        /// Whose; may be left out where there is one business.
        #[arg(long)]
        business: Option<Slug>,
    },
}

pub(super) async fn run(house: &House, command: IntentsCommand, voice: Voice) -> anyhow::Result<()> {
    let words = match command {
        IntentsCommand::List { business } => ask(house, business, Known::INTENTS).await?,
        IntentsCommand::Set { file: Some(file), business, .. } => {
            let text = std::fs::read_to_string(&file).with_context(|| file.display().to_string())?;
            let words: Words = serde_json::from_str(&text).with_context(|| file.display().to_string())?;
            settle(house, business, Known::INTENTS, json!(words)).await?
        }
        IntentsCommand::Set { intent, synonyms, business, .. } => {
            let mut words: Words = serde_json::from_value(ask(house, business.clone(), Known::INTENTS).await?)?;
            let intent = intent.unwrap_or_default();
            if synonyms.is_empty() {
                drop(words.remove(&intent))
            } else {
                drop(words.insert(intent, synonyms))
            }
            settle(house, business, Known::INTENTS, json!(words)).await?
        }
    };
    voice.say(&words, |words| {
        let words: Words = serde_json::from_value(words.clone()).unwrap_or_default();
        if words.is_empty() {
            out!("no words: intents stay as they are said (letopis intents set запись booking записаться)");
        }
        for (intent, synonyms) in words {
            out!("{intent}: {}", synonyms.join(", "));
        }
    });
    Ok(())
}
