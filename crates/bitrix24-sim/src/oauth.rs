//! `/oauth/authorize/` and `/oauth/token/` (section 1.3 of the reference). In the world the second one is another host, `oauth.bitrix24.tech`; here both
//! are the portal's, and `server_endpoint` says so, because a client has to take that address as data.
//!
//! A code lives 30 seconds, an access token an hour, a refresh token 180 days; refreshing gives a new pair and ends the old one.
use crate::access::{App, Token};
use crate::clock::Moment;
use crate::map;
use crate::php::{Map, Value, encode, parse_query, to_json};
use crate::portal::{Portal, Reply};
use crate::request::Request;

const CODE_S: i64 = 30;
/// `expires_in`
pub(crate) const ACCESS_S: i64 = 3600;
const REFRESH_S: i64 = 180 * 24 * 3600;

/// Answers a request of OAuth; `None` if it is none.
pub(crate) fn answer(portal: &mut Portal, request: &Request, now: Moment) -> Option<Reply> {
    let mut args = parse_query(&request.query);
    if request.verb == "POST" {
        parse_query(&String::from_utf8_lossy(&request.body)).iter().for_each(|(key, value)| args.set(key.clone(), value.clone()));
    }
    match request.path.trim_end_matches('/') {
        "/oauth/authorize" => Some(authorize(portal, &args, now)),
        "/oauth/token" => Some(match token(portal, &args, now) {
            Ok(body) => json(200, &body),
            Err((status, error, text)) => json(status, &map! { "error" => error, "error_description" => text }),
        }),
        _ => None,
    }
}

/// A page of the portal asks the employee; here the first administrator agrees at once, or the one named by `sim_user`, which no real portal knows.
fn authorize(portal: &mut Portal, args: &Map, now: Moment) -> Reply {
    let text = |name: &str| args.get(name).map(Value::text).unwrap_or_default();
    let Some(app) = portal.access.apps.get(&text("client_id")).cloned() else {
        return json(400, &map! { "error" => "wrong_client", "error_description" => "Application not found" });
    };
    let user = args.get("sim_user").and_then(|user| u64::try_from(user.int()).ok()).unwrap_or(1);
    let code = portal.random.token();
    portal.access.codes.insert(code.clone(), (app.client_id.clone(), user, now.plus_s(CODE_S)));
    let parts = [
        ("code", code),
        ("state", text("state")),
        ("domain", portal.settings.domain().to_string()),
        ("member_id", portal.settings.member_id.clone()),
        ("scope", app.scopes.join(",")),
        ("server_domain", portal.settings.domain().to_string()),
    ];
    let query: Vec<String> = parts.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect();
    let mark = if app.handler.contains('?') { '&' } else { '?' };
    Reply::Answer {
        status: 302,
        content_type: "text/html; charset=utf-8",
        location: Some(format!("{}{mark}{}", app.handler, query.join("&"))),
        body: Vec::new(),
    }
}

type Refusal = (u16, &'static str, &'static str);

fn token(portal: &mut Portal, args: &Map, now: Moment) -> Result<Value, Refusal> {
    let text = |name: &str| args.get(name).map(Value::text).unwrap_or_default();
    let app = portal.access.apps.get(&text("client_id")).cloned().ok_or((401, "invalid_client", "Client not found"))?;
    if app.client_secret != text("client_secret") {
        return Err((401, "invalid_client", "Wrong client secret"));
    }
    if !portal.settings.plan_allows_rest {
        return Err((403, "PAYMENT_REQUIRED", "Payment required"));
    }
    const INVALID_GRANT: Refusal = (400, "invalid_grant", "Invalid grant");
    let user = match text("grant_type").as_str() {
        "authorization_code" => {
            let (client, user, until) = portal.access.codes.remove(&text("code")).ok_or(INVALID_GRANT)?;
            if client != app.client_id || now >= until {
                return Err(INVALID_GRANT);
            }
            user
        }
        "refresh_token" => {
            let offered = text("refresh_token");
            let place = portal
                .access
                .tokens
                .iter()
                .position(|token| token.refresh == offered && token.client_id == app.client_id)
                .ok_or(INVALID_GRANT)?;
            let old = portal.access.tokens.remove(place);
            if now >= old.refresh_until {
                return Err(INVALID_GRANT);
            }
            old.user
        }
        _ => return Err((400, "invalid_request", "Unsupported grant type")),
    };
    let token = portal.issue(&app.client_id, user, now);
    Ok(given(portal, &app, &token, now))
}

