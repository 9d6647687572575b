//! The console's way to try a connection: capture, which the console itself does not know.

use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use crate::access::ConnectionId;
use crate::access::connection_trial::Finding;
use crate::capture::Capture;
use crate::console::trials::Trials;
use crate::event::BusinessId;

impl Trials for Capture {
    fn try_out(&self, business: BusinessId, connection: ConnectionId, deliver: bool) -> BoxFuture<'_, Option<Vec<Finding>>> {
        self.try_connection(business, connection, deliver).boxed()
    }
}
