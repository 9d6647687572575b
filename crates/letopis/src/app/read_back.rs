//! What is read back from a CRM, on its way into the queue: capture, which sinks do not know.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use crate::capture::{Capture, Sender};
use crate::event::BusinessId;
use crate::journal::projection::READ_BACK;
use crate::sinks::bitrix24::readback::{NotTold, Tell};

/// Takes in what a CRM told, as an event of the chain.
pub(super) struct Heard(pub(super) Arc<Capture>);

impl Tell for Heard {
    fn tell(&self, business: BusinessId, connection: String, events: Vec<String>) -> BoxFuture<'_, Result<(), NotTold>> {
        let sender = Sender { business, source: READ_BACK, connection: Some(connection) };
        async move {
            let accepted = self.0.accept(sender, Bytes::from(events.join("\n")), true).await.map_err(|e| NotTold(e.to_string()))?;
            // Kept in quarantine, where a person sees it.
            for refused in accepted.rejected {
                tracing::error!(event = refused.event_id, why = %refused.error, "what was read back is no event");
            }
            Ok(())
        }
        .boxed()
    }
}
