//! Copies by Telegram: into a chat where somebody else is too.

use std::time::Duration;

use super::config::Telegram;
use super::letter::Letter;
use crate::post::Message;
use crate::post::telegram::{self, MESSAGE_UNITS};
use crate::upstream::Upstream;

/// Sends one message.
pub(super) async fn send(upstream: &Upstream, to: &Telegram, letter: &Letter, patience: Duration) -> Result<(), String> {
    let file = &to.token_file;
    let token = std::fs::read_to_string(file).map_err(|e| format!("{}: {e}", file.display()))?;
    // A checkpoint with sixteen cosignatures comes near the limit: the note itself is what matters.
    let whole = letter.text();
    let text = if whole.encode_utf16().count() > MESSAGE_UNITS { letter.note.clone() } else { whole };
    let message = Message { id: None, title: letter.title(), text, file: None, at_us: letter.at_us };
    let sent = telegram::send(upstream, &to.url, token.trim(), &to.chat, &message, patience).await;
    sent.map_err(|e| format!("{} ({})", e, file.display()))
}
