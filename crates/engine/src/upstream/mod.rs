//! The HTTP clients for everything outside: [`Upstream`] asks and reads an answer, [`Streaming`] passes bodies through.
//!
//! * `streaming` – the proxy's client · `probe` – one connection and one question, told step by step · `dial` – connections, by a `Route` · `guard` – addresses nobody may ask, `judge` – the same for [`Upstream`] · `outbound` – a proxy on
//!   the way · `tls` – whom TLS trusts
//!
//! A request goes to where it is told and nowhere else: no redirect is followed, no header of ours is added but `Host` and a name,
//! answers are read up to a limit and within a time. TLS is rustls with ring and the common web roots; nothing of the system is needed.
//! Who may be asked is the caller's business, and so is trying again. Nothing here logs a URL: tokens stand in some.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::header::{HOST, HeaderName, HeaderValue, USER_AGENT};
use hyper::{Method, Request, Uri};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};

use judge::Judge;

/// Below what common servers keep an idle connection for, so that a request is not sent into one that is being closed.
const IDLE: Duration = Duration::from_secs(4);
/// Until there is a connection.
pub const CONNECT: Duration = Duration::from_secs(5);
const NAME: HeaderValue = HeaderValue::from_static(concat!("letopis/", env!("CARGO_PKG_VERSION")));

/// An address that may be asked: http or https, with a host, without a password in it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Address(String);

/// Why there is no answer. The text names no URL.
#[derive(Debug, thiserror::Error)]
pub enum UpstreamError {
    /// Not an address that may be asked.
    #[error("{0:?} is not an address: write it as https://host or https://host:port/path, without a password, ? or #")]
    Address(String),
    /// It cannot be reached.
    #[error("cannot be reached ({0})")]
    Unreachable(String),
    /// It takes too long.
    #[error("gives no answer within {} s", .0.as_secs())]
    Slow(Duration),
    /// The answer broke off or is too long.
    #[error("its answer broke off or is longer than {0} bytes")]
    Answer(usize),
}

/// What is sent.
pub struct Question {
    /// How.
    pub method: Method,
    /// Where: whole, because some callers put a token into the path.
    pub url: String,
    /// What stands in the head beside `Host`.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// What follows it.
    pub body: Bytes,
    /// From sending to the last byte of the answer.
    pub patience: Duration,
    /// Longer answers are not read.
    pub answer_bytes: usize,
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Answered {
    /// The status.
    pub status: u16,
    /// Of the answer.
    pub headers: hyper::HeaderMap,
    /// All of it.
    pub body: Bytes,
}

/// The client; clones share its connections.
#[derive(Clone)]
pub struct Upstream {
    client: Client<HttpsConnector<HttpConnector<Judge>>, Full<Bytes>>,
    judge: Judge,
}

impl Upstream {
    /// A client with connections of its own.
    ///
    /// # Errors
    /// When the TLS library was built without a protocol version that it takes for safe.
    pub fn new() -> Result<Self, rustls::Error> {
        Self::with(Judge { guarded: false })
    }

    /// The same for addresses that a business names: never a link-local one or a metadata service.
    ///
    /// # Errors
    /// As [`Upstream::new`].
    pub fn guarded() -> Result<Self, rustls::Error> {
        Self::with(Judge { guarded: true })
    }

    /// As [`Upstream::guarded`], and it also trusts these certificates (PEM).
    ///
    /// # Errors
    /// [`BadCertificates`].
    pub fn trusting(more: Option<&str>) -> Result<Self, BadCertificates> {
        Ok(Self::over(tls::config(more)?, Judge { guarded: true }))
    }

    fn over(tls: rustls::ClientConfig, judge: Judge) -> Self {
        let https = HttpsConnectorBuilder::new().with_tls_config(tls).https_or_http().enable_http1();
        Self { client: builder().build(https.wrap_connector(connector(judge))), judge }
    }

    fn with(judge: Judge) -> Result<Self, rustls::Error> {
        let tls = HttpsConnectorBuilder::new().with_provider_and_webpki_roots(rustls::crypto::ring::default_provider())?;
        Ok(Self { client: builder().build(tls.https_or_http().enable_http1().wrap_connector(connector(judge))), judge })
    }

