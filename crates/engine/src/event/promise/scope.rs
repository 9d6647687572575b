//! How surely something is said: the words around a verb.
//!
//! Dropped: what is denied, quoted, reported, asked about as a fact, said of the client's own doing, or said in general. Offered: questions
//! and what waits for the client's word. The verb's form gives the rest.

use std::ops::Range;

use super::Modality;
use super::text::{Text, What};
use super::words::Form;

/// Who is asked for something first: what follows waits for it.
const ASKED: [&str; 14] = [
    "напишите",
    "скажите",
    "пришлите",
    "оставьте",
    "укажите",
    "назовите",
    "дайте",
    "подтвердите",
    "выберите",
    "сообщите",
    "уточните",
    "отправьте",
    "подскажите",
    "напиши",
];
/// With them somebody else's words begin, or nobody's.
const REPORTED: [&str; 15] = [
    "писали",
    "пишете",
    "написали",
    "говорите",
    "говорили",
    "сказали",
    "спрашивали",
    "уверен",
    "уверена",
    "допустим",
    "предположим",
    "якобы",
    "жаль",
    "чтоб",
    "похоже",
];
/// Able or willing: an infinitive beside them is an offer.
const WILLING: [&str; 14] = [
    "могу",
    "можем",
    "может",
    "смогу",
    "сможем",
    "мог",
    "могла",
    "могли",
    "готов",
    "готова",
    "готовы",
    "предлагаю",
    "предлагаем",
    "давайте",
];
/// What asks for more than yes or no.
const ASKING: [&str; 17] = [
    "кто",
    "что",
    "когда",
    "какой",
    "какое",
    "какая",
    "какие",
    "какую",
    "каком",
    "какого",
    "сколько",
    "где",
    "куда",
    "почему",
    "зачем",
    "чей",
    "как",
];

/// The surroundings of one verb.
pub(super) struct Scope<'a, 'b> {
    text: &'a Text<'b>,
    at: usize,
    clause: Range<usize>,
    sentence: Range<usize>,
}

impl<'a, 'b> Scope<'a, 'b> {
    pub(super) fn of(text: &'a Text<'b>, at: usize) -> Self {
        Self { text, at, clause: text.clause(at), sentence: text.sentence(at) }
    }

    /// How surely the verb says it; none when it says nothing.
    pub(super) fn modality(&self, form: Form) -> Option<Modality> {
        if self.denied() || self.reported() {
            return None;
        }
        match form {
            Form::Did | Form::Done => self.past(form),
            Form::Now => self.present(),
            Form::Will => self.future(),
            Form::To => self.infinitive(),
        }
    }

    fn past(&self, form: Form) -> Option<Modality> {
        let text = self.text;
        if self.wished() {
            return Some(Modality::Offered);
        }
        let unreal = (self.at.saturating_sub(3)..self.at + 3).any(|near| self.sentence.contains(&near) && text.word(near) == "бы");
        if unreal || self.begins_with(&["если", "когда", "чтобы", "пока", "как", "раз"]) || self.asked_about() || self.of_client(form)
        {
            return None;
        }
        if form == Form::Done {
            if text.has(self.clause.start..self.at, &["будет", "будут", "будете", "буду"]) {
                return (!text.has(self.at..self.sentence.end, &["после"])).then_some(Modality::Promised);
            }
            if self.restated() {
                return None;
            }
        }
        Some(Modality::Done)
    }

    fn present(&self) -> Option<Modality> {
        if self.is_question() && self.text.has(self.clause.clone(), &ASKING) {
            return None;
        }
        if self.is_question() || self.waits() {
            return Some(Modality::Offered);
        }
        (!self.begins_with(&["если", "когда", "чтобы", "пока"])).then_some(Modality::Done)
    }

    fn future(&self) -> Option<Modality> {
        if self.begins_with(&["когда", "пока", "чтобы"]) && !self.wished() {
            return None;
        }
        let offered = self.is_question() || self.waits() || self.text.has(self.sentence.clone(), &["давайте", "давай"]);
        Some(if offered { Modality::Offered } else { Modality::Promised })
    }

