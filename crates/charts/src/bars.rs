//! Bars that lie: groups beside each other by one number, each with its interval and of how many.
//!
//! On a narrow sheet a label stands above its bar, for Russian names of intents are long; on a wide one at its left.

use crate::figure::{Caption, HEAD, Key, Surroundings, figure, name_axis, touchable};
use crate::ink::{Anchor, Ink};
use crate::lettering::{fit, width};
use crate::measure::{Measure, Slot};
use crate::plot::scale_of;
use crate::scale::{Axis, Scale};
use crate::sheet::Sheet;
use crate::table::Table;
use crate::words::{Term, Words, brief, cells, reading};

/// One group.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Bar {
    /// Its name.
    pub label: String,
    /// Its number.
    pub slot: Slot,
}

/// Groups beside each other, in the order the caller gives.
#[derive(Debug, Clone, PartialEq)]
pub struct Bars {
    /// Title, finding, note.
    pub caption: Caption,
    /// What the length means.
    pub axis: Axis,
    /// The groups.
    pub bars: Vec<Bar>,
    /// Something to hold them against: «в среднем», and its number.
    pub reference: Option<(String, Measure)>,
}

impl Bars {
    /// As HTML.
    #[must_use]
    pub fn draw(&self, words: &dyn Words) -> String {
        let around = Surroundings { caption: &self.caption, keys: self.keys(words), marks: Vec::new(), table: self.table(words) };
        figure(around, words, |ink, sheet| self.draw_on(ink, sheet, words))
    }

    fn draw_on(&self, ink: &mut Ink, sheet: &Sheet, words: &dyn Words) -> f64 {
        name_axis(ink, sheet, &self.axis, words);
        let field = Field::of(self, sheet, words);
        let bottom = HEAD + self.bars.len() as f64 * field.pitch;
        let zero = field.x(0.0);
        for (row, bar) in self.bars.iter().enumerate() {
            let top = HEAD + row as f64 * field.pitch;
            field.draw_words(ink, sheet, top, &bar.label, &brief(words, bar.slot));
            let (y, middle) = (field.bar_top(top), field.bar_top(top) + field.thick / 2.0);
            if let Some(known) = bar.slot.known() {
                let end = field.x(known.value());
                ink.rect("bar", (zero.min(end), y), ((end - zero).abs(), field.thick));
            }
            self.draw_uprights(ink, &field, top);
            if let Some((low, high)) = bar.slot.known().and_then(Measure::bounds) {
                draw_whisker(ink, field.x(low), field.x(high), middle);
            }
            if matches!(bar.slot, Slot::Few(_)) {
                ink.circle("few", (zero + 3.0, middle), 2.2);
            }
            let area = ((0.0, top), (sheet.width, field.pitch));
            touchable(ink, sheet, area, &reading(words, &bar.label, bar.slot), |ink| {
                ink.rect("bar-lit", (field.left, y), (field.right - field.left, field.thick));
            });
        }
        bottom + 2.0
    }

    /// Zero and the reference, beside this bar alone: an unbroken line would run through the words of a narrow sheet.
    fn draw_uprights(&self, ink: &mut Ink, field: &Field, top: f64) {
        let beside = if field.left == 0.0 { 3.0 } else { (field.pitch - field.thick) / 2.0 };
        let (from, to) = (field.bar_top(top) - beside, field.bar_top(top) + field.thick + beside);
        ink.line("grid zero", (field.x(0.0), from), (field.x(0.0), to));
        if let Some((_, known)) = &self.reference {
            ink.line("reference", (field.x(known.value()), from), (field.x(known.value()), to));
        }
    }

    fn keys(&self, words: &dyn Words) -> Vec<Key> {
        let mut keys = Vec::new();
        if self.bars.iter().filter_map(|bar| bar.slot.known()).any(|known| known.bounds().is_some()) {
            keys.push(Key { class: "key-whisker", words: words.term(Term::Interval) });
        }
        if let Some((name, known)) = &self.reference {
            keys.push(Key { class: "key-reference", words: format!("{name}: {}", words.value(known.value())) });
        }
        if self.bars.iter().any(|bar| matches!(bar.slot, Slot::Few(_))) {
            keys.push(Key { class: "key-few", words: words.term(Term::Few) });
        }
        keys
    }

    fn table(&self, words: &dyn Words) -> Table {
        let head = [Term::Group, Term::Value, Term::Interval, Term::N].map(|term| words.term(term)).to_vec();
        let row = |bar: &Bar| [vec![bar.label.clone()], cells(words, bar.slot).to_vec()].concat();
        Table { head, rows: self.bars.iter().map(row).collect() }
    }
}

/// Where the bars lie and how long one is.
struct Field {
    left: f64,
    right: f64,
    pitch: f64,
    thick: f64,
    scale: Scale,
}

impl Field {
    fn of(chart: &Bars, sheet: &Sheet, words: &dyn Words) -> Self {
        let reached = chart.bars.iter().filter_map(|bar| bar.slot.known()).flat_map(|known| known.reach());
        let reference = chart.reference.iter().map(|(_, known)| known.value());
        let scale = scale_of(reached.chain(reference), &chart.axis, sheet);
        if !sheet.is_wide() {
            return Self { left: 0.0, right: sheet.width, pitch: 36.0, thick: 10.0, scale };
        }
        let widest = |texts: &mut dyn Iterator<Item = String>| texts.map(|text| width(&text, sheet.text)).fold(0.0, f64::max);
        let labels = widest(&mut chart.bars.iter().map(|bar| bar.label.clone())).min(200.0);
        let values = widest(&mut chart.bars.iter().map(|bar| brief(words, bar.slot)));
        Self { left: labels + 12.0, right: sheet.width - values - 12.0, pitch: 27.0, thick: 14.0, scale }
    }

    fn x(&self, value: f64) -> f64 {
        self.left + self.scale.at(value) * (self.right - self.left)
    }

    /// On a narrow sheet below the words, on a wide one beside them.
    fn bar_top(&self, top: f64) -> f64 {
        top + if self.left == 0.0 { 18.0 } else { (self.pitch - self.thick) / 2.0 }
    }

    fn draw_words(&self, ink: &mut Ink, sheet: &Sheet, top: f64, label: &str, value: &str) {
        let (room, y) = match self.left {
            0.0 => (sheet.width - width(value, sheet.text) - 10.0, top + 13.0),
            left => (left - 10.0, top + self.pitch / 2.0 + sheet.text * 0.35),
        };
        ink.letters("label", (0.0, y), Anchor::Start, &fit(label, sheet.text, room));
        ink.letters("value", (sheet.width, y), Anchor::End, value);
    }
}

/// A lying interval with its ends.
pub(crate) fn draw_whisker(ink: &mut Ink, from: f64, to: f64, y: f64) {
    ink.line("whisker", (from, y), (to, y));
    for x in [from, to] {
        ink.line("whisker", (x, y - 3.0), (x, y + 3.0));
    }
}
