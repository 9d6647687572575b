//! What a change in the CRM says, as an event of schema v1. Pure.
//!
//! The event names the card by `crm_id` and whom it is about by `client`: the card of theirs that the journal knows. Its id is a digest of everything
//! it says, so the same fact read again has the same id and the same bytes.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::seen::{Card, Step};
use crate::event::CrmRef;
use crate::journal::crm::items::Item;
use crate::journal::crm::whose::{Find, Owner};

/// The channel of what happens in a CRM.
const CHANNEL: &str = "crm";
/// As stored with the record; what it comes through is told by capture.
pub(super) const SOURCE: &str = "bitrix24";

/// Who reads, and how moments are written that the portal does not tell.
pub(super) struct Teller<'a> {
    /// The connection's public id: two portals have cards of the same numbers.
    pub(super) connection: &'a str,
    pub(super) zone: &'a TimeZone,
}

impl Teller<'_> {
    /// A card came to a stage.
    pub(super) fn step(&self, owner: &Owner, step: &Step, kind: &str, item: Option<&Item>) -> String {
        let mut event = self.about(owner, step.card, kind, &step.at);
        let mut crm = Map::new();
        crm.insert("history_id".into(), step.id.into());
        crm.insert("stage".into(), step.stage.as_str().into());
        crm.extend(step.semantics.as_deref().map(|semantics| ("semantics".to_owned(), semantics.into())));
        belongings(&mut crm, item);
        let amount = item.and_then(|item| Some((item.amount.as_deref()?, item.currency.as_deref().unwrap_or("RUB"))));
        match amount {
            Some((amount, currency)) if kind == "payment" => event["payment"] = json!({ "amount": amount, "currency": currency }),
            Some((amount, currency)) if kind == "deal_won" => {
                crm.insert("amount".into(), amount.into());
                crm.insert("currency".into(), currency.into());
            }
            _ => {}
        }
        event["meta"] = json!({ "crm": crm });
        self.signed(event)
    }

    /// A card's own field says that the client did not come.
    pub(super) fn no_show(&self, owner: &Owner, card: CrmRef, seen: &Card, now_us: i64) -> String {
        let at = if seen.updated.is_empty() { self.moment(now_us) } else { seen.updated.clone() };
        let mut event = self.about(owner, card, "visit_no_show", &at);
        let mut crm = Map::from_iter([("field".to_owned(), Value::Bool(true))]);
        crm.extend(seen.item.stage.as_deref().map(|stage| ("stage".to_owned(), stage.into())));
        belongings(&mut crm, Some(&seen.item));
        event["meta"] = json!({ "crm": crm });
        self.signed(event)
    }

    /// A booking was made, moved or taken back; when, the portal does not tell: the moment is when it was seen.
    pub(super) fn booking(&self, owner: &Owner, booking: &Item, (kind, zone): (&str, &str), now_us: i64) -> String {
        let card = match (booking.deal, booking.contact) {
            (Some(id), _) => CrmRef { kind: crate::event::CrmKind::Deal, id },
            (None, Some(id)) => CrmRef { kind: crate::event::CrmKind::Contact, id },
            (None, None) => owner.card,
        };
        let mut event = self.about(owner, card, kind, &self.moment(now_us));
        let zone = TimeZone::get(zone).unwrap_or_else(|_| self.zone.clone());
        let starts = booking.starts_us.and_then(|us| Timestamp::from_microsecond(us).ok()).map(|at| written(at, &zone));
        event["booking"] = json!({ "id": booking.item.to_string(), "starts_at": starts });
        let mut crm = Map::from_iter([("noticed".to_owned(), Value::Bool(true))]);
        belongings(&mut crm, Some(booking));
        event["meta"] = json!({ "crm": crm });
        self.signed(event)
    }

    /// A card is not there any more: deleted, or merged into another.
    pub(super) fn vanished(&self, owner: &Owner, card: CrmRef, now_us: i64) -> String {
        let mut event = self.about(owner, card, "card_vanished", &self.moment(now_us));
        event["meta"] = json!({ "crm": { "noticed": true } });
        self.signed(event)
    }

    /// A card was found for a client; none where the journal cannot be told who they are.
    pub(super) fn link(&self, find: &Find, now_us: i64) -> Option<String> {
        let mark = find.mark.as_ref()?;
        let name = match mark.kind {
            "channel" => "channel_id",
            "crm" => "crm_id",
            other => other,
        };
        let channel = mark.channel.as_deref().filter(|_| mark.kind == "channel").unwrap_or(CHANNEL);
        let client = Map::from_iter([(name.to_owned(), Value::from(mark.value.as_str()))]);
        Some(self.signed(json!({
            "timestamp": self.moment(now_us), "type": "card_linked", "channel": channel, "source": SOURCE, "client": client,
            "crm_id": find.card.to_string(), "meta": { "crm": { "found_by": find.found_by } },
        })))
    }

    fn about(&self, owner: &Owner, card: CrmRef, kind: &str, at: &str) -> Value {
        let mut event = json!({ "timestamp": at, "type": kind, "channel": CHANNEL, "source": SOURCE, "crm_id": card.to_string() });
        if owner.card != card {
            event["client"] = json!({ "crm_id": owner.card.to_string() });
        }
        event
    }

    /// With its id: a digest of all the rest, and of whose portal it is.
    fn signed(&self, mut event: Value) -> String {
        let digest = Sha256::digest(format!("{}\n{event}", self.connection));
        let id: String = digest[..16].iter().map(|byte| format!("{byte:02x}")).collect();
        event["event_id"] = format!("b24:{id}").into();
        event.to_string()
    }

    fn moment(&self, us: i64) -> String {
        written(Timestamp::from_microsecond(us).unwrap_or_default(), self.zone)
    }
}

