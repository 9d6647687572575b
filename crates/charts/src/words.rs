//! The language of a chart, which the caller brings: how numbers are written, and the few words the drawing itself needs.

use crate::measure::{Measure, Slot};

/// How numbers and words are written.
pub trait Words {
    /// As exactly as anybody wants to read it: «23,4 %».
    fn value(&self, value: f64) -> String;

    /// On an axis whose ticks are `step` apart: «20 %».
    fn tick(&self, value: f64, step: f64) -> String;

    /// As short as can be, without the unit, for the cell of a heat map: «23».
    fn short(&self, value: f64) -> String;

    /// How many: «1 234».
    fn count(&self, n: u64) -> String;

    /// A part of a whole, whatever the unit of the chart is: «25 %».
    fn share(&self, share: f64) -> String;

    /// A word of the drawing's own.
    fn term(&self, term: Term) -> String;

    /// An interval: «18,1 % … 29,4 %».
    fn between(&self, low: f64, high: f64) -> String {
        format!("{} … {}", self.value(low), self.value(high))
    }
}

/// The words that drawings, keys and tables need.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Term {
    /// Opens the table behind a chart: «Таблица значений».
    Table,
    /// Head of a column of numbers: «Значение».
    Value,
    /// The interval of a number: «Интервал 95 %».
    Interval,
    /// Of how many; head of a column and sign before a number: «n».
    N,
    /// Too little to say a number: «мало данных».
    Few,
    /// Nothing to count: «нет данных».
    Empty,
    /// The line of now where there is another: «этот период».
    Now,
    /// The faint line: «прошлый период».
    Previous,
    /// What changed then; head of a column: «Изменения».
    Changes,
    /// Said where an axis does not begin at zero: «ось не от нуля».
    Cut,
    /// Head of the first column, periods of time: «Период».
    Period,
    /// Head of the first column of anything else: «Группа».
    Group,
    /// A step of a funnel: «Шаг».
    Step,
    /// How many came to a step: «Дошли».
    Reached,
    /// Part of those who began: «От начала».
    OfFirst,
    /// How many went before the next step: «Ушли».
    Lost,
    /// Part of the step before that went: «Доля ушедших».
    LostShare,
    /// The step that loses most: «больше всего потерь».
    Leak,
    /// All strata together: «Вместе».
    Total,
}

impl Term {
    /// All of them, for a caller who checks that its dictionary is whole.
    pub const ALL: [Self; 19] = [
        Self::Table,
        Self::Value,
        Self::Interval,
        Self::N,
        Self::Few,
        Self::Empty,
        Self::Now,
        Self::Previous,
        Self::Changes,
        Self::Cut,
        Self::Period,
        Self::Group,
        Self::Step,
        Self::Reached,
        Self::OfFirst,
        Self::Lost,
        Self::LostShare,
        Self::Leak,
        Self::Total,
    ];

    /// A name for the dictionaries of the caller.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Table => "chart-table",
            Self::Value => "chart-value",
            Self::Interval => "chart-interval",
            Self::N => "chart-n",
            Self::Few => "chart-few",
            Self::Empty => "chart-empty",
            Self::Now => "chart-now",
            Self::Previous => "chart-previous",
            Self::Changes => "chart-changes",
            Self::Cut => "chart-cut",
            Self::Period => "chart-period",
            Self::Group => "chart-group",
            Self::Step => "chart-step",
            Self::Reached => "chart-reached",
            Self::OfFirst => "chart-of-first",
            Self::Lost => "chart-lost",
            Self::LostShare => "chart-lost-share",
            Self::Leak => "chart-leak",
            Self::Total => "chart-total",
        }
    }
}

/// One place in a line of words: «12 мая: 23,4 % (18,1 % … 29,4 %), n = 120».
pub(crate) fn reading(words: &dyn Words, label: &str, slot: Slot) -> String {
    format!("{label}: {}", told(words, slot))
}

/// The same without its label, as it stands in a cell of a table.
pub(crate) fn told(words: &dyn Words, slot: Slot) -> String {
    match slot {
        Slot::Empty => words.term(Term::Empty),
        Slot::Few(n) => format!("{}, {}", words.term(Term::Few), of(words, n)),
        Slot::Known(measure) => {
            let bounds = measure.bounds().map(|(low, high)| format!(" ({})", words.between(low, high)));
            let n = measure.n().map(|n| format!(", {}", of(words, n)));
            format!("{}{}{}", words.value(measure.value()), bounds.unwrap_or_default(), n.unwrap_or_default())
        }
    }
}

/// The number and of how many, for where room is scarce: «23,4 % · n 120».
pub(crate) fn brief(words: &dyn Words, slot: Slot) -> String {
    let counted = |n: u64| format!("{}\u{a0}{}", words.term(Term::N), words.count(n));
    match slot {
        Slot::Empty => words.term(Term::Empty),
        Slot::Few(n) => format!("{} · {}", words.term(Term::Few), counted(n)),
        Slot::Known(measure) => {
            let n = measure.n().map(|n| format!(" · {}", counted(n)));
            format!("{}{}", words.value(measure.value()), n.unwrap_or_default())
        }
    }
}

/// Cells of a table: the value, its interval, of how many.
pub(crate) fn cells(words: &dyn Words, slot: Slot) -> [String; 3] {
    let none = || "–".to_owned();
    let bounds = |known: Measure| known.bounds().map(|(low, high)| words.between(low, high));
    match slot {
        Slot::Empty => [words.term(Term::Empty), none(), none()],
        Slot::Few(n) => [words.term(Term::Few), none(), words.count(n)],
        Slot::Known(known) => {
            [words.value(known.value()), bounds(known).unwrap_or_else(none), known.n().map_or_else(none, |n| words.count(n))]
        }
    }
}

fn of(words: &dyn Words, n: u64) -> String {
    format!("{}\u{a0}=\u{a0}{}", words.term(Term::N), words.count(n))
}
