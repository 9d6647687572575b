//! The charts of Letopis: honest numbers in, HTML with SVG out.
//!
//! A salon's owner reads them on a phone, a marketer on a desk, somebody by ear, somebody on paper; none of them needs a script. Every chart is
//! a `<figure>` with its finding in words, two drawings of which the style sheet shows the one that fits, and a table of the exact values.
//!
//! ```
//! use charts::{Axis, Caption, Kind, Line, Measure, Moment, Slot, Term, Words};
//!
//! struct Russian;
//! impl Words for Russian {
//!     fn value(&self, value: f64) -> String { format!("{:.1} %", value * 100.0).replace('.', ",") }
//!     fn tick(&self, value: f64, _step: f64) -> String { format!("{:.0} %", value * 100.0) }
//!     fn short(&self, value: f64) -> String { format!("{:.0}", value * 100.0) }
//!     fn count(&self, n: u64) -> String { n.to_string() }
//!     fn share(&self, share: f64) -> String { self.value(share) }
//!     fn term(&self, term: Term) -> String { term.key().to_owned() } // in earnest: from a dictionary
//! }
//!
//! let booked = Measure::new(0.234).and_then(|known| known.between(0.167, 0.319)).map(|known| known.of(120));
//! let line = Line {
//!     caption: Caption::new("Запись по дням", "За два дня записались 23 %; вчера было слишком мало диалогов"),
//!     axis: Axis::new("доля диалогов с записью", Kind::Share),
//!     moments: vec![
//!         Moment { label: "11 мая".into(), slot: booked.into(), ..Moment::default() },
//!         Moment { label: "12 мая".into(), slot: Slot::Few(7), ..Moment::default() },
//!     ],
//! };
//! let html = line.draw(&Russian);
//! assert!(html.contains("<td>23,4 %</td>") && html.contains("<title>Запись по дням</title>"));
//! ```
//!
//! What this crate is *not*: it counts nothing, works out no interval and decides nowhere what is too little; a [`Slot`] says so. It knows no
//! date, no currency and no language but what [`Words`] and the labels bring. The look is `charts.css` of the console: here are only classes.

mod bars;
mod columns;
mod figure;
mod forest;
mod funnel;
mod heat;
mod ink;
mod lettering;
mod line;
mod measure;
mod multiples;
mod plot;
mod scale;
mod sheet;
mod spark;
mod table;
mod trace;
mod words;

pub use bars::{Bar, Bars};
pub use columns::Columns;
pub use figure::Caption;
pub use forest::Forest;
pub use funnel::{Funnel, Step};
pub use heat::Heat;
pub use line::{Change, Line, Moment};
pub use measure::{Measure, Slot};
pub use multiples::{Multiples, Panel};
pub use scale::{Axis, Kind};
pub use spark::Spark;
pub use words::{Term, Words};
