//! What became of the clients of one variant: the share that decides, and beside it what must not get worse.

use serde::Serialize;

use super::guards::Guards;
use crate::event::experiment::Variant;
use crate::journal::experiments::exposures::{Exposure, flags};
use crate::metrics::figures::Asker;
use crate::metrics::rate::Rate;

/// One variant.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Arm {
    /// Its name.
    pub variant: String,
    /// Its part of the clients, beside the others'.
    pub weight: u32,
    /// Clients who did what is counted, of those who were shown it.
    pub rate: Rate,
    /// Of them by an exposure of the log; the others only by what the bot told.
    pub served: u64,
    /// Clients who saw it less than W ago.
    pub open: u64,
    /// What must not get worse.
    pub guards: Guards,
}

impl Arm {
    pub(super) fn of(variant: &Variant, counted: &[&Exposure], asker: &Asker) -> Self {
        let theirs: Vec<&&Exposure> = counted.iter().filter(|one| one.variant == variant.name).collect();
        let n = theirs.len() as u64;
        let share = |part: &dyn Fn(&Exposure) -> bool| Rate { part: theirs.iter().filter(|one| part(one)).count() as u64, n };
        Self {
            variant: variant.name.clone(),
            weight: variant.weight,
            rate: share(&|one| one.hit_us.is_some()),
            served: share(&|one| one.flags & flags::SERVED != 0).part,
            open: share(&|one| one.seen_us + asker.window_us > asker.now_us).part,
            guards: Guards::of(&theirs),
        }
    }
}
