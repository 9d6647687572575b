//! Machine words → words for people: channels, outcomes, types, intents, phones.
//!
//! What is not known is shown as it came, never hidden: a business may use channels, types and intents of its own.

use super::language::Texts;
use crate::metrics::measured::By;

/// A small coloured mark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Chip {
    /// A class: `ok`, `warn`, `bad`, `info`, `accent` or none.
    pub(super) tone: &'static str,
    /// What it says.
    pub(super) label: String,
}

impl Chip {
    pub(super) fn new(tone: &'static str, label: String) -> Self {
        Self { tone, label }
    }
}

/// A channel as lists show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::console) struct Channel {
    /// Class of the coloured disc.
    pub(in crate::console) class: &'static str,
    /// Letters in it.
    pub(in crate::console) letters: String,
    /// Its name.
    pub(in crate::console) name: String,
}

/// The channels that have a colour of their own: words that mean them, class, letters.
const CHANNELS: [(&[&str], &str, &str); 10] = [
    (&["whatsapp", "wa"], "whatsapp", "WA"),
    (&["telegram", "tg"], "telegram", "TG"),
    (&["instagram", "ig"], "instagram", "IG"),
    (&["vk", "vkontakte"], "vk", "VK"),
    (&["max"], "max", "MX"),
    (&["avito"], "avito", "AV"),
    (&["viber"], "viber", "VB"),
    (&["site", "web", "webchat", "widget", "site_chat", "sitechat", "livechat"], "site", "www"),
    (&["phone", "call", "voice"], "phone", "☎"),
    (&["sms"], "sms", "SMS"),
];

/// How a channel looks.
pub(in crate::console) fn channel(t: &Texts, name: &str) -> Channel {
    match CHANNELS.iter().find(|(names, ..)| names.contains(&name)) {
        Some((_, class, letters)) => Channel { class, letters: (*letters).to_owned(), name: t.of("channel-name", class) },
        None => {
            let is_ours = ["llm", "crm", "hook", "http", "events"].contains(&name);
            let letters = name.chars().take(2).flat_map(char::to_uppercase).collect();
            Channel { class: "other", letters, name: if is_ours { t.of("channel-inner", name) } else { name.to_owned() } }
        }
    }
}

/// How a conversation ended, as a chip.
pub(super) fn outcome(t: &Texts, outcome: &str) -> Chip {
    let tone = match outcome {
        "booked" => "ok",
        "lead" => "accent",
        "handoff" => "info",
        "unanswered" | "failed" => "bad",
        "refused" | "cancelled" => "warn",
        _ => "",
    };
    Chip::new(tone, t.of("outcome", outcome))
}

/// `запись_на_приём` → «запись на приём».
pub(super) fn intent(intent: &str) -> String {
    intent.replace('_', " ")
}

/// By what something is known, or that it is not: never a number.
pub(super) fn measured(t: &Texts, by: Option<By>) -> String {
    by.map_or_else(|| t.say("not-measured"), |by| t.of("measured-by", by.as_str()))
}

/// A type of event.
pub(super) fn kind(t: &Texts, kind: &str) -> String {
    t.of("kind", kind)
}

/// `deal:9` → «сделка 9»; other spellings as they are.
pub(super) fn card(t: &Texts, card: &str) -> String {
    match card.split_once(':') {
        Some((kind, id)) if matches!(kind, "lead" | "deal" | "contact" | "company") => format!("{} {id}", t.of("crm-kind", kind)),
        _ => card.to_owned(),
    }
}

/// `+79211234567` → `+7 921 123-45-67`; other numbers as they are.
pub(super) fn phone(value: &str) -> String {
    match value.strip_prefix("+7").filter(|rest| rest.len() == 10 && rest.is_ascii()) {
        Some(rest) => format!("+7 {} {}-{}-{}", &rest[..3], &rest[3..6], &rest[6..8], &rest[8..]),
        None => value.to_owned(),
    }
}

/// `+79211234567` → `+7 921 •••-••-67`: enough to recognise, too little to call.
pub(super) fn masked_phone(value: &str) -> String {
    match value.strip_prefix("+7").filter(|rest| rest.len() == 10 && rest.is_ascii()) {
        Some(rest) => format!("+7 {} •••-••-{}", &rest[..3], &rest[8..]),
        None => {
            let tail: Vec<char> = value.chars().rev().take(2).collect();
            format!("•••{}", tail.iter().rev().collect::<String>())
        }
    }
}

/// `0.87` → `87`.
pub(super) fn percent(share: f64) -> i64 {
    (share.clamp(0.0, 1.0) * 100.0).round() as i64
}

#[cfg(test)]
mod tests {
    use super::super::language::{Language, Library};
    use super::*;

    #[test]
    fn words_become_plain() {
        let t = Library::default().texts(Language::Ru);
        assert_eq!(channel(&t, "whatsapp").name, "WhatsApp");
        assert_eq!(channel(&t, "webchat").name, "Сайт");
        assert_eq!((channel(&t, "домофон").name, channel(&t, "домофон").letters), ("домофон".into(), "ДО".into()));
        assert_eq!(outcome(&t, "booked"), Chip::new("ok", "записан".into()));
        assert_eq!(kind(&t, "vendor.ping"), "vendor.ping");
        assert_eq!(intent("запись_на_приём"), "запись на приём");
    }

    #[test]
    fn phones_are_readable_or_masked() {
        assert_eq!(phone("+79211234567"), "+7 921 123-45-67");
        assert_eq!(masked_phone("+79211234567"), "+7 921 •••-••-67");
        assert_eq!((phone("+3751"), masked_phone("+375291234567")), ("+3751".into(), "•••67".into()));
    }
}
