//! The test of a connection in sentences: what was tried, what came of it, what to do.

use std::time::Duration;

use axum::extract::{Path, State};
use axum::response::Response;
use serde::Deserialize;

use super::super::Desk;
use super::super::error::PageError;
use super::super::form::Posted;
use super::super::language::{Language, Library, Texts};
use super::one;
use crate::access::connection_trial::{self, Finding, Verdict};
use crate::access::{Action, ConnectionId, ConnectionKind};

/// One step for people.
pub(in crate::console::pages) struct Row {
    /// Class of its mark: `ok`, `bad` or none.
    pub(in crate::console::pages) tone: &'static str,
    pub(in crate::console::pages) sign: &'static str,
    pub(in crate::console::pages) verdict: String,
    pub(in crate::console::pages) step: String,
    pub(in crate::console::pages) says: String,
}

/// All of them.
pub(in crate::console::pages) struct Tried {
    pub(in crate::console::pages) is_well: bool,
    pub(in crate::console::pages) rows: Vec<Row>,
}

/// What the button sends: with a delivery to the bot, or without.
#[derive(Deserialize)]
pub(in crate::console::pages) struct Wish {
    #[serde(default)]
    deliver: String,
}

/// `POST /settings/connections/{id}/test`
pub(in crate::console::pages) async fn test(
    State(desk): State<Desk>,
    Path(id): Path<String>,
    posted: Posted<Wish>,
) -> Result<Response, PageError> {
    let Posted { visitor, form } = posted;
    visitor.require(Action::ManageConnections)?;
    let id: ConnectionId = id.parse()?;
    let known = one::find(&desk, &visitor, id).await?;
    let found = desk.console.trials.try_out(visitor.business.id, id, !form.deliver.is_empty()).await;
    let mut steps = found.ok_or(PageError::NotFound)?;
    steps.extend(connection_trial::inside(known.kind, &visitor.origin, known.last_event_us, visitor.now_us));
    one::draw(&desk, &visitor, id, None, Some(tried(&visitor.t, known.kind, &steps))).await
}

/// Steps as the page shows them.
pub(in crate::console::pages) fn tried(t: &Texts, kind: ConnectionKind, steps: &[Finding]) -> Tried {
    Tried { is_well: connection_trial::is_well(steps), rows: steps.iter().map(|finding| row(t, kind, finding)).collect() }
}

fn row(t: &Texts, kind: ConnectionKind, finding: &Finding) -> Row {
    let (tone, sign) = match finding.verdict {
        Verdict::Well => ("ok", "✓"),
        Verdict::Wrong => ("bad", "✗"),
        Verdict::Open => ("", "–"),
    };
    Row {
        tone,
        sign,
        verdict: t.of("trial-verdict", finding.verdict.as_str()),
        step: t.of("trial-step", finding.step.as_str()),
        says: says(t, kind, finding),
    }
}

fn says(t: &Texts, kind: ConnectionKind, finding: &Finding) -> String {
    let seconds = finding.seconds.unwrap_or_default();
    let took = Duration::from_millis(finding.took_ms.unwrap_or_default().into());
    let hours = seconds.div_euclid(3600);
    t.with(
        "trial-why",
        &[
            ("what", finding.why.as_str().into()),
            ("kind", if kind.is_model() { "model" } else { kind.as_str() }.into()),
            ("step", finding.step.as_str().into()),
            // As text: Fluent would write 1,024.
            ("ms", took.as_millis().to_string().into()),
            ("status", finding.status.unwrap_or_default().to_string().into()),
            ("number", finding.number.unwrap_or_default().to_string().into()),
            ("apart", apart(t, seconds).into()),
            ("ahead", if seconds > 0 { "yes" } else { "no" }.into()),
            ("ago", if hours < 48 { t.count("trial-hours", hours) } else { t.count("took-days", hours / 24) }.into()),
        ],
    )
}

fn apart(t: &Texts, seconds: i64) -> String {
    let seconds = seconds.abs();
    if seconds < 120 { t.count("took-seconds", seconds) } else { t.count("took-minutes", seconds / 60) }
}

/// The same for the command line: sign, step, sentence; `code` is `ru` or `en`.
pub fn told(code: &str, kind: ConnectionKind, steps: &[Finding]) -> Vec<(&'static str, String, String)> {
    let t = Library::default().texts(Language::named(code).unwrap_or_default());
    let line = |finding: &Finding| {
        let Row { sign, step, says, .. } = row(&t, kind, finding);
        (sign, step, says)
    };
    steps.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::connection_trial::{Step, Why};

    #[test]
    fn every_step_and_every_reason_has_words_in_both_languages() {
        for code in ["ru", "en"] {
            let mut sentences = std::collections::BTreeMap::new();
            for why in Why::ALL {
                let (_, _, says) = told(code, ConnectionKind::Telegram, &[Finding::wrong(Step::Answer, *why)]).remove(0);
                assert!(!says.is_empty() && !says.contains('{'), "{why}: {says}");
                if let Some(other) = sentences.insert(says.clone(), *why) {
                    panic!("{why} and {other} say the same: {says}");
                }
            }
            let steps: Vec<_> = Step::ALL.iter().map(|step| Finding::well(*step, Why::Known)).collect();
            let names: std::collections::BTreeSet<_> =
                told(code, ConnectionKind::Vk, &steps).into_iter().map(|(_, step, _)| step).collect();
            assert_eq!(names.len(), Step::ALL.len(), "{code}");
        }
    }
}
