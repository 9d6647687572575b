//! What a copy of a checkpoint says: the signed note itself, and what it is good for, in a few words for whoever keeps it.

use jiff::Timestamp;

use crate::journal::log::Log;

/// A copy to be sent.
#[derive(Debug, Clone)]
pub(super) struct Letter {
    /// The word of the business in file names.
    pub slug: String,
    /// The log.
    pub origin: String,
    /// How many entries.
    pub size: u64,
    /// The signed note, with cosignatures if there are any.
    pub note: String,
    /// When it is sent.
    pub at_us: i64,
    vkey: String,
}

impl Letter {
    /// About the newest checkpoint of a log; none before the first.
    pub(super) fn of(log: &Log, at_us: i64) -> Option<Self> {
        let (published, note) = (log.published()?, log.published_note()?);
        let slug = log.folder().file_name()?.to_string_lossy().into_owned();
        let key = log.verifying_key();
        Some(Self { slug, origin: key.name().to_owned(), size: published.checkpoint.size, note, at_us, vkey: key.to_string() })
    }

    /// Day of the copy, UTC.
    pub(super) fn day(&self) -> String {
        Timestamp::from_microsecond(self.at_us).unwrap_or_default().strftime("%Y-%m-%d").to_string()
    }

    /// One line.
    pub(super) fn title(&self) -> String {
        format!("Летопись: контрольная точка {}, записей: {}", self.origin, self.size)
    }

    /// The whole text.
    pub(super) fn text(&self) -> String {
        format!(
            "{}\n\n{}\n{}\nКлюч журнала: {}\n",
            self.title(),
            self.note,
            "Храните это сообщение. Если журнал потом перепишут, он не сойдётся с этой контрольной точкой: команда `letopis checkpoint \
             check ФАЙЛ` у владельца и `aics-tlog verify-consistency` у проверяющего это покажут. Личных данных здесь нет.\n\
             Keep this message: a journal that is rewritten later will not agree with this checkpoint. It holds no personal data.\n",
            self.vkey
        )
    }
}
