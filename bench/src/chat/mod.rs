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

/// A whole request.
pub(crate) fn request(address: &Address, path: &str, stream: bool) -> Vec<u8> {
    let body = format!(
        r#"{{"model":"gpt-4o-mini","stream":{stream},"temperature":0.2,"user":"client-17","messages":[{{"role":"system","content":"{SYSTEM}"}},{{"role":"user","content":"{QUESTION}"}}]}}"#
    );
    let head = format!(
        "POST {}{path} HTTP/1.1\r\nHost: {}\r\nAccept: application/json\r\nContent-Type: application/json\r\nUser-Agent: bench/1\r\n\
         Authorization: Bearer sk-bench-0000000000000000000000000000\r\nContent-Length: {}\r\n\r\n",
        address.path,
        address.authority,
        body.len()
    );
    [head.as_bytes(), body.as_bytes()].concat()
}
