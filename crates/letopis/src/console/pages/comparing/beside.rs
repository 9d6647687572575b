//! What else is looked at before and after a change, as rows: waiting, length of answers, cost, promises.

use super::super::language::Texts;
use super::super::money::amounts;
use super::super::numbers::drawing::{decimal, share, took};
use crate::metrics::changes::{Beside, Side};
use crate::metrics::rate::Rate;

/// A line of the table.
pub(super) struct BesideRow {
    pub(super) name: String,
    pub(super) before: String,
    pub(super) after: String,
}

/// Before and after, in words.
type Sides = Option<(String, String)>;

/// One row each; what neither window knows has none.
pub(super) fn rows(t: &Texts, beside: &Beside) -> Vec<BesideRow> {
    let Beside { before, after, .. } = beside;
    let times = |of: fn(&Side) -> Option<f64>| both(t, of(before).map(|ms| took(t, ms)), of(after).map(|ms| took(t, ms)));
    let shares = |of: fn(&Side) -> Rate| (of(before).n + of(after).n > 0).then(|| (share(t, of(before)), share(t, of(after))));
    let chars = |side: &Side| side.reply_chars.map(|chars| decimal(t, chars, 0));
    let all = [
        row(t, "within", shares(|side| side.within_3s)),
        row(t, "p50", times(|side| side.p50_ms)),
        row(t, "p95", times(|side| side.p95_ms)),
        row(t, "chars", both(t, chars(before), chars(after))),
        row(t, "cost", both(t, cost(t, before), cost(t, after))),
        row(t, "broken", shares(|side| side.broken)),
    ];
    all.into_iter().flatten().collect()
}

fn row(t: &Texts, name: &str, sides: Sides) -> Option<BesideRow> {
    sides.map(|(before, after)| BesideRow { name: t.of("change-beside", name), before, after })
}

fn both(t: &Texts, before: Option<String>, after: Option<String>) -> Sides {
    let said = |value: Option<String>| value.unwrap_or_else(|| t.say("numbers-nothing"));
    (before.is_some() || after.is_some()).then(|| (said(before), said(after)))
}

/// Every currency; «не меньше» where some calls have no price.
fn cost(t: &Texts, side: &Side) -> Option<String> {
    let said = (!side.cost_per_booking.is_empty()).then(|| amounts(t, &side.cost_per_booking))?;
    Some(if side.unpriced > 0 { t.of("change-at-least", &said) } else { said })
}
