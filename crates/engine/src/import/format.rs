//! Which format a file has: by its name where the name says it, else by its first bytes.

use std::{fmt, str::FromStr};

/// The formats an import reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// One event (schema v1) per line.
    Jsonl,
    /// An array of events, or events one after another over several lines.
    Json,
    /// A table with a header row; see [`Columns`](super::Columns).
    Csv,
    /// Schema-Guided Dialogue: an array of dialogues with turns, frames and actions.
    Sgd,
    /// Plain text: lines of user and system alternate, a blank line between dialogues.
    DialogueTxt,
}

/// A `--format` that is none of ours.
#[derive(Debug, thiserror::Error)]
#[error("unknown format {0:?}: use jsonl, json, csv, sgd or dialogue-txt")]
pub struct UnknownFormat(String);

impl Format {
    /// Every format, in the order of the manual.
    pub const ALL: [Self; 5] = [Self::Jsonl, Self::Json, Self::Csv, Self::Sgd, Self::DialogueTxt];

    /// The name on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Jsonl => "jsonl",
            Self::Json => "json",
            Self::Csv => "csv",
            Self::Sgd => "sgd",
            Self::DialogueTxt => "dialogue-txt",
        }
    }

    /// What the file `name` with the first bytes `head` (4 KiB are plenty) most likely is; `None` where guessing would be rude.
    #[must_use]
    pub fn detect(name: &str, head: &[u8]) -> Option<Self> {
        let name = name.to_lowercase();
        let ends_with = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
        let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
        if ends_with(&[".jsonl", ".ndjson"]) {
            return Some(Self::Jsonl);
        }
        match head.first() {
            Some(b'[') if contains(head, b"\"dialogue_id\"") => Some(Self::Sgd),
            Some(b'[') => Some(Self::Json),
            Some(b'{') => Some(if first_line_is_whole(head) { Self::Jsonl } else { Self::Json }),
            _ if ends_with(&[".csv", ".tsv"]) => Some(Self::Csv),
            _ if name.contains("dialogue") && ends_with(&[".txt"]) => Some(Self::DialogueTxt),
            Some(_) if first_line(head).iter().filter(|byte| matches!(byte, b';' | b'\t' | b',')).count() >= 2 => Some(Self::Csv),
            _ => None,
        }
    }
}

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "ndjson" => Ok(Self::Jsonl),
            "tsv" => Ok(Self::Csv),
            "russian-multiwoz" => Ok(Self::DialogueTxt),
            _ => Self::ALL.into_iter().find(|format| format.name() == text).ok_or_else(|| UnknownFormat(text.to_owned())),
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    memchr::memmem::find(haystack, needle).is_some()
}

fn first_line(head: &[u8]) -> &[u8] {
    head.split(|byte| *byte == b'\n').next().unwrap_or(head)
}

/// A line that closes what it opens is an event of its own; a pretty-printed object spreads over several.
fn first_line_is_whole(head: &[u8]) -> bool {
    let line = first_line(head);
    let cut_off = line.len() == head.len() && !line.trim_ascii_end().ends_with(b"}");
    cut_off && line.len() > 1024 || line.trim_ascii_end().ends_with(b"}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_or_the_content_tells_the_format() {
        let cases: [(&str, &str, Option<Format>); 10] = [
            ("a.ndjson", "", Some(Format::Jsonl)),
            ("export", "{\"event_id\":\"1\"}\n{", Some(Format::Jsonl)),
            ("one.json", "{\n  \"event_id\": \"1\"\n}", Some(Format::Json)),
            ("many.json", " [{\"event_id\":\"1\"}]", Some(Format::Json)),
            ("dialogues_006.json", "[\n {\n \"dialogue_id\": \"6_0\"", Some(Format::Sgd)),
            ("чат.CSV", "Дата;Текст", Some(Format::Csv)),
            ("export.txt", "\u{feff}Дата;Телефон;Текст\n", Some(Format::Csv)),
            ("dev_dialogues_001_ru.txt", "Я ищу место, где можно пообедать", Some(Format::DialogueTxt)),
            ("letter.txt", "Здравствуйте!", None),
            ("empty", "", None),
        ];
        for (name, head, expected) in cases {
            assert_eq!(Format::detect(name, head.as_bytes()), expected, "{name}");
        }
    }

    #[test]
    fn every_name_is_read_back() {
        for format in Format::ALL {
            assert_eq!(format.name().parse::<Format>().ok(), Some(format));
        }
        assert!("xlsx".parse::<Format>().is_err());
    }
}