    /// Asks once.
    ///
    /// # Errors
    /// When there is no whole answer in time.
    pub async fn ask(&self, question: Question) -> Result<Answered, UpstreamError> {
        let (patience, limit) = (question.patience, question.answer_bytes);
        let answer = tokio::time::timeout(patience, self.exchange(question, limit)).await;
        answer.unwrap_or(Err(UpstreamError::Slow(patience)))
    }

    async fn exchange(&self, question: Question, limit: usize) -> Result<Answered, UpstreamError> {
        let Question { method, url, headers, body, .. } = question;
        let uri: Uri = url.parse().map_err(|_| UpstreamError::Unreachable("not a URL".into()))?;
        if self.judge.refuses(&uri) {
            return Err(UpstreamError::Unreachable(judge::LOCAL.into()));
        }
        let mut request = Request::builder().method(method);
        if !headers.iter().any(|(name, _)| *name == USER_AGENT) {
            request = request.header(USER_AGENT, NAME);
        }
        if let Some(authority) = uri.authority() {
            request = request.header(HOST, authority.as_str());
        }
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let request = request.uri(uri).body(Full::new(body)).map_err(|_| UpstreamError::Unreachable("not a request".into()))?;
        // Once a connection stood, the question may have been heard.
        let heard = |e: hyper_util::client::legacy::Error| match e.is_connect() {
            true => UpstreamError::Unreachable(reason(&e)),
            false => UpstreamError::Answer(limit),
        };
        let answer = self.client.request(request).await.map_err(heard)?;
        let (head, body) = answer.into_parts();
        let body = Limited::new(body, limit).collect().await.map_err(|_| UpstreamError::Answer(limit))?.to_bytes();
        Ok(Answered { status: head.status.as_u16(), headers: head.headers, body })
    }
}

impl Address {
    /// A URL below it.
    #[must_use]
    pub fn join(&self, path: &str) -> String {
        format!("{}/{path}", self.0)
    }

    /// An address that stands in the program.
    pub fn from_static(text: &'static str) -> Self {
        Self(text.to_owned())
    }

    /// As it was given, without a slash at its end.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::str::FromStr for Address {
    type Err = UpstreamError;

    fn from_str(text: &str) -> Result<Self, UpstreamError> {
        let wrong = || UpstreamError::Address(text.to_owned());
        let text = text.trim().trim_end_matches('/');
        let uri: Uri = text.parse().map_err(|_| wrong())?;
        let web = matches!(uri.scheme_str(), Some("http" | "https"));
        let host = uri.host().is_some_and(|host| !host.is_empty());
        let plain = !text.contains(['@', '?', '#']) && text.len() <= 500;
        if web && host && plain { Ok(Self(text.to_owned())) } else { Err(wrong()) }
    }
}

impl TryFrom<String> for Address {
    type Error = UpstreamError;

    fn try_from(text: String) -> Result<Self, UpstreamError> {
        text.parse()
    }
}

impl From<Address> for String {
    fn from(address: Address) -> Self {
        address.0
    }
}

impl std::fmt::Display for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

fn connector(judge: Judge) -> HttpConnector<Judge> {
    let mut tcp = HttpConnector::new_with_resolver(judge);
    tcp.set_connect_timeout(Some(CONNECT));
    tcp.set_nodelay(true);
    tcp.enforce_http(false);
    tcp
}

fn builder() -> hyper_util::client::legacy::Builder {
    let mut builder = Client::builder(TokioExecutor::new());
    builder.pool_timer(TokioTimer::new()).pool_idle_timeout(IDLE).pool_max_idle_per_host(2);
    builder
}

/// The innermost cause: "connection refused" says more than "client error".
fn reason(error: &dyn std::error::Error) -> String {
    let mut inner = error;
    while let Some(source) = inner.source() {
        inner = source;
    }
    inner.to_string()
}

mod dial;
mod guard;
mod judge;
mod outbound;
pub mod probe;
mod streaming;
mod tls;

pub use dial::Route;
pub use guard::Own;
pub use outbound::Outbound;
pub use streaming::{Arriving, PassError, Streaming};
pub use tls::{BadCertificates, are_certificates};

#[cfg(test)]
mod tests;
