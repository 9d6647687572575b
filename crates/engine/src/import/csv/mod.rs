//! Tables: one row, one event.
//!
//! Which column is which field comes from three places, the later winning: well-known column names (`Телефон`, `phone`), the mapping
//! ([`Columns`]), constants for what the table does not hold. A column nobody claims is kept under `meta`, by its own name. Cells stay
//! as they are except where the event wants a number, a list or a moment. Separator (`;`, `,`, tab) and encoding (UTF-8 with or
//! without BOM, windows-1251) are recognised.

mod cells;
mod columns;
mod headers;
mod moments;
mod text;

use std::io::{BufRead, Cursor, Read};

use serde_json::{Map, Value};

pub use columns::{Columns, MappingError};

use super::{Events, ImportError, Input, Item, Options, bad, ids::Ids, json::FuseOnStop, lines::MAX_LINE_BYTES};

/// Reads a table. A header that yields no timestamp or no content stops at once, with the names it saw.
pub(super) fn open(input: Input, options: &Options) -> Events {
    match Table::open(input, options) {
        Ok(table) => Box::new(table.fuse_on_stop()),
        Err(reason) => Box::new(std::iter::once(Err(ImportError::Stopped(reason)))),
    }
}

struct Table {
    rows: csv::ByteRecordsIntoIter<Box<dyn Read + Send>>,
    plan: columns::Plan,
    width: usize,
    ids: Ids,
}

impl Table {
    fn open(mut input: Input, options: &Options) -> Result<Self, String> {
        let mut first_line = Vec::new();
        input.by_ref().take(MAX_LINE_BYTES as u64).read_until(b'\n', &mut first_line).map_err(|error| error.to_string())?;
        let delimiter = options.columns.delimiter()?.unwrap_or_else(|| text::delimiter(&first_line));
        let whole: Box<dyn Read + Send> = Box::new(Cursor::new(first_line).chain(input));
        let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(whole);
        let header = reader.byte_headers().map_err(|error| error.to_string())?;
        let names: Vec<String> = header.iter().map(|cell| text::decode(cell).trim().to_owned()).collect();
        let plan = options.columns.plan(&names, options.channel.as_deref()).map_err(|error| error.to_string())?;
        Ok(Self { rows: reader.into_byte_records(), plan, width: names.len(), ids: Ids::new("csv") })
    }

    fn event(&mut self, row: &csv::ByteRecord) -> Result<Vec<u8>, String> {
        if row.as_slice().len() > MAX_LINE_BYTES {
            return Err(format!("longer than {MAX_LINE_BYTES} bytes: is a quote not closed?"));
        }
        if row.len() != self.width {
            return Err(format!("{} cells where the header has {}", row.len(), self.width));
        }
        let cells: Vec<String> = row.iter().map(|cell| text::decode(cell).trim().to_owned()).collect();
        let mut event = self.plan.event(&cells)?;
        if !event.contains_key("event_id") {
            event.insert("event_id".to_owned(), self.ids.next(&content(row)).into());
        }
        Ok(Value::Object(event).to_string().into_bytes())
    }
}

impl Iterator for Table {
    type Item = Result<Item, ImportError>;

    fn next(&mut self) -> Option<Self::Item> {
        let row = match self.rows.next()? {
            Ok(row) => row,
            Err(error) => return Some(Err(ImportError::Stopped(error.to_string()))),
        };
        let position = row.position().map_or(0, csv::Position::line);
        Some(self.event(&row).map(|event| Item { position, event }).map_err(|reason| bad("line", position, reason)))
    }
}

/// The row's cells with their lengths, so that moving a separator changes the id.
fn content(row: &csv::ByteRecord) -> Vec<u8> {
    row.iter().flat_map(|cell| (cell.len() as u64).to_le_bytes().into_iter().chain(cell.iter().copied())).collect()
}

/// Puts `value` at a dotted path such as `client.phone`.
fn put(event: &mut Map<String, Value>, path: &str, value: Value) {
    match path.split_once('.') {
        None => {
            event.insert(path.to_owned(), value);
        }
        Some((outer, inner)) => {
            let nested = event.entry(outer).or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(nested) = nested {
                nested.insert(inner.to_owned(), value);
            }
        }
    }
}
