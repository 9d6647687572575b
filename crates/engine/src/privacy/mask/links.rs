//! Mail, accounts in messengers, addresses of sites, IP addresses, car plates.

use std::ops::Range;

use super::folded::{Folded, Word, cyrillic_twin};
use super::{Kind, Seen};

/// Words before an account name without `@`.
const ACCOUNTS: [&str; 16] = [
    "телеграм",
    "телеграмм",
    "телега",
    "телеге",
    "тг",
    "tg",
    "telegram",
    "инста",
    "инстаграм",
    "insta",
    "instagram",
    "ник",
    "скайп",
    "skype",
    "логин",
    "аккаунт",
];
/// Sites whose path names a person.
const SITES: [&str; 12] = [
    "vk.com/",
    "t.me/",
    "wa.me/",
    "instagram.com/",
    "ok.ru/",
    "facebook.com/",
    "max.ru/",
    "viber.com/",
    "m.vk.com/",
    "youtube.com/",
    "tiktok.com/",
    "dzen.ru/",
];
/// Letters of Russian plates, as on the plate (Cyrillic).
const PLATE: &str = "авекмнорстух";

pub(super) fn find(folded: &Folded, words: &[Word], seen: &mut Vec<Seen>) {
    if folded.chars.contains(&'@') {
        at_signs(folded, seen);
    }
    spoken_mail(folded, words, seen);
    urls(folded, seen);
    named_accounts(folded, words, seen);
    if folded.has_digits {
        addresses(folded, seen);
        plates(folded, seen);
    }
}

fn name_part(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '.' | '-' | '+')
}

fn backwards(folded: &Folded, from: usize, part: fn(char) -> bool) -> usize {
    folded.chars[..from].iter().rposition(|c| !part(*c)).map_or(0, |at| at + 1)
}

fn forwards(folded: &Folded, from: usize, part: fn(char) -> bool) -> usize {
    folded.chars[from..].iter().position(|c| !part(*c)).map_or(folded.chars.len(), |at| from + at)
}

/// `name@host.zone` and `@account`; spaces around the sign are an evasion.
fn at_signs(folded: &Folded, seen: &mut Vec<Seen>) {
    for sign in (0..folded.chars.len()).filter(|&at| folded.chars[at] == '@') {
        let host = if folded.char(sign + 1) == ' ' { sign + 2 } else { sign + 1 };
        let end = trimmed(folded, forwards(folded, host.min(folded.chars.len()), |c| c.is_alphanumeric() || matches!(c, '.' | '-')), host);
        let name_end = if folded.before(sign) == ' ' { sign - 1 } else { sign };
        let start = backwards(folded, name_end, name_part);
        let zoned = folded.chars[host.min(end)..end].iter().rposition(|c| *c == '.').is_some_and(|dot| dot > 0 && end - host - dot > 2);
        let spaced = name_end < sign || host > sign + 1;
        if start < name_end && zoned && (!spaced || name_end < sign && host > sign + 1) {
            seen.push(Seen { kind: Kind::Email, at: start..end, weight: 95 });
            continue;
        }
        let account = forwards(folded, sign + 1, |c| c.is_alphanumeric() || c == '_' || c == '.');
        let account = trimmed(folded, account, sign + 1);
        if !folded.before(sign).is_alphanumeric() && account - sign > 3 && folded.chars[sign + 1..account].iter().any(|c| c.is_alphabetic())
        {
            seen.push(Seen { kind: Kind::Handle, at: sign..account, weight: 80 });
        } else if start < sign && end > host && folded.before(sign) != ' ' && host == sign + 1 {
            // Without a zone: a mail inside a firm, an account at a host.
            seen.push(Seen { kind: Kind::Email, at: start..end, weight: 60 });
        }
    }
}

/// A dot at the end belongs to the sentence.
fn trimmed(folded: &Folded, end: usize, start: usize) -> usize {
    (start..end).rev().find(|&at| !matches!(folded.chars[at], '.' | '-' | '_')).map_or(start.min(end), |last| last + 1)
}

/// `anna собака mail точка ru`.
fn spoken_mail(folded: &Folded, words: &[Word], seen: &mut Vec<Seen>) {
    for (index, word) in words.iter().enumerate().filter(|(_, word)| matches!(word.text.as_str(), "собака" | "собачка")) {
        let Some(dot) = (index + 1..words.len().min(index + 5)).find(|&at| words[at].text == "точка") else { continue };
        let Some(zone) = words.get(dot + 1) else { continue };
        let start = backwards(folded, word.at.start.saturating_sub(1), name_part);
        if start < word.at.start && zone.text.chars().count() <= 3 {
            seen.push(Seen { kind: Kind::Email, at: start..zone.at.end, weight: 90 });
        }
    }
}

