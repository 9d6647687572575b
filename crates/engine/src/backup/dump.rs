//! Small tables as lines of JSON: `["openings",{"business":1,"digest":{"b":"vBn…"},"record":1099511627776}]`.
//!
//! A file of them is encrypted as a whole, under the installation's backup key and its own name. Columns are read from the schema, so a later one is carried too; what comes back is taken only into columns that are there.

use std::collections::HashMap;
use std::io::Write;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use rand::Rng;
use rusqlite::types::{Value as Sql, ValueRef};
use rusqlite::{Connection, Transaction, params_from_iter};
use serde_json::{Map, Value, json};
use zeroize::Zeroizing;

use super::{BackupError, Result};

const NONCE_BYTES: usize = 24;

/// Writes every row of a table for which `condition` holds.
pub(super) fn write(conn: &Connection, table: &str, condition: &str, to: &mut dyn Write) -> Result<()> {
    let columns = columns(conn, table)?;
    let mut all = conn.prepare(&format!("SELECT {} FROM {table} WHERE {condition}", columns.join(", ")))?;
    let mut rows = all.query([])?;
    while let Some(row) = rows.next()? {
        let mut object = Map::new();
        for (at, column) in columns.iter().enumerate() {
            object.insert(column.clone(), to_json(row.get_ref(at)?));
        }
        writeln!(to, "{}", json!([table, object])).map_err(|e| BackupError::Io(table.into(), e))?;
    }
    Ok(())
}

/// Encrypts lines for the file of that name.
pub(super) fn encrypt(key: &[u8; 32], name: &str, lines: &[u8]) -> Result<Vec<u8>> {
    let mut nonce = [0; NONCE_BYTES];
    rand::rng().fill_bytes(&mut nonce);
    let payload = Payload { msg: lines, aad: name.as_bytes() };
    let sealed = XChaCha20Poly1305::new(key.into()).encrypt(&XNonce::from(nonce), payload);
    let sealed = sealed.map_err(|_| BackupError::Altered(name.to_owned(), "it is too large to be encrypted".into()))?;
    Ok([nonce.as_slice(), &sealed].concat())
}

/// Decrypts what [`encrypt`] gave.
pub(super) fn decrypt(key: &[u8; 32], name: &str, file: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
    let opened = file.split_first_chunk::<NONCE_BYTES>().and_then(|(nonce, sealed)| {
        let payload = Payload { msg: sealed, aad: name.as_bytes() };
        XChaCha20Poly1305::new(key.into()).decrypt(&XNonce::from(*nonce), payload).ok()
    });
    opened.map(Zeroizing::new).ok_or_else(|| BackupError::Altered(name.to_owned(), "it does not open".into()))
}

/// Whether this version has the table.
pub(super) fn exists(conn: &Connection, table: &str) -> Result<bool> {
    Ok(!columns(conn, table)?.is_empty())
}

/// Stores the rows of `lines`; `allowed` says which tables may be among them.
pub(super) fn load(tx: &Transaction<'_>, name: &str, lines: &[u8], allowed: &[&str]) -> Result<()> {
    let mut known: HashMap<String, Vec<String>> = HashMap::new();
    for line in lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        let wrong = |why: String| BackupError::Altered(name.to_owned(), why);
        let (table, row): (String, Map<String, Value>) = serde_json::from_slice(line).map_err(|e| wrong(e.to_string()))?;
        if !allowed.contains(&table.as_str()) {
            return Err(wrong(format!("it holds rows of {table}, which are not expected here")));
        }
        if !known.contains_key(&table) {
            known.insert(table.clone(), columns(tx, &table)?);
        }
        let there = known.get(&table).map(Vec::as_slice).unwrap_or_default();
        if let Some(unknown) = row.keys().find(|column| !there.contains(column)) {
            return Err(wrong(format!("it was written by a later version: this one has no {table}.{unknown}")));
        }
        let (names, places): (Vec<&str>, Vec<&str>) = row.keys().map(|column| (column.as_str(), "?")).unzip();
        let sql = format!("INSERT INTO {table} ({}) VALUES ({})", names.join(", "), places.join(", "));
        let values: Option<Vec<Sql>> = row.values().map(from_json).collect();
        let values = values.ok_or_else(|| wrong("a value is of no known kind".into()))?;
        tx.prepare_cached(&sql)?.execute(params_from_iter(values))?;
    }
    Ok(())
}

fn columns(conn: &Connection, table: &str) -> Result<Vec<String>> {
    let mut all = conn.prepare_cached("SELECT name FROM pragma_table_info(?1)")?;
    Ok(all.query_map([table], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?)
}

fn to_json(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => json!(number),
        ValueRef::Real(number) => json!(number),
        ValueRef::Text(text) => json!(String::from_utf8_lossy(text)),
        ValueRef::Blob(bytes) => json!({ "b": BASE64_STANDARD.encode(bytes) }),
    }
}

fn from_json(value: &Value) -> Option<Sql> {
    Some(match value {
        Value::Null => Sql::Null,
        Value::Number(number) => number.as_i64().map_or_else(|| number.as_f64().map(Sql::Real), |whole| Some(Sql::Integer(whole)))?,
        Value::String(text) => Sql::Text(text.clone()),
        Value::Object(bytes) => Sql::Blob(BASE64_STANDARD.decode(bytes.get("b")?.as_str()?).ok()?),
        Value::Bool(_) | Value::Array(_) => return None,
    })
}
