//! `letopis reports`: where reports and alerts go by themselves, and what is on its way.

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
use crate::access::trail::{self, About, What, Who};
use crate::access::{Business, Slug};
use crate::app::{App, now_us};
use crate::console::routing::{Routing, RoutingError};
use crate::journal::reports::routes::{self, Routed};
use crate::journal::reports::{Delivery, Kind, Route, Way, outbox};
use crate::post::NotMade;

const LIMIT: u32 = 500;

/// Reports that go out by themselves.
#[derive(Debug, Subcommand)]
pub(super) enum ReportsCommand {
    /// Where they go.
    #[command(subcommand)]
    Route(RouteCommand),
    /// What was sent and what is on its way, the newest first, 500 at most.
    List {
        /// Whose; may be left out where there is one business.
        #[arg(long)]
        business: Option<Slug>,
    },
    /// Send the last report of a kind by a route now.
    Send {
        /// weekly, audit or digest.
        kind: Kind,
        /// The route, from `reports route list`.
        route: String,
        /// Whose; may be left out where there is one business.
        #[arg(long)]
        business: Option<Slug>,
    },
    /// Try one again now, and for another day.
    Retry {
        /// Its number, from `reports list`.
        id: i64,
        /// Whose; may be left out where there is one business.
        #[arg(long)]
        business: Option<Slug>,
    },
}

/// Where they go.
#[derive(Debug, Subcommand)]
pub(super) enum RouteCommand {
    /// All routes.
    List {
        /// Whose; may be left out where there is one business.
        #[arg(long)]
        business: Option<Slug>,
    },
    /// A new one, or an old one set anew.
    Set(Box<SetArgs>),
    /// Nothing goes this way any more.
    Remove(One),
    /// Send a few words, to see whether they arrive.
    Test(One),
}

/// One route.
#[derive(Debug, clap::Args, Serialize, Deserialize)]
pub(super) struct One {
    /// The route, from `reports route list`.
    id: String,
    /// Whose; may be left out where there is one business.
    #[arg(long)]
    business: Option<Slug>,
}

/// A route as it is typed.
#[derive(Debug, clap::Args)]
pub(super) struct SetArgs {
    /// Which one is set anew; a new one where not given.
    id: Option<String>,
    /// digest, weekly, audit, alert, with commas between.
    #[arg(long, required = true, value_delimiter = ',')]
    kinds: Vec<Kind>,
    /// mail, telegram or max.
    #[arg(long)]
    way: Way,
    /// An e-mail address, or the number of a chat.
    #[arg(long, allow_hyphen_values = true)]
    to: String,
    /// ru or en.
    #[arg(long, default_value = "ru")]
    language: String,
    /// At which hour, by the business's clock.
    #[arg(long, default_value_t = 9)]
    hour: u8,
    /// Day of the week of weekly reports: 1 is Monday.
    #[arg(long, default_value_t = 1)]
    weekday: u8,
    /// From this hour on nothing is sent but what is urgent.
    #[arg(long, default_value_t = 22)]
    quiet_from: u8,
    /// Until this hour; the same as --quiet-from for no quiet hours.
    #[arg(long, default_value_t = 8)]
    quiet_to: u8,
    /// A file with the bot's token.
    #[arg(long)]
    token_file: Option<PathBuf>,
    /// Another address of the bot's platform: a relay.
    #[arg(long)]
    url: Option<String>,
    /// Whose; may be left out where there is one business.
    #[arg(long)]
    business: Option<Slug>,
}

#[derive(Serialize, Deserialize)]
struct Wish {
    business: Option<Slug>,
    id: Option<String>,
    route: Route,
    secret: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct Order {
    business: Option<Slug>,
    route: String,
    /// None: a few words.
    kind: Option<Kind>,
}

#[derive(Serialize, Deserialize)]
struct Again {
    business: Option<Slug>,
    id: i64,
}

pub(super) async fn run(house: &House, command: ReportsCommand, voice: Voice) -> anyhow::Result<()> {
    match command {
        ReportsCommand::Route(command) => run_route(house, command, voice).await,
        ReportsCommand::List { business } => {
            let items: Value = house.ask("reports/list", &OfBusiness { business }).await?;
            voice.table(&items, &["id", "kind", "period", "route", "attempts", "sent_us", "failed_us", "problem"]);
            Ok(())
        }
        ReportsCommand::Send { kind, route, business } => order(house, voice, Order { business, route, kind: Some(kind) }).await,
        ReportsCommand::Retry { id, business } => {
            let done: Value = house.ask("reports/retry", &Again { business, id }).await?;
            voice.say(&done, |_| out!("delivery {id} is tried again"));
            Ok(())
        }
    }
}

async fn run_route(house: &House, command: RouteCommand, voice: Voice) -> anyhow::Result<()> {
    match command {
        RouteCommand::List { business } => {
            let items: Value = house.ask("reports/routes", &OfBusiness { business }).await?;
            voice.table(&items, &["id", "kinds", "way", "to", "language", "hour", "weekday", "quiet_from", "quiet_to", "has_secret"]);
        }
        RouteCommand::Set(args) => {
            let set: Value = house.ask("reports/route/set", &wish(*args)?).await?;
            voice.say(&set, |set| out!("route {}", set["id"].as_str().unwrap_or_default()));
        }
        RouteCommand::Remove(one) => {
            let done: Value = house.ask("reports/route/remove", &one).await?;
            voice.say(&done, |_| out!("nothing goes by {} any more", one.id));
        }
        RouteCommand::Test(one) => order(house, voice, Order { business: one.business, route: one.id, kind: None }).await?,
    }
    Ok(())
}

async fn order(house: &House, voice: Voice, order: Order) -> anyhow::Result<()> {
    let done: Value = house.ask("reports/send", &order).await?;
    voice.say(&done, |_| out!("on its way; the running server sends it, see letopis reports list"));
    Ok(())
}

fn wish(args: SetArgs) -> anyhow::Result<Wish> {
    let read = |path: PathBuf| std::fs::read_to_string(&path).with_context(|| path.display().to_string());
    let route = Route {
        kinds: args.kinds,
        way: args.way,
        to: args.to,
        language: args.language,
        hour: args.hour,
        weekday: args.weekday,
        quiet_from: args.quiet_from,
        quiet_to: args.quiet_to,
        url: args.url,
    };
    Ok(Wish { business: args.business, id: args.id, route, secret: args.token_file.map(read).transpose()? })
}

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/reports/list", post(list))
        .route("/reports/routes", post(all_routes))
        .route("/reports/route/set", post(set))
        .route("/reports/route/remove", post(remove))
        .route("/reports/send", post(send))
        .route("/reports/retry", post(retry))
}

