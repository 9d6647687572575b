//! «Модели и намерения»: what calls of models cost, the business's words for what clients want, and what was learnt of them.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::Desk;
use super::super::error::PageError;
use super::super::form::Posted;
use super::super::frame::{Frame, Section, framed, page};
use super::super::labels;
use super::super::visitor::Visitor;
use crate::access::{AccessError, Action};
use crate::console::measured::Picture;
use crate::event::record::Decision;
use crate::exchange::Known;
use crate::exchange::llm::Price;
use crate::journal::known;

/// A price in the list.
struct PriceRow {
    model: String,
    provider: String,
    amounts: String,
    since: String,
}

/// An intent with its synonyms.
struct IntentRow {
    intent: String,
    synonyms: String,
}

#[derive(Template)]
#[template(path = "settings/models.html")]
struct ModelsPage {
    f: Frame,
    prices: Vec<PriceRow>,
    intents: Vec<IntentRow>,
    /// Version of what was learnt, and of which intents it knows.
    learnt: Option<String>,
    /// Channel, and what is known on it by what.
    measured: Vec<MeasuredRow>,
}

framed!(ModelsPage);

/// What is known on one channel.
struct MeasuredRow {
    channel: String,
    conversations: String,
    what: Vec<(String, String, bool)>,
}

/// A price as it is typed.
#[derive(Deserialize)]
pub(in crate::console::pages) struct Typed {
    model: String,
    #[serde(default)]
    provider: String,
    #[serde(default)]
    input: String,
    #[serde(default)]
    output: String,
    #[serde(default)]
    cached: String,
    #[serde(default)]
    currency: String,
    #[serde(default)]
    since: String,
}

/// Words as they are typed: synonyms with commas between.
#[derive(Deserialize)]
pub(in crate::console::pages) struct Words {
    intent: String,
    #[serde(default)]
    synonyms: String,
}

/// `GET /settings/models`
pub(in crate::console::pages) async fn show(State(desk): State<Desk>, visitor: Visitor) -> Result<Response, PageError> {
    visitor.require(Action::ManageSettings)?;
    let known = settled(&desk, &visitor).await?;
    let t = &visitor.t;
    let decimal = t.say("decimal");
    let number = |amount: f64| amount.to_string().replace('.', &decimal);
    let row = |price: &Price| PriceRow {
        model: price.model.clone(),
        provider: price.provider.clone(),
        amounts: t.with(
            if price.cached.is_some() { "models-price-cached" } else { "models-price" },
            &[
                ("input", number(price.input).into()),
                ("output", number(price.output).into()),
                ("cached", number(price.cached.unwrap_or_default()).into()),
                ("currency", price.currency.clone().into()),
            ],
        ),
        since: price.since.clone().unwrap_or_default(),
    };
    let intent = |(intent, synonyms): (&str, &[String])| IntentRow { intent: intent.to_owned(), synonyms: synonyms.join(", ") };
    page(&ModelsPage {
        prices: known.prices.rows.iter().map(row).collect(),
        intents: known.intents.iter().map(intent).collect(),
        measured: measured(&desk, &visitor).await?,
        learnt: known.classifier.map(|(version, _)| version),
        f: Frame::new(&desk, &visitor, Section::Settings, visitor.t.say("models-title")),
    })
}

/// `POST /settings/models/price`: sets one, or takes it away where no amount was typed.
pub(in crate::console::pages) async fn price(State(desk): State<Desk>, posted: Posted<Typed>) -> Result<Response, PageError> {
    let Posted { visitor, form } = posted;
    visitor.require(Action::ManageSettings)?;
    let mut table = settled(&desk, &visitor).await?.prices;
    let (model, provider) = (form.model.trim().to_owned(), form.provider.trim().to_owned());
    table.rows.retain(|price| (&price.model, &price.provider) != (&model, &provider));
    if let Some(input) = amount(&form.input)? {
        let (output, cached) = (amount(&form.output)?.unwrap_or(0.0), amount(&form.cached)?);
        let currency = Some(form.currency.trim().to_uppercase()).filter(|letters| !letters.is_empty()).unwrap_or_else(|| "RUB".to_owned());
        let since = Some(form.since.trim().to_owned()).filter(|day| !day.is_empty());
        table.rows.push(Price { provider, model, input, output, cached, currency, since });
    }
    settle(&desk, &visitor, Known::PRICES, json!(table)).await?;
    Ok(Redirect::to("/settings/models").into_response())
}

/// `POST /settings/models/intent`: sets one, or takes it away where no synonym was typed.
pub(in crate::console::pages) async fn intent(State(desk): State<Desk>, posted: Posted<Words>) -> Result<Response, PageError> {
    let Posted { visitor, form } = posted;
    visitor.require(Action::ManageSettings)?;
    let mut words: BTreeMap<String, Vec<String>> = settled(&desk, &visitor).await?.intents.into();
    let synonyms: Vec<String> = form.synonyms.split(',').map(str::trim).filter(|word| !word.is_empty()).map(str::to_owned).collect();
    let intent = form.intent.trim().to_owned();
    if synonyms.is_empty() {
        words.remove(&intent);
    } else {
        words.insert(intent, synonyms);
    }
    settle(&desk, &visitor, Known::INTENTS, json!(words)).await?;
    Ok(Redirect::to("/settings/models#intents").into_response())
}

async fn measured(desk: &Desk, visitor: &Visitor) -> Result<Vec<MeasuredRow>, PageError> {
    let (business, now_us, t) = (visitor.business.id, visitor.now_us, &visitor.t);
    let picture = desk.console.store.read(move |conn| Ok::<_, PageError>(Picture::of(conn, business, now_us)?)).await?;
    let row = |channel: &str| MeasuredRow {
        channel: labels::channel(t, channel).name,
        conversations: t.count("count-conversations", picture.counts(channel).conversations),
        what: picture.on(channel).named().map(|(name, by)| (t.of("measured-name", name), labels::measured(t, by), by.is_some())).into(),
    };
    Ok(picture.channels().into_iter().map(row).collect())
}

async fn settled(desk: &Desk, visitor: &Visitor) -> Result<Known, PageError> {
    let business = visitor.business.id;
    let parts = desk.console.store.read(move |conn| Ok::<_, PageError>(known::of(conn, business)?)).await?;
    let mut known = Known::default();
    for (what, value) in parts {
        known.take(&what, &value);
    }
    Ok(known)
}

async fn settle(desk: &Desk, visitor: &Visitor, what: &str, value: Value) -> Result<(), PageError> {
    if Known::fault(what, &value.to_string()).is_some() {
        return Err(invalid(if what == Known::PRICES { "a model, amounts from 0, three letters" } else { "a word leads to one intent" }));
    }
    desk.console
        .decide
        .decide(visitor.business.id, visitor.by(), Decision::KnownSet { what: what.to_owned(), value }, visitor.now_us)
        .await?;
    Ok(())
}

/// An amount as people type it: `12,5`.
fn amount(text: &str) -> Result<Option<f64>, PageError> {
    let plain = text.trim().replace(',', ".").replace([' ', '\u{a0}'], "");
    if plain.is_empty() { Ok(None) } else { plain.parse().map(Some).map_err(|_| invalid("a number")) }
}

fn invalid(rule: &'static str) -> PageError {
    PageError::Access(AccessError::Invalid { what: "models", rule })
}
