//! The days that are kept in memory: the newest ones, as many as fit.
//!
//! One for the whole process, because a sheet's stamp is drawn: it says by itself which rows of which database it holds. Not the least used goes
//! first but the oldest: a question about a year would else push out, one after the other, the days that everybody asks for.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;

use super::Sheet;
use crate::event::BusinessId;
use crate::event::when::DAY_US;

/// About three million events' conversations.
const MOST_BYTES: usize = 64 << 20;

/// By day first, so that the oldest comes first.
type Key = (i64, BusinessId);

struct Held {
    sheets: BTreeMap<Key, (i64, Arc<Sheet>)>,
    bytes: usize,
}

static HELD: Mutex<Held> = Mutex::new(Held { sheets: BTreeMap::new(), bytes: 0 });

/// That day, if it still carries this stamp.
pub(super) fn held(business: BusinessId, day: i64, stamp: i64) -> Option<Arc<Sheet>> {
    let mut held = HELD.lock().unwrap_or_else(PoisonError::into_inner);
    match held.sheets.get(&(day, business)) {
        Some((known, sheet)) if *known == stamp => Some(Arc::clone(sheet)),
        // What it holds is not what is there any more.
        Some(_) => {
            if let Some((_, earlier)) = held.sheets.remove(&(day, business)) {
                held.bytes -= earlier.bytes();
            }
            None
        }
        None => None,
    }
}

/// Keeps a day in the place of what was known of it. A day that is yet to come is not kept: a sender whose clock is years ahead would push out
/// every day that there was.
pub(super) fn hold(business: BusinessId, day: i64, stamp: i64, sheet: &Arc<Sheet>) {
    if day > Timestamp::now().as_microsecond().div_euclid(DAY_US) + 1 {
        return;
    }
    let mut held = HELD.lock().unwrap_or_else(PoisonError::into_inner);
    held.bytes += sheet.bytes();
    if let Some((_, earlier)) = held.sheets.insert((day, business), (stamp, Arc::clone(sheet))) {
        held.bytes -= earlier.bytes();
    }
    while held.bytes > MOST_BYTES
        && let Some((_, (_, oldest))) = held.sheets.pop_first()
    {
        held.bytes -= oldest.bytes();
    }
}
