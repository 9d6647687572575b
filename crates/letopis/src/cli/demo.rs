//! `letopis demo`: a server on a folder of its own, filled with a synthetic month.
//!
//! The month goes in through the same door as an import, while the console is open already. `demo.json` in the folder marks it as a demo
//! and says what it is filled with, so an interrupted filling goes on with the same bytes, and a folder with real data is never touched.

use std::io::IsTerminal;
use std::net::SocketAddr;
use std::path::Path;

use anyhow::{Context, bail};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::mpsc;

use super::business::Add;
use super::control::OfBusiness;
use super::experiment;
use super::house::House;
use super::import::Counted;
use super::serve::{Server, told_to_stop};
use super::user::{Invite, Person};
use super::voice::out;
use super::{control, house};
use crate::access::{BusinessKind, Role, Slug};
use crate::demo::{self, Shop};
use crate::event::experiment::{Aim, Experiment, Metric, Variant};

const MARKER: &str = "demo.json";
const SEED: u64 = 1;
const OWNER: &str = "owner";
/// Some three hours of both firms: a batch is recorded in a blink.
const BATCH_EVENTS: usize = 500;

/// What a demo folder is filled with.
#[derive(Serialize, Deserialize)]
struct Marker {
    /// This is a demo: everything in the folder is synthetic.
    letopis_demo: u8,
    seed: u64,
    /// The last moment of the month.
    end: Timestamp,
    filled: bool,
}

pub(super) fn run(data: &Path, listen: Option<SocketAddr>) -> anyhow::Result<()> {
    let marker = Marker::claim(data)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let server = Server::open(data, listen).await?;
        let (app, stopped) = (server.app.clone(), told_to_stop());
        let told = stopped.clone();
        let house = House::Within(control::routes(app.clone()));
        let mut serving = tokio::spawn(server.run(stopped));
        out!("Letopis demo: {}", app.base_url());
        let filling = async {
            let link = prepare(&house).await?;
            out!("{}", link.map_or_else(|| format!("sign in as {OWNER}"), |link| format!("owner (once, 24 h): {link}")));
            out!("everything in {} is synthetic; delete the folder to begin anew", data.display());
            if !marker.filled {
                // Before the month: afterwards a decision would wait for all of it to be recorded.
                experiment::begin(&house, Shop::Salon.slug().parse()?, demo_experiment(), since(marker.end)).await?;
                fill(&house, &marker).await?;
                app.reviews.catch_up(app.config.retention.hour).await?;
                Marker { filled: true, ..marker }.write(data)?;
            }
            anyhow::Ok(())
        };
        tokio::select! {
            ended = &mut serving => return ended?,
            // Stopped in the middle, it goes on with the rest at the next start.
            filled = filling => if !*told.borrow() { filled? },
        }
        serving.await?
    })
}

impl Marker {
    /// The marker of a demo folder, made now in an empty one.
    fn claim(data: &Path) -> anyhow::Result<Self> {
        let path = data.join(MARKER);
        if let Ok(text) = std::fs::read(&path) {
            return serde_json::from_slice(&text).with_context(|| format!("{}: delete the folder to begin anew", path.display()));
        }
        let taken = std::fs::read_dir(data).is_ok_and(|mut entries| entries.next().is_some());
        if taken {
            bail!("{} holds something else than a demo: name an empty folder with --data", data.display());
        }
        let marker = Self { letopis_demo: 1, seed: SEED, end: Timestamp::now(), filled: false };
        house::private_folder(data)?;
        marker.write(data)?;
        Ok(marker)
    }

    fn write(&self, data: &Path) -> anyhow::Result<()> {
        let path = data.join(MARKER);
        std::fs::write(&path, serde_json::to_vec(self)?).with_context(|| path.display().to_string())
    }
}

