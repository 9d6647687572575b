//! Conversations of a period, read once and held in memory: what every figure walks over.
//!
//! A [`Sheet`] is one day's rows of `cases` (by UTC) with texts replaced by numbers. A trigger draws the day a new stamp whenever one of its rows
//! changes (`case_days` in schema.sql), so nobody has to remember to throw a sheet away: whoever asks reads the stamps of the period in their own
//! snapshot, walks over the sheets that still carry them, and reads the other days anew. A month of a hundred thousand conversations is walked in some
//! milliseconds that way, whatever is asked of it and however it is cut.
//!
//! * `sheet` – one day, and its lines · `sums` – of a day, added up once · `held` – the days that are kept

mod held;
mod sheet;
mod sums;
#[cfg(test)]
mod tests;

pub use sheet::{Line, Name, Sheet};
pub use sums::Sums;

use std::sync::Arc;

use rusqlite::{Connection, params};

use crate::event::BusinessId;
use crate::event::when::DAY_US;

/// Takes every conversation that began in `[from_us, to_us)`, in their order.
///
/// # Errors
/// When the database says no.
pub fn walk(conn: &Connection, business: BusinessId, from_us: i64, to_us: i64, mut take: impl FnMut(&Line<'_>)) -> rusqlite::Result<()> {
    each(conn, business, from_us, to_us, |sheet| sheet.lines(from_us, to_us).for_each(|line| take(&line)))
}

/// What every conversation that began in `[from_us, to_us)` adds up to. Only days that are cut by it are walked.
///
/// # Errors
/// When the database says no.
pub fn sums(conn: &Connection, business: BusinessId, from_us: i64, to_us: i64) -> rusqlite::Result<Sums> {
    let mut sums = Sums::default();
    each(conn, business, from_us, to_us, |sheet| match sheet.whole(from_us, to_us) {
        Some(day) => sums.merge(day),
        None => sums.merge(&Sums::of(sheet.lines(from_us, to_us))),
    })?;
    Ok(sums)
}

/// Reads the newest days before they are asked for, as many as are held.
///
/// # Errors
/// When the database says no.
pub fn warm(conn: &Connection, business: BusinessId, now_us: i64, days: i64) -> rusqlite::Result<()> {
    each(conn, business, now_us - days * DAY_US, now_us + DAY_US, |_| {})
}

/// Every day's sheet of a period, the oldest first.
fn each(conn: &Connection, business: BusinessId, from_us: i64, to_us: i64, mut take: impl FnMut(&Sheet)) -> rusqlite::Result<()> {
    if from_us >= to_us {
        return Ok(());
    }
    let (first, last) = (from_us.div_euclid(DAY_US), (to_us - 1).div_euclid(DAY_US));
    let sql = "SELECT day, stamp FROM case_days WHERE business = ?1 AND day BETWEEN ?2 AND ?3 ORDER BY day";
    let mut days = conn.prepare_cached(sql)?;
    let mut days = days.query(params![business.0, first, last])?;
    while let Some(row) = days.next()? {
        let (day, stamp) = (row.get(0)?, row.get(1)?);
        let sheet = match held::held(business, day, stamp) {
            Some(sheet) => sheet,
            None => {
                let sheet = Arc::new(Sheet::read(conn, business, day)?);
                held::hold(business, day, stamp, &sheet);
                sheet
            }
        };
        take(&sheet);
    }
    Ok(())
}
