//! Bitrix24 REST (v2): what the assistant really did in the CRM, one event a command.
//!
//! A `batch` is unpacked: its commands (a list or an object, names in any case, references encoded or not) become one event each, with the
//! id from its own result, so "create_lead" is a fact with a card and not a claim. A command without a result is told as failed or as
//! unanswered. `result` may be a number, an object with `item`, `booking` or `ID`, or a list; an empty map is `[]`.

use serde_json::{Map, Value};

use super::super::secrets;
use super::super::text::decoded;
use super::super::told::{Told, Writer};
use super::super::wire::{Exchange, header};
use super::super::{About, opaque};
use super::php;

/// Commands of one batch that are read; Bitrix24 itself takes 50.
const COMMANDS: usize = 200;

/// Steps of a reference.
const DEEPEST: usize = 12;

/// One command and what came of it.
struct Command<'a> {
    /// Lower case, without `.json`.
    method: String,
    params: Value,
    result: Option<&'a Value>,
    /// Code and text.
    error: Option<(String, String)>,
    /// In its batch.
    key: Option<String>,
}

/// What an exchange tells. Nothing where it is no REST call.
#[must_use]
pub fn read(exchange: &Exchange, about: &About<'_>) -> Vec<Told> {
    let Some(method) = method(&exchange.request.target) else { return Vec::new() };
    let params = params(exchange);
    let answer: Value = exchange
        .response
        .as_ref()
        .and_then(|response| serde_json::from_slice(&decoded(&response.headers, &response.body)).ok())
        .unwrap_or_default();
    let commands = if method == "batch" {
        unpacked(&params, &answer)
    } else {
        vec![Command { method, params, result: answer.get("result"), error: error(&answer), key: None }]
    };
    commands.into_iter().enumerate().map(|(index, command)| command.told(exchange, about, index)).collect()
}

/// The method: the last part of the path below `/rest/`.
fn method(target: &str) -> Option<String> {
    let path = target.split('?').next().unwrap_or_default();
    let after = path.split_once("/rest/")?.1;
    let last = after.trim_end_matches('/').rsplit('/').next()?.to_ascii_lowercase();
    let method = last.strip_suffix(".json").or_else(|| last.strip_suffix(".xml")).unwrap_or(&last);
    (method == "batch" || method.contains('.')).then(|| method.to_owned())
}

/// Of query and body together; the body counts where both name something.
fn params(exchange: &Exchange) -> Value {
    let query = exchange.request.target.split_once('?').map(|(_, query)| php::parse(query)).unwrap_or_default();
    let kind = header(&exchange.request.headers, "content-type").unwrap_or_default().to_ascii_lowercase();
    let body = decoded(&exchange.request.headers, &exchange.request.body);
    let body = if kind.starts_with("application/x-www-form-urlencoded") {
        php::parse(&String::from_utf8_lossy(&body))
    } else {
        serde_json::from_slice(&body).unwrap_or_default()
    };
    let mut all = Map::new();
    for part in [query, body] {
        if let Value::Object(part) = part {
            all.extend(part);
        }
    }
    Value::Object(all)
}

fn unpacked<'a>(params: &Value, answer: &'a Value) -> Vec<Command<'a>> {
    let named = |name: &str| {
        params.as_object().and_then(|all| all.iter().find(|(known, _)| known.eq_ignore_ascii_case(name))).map(|(_, value)| value)
    };
    let commands: Vec<(String, &str)> = match named("cmd") {
        Some(Value::Object(all)) => all.iter().filter_map(|(key, text)| Some((key.clone(), text.as_str()?))).collect(),
        Some(Value::Array(all)) => all.iter().enumerate().filter_map(|(index, text)| Some((index.to_string(), text.as_str()?))).collect(),
        _ => Vec::new(),
    };
    let inner = &answer["result"];
    let of = |part: &str, key: &str| -> Option<&'a Value> {
        match inner.get(part)? {
            Value::Object(all) => all.get(key),
            Value::Array(all) => all.get(key.parse::<usize>().ok()?),
            _ => None,
        }
    };
    let command = |(key, text): (String, &str)| {
        let (method, query) = text.split_once('?').unwrap_or((text, ""));
        let lower = method.trim().to_ascii_lowercase();
        let method =
            Some(lower.strip_suffix(".json").unwrap_or(&lower)).filter(|method| !method.is_empty()).unwrap_or("nothing").to_owned();
        let (result, failed) = (of("result", &key), of("result_error", &key).and_then(error));
        let unanswered = || match (&result, error(answer), inner.is_null()) {
            (Some(_), ..) => None,
            (None, Some(whole), _) => Some(whole),
            (None, None, true) => Some(("no_answer".to_owned(), "no answer to the batch".to_owned())),
            (None, None, false) => Some(("not_executed".to_owned(), "not executed: an earlier command of the batch failed".to_owned())),
        };
        let error = failed.or_else(unanswered);
        let params = filled(php::parse(query), inner.get("result").unwrap_or(&Value::Null));
        Command { method, params, result, error, key: Some(key) }
    };
    commands.into_iter().take(COMMANDS).map(command).collect()
}

