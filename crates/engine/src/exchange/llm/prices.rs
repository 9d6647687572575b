//! What a call of a model costs, by a table that the business keeps. Without a price nothing is said: a cost is never guessed, and never zero.
//!
//! ```text
//! {"provider":"openai","model":"gpt-5-mini","input":25.5,"output":204,"cached":2.55,"currency":"RUB","since":"2026-01-01"}
//! ```
//! Prices are of a million tokens. A model is named as it answers; a date at its end may be missing in the table, and `gpt-5*` stands for
//! whatever begins so. Without a provider the price holds wherever the model is. The longest name that fits wins.

use serde::{Deserialize, Serialize};

/// Rows of a table.
const MOST: usize = 500;

/// The table of a business.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Prices {
    /// In any order.
    pub rows: Vec<Price>,
}

/// What a million tokens of one model cost.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Price {
    /// Who runs it; nothing: whoever.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub provider: String,
    /// Its name, or the beginning of it and `*`.
    pub model: String,
    /// Of what is sent.
    pub input: f64,
    /// Of what comes back.
    #[serde(default)]
    pub output: f64,
    /// Of what is sent and was in the provider's cache; nothing: as `input`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cached: Option<f64>,
    /// Three letters.
    pub currency: String,
    /// From which day it was so, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
}

impl Prices {
    /// The price of the first of these models that has one.
    #[must_use]
    pub fn of(&self, provider: &str, models: [Option<&str>; 2]) -> Option<&Price> {
        models.into_iter().flatten().find_map(|model| {
            let fits = self.rows.iter().filter(|price| price.provider.is_empty() || price.provider.eq_ignore_ascii_case(provider));
            fits.filter(|price| price.is_for(model)).max_by_key(|price| (price.model.len(), price.provider.len()))
        })
    }

    /// What is wrong with the table, in words; none when it can be used.
    #[must_use]
    pub fn fault(&self) -> Option<String> {
        if self.rows.len() > MOST {
            return Some(format!("a table has at most {MOST} prices"));
        }
        self.rows.iter().find_map(|price| {
            let amounts = [Some(price.input), Some(price.output), price.cached];
            let is_wrong = |amount: &f64| !amount.is_finite() || *amount < 0.0 || *amount > 1e9;
            let letters = price.currency.len() == 3 && price.currency.bytes().all(|byte| byte.is_ascii_uppercase());
            let long = |text: &str| text.len() > 200;
            match () {
                () if price.model.trim_end_matches('*').trim().is_empty() || long(&price.model) || long(&price.provider) => {
                    Some("a price names its model, in at most 200 bytes".to_owned())
                }
                () if amounts.iter().flatten().any(is_wrong) => {
                    Some(format!("{}: prices are from 0 to a milliard for a million tokens", price.model))
                }
                () if !letters => Some(format!("{}: name the currency by its three letters, like RUB", price.model)),
                () => None,
            }
        })
    }
}

impl Price {
    /// What so many tokens cost: in, of them cached, out.
    #[must_use]
    pub fn cost(&self, (tokens_in, cached, tokens_out): &(u64, u64, u64)) -> f64 {
        let fresh = tokens_in.saturating_sub(*cached) as f64;
        let sum = fresh * self.input + *cached as f64 * self.cached.unwrap_or(self.input) + *tokens_out as f64 * self.output;
        // A millionth of a kopeck is enough, and equal calls cost the same to the last digit.
        (sum / 1e6 * 1e8).round() / 1e8
    }

    /// The price as it is named beside a cost.
    #[must_use]
    pub fn name(&self) -> String {
        let model = if self.provider.is_empty() { self.model.clone() } else { format!("{}/{}", self.provider, self.model) };
        self.since.as_ref().map_or(model.clone(), |since| format!("{model} ({since})"))
    }

    /// Resellers put the maker before the name (`openai/gpt-5`), Yandex the folder.
    fn is_for(&self, model: &str) -> bool {
        let parts = model.match_indices('/').map(|(at, _)| &model[at + 1..]);
        std::iter::once(model).chain(parts).any(|name| self.names(name))
    }

    fn names(&self, model: &str) -> bool {
        let (model, own) = (model.to_ascii_lowercase(), self.model.trim().to_ascii_lowercase());
        if let Some(start) = own.strip_suffix('*') {
            return model.starts_with(start);
        }
        let Some(rest) = model.strip_prefix(&own) else { return false };
        let date = rest.trim_start_matches(['-', '@', ':']);
        rest.is_empty() || date.len() < rest.len() && (date == "latest" || is_date(date))
    }
}

/// `2025-08-07`, `20250807` or `0807`.
fn is_date(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    matches!(digits, 4 | 8) && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-')
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn price(provider: &str, model: &str, input: f64) -> Price {
        Price { provider: provider.into(), model: model.into(), input, output: 4.0, currency: "RUB".into(), ..Price::default() }
    }

    #[test]
    fn the_longest_name_wins_and_a_smaller_model_is_another_one() {
        let prices = Prices {
            rows: vec![price("", "gpt-5", 1.0), price("", "gpt-5-mini", 2.0), price("local", "*", 9.0), price("", "gpt-4*", 3.0)],
        };
        let of = |model| prices.of("openai", [Some(model), None]).map(|price| price.input);
        assert_eq!(of("gpt-5-2025-08-07"), Some(1.0));
        assert_eq!(of("openai/gpt-5-mini"), Some(2.0));
        assert_eq!(of("gpt-5-nano"), None, "no price is better than a wrong one");
        assert_eq!(of("gpt-4.1-mini"), Some(3.0));
        assert_eq!(prices.of("openai", [Some("unknown"), Some("GPT-5")]).unwrap().input, 1.0);
    }

    #[test]
    fn cached_tokens_have_a_price_of_their_own() {
        let mut price = price("", "m", 2.0);
        assert_eq!(price.cost(&(1_000_000, 500_000, 250_000)), 3.0);
        price.cached = Some(0.2);
        assert_eq!(price.cost(&(1_000_000, 500_000, 250_000)), 2.1);
        assert_eq!(price.cost(&(3, 9, 0)), 0.000_001_8);
    }

    /// Section 4.14 of the definitions: a dialogue of six replies, 1200 tokens in at 0.2 ₽ a thousand and 300 out at 0.4 ₽.
    #[test]
    fn the_worked_dialogue() {
        let price = Price { output: 400.0, ..price("", "m", 200.0) };
        assert_eq!(format!("{:.2}", 6.0 * price.cost(&(1_200, 0, 300))), "2.16");
    }

    #[test]
    fn a_table_that_makes_no_sense_is_refused() {
        assert_eq!(Prices { rows: vec![price("", "m", 1.0)] }.fault(), None);
        for wrong in
            [price("", "", 1.0), price("", "m", -1.0), price("", "m", f64::NAN), Price { currency: "рубли".into(), ..price("", "m", 1.0) }]
        {
            assert!(Prices { rows: vec![wrong] }.fault().is_some());
        }
        assert!(serde_json::from_str::<Prices>(r#"[{"model":"m","input":1,"output":2,"currency":"RUB"}]"#).is_ok());
    }
}
