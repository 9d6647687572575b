//! Turns the JSON lines of one run into one Markdown table.
//!
//! Equal labels are short runs of one measurement: each figure becomes their median, and the spread (lowest–highest) stands
//! beside it. A label `product/X` with a partner `floor/X` (or `bare/X`), and `observe/X` and `confirm/X` with a partner `nginx/X`,
//! get the ratio of the medians; since the runs were interleaved, both saw the same machine.

use anyhow::{Context, Result};
use serde_json::Value;
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// File of JSON lines, as written by the tools with `--json`.
    file: PathBuf,
    /// Print only the median of `--figure` of this measurement.
    #[arg(long, requires = "figure")]
    median: Option<String>,
    #[arg(long)]
    figure: Option<String>,
}

/// The figures worth a place in the table, with the unit; the first that a measurement has is its main figure.
const MAIN: [(&str, &str); 6] = [
    ("end_to_end_per_s", "events/s"),
    ("delay_p99_ms", "ms chunk p99"),
    ("events_per_s", "events/s"),
    ("p99_ms", "ms p99"),
    ("fdatasync", "fdatasync"),
    ("value", ""),
];
const DETAILS: [(&str, &str); 18] = [
    ("first_p50_ms", "first token p50 ms"),
    ("first_p99_ms", "first token p99 ms"),
    ("delay_p50_ms", "chunk p50 ms"),
    ("p50_ms", "p50 ms"),
    ("p95_ms", "p95 ms"),
    ("p99_ms", "p99 ms"),
    ("max_ms", "max ms"),
    ("accepted_per_s", "accepted/s"),
    ("lag_highest", "highest lag"),
    ("lag_drain_s", "drained in s"),
    ("lag_left", "lag left after five minutes"),
    ("generator_cpu_s", "generator CPU s"),
    ("server_cpu_s", "server CPU s"),
    ("server_rss_mib", "server MiB"),
    ("rejected", "rejected"),
    ("lost_connections", "lost connections"),
    ("errors", "errors"),
    ("requests_per_write", "requests per group"),
];

struct Measurement {
    label: String,
    runs: Vec<Value>,
}

pub(crate) fn run(args: &Args) -> Result<()> {
    let text = fs::read_to_string(&args.file).with_context(|| format!("cannot read {}", args.file.display()))?;
    let all = gather(&text)?;
    if let (Some(label), Some(figure)) = (&args.median, &args.figure) {
        let measurement = all.iter().find(|m| m.label == *label);
        let median = measurement.and_then(|m| m.median(figure)).with_context(|| format!("no {figure} of {label:?}"))?;
        println!("{median}");
    } else {
        print!("{}", render(&all));
    }
    Ok(())
}

fn gather(text: &str) -> Result<Vec<Measurement>> {
    let mut all: Vec<Measurement> = Vec::new();
    for line in text.lines().filter(|l| !l.trim().is_empty()) {
        let run: Value = serde_json::from_str(line).with_context(|| format!("not a JSON line: {line}"))?;
        let label = run["label"].as_str().unwrap_or_default().to_owned();
        match all.iter_mut().find(|m| m.label == label) {
            Some(known) => known.runs.push(run),
            None => all.push(Measurement { label, runs: vec![run] }),
        }
    }
    Ok(all)
}

fn render(all: &[Measurement]) -> String {
    let mut out = String::from("| measurement | figure | spread | ratio | details |\n|---|---|---|---|---|\n");
    for measurement in all {
        let Some((main, unit)) = measurement.main_figure() else {
            continue;
        };
        let values = measurement.values(main);
        let spread = match (values.first(), values.last()) {
            (Some(low), Some(high)) if values.len() > 1 => format!("{}–{} ({} runs)", short(*low), short(*high), values.len()),
            _ => String::new(),
        };
        let figure = measurement.median(main).map(short).unwrap_or_default();
        let ratio = measurement.ratio(all, main).unwrap_or_default();
        let _ = writeln!(out, "| {} | {figure} {unit} | {spread} | {ratio} | {} |", measurement.label, measurement.details(main));
    }
    out
}