/// With what earlier commands gave in place of references to it (`$result[contact]`, `$result[list][0][ID]`); one that leads nowhere stays.
fn filled(params: Value, results: &Value) -> Value {
    match params {
        Value::Object(parts) => Value::Object(parts.into_iter().map(|(name, part)| (name, filled(part, results))).collect()),
        Value::Array(items) => Value::Array(items.into_iter().map(|item| filled(item, results)).collect()),
        Value::String(text) => match referred(&text, results) {
            Some(found) if found.is_string() || found.is_number() => found.clone(),
            _ => Value::String(text),
        },
        other => other,
    }
}

fn referred<'a>(text: &str, results: &'a Value) -> Option<&'a Value> {
    let steps = text.strip_prefix("$result[")?.strip_suffix(']')?.split("][");
    steps.take(DEEPEST).try_fold(results, |at, step| match at {
        Value::Object(parts) => parts.get(step),
        Value::Array(items) => items.get(step.parse::<usize>().ok()?),
        _ => None,
    })
}

/// `error` may be a code, a number, empty with a text only, or an object (REST 3.0).
fn error(answer: &Value) -> Option<(String, String)> {
    let error = answer.get("error")?;
    let text = answer["error_description"].as_str().or_else(|| error["message"].as_str()).unwrap_or_default().to_owned();
    let code = match error {
        Value::String(code) => code.clone(),
        Value::Object(parts) => parts.get("code").and_then(Value::as_str).unwrap_or_default().to_owned(),
        Value::Null => return None,
        other => other.to_string(),
    };
    Some((code, text))
}

/// What a method does, as the journal calls it.
struct Deed {
    /// Of schema v1, once it succeeded.
    kind: &'static str,
    action: Option<String>,
    /// Of the card.
    card: Option<String>,
}

