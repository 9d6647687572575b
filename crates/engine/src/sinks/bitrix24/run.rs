//! Connections to portals as they come, change and go: a task for each, begun anew when its settings or secrets change.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::tz::TimeZone;
use serde::Deserialize;
use serde_json::json;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::portals::Portals;
use super::readback::{Bell, Notebook, Reader, Rhythm, Tell};
use super::rest::{Call, Credential, Patience, Portal, Rate, Said};
use super::write::{Times, Turn, Writer};
use crate::access::{
    Business, BusinessKind, ConnectionId, ConnectionIdentity, ConnectionKind, ConnectionRing, SecretName, business, connection_secrets,
};
use crate::journal::crm;
use crate::privacy::Vault;
use crate::store::{Store, StoreError};
use crate::upstream::{Outbound, Own, Route};

/// How often it looks whether connections came or went.
const LOOK: Duration = Duration::from_secs(2);
/// How often an outbox is looked at that has nothing to do; halted ones too: a person may have settled it.
const IDLE: Duration = Duration::from_millis(300);
const HALTED: Duration = Duration::from_secs(5);
const BROKEN: Duration = Duration::from_secs(10);
/// For a turn under way when the program stops or the connection changes.
const FAREWELL: Duration = Duration::from_secs(3);

/// How portals are asked.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Requests a second that we take of what all programs at this address have together.
    pub requests_per_second: f64,
    /// Requests at once after a rest.
    pub requests_at_once: f64,
    /// Milliseconds for which what goes to a card is gathered into one entry.
    pub gather_ms: u64,
    /// Seconds without a card after which one is made, where the connection may; before that nothing is a difference.
    pub make_after_seconds: u64,
    /// Milliseconds of the first pause after something did not work; it doubles.
    pub pause_ms: u64,
    /// Seconds that an answer may take; the cloud itself cuts a request after 60.
    pub answer_seconds: u64,
    /// Seconds after an unclear answer until the portal is surely done.
    pub settle_seconds: u64,
    /// Seconds between two looks at what changed in a portal.
    pub read_seconds: u64,
    /// Milliseconds for which hints of a portal's hook are gathered before it is looked at.
    pub hint_ms: u64,
    /// At which hour, by the business's clock, every card that was seen is looked at again.
    pub night_hour: i8,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            requests_per_second: 2.0,
            requests_at_once: 20.0,
            gather_ms: 1_000,
            make_after_seconds: 900,
            pause_ms: 1_000,
            answer_seconds: 70,
            settle_seconds: 65,
            read_seconds: 180,
            hint_ms: 1_500,
            night_hour: 3,
        }
    }
}

/// What it works with.
#[derive(Clone)]
pub struct Bitrix24 {
    /// The tables.
    pub store: Store,
    /// Opens what connections hold.
    pub vault: Vault,
    /// Who is plugged in.
    pub connections: Arc<ConnectionRing>,
    /// Those that are open.
    pub portals: Portals,
    /// How portals are asked.
    pub config: Config,
    /// Takes what is read back into the queue.
    pub tell: Arc<dyn Tell>,
    /// Rung by the hooks of connections.
    pub bell: Bell,
    /// Where this server listens: never asked.
    pub own: Own,
    /// Where the console is reached.
    pub base_url: String,
    /// The time, µs since 1970 UTC.
    pub now_us: fn() -> i64,
}

struct Running {
    known: Arc<ConnectionIdentity>,
    end: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Bitrix24 {
    /// Until `stop` turns true.
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        let mut running: HashMap<ConnectionId, Running> = HashMap::new();
        loop {
            let wanted: HashMap<ConnectionId, Arc<ConnectionIdentity>> = self
                .connections
                .of_kind(ConnectionKind::Bitrix24)
                .into_iter()
                .filter(asks)
                .map(|known| (known.connection, known))
                .collect();
            let over: Vec<ConnectionId> =
                running.iter().filter(|(id, run)| wanted.get(id).is_none_or(|known| *known != run.known)).map(|(id, _)| *id).collect();
            for id in over {
                if let Some(run) = running.remove(&id) {
                    run.finish().await;
                }
            }
            for (id, known) in wanted {
                running.entry(id).or_insert_with(|| {
                    let (end, ended) = watch::channel(false);
                    let task = tokio::spawn(self.clone().keep(Arc::clone(&known), ended));
                    Running { known, end, task }
                });
            }
            tokio::select! {
                () = tokio::time::sleep(LOOK) => {}
                _ = stop.wait_for(|stop| *stop) => break,
            }
        }
        for run in running.into_values() {
            run.finish().await;
        }
    }

