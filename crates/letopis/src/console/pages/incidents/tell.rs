//! An incident in words. What a rule found are names and numbers; the sentence is one message a rule, and what is unknown of a later version is
//! shown as it came.

use fluent_bundle::FluentValue;
use rusqlite::Connection;

use super::super::journal::line;
use super::super::labels::{self, Chip};
use super::super::language::Texts;
use super::super::moments::Clock;
use super::urgency;
use crate::event::RecordNo;
use crate::journal::incidents::{self, Incident};
use crate::journal::reading;
use crate::metrics::rate::FEW;

/// What rules call what they find.
const FACTS: [&str; 33] = [
    "unanswered",
    "asked",
    "p95_s",
    "channel",
    "state",
    "lag_min",
    "waiting",
    "buried",
    "connection",
    "differences",
    "expected",
    "silent_min",
    "failed",
    "messages",
    "percent",
    "provider",
    "booked",
    "conversations",
    "before_percent",
    "before_n",
    "unsure",
    "promises",
    "claimed",
    "what",
    "from",
    "to",
    "findings",
    "hours",
    "free_mib",
    "spent",
    "budget",
    "experiment",
    "counts",
];

/// What rules of duties call what they find.
const DUTY_FACTS: [&str; 6] = ["calls", "receiver", "country", "sorts", "request", "due"];
/// Rules of what the law asks for: their messages stand apart.
const DUTIES: [&str; 3] = ["A13", "A14", "A15"];

/// Rules that have messages of their own.
const RULES: [&str; 16] = ["A1", "A2", "A3", "A4", "A5", "A6", "A7", "A8", "A9", "A10", "A11", "A12", "A16", "A17", "A18", "hand"];

/// Who tells.
pub(super) struct Teller {
    pub(super) t: Texts,
    pub(super) clock: Clock,
    /// Whether conversations may be shown.
    pub(super) links: bool,
}

/// An incident as the page shows it.
pub(super) struct Shown {
    pub(super) number: u64,
    pub(super) urgency: Chip,
    pub(super) title: String,
    pub(super) says: String,
    /// What to do, and where.
    pub(super) help: String,
    pub(super) place: Option<(&'static str, String)>,
    pub(super) how: String,
    /// Name and value.
    pub(super) facts: Vec<(String, String)>,
    /// Where the first bad event is shown.
    pub(super) first: Option<String>,
    /// When it began, for the form.
    pub(super) began: String,
    pub(super) is_seen: bool,
    /// How it ended.
    pub(super) ending: Option<Chip>,
    pub(super) took: Option<String>,
    /// Personal data may have come to others: a person says so.
    pub(super) may_be_breach: bool,
}

impl Teller {
    /// One line and one sentence: for a message that leaves this machine.
    pub(super) fn brief(&self, incident: &Incident) -> (String, String) {
        let rule = named(incident);
        (self.said("incident-title", rule, incident), self.said("incident-says", rule, incident))
    }

    pub(super) fn show(&self, conn: &Connection, incident: &Incident) -> rusqlite::Result<Shown> {
        let (t, clock) = (&self.t, &self.clock);
        let rule = named(incident);
        let is_open = incident.is_open();
        Ok(Shown {
            number: incident.number,
            urgency: urgency(t, incident.severity),
            title: self.said("incident-title", rule, incident),
            says: self.said("incident-says", rule, incident),
            help: t.of(key("incident-help", rule), rule),
            place: place(rule, incident).map(|url| (url, t.say("incident-go"))),
            how: t.of(key("incident-how", rule), rule),
            facts: self.facts(conn, incident)?,
            first: if self.links { first(conn, incident)? } else { None },
            began: clock.field(incident.began_us),
            is_seen: incident.acknowledged.is_some() || !is_open,
            ending: incident.resolved.as_ref().map(|(_, _, how)| Chip::new("ok", t.of("incident-ended", how.as_str()))),
            may_be_breach: matches!(incident.rule.as_str(), "A11" | "A13" | "hand"),
            took: incident.recovered_us.map(|us| clock.took(us - incident.began_us)),
        })
    }

    fn said(&self, message: &'static str, rule: &str, incident: &Incident) -> String {
        let mut values: Vec<(&'static str, FluentValue<'_>)> = vec![("rule", rule.into()), ("count", (incident.count as i64).into())];
        let all = || FACTS.into_iter().chain(DUTY_FACTS).chain(["left"]);
        for name in all() {
            let Some(value) = incident.facts.get(name) else { continue };
            let told = match name {
                "channel" | "provider" => labels::channel(&self.t, value).name.into(),
                _ => value.parse::<i64>().map_or_else(|_| value.clone().into(), Into::into),
            };
            values.push((name, told));
        }
        // A share of fewer than thirty is no share: then the counts stand alone.
        let weight = |names: &[&str]| {
            let n = names.iter().find_map(|name| incident.facts.get(*name)?.parse::<u64>().ok());
            if n.is_some_and(|n| n < FEW) { "few" } else { "enough" }
        };
        values.push(("now_of", weight(&["messages", "conversations"]).into()));
        values.push(("before_of", weight(&["before_n"]).into()));
        let missing = all().filter(|name| !incident.facts.contains_key(*name));
        values.extend(missing.map(|name| (name, FluentValue::from("none"))));
        self.t.with(key(message, rule), &values)
    }

