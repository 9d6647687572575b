//! How many came to each step, and where most were lost.
//!
//! A step is a bar as long as its count; what it lost since the step before is drawn as the pale rest of that bar. So a loss is a length one
//! can compare, which the slanted sides of a drawn funnel are not. The largest loss is marked by words and colour.

use crate::figure::{Caption, Surroundings, figure};
use crate::ink::{Anchor, Ink};
use crate::lettering::{fit, width};
use crate::sheet::Sheet;
use crate::table::Table;
use crate::words::{Term, Words};

/// One step.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Step {
    /// «Оставили телефон».
    pub label: String,
    /// How many came so far.
    pub reached: u64,
}

/// Steps in their order; nobody comes to a step without the one before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Funnel {
    /// Title, finding, note.
    pub caption: Caption,
    /// The steps.
    pub steps: Vec<Step>,
}

impl Funnel {
    /// As HTML.
    #[must_use]
    pub fn draw(&self, words: &dyn Words) -> String {
        let around = Surroundings { caption: &self.caption, keys: Vec::new(), marks: Vec::new(), table: self.table(words) };
        figure(around, words, |ink, sheet| self.draw_on(ink, sheet, words))
    }

    /// What was lost on the way to a step, and from how many. None for the first.
    fn lost(&self, index: usize) -> Option<(u64, u64)> {
        let before = self.steps.get(index.checked_sub(1)?)?.reached;
        Some((before.saturating_sub(self.steps[index].reached), before))
    }

    /// The step on the way to which most were lost; the earlier of equals.
    fn leak(&self) -> Option<usize> {
        let losses = (1..self.steps.len()).filter_map(|index| Some((index, self.lost(index)?.0)));
        losses.filter(|(_, lost)| *lost > 0).max_by_key(|(index, lost)| (*lost, usize::MAX - index)).map(|(index, _)| index)
    }

    fn draw_on(&self, ink: &mut Ink, sheet: &Sheet, words: &dyn Words) -> f64 {
        let whole = self.steps.iter().map(|step| step.reached).max().unwrap_or(0).max(1) as f64;
        let (left, right) = self.sides(sheet, words);
        let long = |count: u64| count as f64 / whole * (right - left);
        let (thick, first) = (sheet.pick(14.0, 20.0), self.steps.first().map_or(0, |step| step.reached));
        let mut y = 2.0;
        for (index, step) in self.steps.iter().enumerate() {
            if let Some((lost, before)) = self.lost(index) {
                y = self.draw_loss(ink, sheet, words, (left, y), index, (lost, before));
            }
            let value = reached(words, step.reached, first);
            let line = if sheet.is_wide() { y + thick / 2.0 + sheet.text * 0.35 } else { y + 11.0 };
            let room = if sheet.is_wide() { left - 12.0 } else { sheet.width - width(&value, sheet.text) - 10.0 };
            ink.letters("label", (0.0, line), Anchor::Start, &fit(&step.label, sheet.text, room));
            ink.letters("value", (sheet.width, line), Anchor::End, &value);
            y += if sheet.is_wide() { 0.0 } else { 17.0 };
            if let Some((lost, _)) = self.lost(index).filter(|(lost, _)| *lost > 0) {
                let class = if self.leak() == Some(index) { "lost leak" } else { "lost" };
                ink.rect(class, (left + long(step.reached), y), (long(lost), thick));
            }
            ink.rect("bar", (left, y), (long(step.reached), thick));
            y += thick;
        }
        y + 4.0
    }

    /// The words between two steps.
    fn draw_loss(&self, ink: &mut Ink, sheet: &Sheet, words: &dyn Words, at: (f64, f64), index: usize, lost: (u64, u64)) -> f64 {
        let leak = self.leak() == Some(index);
        let (class, mark) = if leak { ("loss leak", format!(" ◂ {}", words.term(Term::Leak))) } else { ("loss", String::new()) };
        let told = match lost.0 {
            0 => words.count(0),
            lost_here if lost.1 < FEW => format!("−{}{mark}", words.count(lost_here)),
            lost_here => format!("−{} ({}){mark}", words.count(lost_here), share(words, lost)),
        };
        let line = at.1 + sheet.text + 3.0;
        ink.letters(class, (at.0, line), Anchor::Start, &format!("↓ {}", fit(&told, sheet.text, sheet.width - at.0 - 16.0)));
        line + sheet.pick(10.0, 6.0)
    }

    /// From where to where the bars go.
    fn sides(&self, sheet: &Sheet, words: &dyn Words) -> (f64, f64) {
        if !sheet.is_wide() {
            return (0.0, sheet.width);
        }
        let first = self.steps.first().map_or(0, |step| step.reached);
        let labels = self.steps.iter().map(|step| width(&step.label, sheet.text)).fold(0.0, f64::max).min(220.0);
        let values = self.steps.iter().map(|step| width(&reached(words, step.reached, first), sheet.text)).fold(0.0, f64::max);
        (labels + 14.0, sheet.width - values - 12.0)
    }

    fn table(&self, words: &dyn Words) -> Table {
        let first = self.steps.first().map_or(0, |step| step.reached);
        let head = [Term::Step, Term::Reached, Term::OfFirst, Term::Lost, Term::LostShare].map(|term| words.term(term)).to_vec();
        let row = |(index, step): (usize, &Step)| {
            let lost = self.lost(index);
            let leak = if self.leak() == Some(index) { format!(" ({})", words.term(Term::Leak)) } else { String::new() };
            vec![
                step.label.clone(),
                words.count(step.reached),
                share(words, (step.reached, first)),
                lost.map_or("–".to_owned(), |(lost, _)| format!("{}{leak}", words.count(lost))),
                lost.map_or("–".to_owned(), |lost| share(words, lost)),
            ]
        };
        Table { head, rows: self.steps.iter().enumerate().map(row).collect() }
    }
}

/// A share of fewer says nothing: they are told as they are.
const FEW: u64 = 30;

/// «150 · 75 %», of those who began.
fn reached(words: &dyn Words, count: u64, first: u64) -> String {
    if first < FEW { words.count(count) } else { format!("{} · {}", words.count(count), share(words, (count, first))) }
}

fn share(words: &dyn Words, (part, whole): (u64, u64)) -> String {
    match whole {
        0 => "–".to_owned(),
        _ if whole < FEW => words.term(Term::Few).to_owned(),
        _ => words.share(part as f64 / whole as f64),
    }
}