    fn infinitive(&self) -> Option<Modality> {
        let text = self.text;
        if text.has(self.clause.clone(), &["буду", "будем", "будет"]) {
            return self.future();
        }
        let general =
            ["можно", "нельзя", "нужно", "надо", "чтобы", "для", "хотите", "хотели", "желаете", "сможете", "можете", "невозможно"];
        if text.has(self.clause.clone(), &general) || text.has(self.sentence.clone(), &ASKING) {
            return None;
        }
        let willing = text.has(self.sentence.start..self.at, &WILLING);
        (willing || self.is_question()).then_some(Modality::Offered)
    }

    /// «Не записал», «записать не смог», «не удалось оформить».
    fn denied(&self) -> bool {
        let text = self.text;
        let helping = |word: &str| {
            let helps =
                ["смог", "смож", "могу", "може", "могли", "мог", "удал", "получ", "успе", "буд", "был", "вышло", "хоте", "стал", "станем"];
            helps.iter().any(|begin| word.starts_with(begin)) || matches!(word, "вам" | "вас" | "еще" | "пока" | "сейчас" | "вы")
        };
        let mut before = self.at;
        for _ in 0..3 {
            if before <= self.clause.start {
                break;
            }
            before -= 1;
            if text.word(before) == "не" {
                return true;
            }
            if !helping(text.word(before)) {
                break;
            }
        }
        let failing = |at: usize| text.word(at) == "не" && helping(text.word(at + 1)) && !matches!(text.word(at + 1), "вам" | "вас" | "вы");
        let infinitive = text.tokens[self.at].verb.is_some_and(|(_, form)| form == Form::To);
        infinitive && (self.clause.clone().any(failing) || text.has(self.clause.clone(), &["без"]))
    }

    /// Somebody else's words, or a supposition.
    fn reported(&self) -> bool {
        self.text.has(self.sentence.start..self.at, &REPORTED)
    }

    /// «Вы получили?», «на какое время вас записали?» ask for a fact.
    fn asked_about(&self) -> bool {
        let last = self.text.marked(self.clause.clone(), '?');
        last || (self.is_question() && self.text.has(self.sentence.clone(), &ASKING[..1]))
    }

    /// What the client did: «вы отправили фото».
    fn of_client(&self, form: Form) -> bool {
        form == Form::Did
            && self.text.word(self.at).ends_with("ли")
            && self.text.has(self.at.saturating_sub(2).max(self.clause.start)..self.at, &["вы"])
    }

    /// What stood before: «вы уже записаны», «напоминаем: вы записаны на завтра».
    fn restated(&self) -> bool {
        let (text, sentence) = (self.text, self.sentence.clone());
        let before = sentence.start..self.at;
        text.has(before.clone(), &["напоминаю", "напоминаем", "вижу"]) || (text.has(before.clone(), &["уже"]) && text.has(before, &["вы"]))
    }

    /// «Желаете, чтобы я вас записала?»
    fn wished(&self) -> bool {
        self.text.has(self.sentence.start..self.at, &["желаете", "хотите"]) && self.begins_with(&["чтобы"])
    }

    fn is_question(&self) -> bool {
        self.text.marked(self.sentence.clone(), '?')
    }

    /// Whether it waits for the client: a condition, a wish, something asked for, or a question just before.
    fn waits(&self) -> bool {
        let (text, sentence) = (self.text, self.sentence.clone());
        let before = sentence.start..self.at;
        let condition = text.has(sentence.clone(), &["если", "желании", "хотите", "желаете"]) || text.has(before.clone(), &ASKED);
        let paid = before
            .clone()
            .any(|at| text.word(at) == "после" && text.tokens.get(at + 1).is_some_and(|next| next.nouns & super::words::MONEY != 0));
        let asked = text.word(sentence.start) == "тогда" && sentence.start > 0 && text.tokens[sentence.start - 1].what == What::Mark('?');
        let once_you = text.has(before.clone(), &["когда", "только"]) && text.has(before, &["вы"]);
        condition || paid || asked || once_you
    }

    fn begins_with(&self, any: &[&str]) -> bool {
        let first = self.clause.clone().find(|&at| !matches!(self.text.word(at), "" | "и" | "а" | "но"));
        first.is_some_and(|at| any.contains(&self.text.word(at)))
    }
}
