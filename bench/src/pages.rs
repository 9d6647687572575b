//! Times pages and read calls of a filled server: each template alone, first on one connection, then on four at once.
//!
//! A template is a path with holes: `{session}` and `{client}` are filled with random ids taken from `GET /api/v1/sessions`,
//! `{word}` with a word of the salon's chat. The whole answer is read; any status but 200 is an error and is counted.

use crate::client::{Address, Plain, encode};
use crate::histogram::Histogram;
use crate::output::{Output, rounded};
use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::Instant;

const WORDS: &[&str] =
    &["запись", "записаться", "скидка", "окрашивание", "мастер", "перенести", "напоминание", "дорого", "парковка", "суббота"];
const AT_ONCE: usize = 4;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Server, `http://HOST:PORT`.
    #[arg(long)]
    url: String,
    /// Read key, for the API.
    #[arg(long)]
    key: Option<String>,
    /// Session cookie of a signed-in person (`NAME=VALUE`), for pages.
    #[arg(long)]
    cookie: Option<String>,
    /// Path templates, comma-separated.
    #[arg(long, value_delimiter = ',')]
    paths: Vec<String>,
    /// File with a template on each line; `#` begins a comment.
    #[arg(long)]
    paths_file: Option<PathBuf>,
    /// Requests for each template and each number of connections.
    #[arg(long, default_value_t = 1000)]
    requests: usize,
    /// How many sessions to choose from.
    #[arg(long, default_value_t = 1000)]
    sample: usize,
    #[command(flatten)]
    output: Output,
}

#[derive(Default)]
struct Sample {
    sessions: Vec<String>,
    clients: Vec<String>,
}

pub(crate) fn run(args: &Args) -> Result<()> {
    let templates = templates(args)?;
    ensure!(!templates.is_empty(), "no templates: give --paths or --paths-file");
    let client = Plain::new(Address::parse(&args.url)?).with_key(args.key.as_deref());
    let client = match &args.cookie {
        Some(cookie) => client.with_header("Cookie", cookie),
        None => client,
    };
    let sample = Arc::new(if templates.iter().any(|t| t.contains('{')) { gather(&client, args.sample)? } else { Sample::default() });
    for template in &templates {
        for connections in [1, AT_ONCE] {
            let timed = time(&client, template, &sample, connections, args.requests)?;
            let output = Output { label: format!("{}{template} ×{connections}", args.output.label), ..args.output.clone() };
            if !output.json {
                println!("— {template}, {connections} at once");
            }
            output.print("pages", &timed.figures());
        }
    }
    Ok(())
}

struct Timed {
    latency: Histogram,
    bytes: usize,
    errors: u64,
    first_error: Option<String>,
}

impl Timed {
    fn figures(&self) -> Vec<(&'static str, Value)> {
        let mut figures = vec![];
        for (name, share) in [("p50_ms", 0.5), ("p95_ms", 0.95), ("p99_ms", 0.99)] {
            figures.push((name, rounded(self.latency.quantile_ms(share))));
        }
        let average = self.bytes as f64 / self.latency.count().max(1) as f64;
        figures.extend([
            ("max_ms", rounded(self.latency.max_ms())),
            ("samples", json!(self.latency.count())),
            ("average_bytes", rounded(average)),
            ("errors", json!(self.errors)),
            ("first_error", json!(self.first_error)),
        ]);
        figures
    }
}

fn time(client: &Plain, template: &str, sample: &Arc<Sample>, connections: usize, requests: usize) -> Result<Timed> {
    let mut workers = Vec::new();
    for worker in 0..connections {
        let (mut client, template, sample) = (client.another(), template.to_owned(), sample.clone());
        workers.push(thread::spawn(move || -> Result<Vec<(u16, usize, std::time::Duration)>> {
            // A stride that shares no factor with usual sample sizes visits them in no obvious order, the same each run.
            (0..requests / connections)
                .map(|n| {
                    let path = fill(&template, &sample, (n * connections + worker) * 7919)?;
                    let began = Instant::now();
                    let reply = client.get(&path)?;
                    Ok((reply.status, reply.body.len(), began.elapsed()))
                })
                .collect()
        }));
    }
    let mut timed = Timed { latency: Histogram::new(), bytes: 0, errors: 0, first_error: None };
    for worker in workers {
        let Ok(answers) = worker.join() else { bail!("a worker stopped") };
        for (status, bytes, latency) in answers? {
            if status == 200 {
                timed.latency.add(latency);
                timed.bytes += bytes;
            } else {
                timed.errors += 1;
                timed.first_error.get_or_insert_with(|| format!("{template} answered {status}"));
            }
        }
    }
    Ok(timed)
}

