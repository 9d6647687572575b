//! `/healthz`, `/readyz`, `/metrics`: whether it lives, whether it works, and how much.

use std::fmt::Write;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use queue::Queue;

use crate::capture::Capture;
use crate::metrics::retention::Availability;
use crate::recorder::Recorded;

/// What a part adds to `/metrics` by itself.
pub(super) type Part = Box<dyn Fn(&mut String) + Send + Sync>;

/// What the parts report.
pub struct Health {
    parts: Vec<Part>,
    queue: Arc<dyn Queue>,
    capture: Arc<Capture>,
    ready: AtomicBool,
    available: RwLock<Vec<(String, Availability)>>,
    batches: AtomicU64,
    records: AtomicU64,
    duplicates: AtomicU64,
    conflicts: AtomicU64,
    unreadable: AtomicU64,
    destroyed: AtomicU64,
    late: AtomicU64,
    backup_us: AtomicI64,
    backup_failures: AtomicU64,
}

impl Health {
    pub(super) fn new(queue: Arc<dyn Queue>, capture: Arc<Capture>, parts: Vec<Part>) -> Self {
        Self {
            parts,
            queue,
            capture,
            ready: AtomicBool::new(false),
            available: RwLock::default(),
            batches: AtomicU64::new(0),
            records: AtomicU64::new(0),
            duplicates: AtomicU64::new(0),
            conflicts: AtomicU64::new(0),
            unreadable: AtomicU64::new(0),
            destroyed: AtomicU64::new(0),
            late: AtomicU64::new(0),
            backup_us: AtomicI64::new(0),
            backup_failures: AtomicU64::new(0),
        }
    }

    pub(super) fn ready(&self) {
        self.ready.store(true, Ordering::Relaxed);
    }

    /// The last backup in the configured folder is of that moment.
    pub(super) fn backed_up(&self, made_us: i64) {
        self.backup_us.store(made_us, Ordering::Relaxed);
    }

    /// Whether this process destroyed records.
    pub(super) fn has_destroyed(&self) -> bool {
        self.destroyed.load(Ordering::Relaxed) > 0
    }

