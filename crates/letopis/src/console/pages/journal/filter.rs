//! What the journal's URL asks: `?channel=whatsapp&outcome=lead&period=week&low=1&q=окрашивание`.
//!
//! A filter is a link: it can be sent to a colleague and kept as a bookmark. What is not understood is ignored, so an old link still works.

use serde::Deserialize;

use super::super::frame::in_query;
use super::super::moments::Clock;
use crate::journal::reading::{Cursor, SessionFilter};

/// The assistant is unsure below this: the customer's own threshold for the weekly look at intents.
pub(in crate::console::pages) const LOW_CONFIDENCE: f64 = 0.6;

/// The query string. Empty means not asked.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(in crate::console::pages) struct Asked {
    pub(in crate::console::pages) channel: String,
    pub(in crate::console::pages) outcome: String,
    pub(in crate::console::pages) intent: String,
    pub(in crate::console::pages) period: String,
    pub(in crate::console::pages) low: String,
    pub(in crate::console::pages) q: String,
    /// Type of event, for the other tab.
    pub(in crate::console::pages) kind: String,
    pub(in crate::console::pages) cursor: String,
}

/// How far back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::console::pages) enum Period {
    Today,
    Week,
    Month,
    All,
}

impl Period {
    /// In the order of the select box.
    pub(in crate::console::pages) const ALL: [Self; 4] = [Self::Today, Self::Week, Self::Month, Self::All];

    /// In the URL.
    pub(in crate::console::pages) fn name(self) -> &'static str {
        match self {
            Self::Today => "today",
            Self::Week => "week",
            Self::Month => "month",
            Self::All => "all",
        }
    }

    /// Its first moment: seven days are today and the six before.
    pub(in crate::console::pages) fn begins_us(self, clock: &Clock) -> Option<i64> {
        match self {
            Self::Today => Some(clock.day_start(0)),
            Self::Week => Some(clock.day_start(6)),
            Self::Month => Some(clock.day_start(29)),
            Self::All => None,
        }
    }
}

impl Asked {
    /// The period; a month where none is asked.
    pub(in crate::console::pages) fn period(&self) -> Period {
        Period::ALL.into_iter().find(|period| period.name() == self.period).unwrap_or(Period::Month)
    }

    /// Whether only conversations with low confidence are asked.
    pub(in crate::console::pages) fn is_low(&self) -> bool {
        !self.low.is_empty()
    }

    /// Whether anything but the period is asked.
    pub(in crate::console::pages) fn narrows(&self) -> bool {
        [&self.channel, &self.outcome, &self.intent, &self.low, &self.q, &self.kind].iter().any(|value| !value.is_empty())
    }

    /// The first moment of the period.
    pub(in crate::console::pages) fn begins_us(&self, clock: &Clock) -> Option<i64> {
        self.period().begins_us(clock)
    }

    /// As the journal understands it.
    pub(in crate::console::pages) fn filter(&self, clock: &Clock) -> SessionFilter {
        SessionFilter {
            channel: given(&self.channel),
            outcome: given(&self.outcome),
            intent: given(&self.intent),
            client: None,
            from_us: self.begins_us(clock),
            to_us: None,
            below_confidence: self.is_low().then_some(LOW_CONFIDENCE),
            text: given(self.q.trim()),
        }
    }

    /// Where the page begins.
    pub(in crate::console::pages) fn after(&self) -> Option<Cursor> {
        self.cursor.parse().ok()
    }

    /// The same question at `path`, from `cursor` on.
    pub(in crate::console::pages) fn url(&self, path: &str, cursor: Option<&str>) -> String {
        let Self { channel, outcome, intent, period, low, q, kind, cursor: _ } = self;
        let fields =
            [("channel", channel), ("outcome", outcome), ("intent", intent), ("period", period), ("low", low), ("q", q), ("kind", kind)];
        let mut pairs: Vec<String> =
            fields.iter().filter(|(_, value)| !value.is_empty()).map(|(name, value)| format!("{name}={}", in_query(value))).collect();
        pairs.extend(cursor.map(|cursor| format!("cursor={}", in_query(cursor))));
        if pairs.is_empty() { path.to_owned() } else { format!("{path}?{}", pairs.join("&")) }
    }

    /// The journal with this outcome instead.
    pub(in crate::console::pages) fn with_outcome(&self, outcome: &str) -> String {
        Self { outcome: outcome.to_owned(), ..self.clone() }.url("/journal", None)
    }

    /// The journal with this period instead.
    pub(in crate::console::pages) fn with_period(&self, period: &str) -> String {
        Self { period: period.to_owned(), ..self.clone() }.url("/journal", None)
    }
}

fn given(value: &str) -> Option<String> {
    (!value.is_empty()).then(|| value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::super::super::language::{Language, Library};
    use super::*;

    #[test]
    fn a_filter_is_a_link() {
        let asked = Asked { channel: "whatsapp".into(), q: "да & нет".into(), cursor: "x".into(), ..Asked::default() };
        assert_eq!(asked.url("/journal", None), "/journal?channel=whatsapp&q=%D0%B4%D0%B0%20%26%20%D0%BD%D0%B5%D1%82");
        assert_eq!(Asked::default().url("/journal", Some("c")), "/journal?cursor=c");
        assert_eq!(asked.with_outcome("lead"), "/journal?channel=whatsapp&outcome=lead&q=%D0%B4%D0%B0%20%26%20%D0%BD%D0%B5%D1%82");
    }

    #[test]
    fn what_is_not_understood_is_ignored() {
        let clock = Clock::new(Library::default().texts(Language::Ru), "Europe/Moscow", 1_741_777_500_000_000);
        let asked = Asked { period: "decade".into(), low: "yes".into(), cursor: "broken".into(), ..Asked::default() };
        let filter = asked.filter(&clock);
        assert_eq!((filter.from_us, filter.below_confidence, asked.after()), (Some(clock.day_start(29)), Some(LOW_CONFIDENCE), None));
        assert!(asked.narrows() && !Asked::default().narrows());
    }
}
