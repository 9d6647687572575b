//! One small line a channel, all on one scale, so that heights can be compared across them.

use crate::figure::{Caption, HEAD, Key, Surroundings, figure, name_axis, touchable};
use crate::ink::{Anchor, Ink};
use crate::lettering::{fit, width};
use crate::measure::Slot;
use crate::plot::{Plot, gutter};
use crate::scale::{Axis, Scale};
use crate::sheet::Sheet;
use crate::table::Table;
use crate::trace;
use crate::words::{Term, Words, reading, told};

/// One small chart.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Panel {
    /// «WhatsApp».
    pub label: String,
    /// A place for each date; places that are missing are empty.
    pub slots: Vec<Slot>,
}

/// Small charts beside each other.
#[derive(Debug, Clone, PartialEq)]
pub struct Multiples {
    /// Title, finding, note.
    pub caption: Caption,
    /// What goes upwards in each of them.
    pub axis: Axis,
    /// What goes to the right, in the order of time.
    pub dates: Vec<String>,
    /// The charts, in the caller's order.
    pub panels: Vec<Panel>,
}

impl Multiples {
    /// As HTML.
    #[must_use]
    pub fn draw(&self, words: &dyn Words) -> String {
        let around = Surroundings { caption: &self.caption, keys: self.keys(words), marks: Vec::new(), table: self.table(words) };
        figure(around, words, |ink, sheet| self.draw_on(ink, sheet, words))
    }

    fn slots(&self, panel: &Panel) -> Vec<Slot> {
        (0..self.dates.len()).map(|place| panel.slots.get(place).copied().unwrap_or_default()).collect()
    }

    fn draw_on(&self, ink: &mut Ink, sheet: &Sheet, words: &dyn Words) -> f64 {
        name_axis(ink, sheet, &self.axis, words);
        let reached = self.panels.iter().flat_map(|panel| &panel.slots).filter_map(|slot| slot.known()).flat_map(|known| known.reach());
        // Two steps: a small chart has no room for more.
        let scale = Scale::holding(reached, &self.axis, 2.0);
        let columns = sheet.pick(2.0, 3.0);
        let left = gutter(scale, sheet, words);
        let (gap, high) = (16.0, sheet.pick(74.0, 90.0));
        let wide = (sheet.width - left - gap * (columns - 1.0)) / columns;
        let pitch = sheet.text * 2.0 + high + 28.0;
        for (index, panel) in self.panels.iter().enumerate() {
            let (row, column) = (index / columns as usize, index % columns as usize);
            let top = HEAD + row as f64 * pitch + sheet.text + 10.0;
            let from = left + column as f64 * (wide + gap);
            let plot = Plot { left: from, right: from + wide, top, bottom: top + high, scale, places: self.dates.len() };
            self.draw_panel(ink, sheet, words, &plot, panel, column == 0);
        }
        let rows = (self.panels.len() as f64 / columns).ceil();
        HEAD + rows * pitch
    }

    fn draw_panel(&self, ink: &mut Ink, sheet: &Sheet, words: &dyn Words, plot: &Plot, panel: &Panel, first: bool) {
        let slots = self.slots(panel);
        let newest = slots.iter().rev().find_map(|slot| slot.known()).map(|known| words.value(known.value())).unwrap_or_default();
        let head = plot.top - 8.0;
        let room = plot.right - plot.left - width(&newest, sheet.text) - 8.0;
        ink.letters("label strong", (plot.left, head), Anchor::Start, &fit(&panel.label, sheet.text, room));
        ink.letters("newest-words", (plot.right, head), Anchor::End, &newest);
        plot.draw_nothing(ink, words, &slots);
        draw_floor(ink, sheet, words, plot, first);
        self.draw_ends(ink, sheet, plot);
        trace::draw(ink, plot, &slots);
        for (place, (date, slot)) in self.dates.iter().zip(&slots).enumerate() {
            let read = reading(words, &format!("{}, {date}", panel.label), *slot);
            touchable(ink, sheet, plot.column(place), &read, |ink| {
                ink.line("cross", (plot.x(place), plot.top), (plot.x(place), plot.bottom));
                if let Some(known) = slot.known() {
                    ink.circle("lit", (plot.x(place), plot.y(known.value())), 3.5);
                }
            });
        }
    }

    /// The first and the last date; both only where they stand apart.
    fn draw_ends(&self, ink: &mut Ink, sheet: &Sheet, plot: &Plot) {
        let y = plot.bottom + sheet.text + 5.0;
        let (Some(first), Some(last)) = (self.dates.first(), self.dates.last()) else { return };
        let room = plot.right - plot.left;
        ink.letters("mark-word", (plot.right, y), Anchor::End, &fit(last, sheet.text, room));
        if self.dates.len() > 1 && width(first, sheet.text) + width(last, sheet.text) + 8.0 <= room {
            ink.letters("mark-word", (plot.left, y), Anchor::Start, first);
        }
    }

    fn keys(&self, words: &dyn Words) -> Vec<Key> {
        let mut slots = self.panels.iter().flat_map(|panel| &panel.slots);
        let banded = slots.clone().filter_map(|slot| slot.known()).any(|known| known.bounds().is_some());
        let few = slots.any(|slot| matches!(slot, Slot::Few(_)));
        let key = |class, term| Key { class, words: words.term(term) };
        [banded.then(|| key("key-band", Term::Interval)), few.then(|| key("key-few", Term::Few))].into_iter().flatten().collect()
    }

    fn table(&self, words: &dyn Words) -> Table {
        let head = std::iter::once(words.term(Term::Period)).chain(self.panels.iter().map(|panel| panel.label.clone())).collect();
        let row = |(place, date): (usize, &String)| {
            let cells = self.panels.iter().map(|panel| told(words, panel.slots.get(place).copied().unwrap_or_default()));
            std::iter::once(date.clone()).chain(cells).collect()
        };
        Table { head, rows: self.dates.iter().enumerate().map(row).collect() }
    }
}

/// Grid lines in every panel, their values at the left of a row.
fn draw_floor(ink: &mut Ink, sheet: &Sheet, words: &dyn Words, plot: &Plot, first: bool) {
    if first {
        return plot.draw_grid(ink, sheet, words);
    }
    for tick in plot.scale.ticks() {
        let class = if tick == 0.0 { "grid zero" } else { "grid" };
        ink.line(class, (plot.left, plot.y(tick)), (plot.right, plot.y(tick)));
    }
}
