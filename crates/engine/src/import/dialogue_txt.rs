//! Dialogues as plain text: lines of client and assistant alternate, blank lines stand between dialogues.
//!
//! Such a file has neither ids nor times, so both are made from its name and the line number: `txt_<source>_<line>`, session
//! `txt_<source>_d<first line>`. The name must stay the same for a second import to find its duplicates.

use serde_json::json;

use super::{
    ImportError, Input, Item, Options, bad,
    json::FuseOnStop,
    lines::{Line, Lines, MAX_LINE_BYTES},
    pace::Speaker,
};

/// The events of a file, one per line.
pub(super) fn open(input: Input, options: &Options) -> impl Iterator<Item = Result<Item, ImportError>> + Send + use<> {
    let mut lines = Lines::new(input);
    let mut file = File {
        start: options.start,
        source: options.source.clone(),
        channel: options.channel.clone().unwrap_or_else(|| "dialogue-txt".to_owned()),
        dialogues: 0,
        first_line: 0,
        turn: 0,
    };
    std::iter::from_fn(move || {
        loop {
            match lines.read() {
                Ok(None) => return None,
                Err(error) => return Some(Err(ImportError::Stopped(error.to_string()))),
                Ok(Some((position, Line::TooLong))) => {
                    file.speaks(position);
                    return Some(Err(bad("line", position, format!("longer than {MAX_LINE_BYTES} bytes"))));
                }
                Ok(Some((_, Line::Bytes(bytes)))) if bytes.trim_ascii().is_empty() => file.turn = 0,
                Ok(Some((position, Line::Bytes(bytes)))) => {
                    let turn = file.speaks(position);
                    let event = String::from_utf8(bytes).map(|text| file.event(position, turn, text.trim()));
                    return Some(event.map(|event| Item { position, event }).map_err(|_| bad("line", position, "not UTF-8 text")));
                }
            }
        }
    })
    .fuse_on_stop()
}

struct File {
    start: super::Start,
    source: String,
    channel: String,
    dialogues: u64,
    /// Where the present dialogue began: its name.
    first_line: u64,
    /// Lines of the present dialogue so far.
    turn: usize,
}

impl File {
    /// Counts a line in, good or bad (a bad one must not make the client say what the assistant said), and answers whose turn it is.
    fn speaks(&mut self, line: u64) -> usize {
        if self.turn == 0 {
            self.dialogues += 1;
            self.first_line = line;
        }
        self.turn += 1;
        self.turn - 1
    }

    fn event(&self, line: u64, turn: usize, text: &str) -> Vec<u8> {
        let (speaker, kind, field) = if turn.is_multiple_of(2) {
            (Speaker::Client, "message_in", "text")
        } else {
            (Speaker::Assistant, "message_out", "bot_response")
        };
        let session = format!("txt_{}_d{}", self.source, self.first_line);
        let event = json!({
            "event_id": format!("txt_{}_{line}", self.source),
            "timestamp": self.start.turn(self.dialogues - 1, turn, speaker),
            "type": kind,
            "channel": self.channel,
            "client": {"channel_id": session},
            "session_id": session,
            "source": "dialogue-txt",
            field: text,
        });
        event.to_string().into_bytes()
    }
}
