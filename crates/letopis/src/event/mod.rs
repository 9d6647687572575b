//! The vocabulary: what an event is, how it is checked and read, and the numbers that name things. No I/O, no clock.
//!
//! * `frame` – what capture hands to the recorder; `record` – R, the bytes that are sealed, and people's decisions
//! * `ids` – businesses and record numbers

mod frame;
mod ids;
pub mod record;

pub use frame::{Frame, FrameError, Item, ItemKind};
pub use ids::{BusinessId, RecordNo};
