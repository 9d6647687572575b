//! The client of the proxy: bodies pass through both ways as they come, and nothing of a request is changed.

use axum::body::Body;
use hyper::body::Incoming;
use hyper::{Request, Response};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};

use super::{CONNECT, IDLE, UpstreamError, reason};

/// Idle connections kept to one host; a busy assistant has dozens.
const IDLE_PER_HOST: usize = 256;

/// The client; clones share its connections.
#[derive(Clone)]
pub struct Streaming {
    client: Client<HttpsConnector<HttpConnector>, Body>,
}

impl Streaming {
    /// A client with connections of its own.
    ///
    /// # Errors
    /// When the TLS library was built without a protocol version that it takes for safe.
    pub fn new() -> Result<Self, rustls::Error> {
        let mut tcp = HttpConnector::new();
        tcp.set_connect_timeout(Some(CONNECT));
        tcp.set_nodelay(true);
        tcp.enforce_http(false);
        let tls = HttpsConnectorBuilder::new().with_provider_and_webpki_roots(rustls::crypto::ring::default_provider())?;
        let mut builder = Client::builder(TokioExecutor::new());
        builder.pool_timer(TokioTimer::new()).pool_idle_timeout(IDLE).pool_max_idle_per_host(IDLE_PER_HOST);
        builder.http1_preserve_header_case(true).set_host(false);
        Ok(Self { client: builder.build(tls.https_or_http().enable_http1().wrap_connector(tcp)) })
    }

    /// Sends a request and gives the answer once its head has come.
    ///
    /// # Errors
    /// When it cannot be reached or breaks off before that.
    pub async fn pass(&self, request: Request<Body>) -> Result<Response<Incoming>, UpstreamError> {
        self.client.request(request).await.map_err(|e| UpstreamError::Unreachable(reason(&e)))
    }
}
