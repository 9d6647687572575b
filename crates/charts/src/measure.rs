//! A number with what makes it honest, and the place where it may be missing.
//!
//! Nothing that cannot be drawn gets in: not a number, an infinity and an interval upside down are refused where a [`Measure`] is made,
//! so that no drawing has to ask again.

/// Beyond this nothing of a small business is counted, and sums on the way to a coordinate could overflow.
const LARGEST: f64 = 1e15;

/// A value, between which bounds the true one lies, and of how many it was worked out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measure {
    value: f64,
    bounds: Option<(f64, f64)>,
    n: Option<u64>,
}

impl Measure {
    /// None for what cannot be drawn: not a number, an infinity, more than 10¹⁵.
    #[must_use]
    pub fn new(value: f64) -> Option<Self> {
        is_drawable(value).then_some(Self { value, bounds: None, n: None })
    }

    /// With its interval. None where a bound cannot be drawn or the interval does not hold the value.
    #[must_use]
    pub fn between(self, low: f64, high: f64) -> Option<Self> {
        // Rounding of the caller's arithmetic may put a bound a hair past the value.
        let hair = 1e-9 * self.value.abs().max(1.0);
        let holds = low <= self.value + hair && self.value - hair <= high;
        (is_drawable(low) && is_drawable(high) && holds).then_some(Self { bounds: Some((low, high)), ..self })
    }

    /// With the number of what it was worked out of.
    #[must_use]
    pub fn of(self, n: u64) -> Self {
        Self { n: Some(n), ..self }
    }

    /// The number itself.
    #[must_use]
    pub fn value(self) -> f64 {
        self.value
    }

    /// Its interval.
    #[must_use]
    pub fn bounds(self) -> Option<(f64, f64)> {
        self.bounds
    }

    /// Of how many.
    #[must_use]
    pub fn n(self) -> Option<u64> {
        self.n
    }

    /// Everything an axis has to reach.
    pub(crate) fn reach(self) -> [f64; 3] {
        let (low, high) = self.bounds.unwrap_or((self.value, self.value));
        [low, self.value, high]
    }
}

/// What is known in one place of a chart.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Slot {
    /// Nothing was there to count.
    #[default]
    Empty,
    /// Too little to say a number; of so many.
    Few(u64),
    /// A number.
    Known(Measure),
}

impl Slot {
    /// The number, if there is one.
    #[must_use]
    pub fn known(self) -> Option<Measure> {
        match self {
            Self::Known(measure) => Some(measure),
            Self::Empty | Self::Few(_) => None,
        }
    }
}

/// What could not be made a measure is an empty place.
impl From<Option<Measure>> for Slot {
    fn from(measure: Option<Measure>) -> Self {
        measure.map_or(Self::Empty, Self::Known)
    }
}

fn is_drawable(value: f64) -> bool {
    value.abs() <= LARGEST
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_drawn_is_refused() {
        for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e16, f64::MAX] {
            assert_eq!(Measure::new(value), None);
            assert_eq!(Measure::new(0.5).and_then(|known| known.between(0.1, value)), None);
        }
        assert_eq!(Measure::new(0.5).and_then(|known| known.between(0.9, 0.1)), None);
        assert_eq!(Measure::new(0.5).and_then(|known| known.between(0.6, 0.9)), None);
        assert_eq!(Slot::from(Measure::new(f64::NAN)), Slot::Empty);
    }
}
