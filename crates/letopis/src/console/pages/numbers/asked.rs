//! What the pages of numbers are asked: `?period=month&channel=vk&cut=intent&compare=1`. A question is a link, and all these pages share it.

use jiff::tz::TimeZone;
use serde::Deserialize;

use super::super::frame::in_query;
use crate::console::period::{self, Period};
use crate::journal::days::Day;
use crate::metrics::figures::heat::Measure;
use crate::metrics::figures::{Cut, Question};

/// The query string. Empty means not asked; what is not understood is ignored, so an old link still works.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(in crate::console::pages) struct Asked {
    pub(in crate::console::pages) period: String,
    pub(in crate::console::pages) from: String,
    pub(in crate::console::pages) to: String,
    pub(in crate::console::pages) channel: String,
    pub(in crate::console::pages) intent: String,
    pub(in crate::console::pages) scenario: String,
    pub(in crate::console::pages) model: String,
    pub(in crate::console::pages) source: String,
    pub(in crate::console::pages) cut: String,
    pub(in crate::console::pages) compare: String,
    pub(in crate::console::pages) heat: String,
}

/// Periods that have a name, and how many days they are, today included.
pub(in crate::console::pages) const PERIODS: [(&str, i64); 4] = [("today", 1), ("week", 7), ("month", 30), ("quarter", 90)];
/// By what a page tells conversations apart, in the order of the select box.
pub(super) const CUTS: [Cut; 9] =
    [Cut::Channel, Cut::Intent, Cut::Source, Cut::Campaign, Cut::Scenario, Cut::Model, Cut::Variant, Cut::Staff, Cut::Returning];

impl Asked {
    /// The name of the period; of one that was given by its days, `own`.
    pub(in crate::console::pages) fn named(&self) -> &'static str {
        if !self.from.is_empty() || !self.to.is_empty() {
            return "own";
        }
        PERIODS.into_iter().find(|(name, _)| *name == self.period).map_or("month", |(name, _)| name)
    }

    /// Its moments. `to` is the last day, as people say it.
    pub(in crate::console::pages) fn period(&self, zone: &TimeZone, now_us: i64) -> Period {
        let today = Day::of(now_us, zone);
        let whole = || {
            let days = PERIODS.into_iter().find(|(name, _)| *name == self.named()).map_or(30, |(_, days)| days);
            Period { from_us: Day(today.0 - days + 1).span_us(zone).0, to_us: today.span_us(zone).1 }
        };
        if self.named() != "own" {
            return whole();
        }
        let day = |text: &str| period::moment(text, zone);
        let to_us = day(&self.to).map(|us| Day::of(us, zone).span_us(zone).1);
        Period::given(day(&self.from), to_us, zone, now_us)
    }

    /// As the numbers take it.
    pub(in crate::console::pages) fn question(&self, period: Period) -> Question {
        let only = [
            (Cut::Channel, &self.channel),
            (Cut::Intent, &self.intent),
            (Cut::Scenario, &self.scenario),
            (Cut::Model, &self.model),
            (Cut::Source, &self.source),
        ];
        let only = only.into_iter().filter(|(_, value)| !value.is_empty()).map(|(cut, value)| (cut, value.clone()));
        Question { from_us: period.from_us, to_us: period.to_us, only: only.collect() }
    }

    /// Whether more is asked of conversations than their channel and time, which is all that visits know.
    pub(super) fn narrows(&self) -> bool {
        [&self.intent, &self.scenario, &self.model, &self.source].into_iter().any(|value| !value.is_empty())
    }

    /// By what it is told apart.
    pub(super) fn cut(&self) -> Cut {
        Cut::parse(&self.cut).filter(|cut| CUTS.contains(cut)).unwrap_or(Cut::Channel)
    }

    /// What the hours of the week are asked for.
    pub(super) fn measure(&self) -> Measure {
        Measure::parse(&self.heat).unwrap_or_default()
    }

    /// Whether the period before is wanted beside it.
    pub(super) fn compares(&self) -> bool {
        !self.compare.is_empty()
    }

    /// The same question at `path`.
    pub(super) fn url(&self, path: &str) -> String {
        let pairs: Vec<String> = self.filled().map(|(name, value)| format!("{name}={}", in_query(value))).collect();
        if pairs.is_empty() { path.to_owned() } else { format!("{path}?{}", pairs.join("&")) }
    }

    /// What else is asked, for the form that asks for another measure.
    pub(super) fn others(&self) -> Vec<(&'static str, &str)> {
        self.filled().filter(|(name, _)| *name != "heat").collect()
    }

    fn filled(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let Self { period, from, to, channel, intent, scenario, model, source, cut, compare, heat } = self;
        let fields = [
            ("period", period),
            ("from", from),
            ("to", to),
            ("channel", channel),
            ("intent", intent),
            ("scenario", scenario),
            ("model", model),
            ("source", source),
            ("cut", cut),
            ("compare", compare),
            ("heat", heat),
        ];
        fields.into_iter().filter(|(_, value)| !value.is_empty()).map(|(name, value)| (name, value.as_str()))
    }

    /// The same question about one value of its cut, where the page can ask that.
    pub(super) fn only(&self, value: &str) -> Option<String> {
        let mut asked = self.clone();
        let field = match self.cut() {
            Cut::Channel => &mut asked.channel,
            Cut::Intent => &mut asked.intent,
            Cut::Scenario => &mut asked.scenario,
            Cut::Model => &mut asked.model,
            Cut::Source => &mut asked.source,
            _ => return None,
        };
        value.clone_into(field);
        (!value.is_empty()).then(|| asked.url("/numbers"))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_question_is_a_link_and_the_last_day_is_in_it() {
        let zone = TimeZone::get("Europe/Moscow").unwrap();
        let at = |text: &str| period::moment(text, &zone).unwrap();
        let now = at("2025-03-15T12:00:00+03:00");
        let week = Asked { period: "week".into(), channel: "vk".into(), ..Asked::default() };
        assert_eq!(week.url("/numbers"), "/numbers?period=week&channel=vk");
        assert_eq!(week.period(&zone, now), Period { from_us: at("2025-03-09"), to_us: at("2025-03-16") });
        let own = Asked { from: "2025-01-01".into(), to: "2025-01-31".into(), ..Asked::default() };
        assert_eq!(own.period(&zone, now), Period { from_us: at("2025-01-01"), to_us: at("2025-02-01") });
        assert_eq!(own.question(own.period(&zone, now)).only, []);
        let odd = Asked { period: "decade".into(), cut: "colour".into(), ..Asked::default() };
        assert_eq!((odd.named(), odd.cut()), ("month", Cut::Channel));
        assert_eq!(week.only("telegram").as_deref(), Some("/numbers?period=week&channel=telegram"));
    }
}
