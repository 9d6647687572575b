//! `letopis reviews`: what people are to look at is drawn, how far they are, and what they found as examples without persons.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context;
use axum::extract::State;
use axum::routing::post;
use axum::{Json, Router};
use clap::Subcommand;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::control::{BY, ControlError, OfBusiness, Told, choose};
use super::house::House;
use super::voice::{Voice, out};
use crate::access::Slug;
use crate::access::trail::{About, What, Who, audit};
use crate::app::{App, now_us};
use crate::audit::ReviewsError;
use crate::audit::reviews::{Wish, settled_sessions};
use crate::event::record::Decision;
use crate::event::review::ReviewQueue;
use crate::journal::facts::Facts;
use crate::journal::{known, reviews};
use crate::privacy::mask::Masker;

/// What people look at.
#[derive(Debug, Subcommand)]
pub(super) enum ReviewsCommand {
    /// How far every queue is, and the last draws.
    Show {
        /// Whose; may be left out where there is one business.
        #[arg(long)]
        business: Option<Slug>,
    },
    /// Draw a week's unsure intents, or conversations of a month; by itself this happens when the week or month is over.
    Draw(DrawArgs),
    /// What the business says of itself: prices and hours, against which answers are held.
    Facts(FactsArgs),
    /// What was found, as examples without persons: a line of JSON each.
    Export {
        /// The file; to the screen where none is named.
        #[arg(short, long)]
        out: Option<PathBuf>,
        /// Whose; may be left out where there is one business.
        #[arg(long)]
        business: Option<Slug>,
    },
    /// How many conversations of a month are drawn from now on.
    Set {
        /// Conversations of a month: 10 give about ± 9 percentage points, 30 about ± 5.
        #[arg(long, value_parser = clap::value_parser!(u32).range(1..=1000))]
        sessions: u32,
        /// Whose; may be left out where there is one business.
        #[arg(long)]
        business: Option<Slug>,
    },
}

/// What is drawn.
#[derive(Debug, clap::Args, Serialize, Deserialize)]
pub(super) struct DrawArgs {
    /// A week as 2026-W46, or a month as 2026-11.
    period: String,
    /// Conversations of a month; more than before draws further.
    #[arg(long)]
    sessions: Option<u32>,
    /// A number that the chance follows from; drawn where nothing is said.
    #[arg(long)]
    seed: Option<u64>,
    /// Whose; may be left out where there is one business.
    #[arg(long)]
    business: Option<Slug>,
}

/// What is uploaded; nothing to see what is there.
#[derive(Debug, clap::Args)]
pub(super) struct FactsArgs {
    /// A file with a service and its price a line: CSV, or text as «Стрижка — 1500 ₽».
    #[arg(long)]
    services: Option<PathBuf>,
    /// Opening hours: «пн–пт 9:00–21:00; сб 10–18; вс выходной».
    #[arg(long)]
    hours: Option<String>,
    /// A file with questions and answers: «Вопрос? Ответ» a line, or «В: …» and «О: …» in two.
    #[arg(long)]
    faq: Option<PathBuf>,
    /// There are no other services than these.
    #[arg(long)]
    complete: bool,
    /// Whose; may be left out where there is one business.
    #[arg(long)]
    business: Option<Slug>,
}

#[derive(Serialize, Deserialize)]
struct Upload {
    business: Option<Slug>,
    services: Option<String>,
    hours: Option<String>,
    faq: Option<String>,
    complete: bool,
}

#[derive(Serialize, Deserialize)]
struct Number {
    business: Option<Slug>,
    sessions: u32,
}

pub(super) async fn run(house: &House, command: ReviewsCommand, voice: Voice) -> anyhow::Result<()> {
    match command {
        ReviewsCommand::Show { business } => {
            let shown: Value = house.ask("reviews/show", &OfBusiness { business }).await?;
            voice.say(&shown, show);
        }
        ReviewsCommand::Draw(args) => {
            let drawn: Value = house.ask("reviews/draw", &args).await?;
            voice.pairs(&drawn);
        }
        ReviewsCommand::Facts(FactsArgs { services, hours, faq, complete, business }) => {
            let read = |path: PathBuf| std::fs::read_to_string(&path).with_context(|| path.display().to_string());
            let upload = Upload { business, services: services.map(read).transpose()?, hours, faq: faq.map(read).transpose()?, complete };
            let told: Value = house.ask("reviews/facts", &upload).await?;
            voice.pairs(&told);
        }
        ReviewsCommand::Export { out, business } => {
            let examples: Vec<Value> = house.ask("reviews/export", &OfBusiness { business }).await?;
            let lines: String = examples.iter().map(|example| format!("{example}\n")).collect();
            match out {
                Some(path) => {
                    std::fs::write(&path, lines).with_context(|| path.display().to_string())?;
                    voice.pairs(&json!({ "examples": examples.len(), "file": path.display().to_string() }));
                }
                None => out!("{}", lines.trim_end()),
            }
        }
        ReviewsCommand::Set { sessions, business } => {
            let set: Value = house.ask("reviews/set", &Number { business, sessions }).await?;
            voice.pairs(&set);
        }
    }
    Ok(())
}

