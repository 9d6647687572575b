//! From numbers to places: a scale with ticks that people would have chosen.
//!
//! Honest by default: an axis begins at zero, a share never goes past the whole, things that are counted have no halves. Only a caller who
//! says [`Axis::cut`] gets an axis that begins elsewhere, and then the chart says so in words.

/// What an axis measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A part of a whole, 0 to 1.
    Share,
    /// Things counted.
    Count,
    /// Anything else: seconds, roubles, a difference.
    Amount,
}

/// An axis: what it measures, in the caller's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Axis {
    /// What is drawn and of what it is a part: «доля диалогов с записью, от всех завершённых».
    pub name: String,
    /// What sort of number it is.
    pub kind: Kind,
    /// Whether it may begin elsewhere than at zero.
    pub cut: bool,
}

impl Axis {
    /// An axis that begins at zero.
    pub fn new(name: impl Into<String>, kind: Kind) -> Self {
        Self { name: name.into(), kind, cut: false }
    }

    /// The same, free to begin near the smallest value. The chart will say so.
    #[must_use]
    pub fn cut(self) -> Self {
        Self { cut: true, ..self }
    }
}

/// From `low` to `high` in steps.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Scale {
    pub(crate) low: f64,
    pub(crate) high: f64,
    pub(crate) step: f64,
}

impl Scale {
    /// Holds all `values`, with `about` so many steps.
    pub(crate) fn holding(values: impl IntoIterator<Item = f64>, axis: &Axis, about: f64) -> Self {
        let begin = if axis.cut { None } else { Some((0.0_f64, 0.0_f64)) };
        let widest = |range: Option<(f64, f64)>, value: f64| match range {
            None => Some((value, value)),
            Some((low, high)) => Some((low.min(value), high.max(value))),
        };
        let (low, high) = values.into_iter().fold(begin, widest).unwrap_or((0.0, 0.0));
        let (low, high) = wide_enough(low, high, axis.kind);
        let step = nice_step((high - low) / about, axis.kind);
        let mut scale = Self { low: (low / step + 1e-9).floor() * step, high: (high / step - 1e-9).ceil() * step, step };
        if axis.kind == Kind::Share && low >= 0.0 && high <= 1.0 {
            scale.low = scale.low.max(0.0);
            scale.high = scale.high.min(1.0);
        }
        scale
    }

    /// Where on the way from `low` to `high`, 0 to 1.
    pub(crate) fn at(self, value: f64) -> f64 {
        ((value - self.low) / (self.high - self.low)).clamp(0.0, 1.0)
    }

    pub(crate) fn ticks(self) -> Vec<f64> {
        let steps = ((self.high - self.low) / self.step + 1e-9).floor() as u32;
        let clean = |tick: f64| if tick.abs() < self.step * 1e-6 { 0.0 } else { tick };
        (0..=steps.min(50)).map(|index| clean(self.low + f64::from(index) * self.step)).collect()
    }
}

/// A range that is nothing gets a width of its own: around one value, or above zero.
fn wide_enough(low: f64, high: f64, kind: Kind) -> (f64, f64) {
    if high - low > high.abs().max(low.abs()) * 1e-9 && high - low > 1e-12 {
        return (low, high);
    }
    let least = if kind == Kind::Share { 0.1 } else { 1.0 };
    if low == 0.0 {
        return (0.0, least);
    }
    let around = (low.abs() * 0.1).max(least * 0.1);
    match kind {
        Kind::Share => ((low - around).max(0.0), (high + around).min(1.0)),
        Kind::Count | Kind::Amount => (low - around, high + around),
    }
}

/// 1, 2, 2½ or 5 of some power of ten: the next that is not smaller.
fn nice_step(raw: f64, kind: Kind) -> f64 {
    let power = 10_f64.powf(raw.log10().floor());
    let whole = kind == Kind::Count;
    let fits = |step: &f64| *step >= raw * (1.0 - 1e-9) && (!whole || step.fract() == 0.0);
    [1.0, 2.0, 2.5, 5.0, 10.0].map(|part| part * power).into_iter().find(fits).unwrap_or(if whole { raw.ceil().max(1.0) } else { raw })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ticks(values: &[f64], kind: Kind, about: f64) -> Vec<f64> {
        Scale::holding(values.iter().copied(), &Axis::new("", kind), about).ticks().iter().map(|t| (t * 1e6).round() / 1e6).collect()
    }

    #[test]
    fn ticks_are_those_people_choose() {
        assert_eq!(ticks(&[0.12, 0.31], Kind::Share, 4.0), [0.0, 0.1, 0.2, 0.3, 0.4]);
        assert_eq!(ticks(&[0.97], Kind::Share, 4.0), [0.0, 0.25, 0.5, 0.75, 1.0]);
        assert_eq!(ticks(&[3.0], Kind::Count, 4.0), [0.0, 1.0, 2.0, 3.0]);
        assert_eq!(ticks(&[9.0], Kind::Count, 4.0), [0.0, 5.0, 10.0]);
        assert_eq!(ticks(&[1234.0], Kind::Amount, 4.0), [0.0, 500.0, 1000.0, 1500.0]);
        assert_eq!(ticks(&[-0.07, 0.12], Kind::Amount, 4.0), [-0.1, -0.05, 0.0, 0.05, 0.1, 0.15]);
    }

    #[test]
    fn nothing_and_all_equal_have_an_axis_too() {
        assert_eq!(ticks(&[], Kind::Share, 4.0), [0.0, 0.025, 0.05, 0.075, 0.1]);
        assert_eq!(ticks(&[0.0, 0.0], Kind::Count, 4.0), [0.0, 1.0]);
        let cut = Scale::holding([7.0, 7.0], &Axis::new("", Kind::Amount).cut(), 4.0);
        assert!(cut.low < 7.0 && cut.high > 7.0, "{cut:?}");
        let whole = Scale::holding([1.0], &Axis::new("", Kind::Share).cut(), 4.0);
        assert!(whole.low < 1.0 && whole.high == 1.0, "{whole:?}");
    }
}