fn fill(template: &str, sample: &Sample, draw: usize) -> Result<String> {
    let mut path = template.to_owned();
    for (hole, from) in [("{session}", &sample.sessions), ("{client}", &sample.clients)] {
        if path.contains(hole) {
            ensure!(!from.is_empty(), "{template} needs {hole}, and the server has named none");
            path = path.replace(hole, &encode(&from[draw % from.len()]));
        }
    }
    Ok(path.replace("{word}", &encode(WORDS[draw % WORDS.len()])))
}

fn templates(args: &Args) -> Result<Vec<String>> {
    let mut all = args.paths.clone();
    if let Some(file) = &args.paths_file {
        let text = fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
        all.extend(text.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#')).map(str::to_owned));
    }
    Ok(all)
}

/// Follows the list's cursor until enough sessions are known.
fn gather(client: &Plain, wanted: usize) -> Result<Sample> {
    let mut client = client.another();
    let mut sample = Sample::default();
    let mut path = "/api/v1/sessions?limit=200".to_owned();
    while sample.sessions.len() < wanted {
        let reply = client.get(&path)?;
        ensure!(reply.status == 200, "{path} answered {}: {}", reply.status, reply.text());
        let page: Value = serde_json::from_slice(&reply.body).context("the list of sessions is not JSON")?;
        let before = sample.sessions.len();
        sample.take(&page);
        let cursor = ["next", "next_cursor", "cursor"].iter().find_map(|name| page[*name].as_str());
        match cursor {
            Some(cursor) if sample.sessions.len() > before => {
                path = format!("/api/v1/sessions?limit=200&cursor={}", encode(cursor));
            }
            _ => break,
        }
    }
    Ok(sample)
}

impl Sample {
    /// Finds the ids wherever the list keeps them, so that the tool does not depend on the shape around them.
    fn take(&mut self, value: &Value) {
        match value {
            Value::Array(items) => items.iter().for_each(|item| self.take(item)),
            Value::Object(fields) => {
                if let Some(id) = fields.get("session_id").and_then(Value::as_str) {
                    self.sessions.push(id.to_owned());
                }
                let client = fields.get("client");
                if let Some(id) = client.and_then(|c| c["id"].as_str().or(c.as_str())).or(fields.get("client_id").and_then(Value::as_str)) {
                    self.clients.push(id.to_owned());
                }
                fields.values().filter(|v| v.is_array()).for_each(|v| self.take(v));
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::stub::Stub;

    #[test]
    fn templates_are_filled_with_the_servers_own_ids() {
        let stub = Stub::start();
        let client = Plain::new(Address::parse(&stub.url()).unwrap());
        let sample = gather(&client, 10).unwrap();
        assert_eq!(sample.sessions, ["sess 1", "s2"]);
        assert_eq!(fill("/s/{session}/{client}", &sample, 0).unwrap(), "/s/sess%201/c1");
    }

    #[test]
    fn a_missing_page_is_an_error_and_not_a_fast_answer() {
        let stub = Stub::start();
        let client = Plain::new(Address::parse(&stub.url()).unwrap());
        let sample = Arc::new(Sample::default());
        let timed = time(&client, "/missing", &sample, 2, 10).unwrap();
        assert_eq!((timed.errors, timed.latency.count()), (10, 0));
        assert_eq!(time(&client, "/page", &sample, 4, 8).unwrap().latency.count(), 8);
    }
}
