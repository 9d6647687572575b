//! What a card is told of a stretch of a dialogue. Pure: events in, a title and a text out.
//!
//! Steps and times by default; the words themselves only where the business chose so, and of a clinic never: seeking help is a secret of its
//! own. Written in Russian, for the people who open the card. What stands here is a pointer; the record stays where it is provable.

use std::fmt::Write;

use jiff::tz::TimeZone;

use crate::access::CardWords;
use crate::journal::crm::entries::Step;

/// Letters of one message on a card.
const WORDS: usize = 300;
/// Letters of one entry.
const LONGEST: usize = 4_000;

/// How a card is told.
#[derive(Debug, Clone)]
pub struct Telling {
    /// How much.
    pub words: CardWords,
    /// The business's own time.
    pub zone: TimeZone,
    /// Where the whole dialogue can be read.
    pub link: String,
    /// What it is found by after an unclear answer.
    pub reference: String,
    /// Where it is provable: the numbers of the records.
    pub proof: String,
    /// How the channel is called.
    pub channel: String,
}

/// An entry of a card's timeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its first line.
    pub title: String,
    /// The rest.
    pub text: String,
}

/// Whether a card is told of such an event at all: calls of models and systems are steps of the machine.
#[must_use]
pub fn is_told(kind: &str) -> bool {
    !matches!(kind, "llm_call" | "crm_call" | "delivery_status" | "other")
}

/// The entry for some steps of one dialogue, in order.
#[must_use]
pub fn entry(steps: &[Step], telling: &Telling) -> Entry {
    let told: Vec<&Step> = steps.iter().filter(|step| is_told(&step.kind)).collect();
    let (mut text, mut at) = (String::new(), 0);
    while let Some(step) = told.get(at) {
        let alike = if telling.words == CardWords::Full { 1 } else { run(&told[at..]) };
        line(&mut text, step, alike, telling);
        at += alike;
        if text.chars().count() > LONGEST {
            let _ = writeln!(text, "… ещё {} – по ссылке", steps_word(told.len() - at));
            break;
        }
    }
    let Telling { link, reference, proof, channel, .. } = telling;
    let _ = write!(text, "\nДиалог целиком: {link}\nДоказательство: {proof} · {reference}");
    Entry { title: format!("Диалог с ассистентом ({channel}): {}", steps_word(told.len())), text }
}

/// How many of the first ones say the same: three messages in a row are one line.
fn run(steps: &[&Step]) -> usize {
    let Some(first) = steps.first().filter(|step| matches!(step.kind.as_str(), "message_in" | "message_out" | "operator_reply")) else {
        return 1;
    };
    let same = |step: &&&Step| step.kind == first.kind && step.intent == first.intent && step.action.is_none() && first.action.is_none();
    steps.iter().take_while(same).count().max(1)
}

fn line(text: &mut String, step: &Step, alike: usize, telling: &Telling) {
    let at = jiff::Timestamp::from_microsecond(step.at_us).unwrap_or_default().to_zoned(telling.zone.clone());
    let _ = write!(text, "{} {}", at.strftime("%d.%m %H:%M"), what(step, alike));
    if telling.words != CardWords::Steps {
        if let Some(intent) = &step.intent {
            let _ = write!(text, " · намерение: {}", intent.replace('_', " "));
            if let Some(confidence) = step.confidence {
                let _ = write!(text, " ({})", format!("{confidence:.2}").replace('.', ","));
            }
        }
        if let Some(action) = &step.action {
            let _ = write!(text, " · {}", action_words(action, step.crm.as_deref()));
        }
    }
    text.push('\n');
    if telling.words == CardWords::Full {
        for (who, words) in [("", &step.said), ("ассистент: ", &step.reply)] {
            if let Some(words) = words {
                let _ = writeln!(text, "   {who}«{}»", cut(words));
            }
        }
    }
}

fn what(step: &Step, alike: usize) -> String {
    let many = |one: &str| if alike > 1 { format!("{one} ({alike})") } else { one.to_owned() };
    match step.kind.as_str() {
        "message_in" => many("клиент написал"),
        "message_out" => many("ассистент ответил"),
        "operator_reply" => many("сотрудник ответил"),
        "lead_created" => "создан лид".to_owned(),
        "booking_created" => "записан".to_owned(),
        "booking_confirmed" => "запись подтверждена".to_owned(),
        "booking_rescheduled" => "запись перенесена".to_owned(),
        "booking_cancelled" => "запись отменена".to_owned(),
        "reminder_sent" => "напоминание отправлено".to_owned(),
        "reminder_delivered" => "напоминание доставлено".to_owned(),
        "reminder_confirmed" => "клиент подтвердил визит".to_owned(),
        "client_refused" => "клиент отказался".to_owned(),
        "handoff" => "передано сотруднику".to_owned(),
        "payment" => "оплата".to_owned(),
        "visit_arrived" => "клиент пришёл".to_owned(),
        "visit_no_show" => "клиент не пришёл".to_owned(),
        "consent_given" => "согласие на обработку данных".to_owned(),
        "consent_withdrawn" => "согласие отозвано".to_owned(),
        "error" => "сбой ассистента".to_owned(),
        "action" => "действие ассистента".to_owned(),
        other => other.replace('_', " "),
    }
}

