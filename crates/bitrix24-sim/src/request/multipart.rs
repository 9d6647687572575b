//! `multipart/form-data` as far as parameters need it: names with brackets and text values. A part with a file name gives that name as its value.
use crate::php::{Map, Value, insert_pair};

/// The parameters of a body; what cannot be read is left out.
pub(super) fn read(content_type: &str, body: &[u8]) -> Map {
    let mut map = Map::new();
    let Some(boundary) = parameter(content_type, "boundary") else { return map };
    let delimiter = format!("--{boundary}");
    for part in split(body, delimiter.as_bytes()).into_iter().skip(1) {
        if part.starts_with(b"--") {
            break;
        }
        let part = part.strip_prefix(b"\r\n").unwrap_or(part);
        let Some(head_end) = find(part, b"\r\n\r\n") else { continue };
        let head = String::from_utf8_lossy(&part[..head_end]).into_owned();
        let value = part[head_end + 4..].strip_suffix(b"\r\n").unwrap_or(&part[head_end + 4..]);
        let Some(disposition) = head.lines().find(|line| line.to_ascii_lowercase().starts_with("content-disposition:")) else { continue };
        let Some(name) = parameter(disposition, "name") else { continue };
        let value = parameter(disposition, "filename").unwrap_or_else(|| String::from_utf8_lossy(value).into_owned());
        insert_pair(&mut map, &name, Value::Str(value));
    }
    map
}

/// `name="value"` or `name=value` out of a header.
fn parameter(header: &str, name: &str) -> Option<String> {
    header.split(';').skip(1).find_map(|piece| {
        let (key, value) = piece.trim().split_once('=')?;
        key.trim().eq_ignore_ascii_case(name).then(|| value.trim().trim_matches('"').to_string())
    })
}

fn find(hay: &[u8], needle: &[u8]) -> Option<usize> {
    hay.windows(needle.len()).position(|window| window == needle)
}

fn split<'a>(mut hay: &'a [u8], needle: &[u8]) -> Vec<&'a [u8]> {
    let mut parts = Vec::new();
    while let Some(at) = find(hay, needle) {
        parts.push(&hay[..at]);
        hay = &hay[at + needle.len()..];
    }
    parts.push(hay);
    parts
}
