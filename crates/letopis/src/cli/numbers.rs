//! `letopis numbers`: how numbers are counted, as the business has settled it.

use clap::Subcommand;
use serde_json::json;

use super::house::House;
use super::settled::{ask, settle};
use super::voice::{Voice, out};
use crate::access::Slug;
use crate::journal::known::NUMBERS;
use crate::metrics::terms::Settled;

/// How numbers are counted.
#[derive(Debug, Subcommand)]
pub(super) enum NumbersCommand {
    /// What is settled.
    Terms {
        /// Whose; may be left out where there is one business.
        #[arg(long)]
        business: Option<Slug>,
    },
    /// Settle it anew; what is not named stays as it is. Everything that still has its detail is counted again.
    Set(Box<SetArgs>),
}

/// What can be settled.
#[derive(Debug, clap::Args)]
pub(super) struct SetArgs {
    /// A booking so many days after a conversation began still counts for it.
    #[arg(long)]
    window_days: Option<u32>,
    /// When people begin to work: 10:00.
    #[arg(long, value_parser = minutes)]
    opens: Option<u32>,
    /// When they stop: 21:00.
    #[arg(long, value_parser = minutes)]
    closes: Option<u32>,
    /// What an average visit costs, in whole units of the currency.
    #[arg(long)]
    ticket: Option<i64>,
    /// Minutes of a person that an answer of the assistant saves.
    #[arg(long)]
    answer_minutes: Option<f64>,
    /// Minutes that a booking saves.
    #[arg(long)]
    booking_minutes: Option<f64>,
    /// Minutes that a reminder saves.
    #[arg(long)]
    reminder_minutes: Option<f64>,
    /// Minutes a month that people needed without it.
    #[arg(long)]
    baseline_minutes: Option<f64>,
    /// Minutes that looking at one of its answers takes.
    #[arg(long)]
    review_minutes: Option<f64>,
    /// Minutes of a conversation that a person had to take over.
    #[arg(long)]
    rework_minutes: Option<f64>,
    /// Three letters: RUB.
    #[arg(long)]
    currency: Option<String>,
    /// What one reminder costs (an SMS): 3.50.
    #[arg(long)]
    reminder_cost: Option<f64>,
    /// What the assistant costs a month beside calls of models, in whole units.
    #[arg(long)]
    month_cost: Option<i64>,
    /// The first day of the weeks before the assistant, against which growth is measured.
    #[arg(long)]
    before_from: Option<jiff::civil::Date>,
    /// Their last day.
    #[arg(long)]
    before_to: Option<jiff::civil::Date>,
    /// Whose; may be left out where there is one business.
    #[arg(long)]
    business: Option<Slug>,
}

pub(super) fn minutes(text: &str) -> Result<u32, String> {
    let wrong = || "a time of day such as 10:00".to_owned();
    let (hours, minutes) = text.split_once(':').ok_or_else(wrong)?;
    let (hours, minutes): (u32, u32) = (hours.parse().map_err(|_| wrong())?, minutes.parse().map_err(|_| wrong())?);
    if hours > 24 || minutes > 59 { Err(wrong()) } else { Ok(hours * 60 + minutes) }
}

pub(super) async fn run(house: &House, command: NumbersCommand, voice: Voice) -> anyhow::Result<()> {
    let settled = match command {
        NumbersCommand::Terms { business } => ask(house, business, NUMBERS).await?,
        NumbersCommand::Set(args) => {
            let before: Settled = serde_json::from_value(ask(house, args.business.clone(), NUMBERS).await?)?;
            let business = args.business.clone();
            settle(house, business, NUMBERS, json!(changed(before, *args))).await?
        }
    };
    let terms: Settled = serde_json::from_value(settled.clone())?;
    voice.say(&settled, |_| show(&terms));
    Ok(())
}

fn show(terms: &Settled) {
    let hour = |minutes: u32| format!("{}:{:02}", minutes / 60, minutes % 60);
    out!("a booking counts for {} days", terms.window_days);
    out!("people work from {} to {}", hour(terms.opens_min), hour(terms.closes_min));
    match terms.ticket_minor {
        Some(minor) => out!("an average visit costs {}", minor / 100),
        None => out!("an average visit costs what was paid in the last 90 days"),
    }
    out!("saved minutes: an answer {}, a booking {}, a reminder {}", terms.answer_min, terms.booking_min, terms.reminder_min);
    out!("minutes taken off: an answer looked at {}, a conversation taken over {}", terms.review_min, terms.rework_min);
    let money =
        |minor: Option<i64>| minor.map_or_else(|| "not said".to_owned(), |minor| format!("{:.2} {}", minor as f64 / 100.0, terms.currency));
    out!("a reminder costs: {}; a month beside models: {}", money(terms.reminder_minor), money(terms.month_minor));
    if let Some((from, to)) = terms.before_from.zip(terms.before_to) {
        out!("before the assistant: {from} to {to}");
    }
    match terms.baseline_min {
        Some(minutes) => out!("without the assistant: {minutes} minutes a month"),
        None => out!("without the assistant: nobody measured"),
    }
}

fn changed(before: Settled, args: SetArgs) -> Settled {
    Settled {
        window_days: args.window_days.unwrap_or(before.window_days),
        opens_min: args.opens.unwrap_or(before.opens_min),
        closes_min: args.closes.unwrap_or(before.closes_min),
        ticket_minor: args.ticket.map(|whole| whole.saturating_mul(100)).or(before.ticket_minor),
        answer_min: args.answer_minutes.unwrap_or(before.answer_min),
        booking_min: args.booking_minutes.unwrap_or(before.booking_min),
        reminder_min: args.reminder_minutes.unwrap_or(before.reminder_min),
        baseline_min: args.baseline_minutes.or(before.baseline_min),
        review_min: args.review_minutes.unwrap_or(before.review_min),
        rework_min: args.rework_minutes.unwrap_or(before.rework_min),
        currency: args.currency.unwrap_or(before.currency),
        reminder_minor: args.reminder_cost.map(|whole| (whole * 100.0).round() as i64).or(before.reminder_minor),
        month_minor: args.month_cost.map(|whole| whole.saturating_mul(100)).or(before.month_minor),
        before_from: args.before_from.or(before.before_from),
        before_to: args.before_to.or(before.before_to),
    }
}
