//! What follows a booking: changes of plan, the reminder and its answer, coming or not, paying.
//!
//! Reminders and the visit stay in the dialogue of the booking, so the whole chain stands on one page; a client who cancels or moves a
//! visit days later opens a dialogue of their own about the same booking.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{CANCEL, MOVE, OTHER};
use crate::demo::{
    agenda::Slot,
    hours,
    shops::{Service, Shop},
    stage::Stage,
    talk::{Talk, Thread},
    words::{assistant, client},
};

/// A visit that was booked.
pub(super) struct Visit {
    pub(super) thread: Thread,
    pub(super) service: &'static Service,
    pub(super) slot: Slot,
    pub(super) booking_id: String,
    pub(super) crm_id: String,
}

/// What became of a reminder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answer {
    Confirmed,
    Silent,
    NotDelivered,
    Cancelled,
}

#[derive(Clone, Copy)]
enum Plan {
    Keep,
    Cancel,
    Move,
}

/// Plays what follows.
pub(super) fn follow(stage: &mut Stage, mut visit: Visit, booked_at: Timestamp) {
    let mut known_since = booked_at;
    let ahead = visit.slot.starts_at().duration_since(booked_at);
    if ahead > SignedDuration::from_hours(30) {
        let plan = stage.dice.weighted(&[(Plan::Keep, 85.0), (Plan::Cancel, 7.0), (Plan::Move, 8.0)]);
        let minutes = ahead.as_mins() - 26 * 60;
        let at = in_daytime(booked_at + SignedDuration::from_mins(stage.dice.between(60, minutes.max(61))));
        match plan {
            Plan::Keep => {}
            Plan::Cancel => return cancel(stage, &visit, at),
            Plan::Move => {
                known_since = at;
                if !move_to_another_time(stage, &mut visit, at) {
                    return;
                }
            }
        }
    }
    let answer = remind(stage, &mut visit, known_since);
    if answer != Answer::Cancelled {
        outcome(stage, &mut visit, answer);
    }
}

/// The `booking` of an event.
pub(super) fn booking(shop: &Shop, id: &str, service: &Service, slot: Slot, status: &str) -> Value {
    json!({
        "id": id,
        "service": service.what,
        "staff": shop.staff[slot.staff].name,
        "starts_at": hours::written(slot.starts_at()),
        "status": status,
    })
}

fn state(stage: &Stage, visit: &Visit, status: &str) -> Value {
    booking(stage.shop, &visit.booking_id, visit.service, visit.slot, status)
}

/// People change their plans by day.
fn in_daytime(at: Timestamp) -> Timestamp {
    match hours::hour(at) {
        0..=8 => at + SignedDuration::from_hours(9),
        _ => at,
    }
}

fn about<'s>(stage: &'s mut Stage, visit: &Visit, at: Timestamp) -> Talk<'s> {
    let mut talk = Talk::open(stage, visit.thread.person, visit.thread.contact, at);
    talk.about(visit.service);
    talk.with_slot(visit.slot);
    talk
}

fn cancel(stage: &mut Stage, visit: &Visit, at: Timestamp) {
    let booking = state(stage, visit, "cancelled");
    let mut talk = about(stage, visit, at);
    talk.says(client::CANCEL, CANCEL);
    talk.pause(1, 2);
    talk.happens("booking_cancelled", json!({"action": "cancel_booking", "crm_id": visit.crm_id, "booking": booking}));
    talk.answers(assistant::CANCELLED);
    if talk.stage.dice.chance(0.4) {
        talk.says(client::ALL_CLEAR, OTHER);
    }
}

/// `false` where no other time was found and the visit fell through.
fn move_to_another_time(stage: &mut Stage, visit: &mut Visit, at: Timestamp) -> bool {
    let Some(offer) = stage.agenda.offer(stage.shop, visit.service, at, &mut stage.dice) else {
        cancel(stage, visit, at);
        return false;
    };
    let new = *stage.dice.pick(&offer.slots);
    stage.agenda.take(new, visit.service.minutes);
    let mut talk = about(stage, visit, at);
    talk.says(client::MOVE, MOVE);
    talk.with_offer(&offer);
    talk.answers(assistant::MOVE_OFFER);
    talk.with_slot(new);
    talk.says(client::PICK_TIME, MOVE);
    talk.pause(1, 2);
    visit.slot = new;
    let booking = state(talk.stage, visit, "rescheduled");
    talk.happens("booking_rescheduled", json!({"action": "reschedule_booking", "crm_id": visit.crm_id, "booking": booking}));
    talk.answers(assistant::MOVED);
    true
}

