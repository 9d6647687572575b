//! Clients write more than once: their times and costs come in clusters, and what one client does twice is not known twice.
//!
//! The unit is the client. A mean per conversation is the ratio of two sums over clients, with the linearised variance of a ratio (Cochran 1977,
//! §6.3): u = (y − R·x) / x̄, SE = s_u / √n, and Student's t of n − 1. A percentile has Woodruff's interval (1952): the error of the share
//! that lies beyond it, turned back into times. Neither assumes a shape of the distribution.

use crate::interval::Interval;
use crate::quantile::Values;
use crate::special::distribution::student_95;

/// A mean per thing, of clients who each have some.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mean {
    /// How many clients.
    pub clients: u64,
    /// The sums divided.
    pub value: f64,
    /// Where the true mean lies; none of fewer than two clients.
    pub interval: Option<Interval>,
}

/// Σy / Σx over clients as (y, x); with every x = 1 the plain mean. None where nobody has anything, or a number is none.
#[must_use]
pub fn mean(clients: &[(f64, f64)]) -> Option<Mean> {
    let (sum, things) = clients.iter().fold((0.0, 0.0), |(sum, things), (y, x)| (sum + y, things + x));
    let value = sum / things;
    if !value.is_finite() || things <= 0.0 || clients.iter().any(|(_, x)| *x < 0.0) {
        return None;
    }
    let n = clients.len() as f64;
    let squares: f64 = clients.iter().map(|(y, x)| (y - value * x).powi(2)).sum();
    let error = (squares / (n - 1.0) / n).sqrt() / (things / n);
    let interval = (clients.len() > 1).then(|| Interval::around(value, student_95(clients.len() as u64 - 1) * error));
    Some(Mean { clients: clients.len() as u64, value, interval })
}

/// A percentile of times, +∞ for those that never ended.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Percentile {
    /// How many clients had any.
    pub clients: u64,
    /// Type 7, as everywhere.
    pub value: f64,
    /// Where the true one lies: +∞ above where the times at hand do not reach so far.
    pub interval: Interval,
}

/// Of all times of clients together; those who have none are passed over. None of fewer than two clients.
#[must_use]
pub fn percentile<'a>(clients: impl IntoIterator<Item = &'a [f64]>, share: f64) -> Option<Percentile> {
    let clients: Vec<&[f64]> = clients.into_iter().filter(|times| !times.is_empty()).collect();
    let times = Values::of(clients.iter().copied().flatten().copied())?;
    let value = times.quantile(share)?;
    let beyond = |times: &&[f64]| (times.iter().filter(|time| **time > value).count() as f64, times.len() as f64);
    let found = mean(&clients.iter().map(beyond).collect::<Vec<_>>())?;
    // Equal times hide how little is known of the few beyond: no fewer errors than if every time were a client of its own.
    let alone = student_95(found.clients - 1) * (share * (1.0 - share) / times.n() as f64).sqrt();
    let half = found.interval?.half_width().max(alone);
    let at = |share: f64| if share < 1.0 { times.quantile(share.max(0.0)) } else { Some(f64::INFINITY) };
    Some(Percentile { clients: found.clients, value, interval: Interval { low: at(share - half)?, high: at(share + half)? } })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::testing::digits;

    #[test]
    fn one_each_is_the_plain_mean_with_students_interval() {
        let found = mean(&[1.0, 2.0, 3.0, 4.0, 5.0].map(|cost| (cost, 1.0))).unwrap();
        let bounds = found.interval.unwrap();
        // 3 ± 2.776445 · √(2.5 / 5)
        assert_eq!([digits(found.value, 6), digits(bounds.low, 6), digits(bounds.high, 6)], ["3.000000", "1.036757", "4.963243"]);
    }

    #[test]
    fn a_client_who_comes_often_is_still_one() {
        let alone: Vec<(f64, f64)> = (0..40).map(|client| (f64::from(client % 7), 1.0)).collect();
        let often: Vec<(f64, f64)> = alone.iter().map(|(cost, _)| (cost * 5.0, 5.0)).collect();
        let (alone, often) = (mean(&alone).unwrap(), mean(&often).unwrap());
        assert_eq!(digits(alone.value, 9), digits(often.value, 9));
        assert_eq!(
            digits(alone.interval.unwrap().low, 9),
            digits(often.interval.unwrap().low, 9),
            "five times as many talks, no more clients"
        );
    }

    #[test]
    fn nineteen_of_twenty_with_woodruffs_interval() {
        let waits: Vec<[f64; 1]> = (1..=400).map(|ms| [f64::from(ms)]).collect();
        let found = percentile(waits.iter().map(<[f64; 1]>::as_slice), 0.95).unwrap();
        assert_eq!([digits(found.value, 2), digits(found.interval.low, 2), digits(found.interval.high, 2)], ["380.05", "371.49", "388.61"]);
        let often: Vec<[f64; 4]> = (1..=400).map(|ms| [f64::from(ms); 4]).collect();
        let same = percentile(often.iter().map(<[f64; 4]>::as_slice), 0.95).unwrap();
        assert!((same.interval.low - found.interval.low).abs() < 1.5 && (same.interval.high - found.interval.high).abs() < 1.5, "{same:?}");
    }

    #[test]
    fn what_so_few_do_not_show_is_infinite_and_nothing_is_no_number() {
        let few: Vec<[f64; 1]> = (1..=30).map(|ms| [f64::from(ms)]).collect();
        let found = percentile(few.iter().map(<[f64; 1]>::as_slice), 0.95).unwrap();
        assert!(found.interval.high.is_infinite() && found.interval.low.is_finite(), "{found:?}");
        let silent: Vec<[f64; 1]> = (0..100).map(|at| [if at % 5 == 0 { f64::INFINITY } else { 1.0 }]).collect();
        let silent = percentile(silent.iter().map(<[f64; 1]>::as_slice), 0.95).unwrap();
        assert!(silent.value.is_infinite() && silent.interval.low.is_infinite(), "a fifth never got an answer: {silent:?}");
        assert_eq!((percentile([[1.0].as_slice()], 0.95), percentile([[].as_slice()], 0.95), mean(&[])), (None, None, None));
        assert_eq!((mean(&[(1.0, 0.0)]), mean(&[(f64::NAN, 1.0)]), mean(&[(2.0, 1.0)]).unwrap().interval), (None, None, None));
    }
}
