//! The console's way to capture for what a client is shown: durable before the bot has its answer.

use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use crate::capture::{Capture, NotAccepted};
use crate::console::assigning::Expose;
use crate::console::replay::NotTaken;
use crate::event::BusinessId;

impl Expose for Capture {
    fn expose(&self, business: BusinessId, event: Bytes) -> BoxFuture<'_, Result<(), NotTaken>> {
        async move {
            self.accept_served(business, event).await.map_err(|refused| match refused {
                NotAccepted::Invalid(invalid) => invalid.into(),
                NotAccepted::Queue(full) => NotTaken::Unavailable(full.to_string()),
            })
        }
        .boxed()
    }
}
