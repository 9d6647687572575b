//! The mail server of this installation, and whom TLS to bots' platforms trusts.

use std::path::PathBuf;

use serde::Deserialize;

/// `[post]` of the configuration.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Who sends reports by e-mail; nobody where it is left out.
    pub mail: Option<Mail>,
    /// A file of certificates (PEM) that bots' platforms may show beside the common ones. MAX shows one of the Russian Trusted CA.
    pub certificates: Option<PathBuf>,
}

/// `[post.mail]`
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
}

/// How the way to the mail server is protected.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Security {
    /// From the first byte; port 465.
    #[default]
    Tls,
    /// After a greeting in the plain; port 587.
    StartTls,
    /// Not at all; port 25. No password is sent that way, except to this machine.
    None,
}
