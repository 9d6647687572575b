//! Connections: HTTP/1.1, over TLS if the first byte begins a handshake. A reply that is no answer ends the connection, as a broken network does.
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Response, header};
use hyper_util::rt::TokioIo;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use super::{Shared, control};
use crate::portal::Reply;
use crate::request::Request;

/// The first byte of a TLS handshake.
const HANDSHAKE: u8 = 22;
/// A pause after an error of the listener, which is usually a lack of descriptors.
const BREATH: Duration = Duration::from_millis(20);

/// The connection has to end without an answer.
#[derive(Debug)]
struct Broken;

impl std::fmt::Display for Broken {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("broken off on purpose")
    }
}
impl std::error::Error for Broken {}

/// Reads certificate and key.
pub(super) fn acceptor(cert: &Path, key: &Path) -> io::Result<TlsAcceptor> {
    let chain = CertificateDer::pem_file_iter(cert).and_then(Iterator::collect::<Result<Vec<_>, _>>).map_err(io::Error::other)?;
    let key = PrivateKeyDer::from_pem_file(key).map_err(io::Error::other)?;
    let config = rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()));
    let config = config.with_safe_default_protocol_versions().map_err(io::Error::other)?;
    let config = config.with_no_client_auth().with_single_cert(chain, key).map_err(io::Error::other)?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// Accepts connections for ever.
pub(super) async fn serve(listener: TcpListener, acceptor: Option<TlsAcceptor>, shared: Arc<Shared>) {
    // Connections end with the server: dropping the set aborts them.
    let mut connections = tokio::task::JoinSet::new();
    loop {
        let Ok((stream, from)) = listener.accept().await else {
            tokio::time::sleep(BREATH).await;
            continue;
        };
        while connections.try_join_next().is_some() {}
        connections.spawn(connection(stream, from, acceptor.clone(), shared.clone()));
    }
}

async fn connection(stream: TcpStream, from: SocketAddr, acceptor: Option<TlsAcceptor>, shared: Arc<Shared>) {
    let _ = stream.set_nodelay(true);
    let mut first = [0];
    let begun = stream.peek(&mut first).await;
    match acceptor {
        Some(acceptor) if matches!(begun, Ok(1)) && first[0] == HANDSHAKE => {
            if let Ok(stream) = acceptor.accept(stream).await {
                talk(stream, from, true, shared).await;
            }
        }
        _ => talk(stream, from, false, shared).await,
    }
}

async fn talk(stream: impl AsyncRead + AsyncWrite + Unpin, from: SocketAddr, https: bool, shared: Arc<Shared>) {
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let shared = shared.clone();
        async move { answer(request, from, https, &shared).await }
    });
    // What goes wrong here is the caller's connection, which is the caller's business.
    let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

async fn answer(
    request: hyper::Request<Incoming>,
    from: SocketAddr,
    https: bool,
    shared: &Arc<Shared>,
) -> Result<Response<Full<Bytes>>, Broken> {
    let (head, body) = request.into_parts();
    let text = |name: header::HeaderName| head.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_string();
    let request = Request {
        verb: head.method.to_string(),
        https,
        host: text(header::HOST),
        path: head.uri.path().to_string(),
        query: head.uri.query().unwrap_or_default().to_string(),
        content_type: text(header::CONTENT_TYPE),
        body: body.collect().await.map_err(|_| Broken)?.to_bytes().to_vec(),
        from: from.ip().to_string(),
    };
    if request.path.starts_with("/sim/") {
        return Ok(response(control::answer(&request, shared)));
    }
    match shared.with(|portal| portal.answer(&request)) {
        Reply::Cut => Err(Broken),
        Reply::Stall => {
            tokio::time::sleep(shared.stall).await;
            Err(Broken)
        }
        reply @ Reply::Answer { .. } => Ok(response(reply)),
    }
}

fn response(reply: Reply) -> Response<Full<Bytes>> {
    let Reply::Answer { status, content_type, location, body } = reply else { return Response::new(Full::default()) };
    let mut builder = Response::builder().status(status).header(header::CONTENT_TYPE, content_type);
    if let Some(location) = location {
        builder = builder.header(header::LOCATION, location);
    }
    builder.body(Full::from(body)).unwrap_or_else(|_: hyper::http::Error| Response::new(Full::default()))
}
