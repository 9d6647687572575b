//! What changed during the month: the model, the scenario, an experiment, and the afternoon when things broke.
//!
//! ```text
//! day −20 … −3   experiment «подсказка_времени», variants A and B (salon)
//! day −12 09:40  gpt-4o-mini → gigachat-2-pro
//! day −9  12:50  scenario 2.3 → 2.4; from 13:00 to 17:30 the CRM and the model fail
//! day −9  17:30  scenario 2.4 → 2.3: rolled back
//! day −6  10:15  scenario 2.3 → 2.5: repaired; from here on a small model of its own tells what the client wants
//! ```

use jiff::{Timestamp, civil::Date};
use serde_json::{Value, json};

use super::{
    dice::Dice,
    hours,
    models::{self, Model},
    shops::Kind,
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
        if at < self.back(12, 9, 40) { &models::BEFORE } else { &models::AFTER }
    }

    /// Which model tells what the client wants, where that is one of its own.
    pub(super) fn listener(self, at: Timestamp) -> Option<&'static Model> {
        (at >= self.back(6, 10, 15)).then_some(&models::LISTENS)
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
                json!({"model": models::AFTER.name, "provider": models::AFTER.provider, "meta": {"previous": models::BEFORE.name, "reason": "переход на российскую модель"}}),
            ),
            version(self.back(9, 12, 50), "2.3", "2.4", "новые тексты записи"),
            version(self.back(9, 17, 30), "2.4", "2.3", "откат после сбоя"),
            version(self.back(6, 10, 15), "2.3", "2.5", "исправленные тексты записи"),
        ]
    }
}
