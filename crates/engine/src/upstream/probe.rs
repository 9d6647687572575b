//! One connection and one harmless question, for people: where it breaks is told step by step, not as one text.
//!
//! The same way out as the proxy's ([`Route`]: addresses that nobody may ask, certificates, an outbound proxy), used once and closed. What
//! the other side says is read up to a few kilobytes. No address stands in any answer.

use std::future::Future;
use std::io::{self, ErrorKind};
use std::pin::pin;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::{BodyExt, Empty};
use hyper::client::conn::http1;
use hyper::header::{DATE, HOST, PROXY_AUTHORIZATION, USER_AGENT};
use hyper::{Request, Uri};
use hyper_rustls::{HttpsConnectorBuilder, MaybeHttpsStream};
use hyper_util::rt::TokioIo;
use rustls::CertificateError;
use tokio::net::TcpStream;
use tower::Service;

use super::dial::{Dial, DialError, Route};
use super::guard::Own;
use super::{NAME, tls};

/// Enough to see what kind of a refusal it is.
const HEARD_BYTES: usize = 8 << 10;
/// A body that does not come on is left: the head says enough.
const LINGER: Duration = Duration::from_millis(500);

/// Where it breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Break {
    /// The certificates of the connection cannot be read.
    OwnCertificates,
    /// It may not be asked.
    Forbidden,
    /// It is this server.
    Own,
    /// The name leads nowhere.
    Name,
    /// Nobody listens.
    Refused,
    /// Nobody says anything, in the time that there was.
    Silent,
    /// No way there.
    Unreachable,
    /// The outbound proxy's name leads nowhere, or nobody is there.
    ProxyName,
    /// The same: nobody is there.
    ProxyDead,
    /// It wants another login.
    ProxyLogin,
    /// It does not go there.
    ProxyRefuses,
    /// The certificate's time is over, or has not begun.
    Expired,
    /// Nobody trusted has signed it.
    Untrusted,
    /// It is another name's.
    OtherName,
    /// Whoever listens speaks no TLS.
    NoTls,
}

/// A connection, open.
pub struct Open {
    stream: MaybeHttpsStream<TokioIo<TcpStream>>,
    origin: Uri,
    route: Route,
    /// How long it took.
    pub took: Duration,
}

/// What was answered.
#[derive(Debug, Clone)]
pub struct Heard {
    /// The status.
    pub status: u16,
    /// Its `Date`, as it stands there.
    pub date: Option<String>,
    /// The beginning.
    pub body: Bytes,
    /// From the question to the end of what was read.
    pub took: Duration,
}

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unheard {
    /// Not in time.
    Slow,
    /// It broke off, or speaks no HTTP.
    Broke,
}

/// Connects to `origin` (scheme and authority) by `route`.
///
/// # Errors
/// [`Break`].
pub async fn connect(origin: Uri, route: Route, own: Own, patience: Duration) -> Result<Open, Break> {
    let config = tls::config(route.ca.as_deref()).map_err(|_| Break::OwnCertificates)?;
    let through_proxy = route.outbound.is_some();
    let mut dial = Dial { route: std::sync::Arc::new(route.clone()), own };
    let begun = Instant::now();
    let dialled = tokio::time::timeout(patience, dial.call(origin.clone())).await.map_err(|_| Break::Silent)?;
    let stream = dialled.map_err(|error| broken(&error, through_proxy))?;
    let took = begun.elapsed();
    // TLS on what is open already: so it is known which of the two broke.
    let mut open = Some(stream);
    let there = tower::service_fn(move |_: Uri| std::future::ready(open.take().ok_or_else(|| io::Error::from(ErrorKind::NotConnected))));
    let mut tls = HttpsConnectorBuilder::new().with_tls_config(config).https_or_http().enable_http1().wrap_connector(there);
    let shaken = tokio::time::timeout(patience.saturating_sub(took), tls.call(origin.clone())).await.map_err(|_| Break::NoTls)?;
    let stream = shaken.map_err(|error| untrusted(&*error))?;
    Ok(Open { stream, origin, route, took })
}

