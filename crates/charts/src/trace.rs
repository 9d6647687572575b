//! A line through known values with the band of their intervals, broken where nothing is known.
//!
//! A gap is a gap: no line is drawn across it, because it would be read as values. A place with too little data has a small open ring on
//! the floor, so that it is not taken for zero.

use crate::ink::Ink;
use crate::measure::{Measure, Slot};
use crate::plot::Plot;

/// Closer than this the dots of single values would run together.
const DOTS_APART: f64 = 9.0;

/// Band, line and dots.
pub(crate) fn draw(ink: &mut Ink, plot: &Plot, slots: &[Slot]) {
    for run in runs(slots, |known| known.bounds().is_some()) {
        draw_band(ink, plot, &run);
    }
    for run in runs(slots, |_| true) {
        let dots = run.len() == 1 || plot.pitch() >= DOTS_APART;
        ink.path("curve", run.iter().map(|(place, known)| (plot.x(*place), plot.y(known.value()))), false);
        for (place, known) in run.iter().filter(|_| dots) {
            ink.circle("dot", (plot.x(*place), plot.y(known.value())), 2.0);
        }
    }
    for (place, _) in slots.iter().enumerate().filter(|(_, slot)| matches!(slot, Slot::Few(_))) {
        ink.circle("few", (plot.x(place), plot.bottom), (plot.pitch() * 0.3).clamp(0.8, 2.2));
    }
}

/// The line of another period: faint and broken, without band.
pub(crate) fn draw_previous(ink: &mut Ink, plot: &Plot, slots: &[Slot]) {
    for run in runs(slots, |_| true) {
        match run.as_slice() {
            [(place, only)] => ink.circle("previous-dot", (plot.x(*place), plot.y(only.value())), 1.5),
            _ => ink.path("previous", run.iter().map(|(place, known)| (plot.x(*place), plot.y(known.value()))), false),
        }
    }
}

fn draw_band(ink: &mut Ink, plot: &Plot, run: &[(usize, Measure)]) {
    let edges: Vec<(f64, f64, f64)> =
        run.iter().filter_map(|(place, known)| known.bounds().map(|(low, high)| (plot.x(*place), plot.y(low), plot.y(high)))).collect();
    match edges.as_slice() {
        // One value alone has no width to fill.
        [(x, low, high)] => ink.line("whisker", (*x, *low), (*x, *high)),
        _ => {
            let upper = edges.iter().map(|(x, _, high)| (*x, *high));
            let lower = edges.iter().rev().map(|(x, low, _)| (*x, *low));
            ink.path("band", upper.chain(lower), true);
        }
    }
}

/// Known values that stand next to each other.
fn runs(slots: &[Slot], wanted: impl Fn(&Measure) -> bool) -> Vec<Vec<(usize, Measure)>> {
    let mut runs: Vec<Vec<(usize, Measure)>> = Vec::new();
    for (place, slot) in slots.iter().enumerate() {
        let Some(known) = slot.known().filter(|known| wanted(known)) else { continue };
        match runs.last_mut() {
            Some(run) if run.last().is_some_and(|(last, _)| last + 1 == place) => run.push((place, known)),
            _ => runs.push(vec![(place, known)]),
        }
    }
    runs
}
