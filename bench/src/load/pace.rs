//! When the next request is due: at once (closed loop), or by a timetable that does not care how fast answers come.

use std::time::{Duration, Instant};

#[derive(Clone, Copy, Debug)]
pub(crate) enum Pace {
    Closed,
    Timetable { gap: Duration },
}

impl Pace {
    pub(crate) fn at_rate(per_second: f64) -> Self {
        Self::Timetable { gap: Duration::from_secs_f64(1.0 / per_second.max(0.001)) }
    }

    /// The moment at which request `number` is meant to leave; `None` means as soon as a connection is free.
    pub(super) fn intended(self, start: Instant, number: u64) -> Option<Instant> {
        match self {
            Self::Closed => None,
            Self::Timetable { gap } => Some(start + gap.mul_f64(number as f64)),
        }
    }
}
