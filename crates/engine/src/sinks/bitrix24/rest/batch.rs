//! Many calls in one request: `batch` with `halt` 0, so that one that fails stops no other.
//!
//! An empty map is `[]` in its answer. A command without result and without error was perhaps not run: unclear.

use serde_json::{Map, Value, json};

use super::answer::{self, Meaning, Used};
use super::{Call, Later, Said};
use crate::exchange::php;

/// Commands of one batch.
pub(super) const MOST: usize = 50;

/// The parameters of `batch`.
pub(super) fn params(calls: &[Call]) -> Value {
    let command = |(at, call): (usize, &Call)| (key(at), Value::String(format!("{}?{}", call.method, php::written(&call.params))));
    json!({ "halt": 0, "cmd": calls.iter().enumerate().map(command).collect::<Map<_, _>>() })
}

/// What came of each, and what methods have used.
pub(super) fn said(calls: &[Call], result: &Value) -> Vec<(Said, Option<Used>)> {
    let of = |part: &str, at: usize| result[part].get(key(at)).filter(|value| !value.is_null()).cloned();
    let each = (0..calls.len()).map(|at| {
        let used = of("result_time", at).and_then(|time| answer::used(&time));
        let said = match (of("result_error", at), of("result", at)) {
            (Some(error), _) => failed(&error),
            (None, Some(done)) => Said::Done(done),
            (None, None) => Said::Unclear("the batch was answered without it".to_owned()),
        };
        (said, used)
    });
    each.collect()
}

fn failed(error: &Value) -> Said {
    let refusal = answer::refusal(error);
    match answer::meaning(200, &refusal) {
        Meaning::No => Said::Refused(refusal),
        Meaning::Limit => Said::Later(Later::Limit),
        Meaning::Method | Meaning::Expired => Said::Later(Later::Method),
        Meaning::Halt(halt) => Said::Later(Later::Halted(halt)),
        Meaning::Broke => Said::Unclear(refusal.to_string()),
    }
}

fn key(at: usize) -> String {
    format!("c{at}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_command_gets_its_own_answer() {
        let calls = [
            Call::new("crm.lead.add", json!({ "fields": { "TITLE": "A&B", "PHONE": [{ "VALUE": "+7921" }] } })),
            Call::new("crm.lead.get", json!({ "id": 5 })),
            Call::new("scope", json!({})),
            Call::new("crm.item.add", json!({})),
            Call::new("crm.item.get", json!({})),
        ];
        let asked = params(&calls);
        assert_eq!(asked["cmd"]["c0"], "crm.lead.add?fields%5BPHONE%5D%5B0%5D%5BVALUE%5D=%2B7921&fields%5BTITLE%5D=A%26B");
        assert_eq!(asked["cmd"]["c2"], "scope?");
        let result = json!({
            "result": { "c0": 17, "c2": [] }, "result_time": { "c0": { "operating": 1.5, "operating_reset_at": 9 } },
            "result_error": {
                "c1": { "error": "", "error_description": "Not found" },
                "c4": { "error": "OPERATION_TIME_LIMIT", "error_description": "Method is blocked" },
            },
        });
        let said = said(&calls, &result);
        assert_eq!(said[0], (Said::Done(json!(17)), Some(Used { seconds: 1.5, until: 9 })));
        assert!(matches!(&said[1].0, Said::Refused(refusal) if refusal.text == "Not found"));
        assert_eq!(said[2].0, Said::Done(json!([])));
        assert!(matches!(said[3].0, Said::Unclear(_)));
        assert_eq!(said[4].0, Said::Later(Later::Method));
        // Everything empty.
        let none = super::said(&calls[..1], &json!({ "result": [], "result_error": [], "result_time": [] }));
        assert!(matches!(none[0].0, Said::Unclear(_)));
    }
}
