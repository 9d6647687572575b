//! Numbers and words as the console writes them, for the tests and the gallery.

use charts::{Term, Words};

/// How the numbers of a chart are meant.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Unit {
    Percent,
    /// Differences of percentages, with their sign.
    Points,
    Pieces,
    Seconds,
    Roubles,
}

/// Russian or English.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Language {
    pub(crate) russian: bool,
    pub(crate) unit: Unit,
}

pub(crate) const fn russian(unit: Unit) -> Language {
    Language { russian: true, unit }
}

pub(crate) const fn english(unit: Unit) -> Language {
    Language { russian: false, unit }
}

impl Language {
    fn decimal(&self, value: f64, digits: usize) -> String {
        let plain = format!("{:.digits$}", value.abs());
        let (whole, rest) = plain.split_once('.').unwrap_or((&plain, ""));
        let (group, point) = if self.russian { ("\u{a0}", ",") } else { (",", ".") };
        let mut grouped = String::new();
        for (index, digit) in whole.chars().enumerate() {
            if index > 0 && (whole.len() - index).is_multiple_of(3) && whole.len() > 4 {
                grouped.push_str(group);
            }
            grouped.push(digit);
        }
        let sign = if value < 0.0 && plain.chars().any(|c| ('1'..='9').contains(&c)) { "−" } else { "" };
        if rest.is_empty() { format!("{sign}{grouped}") } else { format!("{sign}{grouped}{point}{rest}") }
    }

    fn with_unit(&self, value: f64, digits: usize) -> String {
        let percent = if self.russian { "\u{a0}%" } else { "%" };
        match self.unit {
            Unit::Percent => format!("{}{percent}", self.decimal(value * 100.0, digits)),
            Unit::Points => {
                let sign = if value > 0.0 { "+" } else { "" };
                format!("{sign}{}", self.decimal(value * 100.0, digits))
            }
            Unit::Pieces => self.decimal(value, 0),
            Unit::Seconds => format!("{}\u{a0}{}", self.decimal(value, digits), if self.russian { "с" } else { "s" }),
            Unit::Roubles => format!("{}\u{a0}₽", self.decimal(value, 0)),
        }
    }
}

impl Words for Language {
    fn value(&self, value: f64) -> String {
        self.with_unit(value, 1)
    }

    fn tick(&self, value: f64, step: f64) -> String {
        let shown = if matches!(self.unit, Unit::Percent | Unit::Points) { step * 100.0 } else { step };
        let digits = if (shown - shown.round()).abs() < 1e-9 { 0 } else { 1 };
        self.with_unit(value, digits)
    }

    fn short(&self, value: f64) -> String {
        self.decimal(if matches!(self.unit, Unit::Percent | Unit::Points) { value * 100.0 } else { value }, 0)
    }

    fn count(&self, n: u64) -> String {
        self.decimal(n as f64, 0)
    }

    fn share(&self, share: f64) -> String {
        Self { unit: Unit::Percent, ..*self }.value(share)
    }

    fn between(&self, low: f64, high: f64) -> String {
        match self.unit {
            // One sign of the unit is enough.
            Unit::Percent => format!("{}–{}", self.decimal(low * 100.0, 1), self.value(high)),
            _ => format!("{} … {}", self.value(low), self.value(high)),
        }
    }

    fn term(&self, term: Term) -> String {
        let (russian, english) = match term {
            Term::Table => ("Таблица значений", "Table of values"),
            Term::Value => ("Значение", "Value"),
            Term::Interval => ("интервал 95 %", "95% interval"),
            Term::N => ("n", "n"),
            Term::Few => ("мало данных", "little data"),
            Term::Empty => ("нет данных", "no data"),
            Term::Now => ("этот период", "this period"),
            Term::Previous => ("прошлый период", "previous period"),
            Term::Changes => ("Изменения", "Changes"),
            Term::Cut => ("ось не от нуля", "axis not from zero"),
            Term::Period => ("Период", "Period"),
            Term::Group => ("Группа", "Group"),
            Term::Step => ("Шаг", "Step"),
            Term::Reached => ("Дошли", "Reached"),
            Term::OfFirst => ("От начала", "Of the first"),
            Term::Lost => ("Ушли", "Lost"),
            Term::LostShare => ("Доля ушедших", "Share lost"),
            Term::Leak => ("больше всего потерь", "largest loss"),
            Term::Total => ("Вместе", "Together"),
        };
        if self.russian { russian } else { english }.to_owned()
    }
}
