//! What an answer of the portal means. Pure: a status, a body, and nothing else.
//!
//! Codes and statuses are those of the documentation and of the SDKs; where the two differ (403 or 401, 404 or 400) the code decides, and a
//! body that is no JSON decides nothing: then the work may have been done.

use serde_json::Value;

/// An error of the portal's, in its own words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// `ERROR_CORE`, a number, or nothing: old methods give words alone.
    pub code: String,
    /// What a person may read.
    pub text: String,
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.code.as_str(), self.text.as_str()) {
            ("", text) => f.write_str(text),
            (code, "") => f.write_str(code),
            (code, text) => write!(f, "{code}: {text}"),
        }
    }
}

/// Why nothing is asked any more until a person has looked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Halt {
    /// The webhook or the application is not known, or not any more.
    Credential,
    /// REST belongs to paid plans.
    Plan,
    /// The portal was blocked for overload by its operator: asking again makes it worse.
    Overload,
    /// There is no such portal.
    Gone,
}

impl Halt {
    /// A word for the table and the texts of pages.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Credential => "credential",
            Self::Plan => "plan",
            Self::Overload => "overload",
            Self::Gone => "gone",
        }
    }
}

/// What one answer says.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Answer {
    /// The result, and the seconds that its method has used lately with the moment when they are forgotten.
    Result(Value, Option<Used>),
    Error(Meaning, Refusal),
    /// The portal has another name.
    Moved(String),
    Unclear(String),
}

/// What an error means for whoever asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// Asked again it says the same.
    No,
    /// Too many requests.
    Limit,
    /// This method has used up its time.
    Method,
    /// The access token has run out.
    Expired,
    Halt(Halt),
    /// Something broke over there.
    Broke,
}

/// Seconds of work of a method in the last ten minutes, and when the oldest are forgotten (unix seconds).
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Used {
    pub(super) seconds: f64,
    pub(super) until: i64,
}

/// Reads the answer to one request.
pub(super) fn read(status: u16, location: Option<&str>, body: &[u8]) -> Answer {
    if let (301 | 302 | 307 | 308, Some(location)) = (status, location) {
        return Answer::Moved(location.to_owned());
    }
    let Ok(mut said) = serde_json::from_slice::<Value>(body) else {
        return Answer::Unclear(format!("answered {status} and no JSON"));
    };
    if said.get("error").is_some() {
        let refusal = refusal(&said);
        return Answer::Error(meaning(status, &refusal), refusal);
    }
    let used = used(&said["time"]);
    match said.get_mut("result") {
        Some(result) if status < 300 => Answer::Result(result.take(), used),
        _ => Answer::Unclear(format!("answered {status} without result or error")),
    }
}

/// Reads one error of a batch, or of an answer.
pub(super) fn refusal(said: &Value) -> Refusal {
    // REST 3 puts both into one object.
    let nested = said["error"].is_object().then(|| &said["error"]);
    let word = |value: &Value| match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => String::new(),
    };
    match nested {
        Some(error) => Refusal { code: word(&error["code"]), text: word(&error["message"]) },
        None => Refusal { code: word(&said["error"]), text: word(&said["error_description"]) },
    }
}

pub(super) fn used(time: &Value) -> Option<Used> {
    Some(Used { seconds: time["operating"].as_f64()?, until: time["operating_reset_at"].as_i64()? })
}

