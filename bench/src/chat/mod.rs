//! A model and its callers: what a proxy between the two is measured with.
//!
//! The same question and the same answer every time, of the size that a salon's chat has; the model's own time is nearly nothing, so that what
//! is measured is the proxy.

pub(crate) mod streams;
pub(crate) mod upstream;

use crate::client::Address;

/// Where chat completions are asked for.
pub(crate) const COMPLETIONS: &str = "/v1/chat/completions";
/// A stream that says one thing and then nothing.
pub(crate) const IDLE: &str = "/v1/idle";

const SYSTEM: &str = "Ты администратор салона красоты. Отвечай коротко и вежливо, не придумывай цен и времени, предлагай запись.";
const QUESTION: &str = "Здравствуйте! Можно записаться на стрижку на завтра после трёх? И сколько это стоит для длинных волос?";

/// What another gateway wants besides.
#[derive(clap::Args, Clone)]
pub(crate) struct Ways {
    /// The name under which the gateway knows the model.
    #[arg(long, default_value = "gpt-4o-mini")]
    model: String,
    /// A header `NAME: VALUE` that the gateway wants; may be repeated.
    #[arg(long = "header", value_name = "NAME: VALUE")]
    headers: Vec<String>,
}

/// A whole request.
pub(crate) fn request(address: &Address, path: &str, stream: bool, ways: &Ways) -> Vec<u8> {
    let (model, headers) = (&ways.model, ways.headers.iter().fold(String::new(), |all, header| all + header + "\r\n"));
    let body = format!(
        r#"{{"model":"{model}","stream":{stream},"temperature":0.2,"user":"client-17","messages":[{{"role":"system","content":"{SYSTEM}"}},{{"role":"user","content":"{QUESTION}"}}]}}"#
    );
    let head = format!(
        "POST {}{path} HTTP/1.1\r\nHost: {}\r\nAccept: application/json\r\nContent-Type: application/json\r\nUser-Agent: bench/1\r\n\
         Authorization: Bearer sk-bench-0000000000000000000000000000\r\n{headers}Content-Length: {}\r\n\r\n",
        address.path,
        address.authority,
        body.len()
    );
    [head.as_bytes(), body.as_bytes()].concat()
}
