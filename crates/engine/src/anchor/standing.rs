//! How witnesses and copies fare, for `/metrics`.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::{Mutex, PoisonError};

use crate::journal::log::Log;
use crate::journal::witnesses::{Outcome, Witnesses};

/// The figures; shared by whoever counts and whoever shows.
#[derive(Default)]
pub struct Standing(Mutex<Figures>);

#[derive(Default)]
struct Figures {
    logs: BTreeMap<String, OfLog>,
    /// By log and witness.
    failures: BTreeMap<(String, String), u64>,
    /// By log and way.
    copies: BTreeMap<(String, &'static str), (u64, u64)>,
}

struct OfLog {
    witnesses: Vec<(String, bool)>,
    quorum: usize,
    /// When enough agreed last, or since when that is waited for.
    agreed_us: Option<i64>,
}

impl Standing {
    /// The state after a round.
    pub(super) fn set(&self, log: &Log, known: &Witnesses) {
        let waited_for = known.all.iter().map(|witness| witness.joined_us).min();
        let of_log = OfLog {
            witnesses: known.all.iter().map(|witness| (witness.name.clone(), witness.alarm_us.is_some())).collect(),
            quorum: known.quorum,
            agreed_us: known.agreed_us.or(waited_for),
        };
        self.figures(|figures| drop(figures.logs.insert(log.verifying_key().name().to_owned(), of_log)));
    }

    /// One asking.
    pub(super) fn asked(&self, log: &str, witness: &str, outcome: &Outcome) {
        let failed = u64::from(!matches!(outcome, Outcome::Cosigned(_)));
        self.figures(|figures| *figures.failures.entry((log.to_owned(), witness.to_owned())).or_default() += failed);
    }

    /// One copy.
    pub(super) fn copied(&self, log: &str, way: &'static str, sent: bool) {
        self.figures(|figures| {
            let (good, bad) = figures.copies.entry((log.to_owned(), way)).or_default();
            *(if sent { good } else { bad }) += 1;
        });
    }

    /// In the text format of Prometheus.
    pub fn write(&self, text: &mut String, now_us: i64) {
        self.figures(|figures| figures.write(text, now_us));
    }

    fn figures<T>(&self, work: impl FnOnce(&mut Figures) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Figures {
    fn write(&self, text: &mut String, now_us: i64) {
        let asked = |log: &&OfLog| !log.witnesses.is_empty();
        head(text, "letopis_witness_quorum_age_seconds", "gauge", "Since enough witnesses last agreed on a checkpoint.");
        for (name, log) in self.logs.iter().filter(|(_, log)| asked(log)) {
            let age = log.agreed_us.map_or(0, |agreed_us| (now_us - agreed_us).max(0) / 1_000_000);
            let _ = writeln!(text, "letopis_witness_quorum_age_seconds{{log=\"{}\"}} {age}", label(name));
        }
        head(text, "letopis_witness_quorum", "gauge", "How many witnesses must agree.");
        for (name, log) in self.logs.iter().filter(|(_, log)| asked(log)) {
            let _ = writeln!(text, "letopis_witness_quorum{{log=\"{}\"}} {}", label(name), log.quorum);
        }
        head(text, "letopis_witness_alarm", "gauge", "1: this witness saw another history of the log.");
        for (name, log) in &self.logs {
            for (witness, alarm) in &log.witnesses {
                let labels = format!("log=\"{}\",witness=\"{}\"", label(name), label(witness));
                let _ = writeln!(text, "letopis_witness_alarm{{{labels}}} {}", u8::from(*alarm));
            }
        }
        head(text, "letopis_witness_failures_total", "counter", "Askings that brought no cosignature.");
        for ((log, witness), count) in &self.failures {
            let _ = writeln!(text, "letopis_witness_failures_total{{log=\"{}\",witness=\"{}\"}} {count}", label(log), label(witness));
        }
        head(text, "letopis_checkpoint_copies_total", "counter", "Copies of checkpoints given away.");
        for ((log, way), (sent, failed)) in &self.copies {
            for (outcome, count) in [("sent", sent), ("failed", failed)] {
                let labels = format!("log=\"{}\",way=\"{way}\",outcome=\"{outcome}\"", label(log));
                let _ = writeln!(text, "letopis_checkpoint_copies_total{{{labels}}} {count}");
            }
        }
    }
}

fn head(text: &mut String, name: &str, kind: &str, help: &str) {
    let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}");
}

/// A value between quotes.
fn label(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}