fn urls(folded: &Folded, seen: &mut Vec<Seen>) {
    let ends = |c: char| !c.is_whitespace() && !matches!(c, '"' | '»' | '<' | '>' | ')' | super::folded::BARRIER);
    let mut add = |start: usize| {
        let end = (start..).find(|&at| at >= folded.chars.len() || !ends(folded.chars[at])).unwrap_or(start);
        let end =
            (start..end).rev().find(|&at| !matches!(folded.chars[at], '.' | ',' | '!' | '?' | ';' | ':')).map_or(start, |last| last + 1);
        seen.push(Seen { kind: Kind::Link, at: start..end, weight: 82 });
    };
    let begins = |at: usize, text: &str| text.chars().enumerate().all(|(place, c)| folded.char(at + place) == c);
    let mut at = 0;
    while at < folded.chars.len() {
        let free = !folded.before(at).is_alphanumeric() && !matches!(folded.before(at), '.' | '@' | '/' | '-');
        let scheme =
            matches!(folded.chars[at], 'h' | 'w' | 't') && ["http://", "https://", "www.", "tg://"].iter().any(|scheme| begins(at, scheme));
        if free && (scheme || SITES.iter().any(|site| folded.chars[at] == site.as_bytes()[0] as char && begins(at, site))) {
            add(at);
            at = forwards(folded, at, |c| !c.is_whitespace());
        }
        at += 1;
    }
}

/// `телеграм: anna_spb`, `ник anna.spb`.
fn named_accounts(folded: &Folded, words: &[Word], seen: &mut Vec<Seen>) {
    for word in words.iter().filter(|word| ACCOUNTS.contains(&word.text.as_str())) {
        let start = forwards(folded, word.at.end, |c| matches!(c, ' ' | ':' | '-' | '='));
        let end = trimmed(folded, forwards(folded, start, |c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.')), start);
        let letters = folded.chars[start..end].iter().filter(|c| c.is_ascii_alphabetic()).count();
        if start > word.at.end && end - start >= 4 && letters >= 3 && !ACCOUNTS.contains(&folded.text(start..end).as_str()) {
            seen.push(Seen { kind: Kind::Handle, at: start..end, weight: 60 });
        }
    }
}

/// IPv4, and IPv6 with at least four parts.
fn addresses(folded: &Folded, seen: &mut Vec<Seen>) {
    let part = |c: char| c.is_ascii_hexdigit() || matches!(c, '.' | ':');
    let mut at = 0;
    while at < folded.chars.len() {
        if !part(folded.chars[at]) || folded.before(at).is_alphanumeric() {
            at += 1;
            continue;
        }
        let end = trimmed(folded, forwards(folded, at, part), at).max(at + 1);
        let text = folded.text(at..end);
        let is_v6 = text.matches(':').count() >= 3 && text.parse::<std::net::Ipv6Addr>().is_ok();
        if text.parse::<std::net::Ipv4Addr>().is_ok() || is_v6 {
            seen.push(Seen { kind: Kind::Ip, at: at..end, weight: 84 });
        }
        at = end;
    }
}

/// `а123вс 178`, in Latin or Cyrillic letters.
fn plates(folded: &Folded, seen: &mut Vec<Seen>) {
    for start in 0..folded.chars.len() {
        if let Some(at) = plate_at(folded, start) {
            seen.push(Seen { kind: Kind::Plate, at, weight: 83 });
        }
    }
}

fn plate_at(folded: &Folded, start: usize) -> Option<Range<usize>> {
    if folded.before(start).is_alphanumeric() {
        return None;
    }
    let mut at = start;
    let mut take = |count: usize, wanted: &dyn Fn(char) -> bool| {
        if at > start && folded.char(at) == ' ' {
            at += 1;
        }
        let fits = (at..at + count).all(|at| wanted(folded.char(at)));
        at += count;
        fits.then_some(at)
    };
    let letter = |c: char| PLATE.contains(cyrillic_twin(c)) && c.is_alphabetic();
    let digit = |c: char| c.is_ascii_digit();
    take(1, &letter)?;
    take(3, &digit)?;
    take(2, &letter)?;
    let end = take(2, &digit)?;
    let end = if digit(folded.char(end)) { end + 1 } else { end };
    (!folded.char(end).is_alphanumeric()).then_some(start..end)
}
