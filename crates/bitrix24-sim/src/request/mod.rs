//! From HTTP to a call: which method, with what parameters, in whose name.
//!
//! Parameters come from the query string and the body at once (sections 1.1 and 3.6.1): the body may be JSON, a form or multipart, and wins where both
//! name the same parameter. Here nothing is checked: who may call what is `access`' matter.
mod args;
mod multipart;

pub use args::Args;

use crate::error::ApiError;
use crate::php::{self, Map};

/// A request as the shell received it.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// `GET`, `POST`
    pub verb: String,
    /// whether it came over TLS
    pub https: bool,
    /// the `Host` header
    pub host: String,
    /// path, still escaped
    pub path: String,
    /// query string without `?`
    pub query: String,
    /// `Content-Type`
    pub content_type: String,
    /// the body
    pub body: Vec<u8>,
    /// who asks: the address that the rate limit counts by
    pub from: String,
}

/// Whose name the caller used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Offered {
    /// `/rest/1/secret/…`
    Webhook {
        /// the employee
        user: u64,
        /// the secret in the path
        secret: String,
    },
    /// the parameter `auth`
    Token(String),
    /// nothing
    Nothing,
}

/// A request that was understood.
#[derive(Debug, Clone)]
pub struct Call {
    /// `/rest/api/…`: another shape of errors, and no CRM (section 1.8)
    pub v3: bool,
    /// the name as it was written; names are looked up whatever their case
    pub method: String,
    /// in whose name
    pub offered: Offered,
    /// all parameters
    pub args: Args,
}

impl Request {
    /// A POST of JSON, for tests that call a portal without a network.
    pub fn post(path: &str, body: &serde_json::Value) -> Request {
        Request {
            verb: "POST".into(),
            https: true,
            host: "portal.test".into(),
            path: path.into(),
            content_type: "application/json".into(),
            body: body.to_string().into_bytes(),
            from: "198.51.100.7".into(),
            ..Request::default()
        }
    }

    /// Reads the call; `None` if the path is none of `/rest/`.
    pub fn call(&self) -> Option<Result<Call, ApiError>> {
        let parts: Vec<&str> = self.path.split('/').filter(|part| !part.is_empty()).collect();
        let rest = parts.strip_prefix(&["rest"])?;
        let (v3, rest) = rest.strip_prefix(&["api"]).map_or((false, rest), |rest| (true, rest));
        let mut args = self.parameters();
        let (offered, method) = match rest {
            [user, secret, method] if user.bytes().all(|byte| byte.is_ascii_digit()) => {
                (Offered::Webhook { user: user.parse().unwrap_or(0), secret: php::decode(secret) }, *method)
            }
            // The name may be missing in a path that is otherwise a webhook's: `/rest/1/secret/`.
            [user, secret] if user.bytes().all(|byte| byte.is_ascii_digit()) => {
                (Offered::Webhook { user: user.parse().unwrap_or(0), secret: php::decode(secret) }, "")
            }
            [method] => (args.remove("auth").map_or(Offered::Nothing, |token| Offered::Token(token.text())), *method),
            _ => return Some(Err(ApiError::new(404, "ERROR_METHOD_NOT_FOUND", "Method not found!"))),
        };
        let method = php::decode(method);
        if let Some(name) = method.strip_suffix(".xml") {
            // Deliberately not built: nobody we test asks for it, and silence in JSON would be a lie.
            return Some(Err(ApiError::new(
                400,
                "SIMULATOR_HAS_NO_XML",
                format!("ask for {name}.json: this simulator answers in JSON only"),
            )));
        }
        let method = method.strip_suffix(".json").unwrap_or(&method).to_string();
        Some(Ok(Call { v3, method, offered, args: Args(args) }))
    }

    /// Query and body, merged at the top level.
    fn parameters(&self) -> Map {
        let mut merged = php::parse_query(&self.query);
        for (key, value) in self.body_parameters().iter() {
            merged.set(key.clone(), value.clone());
        }
        merged
    }

    fn body_parameters(&self) -> Map {
        let kind = self.content_type.to_ascii_lowercase();
        if self.body.is_empty() {
            return Map::new();
        }
        if kind.starts_with("multipart/form-data") {
            return multipart::read(&self.content_type, &self.body);
        }
        // What says it is no form but looks like JSON is read as JSON: several SDKs forget the header.
        if kind.contains("json") || (!kind.contains("urlencoded") && self.body.first() == Some(&b'{')) {
            return php::from_json(&self.body).and_then(|value| value.array().cloned()).unwrap_or_default();
        }
        php::parse_query(&String::from_utf8_lossy(&self.body))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(path: &str, query: &str, content_type: &str, body: &str) -> Request {
        Request { path: path.into(), query: query.into(), content_type: content_type.into(), body: body.into(), ..Request::default() }
    }

    #[test]
    fn every_way_to_say_the_same_is_the_same() {
        let boundary = "--xx\r\nContent-Disposition: form-data; name=\"fields[TITLE]\"\r\n\r\nЛид\r\n--xx--\r\n";
        for (query, kind, body) in [
            ("fields[TITLE]=%D0%9B%D0%B8%D0%B4", "", ""),
            ("bx24_request_id=1", "application/json", r#"{"fields":{"TITLE":"Лид"}}"#),
            ("", "application/json; charset=utf-8", r#"{"fields":{"TITLE":"Лид"}}"#),
            ("", "application/x-www-form-urlencoded", "fields%5BTITLE%5D=%D0%9B%D0%B8%D0%B4"),
            ("fields[TITLE]=other", "multipart/form-data; boundary=xx", boundary),
        ] {
            let call = request("/rest/1/s/crm.lead.Add.json", query, kind, body).call().unwrap().unwrap();
            assert_eq!(call.args.0.get("fields").unwrap().json(), serde_json::json!({"TITLE": "Лид"}), "{query} {kind}");
            assert_eq!((call.method.as_str(), call.offered), ("crm.lead.Add", Offered::Webhook { user: 1, secret: "s".into() }));
        }
    }

    #[test]
    fn a_token_comes_from_query_or_body() {
        for (query, body) in [("auth=t", "{}"), ("", r#"{"auth":"t"}"#)] {
            let call = request("/rest/profile", query, "application/json", body).call().unwrap().unwrap();
            assert_eq!((call.offered, call.args.0.len()), (Offered::Token("t".into()), 0));
        }
        assert!(request("/other", "", "", "").call().is_none());
        assert!(request("/rest/api/1/s/tasks.task.list", "", "", "").call().unwrap().unwrap().v3);
    }
}
