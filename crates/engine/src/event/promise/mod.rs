//! What an assistant's reply says was done or will be done: «Записал на 15:00, отправил напоминание» holds two promises.
//!
//! [`promises`] is a pure function of the text. It knows forms of some eighty verbs (`words.txt`) and asks three questions of each that it
//! meets: of which kind is it here (`kind`: оформил *заявку* or *запись*), who speaks and how surely (`scope`: denial, question, condition,
//! quotation), and which hour is named (`hour`). What promises without a verb («время за вами», prices) is in `phrases`.
//! How well it does is measured on `labelled.tsv`, which was written before it.
//!
//! It does not know what was really done: the journal compares.

mod hour;
mod kind;
#[cfg(test)]
mod measured;
mod phrases;
mod scope;
mod text;
mod words;

use std::ops::Range;

pub use hour::Hour;
use scope::Scope;
use text::Text;

/// One thing that a reply says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Promise {
    /// What it is about.
    pub kind: PromiseKind,
    /// How surely it is said.
    pub modality: Modality,
    /// Where it stands in the text, in bytes: the part of the sentence around it.
    pub span: Range<usize>,
    /// The hour that is named with it; only of visits.
    pub hour: Option<Hour>,
}

/// What a promise is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PromiseKind {
    /// A visit is booked.
    Booked,
    /// A visit is moved.
    Rescheduled,
    /// A visit is cancelled.
    Cancelled,
    /// A reminder went out.
    ReminderSent,
    /// A reminder will come.
    ReminderPromised,
    /// Somebody will call or write.
    CallbackPromised,
    /// A person of the business knows or takes over.
    HandedOver,
    /// A request or an order was entered.
    LeadCreated,
    /// An address, a link, a document was sent.
    SentInfo,
    /// Money has come.
    PaymentReceived,
    /// A discount or a gift.
    DiscountPromised,
    /// A price was named.
    PriceStated,
}

impl PromiseKind {
    /// All of them, in the order of the documentation.
    pub const ALL: [Self; 12] = [
        Self::Booked,
        Self::Rescheduled,
        Self::Cancelled,
        Self::ReminderSent,
        Self::ReminderPromised,
        Self::CallbackPromised,
        Self::HandedOver,
        Self::LeadCreated,
        Self::SentInfo,
        Self::PaymentReceived,
        Self::DiscountPromised,
        Self::PriceStated,
    ];

    /// Its name, as in the API and the database.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Booked => "booked",
            Self::Rescheduled => "rescheduled",
            Self::Cancelled => "cancelled",
            Self::ReminderSent => "reminder_sent",
            Self::ReminderPromised => "reminder_promised",
            Self::CallbackPromised => "callback_promised",
            Self::HandedOver => "handed_over",
            Self::LeadCreated => "lead_created",
            Self::SentInfo => "sent_info",
            Self::PaymentReceived => "payment_received",
            Self::DiscountPromised => "discount_promised",
            Self::PriceStated => "price_stated",
        }
    }

    /// The kind of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// How surely something is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Modality {
    /// It has happened, or happens now.
    Done,
    /// It will be done.
    Promised,
    /// It could be done: a question, or on condition of the client's word.
    Offered,
}

impl Modality {
    /// Its name, as in the API and the database.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Promised => "promised",
            Self::Offered => "offered",
        }
    }

    /// The modality of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Done, Self::Promised, Self::Offered].into_iter().find(|modality| modality.as_str() == name)
    }
}

/// Everything that a reply promises, in the order in which it stands there; each kind and modality once.
#[must_use]
pub fn promises(reply: &str) -> Vec<Promise> {
    let text = Text::of(reply);
    let mut found: Vec<Promise> = Vec::new();
    for at in text.verbs() {
        let Some((kind, modality)) = said(&text, at) else { continue };
        found.push(promise(&text, at, kind, modality));
    }
    phrases::each(&text, &mut |at, kind, modality| {
        if !found.iter().any(|known| known.kind == kind) {
            found.push(promise(&text, at, kind, modality));
        }
    });
    found.sort_by_key(|promise| promise.span.start);
    let mut known = Vec::new();
    found.retain(|promise| {
        let new = !known.contains(&(promise.kind, promise.modality));
        known.push((promise.kind, promise.modality));
        new
    });
    found
}

/// What the verb there says, if anything is said by it.
fn said(text: &Text<'_>, at: usize) -> Option<(PromiseKind, Modality)> {
    let (kind, form) = kind::of(text, at)?;
    let modality = Scope::of(text, at).modality(form)?;
    Some(match (kind, modality) {
        // What will be sent is no reminder sent.
        (PromiseKind::ReminderSent, Modality::Promised | Modality::Offered) => (PromiseKind::ReminderPromised, modality),
        // That one was set up means that it will come.
        (PromiseKind::ReminderPromised, Modality::Done) => (kind, Modality::Promised),
        said => said,
    })
}

fn promise(text: &Text<'_>, at: usize, kind: PromiseKind, modality: Modality) -> Promise {
    let visit = matches!(kind, PromiseKind::Booked | PromiseKind::Rescheduled);
    let hour = if visit { hour::near(text, at) } else { None };
    Promise { kind, modality, span: text.clause_bytes(at), hour }
}
