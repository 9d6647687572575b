//! E-mail: the text stands in the letter, the page or note is attached.

use std::time::{Duration, SystemTime};

use lettre::message::header::ContentType;
use lettre::message::{Attachment, MultiPart, SinglePart};
use lettre::transport::smtp::AsyncSmtpTransportBuilder;
use lettre::transport::smtp::authentication::Credentials;
use lettre::{AsyncSmtpTransport, AsyncTransport, Message as Letter, Tokio1Executor};

use super::config::{Mail, Security};
use super::message::{Failed, Message};

type Smtp = AsyncSmtpTransport<Tokio1Executor>;

/// Sends one letter to all; `part` names the part of the configuration that says how.
///
/// # Errors
/// [`Failed`]: what a server refuses or nobody took is surely not there; where it falls silent after the letter began, nobody knows.
pub async fn send(mail: &Mail, part: &str, to: &[String], message: &Message, patience: Duration) -> Result<(), Failed> {
    let letter = letter(mail, part, to, message)?;
    let transport = transport(mail, part)?.timeout(Some(patience)).build();
    let sent = tokio::time::timeout(patience, transport.send(letter)).await;
    match sent.map_err(|_| Failed::Unclear(format!("{} does not answer", mail.server)))? {
        Ok(_) => Ok(()),
        Err(e) if is_surely_not_taken(&e) => Err(Failed::NotTaken(format!("{}: {e}", mail.server))),
        Err(e) => Err(Failed::Unclear(format!("{}: {e}", mail.server))),
    }
}

/// The server said no, or was never reached. The library has no question for the latter, only words.
fn is_surely_not_taken(error: &lettre::transport::smtp::Error) -> bool {
    let refused = error.is_permanent() || error.is_transient() || error.is_client() || error.is_tls();
    refused || error.to_string().starts_with("Connection error")
}

fn letter(mail: &Mail, part: &str, to: &[String], message: &Message) -> Result<Letter, Failed> {
    let address = |text: &str| text.parse().map_err(|_| Failed::NotTaken(format!("{text:?} of {part} is not an e-mail address")));
    let at = SystemTime::UNIX_EPOCH + Duration::from_micros(message.at_us.max(0) as u64);
    let mut builder = Letter::builder().from(address(&mail.from)?).subject(&message.title).date(at);
    if let Some(id) = &message.id {
        builder = builder.message_id(Some(id.clone()));
    }
    for to in to {
        builder = builder.to(address(to)?);
    }
    let text = SinglePart::plain(message.text.clone());
    let built = match &message.file {
        None => builder.singlepart(text),
        Some(file) => {
            let kind = ContentType::parse(&format!("{}; charset=utf-8", file.kind)).unwrap_or(ContentType::TEXT_PLAIN);
            let attached = Attachment::new(file.name.clone()).body(file.bytes.clone(), kind);
            builder.multipart(MultiPart::mixed().singlepart(text).singlepart(attached))
        }
    };
    built.map_err(|e| Failed::NotTaken(format!("letter: {e}")))
}

fn transport(mail: &Mail, part: &str) -> Result<AsyncSmtpTransportBuilder, Failed> {
    let wrong = |e: lettre::transport::smtp::Error| Failed::NotTaken(format!("{}: {e}", mail.server));
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
        return Err(Failed::NotTaken(format!("{part}: a password is not sent without TLS; set security to \"tls\" or \"starttls\"")));
    }
    let password = std::fs::read_to_string(file).map_err(|e| Failed::NotTaken(format!("{}: {e}", file.display())))?;
    Ok(builder.credentials(Credentials::new(user.clone(), password.trim_end_matches(['\r', '\n']).to_owned())))
}
