//! The vocabulary: what an event is, how it is checked and read, and the numbers that name things. No I/O, no clock.

mod ids;

pub use ids::{BusinessId, RecordNo};
