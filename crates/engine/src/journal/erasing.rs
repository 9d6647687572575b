//! Before a client is erased: who is meant, and whether what is sealed about it for ever names nobody.

use rusqlite::Connection;

use super::{clients, extent};
use crate::event::{Phone, phones_in};
use crate::privacy::BusinessKeys;

/// Longest text of a request.
const REQUEST_CHARS: usize = 200;

/// How a person names a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// By phone, E.164.
    Phone(String),
    /// By e-mail, lower case.
    Email(String),
    /// By public id.
    Pid(String),
}

impl Wanted {
    /// What was typed.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let text = text.trim();
        if text.contains('@') {
            return Self::Email(text.to_lowercase());
        }
        match Phone::parse(text).e164() {
            Some(phone) if !text.starts_with("c_") => Self::Phone(phone.as_str().to_owned()),
            _ => Self::Pid(text.to_owned()),
        }
    }
}

/// The public id of the client that is meant.
///
/// # Errors
/// When the database says no.
pub fn find(conn: &Connection, keys: &BusinessKeys, wanted: &Wanted) -> rusqlite::Result<Option<String>> {
    match wanted {
        Wanted::Phone(phone) => extent::known_by(conn, keys, "phone", phone),
        Wanted::Email(email) => extent::known_by(conn, keys, "email", email),
        Wanted::Pid(pid) => Ok(clients::by_pid(conn, keys.business(), pid)?.map(|_| pid.clone())),
    }
}

/// The text of a request is sealed with the decision and stays in the act: it must say which request, not who asked.
///
/// # Errors
/// In words, what is wrong with it.
pub fn check_request(text: &str) -> Result<(), &'static str> {
    match () {
        () if text.trim().is_empty() => Err("request: give the number and date of the request"),
        () if text.chars().count() > REQUEST_CHARS => Err("request: longer than 200 characters"),
        () if text.contains('@') || !phones_in(text).is_empty() => {
            Err("request: give its number and date, not who asked: it is kept for ever")
        }
        () => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_is_named_by_id_phone_or_mail() {
        assert_eq!(Wanted::read("8 (921) 555-01-01"), Wanted::Phone("+79215550101".into()));
        assert_eq!(Wanted::read(" Anna@Example.org "), Wanted::Email("anna@example.org".into()));
        assert_eq!(Wanted::read("c_0123456789abcdef"), Wanted::Pid("c_0123456789abcdef".into()));
    }

    #[test]
    fn a_request_names_no_person() {
        assert_eq!(check_request("вх. № 12 от 22.11.2026"), Ok(()));
        for wrong in ["", "  ", "позвонил 8 921 555-01-01", "anna@example.org", &"x".repeat(201)] {
            assert!(check_request(wrong).is_err(), "{wrong}");
        }
    }
}
