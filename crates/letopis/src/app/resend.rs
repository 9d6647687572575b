//! The console's ways to capture, which the console itself does not know: corrected items go in, and connections are tried.

use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use crate::access::ConnectionId;
use crate::access::connection_trial::Finding;
use crate::capture::{Capture, NotAccepted};
use crate::console::replay::{NotTaken, Resend};
use crate::console::trials::Trials;
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

impl Trials for Capture {
    fn try_out(&self, business: BusinessId, connection: ConnectionId, deliver: bool) -> BoxFuture<'_, Option<Vec<Finding>>> {
        self.try_connection(business, connection, deliver).boxed()
    }
}
