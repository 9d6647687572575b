//! The broken afternoon: new texts went live at 12:50, and until the rollback at 17:30 the model and the CRM fail.
//!
//! Some clients get no answer, some a promise that no card stands behind. In the evening people go through the chats and win a part back.

use jiff::SignedDuration;
use serde_json::json;

use super::{BOOK, UNKNOWN, booking, service, some_service};
use crate::demo::{
    talk::Talk,
    words::{assistant, client, operator},
};

#[derive(Clone, Copy)]
enum Fault {
    Model,
    Crm,
    /// Not even an error is seen.
    Silence,
}

pub(super) fn play(mut talk: Talk<'_>) {
    match talk.stage.dice.weighted(&[(Fault::Model, 45.0), (Fault::Crm, 38.0), (Fault::Silence, 17.0)]) {
        Fault::Model => {
            asks(&mut talk);
            talk.fails("llm_unavailable", "the model answered 503 three times");
            talk.pause(120, 600);
            talk.says(client::ANYBODY, UNKNOWN);
            talk.fails("llm_unavailable", "the model answered 503 three times");
            won_back(talk, 0.65);
        }
        Fault::Crm => {
            if booking::as_far_as_choice(&mut talk, booking::Way::Straight).is_none() {
                return;
            }
            booking::contact(&mut talk);
            talk.fails("crm_timeout", "crm.lead.add: no answer within 20 s");
            talk.answers_and(
                assistant::LEAD_TAKEN,
                json!({"type": "message_out", "action": "create_lead", "intent": BOOK, "confidence": 0.81}),
            );
            won_back(talk, 0.55);
        }
        Fault::Silence => {
            asks(&mut talk);
            talk.pause(300, 1200);
            talk.says(client::ANYBODY, UNKNOWN);
            won_back(talk, 0.3);
        }
    }
}

fn asks(talk: &mut Talk<'_>) {
    let service = some_service(talk);
    if let Some(offer) = talk.stage.agenda.offer(talk.stage.shop, service, talk.now, &mut talk.stage.dice) {
        talk.with_offer(&offer);
    }
    talk.says(client::ASK_VISIT, BOOK);
}

/// In the evening a person writes; half of those clients still want to come.
fn won_back(mut talk: Talk<'_>, share: f64) {
    if !talk.stage.dice.chance(share) {
        return;
    }
    let evening = talk.stage.era.repaired_at() + SignedDuration::from_mins(talk.stage.dice.between(2, 110));
    if evening <= talk.now {
        return;
    }
    talk.now = evening;
    talk.operator(operator::RECOVER);
    if !talk.stage.dice.chance(0.5) {
        return;
    }
    talk.says(client::AGREE_AFTER_PRICE, BOOK);
    let service = some_service(&mut talk);
    if let Some(offer) = talk.stage.agenda.offer(talk.stage.shop, service, talk.now, &mut talk.stage.dice) {
        let slot = *talk.stage.dice.pick(&offer.slots);
        service::by_hand(talk, service, slot);
    }
}
