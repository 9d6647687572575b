//! How a connection fares, for its owner: what came, what went wrong, how fast, what waits, what it cost; and how each number is counted.

use super::super::Desk;
use super::super::error::PageError;
use super::super::language::Texts;
use super::super::moments::Clock;
use super::super::money;
use super::super::visitor::Visitor;
use crate::access::Mode;
use crate::access::connection::Connection;
use crate::access::connection_health::{self, Health};
use crate::event::when::DAY_US;
use crate::journal::model_calls::{self, Spent};
use crate::metrics::rate::{Interval, Rate};

/// Shares above this colour a number: one call of twenty.
const MANY: f64 = 0.05;

/// One number.
pub(super) struct Fact {
    pub(super) label: String,
    pub(super) value: String,
    /// `bad`, `warn` or none.
    pub(super) tone: &'static str,
    /// How it is counted.
    pub(super) how: String,
}

/// What the page shows.
pub(super) struct Faring {
    pub(super) facts: Vec<Fact>,
    /// The last failure, and when.
    pub(super) problem: Option<(String, Problem)>,
}

/// What went wrong, for its owner, and in our own words for whoever is asked about it.
pub(in crate::console::pages) struct Problem {
    pub(in crate::console::pages) says: String,
    pub(in crate::console::pages) words: String,
}

impl Problem {
    pub(in crate::console::pages) fn of(t: &Texts, words: &str) -> Self {
        let status = words
            .rsplit_once("status ")
            .map(|(_, status)| status.split(|letter: char| !letter.is_ascii_digit()).next().unwrap_or_default());
        let says = match status {
            Some(status) => t.of("problem-status", status),
            None => {
                let known = [
                    ("the caller", "problem-caller"),
                    ("cannot be reached", "problem-unreachable"),
                    ("has no address", "problem-unreachable"),
                    ("no answer", "problem-slow"),
                    ("within", "problem-slow"),
                    ("too slow", "problem-slow"),
                    ("broke off", "problem-broke"),
                    ("broken off", "problem-broke"),
                    ("earlier deliveries", "problem-behind"),
                    ("may not ask", "problem-forbidden"),
                    ("cannot be trusted", "problem-untrusted"),
                    ("forward URL", "problem-nowhere"),
                    ("could not be stored", "problem-not-recorded"),
                    ("enough requests", "problem-limit"),
                    ("used up its time", "problem-method"),
                    ("no card is known", "problem-cardless"),
                    ("looked up", "problem-looked-up"),
                    ("program ended", "problem-ended"),
                    ("given up by a person", "problem-given-up"),
                    ("insufficient_scope", "problem-scope"),
                    ("OWNER_NOT_FOUND", "problem-no-card"),
                    ("Not found", "problem-no-card"),
                    ("ACCESS_DENIED", "problem-denied"),
                ];
                let found = known.iter().find(|(part, _)| words.contains(part));
                found.map_or_else(|| words.to_owned(), |(_, key)| t.say(key))
            }
        };
        Self { says, words: words.to_owned() }
    }
}

/// What waits for the bot: how many, and since when.
pub(super) type Behind = (i64, Option<i64>);

/// Reads and tells.
pub(super) async fn of(desk: &Desk, visitor: &Visitor, known: &Connection, behind: Behind) -> Result<Faring, PageError> {
    let (business, id, now_us) = (visitor.business.id, known.id, visitor.now_us);
    let read = desk.console.store.read(move |conn| {
        let health = connection_health::since(conn, business, now_us - DAY_US)?.remove(&id);
        let spent = |days: i64| model_calls::of_connection(conn, business, &id.to_string(), now_us - days * DAY_US, i64::MAX);
        Ok::<_, PageError>((health, [spent(1)?, spent(30)?]))
    });
    let (health, spent) = read.await?;
    Ok(told(&visitor.t, &visitor.clock(), known, health.as_ref(), behind, &spent))
}

