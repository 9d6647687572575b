//! The head of an HTTP/1.1 response, read with as little work as possible: status, length of the body, and the two
//! headers the load engine acts on. Everything else is skipped. A head is at most a few hundred bytes here.

/// What matters of a response head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) status: u16,
    /// Bytes up to and including the empty line.
    pub(crate) head_bytes: usize,
    pub(crate) body: Body,
    pub(crate) retry_after_s: Option<u32>,
    pub(crate) closes: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Body {
    Length(usize),
    Chunked,
}

impl Head {
    /// Bytes of the whole response, when its length was announced.
    pub(crate) fn total_bytes(&self) -> Option<usize> {
        match self.body {
            Body::Length(n) => Some(self.head_bytes + n),
            Body::Chunked => None,
        }
    }
}

/// `Ok(None)` means that the head is not complete yet.
pub(crate) fn parse_head(bytes: &[u8]) -> Result<Option<Head>, &'static str> {
    let Some(end) = bytes.windows(4).position(|w| w == b"\r\n\r\n") else {
        return if bytes.len() > 16 * 1024 { Err("the response head is longer than 16 KiB") } else { Ok(None) };
    };
    let status = status_of(bytes).ok_or("the answer is not HTTP/1.1")?;
    let mut head = Head { status, head_bytes: end + 4, body: Body::Length(0), retry_after_s: None, closes: false };
    let mut at = 0;
    while at < end {
        let line_end = bytes[at..end].iter().position(|b| *b == b'\r').map_or(end, |n| at + n);
        head.read_line(&bytes[at..line_end])?;
        at = line_end + 2;
    }
    Ok(Some(head))
}

impl Head {
    fn read_line(&mut self, line: &[u8]) -> Result<(), &'static str> {
        // Only four names matter: their first letters keep the comparison off most lines.
        match line.first().map(u8::to_ascii_lowercase) {
            Some(b'c') => {
                if let Some(v) = value_of(line, b"content-length") {
                    self.body = Body::Length(number(v).ok_or("content-length is not a number")? as usize);
                } else if let Some(v) = value_of(line, b"connection") {
                    self.closes = v.eq_ignore_ascii_case(b"close");
                }
            }
            Some(b't') => {
                if let Some(v) = value_of(line, b"transfer-encoding")
                    && v.eq_ignore_ascii_case(b"chunked")
                {
                    self.body = Body::Chunked;
                }
            }
            Some(b'r') => {
                if let Some(v) = value_of(line, b"retry-after") {
                    self.retry_after_s = number(v);
                }
            }
            _ => {}
        }
        Ok(())
    }
}

fn status_of(bytes: &[u8]) -> Option<u16> {
    let digits = bytes.strip_prefix(b"HTTP/1.1 ")?.get(..3)?;
    number(digits).and_then(|n| u16::try_from(n).ok())
}

fn value_of<'a>(line: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    let (key, rest) = line.split_at_checked(name.len())?;
    if !key.eq_ignore_ascii_case(name) {
        return None;
    }
    Some(rest.strip_prefix(b":")?.trim_ascii())
}

fn number(digits: &[u8]) -> Option<u32> {
    std::str::from_utf8(digits).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_complete_head_is_read_whatever_the_case_of_its_names() {
        let bytes = b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 2\r\nCONTENT-LENGTH: 7\r\ndate: x\r\n\r\nrefused";
        let head = parse_head(bytes).expect("valid").expect("complete");
        assert_eq!((head.status, head.retry_after_s), (503, Some(2)));
        assert_eq!(head.total_bytes(), Some(bytes.len()));
    }

    #[test]
    fn half_a_head_waits_for_more() {
        assert_eq!(parse_head(b"HTTP/1.1 202 Accepted\r\nContent-"), Ok(None));
    }

    #[test]
    fn something_else_is_an_error() {
        assert!(parse_head(b"SSH-2.0-x\r\n\r\n").is_err());
    }
}