async fn list(State(app): State<Arc<App>>, Json(about): Json<OfBusiness>) -> Told<Vec<Delivery>> {
    let business = choose(&app, about.business).await?;
    Ok(Json(app.store.read(move |conn| outbox::newest(conn, business.id, LIMIT).map_err(ControlError::from)).await?))
}

async fn all_routes(State(app): State<Arc<App>>, Json(about): Json<OfBusiness>) -> Told<Vec<Routed>> {
    let business = choose(&app, about.business).await?;
    Ok(Json(app.store.read(move |conn| routes::of(conn, business.id).map_err(ControlError::from)).await?))
}

async fn set(State(app): State<Arc<App>>, Json(wish): Json<Wish>) -> Told<Value> {
    let business = choose(&app, wish.business).await?;
    let id = routing(&app, &business).set(wish.id, wish.route, wish.secret).await.map_err(|e| refused(e, &business))?;
    note(&app, &business, format!("route {id} set")).await?;
    Ok(Json(json!({ "id": id })))
}

async fn remove(State(app): State<Arc<App>>, Json(one): Json<One>) -> Told<Value> {
    let business = choose(&app, one.business).await?;
    routing(&app, &business).remove(one.id.clone()).await.map_err(|e| refused(e, &business))?;
    note(&app, &business, format!("route {} removed", one.id)).await?;
    Ok(Json(json!({ "id": one.id, "removed": true })))
}

async fn send(State(app): State<Arc<App>>, Json(order): Json<Order>) -> Told<Value> {
    let business = choose(&app, order.business).await?;
    let post = app.post();
    let put = match order.kind {
        Some(kind) => post.send_now(business.id, &order.route, kind).await,
        None => post.send_trial(business.id, &order.route).await,
    };
    put.map_err(|e| match e {
        NotMade::NoRoute => ControlError::Unknown { what: "route", name: order.route.clone(), business: business.slug.clone() },
        NotMade::Store(e) => ControlError::Store(e),
        other => ControlError::Failed(anyhow::Error::new(other)),
    })?;
    Ok(Json(json!({ "route": order.route, "on_its_way": true })))
}

async fn retry(State(app): State<Arc<App>>, Json(again): Json<Again>) -> Told<Value> {
    let business = choose(&app, again.business).await?;
    let id = again.id;
    let there = app.store.write(move |tx| Ok::<_, ControlError>(outbox::retry(tx, business.id, id, now_us())?)).await?;
    if !there {
        return Err(ControlError::Unknown { what: "delivery that waits", name: id.to_string(), business: business.slug });
    }
    note(&app, &business, format!("report delivery {id} retried")).await?;
    Ok(Json(json!({ "id": id, "retried": true })))
}

fn routing<'a>(app: &'a App, business: &Business) -> Routing<'a> {
    Routing { store: &app.store, vault: &app.vault, decide: &app.decide, business: business.id, by: BY, now_us: now_us() }
}

fn refused(error: RoutingError, business: &Business) -> ControlError {
    match error {
        RoutingError::Unknown => ControlError::Unknown { what: "route", name: "of that id".to_owned(), business: business.slug.clone() },
        RoutingError::Store(e) => ControlError::Store(e),
        RoutingError::Decide(e) => ControlError::Decide(e),
        other => ControlError::Failed(anyhow::Error::new(other)),
    }
}

async fn note(app: &App, business: &Business, target: String) -> Result<(), ControlError> {
    let id = business.id;
    app.store
        .write(move |tx| Ok::<_, ControlError>(trail::audit(tx, About::Business(id), Who::Local, What::Changed, target, now_us())?))
        .await
}
