//! One day's conversations.

use std::collections::HashMap;
use std::num::NonZeroI64;

use rusqlite::{Connection, Row, params};

use super::Sums;
use crate::event::BusinessId;
use crate::event::when::DAY_US;
use crate::metrics::judge::{Reason, marks};

/// What a conversation has a word for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Name {
    /// Messenger or site.
    Channel,
    /// The last intent.
    Intent,
    /// Why it is in no number.
    LeftOut,
    /// Model.
    Model,
    /// Version of the prompt.
    Prompt,
    /// Scenario and version.
    Scenario,
    /// Experiment and variant.
    Variant,
    /// `utm_source`.
    Source,
    /// `utm_campaign`.
    Campaign,
    /// Who of the staff spoke.
    Staff,
    /// In which money was paid.
    PaidIn,
    /// In which models were.
    CostIn,
}

/// Their columns, in the order of [`Name`].
const NAMES: &str =
    "channel, intent, left_out, model, prompt, scenario, variant, utm_source, utm_campaign, operator, currency, cost_currency";
const WORDS: usize = 12;
/// What comes before them.
const NUMBERS: &str =
    "started_us, person, session, booked_us, recovered_us IS NOT NULL, paid_minor, marks, told, replies, calls, unpriced, cost,
  first_answer_ms, person_answer_ms, CAST(substr(lost, 2) AS INTEGER), answers, worded, reply_chars";
const FIRST_WORD: usize = 18;

/// What a sheet without a line takes, about.
const ALONE: usize = 512;

/// A day of one business.
#[derive(Debug)]
pub struct Sheet {
    entries: Vec<Entry>,
    /// The first one stands for none.
    words: Vec<Box<str>>,
    waits: Vec<u32>,
    sums: Sums,
}

/// One conversation.
#[derive(Debug)]
struct Entry {
    started_us: i64,
    person: i64,
    session: Option<NonZeroI64>,
    booked_us: Option<NonZeroI64>,
    paid_minor: i64,
    cost: Option<f64>,
    first_answer_ms: Option<u32>,
    person_answer_ms: Option<u32>,
    marks: u32,
    told: u32,
    replies: u32,
    worded: (u32, u32),
    calls: u32,
    unpriced: u32,
    /// Where its waits stand.
    waits: (u32, u32),
    words: [u32; WORDS],
    reason: Option<Reason>,
    recovered: bool,
}

/// One conversation of a sheet.
#[derive(Debug, Clone, Copy)]
pub struct Line<'a> {
    sheet: &'a Sheet,
    entry: &'a Entry,
}

impl Sheet {
    /// Of that day, by UTC.
    pub(super) fn read(conn: &Connection, business: BusinessId, day: i64) -> rusqlite::Result<Self> {
        let sql = format!("SELECT {NUMBERS}, {NAMES} FROM cases WHERE business = ?1 AND started_us >= ?2 AND started_us < ?3");
        let mut sheet = Self { entries: Vec::new(), words: vec!["".into()], waits: Vec::new(), sums: Sums::default() };
        let mut known = Words::default();
        let mut find = conn.prepare_cached(&sql)?;
        let mut rows = find.query(params![business.0, day * DAY_US, (day + 1) * DAY_US])?;
        while let Some(row) = rows.next()? {
            let entry = sheet.entry(row, &mut known)?;
            sheet.entries.push(entry);
        }
        sheet.entries.shrink_to_fit();
        sheet.waits.shrink_to_fit();
        sheet.sums = Sums::of(sheet.lines(i64::MIN, i64::MAX));
        Ok(sheet)
    }

    fn entry(&mut self, row: &Row<'_>, known: &mut Words) -> rusqlite::Result<Entry> {
        let first = self.waits.len() as u32;
        let waits = row.get_ref(15)?.as_blob_or_null()?.unwrap_or_default();
        self.waits.extend(waits.as_chunks::<4>().0.iter().map(|bytes| u32::from_le_bytes(*bytes)));
        let mut words = [0; WORDS];
        for (at, word) in words.iter_mut().enumerate() {
            if let Some(text) = row.get_ref(FIRST_WORD + at)?.as_str_or_null()? {
                *word = known.number(at, text, &mut self.words);
            }
        }
        Ok(Entry {
            started_us: row.get(0)?,
            person: row.get(1)?,
            session: row.get::<_, Option<i64>>(2)?.and_then(NonZeroI64::new),
            booked_us: row.get::<_, Option<i64>>(3)?.and_then(NonZeroI64::new),
            recovered: row.get(4)?,
            paid_minor: row.get(5)?,
            marks: row.get(6)?,
            told: row.get(7)?,
            replies: row.get(8)?,
            worded: (row.get(16)?, row.get(17)?),
            calls: row.get(9)?,
            unpriced: row.get(10)?,
            cost: row.get(11)?,
            first_answer_ms: row.get::<_, Option<i64>>(12)?.map(milliseconds),
            person_answer_ms: row.get::<_, Option<i64>>(13)?.map(milliseconds),
            reason: row.get::<_, Option<u8>>(14)?.and_then(Reason::numbered),
            waits: (first, self.waits.len() as u32),
            words,
        })
    }

