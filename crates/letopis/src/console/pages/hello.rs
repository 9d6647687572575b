//! What somebody sees who has connected nothing yet: one command to copy, with the real address of this server in it.

use super::visitor::Visitor;

/// How to begin.
pub(super) struct Hello {
    /// A command to paste into a terminal.
    pub(super) command: String,
}

impl Hello {
    /// For this visitor's server.
    pub(super) fn new(visitor: &Visitor) -> Self {
        Self { command: command(visitor) }
    }
}

/// One event as a command.
pub(super) fn command(visitor: &Visitor) -> String {
    let (origin, key, at) = (&visitor.origin, visitor.t.say("key-word"), visitor.clock().rfc3339(visitor.now_us));
    [
        format!("curl {origin}/api/v1/events \\"),
        format!("  -H 'Authorization: Bearer {key}' \\"),
        "  -H 'Content-Type: application/json' \\".to_owned(),
        format!("  -d '{{\"timestamp\":\"{at}\",\"channel\":\"whatsapp\","),
        "       \"client\":{\"phone\":\"+7 921 000-00-00\",\"name\":\"Иван\"},".to_owned(),
        "       \"text\":\"Можно записаться на завтра?\",".to_owned(),
        "       \"bot_response\":\"Да, есть время в 15:00\"}'".to_owned(),
    ]
    .join("\n")
}
