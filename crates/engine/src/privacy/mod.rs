//! Keys, and the sealing of records under them.
//!
//! ```text
//! master key (file, 0600) ─wraps─▶ business key ─wraps─▶ data key of one identity and thirty days ─derives─▶ K_enc, K_com
//!                                       └─derives─▶ wrap, lookup, dedupe and signing keys
//! ```
//! Destroying a data key makes every record under it unreadable, in every backup too. It deliberately keeps no record and decides
//! nothing about when a key dies.
//!
//! * `age` – a secret for somebody's age key · `installation` – the log's name, the queue's key, rotation · `keys` – business and data
//!   keys · `mask` – personal data in texts · `master` – the master key file · `seal` – blobs · `vault` – this process's business keys

pub mod age;
pub mod installation;
mod keys;
pub mod mask;
mod master;
mod pseudonyms;
mod seal;
mod vault;

pub use keys::{
    BusinessKeys, DataKey, KeyError, KeyId, Period, create_business_key, data_key, data_key_for, data_keys_of, destroy_data_key,
    load_business_keys,
};
pub use master::{MasterKey, MasterKeyError};
pub use pseudonyms::pseudonym_key;
pub use seal::{Blob, Packed, Packer, SealError, Unpacker, open, open_with, seal};
pub use vault::Vault;

/// The tables of this room.
pub const SCHEMA: &str = include_str!("schema.sql");
