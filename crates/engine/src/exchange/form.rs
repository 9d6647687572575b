//! Parameters of a call, however they were sent: in the query, as a form, as JSON, or as parts with files among them.
//!
//! Total: what cannot be read is left out. Files are never kept: of each its name, type, length and SHA-256.

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::text::decoded;
use super::wire::{Body, header};

/// Parameters of one call.
const COUNT: usize = 1_000;
/// A part of a form that is longer is a file.
const TEXT_BYTES: usize = 64 << 10;

/// The parameters of query and body together; the body counts where both name something.
pub(super) fn params(target: &str, headers: &[(String, String)], body: &Body) -> Map<String, Value> {
    let mut all = target.split_once('?').map(|(_, query)| urlencoded(query)).unwrap_or_default();
    let kind = header(headers, "content-type").unwrap_or_default();
    let essence = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let bytes = decoded(headers, body);
    match essence.as_str() {
        "application/x-www-form-urlencoded" => all.extend(urlencoded(&String::from_utf8_lossy(&bytes))),
        "multipart/form-data" => all.extend(boundary(kind).map(|boundary| multipart(&bytes, &boundary)).unwrap_or_default()),
        _ => {
            if let Ok(Value::Object(parts)) = serde_json::from_slice(&bytes) {
                all.extend(parts);
            }
        }
    }
    all
}

/// `a=1&b=%D0%B4`.
pub(super) fn urlencoded(text: &str) -> Map<String, Value> {
    let pairs = text.split('&').filter(|pair| !pair.is_empty()).take(COUNT);
    pairs.map(|pair| pair.split_once('=').unwrap_or((pair, ""))).map(|(name, value)| (unescaped(name), unescaped(value).into())).collect()
}

/// `%20` and `+` as what they stand for.
#[must_use]
pub fn unescaped(text: &str) -> String {
    let bytes = text.as_bytes();
    let (mut out, mut at) = (Vec::with_capacity(bytes.len()), 0);
    while let Some(&byte) = bytes.get(at) {
        let escaped = bytes.get(at + 1..at + 3).filter(|_| byte == b'%').and_then(|two| {
            let digit = |byte: u8| (byte as char).to_digit(16);
            Some((digit(two[0])? * 16 + digit(two[1])?) as u8)
        });
        match (escaped, byte) {
            (Some(byte), _) => {
                out.push(byte);
                at += 3;
            }
            (None, b'+') => {
                out.push(b' ');
                at += 1;
            }
            (None, other) => {
                out.push(other);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn boundary(kind: &str) -> Option<String> {
    let said = kind.split(';').skip(1).filter_map(|part| part.split_once('='));
    let value =
        said.filter(|(name, _)| name.trim().eq_ignore_ascii_case("boundary")).map(|(_, value)| value.trim().trim_matches('"')).next()?;
    (!value.is_empty() && value.len() <= 70).then(|| value.to_owned())
}

/// The parts of a form with files; of one that was cut off, those that are whole and the beginning of the last.
fn multipart(bytes: &[u8], boundary: &str) -> Map<String, Value> {
    let line = format!("--{boundary}").into_bytes();
    let mut all = Map::new();
    let mut ends = memchr::memmem::find_iter(bytes, &line).take(COUNT).collect::<Vec<_>>();
    ends.push(bytes.len());
    for pair in ends.windows(2) {
        let part = &bytes[(pair[0] + line.len()).min(pair[1])..pair[1]];
        let Some(split) = memchr::memmem::find(part, b"\r\n\r\n") else { continue };
        let (head, content) = (String::from_utf8_lossy(&part[..split]), &part[split + 4..]);
        let content = content.strip_suffix(b"\r\n").unwrap_or(content);
        if let Some(name) = named(&head, "name") {
            all.insert(name, value(&head, content));
        }
    }
    all
}

fn value(head: &str, content: &[u8]) -> Value {
    let file = named(head, "filename");
    match std::str::from_utf8(content) {
        Ok(text) if file.is_none() && text.len() <= TEXT_BYTES => text.into(),
        _ => {
            let kind =
                head.lines().find_map(|line| line.split_once(':').filter(|(name, _)| name.trim().eq_ignore_ascii_case("content-type")));
            let sha256: String = Sha256::digest(content).iter().map(|byte| format!("{byte:02x}")).collect();
            json!({ "file": file, "type": kind.map(|(_, kind)| kind.trim()), "bytes": content.len(), "sha256": sha256 })
        }
    }
}

/// `name="…"` of a part's `Content-Disposition`.
fn named(head: &str, name: &str) -> Option<String> {
    let line = head.lines().find(|line| line.trim_start().to_ascii_lowercase().starts_with("content-disposition"))?;
    let said = line.split(';').skip(1).filter_map(|part| part.split_once('='));
    let value =
        said.filter(|(known, _)| known.trim().eq_ignore_ascii_case(name)).map(|(_, value)| value.trim().trim_matches('"')).next()?;
    Some(value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use proptest::prelude::*;

    fn read(kind: &str, body: &[u8]) -> Value {
        let headers = [("content-type".to_owned(), kind.to_owned())];
        Value::Object(params("/x?chat_id=1&text=q", &headers, &Body::whole(Bytes::copy_from_slice(body))))
    }

    #[test]
    fn all_ways_of_sending_say_the_same() {
        let form = "text=%D0%94%D0%B0+%2B1&chat_id=7";
        let parts = "--b\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\nДа +1\r\n\
                     --b\r\ncontent-disposition: form-data; name=chat_id\r\n\r\n7\r\n--b--\r\n";
        let said = json!({"chat_id": "7", "text": "Да +1"});
        assert_eq!(read("application/x-www-form-urlencoded", form.as_bytes()), said);
        assert_eq!(read("multipart/form-data; boundary=\"b\"", parts.as_bytes()), said);
        assert_eq!(read("application/json", "{\"text\":\"Да +1\",\"chat_id\":\"7\"}".as_bytes()), said);
        assert_eq!(read("application/json", b"[1]"), json!({"chat_id": "1", "text": "q"}), "the query remains");
    }

    #[test]
    fn of_a_file_a_digest_is_kept() {
        let parts = b"--b\r\nContent-Disposition: form-data; name=\"photo\"; filename=\"p.jpg\"\r\nContent-Type: image/jpeg\r\n\r\n\xff\xd8\x00\r\n--b--";
        let photo = &read("multipart/form-data; boundary=b", parts)["photo"];
        assert_eq!((&photo["file"], &photo["type"], &photo["bytes"]), (&json!("p.jpg"), &json!("image/jpeg"), &json!(3)));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(kind in "(multipart/form-data; boundary=b|application/x-www-form-urlencoded)", bytes: Vec<u8>) {
            let mut body = b"--b\r\nContent-Disposition: form-data; name=a\r\n\r\n".to_vec();
            body.extend(bytes);
            let _ = read(&kind, &body);
        }
    }
}