impl Measurement {
    /// At a given rate the throughput is an input: what counts is the latency.
    fn main_figure(&self) -> Option<(&'static str, &'static str)> {
        let timetable = self.label.contains("/half-rate");
        let fit = |name: &str| !(timetable && name.ends_with("_per_s")) && self.median(name).is_some();
        MAIN.into_iter().find(|(name, _)| fit(name))
    }

    fn values(&self, name: &str) -> Vec<f64> {
        let mut values: Vec<f64> = self.runs.iter().filter_map(|r| r[name].as_f64()).collect();
        values.sort_by(f64::total_cmp);
        values
    }

    fn median(&self, name: &str) -> Option<f64> {
        let values = self.values(name);
        let middle = values.len() / 2;
        match values.len() {
            0 => None,
            n if n % 2 == 1 => Some(values[middle]),
            _ => Some(f64::midpoint(values[middle - 1], values[middle])),
        }
    }

    /// To the partner of the same name in another family.
    fn ratio(&self, all: &[Measurement], main: &str) -> Option<String> {
        let proxied = ["observe/", "confirm/"].iter().find_map(|way| self.label.strip_prefix(way));
        let rest = proxied.or_else(|| self.label.strip_prefix("product/"))?;
        if main.ends_with("p99_ms") {
            return None; // a latency has an aim of its own
        }
        let families: &[&str] = if proxied.is_some() { &["nginx/"] } else { &["floor/", "bare/"] };
        let partner = families.iter().find_map(|family| {
            let wanted = format!("{family}{rest}");
            all.iter().find(|m| m.label == wanted)
        })?;
        // The bare loop names its rate differently from the end-to-end run.
        let base = partner.median(main).or_else(|| partner.median("events_per_s"))?;
        Some(format!("{:.2} × {}", self.median(main)? / base, partner.label))
    }

    fn details(&self, main: &str) -> String {
        let mut parts = Vec::new();
        for (name, title) in DETAILS.iter().filter(|(name, _)| *name != main) {
            if let Some(value) = self.median(name) {
                let silent = value == 0.0 && ["rejected", "lost_connections", "errors"].contains(name);
                if !silent {
                    parts.push(format!("{title} {}", short(value)));
                }
            }
        }
        let refused: u64 = self.runs.iter().filter_map(|r| r["statuses"]["503"].as_u64()).sum();
        if refused > 0 {
            parts.push(format!("503: {refused}"));
        }
        parts.join(", ")
    }
}

/// Three significant digits below a thousand, whole numbers above.
fn short(value: f64) -> String {
    match value.abs() {
        v if v >= 1000.0 => format!("{value:.0}"),
        v if v >= 100.0 => format!("{value:.0}"),
        v if v >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn medians_of_interleaved_runs_and_their_ratio() {
        let lines = r#"{"label":"floor/singles-64","events_per_s":100}
            {"label":"product/singles-64","events_per_s":70,"p99_ms":2.5}
            {"label":"floor/singles-64","events_per_s":300}
            {"label":"product/singles-64","events_per_s":90,"p99_ms":3.5}
            {"label":"floor/singles-64","events_per_s":200}
            {"label":"product/singles-64","events_per_s":160,"p99_ms":2.6,"statuses":{"503":4}}"#;
        let table = render(&gather(lines).unwrap());
        assert!(table.contains("| floor/singles-64 | 200 events/s | 100–300 (3 runs) |  |"), "{table}");
        assert!(table.contains("0.45 × floor/singles-64"), "{table}");
        assert!(table.contains("p99 ms 2.60, 503: 4"), "{table}");
    }

    #[test]
    fn at_half_the_rate_the_latency_is_the_figure() {
        let line = "{\"label\":\"product/half-rate-64\",\"events_per_s\":100,\"p99_ms\":3.5}";
        assert!(render(&gather(line).unwrap()).contains("| product/half-rate-64 | 3.50 ms p99 |"));
    }

    #[test]
    fn an_end_to_end_rate_is_compared_with_the_bare_loop() {
        let lines = "{\"label\":\"bare/end-to-end\",\"events_per_s\":40000}\n{\"label\":\"product/end-to-end\",\"end_to_end_per_s\":20000}";
        assert!(render(&gather(lines).unwrap()).contains("0.50 × bare/end-to-end"));
    }
}
