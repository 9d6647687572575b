//! The parts of an event that are objects of their own: who the client is, which visit, which payment, how it was delivered, what failed.

use super::phone::{Phone, PhoneReading};
use super::when::When;

/// Who the client is, as far as the sender knows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Client {
    /// The sender's own number for the client.
    pub id: Option<String>,
    /// Their name.
    pub name: Option<String>,
    /// Their phone, as written.
    pub phone: Option<String>,
    /// Their e-mail, as written.
    pub email: Option<String>,
    /// Who they are in the channel: a chat id, a login.
    pub channel_id: Option<String>,
    /// A card of theirs that is known already, where `crm_id` names another.
    pub crm_id: Option<String>,
}

impl Client {
    /// What the phone says; `area` is the city code for numbers without one.
    #[must_use]
    pub fn phone_reading(&self, area: Option<&str>) -> Option<PhoneReading> {
        self.phone.as_deref().map(|phone| Phone::parse_in(phone, area))
    }

    /// The e-mail as a key: trimmed, lower case, only if it has the form of one.
    #[must_use]
    pub fn email_key(&self) -> Option<String> {
        let email = self.email.as_deref()?.trim().to_lowercase();
        let (name, host) = email.rsplit_once('@')?;
        let sound = !name.is_empty()
            && host.contains('.')
            && !host.starts_with('.')
            && !host.ends_with('.')
            && !email.contains(char::is_whitespace);
        sound.then_some(email)
    }
}

/// A visit.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Booking {
    /// Its number in the booking system.
    pub id: Option<String>,
    /// When it begins.
    pub starts_at: Option<When>,
    /// What for.
    pub service: Option<String>,
    /// With whom.
    pub staff: Option<String>,
    /// How it stands: `created`, `confirmed`, `failed`, …
    pub status: Option<String>,
}

/// A payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payment {
    /// In minor units of the currency (kopecks); negative when money was given back.
    pub minor: i64,
    /// Three letters.
    pub currency: String,
}

/// How a message was delivered.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Delivery {
    /// `sent`, `delivered`, `read`, `failed`, …
    pub status: Option<String>,
    /// Who carried it.
    pub provider: Option<String>,
    /// The carrier's number for it.
    pub message_id: Option<String>,
}

/// What failed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Failure {
    /// A short name of the failure.
    pub code: Option<String>,
    /// What was said about it.
    pub message: Option<String>,
}
