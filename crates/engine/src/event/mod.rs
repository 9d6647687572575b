//! The vocabulary: what an event is, how it is checked and read, and the numbers that name things. No I/O, no clock.
//!
//! An item arrives as bytes. [`check`] is the gate that capture asks; [`Event::read`] gives it meaning for everyone after. Both walk the same
//! borrowed tree (`node`) by the same list of fields (`fields`), so what passed the gate can always be read.
//!
//! `check` · `read` the two doors — `node`, `fields`, `invalid` behind them — `kind`, `derive` types, their derivation and facets — `when`,
//! `phone`, `phones_in`, `crm`, `money` the values — `schema` the published description — `frame` what goes
//! through the queue, `record` what is sealed, `incident` what is sealed of what went wrong, `duty` what the law sets a time for, `retention` how long, `experiment` what is compared, `review` what people look at, `scenario` what bots are told, `rulings` what they say about differences with a CRM — `promise` what a reply promises — `ids` numbers of records and businesses.

mod basis;
mod check;
mod crm;
mod derive;
pub mod duty;
pub mod experiment;
mod fields;
mod frame;
#[cfg(test)]
mod gate_tests;
mod ids;
pub mod incident;
mod invalid;
mod kind;
mod lead_end;
mod money;
mod node;
mod parts;
mod phone;
mod phones_in;
mod promise;
mod read;
pub mod record;
mod retention;
pub mod review;
mod rulings;
pub mod scenario;
mod schema;
pub mod when;

pub use check::{Checked, Limits, check, check_text, id_of};
pub use crm::{CrmKind, CrmRef};
pub use derive::Facets;
pub use frame::{Frame, FrameError, Item, ItemKind};
pub use ids::{BusinessId, RecordNo};
pub use invalid::{Code, Invalid};
pub use kind::{Direction, EventType};
pub use lead_end::LeadEnd;
pub use parts::{Booking, Client, Delivery, Failure, Payment};
pub use phone::{Phone, PhoneReading};
pub use phones_in::phones_in;
pub use promise::{Hour, Modality, Promise, PromiseKind, promises};
pub use read::Event;
pub use retention::{HoldOn, Policy, PolicyError, Then};
pub use rulings::{Aside, Right};
pub use schema::SCHEMA;
pub use when::When;
