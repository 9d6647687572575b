//! A simulated Bitrix24 portal beside a Letopis: started, looked into, set up with an application; and commands that answer in JSON.

use std::time::Duration;

use bitrix24_sim::shell::{Opened, Options};
use bitrix24_sim::{Clock, Portal, Sim};
use letopis::access::ConnectionId;
use serde_json::Value;
use tokio::runtime::Runtime;

use super::app::{TestApp, command};
use super::http::Line;

/// The application's id and secret in every portal here.
pub const APP: (&str, &str) = ("local.5e1f.letopis", "canary-app-secret");

pub struct Office {
    runtime: Runtime,
    sim: Sim,
    pub clock: Clock,
}

impl Office {
    /// A portal; its clock can be set forward.
    pub fn open() -> Self {
        Self::with_seed(3)
    }

    /// Another one, with other tokens.
    pub fn with_seed(seed: u64) -> Self {
        let (runtime, clock) = (Runtime::new().unwrap(), Clock::real());
        let options = Options { clock: clock.clone(), seed, ..Options::default() };
        let sim = runtime.block_on(Sim::start_with(options)).unwrap();
        Self { runtime, sim, clock }
    }

    pub fn with<R>(&self, look: impl FnOnce(&mut Portal) -> R) -> R {
        let _inside = self.runtime.enter();
        self.sim.with(look)
    }

    pub fn url(&self) -> &str {
        &self.sim.url
    }

    pub fn webhook(&self) -> String {
        self.sim.webhook()
    }

    /// A call in the name of its first webhook.
    pub fn call(&self, method: &str, params: &Value) -> Value {
        let address = self.sim.url.trim_start_matches("http://").parse().unwrap();
        let path = format!("/rest/1/secret/{method}.json");
        let kind = [("Content-Type", "application/json")];
        let answer = Line::open(address).unwrap().request("POST", &path, &kind, params.to_string().as_bytes()).unwrap();
        answer.json()["result"].clone()
    }

    /// Registers our application; `token` is the connection's.
    pub fn register(&self, app: &TestApp, token: &str) {
        let at = |page: &str| format!("http://{}/bitrix24/{token}/{page}", app.address);
        self.with(|portal| {
            portal.add_app(APP.0, APP.1, &at("card"), &at("install"), &["crm", "placement", "user_basic", "booking", "imopenlines"])
        });
    }

    /// An administrator installs it: the event goes to its handler.
    pub fn install(&self, user: u64) {
        self.with(|portal| portal.install(APP.0, user));
        self.runtime.block_on(self.sim.settled());
    }

    /// An employee opens a page of ours.
    pub fn open_page(&self, placement: &str, card: Option<u64>, user: u64) -> Option<Opened> {
        self.runtime.block_on(self.sim.open_widget(placement, card, user))
    }
}

/// A command that may fail: whether it did not, its JSON, and everything it said.
pub fn run(app: &TestApp, args: &[&str]) -> (bool, Value, String) {
    let output = command().arg("--data").arg(app.data()).arg("--json").args(args).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    (output.status.success(), serde_json::from_slice(&output.stdout).unwrap_or_default(), text)
}

/// The reasons that a test of a connection gives.
pub fn whys(app: &TestApp, id: &str) -> Vec<String> {
    let (_, tested, text) = run(app, &["connection", "test", id]);
    let steps = tested["steps"].as_array().unwrap_or_else(|| panic!("{text}"));
    steps.iter().map(|step| step["why"].as_str().unwrap().to_owned()).collect()
}

/// A connection with the portal's webhook: its id and its token.
pub fn connect(app: &TestApp, office: &Office, args: &[&str]) -> (String, String) {
    let webhook = office.webhook();
    let (well, made, text) = run(app, &[&["connection", "add", "--kind", "bitrix24", "--webhook", &webhook], args].concat());
    assert!(well, "{text}");
    let word = |name: &str| made[name].as_str().unwrap().to_owned();
    (word("id"), word("token"))
}

/// The same with our application installed.
pub fn installed(app: &TestApp, office: &Office, args: &[&str]) -> (String, String) {
    let (id, token) = connect(app, office, args);
    let (well, _, text) = run(app, &["connection", "secret", &id, "app", &format!("{}:{}", APP.0, APP.1)]);
    assert!(well, "{text}");
    office.register(app, &token);
    office.install(1);
    super::app::wait_until("the application is installed", || has_secret(app, &id, "tokens"));
    (id, token)
}

pub fn has_secret(app: &TestApp, id: &str, name: &str) -> bool {
    let (id, sql): (ConnectionId, _) =
        (id.parse().unwrap(), "SELECT count(*) FROM connection_secrets WHERE connection_id = ?1 AND name = ?2");
    app.tables().query_row(sql, rusqlite::params![id, name], |row| row.get::<_, i64>(0)).unwrap() == 1
}

/// An hour and a bit: longer than an access token lives.
pub const AN_HOUR: Duration = Duration::from_secs(3_700);

/// Everything that it keeps and says, as text.
pub fn everything(app: &TestApp) -> String {
    let mut folders = vec![app.root().to_owned()];
    let mut text = app.said();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            match entry.file_type().unwrap() {
                kind if kind.is_dir() => folders.push(entry.path()),
                kind if kind.is_file() => text.push_str(&String::from_utf8_lossy(&std::fs::read(entry.path()).unwrap_or_default())),
                _ => {}
            }
        }
    }
    text
}