fn given(portal: &Portal, app: &App, token: &Token, now: Moment) -> Value {
    map! {
        "access_token" => &token.access, "refresh_token" => &token.refresh, "expires" => now.plus_s(ACCESS_S).seconds(), "expires_in" => ACCESS_S,
        "client_endpoint" => portal.client_endpoint(), "server_endpoint" => portal.server_endpoint(), "domain" => portal.settings.domain(),
        "member_id" => &portal.settings.member_id, "scope" => app.scopes.join(","), "status" => &app.status, "user_id" => token.user
    }
}

fn json(status: u16, body: &Value) -> Reply {
    Reply::Answer { status, content_type: "application/json; charset=utf-8", location: None, body: to_json(body) }
}

impl Portal {
    /// `https://portal.test/rest/`
    pub(crate) fn client_endpoint(&self) -> String {
        format!("{}/rest/", self.settings.address())
    }

    /// Where tokens are renewed, with `/rest/` at the end as in the world.
    pub(crate) fn server_endpoint(&self) -> String {
        format!("{}/rest/", self.settings.address())
    }

    /// Registers a local application. It is not installed yet: `install` or `installFinish` of its page does that.
    pub fn add_app(&mut self, client_id: &str, client_secret: &str, handler: &str, install_handler: &str, scopes: &[&str]) -> App {
        let app = App {
            client_id: client_id.into(),
            client_secret: client_secret.into(),
            id: self.access.apps.len() as u64 + 1,
            handler: handler.into(),
            install_handler: install_handler.into(),
            scopes: scopes.iter().map(|scope| (*scope).to_string()).collect(),
            application_token: self.random.token()[..32].to_string(),
            installed: false,
            status: "L".into(),
        };
        self.access.apps.insert(client_id.into(), app.clone());
        app
    }

    /// Installs an application: `ONAPPINSTALL` with both tokens goes to its handler, if it has one.
    pub fn install(&mut self, client_id: &str, user: u64) {
        let now = self.clock.now();
        let Some(app) = self.access.apps.get_mut(client_id) else { return };
        app.installed = true;
        let app = app.clone();
        if app.install_handler.is_empty() {
            return;
        }
        let auth = self.app_auth(&app, user, true, now);
        let data = map! { "VERSION" => 1, "ACTIVE" => "Y", "INSTALLED" => "Y", "LANGUAGE_ID" => &self.settings.language };
        self.post(&app.install_handler, "ONAPPINSTALL", None, &data, auth, now);
    }

    /// A token for an event: a young one is used again, else ten thousand events would leave ten thousand tokens.
    pub(crate) fn token_for(&mut self, client_id: &str, user: u64, fresh: bool, now: Moment) -> Token {
        let young = |token: &&Token| token.client_id == client_id && token.user == user && now.plus_s(ACCESS_S / 2) < token.access_until;
        match self.access.tokens.iter().rev().find(young) {
            Some(token) if !fresh => token.clone(),
            _ => self.issue(client_id, user, now),
        }
    }

    /// Gives a pair of tokens.
    pub(crate) fn issue(&mut self, client_id: &str, user: u64, now: Moment) -> Token {
        let token = Token {
            client_id: client_id.into(),
            user,
            access: self.random.token(),
            refresh: self.random.token(),
            access_until: now.plus_s(ACCESS_S),
            refresh_until: now.plus_s(REFRESH_S),
        };
        // What has ended long ago needs no place.
        self.access.tokens.retain(|known| now < known.refresh_until);
        self.access.tokens.push(token.clone());
        token
    }
}
