//! How charts speak: numbers, shares and words of a page's language.

use charts::{Measure, Slot, Term, Words};

use super::super::language::Texts;
use crate::metrics::rate::Rate;

/// How the values of a chart are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::console) enum Unit {
    /// A share: `0.25` is 25 %.
    Share,
    /// A count.
    Pieces,
}

/// The words of one chart.
pub(in crate::console) struct Drawing<'a> {
    pub(in crate::console) t: &'a Texts,
    pub(in crate::console) unit: Unit,
}

impl Drawing<'_> {
    fn in_unit(&self, value: f64, digits: usize) -> String {
        match self.unit {
            Unit::Share => self.t.of("per-cent", &decimal(self.t, value * 100.0, digits)),
            Unit::Pieces => decimal(self.t, value, 0),
        }
    }
}

impl Words for Drawing<'_> {
    fn value(&self, value: f64) -> String {
        self.in_unit(value, 1)
    }

    fn tick(&self, value: f64, step: f64) -> String {
        let shown = if self.unit == Unit::Share { step * 100.0 } else { step };
        self.in_unit(value, usize::from((shown - shown.round()).abs() > 1e-9))
    }

    fn short(&self, value: f64) -> String {
        decimal(self.t, if self.unit == Unit::Share { value * 100.0 } else { value }, 0)
    }

    fn count(&self, n: u64) -> String {
        decimal(self.t, n as f64, 0)
    }

    fn share(&self, share: f64) -> String {
        self.t.of("per-cent", &decimal(self.t, share * 100.0, 1))
    }

    fn between(&self, low: f64, high: f64) -> String {
        match self.unit {
            // One sign of the unit is enough.
            Unit::Share => format!("{}–{}", decimal(self.t, low * 100.0, 1), self.value(high)),
            Unit::Pieces => format!("{}–{}", self.value(low), self.value(high)),
        }
    }

    fn term(&self, term: Term) -> String {
        self.t.say(term.key())
    }
}

/// `1234.5` → «1 234,5»; a minus that is one.
pub(in crate::console) fn decimal(t: &Texts, value: f64, digits: usize) -> String {
    let plain = format!("{:.digits$}", value.abs());
    let (whole, rest) = plain.split_once('.').unwrap_or((&plain, ""));
    let mut text = String::new();
    if value < 0.0 && plain.chars().any(|c| ('1'..='9').contains(&c)) {
        text.push('−');
    }
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) && whole.len() > 4 {
            text.push('\u{a0}');
        }
        text.push(digit);
    }
    if !rest.is_empty() {
        text.push_str(&t.say("decimal"));
        text.push_str(rest);
    }
    text
}

/// A share as a chart takes it: too little is said so, nothing is a gap.
pub(in crate::console) fn slot(rate: Rate) -> Slot {
    match rate.share().zip(rate.interval()) {
        None => Slot::Empty,
        Some(_) if rate.is_few() => Slot::Few(rate.n),
        Some((share, interval)) => {
            Measure::new(share).and_then(|known| known.between(interval.low, interval.high)).map(|known| known.of(rate.n)).into()
        }
    }
}

/// A count as a chart takes it.
pub(in crate::console) fn pieces(count: u64) -> Slot {
    Measure::new(count as f64).into()
}

/// «25 % (от 17 до 35 %), 24 из 96»; «мало данных: 4 из 7».
pub(in crate::console) fn share(t: &Texts, rate: Rate) -> String {
    let Some((share, interval)) = rate.share().zip(rate.interval()) else { return t.say("numbers-nothing") };
    let per_cent = |share: f64| decimal(t, share * 100.0, if share < 0.1 { 1 } else { 0 });
    let (part, n) = (decimal(t, rate.part as f64, 0), decimal(t, rate.n as f64, 0));
    let values = [
        ("share", per_cent(share).into()),
        ("low", per_cent(interval.low).into()),
        ("high", per_cent(interval.high).into()),
        ("part", part.into()),
        ("n", n.into()),
    ];
    t.with(if rate.is_few() { "numbers-few" } else { "numbers-share" }, &values)
}

/// The same as one figure: «25 %», or a dash where there is too little.
pub(in crate::console) fn figure(t: &Texts, rate: Rate) -> String {
    match rate.share().filter(|_| !rate.is_few()) {
        Some(share) => t.of("per-cent", &decimal(t, share * 100.0, if share < 0.1 { 1 } else { 0 })),
        None => "—".to_owned(),
    }
}

/// «2,4 с», «1 мин 10 с», of milliseconds.
pub(in crate::console) fn took(t: &Texts, ms: f64) -> String {
    if ms < 60_000.0 {
        return t.of("numbers-seconds", &decimal(t, ms / 1000.0, if ms < 10_000.0 { 1 } else { 0 }));
    }
    t.of("numbers-minutes", &decimal(t, ms / 60_000.0, 1))
}
