//! What goes on beside recording and publishing: witnesses, copies of checkpoints, the nightly audit, deliveries to forward, CRM cards, the rules
//! of incidents, reports.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::Context;
use tokio::sync::watch;

use super::nightly::{self, Nightly};
use super::{App, Config, now_us, parts};
use crate::anchor::{Anchor, Standing};
use crate::audit::incidents::Watch;
use crate::capture::Hint;
use crate::console::report::Reports;
use crate::forwards::{self, Forwards};
use crate::post;
use crate::sinks::bitrix24::readback::Bell;
use crate::sinks::bitrix24::{Bitrix24, Portals};
use crate::tally::{Crm, Tally};
use crate::upstream::Upstream;

/// What it needs before it runs.
pub struct Outside {
    /// The one client for everything outside.
    pub upstream: Upstream,
    /// How witnesses fare.
    pub standing: Arc<Standing>,
    /// What audits found.
    pub audits: Arc<nightly::Figures>,
    /// How many deliveries wait for bots.
    pub forwards: Arc<forwards::Figures>,
    /// How many reports are on their way.
    pub post: Arc<post::Figures>,
    /// Makes reports.
    pub reports: Arc<Reports>,
    /// The way to bots' platforms, with the certificates they show.
    pub bots: Upstream,
    /// CRM portals that are open.
    pub portals: Portals,
    decisions: Arc<AtomicU64>,
    /// Rung by the hooks of CRMs.
    bell: Bell,
}

/// What runs.
pub(super) struct Running {
    anchor: tokio::task::JoinHandle<()>,
    forwards: tokio::task::JoinHandle<()>,
    bitrix24: tokio::task::JoinHandle<()>,
    tally: tokio::task::JoinHandle<()>,
    watch: tokio::task::JoinHandle<()>,
    post: tokio::task::JoinHandle<()>,
    end: watch::Sender<bool>,
}

impl Outside {
    pub(super) fn new(config: &Config) -> anyhow::Result<Self> {
        let (standing, audits, forwards, post, reports, portals, decisions) = Default::default();
        let (upstream, bots) = (Upstream::new()?, way_to_bots(&config.post)?);
        Ok(Self { upstream, standing, audits, forwards, post, reports, bots, portals, decisions, bell: Bell::default() })
    }

    /// What capture tells of a CRM's events: whoever reads it looks at once.
    pub(super) fn hint(&self) -> Hint {
        let bell = self.bell.clone();
        Box::new(move |connection| bell.ring(connection))
    }

    /// A decision was recorded: perhaps a witness joined.
    pub(super) fn decided(&self) {
        self.decisions.fetch_add(1, Ordering::Relaxed);
    }

    /// For `/metrics`.
    pub(super) fn figures(&self) -> Vec<super::health::Part> {
        let (standing, audits) = (Arc::clone(&self.standing), Arc::clone(&self.audits));
        let (forwards, post) = (Arc::clone(&self.forwards), Arc::clone(&self.post));
        vec![
            Box::new(move |text| standing.write(text, now_us())),
            Box::new(move |text| audits.write(text)),
            Box::new(move |text| forwards.write(text)),
            Box::new(move |text| post.write(text)),
        ]
    }
}

/// Trusts what the configuration adds.
fn way_to_bots(config: &post::Config) -> anyhow::Result<Upstream> {
    let Some(path) = &config.certificates else { return Ok(Upstream::trusting(None)?) };
    let more = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
    Upstream::trusting(Some(&more)).with_context(|| path.display().to_string())
}

/// Starts all of it.
pub(super) fn start(app: &App) -> anyhow::Result<Running> {
    let (end, ended) = watch::channel(false);
    let outside = &app.outside;
    let anchor = Anchor {
        store: app.store.clone(),
        logs: app.logs.clone(),
        upstream: outside.upstream.clone(),
        config: Arc::new(app.config.anchor.clone()),
        standing: Arc::clone(&outside.standing),
        decisions: Arc::clone(&outside.decisions),
        now_us,
    };
    let forwards = Forwards {
        store: app.store.clone(),
        vault: app.vault.clone(),
        connections: Arc::clone(&app.connections),
        capture: Arc::clone(&app.capture),
        figures: Arc::clone(&outside.forwards),
        now_us,
    };
    let forwards = tokio::spawn(forwards.run(ended.clone()));
    let bitrix24 = tokio::spawn(app.bitrix24().run(ended.clone()));
    let tally = tokio::spawn(
        Tally::new(app.store.clone(), Arc::clone(&app.queue), now_us, app.config.sessions, app.crm_asked()).keep(ended.clone()),
    );
    let watch = tokio::spawn(app.watcher().keep(ended.clone()));
    let post = tokio::spawn(app.post().run(ended.clone()));
    Nightly::start(app, Arc::clone(&outside.audits), ended.clone())?;
    Ok(Running { anchor: tokio::spawn(anchor.run(ended)), forwards, bitrix24, tally, watch, post, end })
}

impl App {
    /// What looks whether something is an incident.
    #[must_use]
    pub fn watcher(&self) -> Watch {
        let data = self.folder.path().to_owned();
        Watch::new(self.store.clone(), self.decide.clone(), now_us, Box::new(move || parts::free_bytes(&data)), self.card_grace_us())
    }

    /// So long the bot and the search for a card have before a lead is missing, µs.
    #[must_use]
    pub fn card_grace_us(&self) -> i64 {
        i64::try_from(self.config.crm.make_after_seconds).unwrap_or(i64::MAX / 1_000_000).saturating_mul(1_000_000)
    }

    /// What is known of leads that a CRM lacks.
    fn crm_asked(&self) -> Crm {
        Crm { portals: crate::audit::differences::portals, grace_us: self.card_grace_us() }
    }

    /// What asks portals, by the connections there are.
    #[must_use]
    pub fn bitrix24(&self) -> Bitrix24 {
        Bitrix24 {
            store: self.store.clone(),
            vault: self.vault.clone(),
            connections: Arc::clone(&self.connections),
            portals: self.outside.portals.clone(),
            config: self.config.crm,
            tell: Arc::new(super::read_back::Heard(Arc::clone(&self.capture))),
            bell: self.outside.bell.clone(),
            own: self.capture.own(),
            base_url: self.base_url(),
            now_us,
        }
    }
}

impl Running {
    /// Lets witnesses see the last checkpoint, and ends. The audit is not waited for: it only reads.
    pub(super) async fn finish(self) {
        let _ = self.end.send(true);
        let _ = self.anchor.await;
        let _ = self.forwards.await;
        let _ = self.bitrix24.await;
        let _ = self.tally.await;
        let _ = self.watch.await;
        let _ = self.post.await;
    }
}
