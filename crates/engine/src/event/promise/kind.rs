//! Of which kind a verb is here: оформил *заявку* is a request, оформил *запись* a visit.
//!
//! What it is about is looked for in its part of the sentence, then in the sentence. It does not ask how surely it is said: `scope` does.

use super::PromiseKind as Kind;
use super::text::Text;
use super::words::{self, BOOKING, CAR, DISCOUNT, Form, INFO, MONEY, NOTE, Nouns, OTHER, REMINDER, REQUEST, STAFF, Sense, TALK, YOU};

/// The kind of promise that the verb there can be, and its form.
pub(super) fn of(text: &Text<'_>, at: usize) -> Option<(Kind, Form)> {
    let (sense, form) = text.tokens.get(at)?.verb?;
    let (clause, sentence) = (text.clause(at), text.sentence(at));
    let (near, wide) = (text.nouns(clause.clone()), text.nouns(sentence.clone()));
    let is = |nouns: Nouns, any: Nouns| nouns & any != 0;
    // Without a word of its own it goes on with what was spoken of: «Подтверждаете запись? Тогда оформляю».
    let before = if sentence.start > 0 { text.nouns(text.sentence(sentence.start - 1)) } else { 0 };
    let kind = match sense {
        Sense::Book => book(text, at, form, near)?,
        Sense::Put => put(near, wide)?,
        // That the time will be confirmed says that it is not yet.
        Sense::Confirm if form == Form::Will => text.has(clause, &["звонком"]).then_some(Kind::CallbackPromised)?,
        Sense::Make if text.has(clause.clone(), &["отмену"]) => Kind::Cancelled,
        Sense::Make | Sense::Confirm => make(sense, [near, wide, before])?,
        Sense::Move => Kind::Rescheduled,
        Sense::Change if is(near, BOOKING) => Kind::Rescheduled,
        Sense::Cancel if !is(near, OTHER | DISCOUNT) => Kind::Cancelled,
        Sense::Remove if is(near, BOOKING | YOU) && !is(near, DISCOUNT | REMINDER) => Kind::Cancelled,
        Sense::Send => send(near, wide),
        Sense::Arrive => arrive(form, near)?,
        Sense::Remind => reminded(form),
        Sense::Call if is_coming(form) => Kind::CallbackPromised,
        Sense::Dial if is(near, YOU) => Kind::CallbackPromised,
        Sense::Answer => Kind::CallbackPromised,
        Sense::Tell if is(near, STAFF) && !subject_is_staff(text, at) => Kind::HandedOver,
        Sense::Tell if form == Form::Will => Kind::CallbackPromised,
        Sense::Hand if is(near, OTHER) => return None,
        Sense::Hand if form != Form::Now || is(near, STAFF | TALK | REQUEST) => Kind::HandedOver,
        Sense::Join if is(near, STAFF) => Kind::HandedOver,
        Sense::Pay if is(near, MONEY) => Kind::PaymentReceived,
        Sense::Pay if is(near, BOOKING) && matches!(text.word(at), "прошла" | "прошел" | "прошло") => Kind::Booked,
        Sense::Paid if !is(near, STAFF) => Kind::PaymentReceived,
        Sense::Give => give(text, at, form, near)?,
        _ => return None,
    };
    Some((kind, form))
}

fn book(text: &Text<'_>, at: usize, form: Form, near: Nouns) -> Option<Kind> {
    // Who was noted down is booked; a number or wishes are only noted.
    let noted = text.word(at).starts_with("запи") && near & (NOTE | TALK | INFO) != 0 && !text.has(text.clause(at), &["вас", "тебя", "вы"]);
    let listed = text.tokens.get(at + 1).is_some_and(|next| next.what == super::text::What::Mark(':')) && form == Form::Did;
    if noted || listed {
        return None;
    }
    // «Записываем на стрижку» says what can be had here, «записываем вас» what happens.
    let general = form == Form::Now && near & YOU == 0 && !text.marked(text.sentence(at), '?') && text.word(at).ends_with("ем");
    if general {
        return None;
    }
    if form == Form::Done && text.has(text.sentence(at), &["теперь"]) {
        return Some(Kind::Rescheduled);
    }
    Some(Kind::Booked)
}

fn put(near: Nouns, wide: Nouns) -> Option<Kind> {
    match () {
        () if near & REMINDER != 0 => Some(Kind::ReminderPromised),
        () if near & REQUEST != 0 => Some(Kind::LeadCreated),
        () if near & (BOOKING | CAR | YOU) != 0 && near & (NOTE | DISCOUNT | INFO) == 0 => Some(Kind::Booked),
        () if wide & BOOKING != 0 && near & (NOTE | DISCOUNT | INFO) == 0 => Some(Kind::Booked),
        () => None,
    }
}

fn make(sense: Sense, places: [Nouns; 3]) -> Option<Kind> {
    let place = places.into_iter().find(|nouns| nouns & (BOOKING | REQUEST) != 0)?;
    match () {
        () if place & REQUEST != 0 && sense == Sense::Make => Some(Kind::LeadCreated),
        () if place & BOOKING != 0 => Some(Kind::Booked),
        () => None,
    }
}

fn send(near: Nouns, wide: Nouns) -> Kind {
    match () {
        () if near & REMINDER != 0 => Kind::ReminderSent,
        () if near & STAFF != 0 && near & REQUEST != 0 => Kind::HandedOver,
        () if near & REQUEST != 0 => Kind::LeadCreated,
        () if near & STAFF != 0 && near & TALK != 0 => Kind::HandedOver,
        () if wide & REMINDER != 0 && near & INFO == 0 => Kind::ReminderSent,
        () => Kind::SentInfo,
    }
}

fn arrive(form: Form, near: Nouns) -> Option<Kind> {
    match () {
        () if near & REMINDER != 0 && form == Form::Will => Some(Kind::ReminderPromised),
        () if near & REMINDER != 0 => Some(Kind::ReminderSent),
        () if near & DISCOUNT != 0 && form == Form::Will => Some(Kind::DiscountPromised),
        () if near & INFO != 0 => Some(Kind::SentInfo),
        () if near & STAFF != 0 && near & TALK != 0 && form == Form::Did => Some(Kind::HandedOver),
        () => None,
    }
}

fn reminded(form: Form) -> Kind {
    if form == Form::Did { Kind::ReminderSent } else { Kind::ReminderPromised }
}

fn give(text: &Text<'_>, at: usize, form: Form, near: Nouns) -> Option<Kind> {
    let gift = text.word(at).starts_with("подар") || (form == Form::Now && text.word(at).starts_with("дар"));
    // «Дадим знать».
    if text.word(at + 1) == "знать" {
        return Some(Kind::CallbackPromised);
    }
    if text.word(at) == "получите" && near & REMINDER != 0 {
        return Some(Kind::ReminderPromised);
    }
    (gift || near & DISCOUNT != 0).then_some(Kind::DiscountPromised)
}

fn is_coming(form: Form) -> bool {
    matches!(form, Form::Will | Form::To)
}

/// «Мастер сообщит» tells the client, «сообщу мастеру» the master.
fn subject_is_staff(text: &Text<'_>, at: usize) -> bool {
    let third = text.word(at).ends_with("ит") || text.word(at).ends_with("ат");
    third && at > 0 && words::nouns(text.word(at - 1)) & STAFF != 0
}
