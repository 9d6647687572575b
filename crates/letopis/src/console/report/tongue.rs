//! How reports say numbers, dates and shares, in their language and by the business's clock.

use fluent_bundle::FluentValue;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::console::pages::language::Texts;
use crate::console::pages::numbers::drawing::{Drawing, Unit, decimal};
use crate::metrics::rate::Rate;

/// A language at a place.
pub(super) struct Tongue<'a> {
    pub(super) t: &'a Texts,
    pub(super) zone: TimeZone,
}

/// A share as a row of a table shows it: nothing of it is hidden, and too little is said to be so.
pub(super) struct Told {
    pub(super) name: String,
    /// «12 из 48».
    pub(super) counted: String,
    /// «25,0 %», or that there is nothing to divide by.
    pub(super) share: String,
    /// «15,0 % … 38,8 %».
    pub(super) interval: String,
    pub(super) is_few: bool,
    /// The same of the period before.
    pub(super) before: String,
}

impl<'a> Tongue<'a> {
    pub(super) fn new(t: &'a Texts, zone: TimeZone) -> Self {
        Self { t, zone }
    }

    pub(super) fn say(&self, key: &str) -> String {
        self.t.say(key)
    }

    pub(super) fn of(&self, key: &str, what: &str) -> String {
        self.t.of(key, what)
    }

    pub(super) fn with(&self, key: &str, values: &[(&'static str, FluentValue<'_>)]) -> String {
        self.t.with(key, values)
    }

    pub(super) fn count(&self, n: u64) -> String {
        decimal(self.t, n as f64, 0)
    }

    /// «+28».
    pub(super) fn signed(&self, value: f64) -> String {
        let text = decimal(self.t, value, 0);
        if value > 0.0 && text != "0" { format!("+{text}") } else { text }
    }

    /// «2,16».
    pub(super) fn decimal(&self, value: f64, digits: usize) -> String {
        decimal(self.t, value, digits)
    }

    /// As charts write it.
    pub(super) fn shares(&self) -> Drawing<'a> {
        Drawing { t: self.t, unit: Unit::Share }
    }

    pub(super) fn counts(&self) -> Drawing<'a> {
        Drawing { t: self.t, unit: Unit::Pieces }
    }

    /// «25 %»; whole, as in a sentence.
    pub(super) fn percent(&self, share: f64) -> String {
        self.t.of("per-cent", &decimal(self.t, share * 100.0, 0))
    }

    /// «25,0 %»; as in a table.
    pub(super) fn percents(&self, share: Option<f64>) -> String {
        share.map_or_else(|| self.say("report-no-data"), |share| self.t.of("per-cent", &decimal(self.t, share * 100.0, 1)))
    }

    /// «99,60 %»: where a hundredth of a per cent is a hundred events of a million.
    pub(super) fn hundredths(&self, share: Option<f64>) -> String {
        share.map_or_else(|| self.say("report-no-data"), |share| self.t.of("per-cent", &decimal(self.t, share * 100.0, 2)))
    }

    /// «+3,1»: points of a difference of shares.
    pub(super) fn points(&self, difference: f64) -> String {
        let text = decimal(self.t, difference * 100.0, 1);
        if difference > 0.0 && text != decimal(self.t, 0.0, 1) { format!("+{text}") } else { text }
    }

    /// «12 из 48».
    pub(super) fn part(&self, rate: Rate) -> String {
        self.with("report-part", &[("part", self.count(rate.part).into()), ("n", self.count(rate.n).into())])
    }

    /// «25 %, от 15 % до 39 %», and that it is too little where it is.
    pub(super) fn rate(&self, rate: Rate) -> String {
        let Some((share, bounds)) = rate.share().zip(rate.interval()) else { return self.say("report-no-data") };
        let values =
            [("share", self.percent(share).into()), ("low", self.percent(bounds.low).into()), ("high", self.percent(bounds.high).into())];
        self.with(if rate.is_few() { "report-rate-few" } else { "report-rate" }, &values)
    }

    /// A row of a table.
    pub(super) fn told(&self, name: String, rate: Rate, before: Option<Rate>) -> Told {
        let bounds = rate.interval().map(|bounds| format!("{} … {}", self.percents(Some(bounds.low)), self.percents(Some(bounds.high))));
        let before = before.map(|before| match before.share() {
            Some(_) if before.is_few() => self.part(before),
            Some(share) => format!("{} ({})", self.percents(Some(share)), self.part(before)),
            None => self.say("report-no-data"),
        });
        Told {
            name,
            counted: self.part(rate),
            share: self.percents(rate.share()),
            interval: bounds.unwrap_or_else(|| "–".to_owned()),
            is_few: rate.is_few() && rate.n > 0,
            before: before.unwrap_or_default(),
        }
    }

    /// «2,7 с», «4 мин»; where it falls among those who were never answered, that.
    pub(super) fn waited(&self, ms: Option<f64>, n: u64) -> String {
        match ms {
            None if n == 0 => self.say("report-no-data"),
            None => self.say("report-never"),
            Some(ms) if ms < 60_000.0 => self.of("report-seconds", &decimal(self.t, ms / 1000.0, 1)),
            Some(ms) if ms < 3_600_000.0 => self.of("report-minutes", &decimal(self.t, ms / 60_000.0, 0)),
            Some(ms) => self.of("report-hours", &decimal(self.t, ms / 3_600_000.0, 1)),
        }
    }

    /// The day of a moment.
    pub(super) fn date(&self, us: i64) -> Date {
        Timestamp::from_microsecond(us).unwrap_or_default().to_zoned(self.zone.clone()).date()
    }

    /// «12 января 2025».
    pub(super) fn day(&self, date: Date) -> String {
        // As text: Fluent would write the year as 2,025.
        let values =
            [("day", i64::from(date.day()).into()), ("month", i64::from(date.month()).into()), ("year", date.year().to_string().into())];
        self.with("day-month-year", &values)
    }

    /// «12 янв.»: for a narrow axis.
    pub(super) fn brief_day(&self, date: Date) -> String {
        self.with("report-brief-day", &[("day", date.day().to_string().into()), ("month", format!("{:02}", date.month()).into())])
    }

    /// «6–12 января 2025»: what lies between two midnights.
    pub(super) fn span(&self, from_us: i64, to_us: i64) -> String {
        let (first, last) = (self.date(from_us), self.date(to_us.saturating_sub(1).max(from_us)));
        if first == last {
            return self.day(first);
        }
        let month = |date: Date| (date.year(), date.month());
        let from = match () {
            () if month(first) == month(last) => first.day().to_string(),
            () if first.year() == last.year() => {
                self.with("day-month", &[("day", i64::from(first.day()).into()), ("month", i64::from(first.month()).into())])
            }
            () => self.day(first),
        };
        self.with("report-span", &[("from", from.into()), ("to", self.day(last).into())])
    }

    /// «13 января 2025, 9:05».
    pub(super) fn moment(&self, us: i64) -> String {
        let at = Timestamp::from_microsecond(us).unwrap_or_default().to_zoned(self.zone.clone());
        let values = [("day", self.day(at.date()).into()), ("time", format!("{}:{:02}", at.hour(), at.minute()).into())];
        self.with("moment-day-time", &values)
    }
}
