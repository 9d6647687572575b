//! Routes: what goes to whom, by which way and when. Decided by people, so sealed; what opens a bot is kept apart, sealed, in no decision.

use rand::CryptoRng;
use rusqlite::{Connection, OptionalExtension, Transaction, params};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::Kind;
use crate::event::{BusinessId, RecordNo};
use crate::privacy::BusinessKeys;

/// More would be a mailing list.
pub const MOST: usize = 20;

/// How something gets there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Way {
    /// E-mail, by the installation's mail server.
    Mail,
    /// A bot of Telegram.
    Telegram,
    /// A bot of MAX.
    Max,
}

impl Way {
    /// All of them, as they are offered.
    pub const ALL: [Self; 3] = [Self::Mail, Self::Telegram, Self::Max];

    /// Its name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Mail => "mail",
            Self::Telegram => "telegram",
            Self::Max => "max",
        }
    }
}

impl std::str::FromStr for Way {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|way| way.as_str() == text).ok_or_else(|| format!("{text}: say mail, telegram or max"))
    }
}

/// One route, as it is decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Route {
    /// What goes this way; at least one.
    pub kinds: Vec<Kind>,
    /// How.
    pub way: Way,
    /// To whom: an e-mail address, a chat.
    pub to: String,
    /// `ru` or `en`.
    #[serde(default = "russian")]
    pub language: String,
    /// At which hour, by the business's clock.
    #[serde(default = "nine")]
    pub hour: u8,
    /// Weekly reports: the day of the week, Monday is 1.
    #[serde(default = "monday")]
    pub weekday: u8,
    /// From this hour on nothing is sent but what is urgent.
    #[serde(default = "ten_in_the_evening")]
    pub quiet_from: u8,
    /// Until this hour. The same as `quiet_from`: there are no quiet hours.
    #[serde(default = "eight")]
    pub quiet_to: u8,
    /// Another address of the bot's platform: a relay.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

fn russian() -> String {
    "ru".to_owned()
}

fn nine() -> u8 {
    9
}

fn eight() -> u8 {
    8
}

fn monday() -> u8 {
    1
}

fn ten_in_the_evening() -> u8 {
    22
}

impl Route {
    /// What is wrong with it, in words.
    #[must_use]
    pub fn fault(&self) -> Option<&'static str> {
        let to = self.to.trim();
        let is_chat =
            |chat: &str| chat.strip_prefix(['-', '@']).unwrap_or(chat).bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        match () {
            () if self.kinds.is_empty() => Some("at least one kind of report goes this way"),
            () if to.is_empty() || to.len() > 200 || to != self.to => Some("the receiver is 1 to 200 characters, without spaces around"),
            () if self.way == Way::Mail && !is_address(to) => Some("the receiver is an e-mail address"),
            () if self.way != Way::Mail && !is_chat(to) => Some("the receiver is the number of a chat, or @name of a channel"),
            () if !["ru", "en"].contains(&self.language.as_str()) => Some("the language is ru or en"),
            () if self.hour > 23 || self.quiet_from > 23 || self.quiet_to > 23 => Some("hours are 0 to 23"),
            () if !(1..=7).contains(&self.weekday) => Some("the day of the week is 1 (Monday) to 7"),
            () => None,
        }
    }

    /// Whether nothing but what is urgent is sent at that hour.
    #[must_use]
    pub fn is_quiet(&self, hour: u8) -> bool {
        let (from, to) = (self.quiet_from, self.quiet_to);
        if from <= to { (from..to).contains(&hour) } else { hour >= from || hour < to }
    }
}

/// Without spaces and brackets, with one @ in the middle: what else there is in the grammar of addresses, people do not use.
fn is_address(text: &str) -> bool {
    let sound = !text.contains(|letter: char| letter.is_whitespace() || letter.is_control() || "<>()[],;:\"\\".contains(letter));
    sound && text.split_once('@').is_some_and(|(who, host)| !who.is_empty() && host.contains('.') && !host.contains('@'))
}

/// A route that is in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Routed {
    /// Whose.
    #[serde(skip)]
    pub business: BusinessId,
    /// Its name in commands.
    pub id: String,
    /// Since when it is as it is.
    pub set_us: i64,
    /// The route.
    #[serde(flatten)]
    pub route: Route,
    /// Whether what opens its bot is known.
    pub has_secret: bool,
}

/// From now on it is so.
///
/// # Errors
/// When the database says no.
pub fn set(tx: &Transaction<'_>, record: RecordNo, id: &str, route: &str, set_us: i64) -> rusqlite::Result<()> {
    let sql = "INSERT INTO report_routes (business, id, route, set_us, record) VALUES (?1, ?2, ?3, ?4, ?5)
               ON CONFLICT (business, id) DO UPDATE SET route = excluded.route, set_us = excluded.set_us, record = excluded.record";
    tx.prepare_cached(sql)?.execute(params![record.business().0, id, route, set_us, record.as_i64()]).map(drop)
}

/// It is no more; what waits to go that way goes nowhere.
///
/// # Errors
/// When the database says no.
pub fn remove(tx: &Transaction<'_>, business: BusinessId, id: &str) -> rusqlite::Result<()> {
    for sql in [
        "DELETE FROM report_routes WHERE business = ?1 AND id = ?2",
        "DELETE FROM route_secrets WHERE business = ?1 AND id = ?2",
        "DELETE FROM report_deliveries WHERE business = ?1 AND route = ?2 AND sent_us IS NULL",
    ] {
        tx.prepare_cached(sql)?.execute(params![business.0, id])?;
    }
    Ok(())
}

