//! Pages for people.

use std::sync::Arc;

use axum::Router;

use super::Console;

/// Their routes.
pub fn routes(console: Arc<Console>) -> Router {
    Router::new().with_state(console)
}
