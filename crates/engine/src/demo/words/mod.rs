//! The words of the demo: templates by who speaks and what for, filled with a dialogue's own facts.
//!
//! A template names what it needs in braces: `{service}` (на что: женскую стрижку), `{what}` (что: женская стрижка), `{price}`, `{minutes}`,
//! `{staff}`, `{at_staff}` (у Алины), `{to_staff}` (к Алине), `{day}` (завтра), `{time}`, `{times}`, `{name}`, `{phone}`, `{shop}`,
//! `{address}`, `{hours}`. All of it is made up.

pub(super) mod assistant;
pub(super) mod client;
pub(super) mod operator;
pub(super) mod questions;

use super::dice::Dice;

/// The facts of one dialogue by their names in templates. A name nobody set stays as it is, and a test looks for that.
#[derive(Debug, Clone, Default)]
pub(super) struct Facts(Vec<(&'static str, String)>);

impl Facts {
    pub(super) fn set(&mut self, name: &'static str, value: impl Into<String>) {
        self.0.retain(|(other, _)| *other != name);
        self.0.push((name, value.into()));
    }

    /// The template with its facts, and a capital where a fact opens a sentence.
    pub(super) fn fill(&self, template: &str) -> String {
        let mut filled = String::with_capacity(template.len() * 2);
        let mut rest = template;
        while let Some((before, behind)) = rest.split_once('{') {
            let Some((name, after)) = behind.split_once('}') else { break };
            filled.push_str(before);
            let opens = filled.is_empty() || [". ", "! ", "? "].iter().any(|end| filled.ends_with(end));
            match self.0.iter().find(|(known, _)| *known == name) {
                Some((_, value)) if opens => filled.push_str(&capital(value)),
                Some((_, value)) => filled.push_str(value),
                None => filled.push_str(&format!("{{{name}}}")),
            }
            rest = after;
        }
        filled.push_str(rest);
        filled
    }
}

/// A text as people type it on a phone: fewer capitals and full stops, now and then two letters in the wrong order.
pub(super) fn dirty(dice: &mut Dice, text: &str) -> String {
    let mut text = text.to_owned();
    if dice.chance(0.45) {
        text = lower_first(&text);
    }
    if dice.chance(0.5) {
        text = text.trim_end_matches(['.', '!']).to_owned();
    }
    if dice.chance(0.25) {
        text = text.replace('ё', "е");
    }
    if dice.chance(0.12) {
        text = text.replace(',', "");
    }
    if dice.chance(0.07) {
        text = swapped(dice, &text);
    }
    if dice.chance(0.05) && text.ends_with(char::is_alphabetic) {
        text.push_str(")))");
    }
    text
}

/// Swaps two letters inside a word of at least five; words with digits, capitals or Latin letters stay whole.
fn swapped(dice: &mut Dice, text: &str) -> String {
    let mut words: Vec<String> = text.split(' ').map(str::to_owned).collect();
    let russian = |word: &String| word.chars().count() >= 5 && word.chars().all(|c| matches!(c, 'а'..='я' | 'ё'));
    let long: Vec<usize> = (0..words.len()).filter(|place| russian(&words[*place])).collect();
    if long.is_empty() {
        return text.to_owned();
    }
    let place = *dice.pick(&long);
    let mut letters: Vec<char> = words[place].chars().collect();
    let at = dice.between(1, letters.len() as i64 - 3) as usize;
    letters.swap(at, at + 1);
    words[place] = letters.into_iter().collect();
    words.join(" ")
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn lower_first(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

/// Every pool of templates: what tests walk over.
#[cfg(test)]
pub(super) fn pools() -> Vec<&'static [&'static str]> {
    use self::{assistant as a, client as c, operator as o};
    vec![
        c::HELLO,
        c::ASK_VISIT,
        c::ASK_PRICE,
        c::AGREE_AFTER_PRICE,
        c::PICK_TIME,
        c::GIVE_CONTACT,
        c::THANKS,
        c::ALL_CLEAR,
        c::ASK_ADDRESS,
        c::CANCEL,
        c::MOVE,
        c::COMPLAINT,
        c::WANT_PERSON,
        c::REFUSE,
        c::ANYBODY,
        c::UNCLEAR,
        c::CONFIRM,
        c::PITY,
        c::GRATEFUL,
        a::HELLO,
        a::OFFER,
        a::ASK_CONTACT,
        a::BOOKED,
        a::PRICE,
        a::ADDRESS,
        a::BYE,
        a::NO_SLOTS,
        a::FALLBACK,
        a::HANDOFF,
        a::SORRY,
        a::CANCELLED,
        a::MOVE_OFFER,
        a::MOVED,
        a::REMINDER,
        a::CONFIRMED,
        a::REFUSED,
        a::LEAD_TAKEN,
        a::LATE,
        o::COMPLAINT,
        o::RECOVER,
        o::HELP,
        o::BOOKED,
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_situation_has_a_dozen_ways_to_say_it() {
        for pool in pools() {
            assert!(pool.len() >= 12, "only {} for {:?}", pool.len(), pool.first());
            let unique: std::collections::BTreeSet<_> = pool.iter().collect();
            assert_eq!(unique.len(), pool.len(), "{:?} repeats itself", pool.first());
        }
        assert!(questions::SALON.len() >= 12 && questions::CLINIC.len() >= 12);
    }

    #[test]
    fn facts_fill_and_open_with_a_capital() {
        let mut facts = Facts::default();
        facts.set("what", "женская стрижка");
        facts.set("price", "2000");
        facts.set("price", "2200");
        assert_eq!(facts.fill("{what}: {price} ₽"), "Женская стрижка: 2200 ₽");
        assert_eq!(facts.fill("Да. {what} или {nothing}"), "Да. Женская стрижка или {nothing}");
    }
}
