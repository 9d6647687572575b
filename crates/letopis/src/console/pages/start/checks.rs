//! What there is to do first, in the order of the customer's own plan, and how far each thing is: one pure function of [`Facts`].
//!
//! A fact beats a word. What people alone can know (consent texts, who answers for personal data) is a word with a name and a date; what a
//! business does without is a word too.

use super::facts::{CRITICAL, Facts, Test, Tried};
use crate::access::connection_trial::{Step as TrialStep, Verdict as Tone, is_well};
use crate::access::{Action, ConnectionKind};
use crate::event::when::DAY_US;
use crate::journal::reports::Kind;

/// A review of conversations is monthly; a few days late is still monthly.
const REVIEWED_DAYS: i64 = 35;

/// Something to do.
pub(super) struct Check {
    pub(super) name: &'static str,
    /// Of which step of the plan, from 1.
    pub(super) step: usize,
    /// Where it is done, and who may.
    pub(super) at: Option<(&'static str, Action)>,
    /// What its button tries.
    pub(super) test: Option<&'static str>,
    /// Words that people may say of it.
    pub(super) words: &'static [&'static str],
    /// It stands on the customer's check-list.
    pub(super) is_listed: bool,
}

const PLAIN: Check = Check { name: "", step: 0, at: None, test: None, words: &[], is_listed: false };
const WITHOUT: &[&str] = &["not_needed"];
const BY_HAND: &[&str] = &["done"];

/// How many steps the plan has.
pub(super) const STEPS: usize = 6;

/// All of them.
pub(super) const CHECKS: [Check; 17] = [
    Check { name: "events", step: 1, words: WITHOUT, ..PLAIN },
    Check { name: "backup", step: 2, words: WITHOUT, ..PLAIN },
    Check { name: "outside", step: 2, at: Some(("/settings#outside", Action::ManageSettings)), words: WITHOUT, ..PLAIN },
    Check { name: "disk", step: 2, words: BY_HAND, ..PLAIN },
    Check {
        name: "connected",
        step: 3,
        at: Some(("/settings/connections", Action::ManageConnections)),
        test: Some("connections"),
        ..PLAIN
    },
    Check { name: "first", step: 3, at: Some(("/settings#connect", Action::ReadOperations)), is_listed: true, ..PLAIN },
    Check {
        name: "crm",
        step: 3,
        at: Some(("/settings/connections/new/bitrix24", Action::ManageConnections)),
        test: Some("connections"),
        words: WITHOUT,
        is_listed: true,
    },
    Check { name: "reminders", step: 3, words: WITHOUT, is_listed: true, ..PLAIN },
    Check { name: "chain", step: 3, test: Some("chain"), ..PLAIN },
    Check { name: "counted", step: 4, at: Some(("/numbers", Action::ReadNumbers)), ..PLAIN },
    Check {
        name: "report",
        step: 4,
        at: Some(("/reports#routes", Action::ManageSettings)),
        test: Some("report"),
        is_listed: true,
        ..PLAIN
    },
    Check { name: "retention", step: 5, at: Some(("/settings/retention", Action::ManageSettings)), ..PLAIN },
    Check { name: "people", step: 5, at: Some(("/settings#people", Action::ManageMembers)), words: &["alone"], ..PLAIN },
    Check { name: "consent", step: 5, words: BY_HAND, ..PLAIN },
    Check { name: "officer", step: 5, words: BY_HAND, ..PLAIN },
    Check { name: "reviews", step: 6, at: Some(("/reviews", Action::ReadJournal)), ..PLAIN },
    Check { name: "alerts", step: 6, at: Some(("/reports#routes", Action::ManageSettings)), test: Some("report"), ..PLAIN },
];

/// How far something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Done,
    Open,
    Wrong,
}

/// How far, and why: a key of `start-says` with what stands in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Verdict {
    pub(super) state: State,
    pub(super) says: &'static str,
    pub(super) at_us: Option<i64>,
    pub(super) count: i64,
    pub(super) what: String,
}

fn verdict(state: State, says: &'static str) -> Verdict {
    Verdict { state, says, at_us: None, count: 0, what: String::new() }
}

fn done(says: &'static str) -> Verdict {
    verdict(State::Done, says)
}

fn open(says: &'static str) -> Verdict {
    verdict(State::Open, says)
}

impl Verdict {
    fn at(self, at_us: i64) -> Self {
        Self { at_us: Some(at_us), ..self }
    }

    fn count(self, count: usize) -> Self {
        Self { count: count as i64, ..self }
    }