fn written(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

fn belongings(crm: &mut Map<String, Value>, item: Option<&Item>) {
    let Some(item) = item else { return };
    for (name, id) in [("lead", item.lead), ("contact", item.contact), ("deal", item.deal)] {
        crm.extend(id.map(|id| (name.to_owned(), id.into())));
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::event::{CrmKind, Event, Limits, check};
    use crate::journal::projection::Mark;

    const AT: i64 = 1_723_000_000_000_000;
    static ZONE: TimeZone = TimeZone::UTC;
    const DEAL: CrmRef = CrmRef { kind: CrmKind::Deal, id: 9 };
    const LEAD: CrmRef = CrmRef { kind: CrmKind::Lead, id: 5 };

    fn teller() -> Teller<'static> {
        Teller { connection: "con", zone: &ZONE }
    }

    fn owner(card: CrmRef) -> Owner {
        Owner { card, client: "c_1".into() }
    }

    fn step() -> Step {
        let (at, semantics) = ("2026-11-22T12:00:00+03:00".to_owned(), Some("S".to_owned()));
        Step { id: 77, card: DEAL, is_new: false, at, stage: "C1:WON".into(), semantics }
    }

    fn item() -> Item {
        let (amount, currency) = (Some("4500.00".to_owned()), Some("RUB".to_owned()));
        Item { kind: "deal".into(), item: 9, amount, currency, lead: Some(5), contact: Some(7), ..Item::default() }
    }

    fn read(json: &str) -> Event {
        check(json.as_bytes(), &Limits::default()).unwrap();
        Event::read(json.as_bytes()).unwrap()
    }

    #[test]
    fn a_deal_of_a_known_lead_is_about_the_leads_client() {
        let won = read(&teller().step(&owner(LEAD), &step(), "deal_won", Some(&item())));
        assert_eq!((won.kind.as_str(), won.crm_id.as_deref(), won.client.crm_id.as_deref()), ("deal_won", Some("deal:9"), Some("lead:5")));
        assert_eq!((won.timestamp.offset_min, won.source.as_deref(), won.channel.as_str()), (180, Some("bitrix24"), "crm"));
        let crm = json!({ "history_id": 77, "stage": "C1:WON", "semantics": "S", "lead": 5, "contact": 7, "amount": "4500.00", "currency": "RUB" });
        assert_eq!((won.meta["crm"].clone(), won.payment), (crm, None), "a closed deal is no payment");
        let paid = read(&teller().step(&owner(LEAD), &step(), "payment", Some(&item())));
        assert_eq!(paid.payment.map(|paid| (paid.minor, paid.currency)), Some((450_000, "RUB".to_owned())));
        let own = read(&teller().step(&owner(DEAL), &step(), "deal_won", None));
        assert_eq!(own.client.crm_id, None, "a card that is known itself needs no other");
    }

    #[test]
    fn the_id_is_a_digest_of_what_is_said() {
        let id = |teller: &Teller<'_>, kind: &str| read(&teller.step(&owner(LEAD), &step(), kind, Some(&item()))).event_id.unwrap();
        let other = Teller { connection: "another", zone: &ZONE };
        assert_eq!(id(&teller(), "deal_won"), id(&teller(), "deal_won"));
        assert_ne!(id(&teller(), "deal_won"), id(&teller(), "payment"));
        assert_ne!(id(&teller(), "deal_won"), id(&other, "deal_won"), "another portal has a deal 9 too");
    }

    #[test]
    fn bookings_no_shows_and_links_are_events() {
        let booking = Item { kind: "booking".into(), item: 15, deal: Some(9), starts_us: Some(1_723_446_900_000_000), ..Item::default() };
        let moved = read(&teller().booking(&owner(LEAD), &booking, ("booking_rescheduled", "Europe/Moscow"), AT));
        let starts = moved.booking.unwrap().starts_at.unwrap();
        assert_eq!((starts.utc_us, starts.offset_min, moved.crm_id.as_deref()), (1_723_446_900_000_000, 180, Some("deal:9")));
        let card = Card { item: item(), updated: "2026-11-22T12:00:00+03:00".into() };
        assert_eq!(read(&teller().no_show(&owner(LEAD), DEAL, &card, AT)).kind.as_str(), "visit_no_show");
        let mark = |kind, channel: Option<&str>, value: &str| Some(Mark { kind, channel: channel.map(str::to_owned), value: value.into() });
        let find = |mark| Find { client: "c_1".into(), card: LEAD, found_by: "phone".into(), is_known: false, mark };
        let told = read(&teller().link(&find(mark("channel", Some("telegram"), "55")), AT).unwrap());
        assert_eq!(
            (told.channel.as_str(), told.client.channel_id.as_deref(), told.crm_id.as_deref()),
            ("telegram", Some("55"), Some("lead:5"))
        );
        let told = read(&teller().link(&find(mark("phone", None, "+79215550101")), AT).unwrap());
        assert_eq!((told.channel.as_str(), told.client.phone.as_deref()), ("crm", Some("+79215550101")));
        assert_eq!(teller().link(&find(None), AT), None);
    }
}
