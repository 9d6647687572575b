//! What can go wrong in `access`, by what a caller does about it.
//!
//! Texts may be shown to the person who asked, and may be logged: they name ids and words of ours, never a login or a secret.

/// Why something was not done.
#[derive(Debug, thiserror::Error)]
pub enum AccessError {
    /// 403: the caller is known and may not do this.
    #[error("{standing} may not {action} here: ask an owner of the business")]
    Forbidden {
        /// The caller's role.
        standing: &'static str,
        /// What was tried.
        action: &'static str,
    },
    /// 400: a value that cannot be accepted as it stands.
    #[error("{what}: {rule}")]
    Invalid {
        /// Which value.
        what: &'static str,
        /// What it must look like.
        rule: &'static str,
    },
    /// 409: the name or id belongs to something else.
    #[error("{what} {name} exists already: choose another name")]
    Taken {
        /// What kind of thing.
        what: &'static str,
        /// Its slug or id.
        name: String,
    },
    /// 404: nothing of that name in this business.
    #[error("no {what} {name} here")]
    Unknown {
        /// What kind of thing.
        what: &'static str,
        /// Its slug or id.
        name: String,
    },
    /// 409: a business without an owner could never be managed again.
    #[error("this is the last owner of the business: make somebody else an owner first")]
    LastOwner,
    /// 429: too many failed sign-ins for this login or from this address.
    #[error("too many attempts: try again in {retry_after_s} s")]
    Throttled {
        /// For the `Retry-After` header.
        retry_after_s: u32,
    },
    /// 500: a stored password hash that cannot be read, or a hash that could not be computed.
    #[error("password hash: {0}")]
    Hash(String),
    /// 500: the database.
    #[error("access tables: {0}")]
    Sql(#[from] rusqlite::Error),
    /// 500, or 503 when it is full: the store around the tables.
    #[error(transparent)]
    Store(#[from] crate::store::StoreError),
}

/// The result of every function here.
pub type Result<T> = std::result::Result<T, AccessError>;

impl AccessError {
    pub(super) fn taken(what: &'static str, name: impl ToString) -> Self {
        Self::Taken { what, name: name.to_string() }
    }

    pub(super) fn unknown(what: &'static str, name: impl ToString) -> Self {
        Self::Unknown { what, name: name.to_string() }
    }
}
