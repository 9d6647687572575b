//! What the portal sends: events, one attempt each and nobody looks at the answer; and the POST that opens a widget, whose answer is the page.
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{Request, header};
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use tokio::sync::Notify;

use crate::events::Delivery;
use crate::placement::Opening;

/// A handler that takes longer is not waited for.
const PATIENCE: Duration = Duration::from_secs(20);
const FORM: &str = "application/x-www-form-urlencoded";

/// The portal's way out.
pub(super) struct Post {
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    flying: Arc<(AtomicUsize, Notify)>,
}

/// The page of a widget.
#[derive(Debug, Clone, Default)]
pub struct Opened {
    /// status; 0 if nobody answered
    pub status: u16,
    /// headers, names in lower case
    pub headers: Vec<(String, String)>,
    /// the page
    pub body: String,
    /// the form that was posted
    pub sent: String,
    /// where to
    pub url: String,
}

impl Opened {
    /// A header by its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

impl Post {
    pub(super) fn new(handler_ca: Option<&Path>) -> io::Result<Post> {
        let mut roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        if let Some(path) = handler_ca {
            for certificate in CertificateDer::pem_file_iter(path).map_err(io::Error::other)? {
                roots.add(certificate.map_err(io::Error::other)?).map_err(io::Error::other)?;
            }
        }
        let config = rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()));
        let config =
            config.with_safe_default_protocol_versions().map_err(io::Error::other)?.with_root_certificates(roots).with_no_client_auth();
        let connector = hyper_rustls::HttpsConnectorBuilder::new().with_tls_config(config).https_or_http().enable_http1().build();
        Ok(Post { client: Client::builder(TokioExecutor::new()).build(connector), flying: Arc::default() })
    }

    /// Sends events off, each after its delay, each once.
    pub(super) fn send(&self, outbox: Vec<Delivery>) {
        for delivery in outbox {
            let (client, flying) = (self.client.clone(), self.flying.clone());
            flying.0.fetch_add(1, Ordering::SeqCst);
            tokio::spawn(async move {
                tokio::time::sleep(Duration::from_millis(delivery.after_ms)).await;
                if let Some(request) = request(&delivery.url, delivery.body) {
                    // One attempt; what the handler says, or that it is silent, changes nothing (section 3.1).
                    let _ = tokio::time::timeout(PATIENCE, client.request(request)).await;
                }
                flying.0.fetch_sub(1, Ordering::SeqCst);
                flying.1.notify_waiters();
            });
        }
    }

    /// Waits until all that was sent off has arrived or failed.
    pub(super) async fn settled(&self) {
        loop {
            let woken = self.flying.1.notified();
            if self.flying.0.load(Ordering::SeqCst) == 0 {
                return;
            }
            // A notice between the two lines above is not missed for long.
            let _ = tokio::time::timeout(Duration::from_millis(20), woken).await;
        }
    }

    /// Opens a widget.
    pub(super) async fn open(&self, opening: Opening) -> Opened {
        let mut opened = Opened { url: opening.url.clone(), sent: opening.body.clone(), ..Opened::default() };
        let Some(request) = request(&opening.url, opening.body) else { return opened };
        let Ok(Ok(answer)) = tokio::time::timeout(PATIENCE, self.client.request(request)).await else { return opened };
        opened.status = answer.status().as_u16();
        let text = |value: &header::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        opened.headers = answer.headers().iter().map(|(name, value)| (name.to_string(), text(value))).collect();
        if let Ok(body) = answer.into_body().collect().await {
            opened.body = String::from_utf8_lossy(&body.to_bytes()).into_owned();
        }
        opened
    }
}

fn request(url: &str, body: String) -> Option<Request<Full<Bytes>>> {
    Request::post(url).header(header::CONTENT_TYPE, FORM).header(header::USER_AGENT, "Bitrix24 Webhook Engine").body(Full::from(body)).ok()
}
