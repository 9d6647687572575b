//! Why nothing came of a conversation: rules R1 to R12, each with the records that show it.
//!
//! A rule speaks when its time has come and what it lacks did not come later: an answer after ten minutes is late, but nobody is lost. A
//! conversation that was booked, or in which the client said no, is not lost at all, nor one whose client booked in another conversation before
//! the rule spoke; a client who books after that, within the window, is *recovered*. R13 (a visit that was cancelled or missed and not booked again) is asked of visits.

use super::attribution::Made;
use super::{Case, DAY_US, Deed, Due, HOUR_US, History, Lost, MINUTE_US, Reason, Talk, Terms, marks};
use crate::event::{EventType, Facets};

/// By which rules, and when.
pub(super) struct Clock<'a> {
    pub(super) terms: &'a Terms,
    pub(super) now_us: i64,
    /// Every booking of the client.
    pub(super) bookings: &'a [Made],
}

/// A rule that speaks, or will.
struct Found {
    reason: Reason,
    /// The moment of the evidence.
    since_us: i64,
    /// From when on.
    at_us: i64,
    evidence: Vec<i64>,
}

/// Says in the case why nothing came of it.
pub(super) fn judge(case: &mut Case, talk: &Talk, history: &History, clock: &Clock<'_>, due: &mut Due) {
    if case.marks & marks::REFUSED != 0 {
        return;
    }
    let look = Look { case, talk, history, clock };
    let found = [
        look.claimed(),
        look.promised(),
        look.failed(),
        look.unanswered(),
        look.unclaimed(),
        look.undelivered(),
        look.not_understood(),
        look.unreachable(),
        look.full(),
        look.priced(),
        look.unbooked(),
        look.stalled(),
    ];
    let mut speaking: Vec<Found> = Vec::new();
    for found in found.into_iter().flatten() {
        due.at(found.at_us, clock.now_us);
        // Booked before the rule could speak: it never did.
        let is_booked = clock.bookings.iter().any(|made| (case.started_us..=found.at_us).contains(&made.us));
        if found.at_us <= clock.now_us && !is_booked {
            speaking.push(found);
        }
    }
    speaking.sort_by_key(|found| found.reason);
    let all: Vec<Reason> = speaking.iter().map(|found| found.reason).collect();
    let at_us = speaking.iter().map(|found| found.at_us).min();
    let Some((first, at_us)) = speaking.into_iter().next().zip(at_us) else { return };
    let back = clock.bookings.iter().map(|made| made.us).filter(|us| (at_us..=at_us.saturating_add(clock.terms.window_us)).contains(us));
    case.recovered_us = back.min();
    case.lost = Some(Lost { reason: first.reason, all, since_us: first.since_us, at_us, evidence: first.evidence });
}

struct Look<'a> {
    case: &'a Case,
    talk: &'a Talk,
    history: &'a History,
    clock: &'a Clock<'a>,
}

