//! `letopis intents`: the business's words for what clients want, and their synonyms.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::Context;
use clap::Subcommand;
use serde_json::{Value, json};

use super::house::House;
use super::settled::{Lesson, ask, settle};
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
    /// Learn to tell intents of messages that come without one, from labels of the journal and of a file.
    Train(TrainArgs),
    /// Guess no more; what was guessed stays.
    Forget {
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

/// What is learnt from.
#[derive(Debug, clap::Args)]
pub(super) struct TrainArgs {
    /// Labelled messages beside those of the journal, a line each: {"text":"хочу записаться","intent":"запись"}.
    #[arg(long)]
    file: Option<PathBuf>,
    /// Only say how good it would be.
    #[arg(long)]
    dry_run: bool,
    /// Whose; may be left out where there is one business.
    #[arg(long)]
    business: Option<Slug>,
}

#[derive(serde::Deserialize)]
struct Labelled {
    text: String,
    intent: String,
}

async fn train(house: &House, args: TrainArgs, voice: Voice) -> anyhow::Result<()> {
    let mut examples = Vec::new();
    if let Some(file) = &args.file {
        let text = std::fs::read_to_string(file).with_context(|| file.display().to_string())?;
        for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let labelled: Labelled = serde_json::from_str(line).with_context(|| format!("{}, line {}", file.display(), number + 1))?;
            examples.push((labelled.text, labelled.intent));
        }
    }
    let lesson = Lesson { business: args.business, examples, dry_run: args.dry_run };
    let learnt: Value = house.ask("intents/train", &lesson).await?;
    voice.say(&learnt, |learnt| {
        let quality = |name: &str| learnt["quality"][name].as_f64().unwrap_or_default();
        out!("learnt from {}, measured on {} that were kept aside", learnt["quality"]["learnt"], learnt["quality"]["measured"]);
        out!("right: {:.1} % (always the commonest: {:.1} %)", quality("accuracy") * 100.0, quality("baseline") * 100.0);
        out!("sure enough to speak: {:.1} %, of these right: {:.1} %", quality("coverage") * 100.0, quality("precision") * 100.0);
        out!("calibration error (ECE): {:.3}, Brier score: {:.3}", quality("ece"), quality("brier"));
        let used = if learnt["in_use"] == true { "in use from now on" } else { "not in use" };
        out!("version {}: {used}", learnt["version"].as_str().unwrap_or_default());
    });
    Ok(())
}

pub(super) async fn run(house: &House, command: IntentsCommand, voice: Voice) -> anyhow::Result<()> {
    let words = match command {
        IntentsCommand::Train(args) => return train(house, args, voice).await,
        IntentsCommand::Forget { business } => {
            let none = settle(house, business, Known::CLASSIFIER, Value::Null).await?;
            voice.say(&none, |_| out!("intents are not guessed any more"));
            return Ok(());
        }
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
