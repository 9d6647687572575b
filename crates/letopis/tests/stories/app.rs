//! A Letopis of its own for a test: the real binary, a data folder that goes when the test ends, a free port.
//!
//! [`TestApp::start`] reads what a person would read on the first start: the address and the ingest key. It can be killed,
//! stopped politely and started again on the same folder. It deliberately shares nothing with the program but its surface.

use std::fs::{File, read_to_string};
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use letopis::access::{Business, KeyRole, Scope, business, key};
use letopis::app::now_us;
use rusqlite::{Connection, OpenFlags};
use serde_json::Value;
use tempfile::TempDir;

use super::http::{Answer, Line};
use super::stopped::Stopped;

/// Longer than a dev build needs on a busy machine; a test that waits this long has failed.
pub const PATIENCE: Duration = Duration::from_secs(30);

pub struct TestApp {
    root: TempDir,
    data: PathBuf,
    child: Option<Child>,
    pub address: SocketAddr,
    /// The ingest key of the business `main`.
    pub key: String,
}

impl TestApp {
    /// A running server on an empty folder.
    pub fn start() -> Self {
        Self::start_with("")
    }

    /// The same with a `letopis.toml`.
    pub fn start_with(config: &str) -> Self {
        let root = tempfile::tempdir().unwrap();
        let data = root.path().join("data");
        Self::start_in(root, data, config)
    }

    /// The same in a folder of the caller's choice below `root`.
    pub fn start_in(root: TempDir, data: PathBuf, config: &str) -> Self {
        std::fs::create_dir_all(&data).unwrap();
        std::fs::write(data.join("letopis.toml"), config).unwrap();
        let mut app = Self { root, data, child: None, address: SocketAddr::from(([127, 0, 0, 1], 0)), key: String::new() };
        app.restart();
        assert!(!app.key.is_empty(), "the first start prints an ingest key");
        app
    }

    /// A server on a folder that is there already, with an ingest key that it should know.
    pub fn start_restored(data: PathBuf, key: &str) -> Self {
        let (root, address) = (tempfile::tempdir().unwrap(), SocketAddr::from(([127, 0, 0, 1], 0)));
        let mut app = Self { root, data, child: None, address, key: key.to_owned() };
        app.restart();
        app
    }

    /// Starts the server again; it was killed or stopped before.
    pub fn restart(&mut self) {
        self.try_restart().unwrap_or_else(|said| panic!("the server does not start:\n{said}"));
    }

