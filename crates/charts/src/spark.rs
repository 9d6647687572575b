//! A line as high as a word, for a tile of the home page.
//!
//! It has no axis, no key and no table: the tile prints the number and leads to the chart that has them. The words of the caller are its
//! whole meaning to a screen reader.

use crate::ink::{Ink, units};
use crate::measure::Slot;
use crate::plot::Plot;
use crate::scale::{Axis, Kind, Scale};
use crate::trace;

const WIDTH: f64 = 120.0;
const HEIGHT: f64 = 32.0;
/// The last dot and the line's own thickness stay on the sheet.
const MARGIN: f64 = 4.0;

/// A small line from zero upwards.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Spark {
    /// «Запись: за 30 дней выросла с 18 до 24 %».
    pub finding: String,
    /// In the order of time.
    pub slots: Vec<Slot>,
}

impl Spark {
    /// As an `<svg>`.
    #[must_use]
    pub fn draw(&self) -> String {
        let known = || self.slots.iter().enumerate().filter_map(|(place, slot)| Some((place, slot.known()?.value())));
        let scale = Scale::holding(known().map(|(_, value)| value), &Axis::new("", Kind::Amount), 2.0);
        // Without an axis nobody reads a nice end of it: the highest value takes the whole height.
        let highest = known().map(|(_, value)| value).fold(scale.low, f64::max);
        let scale = Scale { high: if highest > scale.low { highest } else { scale.high }, ..scale };
        let (right, bottom) = (WIDTH - MARGIN, HEIGHT - MARGIN);
        let plot = Plot { left: MARGIN, right, top: MARGIN, bottom, scale, places: self.slots.len() };
        let mut ink = Ink::default();
        let (width, height) = (units(WIDTH), units(HEIGHT));
        ink.put(format_args!(r#"<svg class="spark" viewBox="0 0 {width} {height}" role="img">"#));
        ink.element("title", "", &self.finding);
        ink.line("grid zero", (0.0, plot.floor()), (WIDTH, plot.floor()));
        let bare: Vec<Slot> = self.slots.iter().map(|slot| bare(*slot)).collect();
        trace::draw(&mut ink, &plot, &bare);
        if let Some((place, value)) = known().next_back() {
            ink.circle("newest", (plot.x(place), plot.y(value)), 2.5);
        }
        ink.raw("</svg>");
        ink.finish()
    }
}

/// Only the value: at this size a band is a smudge.
fn bare(slot: Slot) -> Slot {
    slot.known().and_then(|known| crate::Measure::new(known.value())).into()
}
