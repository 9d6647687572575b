//! Making what a span says fit into one event: a value cut to a number of bytes, and a mark that says so.
//!
//! A cut is never silent: where something was left out, `meta.cut` names the place, the length and the SHA-256 of what was there.

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::span::{CUT, hex};
use crate::event::Limits;

/// What a number, a bracket or a separator is counted as.
const SMALL: usize = 8;
/// A text that does not fit is cut, not dropped, where so much of it does.
const WORTH: usize = 64;

/// How an event is shared out.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    /// A sixteenth of an event.
    pub share: usize,
    depth: usize,
    keys: usize,
}

impl Bounds {
    /// For events that must pass these limits. What is bounded here stands at most eight levels inside the event.
    pub(super) fn of(limits: &Limits) -> Self {
        Self { share: limits.item_bytes / 16, depth: limits.depth.saturating_sub(8).min(64), keys: limits.keys }
    }

    /// Puts a value under `name`, cut to `shares`; what was cut is noted in `cuts`.
    pub(super) fn put(&self, into: &mut Map<String, Value>, name: &str, value: Option<Value>, shares: usize, cuts: &mut Cuts) {
        let Some(value) = value.filter(|value| !value.is_null()) else { return };
        let mut room = Room { left: shares * self.share, cut: false, keys: self.keys };
        // Of a history the newest part matters most.
        let kept = match &value {
            Value::Array(items) if name == "input" => newest(items, &mut room, self.depth),
            value => room.fit(value, self.depth),
        };
        if room.cut {
            cuts.note(name, &value);
        }
        if let Some(kept) = kept {
            into.insert(name.to_owned(), kept);
        }
    }

    /// A text cut to half a share.
    pub(super) fn text(&self, text: &str) -> String {
        let mut room = Room { left: self.share / 2, cut: false, keys: 0 };
        match room.fit(&Value::String(text.to_owned()), 1) {
            Some(Value::String(text)) => text,
            _ => CUT.to_owned(),
        }
    }
}

/// What was cut, by the place where it stood.
#[derive(Debug, Default)]
pub(super) struct Cuts(Map<String, Value>);

impl Cuts {
    /// Something under `name` was left out of `whole`.
    pub(super) fn note(&mut self, name: &str, whole: &Value) {
        // A string is digested as it is, anything else as JSON.
        let text = whole.as_str().map_or_else(|| whole.to_string(), str::to_owned);
        self.0.insert(name.to_owned(), json!({ "bytes": text.len(), "sha256": hex(&Sha256::digest(text.as_bytes())) }));
    }

    /// Something was left out before it could be measured.
    pub(super) fn note_unmeasured(&mut self, name: &str) {
        self.0.insert(name.to_owned(), Value::Bool(true));
    }

    /// The mark; none when nothing was cut.
    pub(super) fn into_mark(self) -> Option<Value> {
        (!self.0.is_empty()).then_some(Value::Object(self.0))
    }
}

fn newest(items: &[Value], room: &mut Room, depth: usize) -> Option<Value> {
    let mut kept: Vec<Value> = items.iter().rev().map_while(|item| room.fit(item, depth.checked_sub(1)?)).collect();
    room.cut |= kept.len() < items.len();
    kept.reverse();
    Some(Value::Array(kept))
}

struct Room {
    left: usize,
    cut: bool,
    keys: usize,
}

impl Room {
    /// As much of the value as fits; none when nothing does.
    fn fit(&mut self, value: &Value, depth: usize) -> Option<Value> {
        self.spend(SMALL)?;
        match value {
            Value::Null | Value::Bool(_) => Some(value.clone()),
            Value::Number(_) => self.spend(3 * SMALL).map(|()| value.clone()),
            Value::String(text) => self.fit_text(text),
            Value::Array(_) | Value::Object(_) if depth == 0 => {
                self.cut = true;
                Some(Value::String(CUT.to_owned()))
            }
            Value::Array(items) => {
                let kept: Vec<Value> = items.iter().map_while(|item| self.fit(item, depth - 1)).collect();
                self.cut |= kept.len() < items.len();
                Some(Value::Array(kept))
            }
            Value::Object(members) => {
                let most = self.keys;
                let fitting = members.iter().take(most).map_while(|(name, member)| {
                    self.spend(SMALL + written(name))?;
                    Some((name.clone(), self.fit(member, depth - 1)?))
                });
                let kept: Map<String, Value> = fitting.collect();
                self.cut |= kept.len() < members.len();
                Some(Value::Object(kept))
            }
        }
    }

    fn fit_text(&mut self, text: &str) -> Option<Value> {
        let length = written(text);
        if length <= self.left {
            self.left -= length;
            return Some(Value::String(text.to_owned()));
        }
        self.cut = true;
        if self.left < WORTH {
            return None;
        }
        let mut room = std::mem::take(&mut self.left) - CUT.len();
        let end = text.char_indices().find(|(_, c)| {
            let fits = room >= cost(*c);
            room = room.saturating_sub(cost(*c));
            !fits
        });
        let kept = end.map_or(text, |(at, _)| &text[..at]);
        Some(Value::String(format!("{kept}{CUT}")))
    }

    fn spend(&mut self, bytes: usize) -> Option<()> {
        match self.left.checked_sub(bytes) {
            Some(left) => {
                self.left = left;
                Some(())
            }
            None => {
                self.cut = true;
                None
            }
        }
    }
}

/// How long a text is in JSON.
fn written(text: &str) -> usize {
    text.chars().map(cost).sum()
}

fn cost(c: char) -> usize {
    match c {
        '"' | '\\' | '\n' | '\r' | '\t' | '\u{8}' | '\u{c}' => 2,
        c if c < ' ' => 6,
        c => c.len_utf8(),
    }
}
