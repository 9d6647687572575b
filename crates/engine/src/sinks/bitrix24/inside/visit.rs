//! An employee opens a page of ours in a card or in the menu. The portal proves itself by its token, the employee by a key that is used once:
//! the portal is asked, with that key, for the very card.

use serde_json::{Value, json};

use super::super::Bitrix24;
use super::super::cards::type_id;
use super::super::rest::{Call, Portal, Said, Tokens};
use super::install::is_same;
use super::posted::Posted;
use super::unsaid;
use crate::access::CardWords;
use crate::access::portal_visit::{Refused, Unseen, Visit};
use crate::event::{CrmKind, CrmRef};

impl Bitrix24 {
    /// Who looks at what.
    ///
    /// # Errors
    /// When it may not be seen, or not now.
    pub async fn visit(&self, token: &str, query: &str, body: &[u8]) -> Result<Visit, Refused> {
        let known = self.of_token(token)?;
        let posted = Posted::read(query, body).ok_or(Unseen::Unreadable)?;
        let stored = self.tokens(&known).ok_or(Unseen::NotInstalled)?;
        if stored.member_id != posted.member_id {
            return Err(Unseen::OtherPortal.into());
        }
        if stored.application_token.is_empty() || !is_same(&stored.application_token, &posted.application_token) {
            return Err(Unseen::Stranger.into());
        }
        // The portal is where the connection knows it to be, never where a form says.
        let theirs = Tokens { access_token: posted.access_token.clone(), refresh_token: String::new().into(), ..stored };
        let portal = self.guest(&known, theirs)?;
        let seen = seen(&portal, &posted).await;
        let (place, language) = (portal.origin(), posted.language);
        let (employee, cards) = seen.map_err(|why| Refused { why, portal: Some(place.clone()), language: language.clone() })?;
        let shows_words = known.settings.crm.words != Some(CardWords::Steps);
        Ok(Visit { business: known.business, connection: known.connection, portal: place, cards, employee, language, shows_words })
    }
}

/// Who looks, and the card that was opened with those that it is bound to, if they may see it; none: no card, but they may see leads.
async fn seen(portal: &Portal, posted: &Posted) -> Result<(u64, Vec<CrmRef>), Unseen> {
    let card = posted.card();
    if posted.is_in_card() && card.is_none() {
        return Err(Unseen::Unreadable);
    }
    let asked = [question(card), Call::new("profile", json!({}))];
    let Ok([said, profile]) = <[Said; 2]>::try_from(portal.ask_all(&asked).await) else { return Err(Unseen::Silent) };
    let Said::Done(result) = &said else { return Err(unsaid(&said)) };
    let bound = card.map(|card| bound(card, &result["item"])).unwrap_or_default();
    let employee = if let Said::Done(profile) = &profile { number(&profile["ID"]) } else { None };
    Ok((employee.unwrap_or_default(), card.into_iter().chain(bound).collect()))
}

/// Portals write numbers as numbers and as text.
fn number(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok()).filter(|id| *id > 0)
}

/// A card as the employee sees it; on no card, whether they may see leads at all.
fn question(card: Option<CrmRef>) -> Call {
    match card {
        Some(card) => Call::new("crm.item.get", json!({ "entityTypeId": type_id(card.kind), "id": card.id })),
        None => Call::new("crm.item.list", json!({ "entityTypeId": 1, "select": ["id"], "filter": { ">id": 0 }, "start": -1 })),
    }
}

/// The cards of the same client that a card names: a deal came of a lead and has a contact.
fn bound(card: CrmRef, item: &Value) -> Vec<CrmRef> {
    let others = [("leadId", CrmKind::Lead), ("contactId", CrmKind::Contact)];
    others.into_iter().filter_map(|(name, kind)| Some(CrmRef { kind, id: number(&item[name])? })).filter(|other| *other != card).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deal_brings_its_lead_and_its_contact() {
        let deal = CrmRef { kind: CrmKind::Deal, id: 7 };
        let told: Vec<String> =
            bound(deal, &json!({ "id": 7, "leadId": 5, "contactId": "3", "companyId": 0 })).iter().map(ToString::to_string).collect();
        assert_eq!(told, ["lead:5", "contact:3"]);
        assert!(bound(deal, &Value::Null).is_empty());
        assert_eq!(question(Some(deal)).params, json!({ "entityTypeId": 2, "id": 7 }));
    }
}