    /// One connection, for as long as it stays as it is: written to, read back, or both, at one pace.
    async fn keep(self, known: Arc<ConnectionIdentity>, mut stop: watch::Receiver<bool>) {
        let portal = loop {
            let why = match self.shared(&known) {
                Ok(portal) => break portal,
                Err(why) => why,
            };
            tracing::warn!(connection = %known.connection, why, "a portal is not asked");
            tokio::select! { () = tokio::time::sleep(BROKEN) => {} _ = stop.wait_for(|stop| *stop) => return }
        };
        tokio::join!(
            self.clone().keep_reading(Arc::clone(&known), Arc::clone(&portal), stop.clone()),
            self.keep_writing(&known, portal, stop)
        );
    }

    async fn keep_writing(&self, known: &Arc<ConnectionIdentity>, portal: Arc<Portal>, mut stop: watch::Receiver<bool>) {
        let writer = loop {
            let why = match self.writer(known, Arc::clone(&portal)).await {
                Ok(writer) => break writer,
                Err(why) => why,
            };
            tracing::warn!(connection = %known.connection, why, "a portal is not written to");
            tokio::select! { () = tokio::time::sleep(BROKEN) => {} _ = stop.wait_for(|stop| *stop) => return }
        };
        loop {
            let wait = match writer.turn().await {
                Ok(Turn::Again) => Duration::ZERO,
                Ok(Turn::Rest) => IDLE,
                Ok(Turn::Halted) => HALTED,
                Err(e) => {
                    tracing::error!(connection = writer.connection, error = %e, "the outbox of a portal cannot be read or written");
                    // What was under way in that turn is in nobody's hands now.
                    let _ = writer.recover().await;
                    BROKEN
                }
            };
            if *stop.borrow() {
                return;
            }
            if wait > Duration::ZERO {
                tokio::select! { () = tokio::time::sleep(wait) => {} _ = stop.wait_for(|stop| *stop) => return }
            }
        }
    }

    async fn keep_reading(self, known: Arc<ConnectionIdentity>, portal: Arc<Portal>, mut stop: watch::Receiver<bool>) {
        if !known.settings.crm.read {
            return;
        }
        let reader = loop {
            let why = match self.reader(&known, Arc::clone(&portal)).await {
                Ok(reader) => break reader,
                Err(why) => why,
            };
            tracing::warn!(connection = %known.connection, why, "a portal is not read back");
            tokio::select! { () = tokio::time::sleep(BROKEN) => {} _ = stop.wait_for(|stop| *stop) => return }
        };
        reader.run(self.bell.of(known.connection), stop).await;
    }

    async fn reader(&self, known: &Arc<ConnectionIdentity>, portal: Arc<Portal>) -> Result<Reader, String> {
        let keys = self.vault.keys(known.business).ok_or("the keys of this business are not here")?;
        let found = self.business(known).await?;
        Ok(Reader {
            store: self.store.clone(),
            portal,
            notebook: Arc::new(Notebook {
                keys,
                connection: known.connection.to_string(),
                settings: known.settings.crm.clone(),
                zone: TimeZone::get(&found.timezone).unwrap_or(TimeZone::UTC),
            }),
            tell: Arc::clone(&self.tell),
            rhythm: Rhythm {
                every: Duration::from_secs(self.config.read_seconds.max(1)),
                hints: Duration::from_millis(self.config.hint_ms),
                pause: Duration::from_millis(self.config.pause_ms),
                night_hour: self.config.night_hour,
            },
            no_bookings: std::sync::Mutex::default(),
            now_us: self.now_us,
        })
    }

    async fn business(&self, known: &Arc<ConnectionIdentity>) -> Result<Business, String> {
        let business = known.business;
        let found = self
            .store
            .read(move |conn| Ok::<_, StoreError>(business::all(conn).ok().into_iter().flatten().find(|found| found.id == business)));
        found.await.map_err(|e| e.to_string())?.ok_or_else(|| "its business is not known".to_owned())
    }

    async fn writer(&self, known: &Arc<ConnectionIdentity>, portal: Arc<Portal>) -> Result<Writer, String> {
        let business = known.business;
        let found = self.business(known).await?;
        // A portal that does not say is taken for a classic one.
        let mode = portal.ask(&Call::new("crm.settings.mode.get", json!({}))).await;
        let writer = Writer {
            store: self.store.clone(),
            portal,
            business,
            slug: found.slug.to_string(),
            zone: TimeZone::get(&found.timezone).unwrap_or(TimeZone::UTC),
            is_clinic: found.kind == BusinessKind::Clinic,
            connection: known.connection.to_string(),
            settings: known.settings.crm.clone(),
            base_url: self.base_url.clone(),
            is_simple: mode == Said::Done(json!(2)),
            times: Times {
                gather: Duration::from_millis(self.config.gather_ms),
                make_after: Duration::from_secs(self.config.make_after_seconds),
                pause: Duration::from_millis(self.config.pause_ms),
            },
            now_us: self.now_us,
        };
        // Settings or secrets were changed by a person, or the program was started again: whatever had stopped it is tried again.
        let (connection, now_us) = (writer.connection.clone(), (self.now_us)());
        let freed = self.store.write(move |tx| Ok::<_, StoreError>(crm::halt(tx, &connection, None, now_us)?));
        freed.await.map_err(|e| e.to_string())?;
        writer.recover().await.map_err(|e| e.to_string())?;
        Ok(writer)
    }

