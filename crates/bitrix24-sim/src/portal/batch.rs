//! `batch` (section 1.7 of the reference).
//!
//!     {"halt":0,"cmd":{"a":"crm.lead.add?fields%5BTITLE%5D=x","b":"crm.lead.get?id=$result[a]"}}
//!
//! Commands run in order. A command's parameters are decoded first and references are put in after, because SDKs escape the `$` and the brackets. Every
//! map of the answer is `[]` when empty. With `halt` the first refusal ends the batch and what follows has no key anywhere. At most 50 commands run;
//! each one beyond gets a refusal of its own. Status 200 whatever happens inside.
use super::Portal;
use crate::access::Caller;
use crate::clock::Moment;
use crate::error::ApiError;
use crate::php::{self, Key, Map, Value};
use crate::request::Args;

const LONGEST: usize = 50;

impl Portal {
    /// Runs the commands. `midway`: only the first half, since the connection is about to end.
    pub(super) fn batch(&mut self, caller: &Caller, args: &Args, now: Moment, midway: bool) -> Value {
        let commands = args.array("cmd");
        let halt = args.get("halt").is_some_and(Value::is_true);
        let (mut results, mut errors, mut totals, mut nexts, mut times) = (Map::new(), Map::new(), Map::new(), Map::new(), Map::new());
        let last = if midway { commands.len().min(LONGEST).div_ceil(2) } else { usize::MAX };
        for (at, (key, command)) in commands.iter().enumerate().take(last) {
            let done = if at < LONGEST {
                self.command(caller, command, &results, now)
            } else {
                Err(ApiError::bad("ERROR_BATCH_LENGTH_EXCEEDED", "Max batch length exceeded"))
            };
            match done {
                Ok((outcome, time)) => {
                    results.set(key.clone(), outcome.result);
                    if let Some(total) = outcome.total {
                        totals.set(key.clone(), total);
                    }
                    if let Some(next) = outcome.next {
                        nexts.set(key.clone(), next);
                    }
                    times.set(key.clone(), time);
                }
                Err(error) => {
                    errors.set(key.clone(), error.body());
                    if halt {
                        break;
                    }
                }
            }
        }
        crate::map! { "result" => results, "result_error" => errors, "result_total" => totals, "result_next" => nexts, "result_time" => times }
    }

    fn command(
        &mut self,
        caller: &Caller,
        command: &Value,
        results: &Map,
        now: Moment,
    ) -> Result<(crate::methods::Outcome, Value), ApiError> {
        let (method, mut args) = read_command(command);
        if method.eq_ignore_ascii_case("batch") {
            return Err(ApiError::new(405, "ERROR_BATCH_METHOD_NOT_ALLOWED", "Method is not allowed for batch usage"));
        }
        // A command may carry a token of its own in theory; in practice the batch's caller counts.
        args.remove("auth");
        let args = substitute(&Value::Array(args), results);
        self.run(caller, &method, &Args(args.array().cloned().unwrap_or_default()), now)
    }
}

/// `method?query`, or an object with `method` and `params` as SDKs for browsers send it.
fn read_command(command: &Value) -> (String, Map) {
    if let Value::Array(map) = command {
        let at = |name: &str, index: &str| map.get(name).or_else(|| map.get(index)).cloned().unwrap_or(Value::Null);
        return (at("method", "0").text(), at("params", "1").array().cloned().unwrap_or_default());
    }
    let text = command.text();
    let (method, query) = text.split_once('?').unwrap_or((&text, ""));
    let method = method.trim().trim_start_matches('/');
    (method.strip_suffix(".json").unwrap_or(method).to_string(), php::parse_query(query))
}

/// Puts results where `$result[…]` stands. A reference that is the whole value brings the value as it is, also an array; inside a text it brings text.
/// What cannot be found becomes empty: not documented (section 1.7), and the reading that does the least harm to nobody but the caller.
fn substitute(value: &Value, results: &Map) -> Value {
    match value {
        Value::Array(map) => Value::Array(map.iter().map(|(key, inner)| (key.clone(), substitute(inner, results))).collect()),
        Value::Str(text) if text.contains("$result[") => fill(text, results),
        other => other.clone(),
    }
}

fn fill(text: &str, results: &Map) -> Value {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("$result[") {
        let Some((path, length)) = reference(&rest[at + "$result".len()..]) else { break };
        let found = look_up(&path, results);
        if at == 0 && out.is_empty() && "$result".len() + length == rest.len() {
            return found;
        }
        out.push_str(&rest[..at]);
        out.push_str(&found.text());
        rest = &rest[at + "$result".len() + length..];
    }
    out.push_str(rest);
    Value::Str(out)
}

/// `[a][b][0]…` → the names and how long they are.
fn reference(text: &str) -> Option<(Vec<Key>, usize)> {
    let mut path = Vec::new();
    let mut length = 0;
    while let Some((name, _)) = text[length..].strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        path.push(Key::of(name.trim_matches(|quote| quote == '\'' || quote == '"')));
        length += name.len() + 2;
    }
    (!path.is_empty()).then_some((path, length))
}

fn look_up(path: &[Key], results: &Map) -> Value {
    let mut place = path.first().and_then(|key| results.get(&key.text()));
    for key in path.iter().skip(1) {
        place = place.and_then(|value| value.get(&key.text()));
    }
    place.cloned().unwrap_or_else(|| Value::Str(String::new()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::map;

    #[test]
    fn references_bring_values_and_text() {
        let results = map! { "a" => 5, "list" => vec![map! { "ID" => "9" }], "item" => map! { "item" => map! { "id" => 3 } } };
        let results = results.array().unwrap();
        for (text, expected) in [
            ("$result[a]", serde_json::json!(5)),
            ("$result[list][0][ID]", serde_json::json!("9")),
            ("$result['item'][item][id]", serde_json::json!(3)),
            ("№ $result[a] и $result[list][0][ID].", serde_json::json!("№ 5 и 9.")),
            ("$result[list]", serde_json::json!([{"ID": "9"}])),
            ("$result[none][x]", serde_json::json!("")),
            ("x$result[", serde_json::json!("x$result[")),
        ] {
            assert_eq!(substitute(&text.into(), results).json(), expected, "{text}");
        }
    }

    #[test]
    fn a_command_is_decoded_before_references_are_looked_for() {
        let (method, args) = read_command(&"crm.lead.get?__order=order0&id=%24result%5Ba%5D&".into());
        assert_eq!((method.as_str(), args.get("id").unwrap().text().as_str()), ("crm.lead.get", "$result[a]"));
    }
}
