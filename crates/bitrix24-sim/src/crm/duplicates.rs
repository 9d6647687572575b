//! `crm.duplicate.findbycomm` with its traps (section 2.6): numbers are compared as they stand, deals are not looked through, and where one kind has
//! twenty hits the kinds after it are left out.
use super::{Crm, Kind};

/// A kind with as many hits ends the search; no kind gives more.
const ENOUGH: usize = 20;

impl Crm {
    /// Cards with one of the values, by kind in the order lead, contact, company.
    pub(crate) fn find_by_comm(&self, type_id: &str, values: &[String], only: Option<Kind>) -> Vec<(Kind, Vec<u64>)> {
        let mut found = Vec::new();
        for kind in [Kind::Lead, Kind::Contact, Kind::Company] {
            if only.is_some_and(|only| only != kind) {
                continue;
            }
            let mut ids: Vec<u64> = values.iter().flat_map(|value| self.with_comm(kind, type_id, value)).copied().collect();
            ids.sort_unstable();
            ids.dedup();
            let enough = ids.len() >= ENOUGH;
            ids.truncate(ENOUGH);
            if !ids.is_empty() {
                found.push((kind, ids));
            }
            if enough {
                break;
            }
        }
        found
    }
}
