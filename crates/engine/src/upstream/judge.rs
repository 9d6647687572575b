//! Names resolved for [`super::Upstream`]; for one that is guarded, every address of a name is judged before any is asked.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};

use hyper::Uri;
use hyper_util::client::legacy::connect::dns::Name;
use tower::Service;

use super::guard::is_local_service;

/// What a refused address is called.
pub(super) const LOCAL: &str = "is at a link-local or metadata address, which this connection may not ask";

/// Resolves names.
#[derive(Debug, Clone, Copy)]
pub(super) struct Judge {
    pub(super) guarded: bool,
}

impl Judge {
    /// Whether an address that stands in the URL itself, and is resolved by nobody, may not be asked.
    pub(super) fn refuses(self, uri: &Uri) -> bool {
        let host = uri.host().unwrap_or_default().trim_matches(['[', ']']);
        self.guarded && host.parse().is_ok_and(is_local_service)
    }
}

impl Service<Name> for Judge {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Self::Response>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let guarded = self.guarded;
        Box::pin(async move {
            let addresses: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            if guarded && addresses.iter().any(|address| is_local_service(address.ip())) {
                return Err(io::Error::other(LOCAL));
            }
            Ok(addresses.into_iter())
        })
    }
}
