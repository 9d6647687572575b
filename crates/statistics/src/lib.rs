//! The numbers of Letopis: shares, differences, experiments, samples and percentiles, each with what makes it honest.
//!
//! # The life of one number
//!
//! ```text
//! counts ── Rate {part, n} ──┬─ share, interval, "little data"
//!                            ├─ two of them: difference (is it chance?), power (what would be needed?), sequential (while it runs)
//!                            ├─ many pairs: stratified (what the mix of channels explains)
//!                            └─ of reviewed samples: sample (what follows for all that nobody looked at)
//! times ─── Values ──────────── percentiles, with those that never ended
//! of clients ─── clusters ───── means and percentiles, where one client has several
//! events in a time ──────────── poisson, binomial: more or fewer than before?
//! ```
//!
//! A question as an owner asks it, and the answers this crate gives:
//!
//! ```
//! use statistics::{Rate, difference, power, sequential::Sequential};
//!
//! // 120 of 1000 clients booked with the old greeting, 151 of 1000 with the new one.
//! let (old, new) = (Rate { part: 120, n: 1000 }, Rate { part: 151, n: 1000 });
//! let found = difference::newcombe(old, new).unwrap();
//! assert_eq!(format!("{:.1} pp, {:.1}…{:.1}", found.value * 100.0, found.interval.low * 100.0, found.interval.high * 100.0), "3.1 pp, 0.1…6.1");
//!
//! // Somebody has looked every day, so that interval is too good to be true. The honest one:
//! let look = Sequential::new(0.03).unwrap().look(old, new).unwrap();
//! assert!(!look.is_decided() && look.difference.interval.contains(0.0));
//!
//! // How long still, at 150 clients an arm a week?
//! let needed = power::needed_per_arm(0.12, 0.15).unwrap();
//! assert_eq!((needed, power::weeks_to_go(needed, 1000, 150.0)), (2036, Some(7)));
//! ```
//!
//! # What this crate promises
//!
//! It is pure: counts in, numbers out; no file, clock, network or randomness, nothing global. Where there is nothing to divide by, or the counts
//! are impossible, the answer is `None`: never NaN, never a zero that means "unknown". The only infinity is a time that never
//! ended. Every formula names its source, and is tested with numbers worked by hand or by another program, to the digits they print.
//!
//! What a share is a share *of* is not known here: denominators have names in the room `metrics` of the product.

pub mod binomial;
pub mod chi_squared;
pub mod clusters;
pub mod difference;
pub mod funnel;
mod interval;
pub mod poisson;
pub mod power;
pub mod proportion;
pub mod quantile;
pub mod sample;
pub mod sequential;
mod special;
pub mod stratified;
#[cfg(test)]
mod testing;

pub use interval::{Interval, Z95};
pub use proportion::{FEW, Rate};
pub use quantile::Values;
