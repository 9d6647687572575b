//! Rebuilt rows against live ones: what differs is named, or replaced.
//!
//! Row numbers of clients, identities and conversations are private to a database, so rebuilt rows are first given the numbers that the
//! live ones with the same public id have; after that equal means equal in every column. Columns are read from the schema, so a new one
//! is compared too.

use rusqlite::Connection;
use serde::Serialize;

/// Differences of one table that are listed; more are only counted.
const LISTED: usize = 100;

/// A derived table.
struct Table {
    name: &'static str,
    /// What names a row in both databases.
    key: &'static [&'static str],
    /// Columns that hold row numbers, and the table whose numbers they are.
    numbers: &'static [(&'static str, &'static str)],
}

/// A table that this version has not is passed over.
const TABLES: [Table; 20] = [
    Table { name: "clients", key: &["business", "pid"], numbers: &[("id", "clients"), ("merged_into", "clients"), ("root", "clients")] },
    Table { name: "identities", key: &["business", "pseudonym"], numbers: &[("id", "identities"), ("client", "clients")] },
    Table { name: "likenesses", key: &["one", "other"], numbers: &[("one", "clients"), ("other", "clients")] },
    Table {
        name: "sessions",
        key: &["business", "pid"],
        numbers: &[("id", "sessions"), ("identity", "identities"), ("client", "clients")],
    },
    Table { name: "session_names", key: &["business", "pid"], numbers: &[("session", "sessions")] },
    Table { name: "events", key: &["record"], numbers: &[("session", "sessions"), ("identity", "identities")] },
    Table { name: "deliveries", key: &["record"], numbers: &[] },
    Table { name: "model_calls", key: &["record"], numbers: &[] },
    Table { name: "details", key: &["record"], numbers: &[] },
    Table { name: "promises", key: &["record", "kind", "modality"], numbers: &[] },
    Table { name: "review_items", key: &["business", "queue", "record"], numbers: &[] },
    Table { name: "reviews", key: &["record"], numbers: &[] },
    Table { name: "decisions", key: &["record"], numbers: &[] },
    Table { name: "incidents", key: &["record"], numbers: &[] },
    Table { name: "scenario_versions", key: &["record"], numbers: &[] },
    Table { name: "scenario_activations", key: &["record"], numbers: &[] },
    Table { name: "requests", key: &["record"], numbers: &[] },
    Table { name: "breaches", key: &["incident"], numbers: &[] },
    Table { name: "experiments", key: &["record"], numbers: &[] },
    Table { name: "merges", key: &["business", "pid"], numbers: &[] },
];

/// One row that is not what the records give.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// In which table.
    pub table: &'static str,
    /// Which row, by record number, public id or keyed name.
    pub row: String,
    /// `missing`, `altered` or `extra`.
    pub what: &'static str,
}

/// How many rows of a table were replaced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Changed {
    /// Which table.
    pub table: &'static str,
    /// Rows that went.
    pub removed: usize,
    /// Rows that came.
    pub added: usize,
}

/// Sets up the comparison on a connection whose `main` is live and which has the rebuilt database attached as `fresh`.
pub(super) fn prepare(conn: &Connection) -> rusqlite::Result<()> {
    clear(conn)?;
    for table in TABLES.iter().filter(|table| table.numbers.iter().any(|(column, _)| *column == "id")) {
        let (name, same) = (table.name, same_key(table, "l", "f"));
        conn.execute_batch(&format!(
            "CREATE TEMP TABLE {name}_numbers (fresh INTEGER PRIMARY KEY, live INTEGER NOT NULL UNIQUE);
             INSERT INTO {name}_numbers SELECT f.id, l.id FROM fresh.{name} f JOIN main.{name} l ON {same};
             INSERT INTO {name}_numbers SELECT f.id, (SELECT coalesce(max(id), 0) FROM main.{name}) + row_number() OVER (ORDER BY f.id)
               FROM fresh.{name} f WHERE f.id NOT IN (SELECT fresh FROM {name}_numbers);"
        ))?;
    }
    for table in tables(conn)? {
        let name = table.name;
        let select: Vec<String> = columns(conn, name)?.iter().map(|column| format!("{} AS {column}", rebuilt(table, column))).collect();
        let select = format!("SELECT {} FROM fresh.{name} f", select.join(", "));
        // A pair of clients is stored with the lower number first, and has no other name to be found by: kept by itself.
        let made = if name == "likenesses" { "TABLE" } else { "VIEW" };
        conn.execute_batch(&format!("CREATE TEMP {made} new_{name} AS {select};"))?;
    }
    conn.execute_batch("CREATE INDEX temp.new_likenesses_by_pair ON new_likenesses (one, other);")
}

/// The tables of this version.
fn tables(conn: &Connection) -> rusqlite::Result<Vec<&'static Table>> {
    let mut there = Vec::new();
    for table in &TABLES {
        if !columns(conn, table.name)?.is_empty() {
            there.push(table);
        }
    }
    Ok(there)
}

