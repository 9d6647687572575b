//! A connection tried for whoever stands before the console. Who tries is capture, which the console does not know: `app` fills the seam.

use futures_util::future::BoxFuture;

use crate::access::ConnectionId;
use crate::access::connection_trial::Finding;
use crate::event::BusinessId;

/// Whoever can try.
pub trait Trials: Send + Sync {
    /// What was found, step by step; none where the business has no such connection. With `deliver` the bot gets a delivery that is marked
    /// as a test.
    fn try_out(&self, business: BusinessId, connection: ConnectionId, deliver: bool) -> BoxFuture<'_, Option<Vec<Finding>>>;
}
