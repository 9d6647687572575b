//! From everything one client did to what numbers say of each of their conversations: the definitions behind every figure, as one pure
//! function of a [`History`], the business's [`Terms`] and the clock.
//!
//! It looks at a client as a whole, because a booking counts for the last conversation before it, wherever it was made. Nothing is added
//! to what it said before: a late event, a merge of clients, a passed deadline are answered by judging anew. [`Judged::due_us`] says when
//! time alone changes the answer.
//!
//! * `history` – what is judged · `attribution` – which booking belongs to which conversation · `visits` – what became of each visit
//! * `answers` – how long clients waited · `hours` – when people work · `funnel` – how far they came · `lost` – why nothing came of it, `reason` – in which order · `spent` – what models took for it
//! * `exposure` – which variants of experiments they were shown, and what they did then

mod answers;
mod attribution;
mod exposure;
mod funnel;
mod history;
mod hours;
mod lost;
mod reason;
mod spent;
#[cfg(test)]
mod tests;
mod visits;

pub use exposure::Trial;
pub use funnel::{STEPS, Step as FunnelStep};
pub use history::{Deed, History, Talk, Words};
pub use reason::Reason;
pub use spent::{Call, Spent};
pub use visits::{Outcome, Visit};

use jiff::tz::TimeZone;

use crate::event::Facets;
use crate::event::when::{DAY_US, HOUR_US, MINUTE_US};
use crate::journal::experiments::exposures::Exposure;

/// What a business has settled about its numbers.
#[derive(Debug, Clone)]
pub struct Terms {
    /// W: a booking so long after a conversation began still counts for it.
    pub window_us: i64,
    /// By which clock people work.
    pub zone: TimeZone,
    /// When they begin, in minutes after midnight.
    pub opens_min: i64,
    /// When they stop.
    pub closes_min: i64,
    /// What is compared, or was.
    pub trials: Vec<Trial>,
}

impl Default for Terms {
    fn default() -> Self {
        Self { window_us: 7 * DAY_US, zone: TimeZone::UTC, opens_min: 10 * 60, closes_min: 21 * 60, trials: Vec::new() }
    }
}

/// What happened in a conversation, for filters and cuts.
pub mod marks {
    /// The client wanted to book.
    pub const INTENT: u32 = 1;
    /// A lead came into being for it: an event that creates one, not the mere name of a card that stood there before.
    pub const LEAD: u32 = 1 << 1;
    /// A booking counts for it.
    pub const BOOKED: u32 = 1 << 2;
    /// And no person spoke before it.
    pub const BOT_ONLY: u32 = 1 << 3;
    /// Handed to a person.
    pub const HANDOFF: u32 = 1 << 4;
    /// Something failed.
    pub const FAILURE: u32 = 1 << 5;
    /// The client said no.
    pub const REFUSED: u32 = 1 << 6;
    /// The assistant was unsure at least once.
    pub const UNSURE: u32 = 1 << 7;
    /// The client had written before.
    pub const RETURNING: u32 = 1 << 8;
    /// A person spoke.
    pub const OPERATOR: u32 = 1 << 9;
    /// The client's phone or e-mail is known.
    pub const CONTACT: u32 = 1 << 10;
    /// Nothing came of it for one of R1 to R12. Of a person in an experiment only: a case has its reason.
    pub const LOST: u32 = 1 << 11;
}

/// What numbers say of one conversation.
#[derive(Debug, Clone, PartialEq, Default, Hash)]
pub struct Case {
    /// Its row.
    pub session: i64,
    /// When it began.
    pub started_us: i64,
    /// Where.
    pub channel: String,
    /// The last intent told.
    pub intent: Option<String>,
    /// Why it is in no number: `reminder_reply`, `silent`, `test`, `spam`, `staff`.
    pub left_out: Option<String>,
    /// Of [`marks`].
    pub marks: u32,
    /// Which steps of the funnel were told: a bit each.
    pub told: u32,
    /// When the booking that counts for it was made.
    pub booked_us: Option<i64>,
    /// What was paid for it, in minor units.
    pub paid_minor: i64,
    /// In which currency.
    pub currency: Option<String>,
    /// From the client's first word to the first answer by anyone.
    pub first_answer_ms: Option<i64>,
    /// From the first hand-over to a person's first word after it, in working hours; [`answers::NEVER`] where nobody came in time.
    pub person_answer_ms: Option<i64>,
    /// Of every burst of the client how long the bot took, in milliseconds; [`answers::NEVER`] where no answer came.
    pub answers: Vec<u32>,
    /// Why nothing came of it.
    pub lost: Option<Lost>,
    /// When it was booked after all.
    pub recovered_us: Option<i64>,
    /// The last model, prompt, scenario, variant, campaign, person.
    pub model: Option<String>,
    /// Version of the prompt.
    pub prompt: Option<String>,
    /// Scenario and version.
    pub scenario: Option<String>,
    /// Experiment and variant.
    pub variant: Option<String>,
    /// Where the client came from.
    pub utm_source: Option<String>,
    /// By which campaign.
    pub utm_campaign: Option<String>,
    /// Who of the staff spoke.
    pub operator: Option<String>,
    /// How many answers the assistant gave.
    pub replies: u32,
    /// Of them those whose words are told, and how many characters they have together.
    pub worded: (u32, u32),
    /// What its calls of models cost.
    pub spent: Spent,
}

pub use answers::NEVER;

