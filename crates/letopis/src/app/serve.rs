//! The accept loop: our own, because strangers need limits that no default has.
//!
//! A connection has thirty seconds for a request's head, a place among `connections`, and on stop a bounded time to finish.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, UnixListener};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tower::Service;

use crate::capture::{self, Capture};

/// For the head of a request, and for the next one on an idle connection.
const HEAD_TIMEOUT: Duration = Duration::from_secs(30);
/// After an accept error (no file descriptors left) trying at once would only spin.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Who answers a request. The events API is asked first: matching a route and boxing its answer would be a tenth of what accepting one
/// event costs.
#[derive(Clone)]
pub(super) struct Doors {
    pub(super) events: Option<Arc<Capture>>,
    pub(super) router: Router,
}

/// Serves until `stop` turns true and what was under way is done or `drain` has passed.
pub(super) async fn serve(listener: TcpListener, doors: Doors, connections: usize, mut stop: watch::Receiver<bool>, drain: Duration) {
    let places = Arc::new(Semaphore::new(connections));
    loop {
        let place = tokio::select! {
            place = Arc::clone(&places).acquire_owned() => place,
            () = stopped(&mut stop) => break,
        };
        let Ok(place) = place else { break };
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stopped(&mut stop) => break,
        };
        match accepted {
            Ok((stream, address)) => {
                let _ = stream.set_nodelay(true);
                connect(stream, doors.clone(), Some(address), place, stop.clone());
            }
            Err(e) => {
                tracing::warn!(error = %e, "connection not accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
    drop(listener);
    let all = places.acquire_many(connections as u32);
    if tokio::time::timeout(drain, all).await.is_err() {
        tracing::warn!("stopped with connections still open");
    }
}

/// The same for a router alone: a witness has no events API.
pub async fn serve_http(listener: TcpListener, router: Router, connections: usize, stop: watch::Receiver<bool>, drain: Duration) {
    serve(listener, Doors { events: None, router }, connections, stop, drain).await;
}

/// Serves commands on this machine over the socket in the data folder.
pub(super) async fn serve_local(listener: UnixListener, doors: Doors, mut stop: watch::Receiver<bool>) {
    let places = Arc::new(Semaphore::new(64));
    while let Ok(place) = Arc::clone(&places).acquire_owned().await {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stopped(&mut stop) => break,
        };
        if let Ok((stream, _)) = accepted {
            connect(stream, doors.clone(), None, place, stop.clone());
        }
    }
}

fn connect<S>(stream: S, doors: Doors, address: Option<std::net::SocketAddr>, place: OwnedSemaphorePermit, mut stop: watch::Receiver<bool>)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = hyper::service::service_fn(move |mut request: Request<Incoming>| {
        let Doors { events, mut router } = doors.clone();
        async move {
            if let Some(capture) = events {
                if capture::is_events(&request) {
                    return Ok(capture::events(&capture, request.map(Body::new)).await);
                }
                if capture::is_proxied(&request) {
                    // Boxed: a stream may last for hours, and its connection keeps room for whatever is not.
                    return Ok(Box::pin(capture::proxy(&capture, address.map(|address| address.ip()), request)).await);
                }
            }
            if let Some(address) = address {
                request.extensions_mut().insert(ConnectInfo(address));
            }
            router.call(request).await
        }
    });
    tokio::spawn(async move {
        let mut builder = http1::Builder::new();
        builder.timer(TokioTimer::new()).header_read_timeout(HEAD_TIMEOUT).half_close(false).preserve_header_case(true);
        let connection = builder.serve_connection(TokioIo::new(stream), service);
        tokio::pin!(connection);
        let done = tokio::select! {
            done = connection.as_mut() => done,
            () = stopped(&mut stop) => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        if let Err(e) = done {
            tracing::debug!(error = %e, "connection ended");
        }
        drop(place);
    });
}

/// Waits without holding on to the value, so that the future may move between threads.
async fn stopped(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}