impl Open {
    /// Whether what goes over it is encrypted.
    #[must_use]
    pub fn is_tls(&self) -> bool {
        matches!(self.stream, MaybeHttpsStream::Https(_))
    }

    /// Asks for `path`, with no key, and reads the beginning of the answer.
    ///
    /// # Errors
    /// [`Unheard`].
    pub async fn get(self, path: &str, patience: Duration) -> Result<Heard, Unheard> {
        let begun = Instant::now();
        let heard = tokio::time::timeout(patience, self.ask(path)).await.unwrap_or(Err(Unheard::Slow))?;
        Ok(Heard { took: begun.elapsed(), ..heard })
    }

    async fn ask(self, path: &str) -> Result<Heard, Unheard> {
        let request = self.question(path).ok_or(Unheard::Broke)?;
        let (mut sender, connection) = http1::Builder::new().handshake(self.stream).await.map_err(|_| Unheard::Broke)?;
        let mut connection = pin!(connection);
        let mut asked = pin!(async move {
            let answer = sender.send_request(request).await.map_err(|_| Unheard::Broke)?;
            let (head, mut body) = answer.into_parts();
            let mut read = Vec::new();
            while read.len() < HEARD_BYTES
                && let Ok(Some(Ok(frame))) = tokio::time::timeout(LINGER, body.frame()).await
            {
                read.extend_from_slice(frame.data_ref().map_or(&[][..], |data| data));
            }
            let date = head.headers.get(DATE).and_then(|date| date.to_str().ok()).map(str::to_owned);
            Ok(Heard { status: head.status.as_u16(), date, body: read.into(), took: Duration::ZERO })
        });
        let mut is_over = false;
        // An answer may have come with the end of the connection: the question is asked last.
        std::future::poll_fn(|cx| {
            is_over = is_over || connection.as_mut().poll(cx).is_ready();
            asked.as_mut().poll(cx)
        })
        .await
    }

    fn question(&self, path: &str) -> Option<Request<Empty<Bytes>>> {
        let host = self.origin.authority()?.as_str();
        let asks = self.route.outbound.as_ref().filter(|_| !self.is_tls()).and_then(super::Outbound::takes_requests);
        let mut request = Request::get(path);
        if let Some(login) = asks {
            request = Request::get(format!("http://{host}{path}"));
            if let Some(login) = login {
                request = request.header(PROXY_AUTHORIZATION, login);
            }
        }
        request.header(HOST, host).header(USER_AGENT, NAME).header("accept", "application/json").body(Empty::new()).ok()
    }
}

fn broken(error: &DialError, through_proxy: bool) -> Break {
    match error {
        DialError::Local => Break::Forbidden,
        DialError::Own => Break::Own,
        DialError::Name(_) if through_proxy => Break::ProxyName,
        DialError::Name(_) => Break::Name,
        // What the proxy itself said has words of ours in it; the system's own errors have none.
        DialError::Tcp(e) if through_proxy && e.get_ref().is_none() => Break::ProxyDead,
        DialError::Tcp(e) if through_proxy && e.kind() == ErrorKind::PermissionDenied => Break::ProxyLogin,
        DialError::Tcp(_) if through_proxy => Break::ProxyRefuses,
        DialError::Tcp(e) if e.kind() == ErrorKind::ConnectionRefused => Break::Refused,
        DialError::Tcp(_) => Break::Unreachable,
    }
}

fn untrusted(error: &(dyn std::error::Error + Send + Sync + 'static)) -> Break {
    // TLS wraps its errors in those of the system, once or twice.
    let mut inner = error;
    while let Some(deeper) = inner.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        inner = deeper;
    }
    match inner.downcast_ref::<rustls::Error>() {
        Some(rustls::Error::InvalidCertificate(fault)) => match fault {
            CertificateError::Expired
            | CertificateError::ExpiredContext { .. }
            | CertificateError::NotValidYet
            | CertificateError::NotValidYetContext { .. } => Break::Expired,
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => Break::OtherName,
            _ => Break::Untrusted,
        },
        _ => Break::NoTls,
    }
}