impl Look<'_> {
    fn deeds(&self) -> &[Deed] {
        &self.talk.deeds
    }

    /// Everything the client's journal holds after a moment, wherever it was told.
    fn after(&self, us: i64) -> impl Iterator<Item = &Deed> {
        let inside = self.history.talks.iter().flat_map(|talk| &talk.deeds);
        inside.chain(&self.history.outside).filter(move |deed| deed.us >= us)
    }

    fn found(reason: Reason, deed: &Deed, at_us: i64) -> Option<Found> {
        Some(Found { reason, since_us: deed.us, at_us, evidence: vec![deed.record] })
    }

    /// When the conversation counts as over.
    fn over_us(&self) -> Option<i64> {
        self.deeds().iter().map(|deed| deed.us).max().map(|last| last + self.talk.gap_us)
    }

    /// The last word, if it is not the client's.
    fn last_answer(&self) -> Option<&Deed> {
        let last = self.deeds().iter().rev().find(|deed| deed.has(Facets::INBOUND) || deed.answers())?;
        last.answers().then_some(last)
    }

    fn wants(&self) -> bool {
        self.case.marks & marks::INTENT != 0
    }

    fn claimed(&self) -> Option<Found> {
        // Whatever the journal was told of a card: the CRM was asked, and has none.
        if let Some(absent) = self.deeds().iter().find(|deed| self.history.absent.contains(&deed.record)) {
            return Self::found(Reason::R3, absent, absent.us + 15 * MINUTE_US);
        }
        let claim = self.deeds().iter().find(|deed| deed.has(Facets::LEAD_CLAIMED))?;
        // Made first and told of afterwards, as often as the other way round.
        let made = self.after(self.case.started_us).any(|deed| deed.has(Facets::LEAD) || deed.is_carded);
        if made { None } else { Self::found(Reason::R3, claim, claim.us + 15 * MINUTE_US) }
    }

    fn promised(&self) -> Option<Found> {
        let said = self.deeds().iter().find(|deed| deed.words.says_booked)?;
        let keeps = |deed: &Deed| [Facets::BOOKING, Facets::RESCHEDULED, Facets::CONFIRMED].into_iter().any(|facet| deed.has(facet));
        let kept = self.after(said.us - DAY_US).any(|deed| keeps(deed) && deed.us <= said.us + DAY_US);
        if kept { None } else { Self::found(Reason::R4, said, said.us + 10 * MINUTE_US) }
    }

    fn failed(&self) -> Option<Found> {
        let last = self.deeds().iter().rev().find(|deed| deed.has(Facets::FAILURE))?;
        let worked = self.after(last.us).any(|deed| {
            !deed.has(Facets::FAILURE)
                && (deed.answers() || deed.has(Facets::BOOKING) || deed.has(Facets::LEAD))
                && deed.record != last.record
        });
        if worked { None } else { Self::found(Reason::R8, last, last.us + 30 * MINUTE_US) }
    }

    fn unanswered(&self) -> Option<Found> {
        let last = self.deeds().iter().rposition(|deed| deed.answers());
        let asked = self.deeds()[last.map_or(0, |last| last + 1)..].iter().find(|deed| deed.has(Facets::INBOUND) && !deed.answers())?;
        // A yes to what was said needs no answer.
        if self.deeds()[..].iter().any(|deed| deed.us >= asked.us && deed.has(Facets::CONFIRMED)) {
            return None;
        }
        let with_person = self.deeds().iter().any(|deed| deed.us <= asked.us && (deed.has(Facets::HANDOFF) || deed.has(Facets::OPERATOR)));
        let by = if with_person { self.clock.terms.person_by(asked.us) } else { asked.us + MINUTE_US };
        Self::found(Reason::R1, asked, by)
    }

    fn unclaimed(&self) -> Option<Found> {
        let handed = self.deeds().iter().rev().find(|deed| deed.has(Facets::HANDOFF))?;
        let came = self.after(handed.us).any(|deed| deed.has(Facets::OPERATOR));
        if came { None } else { Self::found(Reason::R5, handed, self.clock.terms.person_by(handed.us)) }
    }

    fn undelivered(&self) -> Option<Found> {
        // What went out outside any conversation belongs to the last one before it.
        let is_next = |us: i64| self.history.talks.iter().any(|other| other.started_us > self.case.started_us && other.started_us <= us);
        let outside = self.history.outside.iter().filter(|deed| deed.us >= self.case.started_us && !is_next(deed.us));
        let failed = self.deeds().iter().chain(outside).find(|deed| deed.is_undelivered)?;
        let reached =
            self.after(failed.us).any(|deed| deed.has(Facets::INBOUND) || (deed.kind == EventType::DeliveryStatus && !deed.is_undelivered));
        if reached { None } else { Self::found(Reason::R11, failed, failed.us) }
    }

    fn not_understood(&self) -> Option<Found> {
        // Through the proxy it is the question, or the model's call, that says how sure the bot was of what follows.
        let mut replies: Vec<(&Deed, bool)> = Vec::new();
        let mut is_unsure = false;
        for deed in self.deeds() {
            is_unsure |= deed.is_unsure();
            if deed.has(Facets::REPLY) {
                replies.push((deed, std::mem::take(&mut is_unsure)));
            }
        }
        let [.., (before, was_unsure), (last, is_unsure)] = replies[..] else { return None };
        let repeats = last.words.digest != 0 && last.words.digest == before.words.digest;
        if !(repeats || was_unsure && is_unsure) {
            return None;
        }
        let spoke = self.after(last.us).any(|deed| deed.us > last.us && (deed.has(Facets::INBOUND) || deed.has(Facets::OPERATOR)));
        let evidence = vec![before.record, last.record];
        (!spoke).then_some(Found { reason: Reason::R7, since_us: last.us, at_us: last.us + HOUR_US, evidence })
    }

    fn unreachable(&self) -> Option<Found> {
        if !self.wants() || self.history.has_contact {
            return None;
        }
        let last = self.deeds().iter().rev().find(|deed| deed.intent.is_some())?;
        Self::found(Reason::R6, last, self.over_us()?)
    }

    fn full(&self) -> Option<Found> {
        let last = self.last_answer().filter(|last| last.words.says_full && !last.words.offers)?;
        let later = self.after(last.us).any(|deed| deed.us > last.us && (deed.has(Facets::INBOUND) || deed.answers()));
        if later { None } else { Self::found(Reason::R9, last, last.us + HOUR_US) }
    }

    fn priced(&self) -> Option<Found> {
        let last = self.last_answer().filter(|last| last.words.prices)?;
        let later = self.after(last.us).any(|deed| deed.us > last.us && deed.has(Facets::INBOUND));
        if later { None } else { Self::found(Reason::R12, last, last.us + DAY_US) }
    }

    fn unbooked(&self) -> Option<Found> {
        if !self.wants() {
            return None;
        }
        let last = self.deeds().iter().rev().find(|deed| deed.has(Facets::INBOUND) || deed.answers())?;
        Self::found(Reason::R2, last, self.over_us()?)
    }

    fn stalled(&self) -> Option<Found> {
        let since_us = self.history.stalled_us?;
        let is_last = self.history.talks.last().is_some_and(|last| last.session == self.talk.session);
        let lead = self.deeds().iter().rev().find(|deed| deed.has(Facets::LEAD) || deed.is_carded).filter(|_| is_last)?;
        Some(Found { reason: Reason::R10, since_us, at_us: since_us + DAY_US, evidence: vec![lead.record] })
    }
}
