//! What screens and the API ask the journal: functions over one connection and one business.
//!
//! Every list is newest first and cut into pages by a cursor, never by an offset. A list finds its numbers in an index first and then
//! reads whole rows by primary key, so that a filter never touches the rows it leaves out; `plans` holds the query plans to that.
//! It deliberately opens no blob: that is `evidence`.
//!
//! | file | what |
//! |---|---|
//! | `page` | pages and cursors |
//! | `sessions` `filters` | the list of conversations and what it can be filtered by |
//! | `conversation` | one conversation with its events |
//! | `afterwards` | what happened to the client after it |
//! | `events` | the list of events, one event, events by id |
//! | `client` | one client with everything known of them |
//! | `search` `words` `snippet` | what somebody typed → clients, conversations, what was said |

mod afterwards;
mod client;
mod conditions;
mod conversation;
mod events;
mod filters;
mod page;
#[cfg(test)]
mod plans;
mod search;
mod sessions;
mod snippet;
#[cfg(test)]
mod tests;
mod words;

pub use afterwards::afterwards;
pub use client::{ClientDetail, ClientName, Known, Likeness, client, client_name};
pub use conversation::{SessionDetail, session};
pub use events::{EventFilter, EventLine, event, event_by_id, events};
pub use filters::{Filters, filters};
pub use page::{BadCursor, Cursor, Listed, MAX_LIMIT, Page};
pub use search::{ClientHit, Found, Hit, search};
pub use sessions::{SessionFilter, SessionLine, sessions};
pub use snippet::Snippet;
