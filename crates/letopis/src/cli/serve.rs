//! `letopis serve`.

use std::sync::Arc;

use anyhow::Context;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use super::ServeArgs;
use crate::app::{App, Config};

pub(super) fn serve(args: &ServeArgs) -> anyhow::Result<()> {
    let mut config = Config::of_folder(&args.data)?;
    if let Some(listen) = args.listen {
        config.listen = listen;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(run(args, config))
}

async fn run(args: &ServeArgs, config: Config) -> anyhow::Result<()> {
    let listen = config.listen;
    let app = Arc::new(App::open(&args.data, config)?);
    let listener = tokio::net::TcpListener::bind(listen).await.with_context(|| format!("listening on {listen}"))?;
    let address = listener.local_addr()?;
    let base = app.config.public_url.clone().unwrap_or_else(|| format!("http://{address}"));
    println!("Letopis: {base}");
    if let Some(welcome) = app.welcome().await? {
        println!("owner (once, 24 h): {base}/welcome/{}", welcome.owner_link.reveal());
        println!("ingest key:         {}", welcome.ingest_key.reveal());
        let publishing = Arc::clone(&app);
        tokio::spawn(async move {
            for change in &welcome.changes {
                if let Err(e) = publishing.decide.change("first start", change, crate::app::now_us()).await {
                    tracing::warn!(error = %e, "first start");
                }
            }
        });
    }
    let (stop, stopped) = watch::channel(false);
    tokio::spawn(async move {
        let (Ok(mut term), Ok(mut interrupt)) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt())) else { return };
        tokio::select! {
            _ = term.recv() => {}
            _ = interrupt.recv() => {}
        }
        let _ = stop.send(true);
    });
    app.run(listener, axum::Router::new(), stopped).await
}