    fn facts(&self, conn: &Connection, incident: &Incident) -> rusqlite::Result<Vec<(String, String)>> {
        let (t, clock) = (&self.t, &self.clock);
        let age = t.with(
            "incident-since",
            &[("when", clock.when(incident.began_us).into()), ("age", clock.took(clock.now_us() - incident.began_us).into())],
        );
        let began = if incident.is_open() { age } else { clock.when(incident.began_us) };
        let by = |by: &str| if by == crate::event::incident::RULES { t.say("incident-by-rule") } else { by.to_owned() };
        let moment = |us: i64, who: &str| format!("{} · {}", clock.when(us), by(who));
        let mut facts =
            vec![(t.say("incident-began"), began), (t.say("incident-detected"), moment(incident.opened_us, &incident.opened_by))];
        facts.extend(incident.acknowledged.as_ref().map(|(us, who)| (t.say("incident-seen-by"), moment(*us, who))));
        facts.extend(incident.resolved.as_ref().map(|(us, who, _)| (t.say("incident-resolved-by"), moment(*us, who))));
        facts.extend(incident.recovered_us.map(|us| (t.say("incident-recovered"), clock.when(us))));
        let affected = incidents::affected(conn, incident)?;
        if affected > 0 {
            facts.push((t.say("incident-affected"), affected.to_string()));
        }
        Ok(facts)
    }
}

/// The rule as messages know it.
fn named(incident: &Incident) -> &'static str {
    RULES.iter().chain(&DUTIES).find(|known| **known == incident.rule).map_or("other", |known| *known)
}

/// The message of a rule.
fn key(message: &'static str, rule: &str) -> &'static str {
    match message {
        "incident-title" if DUTIES.contains(&rule) => "duty-title",
        "incident-says" if DUTIES.contains(&rule) => "duty-says",
        "incident-help" if DUTIES.contains(&rule) => "duty-help",
        "incident-how" if DUTIES.contains(&rule) => "duty-how",
        plain => plain,
    }
}

/// The room in which it is put right.
fn place(rule: &str, incident: &Incident) -> Option<&'static str> {
    Some(match rule {
        "A2" | "A18" => "/cards",
        "A7" | "A8" => "/lost",
        "A6" => "/promises",
        "A3" => "/settings/connections",
        "A16" => "/experiments",
        "A10" => "/scenarios",
        "A17" => "/settings/models",
        "A11" => "/settings#outside",
        "A13" => "/settings/connections",
        "A14" | "A15" => "/requests",
        "A12" if incident.key == "A12:retention" => "/settings/retention",
        _ => return None,
    })
}

/// Where the first living record of its evidence is shown.
fn first(conn: &Connection, incident: &Incident) -> rusqlite::Result<Option<String>> {
    for index in incident.records.iter().take_while(|index| *index < 1 << 40) {
        let Some(event) = reading::event(conn, incident.business, RecordNo::new(incident.business, index))? else { continue };
        if let Some(pid) = event.session {
            return Ok(Some(format!("{}#e{index}", line::url(&pid))));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::collections::BTreeMap;

    use super::super::super::language::{Language, Library};
    use super::*;
    use crate::event::BusinessId;
    use crate::event::incident::Severity;

    fn said(language: Language, rule: &str, facts: &[(&str, &str)]) -> String {
        let t = Library::default().texts(language);
        let incident = Incident {
            business: BusinessId(1),
            number: 1,
            rule: rule.into(),
            key: rule.into(),
            severity: Severity::Critical,
            began_us: 0,
            opened_us: 0,
            opened_by: "rules".into(),
            grew_us: 0,
            acknowledged: None,
            resolved: None,
            recovered_us: None,
            records: ledger::RecordList::default(),
            count: 1,
            facts: facts.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect::<BTreeMap<_, _>>(),
        };
        Teller { clock: Clock::new(t.clone(), "Europe/Moscow", 0), t, links: false }.brief(&incident).1
    }

    #[test]
    fn a_share_of_fewer_than_thirty_is_told_as_counts() {
        let drop = |n: &str, before: &str| {
            let facts = [("booked", "2"), ("conversations", n), ("percent", "8.0"), ("before_percent", "25"), ("before_n", before)];
            said(Language::Ru, "A4", &facts)
        };
        let (few, enough) = (drop("25", "29"), drop("40", "160"));
        assert!(few.contains("2 из 25") && few.contains("мало данных") && few.contains("29") && !few.contains('%'), "{few}");
        assert!(enough.contains("2 из 40") && enough.contains("25 % из 160") && !enough.contains("мало данных"), "{enough}");
        for (rule, name, of) in [("A3", "failed", "messages"), ("A9", "failed", "messages"), ("A5", "unsure", "conversations")] {
            for language in [Language::Ru, Language::En] {
                let told = |n| said(language, rule, &[(name, "4"), (of, n), ("percent", "20"), ("before_percent", "3.0"), ("before_n", n)]);
                assert!(told("29").contains("29") && !told("29").contains('%'), "{}", told("29"));
                assert!(told("30").contains("20 %"), "{}", told("30"));
            }
        }
    }
}
