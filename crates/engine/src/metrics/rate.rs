//! A share with what makes it honest. What it is lies in the crate `statistics`; here it has the name by which pages and the API use it.

pub use statistics::{FEW, Interval, Rate};
