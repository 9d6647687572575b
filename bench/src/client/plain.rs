//! A blocking keep-alive client for questions that are not part of the load: metrics, the checkpoint, sessions, pages.
//! One socket per client; it reconnects when the server has closed an idle connection.

use super::{Address, Body, parse_head};
use anyhow::{Context, Result, bail};
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// Longer than any page may take; a server that does not answer must end the run, not hang it.
const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) struct Plain {
    address: Address,
    /// Extra header lines, each ended by CRLF.
    headers: String,
    stream: Option<TcpStream>,
    buffer: Vec<u8>,
}

pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

impl Plain {
    pub(crate) fn new(address: Address) -> Self {
        Self { address, headers: String::new(), stream: None, buffer: Vec::new() }
    }

    #[must_use]
    pub(crate) fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.push_str(&format!("{name}: {value}\r\n"));
        self
    }

    #[must_use]
    pub(crate) fn with_key(self, key: Option<&str>) -> Self {
        match key {
            Some(key) => self.with_header("Authorization", &format!("Bearer {key}")),
            None => self,
        }
    }

    /// A client with the same headers and a socket of its own.
    #[must_use]
    pub(crate) fn another(&self) -> Self {
        Self { address: self.address.clone(), headers: self.headers.clone(), stream: None, buffer: Vec::new() }
    }

    pub(crate) fn get(&mut self, path: &str) -> Result<Reply> {
        let request = format!("GET {path} HTTP/1.1\r\nHost: {}\r\n{}\r\n", self.address.authority, self.headers);
        let reused = self.stream.is_some();
        match self.exchange(request.as_bytes()) {
            Ok(reply) => Ok(reply),
            Err(_) if reused => {
                self.stream = None;
                self.exchange(request.as_bytes())
            }
            Err(error) => Err(error),
        }
        .with_context(|| format!("GET {path} failed"))
    }

    fn exchange(&mut self, request: &[u8]) -> Result<Reply> {
        let mut stream = match self.stream.take() {
            Some(stream) => stream,
            None => connect(&self.address)?,
        };
        stream.write_all(request)?;
        self.buffer.clear();
        let head = loop {
            if let Some(head) = parse_head(&self.buffer).map_err(anyhow::Error::msg)? {
                break head;
            }
            read_more(&mut stream, &mut self.buffer)?;
        };
        let body = match head.body {
            Body::Length(n) => {
                while self.buffer.len() < head.head_bytes + n {
                    read_more(&mut stream, &mut self.buffer)?;
                }
                self.buffer[head.head_bytes..head.head_bytes + n].to_vec()
            }
            Body::Chunked => read_chunks(&mut stream, &mut self.buffer, head.head_bytes)?,
        };
        if !head.closes {
            self.stream = Some(stream);
        }
        Ok(Reply { status: head.status, body })
    }
}

impl Reply {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

fn connect(address: &Address) -> Result<TcpStream> {
    let stream = TcpStream::connect_timeout(&address.socket, PATIENCE).with_context(|| format!("no server at {}", address.authority))?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    Ok(stream)
}

fn read_more(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Result<()> {
    let mut chunk = [0; 64 * 1024];
    match stream.read(&mut chunk) {
        Ok(0) => bail!("the server closed the connection in the middle of an answer"),
        Ok(n) => buffer.extend_from_slice(&chunk[..n]),
        Err(e) if e.kind() == ErrorKind::Interrupted => {}
        Err(e) => return Err(e.into()),
    }
    Ok(())
}

/// Chunk sizes are read as they come; trailers are not expected from our own server.
fn read_chunks(stream: &mut TcpStream, buffer: &mut Vec<u8>, mut at: usize) -> Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let line_end = loop {
            if let Some(n) = buffer[at..].windows(2).position(|w| w == b"\r\n") {
                break at + n;
            }
            read_more(stream, buffer)?;
        };
        let size_text = std::str::from_utf8(&buffer[at..line_end])?;
        let size = usize::from_str_radix(size_text.trim(), 16).with_context(|| format!("bad chunk size {size_text:?}"))?;
        let start = line_end + 2;
        while buffer.len() < start + size + 2 {
            read_more(stream, buffer)?;
        }
        body.extend_from_slice(&buffer[start..start + size]);
        at = start + size + 2;
        if size == 0 {
            return Ok(body);
        }
    }
}
