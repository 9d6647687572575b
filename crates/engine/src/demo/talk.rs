//! One dialogue while it is being played: a clock, a client in a channel, and the events that each line of it becomes.
//!
//! The clock only goes forward: a client thinks and types, the model takes its time, a person takes longer.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{
    agenda::{Offer, Slot},
    hours,
    shops::Service,
    stage::{Stage, merge},
    words::{self, Facts},
};

/// What is left of a dialogue when it rests: enough to go on with it days later.
#[derive(Debug, Clone)]
pub(super) struct Thread {
    pub(super) person: usize,
    pub(super) contact: usize,
    session: String,
    step: u32,
    pub(super) facts: Facts,
    variant: Option<&'static str>,
}

pub(super) struct Talk<'s> {
    pub(super) stage: &'s mut Stage,
    pub(super) thread: Thread,
    pub(super) now: Timestamp,
    /// The assistant does not quite get what this client wants.
    is_muddled: bool,
}

impl<'s> Talk<'s> {
    /// A new dialogue of a client.
    pub(super) fn open(stage: &'s mut Stage, person: usize, contact: usize, at: Timestamp) -> Self {
        let session = stage.session(at);
        let variant = stage.era.variant(stage.shop.kind, at, person);
        let mut facts = Facts::default();
        facts.set("shop", stage.shop.title);
        facts.set("address", stage.shop.address);
        facts.set("hours", stage.shop.hours);
        facts.set("name", stage.people.all[person].first_name);
        facts.set("phone", stage.people.all[person].phone());
        facts.set("a", if stage.people.all[person].is_woman { "а" } else { "" });
        let is_muddled = stage.dice.chance(stage.era.model(at).unsure);
        Self { thread: Thread { person, contact, session, step: 0, facts, variant }, stage, now: at, is_muddled }
    }

    /// Goes on with a dialogue that rested.
    pub(super) fn resume(stage: &'s mut Stage, thread: &Thread, at: Timestamp) -> Self {
        Self { stage, thread: thread.clone(), now: at, is_muddled: false }
    }

    /// Makes the service the subject.
    pub(super) fn about(&mut self, service: &Service) {
        let facts = &mut self.thread.facts;
        facts.set("service", service.for_what);
        facts.set("what", service.what);
        facts.set("price", service.price.to_string());
        facts.set("minutes", service.minutes.to_string());
    }

    /// Makes an offer of times the subject.
    pub(super) fn with_offer(&mut self, offer: &Offer) {
        self.thread.facts.set("times", offer.times());
        if let Some(first) = offer.slots.first() {
            self.with_slot(*first);
        }
    }

    /// Makes one time the subject, as it is said today.
    pub(super) fn with_slot(&mut self, slot: Slot) {
        let staff = &self.stage.shop.staff[slot.staff];
        let day = hours::day(hours::date(slot.starts_at()), hours::date(self.now));
        let facts = &mut self.thread.facts;
        facts.set("day", day);
        facts.set("time", hours::clock(slot.starts_at()));
        facts.set("staff", staff.who);
        facts.set("at_staff", staff.at);
        facts.set("to_staff", staff.to);
    }

    /// The client writes one of these lines.
    pub(super) fn says(&mut self, pool: &[&str], intent: &str) {
        let template = *self.stage.dice.pick(pool);
        let filled = self.thread.facts.fill(template);
        // A name or a phone is typed with care; the rest is not.
        let text = if template.contains("{phone}") { filled } else { words::dirty(&mut self.stage.dice, &filled) };
        self.types();
        self.heard(&text, intent);
    }

    /// The client has written `text`.
    pub(super) fn heard(&mut self, text: &str, intent: &str) {
        let mut fields = json!({"text": text, "intent": intent, "confidence": self.confidence()});
        if self.thread.step == 0
            && let Some(utm) = self.stage.people.all[self.thread.person].utm()
        {
            fields["utm"] = utm;
        }
        self.happens("message_in", fields);
    }

    /// The assistant answers with one of these lines.
    pub(super) fn answers(&mut self, pool: &[&str]) {
        self.answers_and(pool, json!({"type": "message_out"}));
    }

