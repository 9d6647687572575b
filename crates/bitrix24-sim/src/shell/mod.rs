//! The portal on sockets. One port speaks HTTP and, with a certificate, HTTPS too: the first byte of a connection tells which, so that
//! "Https required." can be seen as well.
//!
//! * `mod.rs` — [`Sim`]: start, look in, stop · `server.rs` — connections and replies · `deliver.rs` — events and widgets to their handlers
//! * `control.rs` — `/sim/…`: what a demo or a script in another language sees and does. No real portal has it.
mod control;
mod deliver;
mod server;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::task::JoinHandle;

pub use deliver::Opened;

use crate::clock::Clock;
use crate::portal::{Portal, Settings};

/// How a simulator is started.
#[derive(Debug, Clone)]
pub struct Options {
    /// where it listens; port 0 takes a free one
    pub listen: SocketAddr,
    /// certificate and key in PEM, for HTTPS
    pub tls: Option<(PathBuf, PathBuf)>,
    /// a CA that handlers' certificates are checked against, beside the public ones
    pub handler_ca: Option<PathBuf>,
    /// how long [`crate::Fault::Stall`] is silent; the cloud cuts a request after 60 s
    pub stall: Duration,
    /// the address that the portal calls itself by; empty: where it listens
    pub base: String,
    /// for faults, tokens and lost events
    pub seed: u64,
    /// its time
    pub clock: Clock,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            tls: None,
            handler_ca: None,
            stall: Duration::from_secs(60),
            base: String::new(),
            seed: 1,
            clock: Clock::real(),
        }
    }
}

/// A running portal. It ends when this is dropped.
pub struct Sim {
    /// its address, such as `http://127.0.0.1:40123`
    pub url: String,
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

/// What connections share.
struct Shared {
    portal: Mutex<Portal>,
    post: deliver::Post,
    stall: Duration,
}

impl Shared {
    /// Looks into the portal, and sends off what it wants to tell.
    fn with<R>(self: &Arc<Shared>, look: impl FnOnce(&mut Portal) -> R) -> R {
        let (result, outbox) = {
            let mut portal = self.portal.lock().unwrap_or_else(PoisonError::into_inner);
            let result = look(&mut portal);
            (result, std::mem::take(&mut portal.outbox))
        };
        self.post.send(outbox);
        result
    }
}

impl Sim {
    /// A portal on a free port of this machine, over HTTP, with the limits of an ordinary plan and the webhook `/rest/1/secret/`.
    pub async fn start() -> std::io::Result<Sim> {
        Sim::start_with(Options::default()).await
    }

    /// A portal as the options say.
    pub async fn start_with(options: Options) -> std::io::Result<Sim> {
        let listener = TcpListener::bind(options.listen).await?;
        let address = listener.local_addr()?;
        let scheme = if options.tls.is_some() { "https" } else { "http" };
        let url = if options.base.is_empty() { format!("{scheme}://{address}") } else { options.base.clone() };
        let mut settings = Settings::new(&url);
        settings.https_required = options.tls.is_some();
        // The same machine by its other name: where a random 302 leads.
        settings.other_name = Some(format!("{scheme}://localhost:{}", address.port()));
        let acceptor = options.tls.as_ref().map(|(cert, key)| server::acceptor(cert, key)).transpose()?;
        let shared = Arc::new(Shared {
            portal: Mutex::new(Portal::new(settings, options.clock.clone(), options.seed)),
            post: deliver::Post::new(options.handler_ca.as_deref())?,
            stall: options.stall,
        });
        let task = tokio::spawn(server::serve(listener, acceptor, shared.clone()));
        Ok(Sim { url, shared, task })
    }

    /// Looks into the portal or does something in it, as its people would.
    pub fn with<R>(&self, look: impl FnOnce(&mut Portal) -> R) -> R {
        self.shared.with(look)
    }

    /// The address of the first webhook, with a slash at the end: what a user pastes.
    pub fn webhook(&self) -> String {
        self.with(|portal| {
            let webhook = portal.access.webhooks.first();
            webhook.map_or_else(String::new, |webhook| format!("{}/rest/{}/{}/", portal.settings.address(), webhook.user, webhook.secret))
        })
    }

    /// Opens a widget as a browser would: POSTs to its handler and brings the page. `None` if no such widget is bound.
    pub async fn open_widget(&self, placement: &str, card: Option<u64>, user: u64) -> Option<Opened> {
        let opening = self.with(|portal| portal.open_widget(placement, card, user))?;
        Some(self.shared.post.open(opening).await)
    }

    /// Opens the main page of an application.
    pub async fn open_app(&self, client_id: &str, user: u64) -> Option<Opened> {
        let opening = self.with(|portal| portal.open_app(client_id, user))?;
        Some(self.shared.post.open(opening).await)
    }

    /// Waits until no event is on its way any more.
    pub async fn settled(&self) {
        self.shared.post.settled().await;
    }
}

impl Drop for Sim {
    fn drop(&mut self) {
        self.task.abort();
    }
}
