//! What the business decided to keep, and what is over.
//!
//! * `policy` – how long what is kept · `holds` – what must not expire · `due` – what has come to its end · `ran` – runs so far
//!
//! It only says what may go: `audit` runs, and `recorder` destroys after it has looked again.

mod due;
mod holds;
mod policy;
mod ran;

pub use due::{Forecast, Place, Slice, forecast, over, slice};
pub use holds::{Held, Hold, held, lift, open_holds, place};
pub use policy::{policy, set};
pub use ran::{Ran, newest, unfinished};
