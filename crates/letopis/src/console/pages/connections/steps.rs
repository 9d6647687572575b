//! What to do with a fresh URL: the one line that changes in a bot, for each kind.

use super::super::language::Texts;
use crate::access::{ConnectionId, ConnectionKind};

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
    /// Where it can be tried.
    pub(super) page: String,
}

impl Steps {
    pub(super) fn of(t: &Texts, kind: ConnectionKind, (id, name): (ConnectionId, &str), origin: &str, token: &str) -> Self {
        let (proxy, hook) = (format!("{origin}/proxy/{token}"), format!("{origin}/hooks/{token}"));
        let outward = match kind {
            ConnectionKind::Openai => Some(format!("OPENAI_BASE_URL={proxy}/v1")),
            ConnectionKind::Anthropic => Some(format!("ANTHROPIC_BASE_URL={proxy}")),
            ConnectionKind::Gigachat => Some(format!("GIGACHAT_BASE_URL={proxy}/v1")),
            ConnectionKind::Bitrix24 => Some(format!("{proxy}/rest/1/…/")),
            kind if kind.is_proxied() => Some(proxy.clone()),
            _ => None,
        };
        let inward = kind.is_hooked().then(|| hook.clone());
        let step = |way: &str, line: String| Step { about: t.of(way, kind.as_str()), line };
        let said = |key: &str, line: String| Step { about: t.say(key), line };
        let tag = (kind == ConnectionKind::Site).then(|| tag(origin, token));
        let recipe = recipe(kind, &proxy, &hook).into_iter().map(|(key, line)| said(key, line));
        let steps = tag.map(|line| step("connection-step-tag", line)).into_iter();
        let steps = steps.chain(inward.map(|line| step("connection-step-hook", line)));
        let steps = steps.chain(outward.map(|line| step("connection-step-proxy", line))).chain(recipe).collect();
        Self { title: t.of("connection-fresh", name), note: t.say("fresh-once"), steps, page: format!("/settings/connections/{id}#test") }
    }
}

/// The same in the words of a library or of a shell, as docs/connect has it.
fn recipe(kind: ConnectionKind, proxy: &str, hook: &str) -> Vec<(&'static str, String)> {
    let (python, javascript, shell) = ("recipe-python", "recipe-javascript", "recipe-shell");
    match kind {
        ConnectionKind::Openai => vec![
            (python, format!("model = OpenAI(base_url=\"{proxy}/v1\")")),
            (javascript, format!("const model = new OpenAI({{ baseURL: \"{proxy}/v1\" }})")),
            (shell, format!("curl -H \"Authorization: Bearer $OPENAI_API_KEY\" {proxy}/v1/models")),
        ],
        ConnectionKind::Anthropic => vec![
            (python, format!("model = Anthropic(base_url=\"{proxy}\")")),
            (javascript, format!("const model = new Anthropic({{ baseURL: \"{proxy}\" }})")),
        ],
        ConnectionKind::Gigachat => vec![(python, format!("model = GigaChat(base_url=\"{proxy}/v1\", credentials=KEY)"))],
        ConnectionKind::Telegram => vec![
            ("recipe-webhook", format!("curl https://api.telegram.org/bot$BOT_TOKEN/setWebhook -d url={hook} -d secret_token=$SECRET")),
            (python, format!("session = AiohttpSession(api=TelegramAPIServer.from_base(\"{proxy}\"))")),
        ],
        ConnectionKind::Events => {
            let event = r#"{"timestamp":"'$(date -u +%FT%TZ)'","channel":"telegram","session_id":"1","client":{"phone":"+79215550101"},"text":"Можно на завтра?"}"#;
            vec![(shell, format!("curl -H 'Content-Type: application/json' -d '{event}' {hook}"))]
        }
        ConnectionKind::Bitrix24 => {
            let inside = |page: &str| format!("{}/{page}", proxy.replace("/proxy/", "/bitrix24/"));
            vec![
                (shell, format!("curl {proxy}/rest/1/…/profile.json")),
                ("recipe-portal-app", inside("card")),
                ("recipe-portal-install", inside("install")),
            ]
        }
        ConnectionKind::Http => vec![(shell, format!("curl {proxy}/"))],
        _ => Vec::new(),
    }
}

/// What stands in a page to have a chat in it.
fn tag(origin: &str, token: &str) -> String {
    format!(r#"<script src="{origin}/site/{token}.js" defer></script>"#)
}
