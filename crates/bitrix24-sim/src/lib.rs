//! A Bitrix24 portal in memory: its REST interface as the vendor documents it and as SDKs use it, with its limits, events, faults and traps. Letopis is
//! tested against it, demos run on it. It depends on nothing of Letopis and knows nothing of it.
//!
//! | room | what |
//! |---|---|
//! | [`php`] | values as PHP has them, JSON and bracketed forms in and out |
//! | [`request`] | HTTP → a call: paths, parameters merged from query and body, multipart |
//! | [`access`], [`oauth`] | employees, webhooks, applications, tokens |
//! | [`portal`] | all state; the way of a request; batch; envelopes; what people do by hand |
//! | `methods` | the methods, a file a family |
//! | [`crm`] | cards, stages, timeline, activities, custom fields · `serial`: the two ways a card is written |
//! | [`booking`], [`chats`], [`placement`] | online booking, chats of open lines, widgets |
//! | [`limits`], [`faults`], [`events`] | what a client must live with: refusals, lost answers, lost events |
//! | [`clock`] | the portal's time, which tests set forward |
//! | [`shell`] | sockets: HTTP and HTTPS on one port, event delivery, [`Sim`] |
//!
//! [`Portal`] is pure: [`Portal::answer`] takes a request and gives a reply, and a test may look at everything in it. What the documentation says is
//! done as it says; what it leaves open is a setting. Not built: XML answers, REST 3.0 beyond the shape of its errors, smart processes, files.
pub mod access;
pub mod booking;
pub mod chats;
pub mod clock;
pub mod crm;
mod error;
pub mod events;
pub mod faults;
pub mod limits;
mod methods;
pub mod oauth;
pub mod php;
pub mod placement;
pub mod portal;
pub mod request;
mod serial;
pub mod shell;

pub use clock::Clock;
pub use crm::Kind;
pub use error::ApiError;
pub use faults::Fault;
pub use portal::{Mode, Portal, Reply, Settings};
pub use request::Request;
pub use shell::Sim;