pub(super) fn meaning(status: u16, refusal: &Refusal) -> Meaning {
    match refusal.code.to_ascii_uppercase().as_str() {
        "QUERY_LIMIT_EXCEEDED" => Meaning::Limit,
        "OPERATION_TIME_LIMIT" => Meaning::Method,
        "OVERLOAD_LIMIT" => Meaning::Halt(Halt::Overload),
        "EXPIRED_TOKEN" => Meaning::Expired,
        "NO_AUTH_FOUND" | "INVALID_TOKEN" | "INVALID_CREDENTIALS" | "ERROR_OAUTH" | "USER_ACCESS_ERROR" | "AUTHORIZATION_ERROR" => {
            Meaning::Halt(Halt::Credential)
        }
        "PORTAL_DELETED" => Meaning::Halt(Halt::Gone),
        "ACCESS_DENIED" if refusal.text.contains("commercial plan") => Meaning::Halt(Halt::Plan),
        "INTERNAL_SERVER_ERROR" | "ERROR_UNEXPECTED_ANSWER" => Meaning::Broke,
        _ if status == 429 => Meaning::Method,
        _ if status == 503 => Meaning::Limit,
        _ if status >= 500 => Meaning::Broke,
        _ => Meaning::No,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    fn meant(status: u16, body: &Value) -> Meaning {
        match read(status, None, body.to_string().as_bytes()) {
            Answer::Error(meaning, _) => meaning,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn every_documented_error_means_one_thing() {
        for (status, code, text, expected) in [
            (503, json!("QUERY_LIMIT_EXCEEDED"), "Too many requests", Meaning::Limit),
            (429, json!("OPERATION_TIME_LIMIT"), "Method is blocked due to operation time limit.", Meaning::Method),
            (503, json!("OVERLOAD_LIMIT"), "REST API is blocked due to overload.", Meaning::Halt(Halt::Overload)),
            (401, json!("expired_token"), "The access token provided has expired.", Meaning::Expired),
            (401, json!("NO_AUTH_FOUND"), "Wrong authorization data", Meaning::Halt(Halt::Credential)),
            (403, json!("INVALID_CREDENTIALS"), "Invalid request credentials", Meaning::Halt(Halt::Credential)),
            (403, json!("insufficient_scope"), "The request requires higher privileges", Meaning::No),
            (403, json!("ACCESS_DENIED"), "REST API is available only on commercial plans", Meaning::Halt(Halt::Plan)),
            (400, json!("ACCESS_DENIED"), "Access denied", Meaning::No),
            (404, json!("ERROR_METHOD_NOT_FOUND"), "Method not found!", Meaning::No),
            (400, json!(""), "Not found", Meaning::No),
            (400, json!(1021), "Booking not found", Meaning::No),
            (410, json!("PORTAL_DELETED"), "Portal was deleted", Meaning::Halt(Halt::Gone)),
            (500, json!("INTERNAL_SERVER_ERROR"), "Internal server error", Meaning::Broke),
            (500, json!("SOMETHING_NEW"), "", Meaning::Broke),
        ] {
            assert_eq!(meant(status, &json!({ "error": code, "error_description": text })), expected, "{code}");
        }
        assert_eq!(meant(400, &json!({ "error": { "code": "BITRIX_REST_V3_EXCEPTION_X", "message": "no" } })), Meaning::No);
    }

    #[test]
    fn what_is_no_answer_is_unclear_and_a_move_is_named() {
        for (status, body) in [(200, &b"<html>"[..]), (500, b"<h1>502</h1>"), (200, b""), (200, b"{}"), (502, br#"{"result":1}"#)] {
            assert!(matches!(read(status, None, body), Answer::Unclear(_)), "{status} {body:?}");
        }
        let moved = Answer::Moved("https://new.example/rest/1/x/m".to_owned());
        assert_eq!(read(302, Some("https://new.example/rest/1/x/m"), b""), moved);
        assert!(matches!(read(302, None, b""), Answer::Unclear(_)));
    }

    #[test]
    fn a_result_brings_what_its_method_has_used() {
        let body = json!({ "result": [], "time": { "operating": 3.5, "operating_reset_at": 1_778_747_792 } });
        let used = Some(Used { seconds: 3.5, until: 1_778_747_792 });
        assert_eq!(read(200, None, body.to_string().as_bytes()), Answer::Result(json!([]), used));
        assert_eq!(read(200, None, br#"{"result":true}"#), Answer::Result(json!(true), None));
    }
}
