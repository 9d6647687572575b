//! One exchange: a request, its answer, when, and how it ended; and its bytes in the queue.
//!
//! ```text
//! "LX" 01 | way u8 | ended u8, text | id | started, first byte, ended (µs i64, 0 = never) | retry of | request | 0 or 1, response
//!   text, id …: length u32, bytes      request: method, target, headers, body       response: status u16, headers, body
//!   headers: count u32, then name and value      body: whole length u64 | 0 or 1, sha-256 | bytes
//! ```
//! Integers are little-endian. Bodies are as they went over the wire, still compressed; bounded by capture, and then with the digest of
//! the whole. It deliberately knows no kind of connection.

use bytes::Bytes;

const MAGIC: &[u8; 3] = b"LX\x01";
/// Headers of one message; capture keeps a handful.
const HEADERS: u32 = 256;

/// A request, its answer, and how it went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchange {
    /// Drawn once, by capture.
    pub id: String,
    /// Who asked whom.
    pub way: Way,
    /// When its head had come, µs since 1970 UTC.
    pub started_us: i64,
    /// When the first byte of the answer's body went back.
    pub first_byte_us: Option<i64>,
    /// When it was over.
    pub ended_us: i64,
    /// How it ended.
    pub ended: Ended,
    /// The earlier exchange that this one repeats.
    pub retry_of: Option<String>,
    /// What was asked.
    pub request: Request,
    /// What was answered.
    pub response: Option<Response>,
}

/// Who asked whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// The assistant asked a system outside, through our proxy.
    Proxy,
    /// A platform told us something; there is no answer yet.
    Hook,
    /// The bot's answer to what a platform told; the request is the platform's again.
    Answer,
    /// The request of a strict proxy, before anybody has answered.
    Asked,
    /// What a platform told and the bot did not take in time: it is tried again. The request has every header that goes on.
    Deferred,
    /// What became of that in the end.
    Late,
}

/// How an exchange ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    /// The answer came whole.
    Whole,
    /// The caller went away before its end.
    CallerGone,
    /// The system outside could not be reached, or broke off; the text says why and names no address.
    Broken(String),
    /// It took too long: `connect`, `first byte` or `idle`.
    TimedOut(String),
    /// The caller broke off in its request.
    RequestBroken,
}

/// What was asked.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Request {
    /// `GET`, `POST`, …
    pub method: String,
    /// Path and query below our own token.
    pub target: String,
    /// Those that are kept; names in lower case.
    pub headers: Vec<(String, String)>,
    /// As it came.
    pub body: Body,
}

/// What was answered.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Response {
    /// Its status.
    pub status: u16,
    /// Those that are kept; names in lower case.
    pub headers: Vec<(String, String)>,
    /// As it came.
    pub body: Body,
}

/// A body, or its beginning.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Body {
    /// What was kept.
    pub bytes: Bytes,
    /// How long it was.
    pub length: u64,
    /// Of the whole, where not all was kept.
    pub sha256: Option<[u8; 32]>,
}

/// Why bytes are not an exchange.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("exchange cannot be read: {0}")]
pub struct NotAnExchange(&'static str);

impl Body {
    /// A body of which everything was kept.
    #[must_use]
    pub fn whole(bytes: Bytes) -> Self {
        let length = bytes.len() as u64;
        Self { bytes, length, sha256: None }
    }

    /// Whether only its beginning was kept.
    #[must_use]
    pub fn is_cut(&self) -> bool {
        self.length > self.bytes.len() as u64
    }
}

/// The value of a header.
#[must_use]
pub(super) fn header<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}

impl Exchange {
    /// The bytes for the queue.
    #[must_use]
    pub fn encode(&self) -> Bytes {
        let bodies = self.request.body.bytes.len() + self.response.as_ref().map_or(0, |response| response.body.bytes.len());
        let mut out = Out(Vec::with_capacity(512 + bodies));
        out.0.extend_from_slice(MAGIC);
        out.0.push(match self.way {
            Way::Proxy => 0,
            Way::Hook => 1,
            Way::Answer => 2,
            Way::Asked => 3,
            Way::Deferred => 4,
            Way::Late => 5,
        });
        let (ended, why) = match &self.ended {
            Ended::Whole => (0, ""),
            Ended::CallerGone => (1, ""),
            Ended::Broken(why) => (2, why.as_str()),
            Ended::TimedOut(phase) => (3, phase.as_str()),
            Ended::RequestBroken => (4, ""),
        };
        out.0.push(ended);
        out.text(why);
        out.text(&self.id);
        for us in [self.started_us, self.first_byte_us.unwrap_or(0), self.ended_us] {
            out.0.extend_from_slice(&us.to_le_bytes());
        }
        out.text(self.retry_of.as_deref().unwrap_or(""));
        out.text(&self.request.method);
        out.text(&self.request.target);
        out.headers(&self.request.headers);
        out.body(&self.request.body);
        out.0.push(u8::from(self.response.is_some()));
        if let Some(response) = &self.response {
            out.0.extend_from_slice(&response.status.to_le_bytes());
            out.headers(&response.headers);
            out.body(&response.body);
        }
        Bytes::from(out.0)
    }

