//! Pages of ours inside a CRM's portal: who may see what is asked there by the sinks, which the console does not know; `app` fills the seam.

use bytes::Bytes;
use futures_util::future::BoxFuture;

use crate::access::portal_visit::{Refused, Settled, Unseen, Visit};

/// What a portal posts to an address of ours.
#[derive(Debug, Clone)]
pub struct Posted {
    /// The connection's token, from the path.
    pub token: String,
    /// The query of the address.
    pub query: String,
    /// The form.
    pub body: Bytes,
}

/// Whoever can ask portals.
pub trait Portals: Send + Sync {
    /// Where the portal of an inbound webhook is; none where the text is no such webhook.
    fn origin_of(&self, webhook: &str) -> Option<String>;
    /// An application of ours is installed, or taken away.
    fn install(&self, posted: Posted) -> BoxFuture<'_, Result<Settled, Unseen>>;
    /// Somebody opens a page of ours.
    fn visit(&self, posted: Posted) -> BoxFuture<'_, Result<Visit, Refused>>;
}