    fn what(self, what: &str) -> Self {
        Self { what: what.to_owned(), ..self }
    }
}

/// How far each is, in the order of [`CHECKS`].
pub(super) fn judge(facts: &Facts, now_us: i64) -> Vec<Verdict> {
    CHECKS.iter().map(|check| judge_one(check, facts, now_us)).collect()
}

fn judge_one(check: &Check, facts: &Facts, now_us: i64) -> Verdict {
    let found = of_facts(check.name, facts, now_us);
    let said = facts.said.get(check.name).filter(|said| check.words.contains(&said.word.as_str()));
    match said {
        Some(said) if found.state != State::Done => {
            let says = match said.word.as_str() {
                "done" => "said-done",
                "alone" => "said-alone",
                _ => "said-not-needed",
            };
            done(says).at(said.at_us).what(&said.by)
        }
        _ => found,
    }
}

fn of_facts(name: &str, facts: &Facts, now_us: i64) -> Verdict {
    match name {
        "events" => events(facts),
        "backup" if facts.has_backup => done("backup-on"),
        "backup" => open("backup-off"),
        "outside" => outside(facts),
        "connected" => connected(facts),
        "first" if facts.last.is_some() && facts.replied_us.is_none() => open("first-no-answer"),
        "first" => facts.last.as_ref().map_or_else(|| open("first-none"), |(us, channel)| done("first-came").at(*us).what(channel)),
        "crm" => crm(facts),
        "reminders" => facts.seen[3].map_or_else(|| open("reminders-none"), |us| done("reminders-seen").at(us)),
        "chain" => chain(facts),
        "counted" if facts.uncounted > 0 => open("counted-waits").count(facts.uncounted as usize),
        "counted" if facts.counted > 0 => done("counted").count(facts.counted as usize),
        "counted" => open("counted-none"),
        "report" => sent(facts, Kind::Weekly),
        "alerts" => sent(facts, Kind::Alert),
        "retention" => {
            facts.retention.as_ref().map_or_else(|| open("retention-none"), |said| done("retention-set").at(said.at_us).what(&said.by))
        }
        "people" if facts.roles.len() > 1 => done("people-many").count(facts.roles.len()),
        "people" => open("people-one"),
        "reviews" => match facts.labelled_us {
            Some(us) if now_us - us < REVIEWED_DAYS * DAY_US => done("reviews-made").at(us),
            Some(us) => open("reviews-old").at(us),
            None => open("reviews-none"),
        },
        // What only people know.
        _ => open("unsaid"),
    }
}

fn events(facts: &Facts) -> Verdict {
    match facts.seen.iter().flatten().count() {
        0 => open("events-none"),
        all if all == CRITICAL.len() => done("events-all"),
        some => open("events-some").count(some),
    }
}

fn outside(facts: &Facts) -> Verdict {
    let witnesses = facts.witnesses.as_ref();
    if let Some(us) = witnesses.and_then(|known| known.agreed_us) {
        return done("outside-witness").at(us);
    }
    let sent = facts.copies.iter().filter(|copy| copy.problem.is_none()).filter_map(|copy| copy.sent_us).max();
    let problem = facts.copies.iter().find_map(|copy| copy.problem.as_deref());
    let problem = problem.or_else(|| witnesses.and_then(|known| known.all.iter().find_map(|witness| witness.problem.as_deref())));
    match (sent, problem) {
        (Some(us), _) => done("outside-copy").at(us),
        (None, Some(problem)) => verdict(State::Wrong, "outside-wrong").what(problem),
        (None, None) if witnesses.is_some_and(|known| !known.all.is_empty()) => open("outside-waits"),
        (None, None) => open("outside-none"),
    }
}

fn connected(facts: &Facts) -> Verdict {
    let known = &facts.connections;
    if known.is_empty() {
        return facts.last.as_ref().map_or_else(|| open("connected-none"), |(us, _)| done("connected-key").at(*us));
    }
    let Some(Test { found: Tried { connections }, at_us }) = &facts.tried else { return open("connected-untested").count(known.len()) };
    let of = |id| connections.iter().find(|(tried, _)| *tried == id).map(|(_, findings)| findings);
    let wrong = known.iter().filter(|one| of(one.id).is_some_and(|findings| !is_well(findings))).count();
    let untested = known.iter().filter(|one| of(one.id).is_none()).count();
    match (wrong, untested) {
        (0, 0) => done("connected-well").at(*at_us).count(known.len()),
        (0, untested) => open("connected-untested").count(untested),
        (wrong, _) => verdict(State::Wrong, "connected-wrong").at(*at_us).count(wrong),
    }
}