    /// The assistant answers, and the same event says what else it did. Without a `type` in `fields` the event has none, as in
    /// integrations that send one event per turn.
    pub(super) fn answers_and(&mut self, pool: &[&str], fields: Value) {
        let template = *self.stage.dice.pick(pool);
        let text = self.thread.facts.fill(template);
        if fields["type"] != "reminder_sent" {
            self.listens();
        }
        let model = self.stage.era.model(self.now);
        let tail = if self.stage.dice.chance(0.025) { self.stage.dice.between(4_000, 18_000) } else { 0 };
        let latency_ms = self.stage.dice.skewed(model.median_ms, model.spread).clamp(500.0, 9_000.0) as i64 + tail;
        self.now += SignedDuration::from_millis(latency_ms);
        let version = self.stage.era.scenario_version(self.now);
        let told = json!({
            "prompt_version": format!("{}-{version}", self.stage.shop.slug),
            "scenario": self.stage.shop.scenario,
            "scenario_version": version,
        });
        // The words of a reminder are a template: no model is asked for them.
        if fields["type"] != "reminder_sent" {
            let tokens_in = 830 + i64::from(self.thread.step) * 45 + self.stage.dice.between(0, 160);
            // Beside the words it fills in what is done with them: intent, action, the visit.
            let tokens_out = 190 + text.chars().count() as i64 * 2 / 5 + self.stage.dice.between(6, 90);
            let mut call = model.call(tokens_in, tokens_out, latency_ms);
            merge(&mut call, told.clone());
            self.writes(call);
        }
        self.now += SignedDuration::from_millis(self.stage.dice.between(90, 420));
        let mut event = json!({"bot_response": text, "model": model.name, "provider": model.provider, "latency_ms": latency_ms});
        merge(&mut event, told);
        if let Some(variant) = self.thread.variant {
            event["experiment"] = "подсказка_времени".into();
            event["variant"] = variant.into();
        }
        merge(&mut event, fields);
        self.writes(event);
    }

    /// A model of its own reads what the client wrote, where there is one.
    fn listens(&mut self) {
        let Some(model) = self.stage.era.listener(self.now) else { return };
        let latency_ms = self.stage.dice.skewed(model.median_ms, model.spread).clamp(90.0, 900.0) as i64;
        self.now += SignedDuration::from_millis(latency_ms);
        let (tokens_in, tokens_out) = (self.stage.dice.between(340, 480), self.stage.dice.between(9, 16));
        self.writes(model.call(tokens_in, tokens_out, latency_ms));
    }

    /// A person of the firm answers with one of these lines.
    pub(super) fn operator(&mut self, pool: &[&str]) {
        let template = *self.stage.dice.pick(pool);
        let text = self.thread.facts.fill(template);
        self.happens("operator_reply", json!({"text": text, "operator": "Вера (демо)"}));
    }

    /// Something failed.
    pub(super) fn fails(&mut self, code: &str, message: &str) {
        self.pause(1, 4);
        let version = self.stage.era.scenario_version(self.now);
        self.happens(
            "error",
            json!({"error": {"code": code, "message": message}, "scenario": self.stage.shop.scenario, "scenario_version": version}),
        );
    }

    /// An event of this type in this dialogue.
    pub(super) fn happens(&mut self, kind: &str, mut fields: Value) {
        fields["type"] = kind.into();
        self.writes(fields);
    }

    fn writes(&mut self, fields: Value) {
        self.thread.step += 1;
        let person = &self.stage.people.all[self.thread.person];
        let mut event = json!({
            "event_id": format!("demo_{}_{:02}", self.thread.session, self.thread.step),
            "timestamp": hours::written(self.now),
            "channel": person.contacts[self.thread.contact].channel,
            "client": person.client(self.thread.contact),
            "session_id": self.thread.session,
            "meta": {"synthetic": true},
        });
        merge(&mut event, fields);
        self.stage.keep(self.now, event);
    }

    /// Time passes, in seconds.
    pub(super) fn pause(&mut self, low_s: i64, high_s: i64) {
        let ms = self.stage.dice.between(low_s * 1000, high_s * 1000);
        self.now += SignedDuration::from_millis(ms);
    }

    /// The client reads, thinks and types; now and then life comes between. The first line of a dialogue is its beginning.
    fn types(&mut self) {
        if self.thread.step == 0 {
            return;
        }
        let away = if self.stage.dice.chance(0.05) { self.stage.dice.between(180, 1500) } else { 0 };
        let seconds = self.stage.dice.skewed(24.0, 0.9).clamp(4.0, 240.0);
        self.now += SignedDuration::from_millis((seconds * 1000.0) as i64 + away * 1000);
    }

    /// How sure the assistant is of what it heard.
    fn confidence(&mut self) -> f64 {
        let usual = self.stage.era.model(self.now).confidence;
        let drawn = if self.is_muddled && self.thread.step < 6 || self.stage.dice.chance(0.02) {
            self.stage.dice.between(24, 59) as f64 / 100.0
        } else {
            usual + 0.055 * self.stage.dice.normal()
        };
        (drawn.clamp(0.2, 0.99) * 100.0).round() / 100.0
    }
}
