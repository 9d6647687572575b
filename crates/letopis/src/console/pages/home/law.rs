//! For whoever answers for personal data, and, without the trail of who looked at whom, for an inspector: whether the journal verifies, what was
//! destroyed and on which ground, what the law sets a time for, what must not go, who looked at clients.

use std::collections::BTreeMap;

use super::super::Desk;
use super::super::error::PageError;
use super::super::labels::Chip;
use super::super::visitor::Visitor;
use super::super::{acts as acts_page, numbers, requests};
use super::{Card, Figure, Home, Line};
use crate::access::trail::{self, What};
use crate::access::{Action, member};
use crate::event::when::DAY_US;
use crate::journal::acts::{self, Act};
use crate::journal::audits::{self, Run};
use crate::journal::duties::{self, Breach, Request};
use crate::journal::retention::{self, Ran, open_holds};
use crate::journal::witnesses::{self, Witnesses};
use crate::journal::{incidents, quarantine};

/// Acts and people that are named.
const SHOWN: usize = 5;
/// Acts that are counted: of thirty days there are hardly more.
const COUNTED: u32 = 500;

struct Read {
    audit: Option<Run>,
    witnesses: Witnesses,
    acts: Vec<Act>,
    policy: crate::event::Policy,
    ran: Option<Ran>,
    holds: usize,
    requests: Vec<Request>,
    breaches: Vec<Breach>,
    incidents: u64,
    quarantined: i64,
    seen: Vec<(String, What, u64)>,
    people: BTreeMap<String, String>,
}

pub(super) async fn home(desk: &Desk, visitor: &Visitor) -> Result<Home, PageError> {
    let (business, now_us, sees_trail) = (visitor.business.id, visitor.now_us, visitor.scope.can(Action::ReadTrail));
    let read = desk.console.store.read(move |conn| {
        let people = member::all(conn, business)?.into_iter().map(|known| (known.user.id.to_string(), known.user.name.to_string()));
        Ok::<_, PageError>(Read {
            audit: audits::latest(conn, business)?,
            witnesses: witnesses::of(conn, business)?,
            acts: acts::newest(conn, business, None, COUNTED)?,
            policy: retention::policy(conn, business)?,
            ran: retention::newest(conn, business, 1)?.into_iter().next(),
            holds: open_holds(conn, business, now_us)?.len(),
            requests: duties::requests(conn, business, 0)?,
            breaches: duties::breaches(conn, business, now_us)?,
            incidents: incidents::count_open(conn, business)?.urgent as u64,
            quarantined: quarantine::count_open(conn, business)?,
            seen: if sees_trail { trail::tally(conn, business, now_us - 7 * DAY_US, now_us)? } else { Vec::new() },
            people: people.collect(),
        })
    });
    Ok(draw(visitor, &read.await?))
}

fn draw(visitor: &Visitor, read: &Read) -> Home {
    let (t, scope) = (&visitor.t, &visitor.scope);
    let month_us = visitor.now_us - 30 * DAY_US;
    let erased = read.acts.iter().filter(|act| act.kind == ledger::ActKind::Erase && act.made_us >= month_us).count();
    let wrong = read.audit.as_ref().map_or(0, |run| run.wrong);
    let count = |count: u64| numbers::drawing::decimal(t, count as f64, 0);
    let mut figures = vec![
        Figure {
            figure: read.audit.as_ref().map_or_else(|| "—".to_owned(), |run| count(run.wrong)),
            label: t.say("home-wrong"),
            more: read.audit.as_ref().map(|run| visitor.clock().when(run.ended_us)),
            tone: match read.audit {
                Some(_) if wrong == 0 => "ok",
                Some(_) => "bad",
                None => "",
            },
            url: "/verify",
        },
        Figure { figure: count(erased as u64), label: t.say("home-erased"), more: None, tone: "", url: "/acts" },
    ];
    if scope.can(Action::ReadOperations) {
        let tone = if read.incidents > 0 { "bad" } else { "" };
        figures.push(Figure { figure: count(read.incidents), label: t.say("home-incidents"), more: None, tone, url: "/incidents" });
    }
    let mut cards = vec![verified(visitor, read)];
    if scope.can(Action::ReadJournal) {
        cards.push(due(visitor, read));
    }
    cards.extend([destroyed(visitor, read), kept(visitor, read)]);
    if scope.can(Action::ReadTrail) {
        cards.push(looked(visitor, read));
    }
    Home { figures, cards, ..Home::default() }
}

