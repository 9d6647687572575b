//! Wiring: which parts there are, what each is given, in which order they start and stop.
//!
//! [`App::open`] takes a data folder and builds the parts; [`App::run`] serves until told to stop. It decides nothing about events. The folder:
//!
//! ```text
//! letopis.db (+ -wal, -shm)   tables          queue/        accepted, not yet recorded      log/<business>/   public log
//! master.key                  0600            letopis.sock  commands on this machine, 0600  lock              one process at a time
//! ```

pub mod config;
mod exposing;
mod folder;
mod founding;
mod health;
mod jobs;
mod keeping;
mod looked_after;
mod nightly;
mod outside;
mod parts;
mod post;
mod read_back;
mod resend;
mod serve;
mod stored;

use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use anyhow::Context;
use queue::Queue;
use tokio::net::TcpListener;
use tokio::sync::watch;
use zeroize::Zeroizing;

use crate::access::{self, ConnectionRing, KeyRing};
use crate::audit::{Retention, Reviews};
use crate::capture::{self, Capture};
use crate::console::assigning::Assigning;
use crate::console::replay::Replay;
use crate::console::{self, Console};
use crate::decide::Decide;
use crate::event::BusinessId;
use crate::journal::log::Logs;
use crate::journal::{Progress, epochs};
use crate::privacy::{self, MasterKey, Vault, installation};
use crate::recorder::{self, Cleaning, Publisher, Recorded, Recorder, Shelf};
use crate::store::{Store, give_way};
use crate::{anchor, backup};

use parts::{installed, log_of, open_queue};
use serve::Doors;

pub use config::Config;
pub use folder::{Folder, InUse};
pub use health::Health;
pub use jobs::{Jobs, Standing};
pub use outside::Outside;
pub use parts::open_store;
pub use serve::serve_http;
pub use stored::Stored;

/// How long requests under way may take when the server stops.
const DRAIN: Duration = Duration::from_secs(5);

/// The parts.
pub struct App {
    /// As read.
    pub config: Config,
    /// The tables.
    pub store: Store,
    /// The unwrapped keys.
    pub vault: Vault,
    /// The public logs.
    pub logs: Logs,
    /// How far recording has come.
    pub progress: Progress,
    /// API keys.
    pub keys: Arc<KeyRing>,
    /// Connection tokens.
    pub connections: Arc<ConnectionRing>,
    /// What businesses have settled: prices, words.
    pub known: Shelf,
    /// People's decisions.
    pub decide: Decide,
    /// What goes when its time is over.
    pub retention: Arc<Retention>,
    /// What people are to look at.
    pub reviews: Arc<Reviews>,
    /// Refused items, sent again.
    pub replay: Arc<Replay>,
    /// The doors.
    pub capture: Arc<Capture>,
    /// What `/readyz` and `/metrics` say.
    pub health: Arc<Health>,
    /// Whether pages of destroyed records are still to be cut off.
    pub cleaning: Cleaning,
    /// Long work under way.
    pub jobs: Jobs,
    stale: recorder::Stale,
    /// Keys were destroyed: the key file of the backup must follow.
    keys_destroyed: tokio::sync::Notify,
    /// Witnesses, copies, audits.
    pub outside: Outside,
    /// Where it listens, once it does.
    address: OnceLock<std::net::SocketAddr>,
    queue: Arc<dyn Queue>,
    master: Arc<MasterKey>,
    origin: String,
    backup_key: Zeroizing<[u8; 32]>,
    /// The data folder, locked. Last: nobody else may have it before the tables are closed.
    pub folder: Folder,
}

