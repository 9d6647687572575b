//! Slows down guessing of passwords: per login and per address, with a delay that doubles.
//!
//! Every attempt is charged *before* the password is checked and taken back when it was right, so that a hundred attempts
//! at once are a hundred failures too. The first failures are free (people mistype; an office shares one address), then the
//! next attempt has to wait 1, 2, 4, … seconds after the last, at most 15 minutes: some hundred guesses a day for a login. A
//! locked-out owner comes in with a one-time link made on the machine.

use std::net::IpAddr;

use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::{
    Digest,
    error::{AccessError, Result},
};
use crate::event::when::SECOND_US;

const MAX_DELAY_S: i64 = 15 * 60;
/// A subject that failed this long ago starts afresh.
pub(super) const FORGET_AFTER_US: i64 = 24 * 3600 * SECOND_US;
const FREE_PER_LOGIN: i64 = 5;
const FREE_PER_ADDRESS: i64 = 20;

/// What is being counted. Kept as a digest: in the field for the login people type passwords, too.
#[derive(Debug, Clone, Copy)]
pub(super) struct Subject {
    digest: Digest,
    free: i64,
}

impl Subject {
    pub(super) fn login(typed: &str) -> Self {
        Self { digest: Digest::of(&format!("login {}", typed.trim().to_lowercase())), free: FREE_PER_LOGIN }
    }

    /// One subscriber usually has a whole IPv6 /64, so that is one address.
    pub(super) fn address(address: IpAddr) -> Self {
        let text = match address.to_canonical() {
            IpAddr::V4(v4) => format!("address {v4}"),
            IpAddr::V6(v6) => format!("address {:x?}", &v6.segments()[..4]),
        };
        Self { digest: Digest::of(&text), free: FREE_PER_ADDRESS }
    }
}

/// Charges one attempt, or says how long to wait (then nothing is charged, so that waiting ends).
pub(super) fn charge(tx: &Transaction<'_>, subjects: &[Subject], now_us: i64) -> Result<()> {
    let mut charged = Vec::with_capacity(subjects.len());
    for subject in subjects {
        let failures = failures(tx, subject, now_us)?;
        charged.push((subject.digest, failures + 1));
    }
    for (digest, failures) in charged {
        tx.execute(
            "INSERT INTO sign_in_attempts (subject, failures, last_us) VALUES (?1, ?2, ?3)
             ON CONFLICT (subject) DO UPDATE SET failures = excluded.failures, last_us = excluded.last_us",
            params![digest, failures, now_us],
        )?;
    }
    Ok(())
}

/// The attempt was right: the login starts afresh, the address gets this one back (it may still be guessing others).
pub(super) fn take_back(tx: &Transaction<'_>, login: &Subject, address: &Subject) -> Result<()> {
    tx.execute("DELETE FROM sign_in_attempts WHERE subject = ?1", [login.digest])?;
    tx.execute("UPDATE sign_in_attempts SET failures = failures - 1 WHERE subject = ?1 AND failures > 0", [address.digest])?;
    Ok(())
}

/// The failures that count now, or the error that it is too early.
fn failures(conn: &Connection, subject: &Subject, now_us: i64) -> Result<i64> {
    let sql = "SELECT failures, last_us FROM sign_in_attempts WHERE subject = ?1";
    let known = conn.query_row(sql, [subject.digest], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    let (failures, last_us): (i64, i64) = known.unwrap_or((0, now_us));
    if now_us - last_us >= FORGET_AFTER_US {
        return Ok(0);
    }
    let delay_us = delay_s(failures - subject.free) * SECOND_US;
    // A clock that went back must not make anybody wait longer than the delay itself.
    let wait_us = (last_us + delay_us - now_us).min(delay_us);
    if wait_us > 0 {
        let retry_after_s = u32::try_from((wait_us + SECOND_US - 1) / SECOND_US).unwrap_or(u32::MAX);
        return Err(AccessError::Throttled { retry_after_s });
    }
    Ok(failures)
}

/// 0 for the free ones, then 1, 2, 4, …
fn delay_s(beyond_free: i64) -> i64 {
    match beyond_free {
        ..0 => 0,
        doublings @ 0..10 => (1 << doublings).min(MAX_DELAY_S),
        _ => MAX_DELAY_S,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::testing::*;
    use super::*;

    fn wait(result: Result<()>) -> Option<u32> {
        match result {
            Ok(()) => None,
            Err(AccessError::Throttled { retry_after_s }) => Some(retry_after_s),
            Err(other) => unreachable!("{other}"),
        }
    }

    #[test]
    fn the_delay_doubles_after_the_free_ones() {
        let mut conn = empty();
        let tx = conn.transaction().unwrap();
        let login = [Subject::login("anna")];
        let mut now_us = NOW;
        for _ in 0..FREE_PER_LOGIN {
            assert_eq!(wait(charge(&tx, &login, now_us)), None);
        }
        for seconds in [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900] {
            assert_eq!(wait(charge(&tx, &login, now_us)), Some(seconds));
            now_us += i64::from(seconds) * SECOND;
            assert_eq!(wait(charge(&tx, &login, now_us)), None, "after {seconds} s");
        }
        assert_eq!(wait(charge(&tx, &[Subject::login(" ANNA")], now_us)), Some(900), "one spelling");
        assert_eq!(wait(charge(&tx, &[Subject::login("boris")], now_us)), None);
        assert_eq!(wait(charge(&tx, &login, NOW)), Some(900), "a clock set back adds nothing");
        assert_eq!(wait(charge(&tx, &login, now_us + FORGET_AFTER_US)), None);
        assert_eq!(wait(charge(&tx, &login, now_us + FORGET_AFTER_US)), None, "forgotten");
    }

    #[test]
    fn a_right_password_frees_the_login_but_not_the_address() {
        let mut conn = empty();
        let tx = conn.transaction().unwrap();
        let (anna, home) = (Subject::login("anna"), Subject::address("2001:db8::1".parse().unwrap()));
        for _ in 0..FREE_PER_ADDRESS {
            charge(&tx, &[home], NOW).unwrap();
        }
        let neighbour = Subject::address("2001:db8::ffff".parse().unwrap());
        assert_eq!(wait(charge(&tx, &[anna, neighbour], NOW)), Some(1), "the same /64");
        take_back(&tx, &anna, &home).unwrap();
        assert_eq!(wait(charge(&tx, &[anna, home], NOW)), None);
        assert_eq!(wait(charge(&tx, &[anna, home], NOW)), Some(1));
    }
}
