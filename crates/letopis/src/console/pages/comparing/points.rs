//! Differences of shares, as charts and sentences write them: «+3,1 п. п.».

use charts::{Slot, Term, Words};
use statistics::Interval;

use super::super::language::Texts;
use super::super::numbers::drawing::{Drawing, Unit, decimal};

/// How a chart of differences speaks.
pub(super) struct Points<'a> {
    pub(super) t: &'a Texts,
}

impl Points<'_> {
    fn counts(&self) -> Drawing<'_> {
        Drawing { t: self.t, unit: Unit::Pieces }
    }
}

impl Words for Points<'_> {
    fn value(&self, value: f64) -> String {
        points(self.t, value)
    }

    fn tick(&self, value: f64, step: f64) -> String {
        let step = step * 100.0;
        signed(self.t, value, usize::from((step - step.round()).abs() > 1e-9))
    }

    fn short(&self, value: f64) -> String {
        signed(self.t, value, 0)
    }

    fn count(&self, n: u64) -> String {
        self.counts().count(n)
    }

    fn share(&self, share: f64) -> String {
        self.counts().share(share)
    }

    fn between(&self, low: f64, high: f64) -> String {
        bounds(self.t, Interval { low, high })
    }

    fn term(&self, term: Term) -> String {
        self.counts().term(term)
    }
}

/// «+3,1».
pub(in crate::console::pages) fn signed(t: &Texts, share: f64, digits: usize) -> String {
    let text = decimal(t, share * 100.0, digits);
    if share > 0.0 && text.contains(|c: char| ('1'..='9').contains(&c)) { format!("+{text}") } else { text }
}

/// «+3,1 п. п.».
pub(in crate::console::pages) fn points(t: &Texts, share: f64) -> String {
    t.of("points", &signed(t, share, 1))
}

/// «3 п. п.»: a size, without a sign.
pub(super) fn size(t: &Texts, share: f64) -> String {
    let points = share.abs() * 100.0;
    t.of("points", &decimal(t, points, usize::from((points - points.round()).abs() > 0.05)))
}

/// «от −1,6 до +7,8 п. п.».
pub(in crate::console::pages) fn bounds(t: &Texts, interval: Interval) -> String {
    t.with("points-between", &[("low", signed(t, interval.low, 1).into()), ("high", signed(t, interval.high, 1).into())])
}

/// A chance: «0,431», «меньше 0,001».
pub(super) fn chance(t: &Texts, p: f64) -> String {
    if p < 0.001 { t.of("chance-below", &decimal(t, 0.001, 3)) } else { decimal(t, p, 3) }
}

/// A difference as a chart takes it; one whose interval says nothing is too little.
pub(super) fn slot(value: f64, interval: Interval, n: u64, widest: f64) -> Slot {
    if interval.half_width() > widest {
        return Slot::Few(n);
    }
    charts::Measure::new(value).and_then(|known| known.between(interval.low, interval.high)).map(|known| known.of(n)).into()
}