impl App {
    /// Opens or creates a data folder.
    ///
    /// # Errors
    /// When another process has it, or its keys or tables cannot be used.
    pub fn open(data: &Path, config: Config) -> anyhow::Result<Self> {
        let folder = Folder::lock(data)?;
        recorder::clean_up(folder.path());
        let unfinished = folder.path().join(backup::UNFINISHED);
        anyhow::ensure!(!unfinished.exists(), "a restore into {} did not finish: run it again", folder.path().display());
        let database = folder.path().join("letopis.db");
        let master_path = folder.path().join("master.key");
        MasterKey::load(&master_path, !database.exists())?;
        let store = open_store(folder.path())?;
        let (master, rotated) = store.read_blocking(|conn| anyhow::Ok(installation::master_in_force(&master_path, conn)?))?;
        installation::end_rotation(&master_path, rotated).context("master key")?;
        let master = Arc::new(master);
        let (origin, queue_key, backup_key) = installed(&store, &config, &master)?;
        let queue = open_queue(&folder.path().join("queue"), queue_key, &config)?;
        let vault = Vault::new(store.read_blocking(|conn| privacy::load_business_keys(conn, &master))?);
        let (progress, outside) = (Progress::default(), Outside::new(&config)?);
        let (keys, connections) = (Arc::new(KeyRing::default()), Arc::new(ConnectionRing::default()));
        let decide = Decide::new(Arc::clone(&queue), progress.clone());
        let ground = capture::Ground {
            queue: Arc::clone(&queue),
            keys: Arc::clone(&keys),
            connections: Arc::clone(&connections),
            vault: vault.clone(),
            folder: folder.path(),
            now_us,
        };
        let capture = Arc::new(Capture::new(ground, config.capture, config.proxy)?.hinting(outside.hint()));
        let health = Arc::new(Health::new(Arc::clone(&queue), Arc::clone(&capture), outside.figures()));
        let replay = Arc::new(Replay::new(store.clone(), vault.clone(), decide.clone(), Arc::clone(&capture) as Arc<_>));
        let retention = Arc::new(Retention::new(store.clone(), decide.clone(), now_us));
        let reviews = Arc::new(Reviews::new(store.clone(), decide.clone(), now_us));
        let app = Self {
            folder,
            config,
            store,
            vault,
            logs: Logs::default(),
            progress,
            keys,
            connections,
            known: Shelf::default(),
            decide,
            retention,
            reviews,
            replay,
            capture,
            health,
            cleaning: Cleaning::default(),
            jobs: Jobs::default(),
            stale: recorder::Stale::default(),
            keys_destroyed: tokio::sync::Notify::new(),
            outside,
            address: OnceLock::new(),
            queue,
            master,
            origin,
            backup_key,
        };
        app.refresh()?;
        Ok(app)
    }

    /// Takes the address it is to listen on.
    ///
    /// # Errors
    /// When somebody else has it.
    pub async fn bind(&self) -> anyhow::Result<TcpListener> {
        let listen = self.config.listen;
        let listener = TcpListener::bind(listen).await.with_context(|| format!("listening on {listen}"))?;
        let address = listener.local_addr()?;
        self.capture.listens(*self.address.get_or_init(|| address));
        Ok(listener)
    }

    /// The address people and programs reach it under.
    #[must_use]
    pub fn base_url(&self) -> String {
        let listens = || format!("http://{}", self.address.get().unwrap_or(&self.config.listen));
        self.config.public_url.as_deref().map_or_else(listens, |url| url.trim_end_matches('/').to_owned())
    }

    /// Looks again at what was changed by decisions: keys, connections, businesses.
    ///
    /// # Errors
    /// When the database says no.
    pub fn refresh(&self) -> anyhow::Result<()> {
        self.store.read_blocking(|conn| {
            self.keys.refresh(conn)?;
            self.connections.refresh(conn)?;
            self.known.refresh(conn)?;
            for business in access::business::all(conn)? {
                self.open_log(business.id, business.slug.as_str(), epochs::current(conn, business.id)?)?;
            }
            anyhow::Ok(())
        })
    }

    /// Starts recording and publishing; they end when `stop` turns true.
    ///
    /// # Errors
    /// When a log must not be signed on, or the queue cannot be read.
    pub fn start(self: &Arc<Self>, stop: &watch::Receiver<bool>) -> anyhow::Result<Vec<std::thread::JoinHandle<()>>> {
        let mut publisher = Publisher::new(self.store.clone(), self.logs.clone());
        publisher.resume().context("nothing is recorded until this is settled")?;
        let consumer = self.queue.consumer(recorder::GROUP)?;
        let noticed = Arc::clone(self);
        let recorder = Recorder {
            store: self.store.clone(),
            vault: self.vault.clone(),
            connections: Arc::clone(&self.connections),
            known: self.known.clone(),
            master: Arc::clone(&self.master),
            gaps: self.config.sessions,
            queue: Arc::clone(&self.queue),
            pending_bytes: self.config.queue.pending_bytes,
            progress: self.progress.clone(),
            cleaning: self.cleaning.clone(),
            stale: self.stale.clone(),
            has_backup: self.backup_folder().is_some(),
            on_recorded: Arc::new(move |recorded| noticed.on_recorded(recorded)),
        };
        let runtime = tokio::runtime::Handle::current();
        let (progress, stop, after) = (self.progress.clone(), stop.clone(), runtime.clone());
        // The last batch is to be signed too: publishing ends after recording has.
        let (end, recorded_all) = watch::channel(false);
        // Both have work that blocks: threads of their own, so that answering never waits for them.
        let recording = std::thread::Builder::new().name("recorder".into());
        let recording = recording.spawn(move || {
            give_way();
            runtime.block_on(recorder.run(consumer, stop));
            let _ = end.send(true);
        })?;
        let publishing = std::thread::Builder::new().name("publisher".into());
        let publishing = publishing.spawn(move || {
            give_way();
            after.block_on(publisher.run(progress, recorded_all));
        })?;
        Ok(vec![recording, publishing])
    }

