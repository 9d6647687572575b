//! How well recognisers do on sentences of our own, and how fast. The sentences hold what is to be found in braces: `тел {ТЕЛЕФОН:8 921 …}`.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeMap;
use std::ops::Range;
use std::time::{Duration, Instant};

use super::{Care, Kind, Known, Masker};

const SENTENCES: &str = include_str!("sentences.txt");

/// A sentence, and the kind and place of everything in it.
fn read(line: &str) -> (String, Vec<(Kind, Range<usize>)>) {
    let (mut text, mut wanted, mut rest) = (String::new(), Vec::new(), line);
    while let Some((before, after)) = rest.split_once('{') {
        text.push_str(before);
        let (marked, after) = after.split_once('}').unwrap();
        let (kind, value) = marked.split_once(':').unwrap();
        let kind = *Kind::ALL.iter().find(|known| known.mark() == format!("[{kind}]")).unwrap_or_else(|| panic!("{kind} in {line}"));
        wanted.push((kind, text.len()..text.len() + value.len()));
        text.push_str(value);
        rest = after;
    }
    text.push_str(rest);
    (text, wanted)
}

fn sentences() -> impl Iterator<Item = (String, Vec<(Kind, Range<usize>)>)> {
    SENTENCES.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).map(read)
}

#[test]
fn recall_and_precision_hold() {
    let masker = Masker::default();
    let (mut missed, mut wrong) = (Vec::new(), Vec::new());
    let mut counts: BTreeMap<&str, [usize; 3]> = BTreeMap::new();
    for (text, wanted) in sentences() {
        let found = masker.find(&text, &Known::default(), Care::Sure);
        for (kind, span) in &wanted {
            // Found when all of it is covered, by whatever kinds: nothing of it is left.
            let left: String = text[span.clone()]
                .char_indices()
                .filter(|(at, c)| c.is_alphanumeric() && !found.iter().any(|f| f.span.contains(&(span.start + at))))
                .map(|(_, c)| c)
                .collect();
            let count = counts.entry(kind.mark()).or_default();
            count[0] += 1;
            if left.is_empty() {
                count[1] += 1;
            } else {
                missed.push(format!("{}: {:?} in {text}", kind.mark(), &text[span.clone()]));
            }
        }
        for find in found {
            let meant = wanted.iter().any(|(_, span)| span.start < find.span.end && find.span.start < span.end);
            if !meant {
                counts.entry(find.kind.mark()).or_default()[2] += 1;
                wrong.push(format!("{}: {:?} in {text}", find.kind.mark(), &text[find.span]));
            }
        }
    }
    for (kind, [wanted, found, wrong]) in &counts {
        println!("{kind:20} {found}/{wanted} found, {wrong} too many");
    }
    let total = counts.values().fold([0; 3], |sum, count| [sum[0] + count[0], sum[1] + count[1], sum[2] + count[2]]);
    let recall = total[1] as f64 / total[0] as f64;
    let precision = total[1] as f64 / (total[1] + total[2]) as f64;
    println!("recall {recall:.3}, precision {precision:.3} of {} values", total[0]);
    println!("missed {missed:#?}\nwrong {wrong:#?}");
    assert!(recall >= 0.98, "{missed:#?}");
    assert!(precision >= 0.98, "{wrong:#?}");
}

#[test]
fn what_is_expected_of_known_values_is_found() {
    let known = Known::new(["Гюзель Хабибуллина"], ["+79215550101", "guzel_h", "BX-77"]);
    let text = "Гюзели перезвоните: 921.555.01.01, хабибуллиной, guzel_h, bx-77, Gyuzel";
    let masked = Masker::default().mask(text, &known, Care::Thorough).text;
    assert_eq!(masked, "[ИМЯ] перезвоните: [ТЕЛЕФОН], [ИМЯ], [АККАУНТ], [АККАУНТ], Gyuzel");
}

#[test]
fn a_page_of_anything_is_masked_soon() {
    let masker = Masker::default();
    for piece in ["8 ", "9", "ул ", "меня зовут ", "@", "а", "8 921 123-45-67 ", "[ИМЯ", "Анна ", "1.1.", "восемь "]
    {
        let page = piece.repeat(4000);
        let begun = Instant::now();
        let _ = masker.mask(&page, &Known::default(), Care::Thorough);
        // Far above what a dev build needs, far below what a square of the length would take.
        assert!(begun.elapsed() < Duration::from_secs(5), "{piece:?} took {:?}", begun.elapsed());
    }
}

/// `cargo test --release -p engine -- --ignored --nocapture texts_a_second`
#[test]
#[ignore = "a figure, not a test"]
fn texts_a_second() {
    let masker = Masker::default();
    let texts: Vec<String> = sentences().map(|(text, _)| text).collect();
    let (begun, mut count, mut bytes) = (Instant::now(), 0_u64, 0_usize);
    while begun.elapsed() < Duration::from_secs(2) {
        for text in &texts {
            let _ = masker.mask(text, &Known::default(), Care::Thorough);
            count += 1;
            bytes += text.len();
        }
    }
    let seconds = begun.elapsed().as_secs_f64();
    println!("{:.0} texts/s, {:.1} MB/s", count as f64 / seconds, bytes as f64 / seconds / 1e6);
}
