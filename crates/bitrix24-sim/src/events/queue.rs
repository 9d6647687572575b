//! The offline queue: what changed, until the application fetches it. Repeated changes of one object are one record with the time of the last, so it
//! loses nothing and is no history (section 3.2).
use crate::clock::Moment;
use crate::php::Value;

/// Reserved records are given again after this long.
const RESERVED_S: i64 = 30 * 24 * 3600;

/// One change that waits.
#[derive(Debug, Clone)]
pub struct Record {
    /// its number; a repeated change gets a new one
    pub id: u64,
    /// whose application
    pub client_id: String,
    /// `ONCRMLEADADD`
    pub event: String,
    /// `{"FIELDS":{"ID":1}}`
    pub data: Value,
    /// of the last change
    pub at: Moment,
    /// who has reserved it, and when
    pub process: Option<(String, Moment)>,
    /// marked as failed
    pub failed: bool,
}

/// Records by number.
#[derive(Debug, Default)]
pub struct Queue {
    /// what waits, oldest first
    pub records: Vec<Record>,
    last: u64,
}

impl Queue {
    pub(crate) fn add(&mut self, client_id: &str, event: &str, data: &Value, at: Moment) {
        self.last += 1;
        let free = |record: &Record| {
            record.client_id == client_id && record.event == event && record.data == *data && record.process.is_none() && !record.failed
        };
        self.records.retain(|record| !free(record));
        self.records.push(Record {
            id: self.last,
            client_id: client_id.into(),
            event: event.into(),
            data: data.clone(),
            at,
            process: None,
            failed: false,
        });
    }

    /// Which records a caller may fetch: those nobody has reserved, or those its own process has.
    pub(crate) fn open<'a>(&'a self, client_id: &'a str, process: &'a str, failed: bool, now: Moment) -> impl Iterator<Item = &'a Record> {
        self.records.iter().filter(move |record| {
            let free = match &record.process {
                None => process.is_empty(),
                Some((by, since)) => (!process.is_empty() && by == process) || now >= since.plus_s(RESERVED_S),
            };
            record.client_id == client_id && free && record.failed == failed
        })
    }
}