fn action_words(action: &str, crm: Option<&str>) -> String {
    let what = match action {
        "create_lead" => "создал лид".to_owned(),
        "create_deal" => "создал сделку".to_owned(),
        "create_contact" => "создал контакт".to_owned(),
        other => format!("действие: {}", other.replace('_', " ")),
    };
    crm.map_or_else(|| what.clone(), |crm| format!("{what} {crm}"))
}

fn cut(words: &str) -> String {
    let short: String = words.chars().take(WORDS).collect();
    let short = short.replace(['\r', '\n'], " ");
    // Square brackets are markup there.
    let short = short.replace('[', "(").replace(']', ")");
    if words.chars().count() > WORDS { format!("{short}…") } else { short }
}

fn steps_word(count: usize) -> String {
    let word = match (count % 10, count % 100) {
        (1, hundred) if hundred != 11 => "шаг",
        (2..=4, hundred) if !(12..=14).contains(&hundred) => "шага",
        _ => "шагов",
    };
    format!("{count} {word}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(minute: i64, kind: &str) -> Step {
        Step { at_us: (1_735_724_100 + minute * 60) * 1_000_000, kind: kind.to_owned(), ..Step::default() }
    }

    fn steps() -> Vec<Step> {
        let mut steps = vec![step(0, "message_in"), step(0, "message_in"), step(0, "llm_call"), step(1, "message_out"), step(2, "handoff")];
        steps[0].said = Some("Болит спина,\n[b]можно завтра?[/b]".to_owned());
        (steps[3].intent, steps[3].confidence, steps[3].reply) =
            (Some("запись_на_приём".to_owned()), Some(0.87), Some("Записал на 15:00".to_owned()));
        (steps[3].action, steps[3].crm) = (Some("create_lead".to_owned()), Some("BX_LEAD_4521".to_owned()));
        steps
    }

    fn told(words: CardWords) -> Entry {
        let telling = Telling {
            words,
            zone: TimeZone::fixed(jiff::tz::offset(3)),
            link: "https://letopis.example/sessions/s_1".to_owned(),
            reference: "L-0123456789".to_owned(),
            proof: "записи 120–124 журнала salon".to_owned(),
            channel: "telegram".to_owned(),
        };
        entry(&steps(), &telling)
    }

    #[test]
    fn a_digest_says_what_was_done_and_not_what_was_said() {
        let entry = told(CardWords::Digest);
        assert_eq!(entry.title, "Диалог с ассистентом (telegram): 4 шага");
        let lines = "01.01 12:35 клиент написал (2)\n01.01 12:36 ассистент ответил · намерение: запись на приём (0,87) · создал лид BX_LEAD_4521\n\
                     01.01 12:37 передано сотруднику\n\nДиалог целиком: https://letopis.example/sessions/s_1\n\
                     Доказательство: записи 120–124 журнала salon · L-0123456789";
        assert_eq!(entry.text, lines);
    }

    #[test]
    fn steps_alone_say_nothing_of_what_a_client_wants() {
        let entry = told(CardWords::Steps);
        for word in ["запись на", "0,87", "спина", "15:00", "лид"] {
            assert!(!entry.text.contains(word), "{word} in {}", entry.text);
        }
        assert!(entry.text.contains("ассистент ответил"));
    }

    #[test]
    fn words_are_told_where_the_business_chose_so_and_are_no_markup() {
        let entry = told(CardWords::Full);
        assert!(entry.text.contains("«Болит спина, (b)можно завтра?(/b)»") && entry.text.contains("ассистент: «Записал на 15:00»"));
    }

    #[test]
    fn a_long_dialogue_is_cut_and_says_so() {
        let mut many = Vec::new();
        for minute in 0..500 {
            many.push(step(minute, if minute % 2 == 0 { "message_in" } else { "message_out" }));
        }
        let telling = Telling {
            words: CardWords::Digest,
            zone: TimeZone::UTC,
            link: "x".into(),
            reference: "L".into(),
            proof: "y".into(),
            channel: "max".into(),
        };
        let entry = entry(&many, &telling);
        assert!(entry.text.chars().count() < LONGEST + 400 && entry.text.contains("… ещё"));
        assert_eq!(
            (steps_word(1), steps_word(11), steps_word(22), steps_word(5)),
            ("1 шаг".into(), "11 шагов".into(), "22 шага".into(), "5 шагов".into())
        );
    }
}
