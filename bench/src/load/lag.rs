//! Watches how far the recorder is behind what was accepted, on a Prometheus page: the highest value during the run, and how
//! long after it the lag took to drain.

use crate::client::{Address, Plain};
use crate::output::rounded;
use anyhow::{Context, Result};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant};

const EVERY: Duration = Duration::from_millis(250);
const MAX_DRAIN: Duration = Duration::from_secs(300);

pub(super) struct LagWatch {
    address: Address,
    metric: String,
    /// Written by the watching thread, which ends with the process.
    highest: Arc<AtomicU64>,
}

impl LagWatch {
    pub(super) fn start(url: &str, metric: &str) -> Result<Self> {
        let watch = Self { address: Address::parse(url)?, metric: metric.to_owned(), highest: Arc::default() };
        // Asked once in the open, so that a wrong name is an error and not a lag of zero.
        watch.read(&mut Plain::new(watch.address.clone()))?;
        let (address, metric, highest) = (watch.address.clone(), watch.metric.clone(), watch.highest.clone());
        let page = LagWatch { address, metric, highest };
        thread::spawn(move || {
            let mut client = Plain::new(page.address.clone());
            loop {
                if let Ok(lag) = page.read(&mut client) {
                    page.highest.fetch_max(lag, Relaxed);
                }
                thread::sleep(EVERY);
            }
        });
        Ok(watch)
    }

    /// Waits until the lag is zero; what is left after [`MAX_DRAIN`] is told.
    pub(super) fn finish(self) -> Result<Vec<(&'static str, Value)>> {
        let end_of_load = Instant::now();
        let mut client = Plain::new(self.address.clone());
        let at_end = self.read(&mut client)?;
        let mut lag = at_end;
        while lag > 0 && end_of_load.elapsed() < MAX_DRAIN {
            thread::sleep(Duration::from_millis(50));
            lag = self.read(&mut client)?;
        }
        let drained = end_of_load.elapsed().as_secs_f64();
        let highest = self.highest.load(Relaxed).max(at_end);
        let end = if lag > 0 { ("lag_left", json!(lag)) } else { ("lag_drain_s", rounded(drained)) };
        Ok(vec![("lag_highest", json!(highest)), ("lag_at_end", json!(at_end)), end])
    }

    fn read(&self, client: &mut Plain) -> Result<u64> {
        let reply = client.get(self.address.path_or("/metrics"))?;
        sum_of(&reply.text(), &self.metric).with_context(|| format!("{} is not on the page at {}", self.metric, self.address.authority))
    }
}

/// The sum over all label sets of one metric.
fn sum_of(page: &str, metric: &str) -> Option<u64> {
    let mut sum = None;
    for line in page.lines() {
        let Some(rest) = line.strip_prefix(metric) else { continue };
        if !rest.starts_with(['{', ' ']) {
            continue;
        }
        let value: f64 = rest.rsplit_once(' ')?.1.parse().ok()?;
        sum = Some(sum.unwrap_or(0.0) + value);
    }
    sum.map(|s: f64| s as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn label_sets_are_added_and_longer_names_are_not() {
        let page = "# TYPE lag gauge\nlag{business=\"a\"} 3\nlag{business=\"b\"} 4\nlag_total 9\n";
        assert_eq!(sum_of(page, "lag"), Some(7));
        assert_eq!(sum_of(page, "absent"), None);
    }
}
