//! Copies by e-mail: to somebody the owner does not command. The note stands in the text and is attached, for programs.

use std::time::Duration;

use super::config::Mail;
use super::letter::Letter;
use crate::post::{Attached, Message, mail};

/// Sends one letter to all.
pub(super) async fn send(to: &Mail, letter: &Letter, patience: Duration) -> Result<(), String> {
    let name = format!("{}-{}.checkpoint.txt", letter.slug, letter.size);
    let note = Attached { name, kind: "text/plain", bytes: letter.note.clone().into_bytes() };
    let message = Message { id: None, title: letter.title(), text: letter.text(), file: Some(note), at_us: letter.at_us };
    mail::send(&to.server(), "[anchor.mail]", &to.to, &message, patience).await.map_err(|e| e.to_string())
}
