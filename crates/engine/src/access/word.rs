//! Enums whose values are words: the same word in the database, in JSON, in the API and on the command line.
//!
//! One definition gives them all, so that they cannot drift apart. A word in the database that this version
//! does not know is an error of that row, never a default.

/// Defines such an enum; the second argument is what it is called in an error text.
macro_rules! words {
    ($(#[$meta:meta])* $name:ident, $what:literal { $($(#[$note:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        pub enum $name {
            $($(#[$note])* #[serde(rename = $word)] $variant),+
        }

        impl $name {
            /// All of them, in the order of the definition.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The word.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::access::AccessError;

            fn from_str(text: &str) -> std::result::Result<Self, Self::Err> {
                let known = Self::ALL.iter().find(|known| known.as_str() == text);
                let rule = concat!("one of:" $(, " ", $word)+);
                known.copied().ok_or($crate::access::AccessError::Invalid { what: $what, rule })
            }
        }

        impl rusqlite::types::ToSql for $name {
            fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
                Ok(self.as_str().into())
            }
        }

        impl rusqlite::types::FromSql for $name {
            fn column_result(value: rusqlite::types::ValueRef<'_>) -> rusqlite::types::FromSqlResult<Self> {
                value.as_str()?.parse().map_err(rusqlite::types::FromSqlError::other)
            }
        }
    };
}

pub(super) use words;
