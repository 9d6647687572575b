//! A client over a plain socket: it can send what no library would, in pieces, and stop in the middle.

use std::io::{Error, ErrorKind, Read, Result, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::Value;

/// One connection.
pub struct Line {
    stream: TcpStream,
    read: Vec<u8>,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    head: String,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|e| panic!("{e}: {}", self.text()))
    }

    /// As it came.
    pub fn head(&self) -> &str {
        &self.head
    }

    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        let named = |line: &&str| line.split_once(':').is_some_and(|(n, _)| n.eq_ignore_ascii_case(name));
        self.head.lines().find(named).and_then(|line| line.split_once(':')).map(|(_, value)| value.trim())
    }
}

impl Line {
    pub fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect_timeout(&address, Duration::from_secs(5))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(45)))?;
        stream.set_write_timeout(Some(Duration::from_secs(45)))?;
        Ok(Self { stream, read: Vec::new() })
    }

    /// Sends exactly these bytes.
    pub fn send(&mut self, bytes: &[u8]) -> Result<()> {
        self.stream.write_all(bytes)
    }

    /// Says that nothing more will come, and still listens.
    pub fn finish(&mut self) -> Result<()> {
        self.stream.shutdown(Shutdown::Write)
    }

    /// A proper request and its answer. An answer that comes before the whole body was taken counts too.
    pub fn request(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Result<Answer> {
        let mut whole = format!("{method} {path} HTTP/1.1\r\nHost: letopis\r\nContent-Length: {}\r\n", body.len()).into_bytes();
        for (name, value) in headers {
            whole.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
        }
        whole.extend_from_slice(b"\r\n");
        whole.extend_from_slice(body);
        let sent = self.send(&whole);
        let answer = self.answer();
        if answer.is_err() { sent.and(answer) } else { answer }
    }

    /// The next answer on this connection.
    pub fn answer(&mut self) -> Result<Answer> {
        let end = loop {
            if let Some(end) = self.read.windows(4).position(|four| four == b"\r\n\r\n") {
                break end + 4;
            }
            self.more()?;
        };
        let head: Vec<u8> = self.read.drain(..end).collect();
        let head = String::from_utf8(head).map_err(|e| Error::new(ErrorKind::InvalidData, e))?;
        let status = head.split(' ').nth(1).and_then(|code| code.parse().ok());
        let status = status.ok_or_else(|| Error::new(ErrorKind::InvalidData, format!("not an answer: {head}")))?;
        let mut answer = Answer { status, head, body: Vec::new() };
        answer.body = match answer.header("content-length").and_then(|length| length.parse().ok()) {
            Some(length) => self.exactly(length)?,
            None if answer.header("transfer-encoding").is_some() => self.chunks()?,
            None => Vec::new(),
        };
        Ok(answer)
    }

    /// Everything until the other side closes.
    pub fn rest(&mut self) -> String {
        while self.more().is_ok() {}
        String::from_utf8_lossy(&std::mem::take(&mut self.read)).into_owned()
    }

    /// Waits until these words have come.
    pub fn until(&mut self, words: &str) {
        while !self.read.windows(words.len()).any(|window| window == words.as_bytes()) {
            self.more().unwrap();
        }
    }

    /// Whether the other side has closed.
    pub fn closed(&mut self) -> bool {
        matches!(self.more(), Err(e) if !matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut))
    }

    fn exactly(&mut self, length: usize) -> Result<Vec<u8>> {
        while self.read.len() < length {
            self.more()?;
        }
        Ok(self.read.drain(..length).collect())
    }

    fn chunks(&mut self) -> Result<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let end = loop {
                if let Some(end) = self.read.windows(2).position(|two| two == b"\r\n") {
                    break end;
                }
                self.more()?;
            };
            let size: Vec<u8> = self.read.drain(..end + 2).collect();
            let size = std::str::from_utf8(&size).ok().and_then(|text| usize::from_str_radix(text.trim(), 16).ok());
            let size = size.ok_or_else(|| Error::new(ErrorKind::InvalidData, "not a chunk"))?;
            let chunk = self.exactly(size + 2)?;
            if size == 0 {
                return Ok(body);
            }
            body.extend_from_slice(&chunk[..size]);
        }
    }

    fn more(&mut self) -> Result<()> {
        let mut piece = [0; 16 << 10];
        match self.stream.read(&mut piece)? {
            0 => Err(ErrorKind::UnexpectedEof.into()),
            length => {
                self.read.extend_from_slice(&piece[..length]);
                Ok(())
            }
        }
    }
}
