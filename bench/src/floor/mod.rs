//! The floor: a server that does the least a durable server can do. It reads the body, hands it to one committer thread,
//! and answers 202 after the group's `fdatasync`; with `--no-sync` the same without the sync.
//!
//! It is meant to be hard to beat: hyper alone, the smallest handler, the runtime settings of the product (two workers), no
//! linger, no parsing, no authentication, and a file that is preallocated completely before the first request.
//! `GET /stats` and the end (SIGINT, SIGTERM) tell how many requests, writes and syncs there were.

mod committer;
mod prepared;

use crate::client::Address;
use anyhow::{Context, Result};
use committer::{Committer, Item};
use http_body_util::{BodyExt, Empty, Full, combinators::BoxBody};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use prepared::PreparedFile;
use std::convert::Infallible;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::net::{TcpListener, TcpStream};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::oneshot;

/// The product's runtime has as many; a floor with another number would compare something else.
const WORKERS: usize = 2;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Address to listen on; port 0 takes a free one. The address is the first line of the output.
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: String,
    /// The file to append to; removed at the end.
    #[arg(long)]
    file: PathBuf,
    /// Answer after the write, without fdatasync.
    #[arg(long)]
    no_sync: bool,
    /// Size of the preallocated file. At its end writing begins again at the start, as recycled logs do.
    #[arg(long, default_value_t = 1024)]
    file_mib: u64,
}

type Answer = Response<BoxBody<Bytes, Infallible>>;

pub(crate) fn run(args: &Args) -> Result<()> {
    let file = PreparedFile::create(&args.file, args.file_mib << 20).with_context(|| format!("cannot prepare {}", args.file.display()))?;
    let committer = Arc::new(Committer::start(file, !args.no_sync)?);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(WORKERS).enable_all().build()?;
    runtime.block_on(serve(&Address::parse(&format!("http://{}", args.listen))?, &committer))?;
    println!("{}", committer.stats());
    std::fs::remove_file(&args.file).with_context(|| format!("cannot remove {}", args.file.display()))
}

async fn serve(address: &Address, committer: &Arc<Committer>) -> Result<()> {
    let listener = TcpListener::bind(address.socket).await?;
    println!("listening on http://{}", listener.local_addr()?);
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                let (stream, _) = accepted?;
                stream.set_nodelay(true)?;
                tokio::spawn(connection(stream, committer.clone()));
            }
            _ = interrupt.recv() => return Ok(()),
            _ = terminate.recv() => return Ok(()),
        }
    }
}

async fn connection(stream: TcpStream, committer: Arc<Committer>) {
    let handler = service_fn(|request| answer(request, &committer));
    // An error here is a client that went away: nothing to tell anyone.
    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), handler).await;
}

async fn answer(request: Request<Incoming>, committer: &Committer) -> Result<Answer, hyper::Error> {
    if request.method() == Method::GET {
        return Ok(Response::new(Full::from(committer.stats().to_string()).boxed()));
    }
    let mut body = request.into_body();
    let mut item = Item::new();
    while let Some(frame) = body.frame().await {
        if let Ok(bytes) = frame?.into_data() {
            item.push(bytes);
        }
    }
    let (done, durable) = oneshot::channel();
    let kept = committer.hand_over(item, done) && durable.await.is_ok();
    let mut response = Response::new(Empty::new().boxed());
    *response.status_mut() = if kept { StatusCode::ACCEPTED } else { StatusCode::INTERNAL_SERVER_ERROR };
    Ok(response)
}
