//! A signed-in browser: a random token in its cookie, kept here as SHA-256.
//!
//! The row says who and since when, nothing else. Roles, the right to sign in at all and the idle limit are read with every
//! request, so taking something away works at once. A browser is forgotten when it was idle too long (30 days; 12 hours for
//! whoever holds a role that reaches across or erases: integrator, compliance) and 180 days after it signed in. The CSRF token
//! of forms is an HMAC under the cookie's token: nothing to store, nothing to guess, and it dies with the session.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use rand::CryptoRng;
use rusqlite::{Connection, OptionalExtension, Transaction, params};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::{
    Digest, Name, Role, Scope, Secret, SignInId, UserId,
    error::{AccessError, Result},
    member,
    secret::is_token,
    throttle,
    trail::{About, What, Who, audit},
};
use crate::event::BusinessId;
use crate::event::when::{DAY_US, HOUR_US, SECOND_US};

const PREFIX: &str = "lts_";
const IDLE_US: i64 = 30 * DAY_US;
const STRICT_IDLE_US: i64 = 12 * HOUR_US;
const LONGEST_US: i64 = 180 * DAY_US;
/// `seen_us` is written at most this often: reading a page should not be a write.
const TOUCH_EVERY_US: i64 = 60 * SECOND_US;
const AGENT_CHARS: usize = 120;

/// Who sits at the browser.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// The browser.
    pub sign_in: SignInId,
    /// The person.
    pub user: UserId,
    /// What they are called.
    pub name: Name,
    /// Whether they have chosen a password; if not, offer it.
    pub has_password: bool,
    /// Their businesses and roles, as of this request.
    pub memberships: Vec<(BusinessId, Role)>,
    seen_us: i64,
}

/// A signed-in browser as listed for its person.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Browser {
    /// Its id, to sign it out by.
    pub id: SignInId,
    /// What it calls itself.
    pub agent: String,
    /// When it signed in.
    pub created_us: i64,
    /// When it last asked for something; up to a minute late.
    pub seen_us: i64,
}

impl SignedIn {
    /// What this person may do in `business`; `None` if they have nothing to do with it.
    #[must_use]
    pub fn scope(&self, business: BusinessId) -> Option<Scope> {
        let here = self.memberships.iter().find(|(known, _)| *known == business);
        here.map(|&(business, role)| Scope::member(business, role))
    }

    /// For the trail.
    #[must_use]
    pub fn who(&self) -> Who {
        Who::User(self.user)
    }

    /// Whether it is time to [`touch`].
    #[must_use]
    pub fn wants_touch(&self, now_us: i64) -> bool {
        now_us - self.seen_us >= TOUCH_EVERY_US
    }
}

/// Opens a session for a person who has proved who they are, and writes it in the trail. Always a new token: nothing that was in
/// the cookie before is taken over.
pub fn open(tx: &Transaction<'_>, user: UserId, agent: &str, now_us: i64, rng: &mut impl CryptoRng) -> Result<Secret> {
    let (sign_in, token) = (SignInId::draw(rng), Secret::draw(PREFIX, rng));
    let agent: String = agent.chars().filter(|c| !c.is_control()).take(AGENT_CHARS).collect();
    tx.execute(
        "INSERT INTO sign_ins (id, hash, user_id, agent, created_us, seen_us) VALUES (?1, ?2, ?3, ?4, ?5, ?5)",
        params![sign_in, token.digest(), user, agent, now_us],
    )?;
    audit(tx, About::Person(user), Who::User(user), What::SignedIn, sign_in, now_us)?;
    Ok(token)
}

/// Whose cookie that is, if it still counts.
pub fn authenticate(conn: &Connection, token: &str, now_us: i64) -> Result<Option<SignedIn>> {
    if !token.strip_prefix(PREFIX).is_some_and(is_token) {
        return Ok(None);
    }
    let mut statement = conn.prepare_cached(
        "SELECT sign_ins.id, users.id, users.name, users.password_hash IS NOT NULL, sign_ins.seen_us
         FROM sign_ins JOIN users ON users.id = sign_ins.user_id
         WHERE sign_ins.hash = ?1 AND users.disabled_us IS NULL AND sign_ins.created_us > ?2",
    )?;
    let found = statement.query_row(params![Digest::of(token), now_us - LONGEST_US], |row| {
        Ok(SignedIn {
            sign_in: row.get(0)?,
            user: row.get(1)?,
            name: row.get(2)?,
            has_password: row.get(3)?,
            memberships: Vec::new(),
            seen_us: row.get(4)?,
        })
    });
    let Some(mut signed_in) = found.optional()? else {
        return Ok(None);
    };
    signed_in.memberships = member::of_user(conn, signed_in.user)?;
    let idle_us = now_us - signed_in.seen_us;
    Ok((idle_us < idle_limit_us(&signed_in.memberships)).then_some(signed_in))
}

