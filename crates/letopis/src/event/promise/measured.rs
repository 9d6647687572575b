//! How well the rules do on replies of our own (`labelled.tsv`), on the half they were tuned on and on the half that only measures.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest, Sha256};

use super::{Hour, Modality, PromiseKind, promises};

type Label = (PromiseKind, Modality);

/// A labelled reply.
struct Reply {
    text: &'static str,
    labels: BTreeSet<Label>,
    hours: BTreeMap<Label, Hour>,
    /// Rules may look at it.
    tuned_on: bool,
}

fn replies() -> Vec<Reply> {
    let lines = include_str!("labelled.tsv").lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(read).collect()
}

fn read(line: &'static str) -> Reply {
    let (labels, text) = line.split_once('\t').unwrap();
    let mut reply = Reply {
        text,
        labels: BTreeSet::new(),
        hours: BTreeMap::new(),
        tuned_on: Sha256::digest(text)[0] % 2 == 0,
    };
    for label in labels.split(',').filter(|label| *label != "none") {
        let (label, hour) = label.split_once('@').map_or((label, None), |(label, hour)| (label, Some(hour)));
        let (kind, modality) = label.split_once('/').unwrap();
        let label = (PromiseKind::parse(kind).unwrap(), Modality::parse(modality).unwrap());
        reply.labels.insert(label);
        if let Some((hour, minute)) = hour.and_then(|hour| hour.split_once(':')) {
            reply.hours.insert(label, Hour::new(hour.parse().unwrap(), minute.parse().unwrap()).unwrap());
        }
    }
    reply
}

#[derive(Default, Clone, Copy)]
struct Count {
    wanted: usize,
    found: usize,
    too_many: usize,
}

impl Count {
    fn recall(self) -> f64 {
        self.found as f64 / self.wanted.max(1) as f64
    }

    fn precision(self) -> f64 {
        self.found as f64 / (self.found + self.too_many).max(1) as f64
    }
}

fn count(counts: &mut BTreeMap<String, Count>, name: &str, wanted: bool, found: bool) {
    let count = counts.entry(name.to_owned()).or_default();
    count.wanted += usize::from(wanted);
    count.found += usize::from(wanted && found);
    count.too_many += usize::from(found && !wanted);
}

/// Precision and recall of a half, by kind and together, and the hours that were read right.
fn measure(tuned_on: bool) -> (BTreeMap<String, Count>, (usize, usize)) {
    let (mut counts, mut hours) = (BTreeMap::new(), (0, 0));
    for reply in replies().iter().filter(|reply| reply.tuned_on == tuned_on) {
        let found = promises(reply.text);
        let labels: BTreeSet<Label> = found.iter().map(|promise| (promise.kind, promise.modality)).collect();
        for label in labels.union(&reply.labels) {
            let (wanted, is_found) = (reply.labels.contains(label), labels.contains(label));
            for name in [label.0.as_str(), &format!("all {}", label.1.as_str()), "all"] {
                count(&mut counts, name, wanted, is_found);
            }
            if label.1 != Modality::Offered {
                count(&mut counts, "all said or promised", wanted, is_found);
            }
        }
        for promise in &found {
            let wanted = reply.hours.get(&(promise.kind, promise.modality));
            if reply.labels.contains(&(promise.kind, promise.modality)) && (wanted.is_some() || promise.hour.is_some()) {
                hours.0 += 1;
                hours.1 += usize::from(wanted == promise.hour.as_ref());
                if tuned_on && wanted != promise.hour.as_ref() {
                    println!("hour {:?}, wanted {wanted:?}: {}", promise.hour, reply.text);
                }
            }
        }
        // The other half is not looked at, or it would measure nothing.
        if tuned_on && labels != reply.labels {
            println!("wanted {:?}\n found {labels:?}\n       {}", reply.labels, reply.text);
        }
    }
    (counts, hours)
}

#[test]
fn precision_and_recall_hold() {
    for (tuned_on, half, floor) in [(true, "tuned on", 0.9), (false, "held back", 0.8)] {
        let (counts, (hours, right)) = measure(tuned_on);
        println!("== {half}");
        for (name, count) in &counts {
            let Count { wanted, found, too_many } = *count;
            println!("{name:22} n {wanted:3}  found {found:3}  too many {too_many:2}  recall {:.3}  precision {:.3}", count.recall(), count.precision());
        }
        println!("hours: {right} of {hours} right");
        let all = counts["all"];
        assert!(all.recall() >= floor && all.precision() >= floor, "{half}: {:.3} {:.3}", all.recall(), all.precision());
    }
}