/// Why a lead is lost.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Lost {
    /// The first that holds, in their order.
    pub reason: Reason,
    /// Every one that holds.
    pub all: Vec<Reason>,
    /// Since when the client waits: the moment of the evidence.
    pub since_us: i64,
    /// From when on it counts as lost.
    pub at_us: i64,
    /// The records that show it.
    pub evidence: Vec<i64>,
}

/// What is said of a client.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Judged {
    /// A case a conversation, in the order of the history.
    pub cases: Vec<Case>,
    /// Their visits.
    pub visits: Vec<Visit>,
    /// What they were shown.
    pub exposures: Vec<Exposure>,
    /// When the answer changes though nothing happens.
    pub due_us: Option<i64>,
}

/// The next moment at which time alone changes something.
#[derive(Debug, Default)]
struct Due(Option<i64>);

impl Due {
    fn at(&mut self, us: i64, now_us: i64) {
        if us > now_us {
            self.0 = Some(self.0.map_or(us, |due| due.min(us)));
        }
    }
}

/// Judges one client.
#[must_use]
pub fn judge(history: &History, terms: &Terms, now_us: i64) -> Judged {
    let mut due = Due::default();
    let mut cases: Vec<Case> = history.talks.iter().map(begin).collect();
    let bookings = attribution::attribute(history, &cases, terms);
    let mut visits = visits::follow(history, &cases, now_us, &mut due);
    for visit in &mut visits {
        visit.talk = bookings.iter().find(|made| made.us == visit.made_us).and_then(|made| made.talk);
    }
    for (index, (talk, case)) in history.talks.iter().zip(&mut cases).enumerate() {
        if index > 0 || history.was_here {
            case.marks |= marks::RETURNING;
        }
        if case.left_out.is_some() {
            continue;
        }
        attribution::settle(case, talk, index, &bookings);
        case.first_answer_ms = answers::first(talk, now_us);
        case.person_answer_ms = answers::by_person(talk, terms, now_us, &mut due);
        case.answers = answers::of(talk, now_us, &mut due);
        funnel::climb(case, talk, history, index, &visits);
        lost::judge(case, talk, history, &lost::Clock { terms, now_us, bookings: &bookings }, &mut due);
        due.at(case.started_us + terms.window_us, now_us);
    }
    let exposures = exposure::judge(history, &cases, &bookings, terms);
    Judged { cases, visits, exposures, due_us: due.0 }
}

/// What the conversation alone tells.
fn begin(talk: &Talk) -> Case {
    let facets = talk.deeds.iter().fold(Facets::NONE, |all, deed| all | deed.facets);
    let last = |tell: fn(&Deed) -> &Option<String>| talk.deeds.iter().rev().find_map(|deed| tell(deed).clone());
    let mut found = 0;
    for (facet, mark) in [
        (Facets::LEAD, marks::LEAD),
        (Facets::HANDOFF, marks::HANDOFF),
        (Facets::FAILURE, marks::FAILURE),
        (Facets::REFUSED, marks::REFUSED),
        (Facets::OPERATOR, marks::OPERATOR),
    ] {
        found |= if facets.has(facet) { mark } else { 0 };
    }
    if talk.deeds.iter().any(Deed::is_unsure) {
        found |= marks::UNSURE;
    }
    Case {
        session: talk.session,
        started_us: talk.started_us,
        channel: talk.channel.clone(),
        intent: last(|deed| &deed.intent),
        left_out: left_out(talk, facets),
        marks: found,
        model: last(|deed| &deed.model),
        prompt: last(|deed| &deed.prompt),
        scenario: last(|deed| &deed.scenario),
        variant: last(|deed| &deed.variant),
        utm_source: talk.deeds.iter().find_map(|deed| deed.utm_source.clone()),
        utm_campaign: talk.deeds.iter().find_map(|deed| deed.utm_campaign.clone()),
        operator: last(|deed| &deed.operator),
        replies: talk.deeds.iter().filter(|deed| deed.facets.has(Facets::REPLY)).count() as u32,
        worded: talk.deeds.iter().filter(|deed| deed.words.chars > 0).fold((0, 0), |(n, sum), deed| (n + 1, sum + deed.words.chars)),
        spent: Spent::of(talk.deeds.iter().filter_map(|deed| deed.call.as_ref())),
        ..Case::default()
    }
}

/// What tests, spam and the staff did is no client's; a reply to a reminder, or a silent conversation, is.
fn is_of_client(left_out: Option<&str>) -> bool {
    left_out.is_none_or(|why| !exposure::NOT_CLIENTS.contains(&why))
}

/// Whoever answers a reminder, is a test, spam or one of the staff, or never wrote, is in no denominator.
fn left_out(talk: &Talk, facets: Facets) -> Option<String> {
    if let Some(why) = talk.deeds.iter().find_map(|deed| deed.left_out.clone()) {
        return Some(why);
    }
    if talk.kind == "reminder_reply" {
        return Some("reminder_reply".into());
    }
    let named = |words: &[&str]| talk.deeds.iter().any(|deed| deed.intent.as_deref().is_some_and(|intent| words.contains(&intent)));
    match () {
        () if named(&["spam", "спам"]) => Some("spam".into()),
        () if named(&["test", "тест"]) => Some("test".into()),
        // A bot that tells only its answers tells with the intent that somebody asked.
        () if !facets.has(Facets::INBOUND) && !talk.deeds.iter().any(|deed| deed.has(Facets::REPLY) && deed.intent.is_some()) => {
            Some("silent".into())
        }
        () => None,
    }
}
