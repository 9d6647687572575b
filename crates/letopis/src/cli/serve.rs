//! `letopis serve`: everything in one process, until it is told to stop.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use super::control;
use super::voice::out;
use crate::access::trail::Who;
use crate::access::{AccessError, Scope, business, first, link};
use crate::app::{App, Config, now_us};

/// A server that can begin.
pub(super) struct Server {
    pub app: Arc<App>,
    listener: TcpListener,
}

pub(super) fn run(data: &Path, listen: Option<SocketAddr>) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let server = Server::open(data, listen).await?;
        let app = Arc::clone(&server.app);
        out!("Letopis: {}", app.base_url());
        first_start(&app).await?;
        tracing::info!(address = app.base_url(), version = env!("CARGO_PKG_VERSION"), "serving");
        server.run(told_to_stop()).await?;
        tracing::info!("stopped");
        Ok(())
    })
}

impl Server {
    /// Opens the folder and the port; nothing is served yet.
    pub(super) async fn open(data: &Path, listen: Option<SocketAddr>) -> anyhow::Result<Self> {
        let mut config = Config::of_folder(data)?;
        if let Some(listen) = listen {
            config.listen = listen;
        }
        let app = Arc::new(App::open(data, config)?);
        let listener = app.bind().await?;
        Ok(Self { app, listener })
    }

    /// Serves until `stopped`.
    pub(super) async fn run(self, stopped: watch::Receiver<bool>) -> anyhow::Result<()> {
        let local = control::routes(Arc::clone(&self.app));
        self.app.run(self.listener, local, stopped).await
    }
}

/// Turns true on SIGTERM and Ctrl-C.
pub(super) fn told_to_stop() -> watch::Receiver<bool> {
    let (stop, stopped) = watch::channel(false);
    tokio::spawn(async move {
        let (Ok(mut term), Ok(mut interrupt)) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt())) else { return };
        tokio::select! {
            _ = term.recv() => {}
            _ = interrupt.recv() => {}
        }
        let _ = stop.send(true);
    });
    stopped
}

/// Says what only the first start says; and while no owner has a password yet, how one comes in.
async fn first_start(app: &Arc<App>) -> anyhow::Result<()> {
    let base = app.base_url();
    if let Some(welcome) = app.welcome().await? {
        out!("owner (once, 24 h): {base}/welcome/{}", welcome.owner_link.reveal());
        out!("ingest key:         {}", welcome.ingest_key.reveal());
        return Ok(());
    }
    let link = app.store.write(|tx| {
        let Some(business) = business::all(tx)?.into_iter().next() else { return Ok(None) };
        let Some(owner) = first::waiting_owner(tx, business.id)? else { return Ok(None) };
        let link = link::issue(tx, &Scope::local(business.id), Who::Local, owner, now_us(), &mut rand::rng())?;
        Ok::<_, AccessError>(Some(link))
    });
    if let Some(link) = link.await? {
        out!("owner (once, 24 h): {base}/welcome/{}", link.reveal());
    }
    Ok(())
}
