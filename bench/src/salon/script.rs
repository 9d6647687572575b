//! The scripts of a conversation: eight events each, from the first question to the booking, the refusal or the hand-over.
//! A script gives templates; `template` fills them.

use super::lines::{ANSWERS, ASKING, CONFIRMING, FAREWELLS, MASTERS, NAMES, OFFERS, OPERATOR, REFUSALS, SERVICES, THANKS, WISHES};
use super::random::Random;
use super::template::Template;

/// Events of one session.
pub(super) const STEPS: u64 = 8;

const CHANNELS: &[&str] = &["whatsapp", "telegram", "site", "vk"];
const MODELS: &[(&str, &str)] = &[("gpt-4o-mini", "openai"), ("GigaChat-2", "sber"), ("yandexgpt-lite", "yandex")];

/// What stays the same within one session.
struct Session<'r> {
    random: &'r mut Random,
    channel: &'static str,
    name: &'static str,
    model: (&'static str, &'static str),
    service: &'static str,
    staff: &'static str,
}

pub(super) fn session_templates(random: &mut Random) -> Vec<Template> {
    let model = MODELS[random.below(MODELS.len() as u64) as usize];
    let mut s = Session {
        channel: random.pick(CHANNELS),
        name: random.pick(NAMES),
        model,
        service: random.pick(SERVICES),
        staff: random.pick(MASTERS),
        random,
    };
    let mut events =
        vec![s.client_says(ASKING), s.bot_says(ANSWERS, "вопрос_об_услуге"), s.client_says(WISHES), s.bot_says(OFFERS, "запись_на_приём")];
    // Of ten sessions five end in a booking, two in nothing, one each in a refusal, a person's help and another time.
    events.extend(match s.random.below(10) {
        0..=4 => [s.client_says(CONFIRMING), s.lead(), s.booking("booking_created", "created"), s.bot_says(FAREWELLS, "подтверждение")],
        5 | 6 => [s.client_says(ASKING), s.bot_says(ANSWERS, "вопрос_о_цене"), s.client_says(THANKS), s.bot_says(FAREWELLS, "прощание")],
        7 => [s.client_says(REFUSALS), s.note("client_refused", "отказ"), s.bot_says(FAREWELLS, "прощание"), s.client_says(THANKS)],
        8 => [s.note("handoff", "просьба_позвать_человека"), s.operator_says(), s.client_says(CONFIRMING), s.lead()],
        _ => [
            s.client_says(CONFIRMING),
            s.booking("booking_created", "created"),
            s.client_says(WISHES),
            s.booking("booking_rescheduled", "rescheduled"),
        ],
    });
    events.iter().map(|source| Template::new(source)).collect()
}

impl Session<'_> {
    /// The beginning of every event; the object is left open.
    fn opening(&self, kind: &str) -> String {
        format!(
            "{{\"event_id\":\"\x01\",\"timestamp\":\"\x02\",\"type\":\"{kind}\",\"channel\":\"{}\",\
             \"client\":{{\"phone\":\"\x04\",\"name\":\"{}\"}},\"session_id\":\"\x03\"",
            self.channel, self.name
        )
    }

    fn client_says(&mut self, lines: &[&str]) -> String {
        let text = self.random.pick(lines);
        let more = self.random.pick(WISHES);
        format!("{},\"direction\":\"in\",\"text\":\"{text} {more}\"}}", self.opening("message_in"))
    }

    fn bot_says(&mut self, lines: &[&str], intent: &str) -> String {
        let text = self.random.pick(lines).replace("{service}", self.service).replace("{staff}", self.staff);
        let (model, provider) = self.model;
        let (confidence, latency) = (60 + self.random.below(40), 400 + self.random.below(2600));
        let (tokens_in, tokens_out) = (300 + self.random.below(900), 20 + self.random.below(90));
        format!(
            "{},\"intent\":\"{intent}\",\"confidence\":0.{confidence},\"bot_response\":\"{text}\",\"model\":\"{model}\",\
             \"provider\":\"{provider}\",\"prompt_version\":\"v12\",\"latency_ms\":{latency},\"tokens_in\":{tokens_in},\
             \"tokens_out\":{tokens_out}}}",
            self.opening("message_out")
        )
    }

    fn lead(&mut self) -> String {
        let text = self.random.pick(FAREWELLS);
        format!(
            "{},\"intent\":\"запись_на_приём\",\"confidence\":0.9{},\"bot_response\":\"{text}\",\"action\":\"create_lead\",\
             \"crm_id\":\"BX_LEAD_\x05\",\"utm\":{{\"source\":\"yandex\",\"campaign\":\"autumn\"}}}}",
            self.opening("lead_created"),
            self.random.below(10)
        )
    }

    fn booking(&mut self, kind: &str, status: &str) -> String {
        format!(
            "{},\"intent\":\"запись_на_приём\",\"action\":\"create_booking\",\"crm_id\":\"BX_DEAL_\x05\",\"booking\":{{\"id\":\"bk_\x05\",\
             \"starts_at\":\"\x06\",\"service\":\"{}\",\"staff\":\"{}\",\"status\":\"{status}\"}},\"tags\":[\"чат\",\"новый\"]}}",
            self.opening(kind),
            self.service,
            self.staff
        )
    }

    fn note(&mut self, kind: &str, intent: &str) -> String {
        let text = self.random.pick(REFUSALS);
        format!("{},\"direction\":\"in\",\"intent\":\"{intent}\",\"confidence\":0.81,\"text\":\"{text}\"}}", self.opening(kind))
    }

    fn operator_says(&mut self) -> String {
        let text = self.random.pick(OPERATOR);
        format!("{},\"direction\":\"out\",\"operator\":\"{}\",\"text\":\"{text}\"}}", self.opening("operator_reply"), self.staff)
    }
}
