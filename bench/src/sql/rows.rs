//! Reads a database's schema and rows into memory, in the order in which they came into being.
//!
//! The tables of a full-text index are SQLite's own: they are left out, the index itself is filled through its columns. Where
//! the index takes its text from a view with the product's `stems` function, a simple one stands in: lower case, words.

use anyhow::{Context, Result};
use rusqlite::functions::FunctionFlags;
use rusqlite::types::Value;
use rusqlite::{Connection, OpenFlags};
use std::path::Path;

const INTERNAL_PARTS: [&str; 5] = ["_data", "_idx", "_content", "_docsize", "_config"];

pub(super) struct Source {
    pub(super) page_size: i64,
    pub(super) schema: Vec<String>,
    pub(super) tables: Vec<Table>,
    pub(super) events: u64,
}

pub(super) struct Table {
    pub(super) name: String,
    pub(super) insert: String,
    pub(super) rows: Vec<Vec<Value>>,
}

struct Part {
    kind: String,
    name: String,
    sql: String,
}

impl Source {
    /// The rows of the first `events` events; of every table the same share.
    pub(super) fn read(file: &Path, events: u64, no_search: bool) -> Result<Self> {
        let db = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY)
            .with_context(|| format!("cannot open {}", file.display()))?;
        register_stems(&db)?;
        let total = rows_in(&db, "events").context("the source has no table `events`")?;
        let events = events.min(total);
        let mut parts = parts(&db)?;
        if no_search {
            let virtual_names: Vec<String> = parts.iter().filter(|p| p.is_virtual()).map(|p| p.name.clone()).collect();
            parts.retain(|p| !virtual_names.contains(&p.name));
        }
        let mut tables = Vec::new();
        for part in parts.iter().filter(|p| p.kind == "table") {
            let count = rows_in(&db, &part.name)?;
            let share = (u128::from(count) * u128::from(events)).div_ceil(u128::from(total.max(1))) as u64;
            tables.push(read_table(&db, part, share).with_context(|| format!("cannot read table {}", part.name))?);
        }
        Ok(Self {
            page_size: db.query_row("PRAGMA page_size", [], |r| r.get(0))?,
            schema: parts.into_iter().map(|p| p.sql).collect(),
            tables,
            events,
        })
    }
}

impl Part {
    fn is_virtual(&self) -> bool {
        self.sql.to_ascii_uppercase().starts_with("CREATE VIRTUAL")
    }
}

fn parts(db: &Connection) -> Result<Vec<Part>> {
    // Triggers are left out: what they wrote is among the rows. So are windows on the search index, which hold nothing.
    let query = "SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' \
                 AND type <> 'trigger' AND sql NOT LIKE '%USING fts5vocab%' ORDER BY rowid";
    let mut statement = db.prepare(query)?;
    let all = statement.query_map([], |r| Ok(Part { kind: r.get(0)?, name: r.get(1)?, sql: r.get(2)? }))?.collect::<Result<Vec<_>, _>>()?;
    let internal: Vec<String> =
        all.iter().filter(|p| p.is_virtual()).flat_map(|p| INTERNAL_PARTS.iter().map(|suffix| format!("{}{suffix}", p.name))).collect();
    Ok(all.into_iter().filter(|p| !internal.contains(&p.name)).collect())
}

fn rows_in(db: &Connection, table: &str) -> Result<u64> {
    let count: i64 = db.query_row(&format!("SELECT count(*) FROM \"{table}\""), [], |r| r.get(0))?;
    Ok(count.unsigned_abs())
}

fn read_table(db: &Connection, part: &Part, limit: u64) -> Result<Table> {
    let name = &part.name;
    let mut columns = columns(db, name)?;
    // A table without row ids is stored in key order; its rows came in the order of their records.
    let order = columns.iter().find(|c| *c == "record").map_or_else(String::new, |c| format!("ORDER BY {c}"));
    if part.is_virtual() {
        columns.insert(0, "rowid".to_owned());
    }
    let list = columns.iter().map(|c| format!("\"{c}\"")).collect::<Vec<_>>().join(", ");
    let holes = vec!["?"; columns.len()].join(", ");
    let mut statement = db.prepare(&format!("SELECT {list} FROM \"{name}\" {order} LIMIT {limit}"))?;
    let rows = statement
        .query_map([], |row| (0..columns.len()).map(|i| row.get::<_, Value>(i)).collect::<Result<Vec<_>, _>>())?
        .collect::<Result<Vec<_>, _>>()?;
    Ok(Table { name: name.clone(), insert: format!("INSERT INTO \"{name}\" ({list}) VALUES ({holes})"), rows })
}

/// Stored columns only: generated and hidden ones are not inserted.
fn columns(db: &Connection, table: &str) -> Result<Vec<String>> {
    let mut statement = db.prepare("SELECT name FROM pragma_table_xinfo(?1) WHERE hidden = 0 ORDER BY cid")?;
    let names = statement.query_map([table], |r| r.get(0))?.collect::<Result<Vec<_>, _>>()?;
    Ok(names)
}

pub(super) fn register_stems(db: &Connection) -> Result<()> {
    db.create_scalar_function("stems", 1, FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC, |ctx| {
        let text: String = ctx.get(0)?;
        let words = text.to_lowercase().replace('ё', "е");
        Ok(words.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).collect::<Vec<_>>().join(" "))
    })?;
    Ok(())
}
