//! A bot (or a platform) for a test: a small HTTP server that keeps what it was asked and answers as it is told. It can be slow, closed and
//! opened again on the same port.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What it was asked.
#[derive(Debug, Clone)]
pub struct Asked {
    pub line: String,
    pub head: String,
    pub body: Vec<u8>,
}

impl Asked {
    pub fn header(&self, name: &str) -> Option<String> {
        let named = |line: &&str| line.split_once(':').is_some_and(|(n, _)| n.eq_ignore_ascii_case(name));
        self.head.lines().find(named).and_then(|line| line.split_once(':')).map(|(_, value)| value.trim().to_owned())
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

pub struct Bot {
    pub address: SocketAddr,
    asked: Arc<Mutex<Vec<Asked>>>,
    open: Arc<AtomicBool>,
}

/// `200 OK`, JSON, at once.
pub fn json(body: &str) -> (String, String, Duration) {
    ("200 OK\r\nContent-Type: application/json".to_owned(), body.to_owned(), Duration::ZERO)
}

impl Bot {
    /// On a free port.
    pub fn open(answers: impl Fn(&Asked) -> (String, String, Duration) + Send + Sync + 'static) -> Self {
        Self::open_at(SocketAddr::from(([127, 0, 0, 1], 0)), answers)
    }

    /// On a port that was free a moment ago.
    pub fn open_at(address: SocketAddr, answers: impl Fn(&Asked) -> (String, String, Duration) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind(address).unwrap();
        let address = listener.local_addr().unwrap();
        let (asked, open) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicBool::new(true)));
        let (keep, listens, answers) = (Arc::clone(&asked), Arc::clone(&open), Arc::new(answers));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if !listens.load(Ordering::SeqCst) {
                    return;
                }
                let (keep, answers) = (Arc::clone(&keep), Arc::clone(&answers));
                std::thread::spawn(move || drop(stream.and_then(|stream| converse(stream, &keep, &*answers))));
            }
        });
        Self { address, asked, open }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// Nobody answers there any more.
    pub fn close(&self) {
        self.open.store(false, Ordering::SeqCst);
        // Wakes the loop, which then lets the port go.
        let _ = TcpStream::connect(self.address);
        while TcpStream::connect(self.address).is_ok() {
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Bot {
    fn drop(&mut self) {
        self.open.store(false, Ordering::SeqCst);
        let _ = TcpStream::connect(self.address);
    }
}

fn converse(
    mut stream: TcpStream,
    keep: &Mutex<Vec<Asked>>,
    answers: &(dyn Fn(&Asked) -> (String, String, Duration) + Send + Sync),
) -> std::io::Result<()> {
    let (mut read, mut piece) = (Vec::new(), [0; 8192]);
    let end = loop {
        if let Some(end) = read.windows(4).position(|four| four == b"\r\n\r\n") {
            break end + 4;
        }
        match stream.read(&mut piece)? {
            0 => return Ok(()),
            length => read.extend_from_slice(&piece[..length]),
        }
    };
    let head = String::from_utf8_lossy(&read[..end]).into_owned();
    let mut asked = Asked { line: head.lines().next().unwrap_or_default().to_owned(), head, body: read[end..].to_vec() };
    let length: usize = asked.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    while asked.body.len() < length {
        match stream.read(&mut piece)? {
            0 => return Ok(()),
            read => asked.body.extend_from_slice(&piece[..read]),
        }
    }
    keep.lock().unwrap().push(asked.clone());
    let (head, body, after) = answers(&asked);
    std::thread::sleep(after);
    // One request a connection: what is closed is not reused.
    write!(stream, "HTTP/1.1 {head}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len())
}
