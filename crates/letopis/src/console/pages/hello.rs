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
        Self { command: command(&visitor.origin, "КЛЮЧ", visitor) }
    }
}

/// The customer's own example as a command.
pub(super) fn command(origin: &str, key: &str, visitor: &Visitor) -> String {
    let at = visitor.clock().rfc3339(visitor.now_us);
    format!(
        "curl {origin}/api/v1/events \\\n  -H 'Authorization: Bearer {key}' \\\n  -H 'Content-Type: application/json' \\\n  -d '{{\"timestamp\":\"{at}\",\"channel\":\"whatsapp\",\n       \"client\":{{\"phone\":\"+7 921 000-00-00\",\"name\":\"Иван\"}},\n       \"text\":\"Можно записаться на завтра?\",\n       \"bot_response\":\"Да, есть время в 15:00\"}}'"
    )
}
