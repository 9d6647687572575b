//! What can be said about the files of an import.

use std::path::PathBuf;

use anyhow::Context;

use crate::access::Slug;
use crate::import::{Columns, Format, Options, Start};

/// Files to import.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct ImportArgs {
    /// Files; `-` is standard input.
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
    /// jsonl, json, csv, sgd or dialogue-txt; recognised by name and content where not given.
    #[arg(long)]
    pub format: Option<Format>,
    /// Whose events they are; may be left out where there is one business.
    #[arg(long)]
    pub business: Option<Slug>,
    /// CSV: which column is which field: client.phone=Телефон,text=Сообщение.
    #[arg(long)]
    pub map: Vec<String>,
    /// CSV: what the table does not say: channel=whatsapp.
    #[arg(long)]
    pub set: Vec<String>,
    /// CSV: a mapping file (TOML), for what --map cannot say.
    #[arg(long)]
    pub columns: Option<PathBuf>,
    /// CSV: the offset of times that carry none.
    #[arg(long)]
    pub offset: Option<String>,
    /// The channel of events that name none.
    #[arg(long)]
    pub channel: Option<String>,
    /// Schema-Guided Dialogue: only dialogues of these services, such as 'Services_*'.
    #[arg(long)]
    pub services: Option<String>,
    /// When the first dialogue of a file without timestamps begins: 2019-03-01T09:00:00+03:00.
    #[arg(long)]
    pub start: Option<Start>,
    /// Part of the ids where the file has none (dialogue-txt); the file's name where not given.
    #[arg(long)]
    pub source: Option<String>,
    /// Start over, also where an earlier run was interrupted.
    #[arg(long)]
    pub again: bool,
}

impl ImportArgs {
    /// For one file, whose events up to position `after` are in already.
    ///
    /// # Errors
    /// When the mapping cannot be used.
    pub(super) fn options(&self, name: &str, after: u64) -> anyhow::Result<Options> {
        let mut columns = match &self.columns {
            Some(path) => {
                let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
                Columns::from_toml(&text).with_context(|| path.display().to_string())?
            }
            None => Columns::default(),
        };
        self.map.iter().try_for_each(|flag| columns.map(flag))?;
        self.set.iter().try_for_each(|flag| columns.constant(flag))?;
        if let Some(offset) = &self.offset {
            columns.offset(offset);
        }
        Ok(Options {
            after,
            source: self.source.clone().unwrap_or_else(|| name.to_owned()),
            channel: self.channel.clone(),
            services: self.services.clone(),
            start: self.start.unwrap_or_default(),
            columns,
        })
    }
}
