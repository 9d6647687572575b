//! Copies by e-mail: to somebody the owner does not command. The note stands in the text and is attached, for programs.

use std::time::{Duration, SystemTime};

use lettre::message::header::ContentType;
use lettre::message::{Attachment, MultiPart, SinglePart};
use lettre::transport::smtp::AsyncSmtpTransportBuilder;
use lettre::transport::smtp::authentication::Credentials;
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};

use super::config::{Mail, Security};
use super::letter::Letter;

type Smtp = AsyncSmtpTransport<Tokio1Executor>;

/// Sends one letter to all.
pub(super) async fn send(mail: &Mail, letter: &Letter, patience: Duration) -> Result<(), String> {
    let message = message(mail, letter)?;
    let transport = transport(mail)?.timeout(Some(patience)).build();
    let sent = tokio::time::timeout(patience, transport.send(message)).await;
    sent.map_err(|_| format!("{} does not answer", mail.server))?.map_err(|e| format!("{}: {e}", mail.server))?;
    Ok(())
}

fn message(mail: &Mail, letter: &Letter) -> Result<Message, String> {
    let address = |text: &str| text.parse().map_err(|_| format!("{text:?} in [anchor.mail] is not an e-mail address"));
    let at = SystemTime::UNIX_EPOCH + Duration::from_micros(letter.at_us.max(0) as u64);
    let mut builder = Message::builder().from(address(&mail.from)?).subject(letter.title()).date(at);
    for to in &mail.to {
        builder = builder.to(address(to)?);
    }
    let file = format!("{}-{}.checkpoint.txt", letter.slug, letter.size);
    let note = Attachment::new(file).body(letter.note.clone(), ContentType::TEXT_PLAIN);
    let parts = MultiPart::mixed().singlepart(SinglePart::plain(letter.text())).singlepart(note);
    builder.multipart(parts).map_err(|e| format!("letter: {e}"))
}

fn transport(mail: &Mail) -> Result<AsyncSmtpTransportBuilder, String> {
    let wrong = |e: lettre::transport::smtp::Error| format!("{}: {e}", mail.server);
    let mut builder = match mail.security {
        Security::Tls => Smtp::relay(&mail.server).map_err(wrong)?,
        Security::StartTls => Smtp::starttls_relay(&mail.server).map_err(wrong)?,
        Security::None => Smtp::builder_dangerous(&mail.server),
    };
    if let Some(port) = mail.port {
        builder = builder.port(port);
    }
    let (Some(user), Some(file)) = (&mail.user, &mail.password_file) else { return Ok(builder) };
    let here = ["localhost", "127.0.0.1", "::1"].contains(&mail.server.as_str());
    if mail.security == Security::None && !here {
        return Err("[anchor.mail]: a password is not sent without TLS; set security to \"tls\" or \"starttls\"".into());
    }
    let password = std::fs::read_to_string(file).map_err(|e| format!("{}: {e}", file.display()))?;
    Ok(builder.credentials(Credentials::new(user.clone(), password.trim_end_matches(['\r', '\n']).to_owned())))
}
