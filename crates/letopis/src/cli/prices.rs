//! `letopis prices`: what a million tokens of a model cost. Without a price nothing is said of a cost.

use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::Subcommand;
use serde_json::json;

use super::house::House;
use super::settled::{ask, settle};
use super::voice::{Voice, out};
use crate::access::Slug;
use crate::exchange::Known;
use crate::exchange::llm::{Price, Prices};

/// What models cost.
#[derive(Debug, Subcommand)]
pub(super) enum PricesCommand {
    /// The table.
    List {
        /// Whose; may be left out where there is one business.
        #[arg(long)]
        business: Option<Slug>,
    },
    /// Set the price of one model, or the whole table from a file.
    Set(SetArgs),
    /// Take a price away: calls of that model have no cost from then on.
    Remove {
        /// The model, as in the table.
        model: String,
        /// Of that provider only.
        #[arg(long, default_value = "")]
        provider: String,
        /// Whose; may be left out where there is one business.
        #[arg(long)]
        business: Option<Slug>,
    },
}

/// One price.
#[derive(Debug, clap::Args)]
pub(super) struct SetArgs {
    /// Its name as it answers, without a date; `gpt-5*` for all that begins so.
    #[arg(required_unless_present = "file")]
    model: Option<String>,
    /// Of a million tokens that are sent.
    #[arg(long, required_unless_present = "file")]
    input: Option<f64>,
    /// Of a million tokens that come back.
    #[arg(long, default_value_t = 0.0)]
    output: f64,
    /// Of a million sent tokens that were in the provider's cache; as --input where it is not said.
    #[arg(long)]
    cached: Option<f64>,
    /// Three letters.
    #[arg(long, default_value = "RUB")]
    currency: String,
    /// Only where this provider runs it.
    #[arg(long, default_value = "")]
    provider: String,
    /// From which day it is so, for people.
    #[arg(long)]
    since: Option<String>,
    /// The whole table: a JSON list as `letopis prices list --json` shows it.
    #[arg(long, conflicts_with_all = ["model", "input"])]
    file: Option<PathBuf>,
    /// Whose; may be left out where there is one business.
    #[arg(long)]
    business: Option<Slug>,
}

pub(super) async fn run(house: &House, command: PricesCommand, voice: Voice) -> anyhow::Result<()> {
    let table = match command {
        PricesCommand::List { business } => ask(house, business, Known::PRICES).await?,
        PricesCommand::Set(SetArgs { file: Some(file), business, .. }) => {
            let text = std::fs::read_to_string(&file).with_context(|| file.display().to_string())?;
            let table = serde_json::from_str(&text).with_context(|| file.display().to_string())?;
            settle(house, business, Known::PRICES, table).await?
        }
        PricesCommand::Set(args) => {
            let SetArgs { model, input, output, cached, currency, provider, since, business, .. } = args;
            let (Some(model), Some(input)) = (model, input) else { bail!("name the model and its --input price") };
            let mut table: Prices = serde_json::from_value(ask(house, business.clone(), Known::PRICES).await?)?;
            table.rows.retain(|price| (&price.model, &price.provider) != (&model, &provider));
            table.rows.push(Price { provider, model, input, output, cached, currency, since });
            settle(house, business, Known::PRICES, json!(table)).await?
        }
        PricesCommand::Remove { model, provider, business } => {
            let mut table: Prices = serde_json::from_value(ask(house, business.clone(), Known::PRICES).await?)?;
            let before = table.rows.len();
            table.rows.retain(|price| (&price.model, &price.provider) != (&model, &provider));
            if table.rows.len() == before {
                bail!("the table has no price of {model}");
            }
            settle(house, business, Known::PRICES, json!(table)).await?
        }
    };
    let table: Prices = serde_json::from_value(table)?;
    voice.say(&json!(table), |_| show(&table));
    Ok(())
}

fn show(table: &Prices) {
    if table.rows.is_empty() {
        out!("no prices: calls of models have no cost (letopis prices set MODEL --input 20 --output 160 --currency RUB)");
    }
    for price in &table.rows {
        let cached = price.cached.map(|cached| format!(", cached {cached}")).unwrap_or_default();
        out!("{}: in {}{cached}, out {} {} a million tokens", price.name(), price.input, price.output, price.currency);
    }
}
