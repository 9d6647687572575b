//! Differences with their intervals, a row a stratum, all of them together as a diamond at the end.
//!
//! What an eye must see at once is whether an interval crosses the line of no difference; so that line is the strongest one. A square is as
//! large as what it was worked out of, and a diamond as wide as its interval.

use crate::bars::{Bar, draw_whisker};
use crate::figure::{Caption, HEAD, Key, Surroundings, figure, name_axis, touchable};
use crate::ink::{Anchor, Ink};
use crate::lettering::{fit, width};
use crate::measure::{Measure, Slot};
use crate::plot::scale_of;
use crate::scale::{Axis, Scale};
use crate::sheet::Sheet;
use crate::table::Table;
use crate::words::{Term, Words, cells, reading};

/// Effects, stratum by stratum.
#[derive(Debug, Clone, PartialEq)]
pub struct Forest {
    /// Title, finding, note.
    pub caption: Caption,
    /// What is compared: «разница долей, п. п.».
    pub axis: Axis,
    /// The strata.
    pub strata: Vec<Bar>,
    /// All of them together.
    pub total: Slot,
    /// What lies to the left and to the right of no difference: «хуже», «лучше».
    pub sides: (String, String),
}

impl Forest {
    /// As HTML.
    #[must_use]
    pub fn draw(&self, words: &dyn Words) -> String {
        let interval = Key { class: "key-whisker", words: words.term(Term::Interval) };
        let total = Key { class: "key-total", words: words.term(Term::Total) };
        let few = Key { class: "key-few", words: words.term(Term::Few) };
        let rows = self.rows(words);
        let has = |wanted: fn(&Slot) -> bool| rows.iter().any(|row| wanted(&row.slot));
        let keys = [
            has(|slot| slot.known().and_then(Measure::bounds).is_some()).then_some(interval),
            (self.total.known().is_some()).then_some(total),
            has(|slot| matches!(slot, Slot::Few(_))).then_some(few),
        ];
        let head = [Term::Group, Term::Value, Term::Interval, Term::N].map(|term| words.term(term)).to_vec();
        let cells = |row: &Bar| [vec![row.label.clone()], cells(words, row.slot).to_vec()].concat();
        let table = Table { head, rows: rows.iter().map(cells).collect() };
        let around = Surroundings { caption: &self.caption, keys: keys.into_iter().flatten().collect(), marks: Vec::new(), table };
        figure(around, words, |ink, sheet| self.draw_on(ink, sheet, words))
    }

    /// The strata and, if it is there, the last row.
    fn rows(&self, words: &dyn Words) -> Vec<Bar> {
        let total = (self.total != Slot::Empty).then(|| Bar { label: words.term(Term::Total), slot: self.total });
        self.strata.iter().cloned().chain(total).collect()
    }

    fn draw_on(&self, ink: &mut Ink, sheet: &Sheet, words: &dyn Words) -> f64 {
        name_axis(ink, sheet, &self.axis, words);
        let rows = self.rows(words);
        let field = Field::of(&rows, &self.axis, sheet, words);
        let bottom = HEAD + rows.len() as f64 * field.pitch + 4.0;
        field.draw_grid(ink, sheet, words, (rows.len(), bottom));
        let most = self.strata.iter().filter_map(|row| row.slot.known()?.n()).max().unwrap_or(1).max(1) as f64;
        for (index, row) in rows.iter().enumerate() {
            let top = HEAD + index as f64 * field.pitch;
            let (line, middle) = if sheet.is_wide() { (0.5 * field.pitch + 4.5, 0.5 * field.pitch) } else { (13.0, 27.0) };
            let value = row.slot.known().map_or_else(|| words.term(term_of(row.slot)), |known| words.value(known.value()));
            let room = if sheet.is_wide() { field.left - 12.0 } else { sheet.width - width(&value, sheet.text) - 10.0 };
            let is_total = index >= self.strata.len();
            let class = if is_total { "label strong" } else { "label" };
            ink.letters(class, (0.0, top + line), Anchor::Start, &fit(&row.label, sheet.text, room));
            ink.letters("value", (sheet.width, top + line), Anchor::End, &value);
            field.draw_effect(ink, row.slot, top + middle, most, is_total);
            let area = ((0.0, top), (sheet.width, field.pitch));
            touchable(ink, sheet, area, &reading(words, &row.label, row.slot), |ink| {
                ink.line("cross", (field.left, top + middle), (field.right, top + middle));
            });
        }
        self.draw_sides(ink, sheet, &field, bottom + sheet.text * 2.0 + 8.0)
    }

