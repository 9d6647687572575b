//! One keep-alive connection of the engine: non-blocking, with at most one request under way.

use crate::client::{Address, Head, parse_head};
use anyhow::{Context, Result};
use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Instant;

pub(super) struct Wire {
    pub(super) stream: TcpStream,
    /// The request under way; kept until it is answered, because a 503 or a lost connection sends it again.
    pub(super) out: Vec<u8>,
    sent: usize,
    /// The beginning of an answer that did not come in one piece.
    partial: Vec<u8>,
    /// Latency counts from here: the intended moment, or in a closed loop the moment of sending.
    pub(super) since: Instant,
    /// The answer is still to come.
    pub(super) waiting: bool,
}

impl Wire {
    pub(super) fn connect(address: &Address, now: Instant) -> Result<Self> {
        let stream = open(address)?;
        Ok(Self { stream, out: Vec::new(), sent: 0, partial: Vec::new(), since: now, waiting: false })
    }

    /// A fresh socket; the request stays and must be sent again.
    pub(super) fn reconnect(&mut self, address: &Address) -> Result<()> {
        self.stream = open(address)?;
        self.partial.clear();
        Ok(())
    }

    pub(super) fn begin(&mut self) {
        self.sent = 0;
        self.waiting = true;
    }

    /// True when the whole request has gone out; false when the socket takes no more for now.
    pub(super) fn send(&mut self) -> io::Result<bool> {
        while self.sent < self.out.len() {
            match self.stream.write(&self.out[self.sent..]) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(n) => self.sent += n,
                Err(e) if e.kind() == ErrorKind::WouldBlock => return Ok(false),
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                Err(e) => return Err(e),
            }
        }
        Ok(true)
    }

    pub(super) fn all_sent(&self) -> bool {
        self.sent == self.out.len()
    }

    /// Reads once. A complete answer is handed to `take` (head, body) in place, without a copy in the usual case.
    pub(super) fn receive<T>(&mut self, buffer: &mut [u8], take: impl FnOnce(&Head, &[u8]) -> T) -> io::Result<Option<T>> {
        let n = match self.stream.read(buffer) {
            Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
            Ok(n) => n,
            Err(e) if matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => return Ok(None),
            Err(e) => return Err(e),
        };
        if self.partial.is_empty()
            && let Some((head, total)) = complete(&buffer[..n])?
        {
            self.waiting = false;
            return Ok(Some(take(&head, &buffer[head.head_bytes..total])));
        }
        self.partial.extend_from_slice(&buffer[..n]);
        let Some((head, total)) = complete(&self.partial)? else {
            return Ok(None);
        };
        self.waiting = false;
        let taken = take(&head, &self.partial[head.head_bytes..total]);
        self.partial.clear();
        Ok(Some(taken))
    }
}

fn open(address: &Address) -> Result<TcpStream> {
    let stream = TcpStream::connect(address.socket).with_context(|| format!("no server at {}", address.authority))?;
    stream.set_nodelay(true)?;
    stream.set_nonblocking(true)?;
    Ok(stream)
}

fn complete(bytes: &[u8]) -> io::Result<Option<(Head, usize)>> {
    let Some(head) = parse_head(bytes).map_err(io::Error::other)? else {
        return Ok(None);
    };
    let total = head.total_bytes().ok_or_else(|| io::Error::other("the answer to an event has no content-length"))?;
    Ok((bytes.len() >= total).then_some((head, total)))
}
