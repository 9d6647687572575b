//! What a run counted: acknowledgements and their latency, answers by status, errors, CPU time of both sides.

use crate::histogram::Histogram;
use crate::output::rounded;
use crate::process::Usage;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

pub(crate) struct Tally {
    began: Instant,
    pub(crate) last_ack: Instant,
    pub(crate) acknowledged: u64,
    pub(crate) accepted: u64,
    pub(crate) rejected: u64,
    statuses: BTreeMap<u16, u64>,
    pub(crate) lost_connections: u64,
    latency: Histogram,
    /// The text of the first answer that was no success and no 503: what a person needs to find a wrong key or path.
    pub(crate) first_refusal: Option<String>,
    server_pid: Option<u32>,
    at_start: Sides,
    at_end: Sides,
}

#[derive(Clone, Copy, Default)]
struct Sides {
    generator: Option<Usage>,
    server: Option<Usage>,
}

impl Sides {
    fn now(server_pid: Option<u32>) -> Self {
        Self { generator: Usage::of_self(), server: server_pid.and_then(Usage::of) }
    }
}

impl Tally {
    pub(super) fn begin(now: Instant, server_pid: Option<u32>) -> Self {
        let sides = Sides::now(server_pid);
        Self {
            began: now,
            last_ack: now,
            acknowledged: 0,
            accepted: 0,
            rejected: 0,
            statuses: BTreeMap::new(),
            lost_connections: 0,
            latency: Histogram::new(),
            first_refusal: None,
            server_pid,
            at_start: sides,
            at_end: sides,
        }
    }

    pub(crate) fn end(&mut self) {
        self.at_end = Sides::now(self.server_pid);
    }

    pub(super) fn answer(&mut self, status: u16, body: &[u8], batch: u32, latency: Duration, now: Instant) {
        *self.statuses.entry(status).or_default() += 1;
        match status {
            200 | 202 => {
                let accepted = accepted_in(body).unwrap_or(u64::from(batch));
                self.acknowledged += 1;
                self.accepted += accepted;
                self.rejected += u64::from(batch).saturating_sub(accepted);
                self.latency.add(latency);
                self.last_ack = now;
            }
            503 => {}
            _ if self.first_refusal.is_none() => {
                let text: String = String::from_utf8_lossy(body).chars().take(300).collect();
                self.first_refusal = Some(format!("{status}: {text}"));
            }
            _ => {}
        }
    }

    pub(crate) fn elapsed_s(&self) -> f64 {
        (self.last_ack - self.began).as_secs_f64().max(1e-9)
    }

    pub(crate) fn figures(&self) -> Vec<(&'static str, Value)> {
        let seconds = self.elapsed_s();
        let statuses: Map<String, Value> = self.statuses.iter().map(|(s, n)| (s.to_string(), json!(n))).collect();
        let mut figures = vec![
            ("seconds", rounded(seconds)),
            ("requests_per_s", rounded(self.acknowledged as f64 / seconds)),
            ("events_per_s", rounded(self.accepted as f64 / seconds)),
        ];
        for (name, share) in [("p50_ms", 0.5), ("p90_ms", 0.9), ("p99_ms", 0.99), ("p999_ms", 0.999)] {
            figures.push((name, rounded(self.latency.quantile_ms(share))));
        }
        figures.extend([
            ("max_ms", rounded(self.latency.max_ms())),
            ("samples", json!(self.latency.count())),
            ("statuses", Value::Object(statuses)),
            ("rejected", json!(self.rejected)),
            ("lost_connections", json!(self.lost_connections)),
            ("first_refusal", json!(self.first_refusal)),
            ("generator_cpu_s", cpu(self.at_start.generator, self.at_end.generator)),
            ("server_cpu_s", cpu(self.at_start.server, self.at_end.server)),
            ("server_rss_mib", self.at_end.server.map_or(Value::Null, |u| rounded(u.rss_kib as f64 / 1024.0))),
        ]);
        figures
    }
}

fn cpu(start: Option<Usage>, end: Option<Usage>) -> Value {
    match (start, end) {
        (Some(start), Some(end)) => rounded(end.cpu_s - start.cpu_s),
        _ => Value::Null,
    }
}

/// The number after `"accepted":`, which stands near the beginning of the answer. The floor answers without a body.
fn accepted_in(body: &[u8]) -> Option<u64> {
    const NAME: &[u8] = b"\"accepted\":";
    let start = &body[..body.len().min(80)];
    let at = start.windows(NAME.len()).position(|w| w == NAME)? + NAME.len();
    let digits = body[at..].trim_ascii_start();
    let end = digits.iter().position(|b| !b.is_ascii_digit()).unwrap_or(digits.len());
    std::str::from_utf8(&digits[..end]).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_accepted_number_is_found_with_or_without_a_space() {
        assert_eq!(accepted_in(br#"{"accepted":98,"ids":[]}"#), Some(98));
        assert_eq!(accepted_in(br#"{"accepted": 1}"#), Some(1));
        assert_eq!(accepted_in(b""), None);
    }

    #[test]
    fn a_refusal_is_remembered_and_not_timed() {
        let now = Instant::now();
        let mut tally = Tally::begin(now, None);
        tally.answer(401, b"no such key", 1, Duration::ZERO, now);
        tally.answer(202, b"", 100, Duration::from_millis(1), now);
        assert_eq!(tally.first_refusal.as_deref(), Some("401: no such key"));
        assert_eq!((tally.acknowledged, tally.accepted), (1, 100));
    }
}
