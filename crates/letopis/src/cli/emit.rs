//! `letopis emit`: events from scripts. Comes back with 0 only when every event is on the server's disk.
//!
//! Ids are drawn here, before the first attempt, so that trying again after a lost answer records nothing twice.

use std::io::Read;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use hyper::{HeaderMap, Method};
use serde_json::{Map, Value, json};

use super::voice::{Voice, out};
use crate::upstream::{Address, Question, Upstream};

/// What one attempt may take.
const ATTEMPT: Duration = Duration::from_secs(10);
/// Of the body from standard input.
const LARGEST: u64 = 8 << 20;
const ANSWER_BYTES: usize = 4 << 20;

#[derive(Debug, clap::Args)]
pub(super) struct EmitArgs {
    /// What happened, field by field: channel=site text=Здравствуйте client.phone=+79210000001. Without fields: JSON or NDJSON from standard input.
    #[arg(value_name = "FIELD=VALUE")]
    fields: Vec<String>,
    /// The server.
    #[arg(long, env = "LETOPIS_URL", default_value = "http://127.0.0.1:8080")]
    url: Address,
    /// An ingest key; better in the environment, where no list of processes shows it.
    #[arg(long, env = "LETOPIS_KEY", hide_env_values = true)]
    key: String,
    /// Seconds to go on trying where the server cannot be reached or is busy.
    #[arg(long, default_value_t = 30)]
    patience: u64,
}

pub(super) fn run(args: &EmitArgs, voice: Voice) -> anyhow::Result<()> {
    let events = if args.fields.is_empty() { from_stdin()? } else { vec![from_fields(&args.fields)?] };
    let body: String = events.iter().map(|event| format!("{event}\n")).collect();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let answer = runtime.block_on(send(args, body))?;
    voice.say(&answer, |answer| {
        for id in answer["ids"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            out!("{id}");
        }
    });
    for refused in answer["rejected"].as_array().into_iter().flatten() {
        voice.note(format_args!("refused: {}", refused["error"]["message"].as_str().unwrap_or("?")));
    }
    let accepted = answer["accepted"].as_u64().unwrap_or(0);
    anyhow::ensure!(accepted == events.len() as u64, "{accepted} of {} events accepted", events.len());
    Ok(())
}

async fn send(args: &EmitArgs, body: String) -> anyhow::Result<Value> {
    let upstream = Upstream::new()?;
    let mut bearer = HeaderValue::from_str(&format!("Bearer {}", args.key)).context("the key holds characters that no key has")?;
    bearer.set_sensitive(true);
    let (until, mut pause) = (Instant::now() + Duration::from_secs(args.patience), Duration::from_millis(200));
    loop {
        let question = Question {
            method: Method::POST,
            url: args.url.join("api/v1/events"),
            headers: vec![(AUTHORIZATION, bearer.clone()), (CONTENT_TYPE, HeaderValue::from_static("application/x-ndjson"))],
            body: body.clone().into(),
            patience: ATTEMPT,
            answer_bytes: ANSWER_BYTES,
        };
        let failed = match upstream.ask(question).await {
            Ok(answered) if answered.status == 503 || answered.status == 429 => {
                pause = retry_after(&answered.headers).unwrap_or(pause);
                "the server is busy".to_owned()
            }
            Ok(answered) => {
                let answer: Value = serde_json::from_slice(&answered.body).unwrap_or_default();
                if let Some(message) = answer["error"]["message"].as_str() {
                    bail!("{message}");
                }
                anyhow::ensure!(answer["ids"].is_array(), "{} answers with status {}: is it Letopis?", args.url, answered.status);
                return Ok(answer);
            }
            Err(e) => format!("{} {e}", args.url),
        };
        anyhow::ensure!(Instant::now() + pause < until, "{failed}; nothing was accepted");
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(Duration::from_secs(5));
    }
}

fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    headers.get(RETRY_AFTER)?.to_str().ok()?.parse().ok().map(Duration::from_secs)
}

/// One event from `field=value`, with the moment and an id where none were said.
fn from_fields(fields: &[String]) -> anyhow::Result<Value> {
    let mut event = Map::new();
    for field in fields {
        let (name, value) = field.split_once('=').with_context(|| format!("{field:?} is not FIELD=VALUE"))?;
        match name.split_once('.') {
            Some((whole, part)) => {
                let parts = event.entry(whole).or_insert_with(|| json!({}));
                let parts = parts.as_object_mut().with_context(|| format!("{whole} is given as a whole and in parts"))?;
                parts.insert(part.to_owned(), worth(part, value));
            }
            None => drop(event.insert(name.to_owned(), worth(name, value))),
        }
    }
    event.entry("timestamp").or_insert_with(|| jiff::Zoned::now().strftime("%Y-%m-%dT%H:%M:%S%.f%:z").to_string().into());
    Ok(named(Value::Object(event)))
}

/// Numbers where schema v1 has numbers; text everywhere else.
fn worth(name: &str, value: &str) -> Value {
    let counts = matches!(name, "confidence" | "latency_ms" | "tokens_in" | "tokens_out" | "cost");
    let number = counts.then(|| serde_json::from_str(value).ok()).flatten().filter(Value::is_number);
    number.unwrap_or_else(|| value.into())
}

/// With an id.
fn named(mut event: Value) -> Value {
    if let Value::Object(fields) = &mut event {
        fields.entry("event_id").or_insert_with(|| uuid::Uuid::now_v7().to_string().into());
    }
    event
}

/// One object, an array of them, or one a line.
fn from_stdin() -> anyhow::Result<Vec<Value>> {
    let mut text = String::new();
    let read = std::io::stdin().take(LARGEST + 1).read_to_string(&mut text).context("reading events from standard input")?;
    anyhow::ensure!(read as u64 <= LARGEST, "more than 8 MiB at once: use letopis import");
    let mut events = Vec::new();
    for value in serde_json::Deserializer::from_str(&text).into_iter::<Value>() {
        match value.context("standard input is not JSON")? {
            Value::Array(items) => events.extend(items.into_iter().map(named)),
            one => events.push(named(one)),
        }
    }
    anyhow::ensure!(!events.is_empty(), "say what happened: FIELD=VALUE, or JSON on standard input");
    Ok(events)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn fields_become_an_event_that_the_gate_lets_in() {
        let said = ["channel=site", "text=Здравствуйте", "client.phone=+79210000001", "confidence=0.8", "event_id=e-1"].map(str::to_owned);
        let event = from_fields(&said).unwrap();
        assert_eq!((&event["confidence"], &event["client"]["phone"]), (&json!(0.8), &json!("+79210000001")));
        let checked =
            crate::event::check(event.to_string().as_bytes(), &crate::event::Limits::default()).unwrap().event_id.map(String::from);
        assert_eq!(checked.as_deref(), Some("e-1"));
        assert!(from_fields(&["text".to_owned()]).is_err());
        assert!(from_fields(&["client=x".to_owned(), "client.id=1".to_owned()]).is_err());
    }
}
