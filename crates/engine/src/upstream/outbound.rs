//! An outbound proxy: `http://user:password@host:port` or `socks5://…`, for systems that are not to be reached straight from here.
//!
//! For https a tunnel is asked for (CONNECT); for http the request itself goes to the proxy, with the whole URL in its first line. A SOCKS5
//! proxy is told the name, not an address, so that it may resolve what we cannot. What the proxy says is read within bounds.

use std::io::{Error, ErrorKind, Result};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hyper::Uri;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A proxy's answer to CONNECT is short.
const ANSWER_BYTES: usize = 8192;

/// A proxy on the way.
#[derive(Clone, PartialEq, Eq)]
pub struct Outbound {
    speaks: Speaks,
    /// Where it is.
    pub(super) host: String,
    /// And its port.
    pub(super) port: u16,
    login: Option<(String, String)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Speaks {
    Http,
    Socks5,
}

impl Outbound {
    /// Reads its URL. None when it is not one; the text stays unsaid because a password stands in it.
    #[must_use]
    pub fn read(url: &str) -> Option<Self> {
        let uri: Uri = url.trim().parse().ok()?;
        let (speaks, usual) = match uri.scheme_str()? {
            "http" => (Speaks::Http, 80),
            "socks5" | "socks5h" => (Speaks::Socks5, 1080),
            _ => return None,
        };
        let authority = uri.authority()?;
        let login = authority.as_str().rsplit_once('@').map(|(login, _)| login.split_once(':').unwrap_or((login, "")));
        let login = login.map(|(user, password)| (decoded(user), decoded(password)));
        let host = authority.host().trim_matches(['[', ']']).to_owned();
        (!host.is_empty()).then_some(Self { speaks, host, port: authority.port_u16().unwrap_or(usual), login })
    }

    /// What a request that goes to the proxy itself says about who asks; only where requests do.
    pub(super) fn takes_requests(&self) -> Option<Option<String>> {
        (self.speaks == Speaks::Http).then(|| self.basic())
    }

    fn basic(&self) -> Option<String> {
        self.login.as_ref().map(|(user, password)| format!("Basic {}", STANDARD.encode(format!("{user}:{password}"))))
    }

    /// A connection through it, to where `host` and `port` are.
    pub(super) async fn tunnel(&self, mut stream: TcpStream, host: &str, port: u16) -> Result<TcpStream> {
        match self.speaks {
            Speaks::Http => self.connect(&mut stream, host, port).await?,
            Speaks::Socks5 => self.socks5(&mut stream, host, port).await?,
        }
        Ok(stream)
    }

    async fn connect(&self, stream: &mut TcpStream, host: &str, port: u16) -> Result<()> {
        let host = if host.contains(':') { format!("[{host}]") } else { host.to_owned() };
        let login = self.basic().map(|basic| format!("Proxy-Authorization: {basic}\r\n")).unwrap_or_default();
        stream.write_all(format!("CONNECT {host}:{port} HTTP/1.1\r\nHost: {host}:{port}\r\n{login}\r\n").as_bytes()).await?;
        let mut answer = Vec::new();
        // Byte by byte: what follows the head belongs to the tunnel.
        while !answer.ends_with(b"\r\n\r\n") {
            if answer.len() == ANSWER_BYTES {
                return Err(Error::new(ErrorKind::InvalidData, "the outbound proxy's answer has no end"));
            }
            answer.push(stream.read_u8().await?);
        }
        let status = answer.split(|byte| *byte == b' ').nth(1).unwrap_or_default();
        match status {
            b"200" => Ok(()),
            b"407" => Err(Error::new(ErrorKind::PermissionDenied, "the outbound proxy wants another user or password")),
            _ => Err(Error::new(ErrorKind::ConnectionRefused, "the outbound proxy refuses")),
        }
    }

    async fn socks5(&self, stream: &mut TcpStream, host: &str, port: u16) -> Result<()> {
        let short = |text: &str| u8::try_from(text.len()).map_err(|_| Error::new(ErrorKind::InvalidInput, "too long for SOCKS5"));
        stream.write_all(if self.login.is_some() { &[5, 1, 2] } else { &[5, 1, 0] }).await?;
        let mut chosen = [0; 2];
        stream.read_exact(&mut chosen).await?;
        match (&self.login, chosen) {
            (None, [5, 0]) => {}
            (Some((user, password)), [5, 2]) => {
                let login = [&[1, short(user)?], user.as_bytes(), &[short(password)?], password.as_bytes()].concat();
                stream.write_all(&login).await?;
                let mut verdict = [0; 2];
                stream.read_exact(&mut verdict).await?;
                if verdict[1] != 0 {
                    return Err(Error::new(ErrorKind::PermissionDenied, "the outbound proxy wants another user or password"));
                }
            }
            _ => return Err(Error::new(ErrorKind::PermissionDenied, "the outbound proxy wants to be logged in to otherwise")),
        }
        stream.write_all(&[&[5, 1, 0, 3, short(host)?], host.as_bytes(), &port.to_be_bytes()].concat()).await?;
        let mut head = [0; 4];
        stream.read_exact(&mut head).await?;
        if head[1] != 0 {
            return Err(Error::new(ErrorKind::ConnectionRefused, "the outbound proxy cannot reach it"));
        }
        let address = match head[3] {
            1 => 4,
            4 => 16,
            3 => usize::from(stream.read_u8().await?),
            _ => return Err(Error::new(ErrorKind::InvalidData, "the outbound proxy does not speak SOCKS5")),
        };
        stream.read_exact(&mut vec![0; address + 2]).await?;
        Ok(())
    }
}

/// A part of a URL without its `%41`.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let hex = after.get(..2).filter(|_| first == b'%').and_then(|two| std::str::from_utf8(two).ok());
        match hex.and_then(|two| u8::from_str_radix(two, 16).ok()) {
            Some(byte) => (bytes.push(byte), rest = &after[2..]).0,
            None => (bytes.push(first), rest = after).0,
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_proxy_s_url_is_read_with_its_login() {
        let proxy = Outbound::read("http://anna:p%40ss@proxy.example:3128").unwrap();
        assert_eq!((proxy.host.as_str(), proxy.port), ("proxy.example", 3128));
        assert_eq!(proxy.basic().unwrap(), format!("Basic {}", STANDARD.encode("anna:p@ss")));
        assert_eq!(Outbound::read("socks5://10.0.0.1").unwrap().port, 1080);
        assert_eq!(Outbound::read("socks5://[::1]:9").unwrap().host, "::1");
        for bad in ["", "proxy.example:3128", "ftp://x", "https://x", "http://"] {
            assert!(Outbound::read(bad).is_none(), "{bad}");
        }
    }
}
