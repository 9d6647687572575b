//! An application of ours is installed in a portal, opened for the first time, or taken away.
//!
//! Whoever posts tokens is believed after the portal that the connection names has let them in and says that they are of the application
//! whose id was stored. From then on the connection belongs to that portal, by its `member_id`; another one is refused.

use std::sync::Arc;

use hyper::Uri;
use serde_json::{Value, json};

use super::super::Bitrix24;
use super::super::rest::{Call, Portal, Said, Tokens};
use super::bind::{self, Addresses};
use super::posted::Posted;
use super::unsaid;
use crate::access::portal_visit::{Settled, Unseen};
use crate::access::{ConnectionIdentity, Secret, SecretName, connection_secrets};
use crate::journal::crm;
use crate::store::StoreError;

/// Why an outbox rests whose application was taken away.
const UNINSTALLED: &str = "uninstalled";

impl Bitrix24 {
    /// Takes what a portal posts to the installation's address.
    ///
    /// # Errors
    /// When it is not to be believed.
    pub async fn install(&self, token: &str, query: &str, body: &[u8]) -> Result<Settled, Unseen> {
        let known = self.of_token(token)?;
        let posted = Posted::read(query, body).ok_or(Unseen::Unreadable)?;
        let stored = self.tokens(&known);
        if stored.as_ref().is_some_and(|stored| stored.member_id != posted.member_id) {
            return Err(Unseen::OtherPortal);
        }
        if posted.event == "ONAPPUNINSTALL" {
            return self.uninstall(&known, &posted, stored.as_ref()).await;
        }
        let tokens = posted.tokens().ok_or(Unseen::Unreadable)?;
        self.is_ours(&known, &tokens)?;
        // On a task of its own: a browser that is closed meanwhile must not leave half of it.
        let (this, token) = (self.clone(), token.to_owned());
        tokio::spawn(async move { this.settle(known, stored, posted, tokens, &token).await }).await.map_err(|_| Unseen::Silent)?
    }

    async fn settle(
        &self,
        known: Arc<ConnectionIdentity>,
        stored: Option<Tokens>,
        posted: Posted,
        tokens: Tokens,
        token: &str,
    ) -> Result<Settled, Unseen> {
        let portal = self.guest(&known, tokens.clone())?;
        let [info, profile] = self.introduced(&portal).await?;
        let app = self.opened(&known, SecretName::App);
        let id = app.as_deref().and_then(|app| app.split_once(':')).map(|(id, _)| id);
        if id.is_some_and(|id| info["CODE"].as_str() != Some(id)) {
            return Err(Unseen::OtherApp);
        }
        // Any employee sees keys of their own in the browser: those of one who may not set the portal up are worth nothing here.
        if !is_admin(&profile) {
            return Err(Unseen::NoRight);
        }
        // Without a stored id the first installation settles what the application proves itself with.
        let proof = stored.map(|stored| stored.application_token).filter(|proof| !proof.is_empty());
        let offered = Some(posted.application_token.clone()).filter(|offered| !offered.is_empty());
        let is_forged = id.is_none() && proof.as_ref().zip(offered.as_ref()).is_some_and(|(proof, offered)| !is_same(proof, offered));
        if is_forged {
            return Err(Unseen::Stranger);
        }
        let application_token = offered.or(proof).unwrap_or_default();
        let kept = Tokens { application_token, ..tokens };
        self.remember(&known, &kept).await.map_err(|_| Unseen::Silent)?;
        let is_whole = bind::bind(&portal, &Addresses::new(&self.base_url, token)).await;
        Ok(Settled {
            business: known.business,
            connection: known.connection,
            portal: portal.origin(),
            changed: vec![SecretName::Tokens],
            is_page: posted.event.is_empty(),
            frame: posted.frame,
            is_whole,
            language: posted.language,
        })
    }