    pub(super) fn backup_failed(&self) {
        self.backup_failures.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn recorded(&self, recorded: &Recorded) {
        self.batches.fetch_add(1, Ordering::Relaxed);
        self.records.fetch_add(recorded.records, Ordering::Relaxed);
        self.duplicates.fetch_add(recorded.duplicates, Ordering::Relaxed);
        self.conflicts.fetch_add(recorded.conflicts, Ordering::Relaxed);
        self.unreadable.fetch_add(recorded.unreadable, Ordering::Relaxed);
        self.destroyed.fetch_add(recorded.destroyed, Ordering::Relaxed);
        self.late.fetch_add(recorded.late, Ordering::Relaxed);
    }

    /// From now on these are the shares of available events, by business.
    pub fn counted(&self, available: Vec<(String, Availability)>) {
        *self.available.write().unwrap_or_else(PoisonError::into_inner) = available;
    }

    /// In the text format of Prometheus.
    #[must_use]
    pub fn metrics(&self) -> String {
        let (queue, capture) = (self.queue.stats(), self.capture.counters());
        let backup_seconds = (self.backup_us.load(Ordering::Relaxed) / 1_000_000).max(0) as u64;
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let counters = [
            ("letopis_accepted_events_total", "Events accepted: durable in the queue.", read(&capture.accepted)),
            ("letopis_rejected_items_total", "Items refused and kept in quarantine.", read(&capture.rejected)),
            ("letopis_overloaded_requests_total", "Requests answered 503.", read(&capture.overloaded)),
            ("letopis_deliveries_total", "Deliveries of platforms taken by hooks.", read(&capture.deliveries)),
            ("letopis_deliveries_deferred_total", "Deliveries that the bot did not take in time.", read(&capture.deferred)),
            ("letopis_deliveries_failed_total", "Deliveries that the bot answered with a failure.", read(&capture.bot_failures)),
            ("letopis_crm_hints_total", "Events of a CRM's portal taken as hints to look now.", read(&capture.hints)),
            ("letopis_refused_requests_total", "Requests refused for another reason.", read(&capture.refused)),
            ("letopis_otlp_ignored_total", "Spans and log records that are not about an assistant.", read(&capture.otlp_ignored)),
            ("letopis_batches_total", "Transactions of the recorder.", read(&self.batches)),
            ("letopis_recorded_total", "Records sealed.", read(&self.records)),
            ("letopis_duplicates_total", "Retries of recorded events.", read(&self.duplicates)),
            ("letopis_conflicts_total", "Events with a known id and other bytes.", read(&self.conflicts)),
            ("letopis_unreadable_frames_total", "Frames put aside because they could not be read.", read(&self.unreadable)),
            ("letopis_destroyed_records_total", "Records erased or expired.", read(&self.destroyed)),
            ("letopis_late_retries_total", "Retries of erased or expired events, dropped.", read(&self.late)),
            ("letopis_backup_failures_total", "Backups or key files that could not be written.", read(&self.backup_failures)),
            ("letopis_queue_published_frames_total", "Frames published.", queue.published_frames),
            ("letopis_queue_published_bytes_total", "Bytes published.", queue.published_bytes),
            ("letopis_queue_commits_total", "Group commits.", queue.commits),
            ("letopis_queue_syncs_total", "Calls of fdatasync.", queue.syncs),
            ("letopis_queue_failed_segments_total", "Segments given up after a write error.", queue.failed_segments),
        ];
        let gauges = [
            ("letopis_queue_pending_frames", "Frames not recorded yet.", queue.pending_frames),
            ("letopis_queue_pending_bytes", "Bytes not recorded yet.", queue.pending_bytes),
            ("letopis_backup_last_success_seconds", "When the last backup was made, seconds since 1970; 0: never.", backup_seconds),
            ("letopis_resident_bytes", "Memory of the process.", resident_bytes()),
        ];
        let mut text = String::new();
        for (kind, values) in [("counter", counters.as_slice()), ("gauge", gauges.as_slice())] {
            for (name, help, value) in values {
                let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}\n{name} {value}");
            }
        }
        self.capture.write_figures(&mut text);
        self.parts.iter().for_each(|part| part(&mut text));
        self.write_available(&mut text);
        text
    }

    /// Where the accepted events of the last days are, by business, window and state.
    fn write_available(&self, text: &mut String) {
        let name = "letopis_retention_events";
        let _ = writeln!(text, "# HELP {name} Events accepted in the last days, by where they are. Lost must be 0.\n# TYPE {name} gauge");
        for (business, available) in self.available.read().unwrap_or_else(PoisonError::into_inner).iter() {
            for line in &available.windows {
                let e = &line.events;
                let states =
                    [("full", e.full), ("anonymised", e.anonymised), ("erased", e.erased), ("expired", e.expired), ("lost", e.lost)];
                for (state, count) in states.into_iter().chain([("accepted", e.accepted)]) {
                    let _ = writeln!(text, "{name}{{business=\"{business}\",days=\"{}\",state=\"{state}\"}} {count}", line.to_days);
                }
            }
        }
    }
}

pub(super) fn routes(health: Arc<Health>) -> Router {
    Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(readyz))
        .route("/metrics", get(metrics))
        .with_state(health)
}

async fn readyz(State(health): State<Arc<Health>>) -> Response {
    if health.ready.load(Ordering::Relaxed) {
        return "ready\n".into_response();
    }
    (StatusCode::SERVICE_UNAVAILABLE, "not recording: see the log of the server\n").into_response()
}

async fn metrics(State(health): State<Arc<Health>>) -> Response {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], health.metrics()).into_response()
}

fn resident_bytes() -> u64 {
    let pages = std::fs::read_to_string("/proc/self/statm").ok();
    let resident = pages.and_then(|text| text.split_whitespace().nth(1)?.parse::<u64>().ok());
    resident.unwrap_or(0) * rustix::param::page_size() as u64
}