    fn draw_sides(&self, ink: &mut Ink, sheet: &Sheet, field: &Field, y: f64) -> f64 {
        let (left, right) = (format!("← {}", self.sides.0), format!("{} →", self.sides.1));
        let half = (field.right - field.left) / 2.0 - 6.0;
        ink.letters("mark-word", (field.left, y), Anchor::Start, &fit(&left, sheet.text, half));
        ink.letters("mark-word", (field.right, y), Anchor::End, &fit(&right, sheet.text, half));
        y + 6.0
    }
}

/// Where effects lie.
struct Field {
    left: f64,
    right: f64,
    pitch: f64,
    scale: Scale,
}

impl Field {
    fn of(rows: &[Bar], axis: &Axis, sheet: &Sheet, words: &dyn Words) -> Self {
        let reached = rows.iter().filter_map(|row| row.slot.known()).flat_map(|known| known.reach());
        // No difference belongs on the axis whatever the caller says.
        let scale = scale_of(reached.chain([0.0]), axis, sheet);
        let edge = |tick: f64| width(&words.tick(tick, scale.step), sheet.text) / 2.0;
        if !sheet.is_wide() {
            return Self { left: edge(scale.low), right: sheet.width - edge(scale.high), pitch: 38.0, scale };
        }
        let widest = |texts: &mut dyn Iterator<Item = String>| texts.map(|text| width(&text, sheet.text)).fold(0.0, f64::max);
        let labels = widest(&mut rows.iter().map(|row| row.label.clone())).min(200.0);
        let told = |row: &Bar| row.slot.known().map_or_else(|| words.term(term_of(row.slot)), |known| words.value(known.value()));
        let values = widest(&mut rows.iter().map(told));
        Self { left: labels + 14.0 + edge(scale.low), right: sheet.width - values - 14.0 - edge(scale.high), pitch: 28.0, scale }
    }

    fn x(&self, value: f64) -> f64 {
        self.left + self.scale.at(value) * (self.right - self.left)
    }

    /// Upright lines; on a narrow sheet broken where the words of a row stand.
    fn draw_grid(&self, ink: &mut Ink, sheet: &Sheet, words: &dyn Words, (rows, bottom): (usize, f64)) {
        for tick in self.scale.ticks() {
            let class = if tick == 0.0 { "grid none" } else { "grid" };
            let x = self.x(tick);
            match sheet.is_wide() {
                true => ink.line(class, (x, HEAD), (x, bottom)),
                false => (1..=rows).for_each(|row| {
                    let end = HEAD + row as f64 * self.pitch;
                    ink.line(class, (x, end - 21.0), (x, end - 1.0));
                }),
            }
            ink.letters("mark-word", (x, bottom + sheet.text + 2.0), Anchor::Middle, &words.tick(tick, self.scale.step));
        }
    }

    fn draw_effect(&self, ink: &mut Ink, slot: Slot, y: f64, most: f64, is_total: bool) {
        if matches!(slot, Slot::Few(_)) {
            ink.circle("few", (self.x(0.0), y), 2.2);
        }
        let Some(known) = slot.known() else { return };
        let (x, bounds) = (self.x(known.value()), known.bounds().map(|(low, high)| (self.x(low), self.x(high))));
        match bounds {
            Some((low, high)) if is_total => {
                ink.path("diamond", [(low, y), (x, y - 6.0), (high, y), (x, y + 6.0)], true);
            }
            _ => {
                if let Some((low, high)) = bounds {
                    draw_whisker(ink, low, high, y);
                }
                let side = 5.0 + 6.0 * (known.n().unwrap_or(0) as f64 / most).sqrt().min(1.0);
                ink.rect("effect", (x - side / 2.0, y - side / 2.0), (side, side));
            }
        }
    }
}

fn term_of(slot: Slot) -> Term {
    if matches!(slot, Slot::Few(_)) { Term::Few } else { Term::Empty }
}