/// The portal let us in and said what we may do there.
fn crm(facts: &Facts) -> Verdict {
    let portals: Vec<_> = facts.connections.iter().filter(|known| known.kind == ConnectionKind::Bitrix24).collect();
    if portals.is_empty() {
        return open("crm-none");
    }
    let tried = facts.tried.as_ref().map(|test| (&test.found.connections, test.at_us));
    let Some((connections, at_us)) = tried else { return open("crm-untested") };
    let findings: Vec<_> = portals.iter().filter_map(|portal| connections.iter().find(|(id, _)| *id == portal.id)).collect();
    let may = |step: TrialStep| findings.iter().any(|(_, all)| all.iter().any(|one| one.step == step && one.verdict == Tone::Well));
    match () {
        () if findings.is_empty() => open("crm-untested"),
        () if findings.iter().any(|(_, all)| !is_well(all)) => verdict(State::Wrong, "crm-wrong").at(at_us),
        () if may(TrialStep::Access) && may(TrialStep::Rights) => done("crm-well").at(at_us),
        () => open("crm-unsure").at(at_us),
    }
}

fn chain(facts: &Facts) -> Verdict {
    match &facts.chained {
        None => open("chain-none"),
        Some(test) if test.found.is_whole() => done("chain-well").at(test.at_us),
        Some(test) => verdict(State::Wrong, "chain-wrong").at(test.at_us),
    }
}

/// A route is set, and something arrived by it.
fn sent(facts: &Facts, kind: Kind) -> Verdict {
    let arrived: Vec<_> = facts.routes_of(kind).map(|route| facts.arrived(route)).collect();
    let newest = arrived.iter().flatten().filter_map(|came| came.as_ref().ok()).max();
    let problem = arrived.iter().flatten().find_map(|came| came.as_ref().err());
    match (newest, problem) {
        (Some(us), _) => done("route-came").at(*us),
        (None, Some(problem)) => verdict(State::Wrong, "route-wrong").what(problem),
        (None, None) if arrived.is_empty() => open("route-none"),
        (None, None) => open("route-untried"),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::facts::Said;
    use super::*;

    const NOW: i64 = 1_741_777_500_000_000;

    fn of(name: &str, facts: &Facts) -> Verdict {
        let place = CHECKS.iter().position(|check| check.name == name).unwrap();
        judge(facts, NOW).remove(place)
    }

    fn said(word: &str) -> Said {
        Said { word: word.into(), by: "owner".into(), at_us: 5 }
    }

    #[test]
    fn an_empty_journal_has_nothing_done() {
        let all = judge(&Facts::default(), NOW);
        assert_eq!(all.iter().filter(|one| one.state != State::Open).count(), 0, "{all:?}");
        assert_eq!(CHECKS.iter().filter(|check| check.is_listed).count(), 4, "the customer's check-list");
        assert!(CHECKS.is_sorted_by_key(|check| check.step) && CHECKS.last().unwrap().step == STEPS);
    }

    #[test]
    fn a_fact_beats_a_word_and_a_word_that_nobody_offers_means_nothing() {
        let mut facts = Facts::default();
        facts.said.insert("reminders".into(), said("not_needed"));
        facts.said.insert("consent".into(), said("done"));
        facts.said.insert("first".into(), said("done"));
        let verdict = of("reminders", &facts);
        assert_eq!((verdict.state, verdict.says, verdict.what.as_str()), (State::Done, "said-not-needed", "owner"));
        assert_eq!(of("consent", &facts).says, "said-done");
        assert_eq!(of("first", &facts).state, State::Open, "no word makes an event come");
        facts.seen[3] = Some(7);
        assert_eq!((of("reminders", &facts).says, of("reminders", &facts).at_us), ("reminders-seen", Some(7)));
    }

    #[test]
    fn reviews_grow_old_and_some_events_are_not_all() {
        let facts = Facts { labelled_us: Some(NOW - 36 * DAY_US), seen: [Some(1), None, Some(2), None, None], ..Facts::default() };
        assert_eq!((of("reviews", &facts).says, of("events", &facts).says, of("events", &facts).count), ("reviews-old", "events-some", 2));
        let facts = Facts { labelled_us: Some(NOW - DAY_US), seen: [Some(1); 5], ..Facts::default() };
        assert_eq!((of("reviews", &facts).state, of("events", &facts).state), (State::Done, State::Done));
    }
}
