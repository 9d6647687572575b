//! A key that reads, and what it is answered.

use serde_json::Value;

use super::app::{TestApp, wait_until};
use super::commands::json as json_of;

/// Who asks.
pub struct Reader {
    bearer: String,
}

impl Reader {
    /// With a key of their own.
    pub fn of(app: &TestApp) -> Self {
        let key = json_of(app.data(), &["key", "create", "--role", "read"])["key"].as_str().unwrap().to_owned();
        Self { bearer: format!("Bearer {key}") }
    }

    /// What they send with a request.
    pub fn header(&self) -> (&str, &str) {
        ("Authorization", &self.bearer)
    }

    /// `GET /api/v1/…`
    pub fn ask(&self, app: &TestApp, path: &str) -> Value {
        let answer = app.line().request("GET", &format!("/api/v1/{path}"), &[self.header()], b"").unwrap();
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        answer.json()
    }

    /// `GET /api/v1/metrics/…`
    pub fn measure(&self, app: &TestApp, path: &str) -> Value {
        self.ask(app, &format!("metrics/{path}"))
    }

    /// The same once nothing is uncounted.
    pub fn counted(&self, app: &TestApp, path: &str) -> Value {
        wait_until("everything is counted", || self.measure(app, path)["uncounted"] == 0);
        self.measure(app, path)
    }
}
