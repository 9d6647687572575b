//! The WHERE of a list: only the conditions that were asked for, so that each question has its own plan.

use rusqlite::types::Value;

use super::page::Cursor;

/// Conditions and their values, numbered as they come.
#[derive(Debug, Default, Clone)]
pub(super) struct Conditions {
    sql: String,
    values: Vec<Value>,
}

impl Conditions {
    /// The first condition.
    pub(super) fn start(sql: &str, value: impl Into<Value>) -> Self {
        let mut conditions = Self::default();
        conditions.and(sql, value);
        conditions
    }

    /// Adds a condition; `?` in `sql` stands for `value`, as often as it occurs.
    pub(super) fn and(&mut self, sql: &str, value: impl Into<Value>) {
        let place = self.place(value);
        self.add(&sql.replace('?', &place));
    }

    /// The same, if there is a value.
    pub(super) fn and_if(&mut self, sql: &str, value: Option<impl Into<Value>>) {
        if let Some(value) = value {
            self.and(sql, value);
        }
    }

    /// Only what lies behind the cursor in the order `at` descending, `id` descending. Spelled out, because an index that holds other
    /// columns between the two serves no row comparison.
    pub(super) fn behind(&mut self, at: &str, id: &str, cursor: Option<Cursor>) {
        let Some(cursor) = cursor else { return };
        let (key, number) = (self.place(cursor.at), self.place(cursor.id));
        self.add(&format!("{at} <= {key} AND ({at} < {key} OR {id} < {number})"));
    }

    /// The place of one more value, for LIMIT and the like.
    pub(super) fn place(&mut self, value: impl Into<Value>) -> String {
        self.values.push(value.into());
        format!("?{}", self.values.len())
    }

    pub(super) fn sql(&self) -> &str {
        &self.sql
    }

    pub(super) fn values(&self) -> &[Value] {
        &self.values
    }

    fn add(&mut self, sql: &str) {
        if !self.sql.is_empty() {
            self.sql.push_str(" AND ");
        }
        self.sql.push_str(sql);
    }
}