/// A day before, or three hours where the booking is younger than that; very late bookings get none.
fn remind(stage: &mut Stage, visit: &mut Visit, known_since: Timestamp) -> Answer {
    let starts_at = visit.slot.starts_at();
    let candidates = [24, 3].map(|hours| starts_at - SignedDuration::from_hours(hours));
    let Some(at) = candidates.into_iter().find(|at| *at > known_since + SignedDuration::from_mins(40)) else {
        return Answer::Silent;
    };
    let booking = state(stage, visit, "created");
    let mut talk = Talk::resume(stage, &visit.thread, at);
    talk.pause(0, 240);
    talk.with_slot(visit.slot);
    let message_id = format!("rem_{}", visit.booking_id);
    let sent = json!({"message_id": &message_id, "status": "sent", "provider": "channel"});
    talk.answers_and(
        assistant::REMINDER,
        json!({"type": "reminder_sent", "action": "send_reminder", "booking": booking, "delivery": sent}),
    );
    talk.pause(2, 25);
    let answer = talk.stage.dice.weighted(&[
        (Answer::Confirmed, 63.0),
        (Answer::Silent, 26.0),
        (Answer::Cancelled, 6.0),
        (Answer::NotDelivered, 5.0),
    ]);
    if answer == Answer::NotDelivered {
        let failed = json!({"error": {"code": "delivery_failed", "message": "the channel refused the message"},
            "delivery": {"message_id": message_id, "status": "failed"}, "booking": booking});
        talk.happens("error", failed);
    } else {
        talk.happens("reminder_delivered", json!({"delivery": {"message_id": message_id, "status": "delivered"}, "booking": booking}));
    }
    reply(&mut talk, visit, answer);
    visit.thread = talk.thread;
    answer
}

fn reply(talk: &mut Talk<'_>, visit: &Visit, answer: Answer) {
    match answer {
        Answer::Silent | Answer::NotDelivered => {}
        Answer::Confirmed => {
            talk.pause(40, 5400);
            let text = *talk.stage.dice.pick(client::CONFIRM);
            let booking = state(talk.stage, visit, "confirmed");
            talk.happens("reminder_confirmed", json!({"text": text, "intent": "подтверждение", "confidence": 0.97, "booking": booking}));
            if talk.stage.dice.chance(0.6) {
                talk.answers(assistant::CONFIRMED);
            }
        }
        Answer::Cancelled => {
            talk.pause(60, 5400);
            talk.says(client::CANCEL, CANCEL);
            let booking = state(talk.stage, visit, "cancelled");
            talk.happens("booking_cancelled", json!({"action": "cancel_booking", "crm_id": visit.crm_id, "booking": booking}));
            talk.answers(assistant::CANCELLED);
        }
    }
}

/// Who confirmed nearly always comes; who was never reached often does not.
fn outcome(stage: &mut Stage, visit: &mut Visit, answer: Answer) {
    let no_show = match answer {
        Answer::Confirmed => 0.05,
        Answer::NotDelivered => 0.3,
        _ => 0.2,
    };
    let starts_at = visit.slot.starts_at();
    let unknown = stage.dice.chance(0.02);
    if unknown {
        return;
    }
    if stage.dice.chance(no_show) {
        let booking = state(stage, visit, "no_show");
        let mut talk = Talk::resume(stage, &visit.thread, starts_at + SignedDuration::from_mins(25));
        talk.pause(0, 1200);
        talk.happens("visit_no_show", json!({"source": "crm", "crm_id": visit.crm_id, "booking": booking}));
        return;
    }
    let booking = state(stage, visit, "arrived");
    let mut talk = Talk::resume(stage, &visit.thread, starts_at - SignedDuration::from_mins(8));
    talk.pause(0, 900);
    talk.happens("visit_arrived", json!({"source": "crm", "crm_id": visit.crm_id, "booking": booking}));
    talk.pause(visit.service.minutes * 60, visit.service.minutes * 75);
    if talk.stage.dice.chance(0.97) {
        let extra = if talk.stage.dice.chance(0.2) { talk.stage.dice.between(2, 12) * 100 } else { 0 };
        let payment = json!({"amount": visit.service.price + extra, "currency": "RUB"});
        talk.happens("payment", json!({"source": "crm", "crm_id": visit.crm_id, "payment": payment, "booking": booking}));
    }
    if talk.stage.dice.chance(0.07) {
        talk.pause(3600, 20_000);
        talk.says(client::GRATEFUL, OTHER);
        talk.answers(assistant::BYE);
    }
}
