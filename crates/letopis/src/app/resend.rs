//! The console's way in for corrected items: capture, which the console itself does not know.

use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use crate::capture::{Capture, NotAccepted};
use crate::console::replay::{NotTaken, Resend};
use crate::event::BusinessId;

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
}