    /// Reads the bytes of [`Exchange::encode`].
    ///
    /// # Errors
    /// [`NotAnExchange`] when they are cut off or not ours.
    pub fn decode(bytes: &Bytes) -> Result<Self, NotAnExchange> {
        let mut from = In { bytes, at: 0 };
        if from.take(3)? != MAGIC {
            return Err(NotAnExchange("it does not start with LX 01"));
        }
        let way = match from.u8()? {
            0 => Way::Proxy,
            1 => Way::Hook,
            2 => Way::Answer,
            3 => Way::Asked,
            4 => Way::Deferred,
            5 => Way::Late,
            _ => return Err(NotAnExchange("unknown way")),
        };
        let (ended, why) = (from.u8()?, from.text()?);
        let ended = match ended {
            0 => Ended::Whole,
            1 => Ended::CallerGone,
            2 => Ended::Broken(why),
            3 => Ended::TimedOut(why),
            4 => Ended::RequestBroken,
            _ => return Err(NotAnExchange("unknown end")),
        };
        let id = from.text()?;
        let (started_us, first_byte_us, ended_us) = (from.i64()?, from.i64()?, from.i64()?);
        let retry_of = Some(from.text()?).filter(|id| !id.is_empty());
        let (method, target) = (from.text()?, from.text()?);
        let request = Request { method, target, headers: from.headers()?, body: from.body()? };
        let response = match from.u8()? {
            0 => None,
            _ => Some(Response { status: u16::from_le_bytes(from.array()?), headers: from.headers()?, body: from.body()? }),
        };
        let first_byte_us = Some(first_byte_us).filter(|us| *us != 0);
        Ok(Self { id, way, started_us, first_byte_us, ended_us, ended, retry_of, request, response })
    }
}

struct Out(Vec<u8>);

impl Out {
    fn bytes(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(&(bytes.len() as u32).to_le_bytes());
        self.0.extend_from_slice(bytes);
    }

    fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }

    fn headers(&mut self, headers: &[(String, String)]) {
        self.0.extend_from_slice(&(headers.len() as u32).to_le_bytes());
        for (name, value) in headers {
            self.text(name);
            self.text(value);
        }
    }

    fn body(&mut self, body: &Body) {
        self.0.extend_from_slice(&body.length.to_le_bytes());
        self.0.push(u8::from(body.sha256.is_some()));
        self.0.extend_from_slice(&body.sha256.unwrap_or_default()[..if body.sha256.is_some() { 32 } else { 0 }]);
        self.bytes(&body.bytes);
    }
}

struct In<'a> {
    bytes: &'a Bytes,
    at: usize,
}

impl In<'_> {
    fn take(&mut self, n: usize) -> Result<&[u8], NotAnExchange> {
        let end = self.at.checked_add(n).filter(|end| *end <= self.bytes.len()).ok_or(NotAnExchange("it is cut off"))?;
        let taken = &self.bytes[self.at..end];
        self.at = end;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], NotAnExchange> {
        self.take(N)?.try_into().map_err(|_| NotAnExchange("it is cut off"))
    }

    fn u8(&mut self) -> Result<u8, NotAnExchange> {
        Ok(self.array::<1>()?[0])
    }

    fn i64(&mut self) -> Result<i64, NotAnExchange> {
        Ok(i64::from_le_bytes(self.array()?))
    }

    fn length(&mut self) -> Result<usize, NotAnExchange> {
        Ok(u32::from_le_bytes(self.array()?) as usize)
    }

    fn text(&mut self) -> Result<String, NotAnExchange> {
        let length = self.length()?;
        Ok(String::from_utf8_lossy(self.take(length)?).into_owned())
    }

    fn headers(&mut self) -> Result<Vec<(String, String)>, NotAnExchange> {
        let count = u32::from_le_bytes(self.array()?);
        if count > HEADERS {
            return Err(NotAnExchange("too many headers"));
        }
        (0..count).map(|_| Ok((self.text()?, self.text()?))).collect()
    }

    fn body(&mut self) -> Result<Body, NotAnExchange> {
        let length = u64::from_le_bytes(self.array()?);
        let sha256 = if self.u8()? == 0 { None } else { Some(self.array()?) };
        let kept = self.length()?;
        let start = self.at;
        self.take(kept)?;
        Ok(Body { bytes: self.bytes.slice(start..start + kept), length, sha256 })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    fn exchange() -> Exchange {
        Exchange {
            id: "x1".into(),
            way: Way::Proxy,
            started_us: 5,
            first_byte_us: Some(6),
            ended_us: 7,
            ended: Ended::TimedOut("idle".into()),
            retry_of: None,
            request: Request {
                method: "POST".into(),
                target: "/v1/chat/completions?a=1".into(),
                headers: vec![("content-type".into(), "application/json".into())],
                body: Body::whole(Bytes::from_static(b"{}")),
            },
            response: Some(Response {
                status: 200,
                headers: vec![],
                body: Body { bytes: Bytes::from_static(b"data"), length: 9, sha256: Some([7; 32]) },
            }),
        }
    }

    #[test]
    fn what_goes_in_comes_out_and_no_part_of_it_is_taken_for_the_whole() {
        let bytes = exchange().encode();
        assert_eq!(Exchange::decode(&bytes).unwrap(), exchange());
        for end in 0..bytes.len() {
            assert!(Exchange::decode(&bytes.slice(..end)).is_err(), "cut at {end}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes: Vec<u8>) {
            let mut ours = MAGIC.to_vec();
            ours.extend(&bytes);
            let _ = Exchange::decode(&Bytes::from(ours));
        }
    }
}
