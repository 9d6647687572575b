//! What is looked after without being asked: that detail goes when its time is over, that somebody hears when something goes wrong.
//!
//! * `retention` – one run: asks the journal what is over, decides in slices, says what it did · `schedule` – a run a day, at a quiet hour
//! * `incidents` – rules that look, and what follows from what they find
//!
//! It destroys nothing itself: it decides, and the recorder looks again and carries out.

pub mod incidents;
pub mod retention;
mod schedule;

pub use retention::{Outlook, Report, Retention, RetentionError};

use serde::Deserialize;

/// When it looks.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// The hour of the business's own day at which its retention run begins, 0 to 23.
    pub hour: u8,
}

impl Default for Config {
    fn default() -> Self {
        Self { hour: 4 }
    }
}
