//! A system outside, as a proxy meets it: plain sockets, so that it can say what no server would, and tell exactly what it was sent.

use std::io::{ErrorKind, Read, Result, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::app::PATIENCE;

/// It listens until the test ends.
pub struct Outside {
    pub address: SocketAddr,
    heard: Mutex<Receiver<Heard>>,
}

/// A request as it stood on the wire.
#[derive(Debug, Clone)]
pub struct Heard {
    /// Which connection it came on, from 1.
    pub connection: usize,
    /// With its blank line.
    pub head: String,
    /// Chunks still framed.
    pub body: Vec<u8>,
}

impl Heard {
    /// All values of a header, its name in this very spelling.
    pub fn values(&self, name: &str) -> Vec<&str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.filter(|(known, _)| *known == name).map(|(_, value)| value).collect()
    }

    pub fn has(&self, name: &str) -> bool {
        self.head.lines().any(|line| line.split_once(':').is_some_and(|(known, _)| known.eq_ignore_ascii_case(name)))
    }
}

impl Outside {
    /// Answers every request with these bytes and keeps the connection.
    pub fn saying(bytes: impl Into<Vec<u8>>) -> Self {
        let bytes = bytes.into();
        Self::start(move |_, stream| stream.write_all(&bytes).is_ok())
    }

    /// Lets `answer` do what it likes with the connection; false closes it.
    pub fn start(answer: impl Fn(&Heard, &mut TcpStream) -> bool + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (tell, heard) = mpsc::channel();
        let answer = Arc::new(answer);
        std::thread::spawn(move || {
            for (number, stream) in listener.incoming().flatten().enumerate() {
                let (tell, answer) = (tell.clone(), Arc::clone(&answer));
                std::thread::spawn(move || serve(number + 1, stream, &tell, &*answer));
            }
        });
        Self { address, heard: Mutex::new(heard) }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The next request it got.
    pub fn heard(&self) -> Heard {
        self.heard.lock().unwrap().recv_timeout(PATIENCE).unwrap()
    }

    /// The next one, if there is one within a moment.
    pub fn heard_soon(&self) -> Option<Heard> {
        self.heard.lock().unwrap().recv_timeout(Duration::from_millis(300)).ok()
    }

    /// Whether it got none that was not asked for yet.
    pub fn heard_nothing(&self) -> bool {
        self.heard.lock().unwrap().try_recv().is_err()
    }
}

fn serve(connection: usize, mut stream: TcpStream, tell: &Sender<Heard>, answer: &(impl Fn(&Heard, &mut TcpStream) -> bool + ?Sized)) {
    let _ = stream.set_nodelay(true);
    let mut read = Vec::new();
    while let Ok(heard) = request(connection, &mut stream, &mut read) {
        let _ = tell.send(heard.clone());
        if !answer(&heard, &mut stream) {
            return;
        }
    }
}

fn request(connection: usize, stream: &mut TcpStream, read: &mut Vec<u8>) -> Result<Heard> {
    let end = until(stream, read, b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&read.drain(..end).collect::<Vec<_>>()).into_owned();
    let heard = Heard { connection, head, body: Vec::new() };
    let length = heard.values("Content-Length").first().or(heard.values("content-length").first()).and_then(|text| text.parse().ok());
    let end = match length {
        Some(length) => {
            while read.len() < length {
                more(stream, read)?;
            }
            length
        }
        None if heard.has("transfer-encoding") => last_chunk(stream, read)?,
        None => 0,
    };
    Ok(Heard { body: read.drain(..end).collect(), ..heard })
}

/// Where a body in chunks ends, trailers included.
fn last_chunk(stream: &mut TcpStream, read: &mut Vec<u8>) -> Result<usize> {
    loop {
        if let Some(at) = read.windows(5).position(|five| five == b"\r\n0\r\n" || five == b"0\r\n\r\n")
            && let Some(end) = read[at..].windows(4).position(|four| four == b"\r\n\r\n")
        {
            return Ok(at + end + 4);
        }
        more(stream, read)?;
    }
}

fn until(stream: &mut TcpStream, read: &mut Vec<u8>, end: &[u8]) -> Result<usize> {
    loop {
        if let Some(at) = read.windows(end.len()).position(|window| window == end) {
            return Ok(at + end.len());
        }
        more(stream, read)?;
    }
}

fn more(stream: &mut TcpStream, read: &mut Vec<u8>) -> Result<()> {
    let mut piece = vec![0; 64 << 10];
    match stream.read(&mut piece)? {
        0 => Err(ErrorKind::UnexpectedEof.into()),
        length => {
            read.extend_from_slice(&piece[..length]);
            Ok(())
        }
    }
}

/// The certificate authority that [`tls`] is certified by; nobody else trusts it. Its key does not exist any more.
pub const TEST_CA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/test-ca.pem");

/// Answers every request over TLS as `localhost`; gives the port.
pub fn tls(answer: &'static [u8]) -> u16 {
    use rustls::pki_types::pem::PemObject;
    use rustls::pki_types::{CertificateDer, PrivateKeyDer};
    const CERTIFIED: &[u8] = include_bytes!("../data/test-localhost.pem");

    let certificate = CertificateDer::from_pem_slice(CERTIFIED).unwrap();
    let key = PrivateKeyDer::from_pem_slice(CERTIFIED).unwrap();
    let builder = rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()));
    let config = builder.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
    let config = Arc::new(config.with_single_cert(vec![certificate], key).unwrap());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut session = rustls::ServerConnection::new(Arc::clone(&config)).unwrap();
            let mut tls = rustls::Stream::new(&mut session, &mut stream);
            let (mut read, mut piece) = (Vec::new(), [0; 4096]);
            while !read.windows(4).any(|four| four == b"\r\n\r\n") {
                match tls.read(&mut piece) {
                    Ok(length @ 1..) => read.extend_from_slice(&piece[..length]),
                    _ => break,
                }
            }
            let _ = tls.write_all(answer);
        }
    });
    port
}
