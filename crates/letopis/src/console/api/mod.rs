//! The JSON read API, for programs with a key.

use std::sync::Arc;

use axum::Router;

use super::Console;

/// Its routes.
pub fn routes(console: Arc<Console>) -> Router {
    Router::new().with_state(console)
}
