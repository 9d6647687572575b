//! What people are to look at, and what they found.
//!
//! * `answers` – held against the facts
//! * `population` – the units of a period, from which is drawn · `rows` – decisions and events as rows · `list` – queues as they are shown
//! * `opinions` – who found what · `draws` – the sealed draws · `examples` – without persons · `note` – a reviewer's own words, sealed with the record they speak of
//!
//! Rows follow from sealed decisions (`ReviewsDrawn`, `ReviewLabelled`, …) and events with `meta.review`; a rebuild gives the same. It
//! draws nothing (`audit::reviews`) and computes no share (`metrics::intents`).

mod answers;
mod draws;
pub mod examples;
mod list;
pub mod note;
mod opinions;
mod population;
mod rows;
#[cfg(test)]
mod tests;
mod told;

pub use answers::{Held, contradictions_of, facts, hold, since};
pub use draws::{Stored, draw_of, draws};
pub use examples::examples;
pub use list::{Item, Standing, Tally, item, items, tallies};
pub use opinions::{Opinion, Opinions, all, faults_between, of_item};
pub use population::{Population, Unit, Units, population};
pub use rows::{assign, drawn, insert_told, label, remove, want};
pub use told::{Told, of as told};
