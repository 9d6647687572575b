//! How tests compare: by the digits that a worked example prints.

use crate::interval::Interval;

pub(crate) fn digits(number: f64, places: usize) -> String {
    format!("{number:.places$}")
}

pub(crate) fn bounds(interval: Interval, places: usize) -> String {
    format!("{:.places$}…{:.places$}", interval.low, interval.high)
}
