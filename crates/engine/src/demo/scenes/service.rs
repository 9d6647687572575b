//! Questions, complaints and requests for a person.

use serde_json::json;

use super::{ADDRESS, BOOK, COMPLAINT, OTHER, booking, some_service, visit};
use crate::demo::{
    agenda::Slot,
    shops::Service,
    talk::Talk,
    words::{self, assistant, client, operator},
};

pub(super) fn address(mut talk: Talk<'_>) {
    talk.says(client::ASK_ADDRESS, ADDRESS);
    talk.answers(assistant::ADDRESS);
    booking::farewell(&mut talk, client::ALL_CLEAR);
}

pub(super) fn question(mut talk: Talk<'_>) {
    let rounds = if talk.stage.dice.chance(0.2) { 2 } else { 1 };
    for _ in 0..rounds {
        let (question, answer) = *talk.stage.dice.pick(talk.stage.shop.questions);
        let question = words::dirty(&mut talk.stage.dice, question);
        talk.says(&[question.as_str()], OTHER);
        talk.answers(&[answer]);
    }
    booking::farewell(&mut talk, client::ALL_CLEAR);
}

/// A complaint goes to a person, who nearly always answers.
pub(super) fn complains(mut talk: Talk<'_>) {
    let service = some_service(&mut talk);
    if let Some(offer) = talk.stage.agenda.offer(talk.stage.shop, service, talk.now, &mut talk.stage.dice) {
        talk.with_offer(&offer);
    }
    talk.says(client::COMPLAINT, COMPLAINT);
    talk.answers(assistant::SORRY);
    talk.happens("handoff", json!({"action": "handoff", "tags": ["жалоба"]}));
    if talk.stage.dice.chance(0.88) {
        talk.pause(180, 2700);
        talk.operator(operator::COMPLAINT);
        if talk.stage.dice.chance(0.5) {
            talk.says(client::ALL_CLEAR, OTHER);
        }
    }
}

/// The client wants a person, and the person books.
pub(super) fn booked_by_person(mut talk: Talk<'_>) {
    let service = some_service(&mut talk);
    let Some(offer) = talk.stage.agenda.offer(talk.stage.shop, service, talk.now, &mut talk.stage.dice) else { return };
    talk.with_offer(&offer);
    talk.says(client::WANT_PERSON, OTHER);
    talk.answers(assistant::HANDOFF);
    talk.happens("handoff", json!({"action": "handoff"}));
    talk.pause(90, 800);
    talk.operator(operator::HELP);
    talk.says(client::ASK_VISIT, BOOK);
    let slot = *talk.stage.dice.pick(&offer.slots);
    by_hand(talk, service, slot);
}

/// A person enters the visit and says so; what follows a booking follows.
pub(super) fn by_hand(mut talk: Talk<'_>, service: &'static Service, slot: Slot) {
    talk.pause(40, 240);
    talk.with_slot(slot);
    let person = talk.thread.person;
    talk.stage.people.all[person].is_known = true;
    let crm_id = talk.stage.lead();
    talk.happens("lead_created", json!({"source": "crm", "operator": "Вера (демо)", "crm_id": crm_id}));
    let booking_id = booking::enter(&mut talk, service, slot, &crm_id);
    talk.operator(operator::BOOKED);
    let booked_at = talk.now;
    let visit = visit::Visit { thread: talk.thread, service, slot, booking_id, crm_id };
    visit::follow(talk.stage, visit, booked_at);
}