/// Notes that the browser was seen, which is what keeps it signed in.
pub fn touch(tx: &Transaction<'_>, sign_in: SignInId, now_us: i64) -> Result<()> {
    tx.execute("UPDATE sign_ins SET seen_us = ?2 WHERE id = ?1 AND seen_us < ?2", params![sign_in, now_us])?;
    Ok(())
}

/// The browsers a person is signed in with, the one used last first.
pub fn all(conn: &Connection, user: UserId) -> Result<Vec<Browser>> {
    let mut statement =
        conn.prepare_cached("SELECT id, agent, created_us, seen_us FROM sign_ins WHERE user_id = ?1 ORDER BY seen_us DESC, id")?;
    let rows = statement
        .query_map([user], |row| Ok(Browser { id: row.get(0)?, agent: row.get(1)?, created_us: row.get(2)?, seen_us: row.get(3)? }))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Signs out one of a person's browsers.
pub fn close(tx: &Transaction<'_>, who: Who, user: UserId, sign_in: SignInId, now_us: i64) -> Result<()> {
    let closed = tx.execute("DELETE FROM sign_ins WHERE id = ?1 AND user_id = ?2", params![sign_in, user])?;
    if closed == 0 {
        return Err(AccessError::unknown("sign-in", sign_in));
    }
    audit(tx, About::Person(user), who, What::SignedOut, user, now_us)
}

/// Signs out all of a person's browsers: after a loss, or when somebody leaves.
pub fn close_all(tx: &Transaction<'_>, who: Who, user: UserId, now_us: i64) -> Result<()> {
    tx.execute("DELETE FROM sign_ins WHERE user_id = ?1", [user])?;
    audit(tx, About::Person(user), who, What::SignedOut, user, now_us)
}

/// Deletes what has run out: sessions, links, old failures. Once a day; nothing depends on it but the size of the tables.
pub fn sweep(tx: &Transaction<'_>, now_us: i64) -> Result<()> {
    tx.execute("DELETE FROM sign_ins WHERE seen_us <= ?1 OR created_us <= ?2", params![now_us - IDLE_US, now_us - LONGEST_US])?;
    tx.execute("DELETE FROM sign_in_links WHERE expires_us <= ?1", [now_us])?;
    tx.execute("DELETE FROM sign_in_attempts WHERE last_us <= ?1", [now_us - throttle::FORGET_AFTER_US])?;
    Ok(())
}

/// The token that every form of this session carries.
#[must_use]
pub fn csrf_token(session_token: &str) -> String {
    URL_SAFE_NO_PAD.encode(csrf_mac(session_token).finalize().into_bytes())
}

/// Whether a form carried the right one; compared in constant time.
#[must_use]
pub fn csrf_matches(session_token: &str, offered: &str) -> bool {
    let offered = URL_SAFE_NO_PAD.decode(offered).unwrap_or_default();
    csrf_mac(session_token).verify_slice(&offered).is_ok()
}

fn csrf_mac(session_token: &str) -> Hmac<Sha256> {
    // HMAC itself pads a key to a block of 64 bytes with zeros. A token of ours has 47, so the whole of it is the key.
    let mut block = Zeroizing::new([0_u8; 64]);
    let used = session_token.len().min(block.len());
    block[..used].copy_from_slice(&session_token.as_bytes()[..used]);
    let mut mac = Hmac::<Sha256>::new((&*block).into());
    mac.update(b"letopis csrf v1");
    mac
}

fn idle_limit_us(memberships: &[(BusinessId, Role)]) -> i64 {
    let strict = memberships.iter().any(|(_, role)| matches!(role, Role::Integrator | Role::Compliance | Role::Inspector));
    if strict { STRICT_IDLE_US } else { IDLE_US }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::{Change, testing::*};
    use super::*;

    fn signed_in(conn: &mut Connection, user: UserId, seed: u64) -> Secret {
        let tx = conn.transaction().unwrap();
        let token = open(&tx, user, "Firefox\u{7} на телефоне", NOW, &mut rng(seed)).unwrap();
        tx.commit().unwrap();
        token
    }

    #[test]
    fn a_session_slides_while_it_is_used() {
        let mut conn = empty();
        let salon = a_business(&mut conn, "salon");
        let anna = a_member(&mut conn, salon, "anna", Role::Owner);
        let token = signed_in(&mut conn, anna, 1);
        let last = NOW + IDLE_US - 1;
        let known = authenticate(&conn, token.reveal(), last).unwrap().unwrap();
        assert_eq!((known.user, known.scope(salon).unwrap().standing().as_str()), (anna, "owner"));
        assert!(known.wants_touch(last) && known.scope(BusinessId(9)).is_none());
        assert!(authenticate(&conn, token.reveal(), NOW + IDLE_US).unwrap().is_none());
        let tx = conn.transaction().unwrap();
        touch(&tx, known.sign_in, last).unwrap();
        assert!(authenticate(&tx, token.reveal(), NOW + IDLE_US).unwrap().is_some());
        assert_eq!(all(&tx, anna).unwrap()[0].agent, "Firefox на телефоне");
        touch(&tx, known.sign_in, NOW + LONGEST_US).unwrap();
        assert!(authenticate(&tx, token.reveal(), NOW + LONGEST_US).unwrap().is_none(), "not for ever");
    }

    #[test]
    fn a_role_taken_away_or_made_stricter_works_at_once() {
        let mut conn = empty();
        let salon = a_business(&mut conn, "salon");
        let anna = a_member(&mut conn, salon, "anna", Role::Owner);
        let token = signed_in(&mut conn, anna, 1);
        commit(&mut conn, &[Change::MembershipSet { business: salon, user: anna, role: Role::Compliance, at_us: NOW }]);
        assert!(authenticate(&conn, token.reveal(), NOW + STRICT_IDLE_US - 1).unwrap().is_some());
        assert!(authenticate(&conn, token.reveal(), NOW + STRICT_IDLE_US).unwrap().is_none());
        commit(&mut conn, &[Change::MembershipRemoved { business: salon, user: anna, at_us: NOW }]);
        assert!(authenticate(&conn, token.reveal(), NOW).unwrap().unwrap().scope(salon).is_none());
        commit(&mut conn, &[Change::UserDisabled { business: salon, user: anna, at_us: NOW }]);
        assert!(authenticate(&conn, token.reveal(), NOW).unwrap().is_none());
    }

    #[test]
    fn a_new_password_or_a_sign_out_ends_other_browsers() {
        let mut conn = empty();
        let salon = a_business(&mut conn, "salon");
        let anna = a_member(&mut conn, salon, "anna", Role::Owner);
        let (here, there) = (signed_in(&mut conn, anna, 1), signed_in(&mut conn, anna, 2));
        let keep = authenticate(&conn, here.reveal(), NOW).unwrap().unwrap().sign_in;
        let hash = super::super::Password::choose(Secret::new("correct horse".to_owned())).unwrap().hash([1; 16]).unwrap();
        let tx = conn.transaction().unwrap();
        super::super::password::set(&tx, Who::User(anna), anna, &hash, Some(keep), NOW).unwrap();
        assert!(authenticate(&tx, there.reveal(), NOW).unwrap().is_none());
        assert!(authenticate(&tx, here.reveal(), NOW).unwrap().is_some());
        close(&tx, Who::User(anna), anna, keep, NOW).unwrap();
        assert!(authenticate(&tx, here.reveal(), NOW).unwrap().is_none());
        assert!(close(&tx, Who::User(anna), anna, keep, NOW).is_err());
        assert!(authenticate(&tx, "", NOW).unwrap().is_none());
    }

    #[test]
    fn what_ran_out_is_swept() {
        let mut conn = empty();
        let salon = a_business(&mut conn, "salon");
        let anna = a_member(&mut conn, salon, "anna", Role::Owner);
        signed_in(&mut conn, anna, 1);
        let tx = conn.transaction().unwrap();
        sweep(&tx, NOW + IDLE_US - 1).unwrap();
        assert_eq!(all(&tx, anna).unwrap().len(), 1);
        sweep(&tx, NOW + IDLE_US).unwrap();
        assert!(all(&tx, anna).unwrap().is_empty());
    }

    #[test]
    fn a_form_token_belongs_to_its_session() {
        let form = csrf_token("lts_one");
        assert!(csrf_matches("lts_one", &form) && !csrf_matches("lts_two", &form));
        assert!(!csrf_matches("lts_one", "") && !csrf_matches("lts_one", "!") && !csrf_matches("lts_one", &form[1..]));
    }
}