/// Those of a business. What a later version wrote is passed over.
///
/// # Errors
/// When the database says no.
pub fn of(conn: &Connection, business: BusinessId) -> rusqlite::Result<Vec<Routed>> {
    let sql = "SELECT id, set_us, route, EXISTS (SELECT 1 FROM route_secrets s WHERE s.business = r.business AND s.id = r.id)
               FROM report_routes r WHERE business = ?1 ORDER BY set_us, id";
    let mut all = conn.prepare_cached(sql)?;
    let rows = all.query_map([business.0], |row| Ok((row.get(0)?, row.get(1)?, row.get::<_, String>(2)?, row.get(3)?)))?;
    let mut routes = Vec::new();
    for row in rows {
        let (id, set_us, route, has_secret) = row?;
        if let Ok(route) = serde_json::from_str(&route) {
            routes.push(Routed { business, id, set_us, route, has_secret });
        }
    }
    Ok(routes)
}

/// One of them.
///
/// # Errors
/// When the database says no.
pub fn one(conn: &Connection, business: BusinessId, id: &str) -> rusqlite::Result<Option<Routed>> {
    Ok(of(conn, business)?.into_iter().find(|routed| routed.id == id))
}

/// Keeps what opens the bot of a route.
///
/// # Errors
/// When the database says no.
pub fn keep_secret(
    tx: &Transaction<'_>,
    keys: &BusinessKeys,
    id: &str,
    secret: &str,
    now_us: i64,
    rng: &mut impl CryptoRng,
) -> rusqlite::Result<()> {
    let sealed = keys.seal_secret(&bound(id), secret.as_bytes(), rng);
    let sql = "INSERT INTO route_secrets (business, id, sealed, changed_us) VALUES (?1, ?2, ?3, ?4)
               ON CONFLICT (business, id) DO UPDATE SET sealed = excluded.sealed, changed_us = excluded.changed_us";
    tx.prepare_cached(sql)?.execute(params![keys.business().0, id, sealed, now_us]).map(drop)
}

/// What opens it; none where nothing was given, or it was edited.
///
/// # Errors
/// When the database says no.
pub fn secret(conn: &Connection, keys: &BusinessKeys, id: &str) -> rusqlite::Result<Option<Zeroizing<String>>> {
    let sql = "SELECT sealed FROM route_secrets WHERE business = ?1 AND id = ?2";
    let sealed = conn.prepare_cached(sql)?.query_row(params![keys.business().0, id], |row| row.get::<_, Vec<u8>>(0)).optional()?;
    let opened = sealed.and_then(|sealed| keys.open_secret(&bound(id), &sealed));
    Ok(opened.and_then(|bytes| std::str::from_utf8(&bytes).ok().map(|text| Zeroizing::new(text.to_owned()))))
}

fn bound(id: &str) -> String {
    format!("route {id}")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::super::testing::{NOON, Pen, empty};
    use super::*;

    fn route(way: Way, to: &str) -> Route {
        let kinds = vec![Kind::Weekly];
        Route { kinds, way, to: to.into(), language: "ru".into(), hour: 9, weekday: 1, quiet_from: 22, quiet_to: 8, url: None }
    }

    #[test]
    fn nonsense_is_refused() {
        assert_eq!(route(Way::Mail, "olga@salon.example").fault(), None);
        assert_eq!(route(Way::Telegram, "-100123").fault(), None);
        for (way, to) in [
            (Way::Mail, ""),
            (Way::Mail, "olga"),
            (Way::Mail, "a@b.example\r\nBcc: all@b.example"),
            (Way::Mail, "<a@b.example>"),
            (Way::Telegram, "a b"),
            (Way::Max, "12/34"),
        ] {
            assert!(route(way, to).fault().is_some(), "{to:?}");
        }
        let wrong = |change: fn(&mut Route)| {
            let mut one = route(Way::Mail, "olga@salon.example");
            change(&mut one);
            one.fault().is_some()
        };
        assert!(
            wrong(|one| one.hour = 24)
                && wrong(|one| one.weekday = 0)
                && wrong(|one| one.kinds.clear())
                && wrong(|one| one.language = "fr".into())
        );
    }

    #[test]
    fn quiet_hours_go_past_midnight_or_not() {
        let mut night = route(Way::Mail, "a@b.example");
        assert_eq!([21, 22, 0, 7, 8].map(|hour| night.is_quiet(hour)), [false, true, true, true, false]);
        (night.quiet_from, night.quiet_to) = (13, 14);
        assert_eq!([12, 13, 14].map(|hour| night.is_quiet(hour)), [false, true, false]);
        (night.quiet_from, night.quiet_to) = (0, 0);
        assert!((0..24).all(|hour| !night.is_quiet(hour)));
    }

    #[test]
    fn a_secret_opens_for_its_own_route_alone() {
        let mut conn = empty();
        let tx = conn.transaction().unwrap();
        let (keys, business) = (Pen::new(&tx, BusinessId(1)).keys, BusinessId(1));
        let text = serde_json::to_string(&route(Way::Telegram, "42")).unwrap();
        set(&tx, RecordNo::new(business, 7), "r_1", &text, NOON).unwrap();
        assert!(!of(&tx, business).unwrap()[0].has_secret);
        keep_secret(&tx, &keys, "r_1", "1234:token", NOON, &mut rand::rng()).unwrap();
        assert!(of(&tx, business).unwrap()[0].has_secret && of(&tx, BusinessId(2)).unwrap().is_empty());
        assert_eq!(secret(&tx, &keys, "r_1").unwrap().unwrap().as_str(), "1234:token");
        tx.execute("UPDATE route_secrets SET id = 'r_2'", []).unwrap();
        assert_eq!(secret(&tx, &keys, "r_2").unwrap(), None, "moved to another route it does not open");
        remove(&tx, business, "r_1").unwrap();
        assert!(of(&tx, business).unwrap().is_empty());
    }
}
