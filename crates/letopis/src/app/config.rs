//! Configuration: the commented defaults file, then the file in the data folder, then the environment, then flags.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::journal::sessions::Gaps;
use crate::{anchor, audit, backup, capture, post, sinks};

/// The defaults, with what each means; `letopis config` prints it.
pub const DEFAULTS: &str = include_str!("default.toml");

/// Everything that can be set. Each room owns its part.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Where the server listens.
    pub listen: SocketAddr,
    /// The address people and programs reach it under, if a proxy stands before it.
    pub public_url: Option<String>,
    /// The name of the log in checkpoints; never change it once something was signed.
    pub origin: Option<String>,
    /// Connections at one time.
    pub connections: usize,
    /// What strangers may send.
    pub capture: capture::Config,
    /// What the proxy may use.
    pub proxy: capture::ProxyConfig,
    /// When a silence ends a conversation.
    pub sessions: Gaps,
    /// The queue before the recorder.
    pub queue: QueueConfig,
    /// Backups that the server makes by itself.
    pub backup: backup::Config,
    /// Checkpoints in other people's hands.
    pub anchor: anchor::Config,
    /// How reports and alerts go out.
    pub post: post::Config,
    /// The scheduled audit.
    pub audit: AuditConfig,
    /// When detail goes whose time is over.
    pub retention: audit::Config,
    /// How CRMs are asked.
    pub crm: sinks::bitrix24::Config,
}

/// The scheduled audit.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AuditConfig {
    /// Whether there is one.
    pub nightly: bool,
    /// At which hour, by the business's clock.
    pub hour: i8,
    /// Whether it opens every record too.
    pub deep: bool,
}

impl Default for AuditConfig {
    fn default() -> Self {
        Self { nightly: true, hour: 3, deep: true }
    }
}

/// The queue before the recorder.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct QueueConfig {
    /// Bytes that may wait to be recorded; beyond it, 503.
    pub pending_bytes: u64,
}

impl Default for QueueConfig {
    fn default() -> Self {
        Self { pending_bytes: queue::Limits::default().pending_bytes }
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            public_url: None,
            origin: None,
            connections: 4096,
            capture: capture::Config::default(),
            proxy: capture::ProxyConfig::default(),
            sessions: Gaps::default(),
            queue: QueueConfig::default(),
            backup: backup::Config::default(),
            anchor: anchor::Config::default(),
            post: post::Config::default(),
            audit: AuditConfig::default(),
            retention: audit::Config::default(),
            crm: sinks::bitrix24::Config::default(),
        }
    }
}

/// Why a configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("{path}: {source}")]
    Read {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is not what it should be; the text names the key.
    #[error("{path}: {source}")]
    Parse {
        /// Which file.
        path: PathBuf,
        /// What and where.
        source: Box<toml::de::Error>,
    },
    /// An environment variable is not what it should be.
    #[error("{name}={value:?} is not an address: write it as 127.0.0.1:8080")]
    Variable {
        /// Which.
        name: &'static str,
        /// What it says.
        value: String,
    },
}

impl Config {
    /// The configuration of a data folder: `letopis.toml` in it, if there is one, and the environment over it.
    ///
    /// # Errors
    /// When the file or a variable is there and cannot be used.
    pub fn of_folder(data: &Path) -> Result<Self, ConfigError> {
        let path = data.join("letopis.toml");
        let mut config = match std::fs::read_to_string(&path) {
            Ok(text) => toml::from_str(&text).map_err(|e| ConfigError::Parse { path, source: Box::new(e) })?,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Self::default(),
            Err(source) => return Err(ConfigError::Read { path, source }),
        };
        if let Ok(listen) = std::env::var("LETOPIS_LISTEN") {
            config.listen = listen.parse().map_err(|_| ConfigError::Variable { name: "LETOPIS_LISTEN", value: listen })?;
        }
        if let Ok(url) = std::env::var("LETOPIS_PUBLIC_URL") {
            config.public_url = Some(url);
        }
        Ok(config)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_defaults_file_says_what_the_defaults_are() {
        let written: Config = toml::from_str(DEFAULTS).unwrap();
        assert_eq!(format!("{written:?}"), format!("{:?}", Config::default()));
    }

    #[test]
    fn an_unknown_key_is_named() {
        let error = toml::from_str::<Config>("listn = \"127.0.0.1:1\"").unwrap_err().to_string();
        assert!(error.contains("listn"), "{error}");
    }
}
