//! The models of the month, and what a proxy would tell of a call of one: its tokens, and what they cost where somebody set a price.
//!
//! Nobody set one for [`LISTENS`], as happens with a model that was added later: what the month cost is a lower bound, and the page says so.

use serde_json::{Value, json};

/// One model.
pub(super) struct Model {
    pub(super) name: &'static str,
    pub(super) provider: &'static str,
    /// Half of the answers come within so many milliseconds.
    pub(super) median_ms: f64,
    pub(super) spread: f64,
    /// Roubles for 1,000 tokens in and out; none where nobody set a price.
    rub_per_1k: Option<(f64, f64)>,
    /// How sure it is of an intent on average.
    pub(super) confidence: f64,
    /// How often it is not sure at all.
    pub(super) unsure: f64,
}

/// It answers at first.
pub(super) static BEFORE: Model = Model {
    name: "gpt-4o-mini",
    provider: "openai",
    median_ms: 1650.0,
    spread: 0.55,
    rub_per_1k: Some((0.014, 0.055)),
    confidence: 0.89,
    unsure: 0.09,
};
/// It answers since the change.
pub(super) static AFTER: Model = Model {
    name: "gigachat-2-pro",
    provider: "sber",
    median_ms: 1280.0,
    spread: 0.62,
    rub_per_1k: Some((0.5, 0.5)),
    confidence: 0.86,
    unsure: 0.13,
};
/// A small one that tells what the client wants, since scenario 2.5.
pub(super) static LISTENS: Model =
    Model { name: "yandexgpt-5-lite", provider: "yandex", median_ms: 240.0, spread: 0.3, rub_per_1k: None, confidence: 0.86, unsure: 0.13 };

impl Model {
    /// What a call of it is told as.
    pub(super) fn call(&self, tokens_in: i64, tokens_out: i64, latency_ms: i64) -> Value {
        let mut call = json!({
            "type": "llm_call",
            "model": self.name,
            "provider": self.provider,
            "latency_ms": latency_ms,
            "tokens_in": tokens_in,
            "tokens_out": tokens_out,
        });
        if let Some((input, output)) = self.rub_per_1k {
            let cost = (tokens_in as f64 * input + tokens_out as f64 * output) / 1_000.0;
            call["cost"] = ((cost * 1e8).round() / 1e8).into();
            call["meta"] = json!({"cost": {"currency": "RUB", "price": format!("{}/{}", self.provider, self.name)}});
        }
        call
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_costs_what_its_tokens_cost_and_nothing_is_said_without_a_price() {
        let call = AFTER.call(1_200, 300, 900);
        assert_eq!((call["cost"].as_f64(), &call["meta"]["cost"]["currency"]), (Some(0.75), &json!("RUB")));
        let call = LISTENS.call(400, 12, 200);
        assert_eq!((call.get("cost"), call.get("meta"), call["tokens_in"].as_i64()), (None, None, Some(400)));
    }
}
