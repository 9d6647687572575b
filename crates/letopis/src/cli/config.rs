//! `letopis config`: the defaults file, which is the manual; `--check`: whether the folder's own file can be used.

use std::path::Path;

use serde_json::json;

use super::voice::{Voice, out};
use crate::app::Config;
use crate::app::config::DEFAULTS;

/// Settings.
#[derive(Debug, clap::Args)]
pub(super) struct ConfigArgs {
    #[command(subcommand)]
    what: Option<What>,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Check letopis.toml of the data folder and the environment.
    Check,
}

pub(super) fn run(data: &Path, args: &ConfigArgs, voice: Voice) -> anyhow::Result<()> {
    match args.what {
        None if voice.json => {
            let settings: toml::Table = toml::from_str(DEFAULTS)?;
            out!("{}", serde_json::to_string(&settings)?);
        }
        None => out!("{}", DEFAULTS.trim_end()),
        Some(What::Check) => {
            let config = Config::of_folder(data)?;
            let path = data.join("letopis.toml");
            let found = path.exists();
            voice.say(&json!({ "ok": true, "file": found.then_some(&path), "listen": config.listen.to_string() }), |_| {
                out!("{} {}", path.display(), if found { "is fine" } else { "is not there: the defaults hold" });
            });
        }
    }
    Ok(())
}
