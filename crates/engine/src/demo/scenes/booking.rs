//! A dialogue that ends with a visit in the calendar.

use serde_json::json;

use super::{BOOK, OTHER, PRICE, some_service, visit};
use crate::demo::{
    agenda::Slot,
    shops::Service,
    talk::Talk,
    words::{assistant, client},
};

/// How the client comes to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    Straight,
    AfterPrice,
    /// The model does not answer the first time.
    AfterHiccup,
}

/// The whole way: question, offer, choice, contact, lead, booking, and what comes after.
pub(super) fn booked(mut talk: Talk<'_>, way: Way) {
    let Some((service, slot)) = as_far_as_choice(&mut talk, way) else { return };
    contact(&mut talk);
    let crm_id = lead(&mut talk);
    let booking_id = enter(&mut talk, service, slot, &crm_id);
    talk.answers(assistant::BOOKED);
    farewell(&mut talk, client::THANKS);
    let booked_at = talk.now;
    let visit = visit::Visit { thread: talk.thread, service, slot, booking_id, crm_id };
    visit::follow(talk.stage, visit, booked_at);
}

/// Until the client has chosen a time; `None` where there is none to choose.
pub(super) fn as_far_as_choice(talk: &mut Talk<'_>, way: Way) -> Option<(&'static Service, Slot)> {
    let service = some_service(talk);
    let offer = talk.stage.agenda.offer(talk.stage.shop, service, talk.now, &mut talk.stage.dice)?;
    talk.with_offer(&offer);
    hello(talk);
    if way == Way::AfterPrice {
        talk.says(client::ASK_PRICE, PRICE);
        talk.answers(assistant::PRICE);
        talk.says(client::AGREE_AFTER_PRICE, BOOK);
    } else {
        talk.says(client::ASK_VISIT, BOOK);
    }
    if way == Way::AfterHiccup {
        talk.fails("llm_timeout", "no answer from the model within 30 s");
        talk.pause(35, 110);
        talk.answers(assistant::LATE);
        talk.pause(1, 3);
    }
    talk.answers(assistant::OFFER);
    let slot = *talk.stage.dice.pick(&offer.slots);
    talk.with_slot(slot);
    talk.says(client::PICK_TIME, BOOK);
    Some((service, slot))
}

/// Every fifth client says hello first and waits.
pub(super) fn hello(talk: &mut Talk<'_>) {
    if talk.stage.dice.chance(0.2) {
        talk.says(client::HELLO, OTHER);
        talk.answers(assistant::HELLO);
    }
}

/// Asks for name and phone, where the firm has none. The first time, the client also consents.
pub(super) fn contact(talk: &mut Talk<'_>) {
    let (person, contact) = (talk.thread.person, talk.thread.contact);
    if !talk.stage.people.all[person].is_reachable(contact) {
        talk.answers(assistant::ASK_CONTACT);
        talk.says(client::GIVE_CONTACT, BOOK);
    }
    let is_new = !talk.stage.people.all[person].is_known;
    talk.stage.people.all[person].is_known = true;
    if is_new {
        talk.pause(0, 1);
        talk.happens("consent_given", json!({"meta": {"text_version": "согласие-2"}}));
    }
}

/// Creates a lead in the CRM. Half of the integrations send that as one event with the answer, as the customer's example does.
pub(super) fn lead(talk: &mut Talk<'_>) -> String {
    let crm_id = talk.stage.lead();
    if talk.stage.dice.chance(0.5) {
        let pool: &[&str] = &["Секунду, записываю.", "Минутку, оформляю запись.", "Спасибо, вношу в журнал.", "Отлично, {name}, оформляю."];
        talk.answers_and(pool, json!({"intent": BOOK, "confidence": 0.93, "action": "create_lead", "crm_id": crm_id}));
    } else {
        talk.pause(1, 2);
        talk.happens("lead_created", json!({"action": "create_lead", "crm_id": crm_id}));
    }
    crm_id
}

/// Enters the visit in the calendar; answers with its number.
pub(super) fn enter(talk: &mut Talk<'_>, service: &'static Service, slot: Slot, crm_id: &str) -> String {
    talk.stage.agenda.take(slot, service.minutes);
    let id = talk.stage.booking();
    talk.pause(1, 2);
    let booking = visit::booking(talk.stage.shop, &id, service, slot, "created");
    talk.happens("booking_created", json!({"action": "create_booking", "crm_id": crm_id, "booking": booking}));
    id
}

/// Thanks in these words, and a goodbye.
pub(super) fn farewell(talk: &mut Talk<'_>, thanks: &[&str]) {
    if talk.stage.dice.chance(0.68) {
        talk.says(thanks, OTHER);
        if talk.stage.dice.chance(0.8) {
            talk.answers(assistant::BYE);
        }
    }
}
