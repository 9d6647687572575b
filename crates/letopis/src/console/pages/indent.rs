//! JSON laid out for people to correct, every character of it as it came: no member moves, no number is written anew, and a field that
//! stands twice stays there twice. What is laid out already, or is not JSON, is left alone.

/// Deeper items are left as they are: laying them out would be mostly spaces.
const DEPTH: usize = 40;

/// `text` with line breaks and indents.
pub(super) fn laid_out(text: &str) -> String {
    let text = text.trim();
    let is_json = serde_json::from_str::<&serde_json::value::RawValue>(text).is_ok();
    if text.contains('\n') || !is_json { text.to_owned() } else { lines(text).unwrap_or_else(|| text.to_owned()) }
}

fn lines(json: &str) -> Option<String> {
    let mut out = String::with_capacity(json.len() * 2);
    let (mut depth, mut in_string, mut escaped) = (0, false, false);
    let mut characters = json.chars().peekable();
    while let Some(c) = characters.next() {
        if in_string {
            out.push(c);
            in_string = escaped || c != '"';
            escaped = c == '\\' && !escaped;
            continue;
        }
        match c {
            ' ' | '\t' | '\r' => {}
            '{' | '[' => {
                out.push(c);
                while characters.next_if(|next| next.is_ascii_whitespace()).is_some() {}
                if let Some(close) = characters.next_if(|next| matches!(next, '}' | ']')) {
                    out.push(close);
                } else {
                    depth += 1;
                    break_line(&mut out, depth);
                }
            }
            '}' | ']' => {
                depth -= 1;
                break_line(&mut out, depth);
                out.push(c);
            }
            ',' => {
                out.push(c);
                break_line(&mut out, depth);
            }
            ':' => out.push_str(": "),
            _ => {
                in_string = c == '"';
                out.push(c);
            }
        }
        if depth > DEPTH {
            return None;
        }
    }
    Some(out)
}

fn break_line(out: &mut String, depth: usize) {
    out.push('\n');
    out.extend(std::iter::repeat_n("  ", depth));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_but_space_changes() {
        let item = r#"{"b":1.50,"a":[ ],"a":{"s":"x, {\"y\": [1,2]}\\"},"n":[1,{"big":123456789012345678901}]}"#;
        let laid = "{\n  \"b\": 1.50,\n  \"a\": [],\n  \"a\": {\n    \"s\": \"x, {\\\"y\\\": [1,2]}\\\\\"\n  },\n  \"n\": [\n    1,\n    {\n      \"big\": 123456789012345678901\n    }\n  ]\n}";
        assert_eq!(laid_out(item), laid);
        assert_eq!(laid_out(laid), laid);
        for left_alone in ["{\"a\":1", "", "{\n\"a\":1}", "oops"] {
            assert_eq!(laid_out(left_alone), left_alone);
        }
        let deep = format!("{}{}", "[".repeat(60), "]".repeat(60));
        assert_eq!(laid_out(&deep), deep);
    }
}
