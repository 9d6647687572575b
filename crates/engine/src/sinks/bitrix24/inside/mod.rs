//! Letopis inside the portal: its application is installed, and employees open its pages in cards and in the menu.
//!
//! ```text
//! portal ──POST──▶ posted: what it says ──▶ install: whose? ask the portal · keep the tokens · place tabs, bind events
//!                                      └──▶ visit: proves itself? which card? may this employee see it? the portal says
//! ```
//! Nothing that is posted is believed by itself. Tokens count only after the portal that the connection names has taken them; the employee's
//! right to a card is what the portal answers to the employee's own key, which is used for that and not kept.

mod bind;
mod install;
mod posted;
mod visit;

use std::sync::Arc;

use zeroize::Zeroizing;

use super::Bitrix24;
use super::rest::{Credential, Halt, Later, Portal, Said, Tokens};
use crate::access::portal_visit::Unseen;
use crate::access::{ConnectionIdentity, ConnectionKind, SecretName};

impl Bitrix24 {
    /// The connection of a token in a URL.
    fn of_token(&self, token: &str) -> Result<Arc<ConnectionIdentity>, Unseen> {
        self.connections.find(token).filter(|known| known.kind == ConnectionKind::Bitrix24).ok_or(Unseen::Unknown)
    }

    /// One of its secrets.
    fn opened(&self, known: &ConnectionIdentity, name: SecretName) -> Option<Zeroizing<String>> {
        known.secret(&*self.vault.keys(known.business)?, name)
    }

    /// What its application was given, where it is installed.
    fn tokens(&self, known: &ConnectionIdentity) -> Option<Tokens> {
        serde_json::from_str(&self.opened(known, SecretName::Tokens)?).ok()
    }

    /// The portal as somebody with a key of their own asks it: nothing is renewed and nothing kept.
    fn guest(&self, known: &ConnectionIdentity, tokens: Tokens) -> Result<Portal, Unseen> {
        let credential = Credential::app(tokens).map_err(|_| Unseen::Unreadable)?;
        let route = self.route(known).map_err(|_| Unseen::NotInstalled)?;
        let patience = super::rest::Patience { answer: std::time::Duration::from_secs(10), ..Default::default() };
        Portal::new(credential, None, (route, self.own.clone()), (self.rate(), patience), Box::new(|_| ()))
            .map_err(|_| Unseen::NotInstalled)
    }
}

/// Why a portal did not say what it was asked.
fn unsaid(said: &Said) -> Unseen {
    match said {
        Said::Later(Later::Halted(Halt::Credential)) => Unseen::Stale,
        Said::Refused(_) => Unseen::NoRight,
        _ => Unseen::Silent,
    }
}