    /// The portal of a connection, as its secrets and settings say.
    ///
    /// # Errors
    /// In words for a person, when it cannot be asked.
    pub fn portal(&self, known: &Arc<ConnectionIdentity>) -> Result<Portal, String> {
        let keys = self.vault.keys(known.business).ok_or("the keys of this business are not here")?;
        let secret = |name| known.secret(&keys, name);
        let app = secret(SecretName::App).and_then(|app| {
            let (id, secret) = app.split_once(':')?;
            Some((id.to_owned(), zeroize::Zeroizing::new(secret.to_owned())))
        });
        let credential = self.credential(known)?;
        let route = self.route(known)?;
        let rate = self.rate();
        let seconds = Duration::from_secs;
        let patience =
            Patience { answer: seconds(self.config.answer_seconds), settle: seconds(self.config.settle_seconds), ..Patience::default() };
        Portal::new(credential, app, (route, self.own.clone()), (rate, patience), self.keeping(known)).map_err(|e| e.to_string())
    }

    /// How fast a portal is asked.
    pub(super) fn rate(&self) -> Rate {
        let Config { requests_per_second: per_second, requests_at_once: depth, pause_ms, .. } = self.config;
        Rate { per_second, depth, pause: Duration::from_millis(pause_ms) }
    }

    /// The way to its portal.
    pub(super) fn route(&self, known: &ConnectionIdentity) -> Result<Route, String> {
        let keys = self.vault.keys(known.business).ok_or("the keys of this business are not here")?;
        let outbound = match known.secret(&keys, SecretName::Proxy) {
            Some(proxy) => Some(Outbound::read(&proxy).ok_or("its outbound proxy is not http://host:port or socks5://host:port")?),
            None => None,
        };
        Ok(Route { ca: known.settings.ca.clone(), outbound, link_local: known.settings.link_local })
    }

    /// What a connection opens its portal with.
    pub(super) fn credential(&self, known: &ConnectionIdentity) -> Result<Credential, String> {
        let keys = self.vault.keys(known.business).ok_or("the keys of this business are not here")?;
        let secret = |name| known.secret(&keys, name);
        match (secret(SecretName::Tokens), secret(SecretName::Webhook)) {
            (Some(tokens), _) => {
                let tokens = serde_json::from_str(&tokens).map_err(|_| "the application's tokens are damaged".to_owned())?;
                Credential::app(tokens).map_err(|e| e.to_string())
            }
            (None, Some(webhook)) => Credential::webhook(&webhook).map_err(|e| e.to_string()),
            (None, None) => Err("it has neither a webhook nor an installed application".to_owned()),
        }
    }

    /// Stores what a portal changed of its credential: its name, or the tokens.
    fn keeping(&self, known: &Arc<ConnectionIdentity>) -> super::rest::Changed {
        let (store, vault, now_us) = (self.store.clone(), self.vault.clone(), self.now_us);
        let (business, connection) = (known.business, known.connection);
        Box::new(move |credential: &Credential| {
            let Some(keys) = vault.keys(business) else { return };
            let name = if matches!(credential, Credential::App { .. }) { SecretName::Tokens } else { SecretName::Webhook };
            let (store, stored) = (store.clone(), credential.stored());
            tokio::spawn(async move {
                let since = Instant::now();
                let set = store.write(move |tx| {
                    connection_secrets::set(tx, &keys, connection, name, Some(&stored), now_us(), &mut rand::rng()).map_err(|e| {
                        tracing::error!(error = %e, "what a portal gave is not kept");
                        StoreError::Stopped
                    })
                });
                if set.await.is_ok() {
                    tracing::info!(%connection, took_ms = since.elapsed().as_millis() as u64, "a portal changed its name or tokens");
                }
            });
        })
    }
}

/// Whether Letopis itself has something to do there.
fn asks(known: &Arc<ConnectionIdentity>) -> bool {
    let has = |name| known.secrets.contains_key(&name);
    (known.settings.crm.write || known.settings.crm.read) && (has(SecretName::Webhook) || has(SecretName::Tokens))
}

impl Running {
    /// A portal that is silent holds nobody up: what was being sent to it is looked up next time.
    async fn finish(mut self) {
        let _ = self.end.send(true);
        if tokio::time::timeout(FAREWELL, &mut self.task).await.is_err() {
            self.task.abort();
        }
    }
}
