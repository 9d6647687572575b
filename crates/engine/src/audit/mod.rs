//! What is looked after without being asked: that detail goes when its time is over, that people look at what should be looked at, that somebody
//! hears when something goes wrong; and where journal and CRM differ.
//!
//! * `retention` – one run: asks the journal what is over, decides in slices, says what it did · `schedule` – a run a day, at a quiet hour
//! * `incidents` – rules that look, and what follows from what they find
//! * `differences` – of a business with its CRMs, asked and never stored
//! * `reviews` – a draw of what people are to look at · `review_schedule` – a week's and a month's, when they are over · `facts` – answers against a price list · `periods` – weeks and months
//!
//! It destroys nothing itself: it decides, and the recorder looks again and carries out.

pub mod differences;
mod facts;
pub mod incidents;
pub mod periods;
pub mod retention;
mod review_schedule;
pub mod reviews;
mod schedule;

pub use retention::{Outlook, Report, Retention, RetentionError};
pub use reviews::{Reviews, ReviewsError};

use serde::Deserialize;

/// When it looks.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// The hour of the business's own day at which its retention run begins and reviews are drawn, 0 to 23.
    pub hour: u8,
}

impl Default for Config {
    fn default() -> Self {
        Self { hour: 4 }
    }
}