fn verified(visitor: &Visitor, read: &Read) -> Card {
    let (t, clock) = (&visitor.t, visitor.clock());
    let audit = match &read.audit {
        None => t.say("audit-none"),
        Some(run) if run.wrong == 0 => t.with("audit-about", &[("when", clock.when(run.ended_us).into()), ("entries", run.entries.into())]),
        Some(run) => t.count("audit-wrong", run.wrong),
    };
    let seen = match read.witnesses.agreed_us {
        _ if read.witnesses.all.is_empty() => t.say("witness-none"),
        None => t.say("witness-not-yet"),
        Some(us) => t.with("witness-agreed", &[("when", clock.when(us).into()), ("size", read.witnesses.agreed_size.into())]),
    };
    Card {
        title: t.say("home-verified"),
        facts: vec![(t.say("audit-nightly"), audit), (t.say("home-witnesses"), seen)],
        more: Some(("/verify".to_owned(), t.say("home-verify"))),
        ..Card::default()
    }
}

/// Requests of persons that wait for an answer, and what the regulator has not been told yet.
fn due(visitor: &Visitor, read: &Read) -> Card {
    let t = &visitor.t;
    let line = |title: String, about: String, url: String, chip: Option<Chip>| {
        let (tone, word) = chip.map_or(("", String::new()), |chip| (chip.tone, chip.label));
        Line { title, about, url: Some(url), tone, word }
    };
    let asked = read.requests.iter().map(|request| requests::shown(visitor, request));
    let asked = asked.map(|shown| line(shown.number, format!("{} · {}", shown.kind, shown.about), "/requests".to_owned(), shown.left));
    let leaked = read.breaches.iter().map(|breach| requests::leaked(visitor, breach));
    let untold = leaked.flat_map(|leaked| {
        let about = t.of("home-breach-of", &leaked.incident.to_string());
        let open = leaked.steps.into_iter().filter(|step| step.is_open);
        open.map(move |step| line(step.label, about.clone(), "/requests".to_owned(), Some(step.state)))
    });
    let lines: Vec<Line> = untold.chain(asked).collect();
    Card {
        title: t.say("home-due"),
        empty: lines.is_empty().then(|| t.say("home-nothing-due")),
        lines,
        more: Some(("/requests".to_owned(), t.say("home-all"))),
        ..Card::default()
    }
}

fn destroyed(visitor: &Visitor, read: &Read) -> Card {
    let t = &visitor.t;
    let lines = read.acts.iter().take(SHOWN).map(|act| acts_page::line(visitor, act));
    Card {
        title: t.say("acts-title"),
        empty: read.acts.is_empty().then(|| t.say("home-no-acts")),
        lines: lines
            .map(|line| Line {
                title: line.title,
                about: format!("{} · {} · {}", line.when, line.ground, line.records),
                url: Some(line.url),
                ..Line::default()
            })
            .collect(),
        more: Some(("/acts".to_owned(), t.say("home-all"))),
        ..Card::default()
    }
}

fn kept(visitor: &Visitor, read: &Read) -> Card {
    let (t, clock) = (&visitor.t, visitor.clock());
    let ran = read.ran.as_ref().map_or_else(|| t.say("home-never-ran"), |ran| clock.when(ran.ended_us));
    Card {
        title: t.say("retention-title"),
        facts: vec![
            (t.say("home-detail"), t.count("count-days", i64::from(read.policy.detail_days))),
            (t.say("home-sums"), t.count("count-days", i64::from(read.policy.aggregates_days))),
            (t.say("home-ran"), ran),
            (t.say("home-holds"), read.holds.to_string()),
            (t.say("home-refused"), read.quarantined.to_string()),
        ],
        more: visitor.scope.can(Action::Erase).then(|| ("/settings/retention".to_owned(), t.say("home-all"))),
        ..Card::default()
    }
}

/// Who of the staff looked at clients in a week, who looked most first.
fn looked(visitor: &Visitor, read: &Read) -> Card {
    let t = &visitor.t;
    let mut people: BTreeMap<String, [u64; 3]> = BTreeMap::new();
    for (who, what, count) in &read.seen {
        let column = match what {
            What::Viewed => 0,
            What::Exported => 1,
            What::SignInRefused => 2,
            _ => continue,
        };
        let name = read
            .people
            .get(who)
            .cloned()
            .unwrap_or_else(|| t.of("audit-who", if who == "local" || who == "stranger" { who } else { "other" }));
        people.entry(name).or_default()[column] += count;
    }
    let mut people: Vec<_> = people.into_iter().collect();
    people.sort_by_key(|(_, counts)| std::cmp::Reverse(counts.iter().sum::<u64>()));
    let line = |(name, [viewed, exported, refused]): (String, [u64; 3])| Line {
        title: name,
        about: t.with("home-looked-about", &[("viewed", viewed.into()), ("exported", exported.into()), ("refused", refused.into())]),
        ..Line::default()
    };
    Card {
        title: t.say("home-looked"),
        empty: people.is_empty().then(|| t.say("home-nobody-looked")),
        lines: people.into_iter().take(SHOWN).map(line).collect(),
        more: Some(("/settings/trail".to_owned(), t.say("home-all"))),
        ..Card::default()
    }
}
