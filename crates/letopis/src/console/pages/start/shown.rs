//! The checks as lines of the page.

use super::super::connections::trial;
use super::super::visitor::Visitor;
use super::chain;
use super::checks::{CHECKS, Check, STEPS, State, Verdict};
use super::facts::{CRITICAL, Facts};
use crate::access::{Action, ConnectionKind};

/// One step of the plan.
pub(super) struct Step {
    pub(super) number: usize,
    pub(super) title: String,
    pub(super) lead: String,
    pub(super) lines: Vec<Line>,
    pub(super) is_done: bool,
}

/// One check.
pub(super) struct Line {
    pub(super) name: &'static str,
    pub(super) title: String,
    pub(super) why: String,
    /// `ok`, `bad` or none.
    pub(super) tone: &'static str,
    pub(super) sign: &'static str,
    pub(super) word: String,
    pub(super) says: String,
    pub(super) is_listed: bool,
    /// Parts of it, with or without a tick.
    pub(super) parts: Vec<(bool, String)>,
    /// Connections and what their test found.
    pub(super) tried: Vec<(String, String, Vec<trial::Row>)>,
    pub(super) link: Option<(&'static str, String)>,
    pub(super) test: Option<(&'static str, String)>,
    pub(super) words: Vec<(&'static str, String)>,
    /// Somebody said it, and may take it back.
    pub(super) is_said: bool,
    /// The test dialogue, for whoever may read it.
    pub(super) dialogue: Option<String>,
}

/// All steps.
pub(super) fn steps(visitor: &Visitor, facts: &Facts, verdicts: &[Verdict]) -> Vec<Step> {
    let each = || CHECKS.iter().zip(verdicts);
    (1..=STEPS)
        .map(|number| {
            let key = format!("step-{number}");
            let lines: Vec<Line> =
                each().filter(|(check, _)| check.step == number).map(|(check, verdict)| line(visitor, facts, check, verdict)).collect();
            Step {
                number,
                title: visitor.t.of("start-step", &key),
                lead: visitor.t.of("start-step-lead", &key),
                is_done: lines.iter().all(|line| line.tone == "ok"),
                lines,
            }
        })
        .collect()
}

fn line(visitor: &Visitor, facts: &Facts, check: &Check, verdict: &Verdict) -> Line {
    let t = &visitor.t;
    let (tone, sign, word) = match verdict.state {
        State::Done => ("ok", "✓", "done"),
        State::Open => ("", "○", "open"),
        State::Wrong => ("bad", "!", "wrong"),
    };
    let sets = visitor.scope.can(Action::ManageSettings);
    let is_said = facts.said.contains_key(check.name) && verdict.says.starts_with("said-");
    let may_test = |what: &str| match what {
        "connections" => visitor.scope.can(Action::ManageConnections) && !facts.connections.is_empty(),
        "report" => sets && !facts.routes.is_empty(),
        _ => true,
    };
    let is_done = verdict.state == State::Done;
    Line {
        name: check.name,
        title: t.of("start-check", check.name),
        why: t.of("start-why", check.name),
        tone,
        sign,
        word: t.of("start-state", word),
        says: says(visitor, verdict),
        is_listed: check.is_listed,
        parts: parts(visitor, facts, check.name),
        tried: tried(visitor, facts, check.name),
        link: link(visitor, facts, check).map(|url| (url, t.of("start-link", check.name))),
        test: check.test.filter(|what| may_test(what)).map(|what| (what, t.of("start-test", what))),
        words: check
            .words
            .iter()
            .filter(|_| sets && !is_done)
            .map(|word| (*word, t.of("start-say", &format!("{}-{word}", check.name))))
            .collect(),
        is_said: sets && is_said,
        dialogue: dialogue(visitor, facts).filter(|_| check.name == "chain"),
    }
}

/// Where it is done, if this person may do it there.
fn link(visitor: &Visitor, facts: &Facts, check: &Check) -> Option<&'static str> {
    let (url, _) = check.at.filter(|(_, action)| visitor.scope.can(*action))?;
    let has_portal = facts.connections.iter().any(|known| known.kind == ConnectionKind::Bitrix24);
    Some(if check.name == "crm" && has_portal { "/settings/connections" } else { url })
}

fn dialogue(visitor: &Visitor, facts: &Facts) -> Option<String> {
    let test = facts.chained.as_ref().filter(|_| facts.chained_is_there && visitor.scope.can(Action::ReadJournal))?;
    test.found.session.as_deref().map(super::super::journal::line::url)
}

fn says(visitor: &Visitor, verdict: &Verdict) -> String {
    let when = verdict.at_us.map(|us| visitor.clock().when(us)).unwrap_or_default();
    let what =
        if verdict.says == "first-came" { super::super::labels::channel(&visitor.t, &verdict.what).name } else { verdict.what.clone() };
    let values = [("what", verdict.says.into()), ("when", when.into()), ("count", verdict.count.into()), ("who", what.into())];
    visitor.t.with("start-says", &values)
}

fn parts(visitor: &Visitor, facts: &Facts, name: &str) -> Vec<(bool, String)> {
    let (t, clock) = (&visitor.t, visitor.clock());
    match name {
        "events" => {
            let part = |(kind, seen): (&&str, &Option<i64>)| {
                let label = t.of("start-event", kind);
                (seen.is_some(), seen.map_or_else(|| label.clone(), |us| format!("{label}: {}", clock.when(us))))
            };
            CRITICAL.iter().zip(&facts.seen).map(part).collect()
        }
        "chain" => {
            let Some(test) = &facts.chained else { return Vec::new() };
            let part = |(place, step): (usize, &&str)| {
                let took = test.found.took_ms.get(place);
                let label = t.of("start-chain-step", step);
                (took.is_some(), took.map_or_else(|| label.clone(), |ms| format!("{label}: {}", t.count("milliseconds", *ms))))
            };
            chain::STEPS.iter().enumerate().map(part).collect()
        }
        _ => Vec::new(),
    }
}

/// What the last test found, of every connection or of CRMs alone.
fn tried(visitor: &Visitor, facts: &Facts, name: &str) -> Vec<(String, String, Vec<trial::Row>)> {
    let Some(test) = facts.tried.as_ref().filter(|_| ["connected", "crm"].contains(&name)) else { return Vec::new() };
    let of_crm = |kind: ConnectionKind| kind == ConnectionKind::Bitrix24;
    let known = facts.connections.iter().filter(|known| of_crm(known.kind) == (name == "crm"));
    known
        .filter_map(|known| {
            let (_, findings) = test.found.connections.iter().find(|(id, _)| *id == known.id)?;
            let rows = trial::tried(&visitor.t, known.kind, findings).rows;
            Some((format!("/settings/connections/{}", known.id), known.name.to_string(), rows))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::super::language::{Language, Library};
    use super::*;

    /// Every key that a verdict can have, as it stands in the code.
    fn verdicts() -> BTreeSet<String> {
        let source = include_str!("checks.rs");
        let source = source.split("#[cfg(test)]").next().unwrap_or_default();
        let pieces = source.split('"').skip(1).step_by(2);
        let is_key = |piece: &&str| piece.contains('-') && piece.chars().all(|c| c.is_ascii_lowercase() || c == '-');
        pieces.filter(is_key).map(str::to_owned).chain(["counted".to_owned(), "unsaid".to_owned()]).collect()
    }

    #[test]
    fn everything_that_can_be_shown_has_words_of_its_own_in_both_languages() {
        for language in [Language::Ru, Language::En] {
            let t = Library::default().texts(language);
            let all = verdicts();
            let say =
                |key: &str| t.with("start-says", &[("what", key.into()), ("when", "W".into()), ("count", 3.into()), ("who", "X".into())]);
            let said: BTreeSet<String> = all.iter().map(|key| say(key)).collect();
            assert!(all.len() > 35 && said.len() == all.len(), "{} {}", all.len(), said.len());
            let told = |key: &str, names: Vec<String>| {
                let told: BTreeSet<String> = names.iter().map(|name| t.of(key, name)).collect();
                assert_eq!(told.len(), names.len(), "{key}: {told:?}");
            };
            let names = || CHECKS.iter().map(|check| check.name.to_owned()).collect::<Vec<_>>();
            told("start-check", names());
            told("start-why", names());
            told("start-step", (1..=STEPS).map(|number| format!("step-{number}")).collect());
            told("start-step-lead", (1..=STEPS).map(|number| format!("step-{number}")).collect());
            told("start-event", CRITICAL.map(str::to_owned).into());
            told("start-chain-step", chain::STEPS.map(str::to_owned).into());
        }
    }
}
