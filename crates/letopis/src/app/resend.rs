//! The console's ways to capture and the sinks, which the console itself does not know: corrected items go in, connections are tried,
//! portals of CRMs are asked.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use super::App;
use crate::access::connection_trial::Finding;
use crate::access::portal_visit::{Refused, Settled, Unseen, Visit};
use crate::access::{ConnectionId, ConnectionKind, ConnectionRing};
use crate::capture::{Capture, NotAccepted, Sender};
use crate::console::portals::{Portals, Posted};
use crate::console::replay::{NotTaken, Resend};
use crate::console::trials::Trials;
use crate::event::BusinessId;
use crate::sinks::bitrix24::{self, Bitrix24};

impl Resend for Capture {
    fn resend(&self, business: BusinessId, item: Bytes, spare_id: String) -> BoxFuture<'_, Result<String, NotTaken>> {
        async move {
            self.accept_again(business, item, spare_id).await.map_err(|refused| match refused {
                NotAccepted::Invalid(invalid) => invalid.into(),
                NotAccepted::Queue(full) => NotTaken::Unavailable(full.to_string()),
            })
        }
        .boxed()
    }

    fn say(&self, business: BusinessId, lines: Bytes) -> BoxFuture<'_, Result<(), NotTaken>> {
        let sender = Sender { business, source: "console", connection: None };
        async move {
            let accepted = self.accept(sender, lines, true).await.map_err(|e| NotTaken::Unavailable(e.to_string()))?;
            accepted.rejected.into_iter().next().map_or(Ok(()), |refused| Err(refused.error.into()))
        }
        .boxed()
    }
}

/// Whoever tries connections, at the doors and in portals.
pub struct Tester {
    capture: Arc<Capture>,
    connections: Arc<ConnectionRing>,
    bitrix24: Bitrix24,
}

impl App {
    /// Whoever tries connections.
    #[must_use]
    pub fn tester(&self) -> Tester {
        Tester { capture: Arc::clone(&self.capture), connections: Arc::clone(&self.connections), bitrix24: self.bitrix24() }
    }
}

impl Trials for Tester {
    fn try_out(&self, business: BusinessId, connection: ConnectionId, deliver: bool) -> BoxFuture<'_, Option<Vec<Finding>>> {
        let trying = async move {
            let known = self.connections.named(connection).filter(|known| known.business == business)?;
            let outside = self.capture.try_connection(business, connection, deliver);
            if known.kind != ConnectionKind::Bitrix24 {
                return outside.await;
            }
            let (steps, found) = tokio::join!(outside, self.bitrix24.probe(&known));
            let mut steps = steps?;
            steps.extend(found);
            Some(steps)
        };
        trying.boxed()
    }
}

impl Portals for Bitrix24 {
    fn origin_of(&self, webhook: &str) -> Option<String> {
        bitrix24::origin_of(webhook).ok()
    }

    fn install(&self, posted: Posted) -> BoxFuture<'_, Result<Settled, Unseen>> {
        async move { Self::install(self, &posted.token, &posted.query, &posted.body).await }.boxed()
    }

    fn visit(&self, posted: Posted) -> BoxFuture<'_, Result<Visit, Refused>> {
        async move { Self::visit(self, &posted.token, &posted.query, &posted.body).await }.boxed()
    }
}
