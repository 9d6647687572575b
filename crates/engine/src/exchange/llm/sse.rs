//! Server-sent events: the data of each, in order. Total: what is no event stream gives nothing.

/// The `data` of every event, its lines joined; also of a last one that broke off before its blank line.
pub(super) fn data(body: &str) -> impl Iterator<Item = String> + '_ {
    let mut lines = body.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line));
    std::iter::from_fn(move || {
        let mut data: Option<String> = None;
        for line in lines.by_ref() {
            if line.is_empty() {
                if data.is_some() {
                    return data;
                }
            } else if let Some(piece) = line.strip_prefix("data:") {
                let piece = piece.strip_prefix(' ').unwrap_or(piece);
                match &mut data {
                    Some(data) => {
                        data.push('\n');
                        data.push_str(piece);
                    }
                    None => data = Some(piece.to_owned()),
                }
            }
        }
        data
    })
}

/// Whether a body without a type is a stream.
pub(super) fn is_stream(body: &[u8]) -> bool {
    let start = body.trim_ascii_start();
    ["data:", "event:", ": "].iter().any(|first| start.starts_with(first.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_come_apart_at_blank_lines_and_comments_are_skipped() {
        let body = ": ping\n\ndata: {\"a\":1}\r\n\r\nevent: x\ndata: one\ndata:two\n\ndata: half";
        assert_eq!(data(body).collect::<Vec<_>>(), ["{\"a\":1}", "one\ntwo", "half"]);
        assert_eq!(data("{\"not\":\"sse\"}").count(), 0);
    }
}