fn show(shown: &Value) {
    for queue in shown["queues"].as_array().into_iter().flatten() {
        let name = queue["queue"].as_str().unwrap_or_default();
        out!("{name}: {} of {} looked at; {} wait for a second person", queue["done"], queue["all"], queue["second"]);
    }
    for draw in shown["draws"].as_array().into_iter().flatten() {
        let period = draw["period"].as_str().unwrap_or_default();
        out!("{period}: {} of {} conversations drawn, seed {}", draw["drawn"], draw["sessions"], draw["seed"]);
    }
}

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/reviews/show", post(standing))
        .route("/reviews/draw", post(draw))
        .route("/reviews/set", post(set))
        .route("/reviews/export", post(export))
        .route("/reviews/facts", post(facts))
}

async fn standing(State(app): State<Arc<App>>, Json(about): Json<OfBusiness>) -> Told<Value> {
    let business = choose(&app, about.business).await?;
    let id = business.id;
    let shown = app.store.read(move |conn| {
        let queue = |(queue, tally): (ReviewQueue, reviews::Tally)| json!({ "queue": queue, "all": tally.all, "done": tally.done, "second": tally.second });
        let queues: Vec<Value> = reviews::tallies(conn, id)?.into_iter().map(queue).collect();
        let draws = reviews::draws(conn, id, ReviewQueue::Random, 12)?;
        let draws: Vec<Value> = draws.iter().map(|stored| json!(crate::audit::reviews::Report::of(&stored.draw))).collect();
        Ok::<_, ControlError>(json!({ "sessions_a_month": settled_sessions(conn, id)?, "queues": queues, "draws": draws }))
    });
    Ok(Json(shown.await?))
}

async fn draw(State(app): State<Arc<App>>, Json(args): Json<DrawArgs>) -> Told<Value> {
    let business = choose(&app, args.business).await?;
    let wish = Wish { period: args.period, sessions: args.sessions, seed: args.seed };
    Ok(Json(json!(app.reviews.draw(&business, BY, wish).await?)))
}

async fn set(State(app): State<Arc<App>>, Json(number): Json<Number>) -> Told<Value> {
    let business = choose(&app, number.business).await?;
    let value = json!({ "sessions": number.sessions });
    app.decide.decide(business.id, BY, Decision::KnownSet { what: known::REVIEWS.to_owned(), value: value.clone() }, now_us()).await?;
    Ok(Json(value))
}

async fn facts(State(app): State<Arc<App>>, Json(upload): Json<Upload>) -> Told<Value> {
    let business = choose(&app, upload.business).await?;
    let id = business.id;
    let settled = app.store.read(move |conn| Ok::<_, ControlError>(reviews::facts(conn, id)?)).await?;
    let before = settled.map(|(facts, _)| facts).unwrap_or_default();
    let asks = upload.services.is_none() && upload.hours.is_none() && upload.faq.is_none();
    // Whether the list is whole is said with the list.
    let is_whole = upload.complete || upload.services.is_none() && before.complete;
    let faq = upload.faq.unwrap_or_else(|| before.faq_text());
    let after = Facts::read(
        &upload.services.unwrap_or_else(|| before.text()),
        &upload.hours.unwrap_or_else(|| before.week.map(|week| week.text()).unwrap_or_default()),
        is_whole,
    );
    let facts = after.and_then(|facts| facts.with_faq(&faq)).map_err(anyhow::Error::from)?;
    let mut found = 0;
    if !asks {
        let value = serde_json::to_value(&facts).map_err(anyhow::Error::from)?;
        app.decide.decide(id, BY, Decision::KnownSet { what: known::FACTS.to_owned(), value }, now_us()).await?;
        found = app.reviews.check_facts(&business, BY).await?;
    }
    let hours = facts.week.map(|week| week.shown());
    Ok(Json(
        json!({ "services": facts.services.len(), "questions": facts.faq.len(), "complete": facts.complete, "hours": hours, "flagged": found }),
    ))
}

async fn export(State(app): State<Arc<App>>, Json(about): Json<OfBusiness>) -> Told<Vec<reviews::examples::Example>> {
    let id = choose(&app, about.business).await?.id;
    let examples = app.store.read(move |conn| Ok::<_, ControlError>(reviews::examples(conn, &Masker::default(), id)?)).await?;
    let target = format!("{} reviewed examples without persons", examples.len());
    app.store.write(move |tx| audit(tx, About::Business(id), Who::Local, What::Exported, target, now_us())).await?;
    Ok(Json(examples))
}

impl From<ReviewsError> for ControlError {
    fn from(error: ReviewsError) -> Self {
        match error {
            ReviewsError::Store(e) => e.into(),
            ReviewsError::Decide(e) => e.into(),
            other => Self::Failed(other.into()),
        }
    }
}
