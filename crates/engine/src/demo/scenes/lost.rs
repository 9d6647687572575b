//! Dialogues that end with nothing, each in a way that the list of lost leads has a name for. A refusal stands beside them: it is an end,
//! not a loss.

use serde_json::json;

use super::{ADDRESS, BOOK, OTHER, PRICE, UNKNOWN, booking, some_service};
use crate::demo::{
    talk::Talk,
    words::{assistant, client},
};

/// The client writes, and nobody answers.
pub(super) fn nobody_answers(mut talk: Talk<'_>) {
    if asks(&mut talk) && talk.stage.dice.chance(0.6) {
        talk.pause(240, 1500);
        talk.says(client::ANYBODY, UNKNOWN);
    }
}

/// «Записала вас», but nothing is in the calendar.
pub(super) fn promised_only(mut talk: Talk<'_>) {
    if booking::as_far_as_choice(&mut talk, booking::Way::Straight).is_some() {
        booking::contact(&mut talk);
        talk.answers(assistant::BOOKED);
        booking::farewell(&mut talk, client::THANKS);
    }
}

/// The assistant says that it created a lead, and names no card.
pub(super) fn lead_without_card(mut talk: Talk<'_>) {
    if booking::as_far_as_choice(&mut talk, booking::Way::Straight).is_some() {
        booking::contact(&mut talk);
        talk.answers_and(
            assistant::LEAD_TAKEN,
            json!({"type": "message_out", "action": "create_lead", "intent": BOOK, "confidence": 0.84}),
        );
    }
}

/// «Мест нет», and no other day is offered.
pub(super) fn no_slots(mut talk: Talk<'_>) {
    if asks(&mut talk) {
        talk.answers(assistant::NO_SLOTS);
        if talk.stage.dice.chance(0.6) {
            talk.says(client::PITY, OTHER);
        }
    }
}

/// The price is the last that is said.
pub(super) fn silent_after_price(mut talk: Talk<'_>) {
    some_service(&mut talk);
    booking::hello(&mut talk);
    talk.says(client::ASK_PRICE, PRICE);
    talk.answers(assistant::PRICE);
}

/// A time was chosen; name and phone never came.
pub(super) fn no_contact(mut talk: Talk<'_>) {
    let person = talk.thread.person;
    if talk.stage.people.all[person].is_reachable(talk.thread.contact) {
        // The firm has the phone already: what is left is a question without a decision.
        return silent_after_price(talk);
    }
    if booking::as_far_as_choice(&mut talk, booking::Way::Straight).is_some() {
        talk.answers(assistant::ASK_CONTACT);
    }
}

/// The assistant does not understand, twice or more, and the client gives up.
pub(super) fn goes_in_circles(mut talk: Talk<'_>) {
    let rounds = talk.stage.dice.between(2, 3);
    for _ in 0..rounds {
        talk.says(client::UNCLEAR, UNKNOWN);
        talk.answers(assistant::FALLBACK);
    }
}

/// The answer never reached the client.
pub(super) fn undelivered(mut talk: Talk<'_>) {
    if asks(&mut talk) {
        talk.answers_and(assistant::OFFER, json!({"type": "message_out", "delivery": {"status": "failed"}, "error": {"code": "delivery_failed", "message": "the channel refused the message"}}));
    }
}

/// Handed to a person who does not come.
pub(super) fn person_never_comes(mut talk: Talk<'_>) {
    talk.says(client::WANT_PERSON, OTHER);
    talk.answers(assistant::HANDOFF);
    talk.happens("handoff", json!({"action": "handoff"}));
    if talk.stage.dice.chance(0.5) {
        talk.pause(600, 2400);
        talk.says(client::ANYBODY, UNKNOWN);
    }
}

/// The client says no, politely.
pub(super) fn refuses(mut talk: Talk<'_>) {
    some_service(&mut talk);
    if talk.stage.dice.chance(0.2) {
        talk.says(client::ASK_ADDRESS, ADDRESS);
        talk.answers(assistant::ADDRESS);
    } else {
        talk.says(client::ASK_PRICE, PRICE);
        talk.answers(assistant::PRICE);
    }
    talk.pause(20, 400);
    let text = *talk.stage.dice.pick(client::REFUSE);
    let text = talk.thread.facts.fill(text);
    talk.happens("client_refused", json!({"text": text, "intent": "отказ", "confidence": 0.9}));
    talk.answers(assistant::REFUSED);
}

/// The client asks for a visit; `false` where the calendar is so full that nothing could be said about it.
fn asks(talk: &mut Talk<'_>) -> bool {
    let service = some_service(talk);
    let Some(offer) = talk.stage.agenda.offer(talk.stage.shop, service, talk.now, &mut talk.stage.dice) else { return false };
    talk.with_offer(&offer);
    talk.says(client::ASK_VISIT, BOOK);
    true
}
