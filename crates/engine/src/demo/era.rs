//! What changed during the month: the model, the scenario, an experiment, and the afternoon when things broke.
//!
//! ```text
//! day −20 … −3   experiment «подсказка_времени», variants A and B (salon)
//! day −12 09:40  gpt-4o-mini → gigachat-2-pro
//! day −9  12:50  scenario 2.3 → 2.4; from 13:00 to 17:30 the CRM and the model fail
//! day −9  17:30  scenario 2.4 → 2.3: rolled back
//! day −6  10:15  scenario 2.3 → 2.5: repaired
//! ```

use jiff::{Timestamp, civil::Date};
use serde_json::{Value, json};

use super::{dice::Dice, hours, shops::Kind};

/// Prices in roubles per 1,000 tokens in and out, and how fast it is: half of the answers come within `median_ms`.
pub(super) struct Model {
    pub(super) name: &'static str,
    pub(super) provider: &'static str,
    pub(super) median_ms: f64,
    pub(super) spread: f64,
    pub(super) rub_per_1k: (f64, f64),
    /// How sure it is of an intent on average.
    pub(super) confidence: f64,
    /// How often it is not sure at all.
    pub(super) unsure: f64,
}

static BEFORE: Model = Model {
    name: "gpt-4o-mini",
    provider: "openai",
    median_ms: 1650.0,
    spread: 0.55,
    rub_per_1k: (0.014, 0.055),
    confidence: 0.89,
    unsure: 0.09,
};
static AFTER: Model = Model {
    name: "gigachat-2-pro",
    provider: "sber",
    median_ms: 1280.0,
    spread: 0.62,
    rub_per_1k: (0.5, 0.5),
    confidence: 0.86,
    unsure: 0.13,
};

/// The month that ends on one day.
#[derive(Debug, Clone, Copy)]
pub(super) struct Era {
    today: Date,
}

impl Era {
    pub(super) fn ending(today: Date) -> Self {
        Self { today }
    }

    /// Wall-clock time of a day counted back from the last one.
    fn back(self, days: i64, hour: i8, minute: i8) -> Timestamp {
        hours::at(hours::plus_days(self.today, -days), hour, minute)
    }

    pub(super) fn model(self, at: Timestamp) -> &'static Model {
        if at < self.back(12, 9, 40) { &BEFORE } else { &AFTER }
    }

    pub(super) fn scenario_version(self, at: Timestamp) -> &'static str {
        if at >= self.back(6, 10, 15) {
            "2.5"
        } else if (self.back(9, 12, 50)..self.back(9, 17, 30)).contains(&at) {
            "2.4"
        } else {
            "2.3"
        }
    }

    /// The broken afternoon.
    pub(super) fn is_broken(self, at: Timestamp) -> bool {
        (self.back(9, 13, 0)..self.back(9, 17, 30)).contains(&at)
    }

    /// When people began to answer what the assistant had not.
    pub(super) fn repaired_at(self) -> Timestamp {
        self.back(9, 17, 35)
    }

    /// The variant of the experiment for a client, while it runs. It hangs on the client alone, so it never changes for one.
    pub(super) fn variant(self, kind: Kind, at: Timestamp, client: usize) -> Option<&'static str> {
        let runs = (self.back(20, 0, 0)..self.back(2, 0, 0)).contains(&at);
        let draw = Dice::new(client as u64, "подсказка_времени").chance(0.5);
        (kind == Kind::Salon && runs).then_some(if draw { "A" } else { "B" })
    }

    /// The changes themselves, as (moment, type, fields).
    pub(super) fn changes(self, scenario: &str) -> Vec<(Timestamp, &'static str, Value)> {
        let version = |at: Timestamp, from: &str, to: &str, why: &str| {
            (at, "scenario_changed", json!({"scenario": scenario, "scenario_version": to, "meta": {"previous": from, "reason": why}}))
        };
        vec![
            (
                self.back(12, 9, 40),
                "model_changed",
                json!({"model": AFTER.name, "provider": AFTER.provider, "meta": {"previous": BEFORE.name, "reason": "переход на российскую модель"}}),
            ),
            version(self.back(9, 12, 50), "2.3", "2.4", "новые тексты записи"),
            version(self.back(9, 17, 30), "2.4", "2.3", "откат после сбоя"),
            version(self.back(6, 10, 15), "2.3", "2.5", "исправленные тексты записи"),
        ]
    }
}
