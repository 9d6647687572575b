//! What is asked of a whole day again and again: added up once, when its sheet is read.

use std::collections::BTreeMap;

use super::Line;

/// Of conversations that are in the numbers.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// How many there are.
    pub counted: u64,
    /// By what was told of them: which steps of the funnel.
    pub told: BTreeMap<u32, u64>,
    /// By currency: of how many something was paid, and what together, in minor units.
    pub paid: BTreeMap<Box<str>, (u64, i64)>,
}

impl Sums {
    pub(super) fn of<'a>(lines: impl Iterator<Item = Line<'a>>) -> Self {
        let mut sums = Self::default();
        for line in lines.filter(Line::is_counted) {
            sums.counted += 1;
            *sums.told.entry(line.told()).or_default() += 1;
            if let Some((minor, currency)) = line.paid().filter(|(minor, _)| *minor > 0) {
                sums.pay(currency, (1, minor));
            }
        }
        sums
    }

    pub(super) fn merge(&mut self, other: &Self) {
        self.counted += other.counted;
        other.told.iter().for_each(|(told, count)| *self.told.entry(*told).or_default() += count);
        other.paid.iter().for_each(|(currency, paid)| self.pay(currency, *paid));
    }

    fn pay(&mut self, currency: &str, (count, minor): (u64, i64)) {
        let all = match self.paid.get_mut(currency) {
            Some(known) => known,
            None => self.paid.entry(currency.into()).or_default(),
        };
        *all = (all.0 + count, all.1 + minor);
    }
}
