//! How charts speak: numbers and words of a language, in one unit. Used by pages and by reports, so that both write a number the same way.

use charts::{Measure, Slot, Term, Words};

use super::pages::language::Texts;
use crate::metrics::rate::Rate;

/// What a chart's numbers are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::console) enum Unit {
    /// Parts of a whole.
    Share,
    /// How many.
    Count,
}

/// A chart's language and unit.
pub(in crate::console) struct Drawing<'a> {
    t: &'a Texts,
    unit: Unit,
    decimal: String,
}

impl<'a> Drawing<'a> {
    pub(in crate::console) fn new(t: &'a Texts, unit: Unit) -> Self {
        Self { t, unit, decimal: t.say("decimal") }
    }

    /// `0.234` → «23,4 %».
    pub(in crate::console) fn percent(&self, share: f64, digits: usize) -> String {
        format!("{}\u{a0}%", self.number(share * 100.0, digits))
    }

    /// `1234.5` → «1 234,5».
    pub(in crate::console) fn number(&self, value: f64, digits: usize) -> String {
        let text = format!("{:.digits$}", value.abs());
        let (whole, rest) = text.split_once('.').unwrap_or((&text, ""));
        let is_zero = text.bytes().all(|byte| matches!(byte, b'0' | b'.'));
        let sign = if value < 0.0 && !is_zero { "−" } else { "" };
        let point = if rest.is_empty() { "" } else { &self.decimal };
        format!("{sign}{}{point}{rest}", grouped(whole))
    }

    /// How many: «1 234».
    pub(in crate::console) fn counted(&self, n: u64) -> String {
        grouped(&n.to_string())
    }
}

impl Words for Drawing<'_> {
    fn value(&self, value: f64) -> String {
        match self.unit {
            Unit::Share => self.percent(value, 1),
            Unit::Count => self.number(value, 0),
        }
    }

    fn tick(&self, value: f64, step: f64) -> String {
        match self.unit {
            Unit::Share => self.percent(value, usize::from(step < 0.01)),
            Unit::Count => self.number(value, usize::from(step < 1.0)),
        }
    }

    fn short(&self, value: f64) -> String {
        match self.unit {
            Unit::Share => self.number(value * 100.0, 0),
            Unit::Count => self.number(value, 0),
        }
    }

    fn count(&self, n: u64) -> String {
        self.counted(n)
    }

    fn share(&self, share: f64) -> String {
        self.percent(share, 0)
    }

    fn term(&self, term: Term) -> String {
        self.t.of("drawing-term", term.key())
    }
}

/// A share as a place in a chart: nothing, too little, or with its interval.
pub(in crate::console) fn slot_of(rate: Rate) -> Slot {
    let measured = rate.share().and_then(Measure::new).zip(rate.interval());
    match measured {
        _ if rate.n == 0 => Slot::Empty,
        _ if rate.is_few() => Slot::Few(rate.n),
        Some((known, bounds)) => known.between(bounds.low, bounds.high).map(|known| known.of(rate.n)).into(),
        None => Slot::Empty,
    }
}

/// From five digits on in threes: a year or a price of four reads better whole.
fn grouped(whole: &str) -> String {
    if whole.len() < 5 {
        return whole.to_owned();
    }
    let mut text = String::with_capacity(whole.len() + 4);
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place) % 3 == 0 {
            text.push('\u{a0}');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::pages::language::{Language, Library};

    #[test]
    fn numbers_are_written_as_people_write_them() {
        let library = Library::load();
        let (ru, en) = (library.texts(Language::Ru), library.texts(Language::En));
        let (ru, en) = (Drawing::new(&ru, Unit::Share), Drawing::new(&en, Unit::Share));
        assert_eq!((ru.value(0.2345), en.value(0.2345), ru.share(0.25)), ("23,5\u{a0}%".into(), "23.5\u{a0}%".into(), "25\u{a0}%".into()));
        assert_eq!((ru.count(1234), ru.count(1_234_567)), ("1234".into(), "1\u{a0}234\u{a0}567".into()));
        assert_eq!((ru.number(-0.04, 1), ru.number(-1.5, 1)), ("0,0".into(), "−1,5".into()));
        for term in Term::ALL {
            assert!(!ru.term(term).is_empty() && ru.term(term) != term.key(), "{}", term.key());
        }
    }

    #[test]
    fn too_little_is_no_share() {
        assert_eq!(slot_of(Rate { part: 0, n: 0 }), Slot::Empty);
        assert_eq!(slot_of(Rate { part: 3, n: 29 }), Slot::Few(29));
        assert!(slot_of(Rate { part: 3, n: 30 }).known().is_some_and(|known| known.bounds().is_some() && known.n() == Some(30)));
    }
}