    /// The same; gives what it said when it does not start.
    pub fn try_restart(&mut self) -> Result<(), String> {
        assert!(self.child.is_none(), "it is running");
        let log = File::options().create(true).append(true).open(self.log()).unwrap();
        let mut child = serve(&self.data).stdout(Stdio::piped()).stderr(log).spawn().unwrap();
        let lines = lines_of(child.stdout.take().unwrap());
        self.child = Some(child);
        let deadline = Instant::now() + PATIENCE;
        let mut address = None;
        while address.is_none() || self.key.is_empty() {
            let Ok(line) = lines.recv_timeout(deadline.saturating_duration_since(Instant::now())) else {
                self.kill();
                return Err(read_to_string(self.log()).unwrap());
            };
            if let Some(base) = line.strip_prefix("Letopis: http://") {
                address = Some(base.trim().parse().unwrap());
            } else if let Some(key) = line.strip_prefix("ingest key:") {
                key.trim().clone_into(&mut self.key);
            }
        }
        self.address = address.unwrap();
        // `/readyz` says when it records; a server that must not sign ends instead.
        while self.get("/readyz").map_or(0, |answer| answer.status) != 200 {
            let ended = self.child.as_mut().unwrap().try_wait().unwrap().is_some();
            if ended || Instant::now() > deadline {
                self.kill();
                return Err(read_to_string(self.log()).unwrap());
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        Ok(())
    }

    /// SIGKILL: nothing of it gets a last word.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    /// SIGTERM, and waits until it has finished.
    pub fn stop(&mut self) {
        let mut child = self.child.take().unwrap();
        let pid = rustix::process::Pid::from_child(&child);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
        let status = child.wait().unwrap();
        assert!(status.success(), "{status}: {}", self.said());
    }

    /// The folder of the stopped server, opened as an auditor would.
    pub fn stopped(&mut self) -> Stopped {
        if self.child.is_some() {
            self.stop();
        }
        Stopped::open(&self.data)
    }

    /// Stops, and makes another business; gives an ingest key of it. Start again afterwards.
    pub fn another_business(&mut self, slug: &str) -> String {
        let folder = self.stopped();
        let draft = Business::draft(slug, slug).unwrap();
        let created = folder.read(|conn| business::create(conn, &draft, now_us()).unwrap());
        folder.decide(&created);
        let scope = Scope::local(created.business());
        let (change, secret) = key::create(&scope, KeyRole::Ingest, "test".parse().unwrap(), now_us(), &mut rand::rng()).unwrap();
        folder.decide(&change);
        secret.reveal().to_owned()
    }

    /// Where its data is.
    pub fn data(&self) -> &Path {
        &self.data
    }

    pub fn root(&self) -> &Path {
        self.root.path()
    }

    /// The process, while it runs.
    pub fn pid(&self) -> u32 {
        self.child.as_ref().unwrap().id()
    }

    /// Everything it wrote to its log so far.
    pub fn said(&self) -> String {
        read_to_string(self.log()).unwrap()
    }

    fn log(&self) -> PathBuf {
        self.root.path().join("log.txt")
    }

    /// A new connection.
    pub fn line(&self) -> Line {
        Line::open(self.address).unwrap()
    }

    pub fn get(&self, path: &str) -> std::io::Result<Answer> {
        Line::open(self.address)?.request("GET", path, &[], b"")
    }

    /// `POST /api/v1/events` with the ingest key.
    pub fn post(&self, body: &[u8]) -> Answer {
        self.post_with(&[], body)
    }

    /// The same with more headers.
    pub fn post_with(&self, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let bearer = format!("Bearer {}", self.key);
        let mut all = vec![("Authorization", bearer.as_str())];
        all.extend(headers);
        self.line().request("POST", "/api/v1/events", &all, body).unwrap()
    }

    /// Sends one event that must be accepted; gives its id.
    pub fn post_event(&self, event: &Value) -> String {
        let answer = self.post(event.to_string().as_bytes());
        assert_eq!(answer.status, 202, "{}", answer.text());
        answer.json()["ids"][0].as_str().unwrap().to_owned()
    }

    /// The database of the running server, for looking only.
    pub fn tables(&self) -> Connection {
        Connection::open_with_flags(self.data.join("letopis.db"), OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap()
    }

    /// Waits until there are `count` event rows.
    pub fn wait_recorded(&self, count: usize) {
        let tables = self.tables();
        let stored = || tables.query_row("SELECT count(*) FROM events", [], |row| row.get::<_, i64>(0)).unwrap() as usize;
        wait_until(&format!("{count} events are recorded"), || stored() >= count);
        assert_eq!(stored(), count);
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        self.kill();
        if std::thread::panicking() {
            eprintln!("--- log of the server\n{}", read_to_string(self.log()).unwrap_or_default());
        }
    }
}

/// `letopis serve` on a folder and a free port, untouched by the tester's own environment.
pub fn serve(data: &Path) -> Command {
    let mut command = command();
    command.args(["serve", "--listen", "127.0.0.1:0", "--data"]).arg(data);
    command
}

/// The binary, untouched by the tester's own environment.
pub fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_letopis"));
    for name in ["LETOPIS_DATA", "LETOPIS_LISTEN", "LETOPIS_PUBLIC_URL", "LETOPIS_LOG"] {
        command.env_remove(name);
    }
    command
}

/// Waits until `done` holds; fails naming `what` after [`PATIENCE`].
pub fn wait_until(what: &str, mut done: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !done() {
        assert!(Instant::now() < deadline, "waited in vain until {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn lines_of(stdout: impl std::io::Read + Send + 'static) -> mpsc::Receiver<String> {
    let (send, lines) = mpsc::channel();
    // It reads on after the address is known, so that the server never blocks on a full pipe.
    std::thread::spawn(move || BufReader::new(stdout).lines().map_while(Result::ok).for_each(|line| drop(send.send(line))));
    lines
}
