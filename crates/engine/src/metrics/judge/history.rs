//! What one client did, as the journal knows it: conversations in their order, and what happened outside of any.

use std::collections::BTreeSet;

use super::Call;
use crate::event::{EventType, Facets, Modality, PromiseKind, promises};

/// Below this the assistant is unsure: the customer's own threshold.
pub(super) const UNSURE: f64 = 0.6;

/// One client.
#[derive(Debug, Clone, Default)]
pub struct History {
    /// Their conversations, by their beginning.
    pub talks: Vec<Talk>,
    /// What happened outside of conversations: told by a CRM, by a carrier; in the order of time.
    pub outside: Vec<Deed>,
    /// Earlier conversations of theirs are counted whose detail is gone.
    pub was_here: bool,
    /// Their phone, e-mail or card is known.
    pub has_contact: bool,
    /// Their lead has stood in the CRM's first stage since then, and nobody did anything.
    pub stalled_us: Option<i64>,
    /// Records that tell of a lead which the CRM, asked for it, has not.
    pub absent: BTreeSet<i64>,
}

/// One conversation.
#[derive(Debug, Clone, Default)]
pub struct Talk {
    /// Its row.
    pub session: i64,
    /// Where.
    pub channel: String,
    /// `dialogue` or `reminder_reply`.
    pub kind: String,
    /// When it began.
    pub started_us: i64,
    /// After so long a silence it is over.
    pub gap_us: i64,
    /// Its events, by time.
    pub deeds: Vec<Deed>,
}

/// One event.
#[derive(Debug, Clone)]
pub struct Deed {
    /// Its record.
    pub record: i64,
    /// The sender's time.
    pub us: i64,
    /// What kind it is.
    pub kind: EventType,
    /// What it says about its conversation.
    pub facets: Facets,
    /// Intent.
    pub intent: Option<String>,
    /// How sure the assistant was.
    pub confidence: Option<f64>,
    /// It names a card.
    pub is_carded: bool,
    /// Who of the staff.
    pub operator: Option<String>,
    /// Which model.
    pub model: Option<String>,
    /// Which prompt.
    pub prompt: Option<String>,
    /// Which scenario.
    pub scenario: Option<String>,
    /// Which variant.
    pub variant: Option<String>,
    /// How long the answer took, where that was measured.
    pub latency_ms: Option<i64>,
    /// What the assistant's words say.
    pub words: Words,
    /// The visit's number.
    pub booking: Option<String>,
    /// When the visit begins.
    pub starts_us: Option<i64>,
    /// What the visit is for.
    pub service: Option<String>,
    /// Money, in minor units.
    pub paid_minor: Option<i64>,
    /// Of the money.
    pub currency: Option<String>,
    /// Where the client came from.
    pub utm_source: Option<String>,
    /// By which campaign.
    pub utm_campaign: Option<String>,
    /// `test`, `spam`, `staff`.
    pub left_out: Option<String>,
    /// A message of ours did not reach the client.
    pub is_undelivered: bool,
    /// A reminder of which its provider says that it arrived.
    pub is_delivered: bool,
    /// It is a call of a model.
    pub call: Option<Call>,
}

impl Default for Deed {
    fn default() -> Self {
        Self {
            record: 0,
            us: 0,
            kind: EventType::Other,
            facets: Facets::NONE,
            intent: None,
            confidence: None,
            is_carded: false,
            operator: None,
            model: None,
            prompt: None,
            scenario: None,
            variant: None,
            latency_ms: None,
            words: Words::default(),
            booking: None,
            starts_us: None,
            service: None,
            paid_minor: None,
            currency: None,
            utm_source: None,
            utm_campaign: None,
            left_out: None,
            is_undelivered: false,
            is_delivered: false,
            call: None,
        }
    }
}

impl Deed {
    /// Whether all marks of `facets` are in it.
    pub(super) fn has(&self, facets: Facets) -> bool {
        self.facets.has(facets)
    }

    /// Whether somebody or something answers the client in it.
    pub(super) fn answers(&self) -> bool {
        self.has(Facets::REPLY) || self.has(Facets::OPERATOR)
    }

    /// Whether the assistant did not understand.
    pub(super) fn is_unsure(&self) -> bool {
        let unknown = self.intent.as_deref().is_some_and(|intent| ["unknown", "fallback", "непонятно"].contains(&intent));
        unknown || self.confidence.is_some_and(|sure| sure < UNSURE)
    }
}

/// What an answer says, as far as the rules for lost leads ask.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Words {
    /// It says that a visit is booked.
    pub says_booked: bool,
    /// It offers a time.
    pub offers: bool,
    /// It names a price.
    pub prices: bool,
    /// It says that there is no free time.
    pub says_full: bool,
    /// How many characters.
    pub chars: u32,
    /// The same words give the same number; zero where nothing was said.
    pub digest: u64,
}

impl Words {
    /// Of an answer.
    #[must_use]
    pub fn of(reply: &str) -> Self {
        let lower = reply.to_lowercase().replace('ё', "е");
        let said = promises(reply);
        let has = |kind, modality| said.iter().any(|one| one.kind == kind && one.modality == modality);
        let full = ["нет мест", "мест нет", "нет свободн", "свободных нет", "все занято", "полная запись", "no slots", "fully booked"];
        let offers = ["могу предложить", "есть время", "свободно", "есть окно", "есть окошк", "ближайшее", "удобно в", "available at"];
        Self {
            says_booked: has(PromiseKind::Booked, Modality::Done),
            offers: has(PromiseKind::Booked, Modality::Offered)
                || offers.iter().any(|words| lower.contains(words)) && lower.contains(|c: char| c.is_ascii_digit()),
            prices: said.iter().any(|one| one.kind == PromiseKind::PriceStated),
            says_full: full.iter().any(|words| lower.contains(words)),
            chars: reply.chars().count() as u32,
            digest: digest(&lower),
        }
    }
}

/// FNV-1a over letters and digits: it only tells equal from different within one conversation.
fn digest(text: &str) -> u64 {
    let letters = text.chars().filter(|c| c.is_alphanumeric());
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut any = false;
    for letter in letters {
        any = true;
        hash = (hash ^ u64::from(u32::from(letter))).wrapping_mul(0x0100_0000_01b3);
    }
    if any { hash } else { 0 }
}
