//! Calls that are no conversation: embeddings, completions, moderations, pictures, speech. Which model, how many tokens, what failed.

use super::super::wire::{Exchange, header};
use super::body;
use super::call::Call;
use super::json::{self, label, short, text};

/// What a path below `/v1` is called.
const OPERATIONS: [(&str, &str); 9] = [
    ("/embeddings", "embeddings"),
    ("/moderations", "moderations"),
    ("/images/generations", "image"),
    ("/images/edits", "image"),
    ("/images/variations", "image"),
    ("/audio/speech", "speech"),
    ("/audio/transcriptions", "transcription"),
    ("/audio/translations", "transcription"),
    ("/completions", "completion"),
];

/// The operation at a path.
pub(super) fn operation(path: &str) -> Option<&'static str> {
    OPERATIONS.iter().find(|(end, _)| path.ends_with(end)).map(|(_, operation)| *operation)
}

/// The call that an exchange is.
pub(super) fn read(exchange: &Exchange, operation: &'static str) -> Call {
    let request = &exchange.request;
    let is_form = header(&request.headers, "content-type").is_some_and(|kind| kind.starts_with("multipart/"));
    let mut call = if is_form {
        let form = super::decoded(&request.headers, &request.body);
        Call { asked_model: form_field(&form, "model"), ..Call::new(operation, json::read(b"")) }
    } else {
        let asked = super::asked(exchange);
        Call { asked_model: text(&asked["model"]), ..Call::new(operation, asked) }
    };
    call.who.client = label(&call.request["user"]);
    if let Some(response) = &exchange.response {
        let said = json::read(&body(response));
        call.model = text(&said["model"]);
        call.response_id = text(&said["id"]);
        let usage = &said["usage"];
        call.usage.tokens_in = usage["prompt_tokens"].as_u64().or(usage["input_tokens"].as_u64());
        call.usage.tokens_out = usage["completion_tokens"].as_u64().or(usage["output_tokens"].as_u64());
        if let Some(words) = text(&said["choices"][0]["text"]).or_else(|| text(&said["text"])) {
            call.choice(None).text = Some(words);
        }
        call.error = super::error(&said);
        call.response = said;
    }
    call
}

/// A short field of a form: what stands between its empty line and the next line.
fn form_field(form: &[u8], name: &str) -> Option<String> {
    let head = format!("name=\"{name}\"\r\n\r\n");
    let at = memchr::memmem::find(form, head.as_bytes())? + head.len();
    let value = form[at..].split(|byte| matches!(byte, b'\r' | b'\n')).next()?;
    short(&String::from_utf8_lossy(&value[..value.len().min(1_000)]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_names_its_model() {
        let form = "--x\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nwhisper-1\r\n--x--";
        assert_eq!(form_field(form.as_bytes(), "model").as_deref(), Some("whisper-1"));
        assert_eq!(form_field(b"name=\"model\"\r\n\r\n", "model"), None);
        assert_eq!(form_field(b"", "model"), None);
    }
}
