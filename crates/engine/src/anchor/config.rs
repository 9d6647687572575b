//! How often witnesses are asked, and where copies of checkpoints go.

use std::path::PathBuf;

use serde::Deserialize;

use crate::post::config::{self, Security};
use crate::post::telegram::bot_api;
use crate::upstream::Address;

/// `[anchor]` of the configuration.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// At most this often each witness is asked.
    pub witness_seconds: u64,
    /// So long its answer is waited for.
    pub patience_seconds: u64,
    /// How often a copy goes out, if the log grew.
    pub copy_hours: u64,
    /// Copies as files: a folder that is synchronised elsewhere, or another medium.
    pub folder: Option<PathBuf>,
    /// Copies by e-mail.
    pub mail: Option<Mail>,
    /// Copies by Telegram.
    pub telegram: Option<Telegram>,
}

/// `[anchor.mail]`
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mail {
    /// The mail server.
    pub server: String,
    /// Its port; none means the usual one of `security`.
    pub port: Option<u16>,
    /// How the way there is protected.
    #[serde(default)]
    pub security: Security,
    /// Who signs in there; nobody where it is left out.
    pub user: Option<String>,
    /// A file with the password. It stands nowhere else.
    pub password_file: Option<PathBuf>,
    /// The sender.
    pub from: String,
    /// Who keeps the copies: somebody the owner does not command.
    pub to: Vec<String>,
}

/// `[anchor.telegram]`
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Telegram {
    /// A file with the bot's token. It stands nowhere else.
    pub token_file: PathBuf,
    /// The chat that keeps the copies.
    pub chat: String,
    /// The Bot API, or a relay to it.
    #[serde(default = "bot_api")]
    pub url: Address,
}

impl Mail {
    /// How the room `post` sends it.
    pub(super) fn server(&self) -> config::Mail {
        config::Mail {
            server: self.server.clone(),
            port: self.port,
            security: self.security,
            user: self.user.clone(),
            password_file: self.password_file.clone(),
            from: self.from.clone(),
        }
    }
}

impl Default for Config {
    fn default() -> Self {
        Self { witness_seconds: 60, patience_seconds: 10, copy_hours: 24, folder: None, mail: None, telegram: None }
    }
}