fn told(t: &Texts, clock: &Clock, known: &Connection, health: Option<&Health>, behind: Behind, spent: &[Spent; 2]) -> Faring {
    let mut facts = Vec::with_capacity(7);
    let mut add = |name: &str, tone: &'static str, value: String| {
        facts.push(Fact { label: t.of("faring-name", name), value, tone, how: t.of("faring-how", name) });
    };
    add("last", "", known.last_event_us.map_or_else(|| t.say("faring-never"), |us| clock.when(us)));
    add("events", "", t.count("count-events", health.map_or(0, |health| health.events)));
    let calls = health.map_or(0, |health| health.calls);
    if known.kind.is_proxied() || calls > 0 {
        let (tone, value) = errors(t, health);
        add("errors", tone, value);
        let latency = health.and_then(|health| health.p50_ms.zip(health.p95_ms));
        let value = |(p50, p95)| t.with("faring-latency", &[("p50", span(t, p50).into()), ("p95", span(t, p95).into())]);
        add("latency", "", latency.map_or_else(|| t.say("faring-no-answers"), value));
    }
    if let (count @ 1.., oldest_us) = behind {
        let age = clock.took(clock.now_us() - oldest_us.unwrap_or_else(|| clock.now_us()));
        add("waiting", "bad", t.with("faring-waiting", &[("count", count.into()), ("age", age.into())]));
    }
    let gaps = health.map_or(0, |health| health.gaps);
    if gaps > 0 || known.kind.is_proxied() && known.settings.mode() == Mode::Observe {
        add("gaps", if gaps > 0 { "warn" } else { "" }, t.count("faring-gaps", gaps));
    }
    if known.kind.is_model() {
        let none = || t.say("faring-no-calls");
        add("cost-day", "", money::spent(t, &spent[0]).unwrap_or_else(none));
        add("cost-month", "", money::spent(t, &spent[1]).unwrap_or_else(none));
    }
    let problem = health.and_then(|health| Some((clock.when(health.last_error_us?), Problem::of(t, health.last_error.as_deref()?))));
    Faring { facts, problem }
}

/// «3 из 120 · 2,5 % (0,9–7,1 %)»; of little data no share.
fn errors(t: &Texts, health: Option<&Health>) -> (&'static str, String) {
    let rate = health.map_or(Rate { part: 0, n: 0 }, |health| Rate { part: health.failures.values().sum(), n: health.calls });
    let rate = Rate { part: rate.part.min(rate.n), ..rate };
    let Some((share, Interval { low, high })) = rate.share().zip(rate.interval()) else { return ("", t.say("faring-no-calls")) };
    let per_cent = |share: f64| format!("{:.1}", share * 100.0).replace('.', &t.say("decimal"));
    let values = [
        ("part", money::grouped(rate.part as i64).into()),
        ("n", money::grouped(rate.n as i64).into()),
        ("share", per_cent(share).into()),
        ("low", per_cent(low).into()),
        ("high", per_cent(high).into()),
    ];
    let tone = if !rate.is_few() && share > MANY { "bad" } else { "" };
    let mut text = t.with(if rate.is_few() { "faring-errors-few" } else { "faring-errors" }, &values);
    let kinds = health.into_iter().flat_map(|health| &health.failures);
    let kinds: Vec<String> = kinds.map(|(failure, count)| format!("{} {count}", t.of("faring-failure", failure.as_str()))).collect();
    if !kinds.is_empty() {
        text = format!("{text}: {}", kinds.join(", "));
    }
    (tone, text)
}

/// «420 мс», «1,9 с».
fn span(t: &Texts, ms: u32) -> String {
    if ms < 1000 {
        // Faster than can be told apart.
        return t.count("milliseconds", ms.max(1));
    }
    let seconds = format!("{:.1}", f64::from(ms) / 1000.0).replace('.', &t.say("decimal"));
    t.of("faring-seconds", &seconds)
}

/// In the list: one line, and the colour of its mark with its word.
pub(super) fn brief(t: &Texts, known: &Connection, health: Option<&Health>, waiting: bool) -> (&'static str, String, Option<String>) {
    let rate = health.map_or(Rate { part: 0, n: 0 }, |health| Rate { part: health.failures.values().sum(), n: health.calls });
    let fails = rate.n > 0 && rate.part * 2 >= rate.n || !rate.is_few() && rate.share().is_some_and(|share| share > MANY);
    let (tone, word) = match () {
        () if waiting => ("bad", t.say("connection-behind")),
        () if fails => ("bad", t.say("connection-fails")),
        () if known.last_event_us.is_none() => ("", t.say("connection-new")),
        () if health.is_some_and(|health| health.events > 0) => ("ok", t.say("connection-works")),
        () => ("warn", t.say("connection-quiet")),
    };
    let line = health.map(|health| {
        let failed: u64 = health.failures.values().sum();
        t.with("connection-day", &[("events", health.events.into()), ("errors", failed.into()), ("calls", health.calls.into())])
    });
    (tone, word, line)
}
