//! A portal to ask without a network.
use std::time::Duration;

use bitrix24_sim::{Clock, Portal, Reply, Request, Settings};
use serde_json::{Value, json};

/// 2026-11-23 05:00 in Moscow.
pub(crate) const START: i64 = 1_795_399_200;

pub(crate) struct Desk {
    pub(crate) portal: Portal,
    /// whose name calls are made in: `1/secret` or a token
    pub(crate) who: String,
}

impl Desk {
    /// A portal whose clock stands still and whose limits are off.
    pub(crate) fn new() -> Desk {
        let mut desk = Desk::limited();
        desk.portal.settings.allowed.burst = None;
        desk.portal.settings.allowed.operating_s = None;
        desk
    }

    /// The same with the limits of an ordinary plan.
    pub(crate) fn limited() -> Desk {
        Desk { portal: Portal::new(Settings::new("https://portal.test"), Clock::standing_at(START), 7), who: "1/secret".into() }
    }

    pub(crate) fn advance(&self, seconds: u64) {
        self.portal.clock.advance(Duration::from_secs(seconds));
    }

    pub(crate) fn path(&self, method: &str) -> String {
        if self.who.contains('/') { format!("/rest/{}/{method}.json", self.who) } else { format!("/rest/{method}.json") }
    }

    pub(crate) fn request(&self, method: &str, args: Value) -> Request {
        let mut args = args;
        if !self.who.contains('/') {
            args["auth"] = json!(self.who);
        }
        Request::post(&self.path(method), &args)
    }

    /// Status and body.
    pub(crate) fn ask(&mut self, method: &str, args: Value) -> (u16, Value) {
        let request = self.request(method, args);
        read(self.portal.answer(&request))
    }

    /// The result; anything else fails the test.
    pub(crate) fn call(&mut self, method: &str, args: Value) -> Value {
        let (status, mut body) = self.ask(method, args);
        assert_eq!(status, 200, "{method}: {body}");
        body["result"].take()
    }

    /// Status and code of a refusal.
    pub(crate) fn refused(&mut self, method: &str, args: Value) -> (u16, Value) {
        let (status, mut body) = self.ask(method, args);
        assert!(body.get("error").is_some(), "{method} was not refused: {body}");
        (status, body["error"].take())
    }

    /// A lead with a phone.
    pub(crate) fn lead(&mut self, origin: &str, phone: &str) -> u64 {
        let fields = json!({"TITLE": "Запись", "NAME": "Иван", "ORIGINATOR_ID": "letopis", "ORIGIN_ID": origin, "PHONE": [{"VALUE": phone, "VALUE_TYPE": "WORK"}]});
        self.call("crm.lead.add", json!({"fields": fields})).as_u64().unwrap()
    }

    /// An installed application; calls are made in its name from now on.
    pub(crate) fn as_app(&mut self, handler: &str, scopes: &[&str]) -> String {
        let app = self.portal.add_app("local.app", "app-secret", handler, "", scopes);
        self.portal.install("local.app", 1);
        let (_, code) = self.authorize(1);
        let tokens = self.token(&format!("grant_type=authorization_code&client_id=local.app&client_secret=app-secret&code={code}")).1;
        self.who = tokens["access_token"].as_str().unwrap().to_string();
        app.application_token
    }

    /// Where `/oauth/authorize/` leads, and the code in it.
    pub(crate) fn authorize(&mut self, user: u64) -> (String, String) {
        let query = format!("client_id=local.app&state=s1&sim_user={user}");
        let reply = self.portal.answer(&Request {
            verb: "GET".into(),
            path: "/oauth/authorize/".into(),
            query,
            host: "portal.test".into(),
            ..Request::default()
        });
        let Reply::Answer { location: Some(location), .. } = reply else { panic!("{reply:?}") };
        let code = location.split("code=").nth(1).unwrap().split('&').next().unwrap().to_string();
        (location, code)
    }

    pub(crate) fn token(&mut self, query: &str) -> (u16, Value) {
        read(self.portal.answer(&Request {
            verb: "GET".into(),
            path: "/oauth/token/".into(),
            query: query.into(),
            host: "portal.test".into(),
            ..Request::default()
        }))
    }
}

pub(crate) fn read(reply: Reply) -> (u16, Value) {
    match reply {
        Reply::Answer { status, body, .. } => {
            (status, serde_json::from_slice(&body).unwrap_or_else(|_| json!(String::from_utf8_lossy(&body))))
        }
        other => (0, json!(format!("{other:?}"))),
    }
}
