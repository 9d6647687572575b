//! When it happens: hours against weekdays.
//!
//! Five tints, because an eye tells no more apart, and the number in every cell that has room for it, because a tint alone says little and to
//! some nothing. A narrow sheet turns the map: hours go down, so that a cell stays wide enough for its number.

use crate::figure::{Caption, HEAD, Key, Surroundings, figure, name_axis, touchable};
use crate::ink::{Anchor, Ink};
use crate::lettering::width;
use crate::measure::Slot;
use crate::scale::{Axis, Scale};
use crate::sheet::Sheet;
use crate::table::Table;
use crate::words::{Term, Words, reading, told};

/// From the palest to the darkest.
const TINTS: [&str; 5] = ["tint-1", "tint-2", "tint-3", "tint-4", "tint-5"];
const KEYS: [&str; 5] = ["key-tint-1", "key-tint-2", "key-tint-3", "key-tint-4", "key-tint-5"];

/// A number for every hour of every weekday.
#[derive(Debug, Clone, PartialEq)]
pub struct Heat {
    /// Title, finding, note.
    pub caption: Caption,
    /// What the tints mean.
    pub axis: Axis,
    /// Names of the hours, in their order; only those that matter.
    pub hours: Vec<String>,
    /// Every weekday with a place for each hour; places that are missing are empty.
    pub days: Vec<(String, Vec<Slot>)>,
}

impl Heat {
    /// As HTML.
    #[must_use]
    pub fn draw(&self, words: &dyn Words) -> String {
        let around = Surroundings { caption: &self.caption, keys: self.keys(words), marks: Vec::new(), table: self.table(words) };
        figure(around, words, |ink, sheet| self.draw_on(ink, sheet, words))
    }

    fn scale(&self) -> Scale {
        let known = self.days.iter().flat_map(|(_, slots)| slots).filter_map(|slot| slot.known());
        Scale::holding(known.map(|known| known.value()), &self.axis, TINTS.len() as f64)
    }

    /// Which fifth of the scale a value is in.
    fn tint(&self, scale: Scale, value: f64) -> usize {
        ((scale.at(value) * TINTS.len() as f64) as usize).min(TINTS.len() - 1)
    }

    fn slot(&self, day: usize, hour: usize) -> Slot {
        self.days.get(day).and_then(|(_, slots)| slots.get(hour)).copied().unwrap_or_default()
    }

    fn draw_on(&self, ink: &mut Ink, sheet: &Sheet, words: &dyn Words) -> f64 {
        name_axis(ink, sheet, &self.axis, words);
        let scale = self.scale();
        let days: Vec<&str> = self.days.iter().map(|(name, _)| name.as_str()).collect();
        let hours: Vec<&str> = self.hours.iter().map(String::as_str).collect();
        let (across, down) = if sheet.is_wide() { (&hours, &days) } else { (&days, &hours) };
        let left = down.iter().map(|name| width(name, sheet.text)).fold(0.0, f64::max) + 8.0;
        let (top, high) = (HEAD + sheet.text + 6.0, sheet.pick(18.0, 26.0));
        let wide = ((sheet.width - left) / across.len().max(1) as f64).min(60.0);
        // Names over narrow cells: every one, or every second or third.
        let widest = across.iter().map(|name| width(name, sheet.text)).fold(0.0, f64::max);
        let stride = ((widest + 3.0) / wide).ceil().max(1.0) as usize;
        for (index, name) in across.iter().enumerate().step_by(stride) {
            let x = (left + (index as f64 + 0.5) * wide).min(sheet.width - width(name, sheet.text) / 2.0);
            ink.letters("mark-word", (x, HEAD + sheet.text), Anchor::Middle, name);
        }
        for (row, name) in down.iter().enumerate() {
            let y = top + row as f64 * high;
            ink.letters("mark-word", (left - 6.0, y + high / 2.0 + sheet.text * 0.35), Anchor::End, name);
            for column in 0..across.len() {
                let (day, hour) = if sheet.is_wide() { (row, column) } else { (column, row) };
                let cell = ((left + column as f64 * wide, y), (wide, high));
                self.draw_cell(ink, sheet, words, cell, self.tint_of(scale, day, hour), (day, hour));
            }
        }
        top + down.len() as f64 * high + 4.0
    }

    fn tint_of(&self, scale: Scale, day: usize, hour: usize) -> Option<usize> {
        self.slot(day, hour).known().map(|known| self.tint(scale, known.value()))
    }

    fn draw_cell(
        &self,
        ink: &mut Ink,
        sheet: &Sheet,
        words: &dyn Words,
        (at, size): ((f64, f64), (f64, f64)),
        tint: Option<usize>,
        (day, hour): (usize, usize),
    ) {
        let (slot, inner) = (self.slot(day, hour), ((at.0 + 1.0, at.1 + 1.0), (size.0 - 2.0, size.1 - 2.0)));
        let middle = (at.0 + size.0 / 2.0, at.1 + size.1 / 2.0);
        match (slot, tint) {
            (Slot::Known(known), Some(tint)) => {
                ink.rect(TINTS[tint], inner.0, inner.1);
                let number = words.short(known.value());
                if width(&number, sheet.text) <= size.0 - 3.0 {
                    let class = if tint == TINTS.len() - 1 { "cell dark" } else { "cell" };
                    ink.letters(class, (middle.0, middle.1 + sheet.text * 0.35), Anchor::Middle, &number);
                }
            }
            (Slot::Few(_), _) => ink.circle("few", middle, 2.2),
            _ => ink.rect("nothing", (middle.0 - 1.5, middle.1), (3.0, 1.0)),
        }
        let label = format!("{}, {}", self.days[day].0, self.hours[hour]);
        touchable(ink, sheet, (at, size), &reading(words, &label, slot), |ink| ink.rect("cell-lit", inner.0, inner.1));
    }

    fn keys(&self, words: &dyn Words) -> Vec<Key> {
        let (scale, fifth) = (self.scale(), 1.0 / TINTS.len() as f64);
        let edge = |part: usize| scale.low + (scale.high - scale.low) * part as f64 * fifth;
        let step = edge(1) - edge(0);
        let tint = |(index, class): (usize, &'static str)| Key {
            class,
            words: format!("{} – {}", words.tick(edge(index), step), words.tick(edge(index + 1), step)),
        };
        let mut keys: Vec<Key> = KEYS.into_iter().enumerate().map(tint).collect();
        if self.days.iter().any(|(_, slots)| slots.iter().any(|slot| matches!(slot, Slot::Few(_)))) {
            keys.push(Key { class: "key-few", words: words.term(Term::Few) });
        }
        keys
    }

    /// A row an hour: seven columns fit a phone better than twenty-four.
    fn table(&self, words: &dyn Words) -> Table {
        let mut head = vec![words.term(Term::Period)];
        head.extend(self.days.iter().map(|(name, _)| name.clone()));
        let row = |(hour, name): (usize, &String)| {
            let places = (0..self.days.len()).map(|day| told(words, self.slot(day, hour)));
            std::iter::once(name.clone()).chain(places).collect()
        };
        Table { head, rows: self.hours.iter().enumerate().map(row).collect() }
    }
}
