//! How well the rules do: on replies of our own (`labelled.tsv`), the half they were tuned on and the half that was held back; and on what
//! another author wrote for the demonstration (`others.tsv`), which is the honest figure.

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
    set: Set,
}

/// Where a reply comes from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Set {
    /// Ours; rules may look at it.
    TunedOn,
    /// Ours; rules may not.
    HeldBack,
    /// By another hand.
    Others,
}

fn replies(set: Set) -> Vec<Reply> {
    let text = if set == Set::Others { include_str!("others.tsv") } else { include_str!("labelled.tsv") };
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(|line| read(line, set)).filter(|reply| reply.set == set).collect()
}

fn read(line: &'static str, of: Set) -> Reply {
    let (labels, text) = line.split_once('\t').unwrap();
    let set = match () {
        () if of == Set::Others => of,
        () if Sha256::digest(text)[0].is_multiple_of(2) => Set::TunedOn,
        () => Set::HeldBack,
    };
    let mut reply = Reply { text, labels: BTreeSet::new(), hours: BTreeMap::new(), set };
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

/// Precision and recall of a set, by kind and together, and the hours that were read right.
fn measure(set: Set) -> (BTreeMap<String, Count>, (usize, usize)) {
    let (mut counts, mut hours) = (BTreeMap::new(), (0, 0));
    for reply in replies(set) {
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
            }
        }
        // The others are not looked at, or they would measure nothing.
        if set != Set::HeldBack && labels != reply.labels {
            println!("wanted {:?}\n found {labels:?}\n       {}", reply.labels, reply.text);
        }
    }
    (counts, hours)
}

#[test]
fn precision_and_recall_hold() {
    for (set, name, floor) in [(Set::TunedOn, "tuned on", 0.9), (Set::HeldBack, "held back", 0.9), (Set::Others, "by another hand", 0.7)] {
        let (counts, (hours, right)) = measure(set);
        println!("== {name}, {} replies", replies(set).len());
        for (what, count) in &counts {
            let Count { wanted, found, too_many } = *count;
            println!(
                "{what:22} n {wanted:3}  found {found:3}  too many {too_many:2}  recall {:.3}  precision {:.3}",
                count.recall(),
                count.precision()
            );
        }
        println!("hours: {right} of {hours} right");
        let all = counts["all"];
        assert!(all.recall() >= floor && all.precision() >= floor, "{name}: {:.3} {:.3}", all.recall(), all.precision());
    }
}

#[test]
fn a_reply_that_was_misread_once_is_read_right() {
    let kinds = |text: &str| -> Vec<&str> { promises(text).iter().map(|promise| promise.kind.as_str()).collect() };
    assert_eq!(kinds("Записала ваши данные"), [""; 0]);
    assert_eq!(kinds("Анна, ждём вас завтра в 15:00. Всё в силе?"), [""; 0]);
    assert_eq!(kinds("Извините, похоже, все столики забронированы"), [""; 0]);
    assert_eq!(kinds("Бронирование прошло успешно"), ["booked"]);
    assert_eq!(kinds("Записал на 15:00, отправил напоминание"), ["booked", "reminder_sent"]);
}

#[test]
fn what_is_found_says_where_it_stands() {
    let text = "Здравствуйте! Записал на 15:00, отправил напоминание.";
    let said: Vec<&str> = promises(text).iter().map(|promise| &text[promise.span.clone()]).collect();
    assert_eq!(said, ["Записал на 15:00", "отправил напоминание"]);
}

#[test]
fn a_page_of_anything_is_read_soon() {
    for piece in
        ["записал ", "записал на 15:00, ", "«", "\"а б\" ", "9", "15:", "не ", "если ", "?", "📅", "₽ 1", "a\u{301}", "скидка 10% "]
    {
        let page = piece.repeat(200_000 / piece.len());
        let begun = std::time::Instant::now();
        let _ = promises(&page);
        // Far above what a dev build needs, far below what a square of the length would take.
        assert!(begun.elapsed() < std::time::Duration::from_secs(3), "{piece:?} took {:?}", begun.elapsed());
    }
}

proptest::proptest! {
    #[test]
    fn any_text_is_read(text in "(записал|вас|на|15:00|не|если|\\?|\\.|«|»|\"|скидка|10|%|руб|вы|\\PC|\n| ){0,40}") {
        for promise in promises(&text) {
            proptest::prop_assert!(text.get(promise.span.clone()).is_some_and(|said| !said.is_empty()), "{promise:?}");
        }
    }
}

/// `cargo test --release -p engine -- --ignored --nocapture replies_a_second`
#[test]
#[ignore = "a figure, not a test"]
fn replies_a_second() {
    let texts: Vec<&str> = [Set::TunedOn, Set::HeldBack, Set::Others].into_iter().flat_map(replies).map(|reply| reply.text).collect();
    let (begun, mut count) = (std::time::Instant::now(), 0_u64);
    while begun.elapsed() < std::time::Duration::from_secs(2) {
        texts.iter().for_each(|text| drop(promises(text)));
        count += texts.len() as u64;
    }
    println!("{:.1} µs a reply", begun.elapsed().as_secs_f64() * 1e6 / count as f64);
}
