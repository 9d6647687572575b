//! Who may do what: businesses, people and their roles, API keys, connections, signing in, and the trail of all that.
//!
//! Functions over a database connection and nothing else: no web, no runtime, no clock, no generator of its own. `now_us` and
//! `rng` come from the caller. Reading takes a `&Connection`, writing a `&Transaction`. What creates or revokes something *decides*
//! and returns a [`Change`] that the caller applies with [`apply`] and publishes to be sealed; a secret is returned beside it, once.
//!
//! What may be asked by whom is the table in [`scope`]. Room `access` never sees an event, a record or a data key.
//!
//! | file | what |
//! |---|---|
//! | `scope` | roles, actions, the policy |
//! | `change` | decisions of this room as values; `apply` |
//! | `business` `user` `member` `key` `connection` | what there is; deciding and listing |
//! | `connection_kind` `settings` `connection_secrets` `connection_health` `connection_trial` | what is plugged in, how it behaves, what opens something, how it fares, what a test of it found |
//! | `offered` `ring` | the hot path: a key in a request → whom it stands for, without SQL |
//! | `sign_in` `password` `throttle` `link` `session` | people and their browsers |
//! | `trail` | who did what, append-only |
//! | `first` | the first start |
//! | `unsealed` | what is stored and yet to be sealed |
//! | `id` `name` `origin` `word` `secret` `error` | the small words that all of these use |

pub mod business;
mod change;
pub mod connection;
pub mod connection_health;
mod connection_kind;
pub mod connection_secrets;
pub mod connection_trial;
mod crm_settings;
mod error;
pub mod first;
mod id;
pub mod key;
pub mod link;
pub mod member;
mod name;
mod offered;
mod origin;
pub mod password;
pub mod portal_visit;
mod ring;
pub mod scope;
mod secret;
pub mod session;
mod settings;
pub mod sign_in;
#[cfg(test)]
mod testing;
mod throttle;
pub mod trail;
pub mod unsealed;
pub mod user;
mod word;

pub use business::{Business, BusinessKind};
pub use change::{Change, apply};
pub use connection::ConnectionIdentity;
pub use connection_kind::ConnectionKind;
pub use connection_secrets::SecretName;
pub use crm_settings::{CardWords, CrmSettings};
pub use error::{AccessError, Result};
pub use id::{ConnectionId, Id, KeyId, SignInId, UserId};
pub use key::KeyIdentity;
pub use member::{Invitation, Member};
pub use name::{Login, Name, Slug};
pub use offered::{KeyRefused, Offered, Place, redact_query};
pub use origin::Origin;
pub use password::Password;
pub use ring::{ConnectionRing, KeyRing};
pub use scope::{Action, KeyRole, Role, Scope, Standing};
pub use secret::{Digest, Secret};
pub use session::SignedIn;
pub use settings::{Mode, Proof, Settings};
pub use user::User;

/// The tables of this room, for the store's migrations.
pub const SCHEMA: &str = include_str!("schema.sql");
