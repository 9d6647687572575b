//! Phones in all spellings: with any separators, in words, without the code, with hidden digits.
//!
//! Whether digits are a phone is decided by [`Phone`], the same that reads the phones of events; here is only where one may stand.

use super::context;
use super::folded::Folded;
use super::groups::{Group, Run, Window, windows};
use super::{Kind, Seen};
use crate::event::Phone;

const WEIGHT: u8 = 70;
/// A number after these words is a phone even without its code.
const CALLS: [&str; 10] = ["тел", "звон", "позвон", "номер", "моб", "набер", "whatsapp", "вотсап", "ватсап", "вайбер"];
/// After these a long number is a sum or a count.
const SUMS: [&str; 8] = ["руб", "₽", "р.", "тыс", "коп", "шт", "км", "usd"];

pub(super) fn find(folded: &Folded, runs: &[Run], seen: &mut Vec<Seen>) {
    for run in runs {
        for window in windows(folded, run, 5..16) {
            let start = with_plus(folded, &window);
            if is_phone(folded, &window, start < window.at.start) {
                let weight = if window.digits.len() >= 10 { WEIGHT } else { WEIGHT - 20 };
                seen.push(Seen { kind: Kind::Phone, at: start..window.at.end, weight });
            }
        }
    }
    hidden(folded, seen);
}

/// Where a phone with its plus begins: `+7…`, `+ (7…`.
fn with_plus(folded: &Folded, window: &Window<'_>) -> usize {
    let start = window.at.start;
    let mut at = start;
    while at > 0 && matches!(folded.char(at - 1), '(' | ' ') && start - at < 2 {
        at -= 1;
    }
    match folded.before(at) {
        '+' => at - 1,
        _ if folded.before(start) == '(' => start - 1,
        _ => start,
    }
}

fn is_phone(folded: &Folded, window: &Window<'_>, opened: bool) -> bool {
    let plus = opened && folded.chars[..window.at.start].iter().rev().take(3).any(|c| *c == '+');
    let is_one = match window.digits.len() {
        10.. => {
            let written = if plus { format!("+{}", window.digits) } else { window.digits.clone() };
            Phone::parse(&written).e164().is_some() && !is_date(window)
        }
        // 123-45-67, or seven digits where somebody is called; both without a city.
        7 => (window.shape() == [3, 2, 2] && dashed(folded, window)) || called(folded, window),
        5 | 6 => !window.is_whole() && dashed(folded, window) && called(folded, window),
        _ => false,
    };
    is_one && (opened || !near_sum(folded, window))
}

fn near_sum(folded: &Folded, window: &Window<'_>) -> bool {
    let after = folded.text(window.at.end..window.at.end + 6);
    SUMS.iter().any(|sum| after.trim_start().starts_with(sum))
}

fn called(folded: &Folded, window: &Window<'_>) -> bool {
    context::before(folded, &window.at, &CALLS) && !is_spoken(window.groups)
}

fn dashed(folded: &Folded, window: &Window<'_>) -> bool {
    window.groups.windows(2).skip(1).all(|pair| folded.text(pair[0].at.end..pair[1].at.start).contains('-'))
}

/// `12.05.2025 15`: the shape of a date and an hour, which no phone is written in.
fn is_date(window: &Window<'_>) -> bool {
    let shape = window.shape();
    let year = |group: &Group| group.digits.starts_with("20") || group.digits.starts_with("19");
    shape.len() >= 3 && shape[0] <= 2 && shape[1] <= 2 && shape[2] == 4 && year(&window.groups[2]) && !window.digits.starts_with('8')
}

fn is_spoken(groups: &[Group]) -> bool {
    groups.iter().any(|group| group.spoken)
}

/// `+7xxxxxxxxxx`, `8 921 ***-**-67`: some digits are hidden, the others still say something.
fn hidden(folded: &Folded, seen: &mut Vec<Seen>) {
    let mut at = 0;
    while at < folded.chars.len() {
        let begins = matches!(folded.chars[at], '+' | '7' | '8') && !folded.before(at).is_alphanumeric();
        if !begins {
            at += 1;
            continue;
        }
        let part = |c: char| c.is_ascii_digit() || matches!(c, 'x' | 'х' | '*' | '•' | '+' | '-' | '(' | ')' | ' ');
        let end = (at..).find(|&at| at >= folded.chars.len() || !part(folded.chars[at])).unwrap_or(at + 1);
        let end = (at..end).rev().find(|&at| !matches!(folded.chars[at], ' ' | '-' | '(')).map_or(at + 1, |last| last + 1);
        let hides = folded.chars[at..end].iter().filter(|c| matches!(c, 'x' | 'х' | '*' | '•')).count();
        if hides >= 3 && Phone::parse(&folded.text(at..end)).is_masked() {
            seen.push(Seen { kind: Kind::Phone, at: at..end, weight: WEIGHT });
        }
        at = end.max(at + 1);
    }
}
