//! The inspector's verifier: one file and one key in, plain words out. No network, no data folder, none of Letopis but this crate.
//!
//! ```text
//! cargo build --release -p ledger --bin ledger-verify
//! ledger-verify dossier.html --key 'letopis.example/salon+…' [--witness '…']… [--quorum N] [--lang ru]
//! ```
//! It ends with 0 only when everything holds. It prints the records themselves, because the page around the proofs of a dossier can be
//! edited by anybody.

use std::process::ExitCode;

use ledger::{Believed, Entry, HandedOver, ProofBundle, Shown, Signed, VerifyingKey, leaf_hash};

const USAGE: &str = "ledger-verify FILE --key KEY [--witness KEY]... [--quorum N] [--entry FILE] [--lang ru|en]

FILE      a proof bundle (JSON), a dossier (HTML page) or a .tlog-proof
--key     the log's key line, or a file with it, from its owner by another way than FILE
--witness the key line of a witness that you believe; may be given several times
--quorum  how many of them must have cosigned (all, if not given)
--entry   for a .tlog-proof: a file with the 82 bytes of the entry
--lang    ru or en (from the environment, if not given)";

/// What was asked for.
struct Asked {
    file: String,
    entry: Option<String>,
    believed: Believed,
    russian: bool,
}

fn main() -> ExitCode {
    let asked = match Asked::from(std::env::args().skip(1)) {
        Ok(asked) => asked,
        Err(why) => {
            eprintln!("{why}\n\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    match check(&asked) {
        Ok(wrong) => {
            println!("\n{}", conclusion(&asked, wrong));
            if wrong == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(why) => {
            eprintln!("{}: {why}", asked.file);
            ExitCode::FAILURE
        }
    }
}

impl Asked {
    fn from(mut words: impl Iterator<Item = String>) -> Result<Self, String> {
        let (mut file, mut key, mut entry, mut quorum, mut witnesses) = (None, None, None, None, Vec::new());
        let mut russian =
            ["LC_ALL", "LC_MESSAGES", "LANG"].iter().find_map(|name| std::env::var(name).ok()).is_some_and(|lang| lang.starts_with("ru"));
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or(format!("{word} needs a value"));
            match word.as_str() {
                "--key" => key = Some(read_key(&value()?)?),
                "--witness" => witnesses.push(read_key(&value()?)?),
                "--quorum" => quorum = Some(value()?.parse().map_err(|_| "--quorum needs a number".to_owned())?),
                "--entry" => entry = Some(value()?),
                "--lang" => russian = value()? == "ru",
                _ if word.starts_with("--") => return Err(format!("{word} is not known")),
                _ if file.is_some() => return Err("one file at a time".to_owned()),
                _ => file = Some(word),
            }
        }
        let (Some(file), Some(log)) = (file, key) else { return Err("a file and a key are needed".to_owned()) };
        let quorum = quorum.unwrap_or(witnesses.len());
        Ok(Self { file, entry, believed: Believed { log, witnesses, quorum }, russian })
    }

    fn say<'a>(&self, russian: &'a str, english: &'a str) -> &'a str {
        if self.russian { russian } else { english }
    }
}

/// A key line, or a file with one.
fn read_key(text: &str) -> Result<VerifyingKey, String> {
    let read = std::fs::read_to_string(text).ok();
    let text = read.as_deref().unwrap_or(text).trim();
    text.parse().map_err(|e| format!("{text:?} is no key and no file with one: {e}"))
}

/// Checks the file; gives how many proofs do not hold.
fn check(asked: &Asked) -> Result<usize, String> {
    let bytes = std::fs::read(&asked.file).map_err(|e| e.to_string())?;
    let handed = HandedOver::read(&bytes).map_err(|e| e.to_string())?;
    if let HandedOver::TlogProof(proof) = &handed {
        let path = asked.entry.as_ref().ok_or("a .tlog-proof says nothing of the record: give the entry with --entry")?;
        let entry = std::fs::read(path).map_err(|e| format!("{path}: {e}"))?;
        Entry::decode(&entry).map_err(|e| format!("{path}: {e}"))?;
        let checkpoint = proof.verify(&leaf_hash(&entry), &asked.believed.log).map_err(|e| e.to_string())?;
        let (seen, unchecked) = asked.believed.seen(&proof.checkpoint).map_err(|e| e.to_string())?;
        tell(asked, &Shown { index: proof.index, checkpoint, seen, unchecked });
        return Ok(0);
    }
    let mut wrong = 0;
    for bundle in handed.bundles() {
        match asked.believed.check(bundle) {
            Ok(shown) => tell(asked, &shown),
            Err(why) => {
                wrong += 1;
                println!("{} {}: {why}", asked.say("НЕ СХОДИТСЯ, запись", "DOES NOT HOLD, record"), bundle.index);
            }
        }
        show(bundle);
    }
    Ok(wrong)
}

fn tell(asked: &Asked, shown: &Shown) {
    let (index, size) = (shown.index, shown.checkpoint.size);
    if asked.russian {
        println!("СХОДИТСЯ: запись {index} стоит в журнале {} под подписанной точкой на {size} записей", shown.checkpoint.origin);
    } else {
        println!("HOLDS: record {index} is in the log {} under the signed checkpoint of {size}", shown.checkpoint.origin);
    }
    for signed in &shown.seen {
        println!("    {} {}, {}", asked.say("видел свидетель", "seen by"), signed.name, moment(signed));
    }
    if shown.unchecked > 0 {
        println!(
            "    {}: {}",
            asked.say("ещё подписей, не проверены (дайте ключи: --witness)", "more signatures, not checked (give keys: --witness)"),
            shown.unchecked
        );
    }
}

/// The record itself, a line at a time; what a terminal would obey is shown as what it is.
fn show(bundle: &ProofBundle) {
    for line in String::from_utf8_lossy(&bundle.record).lines() {
        let plain: String =
            line.chars().flat_map(|letter| if letter.is_control() { letter.escape_default().collect() } else { vec![letter] }).collect();
        println!("    | {plain}");
    }
}

fn conclusion(asked: &Asked, wrong: usize) -> String {
    if wrong > 0 {
        let says = asked.say("Файлу верить нельзя. Не сходится доказательств", "Do not believe this file. Proofs that do not hold");
        return format!("{says}: {wrong}.");
    }
    let seen = asked.believed.quorum > 0;
    let ru = [
        "Доказано: журнал, ключу которого вы верите, закрепил именно эти слова, до последнего знака, не позже подписи точки.",
        if seen {
            "Доказано: названные свидетели видели эту историю журнала в указанное время."
        } else {
            ""
        },
        "Не доказано: что сказанное правда; что в журнал попало всё; кто на самом деле писал; точное время события.",
        if seen {
            ""
        } else {
            "Не доказано: что владелец не переписал журнал целиком до того, как вы получили файл. Это показывают свидетели (--witness)."
        },
    ];
    let en = [
        "Proved: the log whose key you believe committed to exactly these words, to the last character, no later than it signed.",
        if seen { "Proved: the named witnesses saw this history of the log at the given time." } else { "" },
        "Not proved: that what was said is true; that the log got everything; who really wrote; the exact time of the event.",
        if seen {
            ""
        } else {
            "Not proved: that the owner did not rewrite the whole log before you got the file. Witnesses show that (--witness)."
        },
    ];
    let lines = if asked.russian { ru } else { en };
    lines.into_iter().filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

/// `2025-01-01 09:34:56 UTC`, by the civil calendar: this crate has no clock and no dependency for one.
fn moment(signed: &Signed) -> String {
    let seconds = signed.at_seconds.unwrap_or_default();
    let (days, rest) = (seconds / 86_400, seconds % 86_400);
    // Days since 1970 to a date: eras of 400 years, years that begin in March.
    let shifted = days + 719_468;
    let (era, of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02} {:02}:{:02}:{:02} UTC", rest / 3600, rest / 60 % 60, rest % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_those_of_the_calendar() {
        let said = |seconds| moment(&Signed { name: String::new(), at_seconds: Some(seconds) });
        let known = [
            (0, "1970-01-01 00:00:00"),
            (951_782_399, "2000-02-28 23:59:59"),
            (951_782_400, "2000-02-29 00:00:00"),
            (1_679_315_147, "2023-03-20 12:25:47"),
            (4_107_542_399, "2100-02-28 23:59:59"),
            (4_107_542_400, "2100-03-01 00:00:00"),
        ];
        for (seconds, text) in known {
            assert_eq!(said(seconds), format!("{text} UTC"));
        }
        assert!(!said(u64::MAX).is_empty());
    }
}
