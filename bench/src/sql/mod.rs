//! The bare SQL loop: how fast SQLite alone takes the rows that the product stores, with nothing around it.
//!
//! `--from` is a database the product has filled. Its own schema (tables, indexes, full text) and its own rows are read into
//! memory and inserted into an empty file: WAL, synchronous=FULL, one transaction for every 1000 events. No HTTP, queue, JSON,
//! sealing or read-modify-write: a session that the product updates eight times is inserted once. So nothing has to be kept in
//! step with the product's schema, and the comparison leans against the product. Without `--from` a stand-in is used.

mod rows;
mod stand_in;

use crate::output::{Output, rounded};
use anyhow::{Context, Result, ensure};
use rows::Source;
use rusqlite::{Connection, params_from_iter};
use serde_json::json;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

const EVENTS_PER_TRANSACTION: u64 = 1000;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// How many events' rows to insert; no more than the source has.
    #[arg(long, default_value_t = 200_000)]
    events: u64,
    /// Folder for the database; what this tool writes there it removes again.
    #[arg(long)]
    dir: PathBuf,
    /// A database filled by the product (of a stopped server).
    #[arg(long)]
    from: Option<PathBuf>,
    /// Leave the full-text index out.
    #[arg(long)]
    no_search: bool,
    #[command(flatten)]
    output: Output,
}

pub(crate) fn run(args: &Args) -> Result<()> {
    fs::create_dir_all(&args.dir).with_context(|| format!("cannot create {}", args.dir.display()))?;
    let stand_in = args.dir.join("bare-source.db");
    if args.from.is_none() {
        remove_database(&stand_in);
        stand_in::create(&stand_in, args.events)?;
    }
    let source = Source::read(args.from.as_deref().unwrap_or(&stand_in), args.events, args.no_search)?;
    ensure!(source.events > 0, "the source has no events");
    let file = args.dir.join("bare.db");
    remove_database(&file);
    let seconds = insert(&file, &source)?;
    let size = fs::metadata(&file).map_or(0, |m| m.len());
    remove_database(&file);
    remove_database(&stand_in);
    let rows = source.tables.iter().map(|t| t.rows.len()).sum::<usize>();
    args.output.print(
        "sql",
        &[
            ("events", json!(source.events)),
            ("rows", json!(rows)),
            ("tables", json!(source.tables.iter().map(|t| format!("{} {}", t.name, t.rows.len())).collect::<Vec<_>>())),
            ("seconds", rounded(seconds)),
            ("events_per_s", rounded(source.events as f64 / seconds)),
            ("rows_per_s", rounded(rows as f64 / seconds)),
            ("bytes_per_event", rounded(size as f64 / source.events as f64)),
            ("stand_in", json!(args.from.is_none())),
        ],
    );
    Ok(())
}

/// Seconds for all transactions and the last checkpoint of the WAL.
fn insert(file: &Path, source: &Source) -> Result<f64> {
    let mut db = Connection::open(file)?;
    rows::register_stems(&db)?;
    db.pragma_update(None, "page_size", source.page_size)?;
    db.pragma_update(None, "journal_mode", "WAL")?;
    db.pragma_update(None, "synchronous", "FULL")?;
    db.pragma_update(None, "foreign_keys", false)?;
    for statement in &source.schema {
        db.execute_batch(statement).with_context(|| format!("cannot repeat: {statement}"))?;
    }
    let transactions = source.events.div_ceil(EVENTS_PER_TRANSACTION) as usize;
    let began = Instant::now();
    for part in 0..transactions {
        let transaction = db.transaction()?;
        for table in &source.tables {
            let count = table.rows.len();
            let mut statement = transaction.prepare_cached(&table.insert)?;
            for row in &table.rows[count * part / transactions..count * (part + 1) / transactions] {
                statement.execute(params_from_iter(row))?;
            }
        }
        transaction.commit()?;
    }
    db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    Ok(began.elapsed().as_secs_f64())
}

/// A file that is not there is as good as removed.
fn remove_database(file: &Path) {
    for suffix in ["", "-wal", "-shm"] {
        let mut name = file.as_os_str().to_owned();
        name.push(suffix);
        let _ = fs::remove_file(PathBuf::from(name));
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_copy_has_the_rows_and_the_search_terms_of_the_source() {
        let dir = std::env::temp_dir().join(format!("letopis-bench-sql-{}", std::process::id()));
        fs::create_dir_all(&dir).unwrap();
        let (from, to) = (dir.join("from.db"), dir.join("to.db"));
        stand_in::create(&from, 2500).unwrap();
        let source = Source::read(&from, 2000, false).unwrap();
        assert_eq!(source.events, 2000);
        insert(&to, &source).unwrap();
        let db = Connection::open(&to).unwrap();
        let count = |sql: &str| db.query_row(sql, [], |r| r.get::<_, i64>(0)).unwrap();
        assert_eq!(count("SELECT count(*) FROM events"), 2000);
        assert_eq!(count("SELECT count(*) FROM entries"), 2000);
        assert!(count("SELECT count(*) FROM sessions") > 200);
        assert!(count("SELECT count(*) FROM search WHERE search MATCH 'скидка'") > 10);
        fs::remove_dir_all(&dir).unwrap();
    }
}
