//! A server for the tests of the tools: counts lines of `POST /api/v1/events`, shows the count as a checkpoint, lists a few
//! sessions. Durable in no way; only the shapes of the public surface.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::thread;

pub(crate) struct Stub {
    address: SocketAddr,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    events: AtomicU64,
    refusals_left: AtomicU64,
}

impl Stub {
    pub(crate) fn start() -> Self {
        Self::refusing_first(0)
    }

    /// The first `n` posts are answered 503.
    pub(crate) fn refusing_first(n: u64) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("bound");
        let state = Arc::new(State { refusals_left: AtomicU64::new(n), ..State::default() });
        let shared = state.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let state = shared.clone();
                thread::spawn(move || serve(&stream, &state));
            }
        });
        Self { address, state }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn events(&self) -> u64 {
        self.state.events.load(SeqCst)
    }
}

fn serve(stream: &TcpStream, state: &State) -> Option<()> {
    let mut reader = BufReader::new(stream);
    let mut writer = stream;
    loop {
        let mut first = String::new();
        if reader.read_line(&mut first).ok()? == 0 {
            return None;
        }
        let mut length = 0;
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).ok()?;
            if let Some(value) = line.strip_prefix("Content-Length: ") {
                length = value.trim().parse().ok()?;
            }
            if line == "\r\n" {
                break;
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).ok()?;
        let (status, extra, text) = state.answer(&first, &body);
        let answer = format!("HTTP/1.1 {status} X\r\n{extra}content-length: {}\r\n\r\n{text}", text.len());
        writer.write_all(answer.as_bytes()).ok()?;
    }
}

impl State {
    fn answer(&self, first: &str, body: &[u8]) -> (u16, &'static str, String) {
        let path = first.split(' ').nth(1).unwrap_or_default();
        if first.starts_with("POST ") {
            if self.refusals_left.fetch_update(SeqCst, SeqCst, |n| n.checked_sub(1)).is_ok() {
                return (503, "retry-after: 1\r\n", String::new());
            }
            let lines = body.trim_ascii().split(|b| *b == b'\n').count() as u64;
            self.events.fetch_add(lines, SeqCst);
            return (202, "", format!("{{\"accepted\":{lines},\"position\":\"1\"}}"));
        }
        if path.ends_with("/checkpoint") {
            return match self.events.load(SeqCst) {
                0 => (404, "", String::new()),
                n => (200, "", format!("log.example\n{n}\nAAAA\n\n")),
            };
        }
        if path.starts_with("/api/v1/sessions?") {
            let page = r#"{"items":[{"session_id":"sess 1","client":{"id":"c1"}},{"session_id":"s2","client":{"id":"c2"}}],"next":null}"#;
            return (200, "", page.to_owned());
        }
        if path.starts_with("/missing") { (404, "", String::new()) } else { (200, "", "page".to_owned()) }
    }
}
