//! The bytes of one request: a head that is the same for all, the length, and the next events of the salon; or one and the same request
//! to a model, again and again.

use crate::client::Address;
use crate::salon::Salon;
use anyhow::{Result, ensure};
use std::io::Write as _;

const EVENTS_PATH: &str = "/api/v1/events";

pub(crate) struct Target {
    pub(crate) address: Address,
    head: Vec<u8>,
    pub(crate) batch: u32,
    /// The whole request, where all are the same.
    same: Option<Vec<u8>>,
}

impl Target {
    pub(crate) fn new(address: Address, key: Option<&str>, batch: u32) -> Result<Self> {
        ensure!(batch > 0, "a request needs at least one event");
        let kind = if batch == 1 { "application/json" } else { "application/x-ndjson" };
        let mut head = format!("POST {} HTTP/1.1\r\nHost: {}\r\nContent-Type: {kind}\r\n", address.path_or(EVENTS_PATH), address.authority);
        if let Some(key) = key {
            head.push_str(&format!("Authorization: Bearer {key}\r\n"));
        }
        head.push_str("Content-Length: ");
        Ok(Self { address, head: head.into_bytes(), batch, same: None })
    }

    /// A question to a model.
    pub(crate) fn chat(address: Address, ways: &crate::chat::Ways) -> Self {
        let same = Some(crate::chat::request(&address, crate::chat::COMPLETIONS, false, ways));
        Self { address, head: Vec::new(), batch: 1, same }
    }

    /// Replaces `out` by a request with the next `batch` events.
    pub(super) fn compose(&self, salon: &mut Salon, out: &mut Vec<u8>) {
        if let Some(same) = &self.same {
            out.clone_from(same);
            return;
        }
        let line_ends = if self.batch == 1 { 0 } else { self.batch as usize };
        let length = salon.upcoming_bytes(u64::from(self.batch)) + line_ends;
        out.clear();
        out.extend_from_slice(&self.head);
        // Writing to a Vec cannot fail.
        let _ = write!(out, "{length}\r\n\r\n");
        for _ in 0..self.batch {
            salon.write_next(out);
            if line_ends > 0 {
                out.push(b'\n');
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_announced_length_is_the_length_of_the_body() {
        for batch in [1, 3] {
            let target = Target::new(Address::parse("http://127.0.0.1:1").unwrap(), Some("k"), batch).unwrap();
            let mut salon = Salon::new(1, 1_764_000_000, 2000);
            let mut out = Vec::new();
            target.compose(&mut salon, &mut out);
            let text = String::from_utf8(out).unwrap();
            let (head, body) = text.split_once("\r\n\r\n").unwrap();
            let length: usize = head.rsplit_once(' ').unwrap().1.parse().unwrap();
            assert_eq!(length, body.len());
            assert_eq!(body.lines().count(), batch as usize);
        }
    }
}
