//! How far a client came: from the first word to money.
//!
//! The funnel is ordered and closed: a step counts only where all before it hold. A lead implies what comes before a lead, and a booking
//! everything before a booking, whether or not somebody told us so: the number of those who booked is the same here and in the conversion.
//! A step that nobody tells of at all is passed over, and shown as «не измеряется». Nobody arrives or pays here without a booking.

use super::{Case, Deed, History, Talk, Visit, marks, visits::Outcome};
use crate::event::Facets;

/// The steps, in their order.
pub const STEPS: [Step; 8] = [Step::Wrote, Step::Intent, Step::Offered, Step::Contact, Step::Lead, Step::Booked, Step::Arrived, Step::Paid];

/// One step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// The client wrote.
    Wrote,
    /// They wanted to book.
    Intent,
    /// A time was offered.
    Offered,
    /// Their phone or e-mail is known.
    Contact,
    /// A lead stands in the CRM.
    Lead,
    /// They booked.
    Booked,
    /// They came.
    Arrived,
    /// They paid.
    Paid,
}

impl Step {
    /// Its name, as in the API.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Wrote => "wrote",
            Self::Intent => "intent",
            Self::Offered => "offered",
            Self::Contact => "contact",
            Self::Lead => "lead",
            Self::Booked => "booked",
            Self::Arrived => "arrived",
            Self::Paid => "paid",
        }
    }

    /// Its bit in what was told.
    #[must_use]
    pub fn bit(self) -> u32 {
        1 << (self as u32)
    }

    /// The steps that somebody was told of: writing and booking are always known.
    pub fn measured<'a>(told: impl Iterator<Item = &'a u32>) -> u32 {
        told.fold(Self::Wrote.bit() | Self::Booked.bit(), |all, told| all | told)
    }

    /// The last step that a client of whom `told` was told reached before a booking.
    #[must_use]
    pub fn furthest(told: u32, measured: u32) -> Self {
        let before = [Self::Lead, Self::Contact, Self::Offered, Self::Intent];
        before.into_iter().find(|step| step.is_reached(told, measured)).unwrap_or(Self::Wrote)
    }

    /// The step of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        STEPS.into_iter().find(|step| step.as_str() == name)
    }

    /// Whether a client of whom `told` was told came so far, where `measured` is what is told of anybody.
    #[must_use]
    pub fn is_reached(self, told: u32, measured: u32) -> bool {
        let implied = match told {
            _ if told & Self::Booked.bit() != 0 => Self::Booked.bit() - 1,
            _ if told & Self::Lead.bit() != 0 => Self::Lead.bit() - 1,
            _ => 0,
        };
        let lacking = measured & !(told | implied);
        lacking & (self.bit() | (self.bit() - 1)) == 0 && measured & self.bit() != 0
    }
}

/// Whether an intent is the wish to book, whatever the bot calls it.
pub(super) fn is_booking(intent: &str) -> bool {
    let lower = intent.to_lowercase();
    ["запис", "брон", "book", "appointment", "reserv", "schedule_visit"].iter().any(|part| lower.contains(part))
}

/// Says in the case how far the client came.
pub(super) fn climb(case: &mut Case, talk: &Talk, history: &History, index: usize, visits: &[Visit]) {
    let within = |deed: &&Deed| (case.started_us..case.started_us + super::DAY_US * 90).contains(&deed.us);
    let is_last_before = |us: i64| history.talks.iter().rposition(|other| other.started_us <= us) == Some(index);
    let outside = || history.outside.iter().filter(within).filter(|deed| is_last_before(deed.us));
    let any = |test: &dyn Fn(&Deed) -> bool| talk.deeds.iter().any(test) || outside().any(test);
    let mut told = Step::Wrote.bit();
    let mut add = |step: Step, holds: bool| told |= if holds { step.bit() } else { 0 };
    let wants = talk.deeds.iter().any(|deed| deed.intent.as_deref().is_some_and(is_booking));
    let is_booked = case.booked_us.is_some();
    add(Step::Intent, wants);
    add(Step::Offered, talk.deeds.iter().any(|deed| deed.words.offers));
    add(Step::Contact, history.has_contact);
    // Whose card stands there from before came as far, but nobody created a lead for this conversation.
    let has_created = any(&|deed| deed.has(Facets::LEAD));
    add(Step::Lead, has_created || any(&|deed| deed.is_carded));
    add(Step::Booked, is_booked);
    let came = visits.iter().any(|visit| visit.talk == Some(index) && visit.outcome == Outcome::Arrived);
    add(Step::Arrived, is_booked && came);
    let (paid, currency) = paid(case, talk, outside());
    add(Step::Paid, is_booked && paid > 0);
    (case.paid_minor, case.currency) = (paid, currency);
    case.told = told;
    for (holds, mark) in [(wants, marks::INTENT), (has_created, marks::LEAD), (history.has_contact, marks::CONTACT)] {
        case.marks |= if holds { mark } else { 0 };
    }
}

/// What was paid for it, in the first currency that was told: currencies are never added to each other.
fn paid<'a>(case: &Case, talk: &'a Talk, outside: impl Iterator<Item = &'a Deed>) -> (i64, Option<String>) {
    let mut sum: (i64, Option<String>) = (0, None);
    for deed in talk.deeds.iter().chain(outside).filter(|deed| deed.us >= case.started_us) {
        let Some(minor) = deed.paid_minor else { continue };
        let currency = sum.1.get_or_insert_with(|| deed.currency.clone().unwrap_or_default());
        if *currency == deed.currency.clone().unwrap_or_default() {
            sum.0 += minor;
        }
    }
    sum
}
