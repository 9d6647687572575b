//! The field between the axes: places side by side, values upwards. Shared by everything that has time below and a number at the left.

use crate::ink::{Anchor, Ink};
use crate::lettering::width;
use crate::measure::Slot;
use crate::scale::{Axis, Scale};
use crate::sheet::Sheet;
use crate::words::{Term, Words};

/// Between how many places a date may be written: days of weeks and months, then any.
const STRIDES: [usize; 13] = [1, 2, 3, 4, 5, 7, 14, 28, 56, 91, 182, 364, 728];

/// Where things are.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plot {
    pub(crate) left: f64,
    pub(crate) right: f64,
    pub(crate) top: f64,
    pub(crate) bottom: f64,
    pub(crate) scale: Scale,
    /// How many places there are.
    pub(crate) places: usize,
}

impl Plot {
    /// Width of one place.
    pub(crate) fn pitch(&self) -> f64 {
        (self.right - self.left) / self.places.max(1) as f64
    }

    /// Middle of a place.
    pub(crate) fn x(&self, place: usize) -> f64 {
        self.left + (place as f64 + 0.5) * self.pitch()
    }

    /// Height of a value.
    pub(crate) fn y(&self, value: f64) -> f64 {
        self.bottom - self.scale.at(value) * (self.bottom - self.top)
    }

    /// Where zero is, or the end of the axis that is nearer to it.
    pub(crate) fn floor(&self) -> f64 {
        self.y(0.0)
    }

    /// The whole height of a place.
    pub(crate) fn column(&self, place: usize) -> ((f64, f64), (f64, f64)) {
        ((self.x(place) - self.pitch() / 2.0, self.top), (self.pitch(), self.bottom - self.top))
    }

    /// Faint lines with their values at the left.
    pub(crate) fn draw_grid(&self, ink: &mut Ink, sheet: &Sheet, words: &dyn Words) {
        for tick in self.scale.ticks() {
            let y = self.y(tick);
            let class = if tick == 0.0 { "grid zero" } else { "grid" };
            ink.line(class, (self.left, y), (self.right, y));
            let at = (self.left - 6.0, y + sheet.text * 0.35);
            ink.letters("mark-word", at, Anchor::End, &words.tick(tick, self.scale.step));
        }
    }

    /// A field without any value says why: too little was there, or nothing.
    pub(crate) fn draw_nothing(&self, ink: &mut Ink, words: &dyn Words, slots: &[Slot]) {
        if slots.iter().all(|slot| slot.known().is_none()) {
            let few = slots.iter().any(|slot| matches!(slot, Slot::Few(_)));
            let middle = ((self.left + self.right) / 2.0, (self.top + self.bottom) / 2.0 - 8.0);
            ink.letters("mark-word", middle, Anchor::Middle, &words.term(if few { Term::Few } else { Term::Empty }));
        }
    }

    /// As many labels below as there is room for; the last, which is the newest, always.
    pub(crate) fn draw_labels(&self, ink: &mut Ink, sheet: &Sheet, labels: &[&str]) {
        let widest = labels.iter().map(|label| width(label, sheet.text)).fold(0.0, f64::max);
        let fits = |stride: &usize| *stride as f64 * self.pitch() >= widest + 8.0;
        let stride = STRIDES.into_iter().find(fits).unwrap_or(labels.len()).max(1);
        let y = self.bottom + sheet.text + 6.0;
        let mut free = f64::INFINITY;
        for (place, label) in labels.iter().enumerate().rev().step_by(stride) {
            // Labels at the ends stay on the sheet; one that the last has been moved on to is left out.
            let (notch, half) = (self.x(place), width(label, sheet.text) / 2.0);
            let x = notch.min(sheet.width - half).max(half);
            if x + half <= free {
                ink.line("notch", (notch, self.bottom), (notch, self.bottom + 3.0));
                ink.letters("mark-word", (x, y), Anchor::Middle, label);
                free = x - half - 4.0;
            }
        }
    }
}

/// Room for the values at the left of an axis.
pub(crate) fn gutter(scale: Scale, sheet: &Sheet, words: &dyn Words) -> f64 {
    scale.ticks().iter().map(|tick| width(&words.tick(*tick, scale.step), sheet.text)).fold(0.0, f64::max) + 8.0
}

/// A scale that holds what all `reached` reach.
pub(crate) fn scale_of(reached: impl IntoIterator<Item = f64>, axis: &Axis, sheet: &Sheet) -> Scale {
    Scale::holding(reached, axis, sheet.pick(3.0, 4.0))
}
