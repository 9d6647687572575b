//! Connections to the outside: a name resolved, an address judged, TCP, and an outbound proxy where there is one.
//!
//! What TLS is put on. It knows no HTTP but the line that asks a proxy for a tunnel.

use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use hyper::Uri;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tower::Service;

use super::guard::{self, Own};
use super::outbound::Outbound;

/// How a connection gets outside.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Route {
    /// Certificates to trust beside the common ones, PEM.
    pub ca: Option<String>,
    /// Through this proxy.
    pub outbound: Option<Outbound>,
    /// Also to link-local and metadata addresses.
    pub link_local: bool,
}

/// Opens connections the way of one route.
#[derive(Clone)]
pub(super) struct Dial {
    pub(super) route: Arc<Route>,
    pub(super) own: Own,
}

/// Why there is no connection. No address in the text: people see it, and a secret host may stand there.
#[derive(Debug, thiserror::Error)]
pub(super) enum DialError {
    #[error("is at a link-local or metadata address, which this connection may not ask")]
    Local,
    #[error("is this server itself")]
    Own,
    #[error("has no address ({0})")]
    Name(std::io::Error),
    #[error("cannot be reached ({0})")]
    Tcp(std::io::Error),
}

impl Dial {
    async fn dial(self, uri: Uri) -> Result<TokioIo<TcpStream>, DialError> {
        let host = uri.host().unwrap_or_default().trim_matches(['[', ']']).to_owned();
        let is_tls = uri.scheme_str() == Some("https");
        let port = uri.port_u16().unwrap_or(if is_tls { 443 } else { 80 });
        let Some(outbound) = &self.route.outbound else { return Ok(TokioIo::new(self.straight(&host, port).await?)) };
        // The proxy resolves names; a number can be judged here.
        if host.parse().is_ok_and(|ip| self.refuses(ip)) {
            return Err(DialError::Local);
        }
        let stream = self.straight(&outbound.host, outbound.port).await?;
        let takes_it_whole = !is_tls && outbound.takes_requests().is_some();
        let stream = if takes_it_whole { stream } else { outbound.tunnel(stream, &host, port).await.map_err(DialError::Tcp)? };
        Ok(TokioIo::new(stream))
    }

    async fn straight(&self, host: &str, port: u16) -> Result<TcpStream, DialError> {
        let addresses: Vec<SocketAddr> = match host.parse::<IpAddr>() {
            Ok(ip) => vec![SocketAddr::new(ip, port)],
            Err(_) => tokio::net::lookup_host((host, port)).await.map_err(DialError::Name)?.collect(),
        };
        // All are judged before one is asked: a name with a good and a bad address is a bad name.
        if addresses.iter().any(|address| self.refuses(address.ip())) {
            return Err(DialError::Local);
        }
        let stream = TcpStream::connect(&addresses[..]).await.map_err(DialError::Tcp)?;
        let (local, peer) = (stream.local_addr().map_err(DialError::Tcp)?, stream.peer_addr().map_err(DialError::Tcp)?);
        if self.own.is(local, peer) {
            return Err(DialError::Own);
        }
        let _ = stream.set_nodelay(true);
        Ok(stream)
    }

    fn refuses(&self, ip: IpAddr) -> bool {
        !self.route.link_local && guard::is_local_service(ip)
    }
}

impl Service<Uri> for Dial {
    type Response = TokioIo<TcpStream>;
    type Error = DialError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, DialError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), DialError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        Box::pin(self.clone().dial(uri))
    }
}
