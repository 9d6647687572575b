//! From the first message to the visit: how many are left at each step, and where most are lost.

use serde::Serialize;

use crate::proportion::Rate;

/// From one step to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Drop {
    /// Which step is left, counted from nought.
    pub step: usize,
    /// Those lost, of those who had reached it: 1 − nₖ₊₁/nₖ.
    pub lost: Rate,
}

/// The drops of a closed funnel in their order. None where a later step holds more than an earlier one: then it is not closed, and a drop
/// would be a lie.
#[must_use]
pub fn drops(reached: &[u64]) -> Option<Vec<Drop>> {
    reached
        .windows(2)
        .enumerate()
        .map(|(step, pair)| Some(Drop { step, lost: Rate { part: pair[0].checked_sub(pair[1])?, n: pair[0] } }))
        .collect()
}

/// Of those who began, those who reached the end.
#[must_use]
pub fn overall(reached: &[u64]) -> Option<Rate> {
    drops(reached)?;
    Some(Rate { part: *reached.last()?, n: *reached.first()? })
}

/// The same drops, the one that loses most people first: a small share of many may be worth more than a large share of few.
#[must_use]
pub fn leaks(mut drops: Vec<Drop>) -> Vec<Drop> {
    drops.sort_by_key(|drop| (std::cmp::Reverse(drop.lost.part), drop.step));
    drops
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::testing::digits;

    #[test]
    fn a_funnel_as_worked_by_hand() {
        let reached = [200, 150, 120, 96, 90, 72, 63];
        let found = drops(&reached).unwrap();
        let percent: Vec<String> = found.iter().map(|drop| digits(drop.lost.share().unwrap() * 100.0, 2)).collect();
        assert_eq!(percent, ["25.00", "20.00", "20.00", "6.25", "20.00", "12.50"]);
        assert_eq!(found.iter().map(|drop| drop.lost.part).collect::<Vec<_>>(), [50, 30, 24, 6, 18, 9]);
        assert_eq!(digits(overall(&reached).unwrap().share().unwrap() * 100.0, 1), "31.5");
        assert_eq!(leaks(found).iter().map(|drop| drop.step).collect::<Vec<_>>(), [0, 1, 2, 4, 5, 3]);
    }

    #[test]
    fn what_is_not_a_funnel() {
        assert_eq!((drops(&[5, 6]), overall(&[5, 6]), overall(&[])), (None, None, None));
        assert_eq!((drops(&[]), drops(&[5])), (Some(vec![]), Some(vec![])));
        assert_eq!(drops(&[0, 0]).unwrap()[0].lost.share(), None);
    }
}