    /// Those that began in `[from_us, to_us)`, in their order.
    pub(super) fn lines(&self, from_us: i64, to_us: i64) -> impl Iterator<Item = Line<'_>> {
        let at = |us| self.entries.partition_point(|entry| entry.started_us < us);
        self.entries[at(from_us)..at(to_us)].iter().map(|entry| Line { sheet: self, entry })
    }

    /// What all of them add up to, if all of them began in `[from_us, to_us)`.
    pub(super) fn whole(&self, from_us: i64, to_us: i64) -> Option<&Sums> {
        let (first, last) = (self.entries.first()?, self.entries.last()?);
        (first.started_us >= from_us && last.started_us < to_us).then_some(&self.sums)
    }

    /// What it takes in memory, about.
    pub(super) fn bytes(&self) -> usize {
        let words: usize = self.words.iter().map(|word| size_of::<Box<str>>() + word.len()).sum();
        ALONE + self.entries.len() * size_of::<Entry>() + self.waits.len() * size_of::<u32>() + words
    }
}

/// As many as fit; more is as good as never.
fn milliseconds(ms: i64) -> u32 {
    u32::try_from(ms.max(0)).unwrap_or(u32::MAX)
}

/// Numbers of texts while a sheet is read. Rows that follow each other often say the same, so the last text of each column is asked first.
#[derive(Default)]
struct Words {
    numbers: HashMap<Box<str>, u32>,
    last: [u32; WORDS],
}

impl Words {
    fn number(&mut self, column: usize, text: &str, words: &mut Vec<Box<str>>) -> u32 {
        let last = self.last[column];
        if last != 0 && &*words[last as usize] == text {
            return last;
        }
        let number = match self.numbers.get(text) {
            Some(number) => *number,
            None => {
                words.push(text.into());
                let number = words.len() as u32 - 1;
                self.numbers.insert(text.into(), number);
                number
            }
        };
        self.last[column] = number;
        number
    }
}

impl<'a> Line<'a> {
    /// When it began.
    #[must_use]
    pub fn started_us(&self) -> i64 {
        self.entry.started_us
    }

    /// Whose it is: a drawn number.
    #[must_use]
    pub fn person(&self) -> i64 {
        self.entry.person
    }

    /// Its row, while its detail lives.
    #[must_use]
    pub fn session(&self) -> Option<i64> {
        self.entry.session.map(NonZeroI64::get)
    }

    /// The word of that column; none where nothing is told.
    #[must_use]
    pub fn name(&self, name: Name) -> Option<&'a str> {
        let number = self.entry.words[name as usize];
        (number != 0).then(|| &*self.sheet.words[number as usize])
    }

    /// Whether it is in the numbers at all.
    #[must_use]
    pub fn is_counted(&self) -> bool {
        self.entry.words[Name::LeftOut as usize] == 0
    }

    /// A booking counts for it.
    #[must_use]
    pub fn is_booked(&self) -> bool {
        self.entry.booked_us.is_some()
    }

    /// When that booking was made.
    #[must_use]
    pub fn booked_us(&self) -> Option<i64> {
        self.entry.booked_us.map(NonZeroI64::get)
    }

    /// Why nothing came of it, also of one that was booked after all.
    #[must_use]
    pub fn reason(&self) -> Option<Reason> {
        self.entry.reason
    }

    /// Booked after it counted as lost.
    #[must_use]
    pub fn is_recovered(&self) -> bool {
        self.entry.recovered
    }

    /// Lost, and not booked after all.
    #[must_use]
    pub fn is_lost(&self) -> bool {
        self.entry.reason.is_some() && !self.entry.recovered
    }

    /// Whether it has one of these [`marks`].
    #[must_use]
    pub fn has(&self, mark: u32) -> bool {
        self.entry.marks & mark != 0
    }

    /// The client had written before.
    #[must_use]
    pub fn is_returning(&self) -> bool {
        self.has(marks::RETURNING)
    }

    /// Which steps of the funnel were told: a bit each.
    #[must_use]
    pub fn told(&self) -> u32 {
        self.entry.told
    }

    /// Answers of the assistant.
    #[must_use]
    pub fn replies(&self) -> u64 {
        u64::from(self.entry.replies)
    }

    /// Answers whose words are told, and how many characters they have together.
    #[must_use]
    pub fn worded(&self) -> (u64, u64) {
        (u64::from(self.entry.worded.0), u64::from(self.entry.worded.1))
    }

    /// How long the bot took for each burst of the client, in milliseconds.
    #[must_use]
    pub fn waits(&self) -> &'a [u32] {
        &self.sheet.waits[self.entry.waits.0 as usize..self.entry.waits.1 as usize]
    }

    /// From the client's first word to the first answer by anyone.
    #[must_use]
    pub fn first_answer_ms(&self) -> Option<u32> {
        self.entry.first_answer_ms
    }

    /// From the first hand-over to a person's word, in working hours.
    #[must_use]
    pub fn person_answer_ms(&self) -> Option<u32> {
        self.entry.person_answer_ms
    }

    /// What was paid for it, in minor units, and in which currency.
    #[must_use]
    pub fn paid(&self) -> Option<(i64, &'a str)> {
        (self.entry.paid_minor != 0).then(|| (self.entry.paid_minor, self.name(Name::PaidIn).unwrap_or_default()))
    }

    /// Calls of models, and of them those without a price.
    #[must_use]
    pub fn calls(&self) -> (u64, u64) {
        (u64::from(self.entry.calls), u64::from(self.entry.unpriced))
    }

    /// What the others cost, and in which currency.
    #[must_use]
    pub fn cost(&self) -> Option<(f64, &'a str)> {
        self.entry.cost.map(|cost| (cost, self.name(Name::CostIn).unwrap_or_default()))
    }
}