/// Makes the two firms and their owner, where they are not there yet; gives a link for an owner without a password.
async fn prepare(house: &House) -> anyhow::Result<Option<String>> {
    let there: Value = house.ask("business/list", &OfBusiness { business: None }).await?;
    let there: Vec<&str> = there.as_array().into_iter().flatten().filter_map(|business| business["slug"].as_str()).collect();
    for shop in Shop::ALL {
        let slug: Slug = shop.slug().parse()?;
        if !there.contains(&shop.slug()) {
            let kind = if shop == Shop::Clinic { BusinessKind::Clinic } else { BusinessKind::Salon };
            let _: Value = house.ask("business/add", &Add::new(slug.clone(), shop.title().parse()?, kind)).await?;
        }
        let people: Value = house.ask("user/list", &OfBusiness { business: Some(slug.clone()) }).await?;
        if people.as_array().is_none_or(Vec::is_empty) {
            let _: Value = house.ask("user/invite", &Invite::new(OWNER, Role::Owner, "Владелец".parse()?, slug)).await?;
        }
    }
    let slug: Slug = Shop::Salon.slug().parse()?;
    let people: Value = house.ask("user/list", &OfBusiness { business: Some(slug.clone()) }).await?;
    if people[0]["has_password"].as_bool() == Some(true) {
        return Ok(None);
    }
    let made: Value = house.ask("user/link", &Person::new(OWNER, slug)).await?;
    Ok(made["link"].as_str().map(str::to_owned))
}

/// What the salon's bot tells of, as its owner would have defined it.
fn demo_experiment() -> Experiment {
    Experiment {
        name: "подсказка_времени".into(),
        hypothesis: "Если сразу предложить свободное время, записей будет больше".into(),
        variants: ["A", "B"].map(|name| Variant { name: name.into(), weight: 1 }).into(),
        metric: Metric::Booked,
        aim: Aim::More,
        effect: 0.1,
    }
}

/// The first day of the month.
fn since(end: Timestamp) -> String {
    (end - jiff::SignedDuration::from_hours(30 * 24)).to_string()
}

/// Sends the month, firm by firm of each batch, in the order of time.
async fn fill(house: &House, marker: &Marker) -> anyhow::Result<()> {
    let (seed, end) = (marker.seed, marker.end);
    let (sender, mut batches) = mpsc::channel::<(Shop, Vec<u8>, usize)>(2);
    tokio::task::spawn_blocking(move || play(seed, end, &sender));
    let bar = progress_bar();
    let (mut sent, mut new) = (0_u64, 0);
    while let Some((shop, body, events)) = batches.recv().await {
        let what = format!("import?demo=true&business={}", shop.slug());
        let answer = house.call(&what, "application/json", body.into()).await?;
        if !answer.status.is_success() {
            bail!("the demo cannot be filled: {}", answer.message());
        }
        let counted: Counted = serde_json::from_slice(&answer.body)?;
        if let Some((_, reason)) = counted.rejected.first() {
            bail!("the demo holds an event that is none: {reason}");
        }
        sent += events as u64;
        new += counted.accepted;
        bar.set_message(format!("{sent} events"));
        bar.tick();
    }
    bar.finish_and_clear();
    out!("filled: {new} events of the last 30 days");
    Ok(())
}

/// Writes the month as batches; ends early when nobody wants them any more.
fn play(seed: u64, end: Timestamp, sender: &mpsc::Sender<(Shop, Vec<u8>, usize)>) {
    let mut open: [Vec<Vec<u8>>; 2] = [Vec::new(), Vec::new()];
    let place = |shop: Shop| usize::from(shop == Shop::Clinic);
    let send = |shop: Shop, events: Vec<Vec<u8>>| {
        let body = [b"[", events.join(&b","[..]).as_slice(), b"]"].concat();
        events.is_empty() || sender.blocking_send((shop, body, events.len())).is_ok()
    };
    for happening in demo::month(seed, end) {
        let batch = &mut open[place(happening.shop)];
        batch.push(happening.event);
        if batch.len() == BATCH_EVENTS && !send(happening.shop, std::mem::take(batch)) {
            return;
        }
    }
    let _ = Shop::ALL.into_iter().all(|shop| send(shop, std::mem::take(&mut open[place(shop)])));
}

fn progress_bar() -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
    }
    let style = ProgressStyle::with_template("{spinner} filling: {msg}").unwrap_or_else(|_| ProgressStyle::default_spinner());
    ProgressBar::new_spinner().with_style(style)
}
