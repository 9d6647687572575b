//! What dialogues are about, and how often.
//!
//! `booking` ends with a visit · `lost` ends with nothing, in the ways that a firm wants to know of · `service` is questions, complaints
//! and requests for a person · `breakdown` is the broken afternoon · `visit` is what follows a booking: reminder, answer, coming or not.

mod booking;
mod breakdown;
mod lost;
mod service;
mod visit;

use jiff::Timestamp;

use super::{shops::Service, stage::Stage, talk::Talk};

pub(super) const BOOK: &str = "запись_на_приём";
pub(super) const PRICE: &str = "узнать_цену";
pub(super) const CANCEL: &str = "отмена";
pub(super) const MOVE: &str = "перенос";
pub(super) const ADDRESS: &str = "адрес";
pub(super) const COMPLAINT: &str = "жалоба";
pub(super) const OTHER: &str = "другое";
pub(super) const UNKNOWN: &str = "unknown";

/// How a dialogue goes.
#[derive(Debug, Clone, Copy)]
enum Plot {
    Booked,
    BookedAfterPrice,
    BookedByPerson,
    BookedAfterHiccup,
    NobodyAnswers,
    PromisedOnly,
    LeadWithoutCard,
    NoSlots,
    SilentAfterPrice,
    NoContact,
    GoesInCircles,
    Undelivered,
    PersonNeverComes,
    Refuses,
    Address,
    Question,
    Complains,
}

/// Per cent of dialogues. About half get their visit; a fifth is lost, which is what the product is for.
const PLOTS: [(Plot, f64); 17] = [
    (Plot::Booked, 27.0),
    (Plot::BookedAfterPrice, 13.0),
    (Plot::BookedByPerson, 4.5),
    (Plot::BookedAfterHiccup, 1.5),
    (Plot::NobodyAnswers, 1.8),
    (Plot::PromisedOnly, 1.8),
    (Plot::LeadWithoutCard, 1.8),
    (Plot::NoSlots, 3.2),
    (Plot::SilentAfterPrice, 8.0),
    (Plot::NoContact, 4.5),
    (Plot::GoesInCircles, 2.4),
    (Plot::Undelivered, 0.7),
    (Plot::PersonNeverComes, 1.0),
    (Plot::Refuses, 6.0),
    (Plot::Address, 6.5),
    (Plot::Question, 12.5),
    (Plot::Complains, 3.3),
];

/// Variant B of the experiment shows times at once, and a few more people take one.
const VARIANT_B_BOOKS: f64 = 1.22;

/// Plays one dialogue that begins at `at`, and all that follows from it.
pub(super) fn play(stage: &mut Stage, at: Timestamp) {
    let (person, contact) = stage.people.someone(stage.shop, &mut stage.dice);
    if stage.era.is_broken(at) {
        breakdown::play(Talk::open(stage, person, contact, at));
        return;
    }
    let lift = if stage.era.variant(stage.shop.kind, at, person) == Some("B") { VARIANT_B_BOOKS } else { 1.0 };
    let plots =
        PLOTS.map(|(plot, weight)| (plot, if matches!(plot, Plot::Booked | Plot::BookedAfterPrice) { weight * lift } else { weight }));
    let plot = stage.dice.weighted(&plots);
    let talk = Talk::open(stage, person, contact, at);
    match plot {
        Plot::Booked => booking::booked(talk, booking::Way::Straight),
        Plot::BookedAfterPrice => booking::booked(talk, booking::Way::AfterPrice),
        Plot::BookedAfterHiccup => booking::booked(talk, booking::Way::AfterHiccup),
        Plot::BookedByPerson => service::booked_by_person(talk),
        Plot::NobodyAnswers => lost::nobody_answers(talk),
        Plot::PromisedOnly => lost::promised_only(talk),
        Plot::LeadWithoutCard => lost::lead_without_card(talk),
        Plot::NoSlots => lost::no_slots(talk),
        Plot::SilentAfterPrice => lost::silent_after_price(talk),
        Plot::NoContact => lost::no_contact(talk),
        Plot::GoesInCircles => lost::goes_in_circles(talk),
        Plot::Undelivered => lost::undelivered(talk),
        Plot::PersonNeverComes => lost::person_never_comes(talk),
        Plot::Refuses => lost::refuses(talk),
        Plot::Address => service::address(talk),
        Plot::Question => service::question(talk),
        Plot::Complains => service::complains(talk),
    }
}

/// What this client came for.
fn some_service(talk: &mut Talk<'_>) -> &'static Service {
    let services: Vec<(&'static Service, f64)> = talk.stage.shop.services.iter().map(|service| (service, service.weight)).collect();
    let service = talk.stage.dice.weighted(&services);
    talk.about(service);
    service
}
