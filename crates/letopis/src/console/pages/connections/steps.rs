//! What to do with a fresh URL: the one line that changes in a bot, for each kind.

use super::super::language::Texts;
use crate::access::ConnectionKind;

/// A line to copy, and where it goes.
pub(super) struct Step {
    pub(super) about: String,
    pub(super) line: String,
}

/// A fresh connection.
pub(super) struct Steps {
    pub(super) title: String,
    pub(super) note: String,
    pub(super) steps: Vec<Step>,
}

impl Steps {
    pub(super) fn of(t: &Texts, kind: ConnectionKind, name: &str, origin: &str, token: &str) -> Self {
        let (proxy, hook) = (format!("{origin}/proxy/{token}"), format!("{origin}/hooks/{token}"));
        let outward = match kind {
            ConnectionKind::Openai => Some(format!("OPENAI_BASE_URL={proxy}/v1")),
            ConnectionKind::Anthropic => Some(format!("ANTHROPIC_BASE_URL={proxy}")),
            ConnectionKind::Gigachat => Some(format!("GIGACHAT_BASE_URL={proxy}/v1")),
            ConnectionKind::Bitrix24 => Some(format!("{proxy}/rest/1/…/")),
            kind if kind.is_proxied() => Some(proxy),
            _ => None,
        };
        let inward = kind.is_hooked().then_some(hook);
        let tag = (kind == ConnectionKind::Site).then(|| tag(origin, token));
        let step = |way: &str, line: String| Step { about: t.of(way, kind.as_str()), line };
        let lines = [("connection-step-tag", tag), ("connection-step-hook", inward), ("connection-step-proxy", outward)];
        let steps = lines.into_iter().filter_map(|(way, line)| Some(step(way, line?))).collect();
        Self { title: t.of("connection-fresh", name), note: t.say("fresh-once"), steps }
    }
}

/// What stands in a page to have a chat in it.
fn tag(origin: &str, token: &str) -> String {
    format!(r#"<script src="{origin}/site/{token}.js" defer></script>"#)
}
