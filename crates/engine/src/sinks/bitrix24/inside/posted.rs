//! What a portal posts to us: a page that an employee opens, or an event. Pure.
//!
//! ```text
//! POST …/card?DOMAIN=salon.bitrix24.ru&PROTOCOL=1&LANG=ru&APP_SID=…      AUTH_ID=…&member_id=…&PLACEMENT=CRM_LEAD_DETAIL_TAB&PLACEMENT_OPTIONS={"ID":"5"}
//! POST …/install                                                          event=ONAPPINSTALL&auth[access_token]=…&auth[member_id]=…
//! ```

use serde_json::Value;
use zeroize::Zeroizing;

use super::super::rest::Tokens;
use crate::event::{CrmKind, CrmRef};
use crate::exchange::php;

/// The body of such a request is far below.
const BYTES: usize = 64 << 10;

/// What was read of it.
pub(super) struct Posted {
    /// `ONAPPINSTALL`, or nothing: then it is a page.
    pub(super) event: String,
    pub(super) access_token: Zeroizing<String>,
    pub(super) refresh_token: Zeroizing<String>,
    pub(super) application_token: Zeroizing<String>,
    pub(super) member_id: String,
    pub(super) server_endpoint: String,
    /// `https://portal/rest/`
    pub(super) client_endpoint: String,
    placement: String,
    options: Value,
    pub(super) frame: String,
    pub(super) language: String,
}

impl Posted {
    /// Reads query and body; none where it is nothing of the kind.
    pub(super) fn read(query: &str, body: &[u8]) -> Option<Self> {
        let body = std::str::from_utf8(body).ok().filter(|body| body.len() <= BYTES)?;
        let (query, body) = (php::parse(query), php::parse(body));
        let page = |name: &str| word(&body[name]).or_else(|| word(&query[name])).unwrap_or_default();
        let event = page("event").to_ascii_uppercase();
        let auth = &body["auth"];
        let either = |of_event: &str, of_page: &str| word(&auth[of_event]).unwrap_or_else(|| page(of_page));
        let scheme = if page("PROTOCOL") == "0" { "http" } else { "https" };
        let domain = page("DOMAIN");
        let at_page = if domain.is_empty() { String::new() } else { format!("{scheme}://{domain}/rest/") };
        let posted = Self {
            access_token: Zeroizing::new(either("access_token", "AUTH_ID")),
            refresh_token: Zeroizing::new(either("refresh_token", "REFRESH_ID")),
            application_token: Zeroizing::new(either("application_token", "APPLICATION_TOKEN")),
            member_id: either("member_id", "member_id"),
            server_endpoint: either("server_endpoint", "SERVER_ENDPOINT"),
            client_endpoint: word(&auth["client_endpoint"]).unwrap_or(at_page),
            placement: page("PLACEMENT").to_ascii_uppercase(),
            options: serde_json::from_str(&page("PLACEMENT_OPTIONS")).unwrap_or_default(),
            frame: page("APP_SID").chars().filter(char::is_ascii_alphanumeric).take(64).collect(),
            language: page("LANG").to_ascii_lowercase(),
            event,
        };
        (!posted.member_id.is_empty()).then_some(posted)
    }

    /// The card in which it was opened; none: on no card.
    pub(super) fn card(&self) -> Option<CrmRef> {
        let kind = match self.placement.strip_prefix("CRM_")?.strip_suffix("_DETAIL_TAB")? {
            "LEAD" => CrmKind::Lead,
            "DEAL" => CrmKind::Deal,
            "CONTACT" => CrmKind::Contact,
            "COMPANY" => CrmKind::Company,
            _ => return None,
        };
        let id = word(&self.options["ID"]).or_else(|| word(&self.options["id"]))?;
        Some(CrmRef { kind, id: id.parse().ok()? })
    }

    /// Whether it was opened in a card, readable or not.
    pub(super) fn is_in_card(&self) -> bool {
        self.placement.starts_with("CRM_")
    }

    /// What the application is given with it; none where it brings no keys.
    pub(super) fn tokens(&self) -> Option<Tokens> {
        let is_whole = ![&self.access_token, &self.refresh_token].iter().any(|token| token.is_empty());
        (is_whole && !self.client_endpoint.is_empty() && !self.server_endpoint.is_empty()).then(|| Tokens {
            client_endpoint: self.client_endpoint.clone(),
            server_endpoint: self.server_endpoint.clone(),
            access_token: self.access_token.clone(),
            refresh_token: self.refresh_token.clone(),
            member_id: self.member_id.clone(),
            application_token: self.application_token.clone(),
        })
    }
}

fn word(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_page_and_an_event_say_the_same() {
        let query = "DOMAIN=salon.bitrix24.ru&PROTOCOL=1&LANG=ru&APP_SID=5e1f";
        let body = "AUTH_ID=acc&AUTH_EXPIRES=3600&REFRESH_ID=ref&SERVER_ENDPOINT=https%3A%2F%2Foauth.example%2Frest%2F&APPLICATION_TOKEN=app\
                    &member_id=m1&PLACEMENT=CRM_LEAD_DETAIL_TAB&PLACEMENT_OPTIONS=%7B%22ID%22%3A%22123%22%7D";
        let page = Posted::read(query, body.as_bytes()).unwrap();
        let event = "event=onappinstall&auth[access_token]=acc&auth[refresh_token]=ref&auth[client_endpoint]=https%3A%2F%2Fsalon.bitrix24.ru%2Frest%2F\
                     &auth[server_endpoint]=https%3A%2F%2Foauth.example%2Frest%2F&auth[member_id]=m1&auth[application_token]=app";
        let event = Posted::read("", event.as_bytes()).unwrap();
        assert!(page.tokens().unwrap() == event.tokens().unwrap());
        assert_eq!((event.event.as_str(), page.event.as_str(), page.frame.as_str()), ("ONAPPINSTALL", "", "5e1f"));
        assert_eq!(page.card().unwrap().to_string(), "lead:123");
        assert!(event.card().is_none() && page.is_in_card() && !event.is_in_card());
    }

    #[test]
    fn what_lacks_something_gives_nothing() {
        assert!(Posted::read("", b"AUTH_ID=acc").is_none(), "nobody knows whose");
        assert!(Posted::read("", b"\xff").is_none());
        let bare = Posted::read("", b"member_id=m1&PLACEMENT=CRM_LEAD_DETAIL_TAB&PLACEMENT_OPTIONS=%5B%5D").unwrap();
        assert!(bare.tokens().is_none() && bare.card().is_none() && bare.is_in_card());
        let menu = Posted::read("DOMAIN=x", b"member_id=m1&PLACEMENT=LEFT_MENU&PLACEMENT_OPTIONS=x").unwrap();
        assert!(!menu.is_in_card());
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(query: String, body: Vec<u8>, tail in "[A-Z_a-z=&%\\[\\]0-9]{0,80}") {
            let _ = Posted::read(&query, &body).map(|posted| posted.card());
            let _ = Posted::read(&tail, format!("member_id=m&{tail}").as_bytes()).map(|posted| (posted.card(), posted.tokens().is_some()));
        }
    }
}