    /// Which application this is, and who installs it.
    async fn introduced(&self, portal: &Portal) -> Result<[Value; 2], Unseen> {
        let said = portal.ask_all(&[Call::new("app.info", json!({})), Call::new("profile", json!({}))]).await;
        match <[Said; 2]>::try_from(said) {
            Ok([Said::Done(info), Said::Done(profile)]) => Ok([info, profile]),
            Ok([info, profile]) => Err(unsaid(if matches!(info, Said::Done(_)) { &profile } else { &info })),
            Err(_) => Err(Unseen::Silent),
        }
    }

    /// The portal that the connection names; where it names none, the first one is it.
    fn is_ours(&self, known: &ConnectionIdentity, tokens: &Tokens) -> Result<(), Unseen> {
        let origin = |text: &str| {
            let uri: Uri = text.parse().ok()?;
            Some((uri.scheme_str()? == "https", uri.authority()?.as_str().to_ascii_lowercase()))
        };
        let (is_safe, there) = origin(&tokens.client_endpoint).ok_or(Unseen::Unreadable)?;
        let named = known.settings.upstream.as_deref().and_then(origin);
        let before = self.tokens(known).and_then(|stored| origin(&stored.client_endpoint));
        // A renamed portal is known by its stored tokens: its new name came with an answer.
        let mut ours = [&named, &before].into_iter().flatten();
        let is_named = ours.any(|(https, name)| *name == there && (is_safe || !https)) || (named.is_none() && before.is_none() && is_safe);
        if is_named { Ok(()) } else { Err(Unseen::OtherPortal) }
    }

    /// Stores the tokens. What the hook's events prove themselves with is among them.
    async fn remember(&self, known: &ConnectionIdentity, tokens: &Tokens) -> Result<(), StoreError> {
        let keys = self.vault.keys(known.business).ok_or(StoreError::Stopped)?;
        let (connection, now_us) = (known.connection, (self.now_us)());
        let text = zeroize::Zeroizing::new(serde_json::to_string(tokens).unwrap_or_default());
        let stored = self.store.write(move |tx| {
            connection_secrets::set(tx, &keys, connection, SecretName::Tokens, Some(&text), now_us, &mut rand::rng()).map_err(|e| {
                tracing::error!(error = %e, "what a portal gave is not kept");
                StoreError::Stopped
            })
        });
        stored.await
    }

    /// The application is gone from the portal: its tokens are forgotten, and nothing is written until a person says so.
    async fn uninstall(&self, known: &ConnectionIdentity, posted: &Posted, stored: Option<&Tokens>) -> Result<Settled, Unseen> {
        let stored = stored.ok_or(Unseen::NotInstalled)?;
        if stored.application_token.is_empty() || !is_same(&stored.application_token, &posted.application_token) {
            return Err(Unseen::Stranger);
        }
        let keys = self.vault.keys(known.business).ok_or(Unseen::NotInstalled)?;
        let (connection, now_us) = (known.connection, (self.now_us)());
        let forgotten = self.store.write(move |tx| {
            crm::halt(tx, &connection.to_string(), Some(UNINSTALLED), now_us)?;
            connection_secrets::set(tx, &keys, connection, SecretName::Tokens, None, now_us, &mut rand::rng())
                .map_err(|_| StoreError::Stopped)
        });
        forgotten.await.map_err(|_| Unseen::Silent)?;
        tracing::warn!(%connection, "the application was taken away from its portal: nothing is written to cards with it");
        Ok(Settled {
            business: known.business,
            connection,
            portal: stored.client_endpoint.trim_end_matches("/rest/").to_owned(),
            changed: vec![SecretName::Tokens],
            is_page: false,
            frame: String::new(),
            is_whole: false,
            language: posted.language.clone(),
        })
    }
}

/// As the portal says it: a boolean, or a letter.
fn is_admin(profile: &Value) -> bool {
    profile["ADMIN"] == true || matches!(profile["ADMIN"].as_str(), Some("1" | "Y" | "true"))
}

/// In constant time.
pub(super) fn is_same(stored: &str, offered: &str) -> bool {
    Secret::new(stored.to_owned()).matches(offered)
}