impl Command<'_> {
    fn told(&self, exchange: &Exchange, about: &About<'_>, index: usize) -> Told {
        let id = if self.key.is_some() { format!("{}.{index}", exchange.id) } else { exchange.id.clone() };
        let mut writer = Writer::new(exchange, about, &id);
        let deed = self.deed();
        let ms = ((exchange.ended_us - exchange.started_us) / 1000).max(0);
        writer.set("latency_ms", ms).meta("method", self.method.as_str());
        let failed = self.error.clone().or_else(|| opaque::failure(exchange).map(|text| (String::new(), text)));
        if let Some((code, text)) = &failed {
            let text = if text.is_empty() { code } else { text };
            writer.set("type", "crm_call").set("action", self.method.as_str());
            writer.part("error", "code", Some(code.as_str())).part("error", "message", Some(text.as_str()));
        } else {
            writer.set("type", deed.kind).set("action", deed.action.unwrap_or_else(|| self.method.clone()));
            self.booking(&mut writer, deed.kind);
        }
        writer.maybe("crm_id", deed.card);
        self.client(&mut writer);
        let answer = self.result.cloned().map(hidden);
        writer.own(exchange, Some(hidden(self.params.clone())), answer);
        writer.told()
    }

    fn deed(&self) -> Deed {
        let plain = |action: &str| Deed { kind: "crm_call", action: Some(action.to_owned()), card: None };
        let (noun, verb) = self.method.rsplit_once('.').unwrap_or(("", &self.method));
        match (noun, verb) {
            ("crm.lead" | "crm.deal" | "crm.contact" | "crm.company", _) => self.card_deed(&noun[4..], verb),
            ("crm.item", _) => match number(self.param("entitytypeid")).as_deref() {
                Some("1") => self.card_deed("lead", verb),
                Some("2") => self.card_deed("deal", verb),
                Some("3") => self.card_deed("contact", verb),
                Some("4") => self.card_deed("company", verb),
                _ => plain(&self.method),
            },
            ("booking.v1.booking", "add") => Deed { kind: "booking_created", ..plain("create_booking") },
            ("booking.v1.booking", "delete") => Deed { kind: "booking_cancelled", ..plain("cancel_booking") },
            ("booking.v1.booking", "update") if !self.field("datePeriod").is_null() => {
                Deed { kind: "booking_rescheduled", ..plain("reschedule_booking") }
            }
            ("crm.timeline.comment", "add") => Deed { card: self.commented(), ..plain("add_comment") },
            _ => Deed { card: self.owned(), ..plain(&self.method) },
        }
    }

    /// A lead, deal, contact or company.
    fn card_deed(&self, noun: &str, verb: &str) -> Deed {
        let given = number(self.param("id"));
        let made =
            self.result.and_then(|result| number(result).or_else(|| number(&result["item"]["id"])).or_else(|| number(&result["ID"])));
        let (action, id) = match verb {
            "add" => (Some(format!("create_{noun}")), made),
            "update" => (Some(format!("update_{noun}")), given),
            "delete" => (Some(format!("delete_{noun}")), given),
            _ => (None, given),
        };
        let kind = if (noun, verb) == ("lead", "add") && id.is_some() { "lead_created" } else { "crm_call" };
        Deed { kind, action, card: id.map(|id| format!("{}_{id}", noun.to_ascii_uppercase())) }
    }

    /// The card that a comment is about.
    fn commented(&self) -> Option<String> {
        let noun = self.field("ENTITY_TYPE").as_str()?.to_ascii_uppercase();
        let id = number(self.field("ENTITY_ID"))?;
        ["LEAD", "DEAL", "CONTACT", "COMPANY"].contains(&noun.as_str()).then(|| format!("{noun}_{id}"))
    }

    /// The card that owns an activity.
    fn owned(&self) -> Option<String> {
        let (kind, id) = (number(self.param("ownertypeid"))?, number(self.param("ownerid"))?);
        let noun = match kind.as_str() {
            "1" => "LEAD",
            "2" => "DEAL",
            "3" => "CONTACT",
            "4" => "COMPANY",
            _ => return None,
        };
        Some(format!("{noun}_{id}"))
    }

    fn booking(&self, writer: &mut Writer, kind: &str) {
        if !kind.starts_with("booking_") {
            return;
        }
        let made = self.result.and_then(|result| number(&result["booking"]["id"]).or_else(|| number(&result["id"])));
        writer.part("booking", "id", made.or_else(|| number(self.param("id"))));
        let starts = &self.field("datePeriod")["from"]["timestamp"];
        if let Some(moment) = number(starts).and_then(|text| text.parse().ok()).and_then(|s| jiff::Timestamp::from_second(s).ok()) {
            writer.part("booking", "starts_at", Some(moment.to_string()));
        }
        writer.part("booking", "status", kind.strip_prefix("booking_"));
    }

    /// Who it is about, as far as the fields of a card say.
    fn client(&self, writer: &mut Writer) {
        let first = |field: &str| {
            let value = self.field(field);
            let value = if value.is_array() { &value[0] } else { value };
            value["VALUE"].as_str().or_else(|| value["value"].as_str()).map(str::to_owned)
        };
        let name: Vec<&str> =
            ["NAME", "LAST_NAME"].into_iter().filter_map(|part| self.field(part).as_str()).filter(|part| !part.is_empty()).collect();
        let is_person = matches!(
            self.method.as_str(),
            "crm.lead.add" | "crm.contact.add" | "crm.lead.update" | "crm.contact.update" | "crm.item.add" | "crm.item.update"
        );
        if is_person {
            writer.part("client", "phone", first("PHONE").filter(|phone| phone.chars().count() <= 200));
            writer.part("client", "email", first("EMAIL").filter(|email| email.chars().count() <= 200));
            writer.part("client", "name", Some(name.join(" ")));
        }
    }

    /// A parameter, in any letter case.
    fn param(&self, name: &str) -> &Value {
        any_case(&self.params, name)
    }

    /// One of `fields`, in any letter case.
    fn field(&self, name: &str) -> &Value {
        any_case(self.param("fields"), name)
    }
}

fn any_case<'a>(object: &'a Value, name: &str) -> &'a Value {
    let found = object.as_object().and_then(|all| all.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)));
    found.map_or(&Value::Null, |(_, value)| value)
}

/// A number, or a text of digits, as text.
fn number(value: &Value) -> Option<String> {
    match value {
        Value::Number(number) => number.as_u64().map(|number| number.to_string()),
        Value::String(text) if !text.is_empty() && text.len() <= 18 && text.bytes().all(|byte| byte.is_ascii_digit()) => Some(text.clone()),
        _ => None,
    }
}

/// Without what opens something (`auth`, tokens of an answer).
fn hidden(mut value: Value) -> Value {
    secrets::hide(&mut value);
    value
}

#[cfg(test)]
mod tests;
