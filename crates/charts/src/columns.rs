//! Bars that stand: something counted per hour, day or step of a scale, small and close together.

use crate::bars::Bar;
use crate::figure::{Caption, HEAD, Key, Surroundings, figure, name_axis, touchable};
use crate::ink::Ink;
use crate::measure::Slot;
use crate::plot::{Plot, gutter, scale_of};
use crate::scale::Axis;
use crate::sheet::Sheet;
use crate::table::Table;
use crate::words::{Term, Words, cells, reading};

/// Standing bars from left to right.
#[derive(Debug, Clone, PartialEq)]
pub struct Columns {
    /// Title, finding, note.
    pub caption: Caption,
    /// What the height means.
    pub axis: Axis,
    /// From left to right.
    pub columns: Vec<Bar>,
}

impl Columns {
    /// As HTML.
    #[must_use]
    pub fn draw(&self, words: &dyn Words) -> String {
        let around = Surroundings { caption: &self.caption, keys: self.keys(words), marks: Vec::new(), table: self.table(words) };
        figure(around, words, |ink, sheet| self.draw_on(ink, sheet, words))
    }

    fn draw_on(&self, ink: &mut Ink, sheet: &Sheet, words: &dyn Words) -> f64 {
        let scale = scale_of(self.columns.iter().filter_map(|bar| bar.slot.known()).flat_map(|known| known.reach()), &self.axis, sheet);
        let top = HEAD + sheet.text * 0.4;
        let bottom = top + sheet.pick(100.0, 120.0);
        let plot = Plot { left: gutter(scale, sheet, words), right: sheet.width - 4.0, top, bottom, scale, places: self.columns.len() };
        name_axis(ink, sheet, &self.axis, words);
        plot.draw_grid(ink, sheet, words);
        plot.draw_labels(ink, sheet, &self.columns.iter().map(|bar| bar.label.as_str()).collect::<Vec<_>>());
        plot.draw_nothing(ink, words, &self.columns.iter().map(|bar| bar.slot).collect::<Vec<_>>());
        // A third of the place stays empty, and nothing gets wider than reads as a column.
        let thick = (plot.pitch() * 0.68).min(34.0);
        for (place, bar) in self.columns.iter().enumerate() {
            let (x, left) = (plot.x(place), plot.x(place) - thick / 2.0);
            let size = |value: f64| ((left, plot.y(value).min(plot.floor())), (thick, (plot.floor() - plot.y(value)).abs()));
            match bar.slot {
                Slot::Known(known) => {
                    let (at, size) = size(known.value());
                    ink.rect("bar", at, size);
                    if let Some((low, high)) = known.bounds() {
                        ink.line("whisker", (x, plot.y(low)), (x, plot.y(high)));
                    }
                }
                Slot::Few(_) => ink.circle("few", (x, plot.bottom), (thick / 2.0).min(2.2)),
                Slot::Empty => {}
            }
            touchable(ink, sheet, plot.column(place), &reading(words, &bar.label, bar.slot), |ink| {
                if let Some(known) = bar.slot.known() {
                    let (at, size) = size(known.value());
                    ink.rect("bar-lit", at, size);
                }
            });
        }
        plot.bottom + sheet.text + 10.0
    }

    fn keys(&self, words: &dyn Words) -> Vec<Key> {
        let mut keys = Vec::new();
        if self.columns.iter().filter_map(|bar| bar.slot.known()).any(|known| known.bounds().is_some()) {
            keys.push(Key { class: "key-upright", words: words.term(Term::Interval) });
        }
        if self.columns.iter().any(|bar| matches!(bar.slot, Slot::Few(_))) {
            keys.push(Key { class: "key-few", words: words.term(Term::Few) });
        }
        keys
    }

    fn table(&self, words: &dyn Words) -> Table {
        let head = [Term::Group, Term::Value, Term::Interval, Term::N].map(|term| words.term(term)).to_vec();
        let row = |bar: &Bar| [vec![bar.label.clone()], cells(words, bar.slot).to_vec()].concat();
        Table { head, rows: self.columns.iter().map(row).collect() }
    }
}
