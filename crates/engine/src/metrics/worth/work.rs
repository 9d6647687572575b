//! Manual work saved: what the assistant did, times what it takes a person, less what people spend on looking at it and on taking over.
//!
//! The minutes are assumptions that a business settles (`terms`), so they are said beside every answer.

use serde::Serialize;

use crate::metrics::terms::Settled;

/// What was done in a period.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Done {
    /// Answers of the assistant.
    pub answers: u64,
    /// Bookings without a person.
    pub bookings: u64,
    /// Visits of which a reminder was sent.
    pub reminders: u64,
    /// Answers that people looked at.
    pub reviewed: u64,
    /// Conversations that a person had to take over.
    pub handed: u64,
}

/// So many of a kind, at so many minutes.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Kind {
    /// How many.
    pub count: u64,
    /// Minutes that one takes a person.
    pub each_min: f64,
    /// Together.
    pub minutes: f64,
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Work {
    /// Answered by the assistant.
    pub answers: Kind,
    /// Booked by it.
    pub bookings: Kind,
    /// Reminded by it.
    pub reminders: Kind,
    /// Looked at by people: taken off.
    pub reviewed: Kind,
    /// Taken over by people: taken off.
    pub handed: Kind,
    /// Saved.
    pub minutes: f64,
    /// The same in hours.
    pub hours: f64,
    /// What people needed without it in as long a time; none: nobody measured.
    pub baseline_minutes: Option<f64>,
    /// Saved, of that.
    pub share: Option<f64>,
}

impl Work {
    /// Of a period of so many months; none where nothing was done.
    #[must_use]
    pub fn of(done: Done, norms: &Settled, months: f64) -> Option<Self> {
        if done.answers + done.bookings + done.reminders == 0 {
            return None;
        }
        let kind = |count: u64, each_min: f64| Kind { count, each_min, minutes: count as f64 * each_min };
        let (answers, bookings) = (kind(done.answers, norms.answer_min), kind(done.bookings, norms.booking_min));
        let reminders = kind(done.reminders, norms.reminder_min);
        let (reviewed, handed) = (kind(done.reviewed, norms.review_min), kind(done.handed, norms.rework_min));
        let minutes = answers.minutes + bookings.minutes + reminders.minutes - reviewed.minutes - handed.minutes;
        let baseline_minutes = norms.baseline_min.map(|month| month * months).filter(|minutes| *minutes > 0.0);
        let share = baseline_minutes.map(|baseline| minutes / baseline);
        Some(Self { answers, bookings, reminders, reviewed, handed, minutes, hours: minutes / 60.0, baseline_minutes, share })
    }
}