/// Takes away what [`prepare`] made.
pub(super) fn clear(conn: &Connection) -> rusqlite::Result<()> {
    for table in &TABLES {
        let (name, made) = (table.name, if table.name == "likenesses" { "TABLE" } else { "VIEW" });
        conn.execute_batch(&format!("DROP {made} IF EXISTS temp.new_{name}; DROP TABLE IF EXISTS temp.{name}_numbers;"))?;
    }
    Ok(())
}

/// What differs: how many rows, and the first of them.
pub(super) fn differences(conn: &Connection) -> rusqlite::Result<(u64, Vec<Difference>)> {
    let (mut count, mut listed) = (0, Vec::new());
    for table in tables(conn)? {
        let name = table.name;
        let row = |of: &str| {
            let parts: Vec<String> =
                table.key.iter().map(|key| format!("iif(typeof({of}.{key}) = 'blob', hex({of}.{key}), {of}.{key})")).collect();
            parts.join(" || ' ' || ")
        };
        let key = same_key(table, "n", "t");
        let live = format!(
            "SELECT {}, EXISTS (SELECT 1 FROM temp.new_{name} n WHERE {key}) FROM main.{name} t WHERE {}",
            row("t"),
            not_rebuilt(conn, table)?
        );
        let fresh = format!("SELECT {}, NULL FROM temp.new_{name} n WHERE NOT EXISTS (SELECT 1 FROM main.{name} t WHERE {key})", row("n"));
        let mut of_table = 0;
        for sql in [live, fresh] {
            let mut statement = conn.prepare(&sql)?;
            let mut rows = statement.query([])?;
            while let Some(found) = rows.next()? {
                of_table += 1;
                if of_table <= LISTED {
                    let what = match found.get::<_, Option<bool>>(1)? {
                        Some(true) => "altered",
                        Some(false) => "extra",
                        None => "missing",
                    };
                    let row = found.get_ref(0)?;
                    let row = row.as_str().map_or_else(|_| row.as_i64().unwrap_or_default().to_string(), str::to_owned);
                    listed.push(Difference { table: name, row, what });
                }
            }
        }
        count += of_table as u64;
    }
    Ok((count, listed))
}

/// Makes the live rows the rebuilt ones.
pub(super) fn replace(conn: &Connection) -> rusqlite::Result<Vec<Changed>> {
    let mut changed = Vec::new();
    // All go before any comes: a public id may have moved to another row.
    for table in tables(conn)? {
        let removed = conn.execute(&format!("DELETE FROM main.{} AS t WHERE {}", table.name, not_rebuilt(conn, table)?), [])?;
        changed.push(Changed { table: table.name, removed, added: 0 });
    }
    for (table, changed) in tables(conn)?.into_iter().zip(&mut changed) {
        let (name, columns, key) = (table.name, columns(conn, table.name)?.join(", "), same_key(table, "n", "t"));
        let sql = format!(
            "INSERT INTO main.{name} ({columns}) SELECT {columns} FROM temp.new_{name} n
             WHERE NOT EXISTS (SELECT 1 FROM main.{name} t WHERE {key})"
        );
        changed.added = conn.execute(&sql, [])?;
    }
    Ok(changed)
}

/// The condition on a live row `t` that no rebuilt row is equal to it.
fn not_rebuilt(conn: &Connection, table: &Table) -> rusqlite::Result<String> {
    let of = |name: &str, columns: &[String]| columns.iter().map(|column| format!("{name}.{column}")).collect::<Vec<_>>().join(", ");
    let columns = columns(conn, table.name)?;
    let key = same_key(table, "n", "t");
    Ok(format!("NOT EXISTS (SELECT 1 FROM temp.new_{} n WHERE {key} AND ({}) IS ({}))", table.name, of("n", &columns), of("t", &columns)))
}

fn same_key(table: &Table, one: &str, other: &str) -> String {
    table.key.iter().map(|key| format!("{one}.{key} = {other}.{key}")).collect::<Vec<_>>().join(" AND ")
}

/// A column of a rebuilt row, with the numbers of the live database.
fn rebuilt(table: &Table, column: &str) -> String {
    let live = |column: &str, of: &str| format!("(SELECT live FROM temp.{of}_numbers WHERE fresh = f.{column})");
    match (table.name, column, table.numbers.iter().find(|(name, _)| *name == column)) {
        ("likenesses", "one", _) => format!("min({}, {})", live("one", "clients"), live("other", "clients")),
        ("likenesses", "other", _) => format!("max({}, {})", live("one", "clients"), live("other", "clients")),
        (_, _, Some((_, of))) => live(column, of),
        _ => format!("f.{column}"),
    }
}

fn columns(conn: &Connection, table: &str) -> rusqlite::Result<Vec<String>> {
    let mut all = conn.prepare_cached("SELECT name FROM pragma_table_info(?1, 'main')")?;
    all.query_map([table], |row| row.get(0))?.collect()
}