    /// The routes of everything.
    pub fn router(&self) -> axum::Router {
        let console = Console {
            store: self.store.clone(),
            vault: self.vault.clone(),
            logs: self.logs.clone(),
            progress: self.progress.clone(),
            keys: Arc::clone(&self.keys),
            decide: self.decide.clone(),
            replay: Arc::clone(&self.replay),
            assigning: Assigning::new(self.store.clone(), self.vault.clone(), Arc::clone(&self.capture) as Arc<_>),
            trials: Arc::new(self.tester()),
            portals: Arc::new(self.bitrix24()),
            reports: Arc::clone(&self.outside.reports),
            post: self.post(),
            retention: Arc::clone(&self.retention),
            card_grace_us: self.card_grace_us(),
            reviews: Arc::clone(&self.reviews),
            has_backup: self.backup_folder().is_some(),
            now_us,
            secure_cookies: self.config.public_url.as_deref().is_some_and(|url| url.starts_with("https://")),
        };
        capture::routes(Arc::clone(&self.capture)).merge(console::routes(Arc::new(console))).merge(health::routes(Arc::clone(&self.health)))
    }

    /// Serves until `stop` turns true, then finishes what is under way and closes the queue; `local` is for commands on this machine.
    ///
    /// # Errors
    /// When it cannot listen, or a part cannot start.
    pub async fn run(self: Arc<Self>, listener: TcpListener, local: axum::Router, stop: watch::Receiver<bool>) -> anyhow::Result<()> {
        let (end, ended) = watch::channel(false);
        let parts = self.start(&ended)?;
        let socket = self.folder.socket()?;
        let outside = outside::start(&self)?;
        self.health.ready();
        let sealing = Arc::clone(&self);
        tokio::spawn(async move {
            if let Err(e) = sealing.seal_waiting().await {
                tracing::warn!(error = %e, "changes are stored, but not sealed yet; the next start tries again");
            }
        });
        let local = Doors { events: None, router: local };
        let looked_after = tokio::spawn(Arc::clone(&self).look_after(ended.clone()));
        let handed_over = tokio::spawn(Arc::clone(&self).hand_over());
        tokio::spawn(keeping::run(Arc::clone(&self), ended.clone()));
        let commands = tokio::spawn(serve::serve_local(socket, local, ended.clone()));
        let doors = Doors { events: Some(Arc::clone(&self.capture)), router: self.router() };
        serve::serve(listener, doors, self.config.connections, stop, DRAIN).await;
        let _ = end.send(true);
        let _ = commands.await;
        looked_after.abort();
        handed_over.abort();
        self.note_health().await;
        let closed = self.close(parts).await;
        outside.finish().await;
        closed
    }

    /// Waits for parts that were told to end, and closes the queue.
    ///
    /// # Errors
    /// When a part panicked.
    pub async fn close(&self, parts: Vec<std::thread::JoinHandle<()>>) -> anyhow::Result<()> {
        tokio::task::spawn_blocking(move || parts.into_iter().for_each(|part| drop(part.join()))).await?;
        self.capture.close().await;
        self.queue.close().await;
        self.follow_destructions();
        self.folder.remove_socket();
        Ok(())
    }

    fn on_recorded(&self, recorded: &Recorded) {
        self.health.recorded(recorded);
        if recorded.destroyed > 0 {
            self.keys_destroyed.notify_one();
        }
        if recorded.decisions == 0 {
            return;
        }
        if let Err(e) = self.refresh() {
            tracing::error!(error = %e, "a decision is stored but not in effect yet");
        }
        self.outside.decided();
    }

    fn open_log(&self, business: BusinessId, slug: &str, epoch: u32) -> anyhow::Result<()> {
        let Some(keys) = self.vault.keys(business).filter(|_| self.logs.of(business).is_none()) else { return Ok(()) };
        let log = log_of(&epochs::name(&self.origin, slug, epoch), self.folder.path(), slug, &keys)?;
        anchor::recall(&log);
        self.logs.add(Arc::new(log));
        Ok(())
    }
}

/// The time.
#[must_use]
pub fn now_us() -> i64 {
    jiff::Timestamp::now().as_microsecond()
}
