//! What the formulas stand on: two densities, two incomplete integrals, and the distributions made of them.
//!
//! * `density` – binomial and Poisson for real arguments · `beta`, `gamma` – the regularised incomplete functions, both tails
//! * `distribution` – tails and quantiles of normal, Student's t, χ², beta · `hypergeometric` – drawing without putting back
//!
//! Written here, not taken from `statrs`: its inverse of the incomplete beta does not return for some arguments and panics for others,
//! and its beta loses all digits at large counts. Ours are short because everything is bounded: every loop has a limit, and inverses
//! are bisections of a monotone function. Arguments are checked by the rooms that call; nothing here is public.

mod beta;
mod density;
pub(crate) mod distribution;
mod gamma;
pub(crate) mod hypergeometric;

/// Both tails of one distribution. The small one keeps its digits; one minus the large one would not.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tails {
    pub(crate) below: f64,
    pub(crate) above: f64,
}

impl Tails {
    fn from_below(below: f64) -> Self {
        let below = below.clamp(0.0, 1.0);
        Self { below, above: 1.0 - below }
    }

    fn from_above(above: f64) -> Self {
        Self::from_below(above).swapped()
    }

    fn swapped(self) -> Self {
        Self { below: self.above, above: self.below }
    }
}

/// Where a condition that holds at `low` and not at `high` ends. Halving 1,100 times reaches neighbouring numbers from any bounds.
pub(crate) fn boundary(mut low: f64, mut high: f64, holds: impl Fn(f64) -> bool) -> f64 {
    for _ in 0..1100 {
        let middle = low + (high - low) / 2.0;
        if middle <= low || middle >= high {
            break;
        }
        if holds(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
    low + (high - low) / 2.0
}
