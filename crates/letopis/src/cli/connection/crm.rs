//! What Letopis itself may do in a Bitrix24 portal, as flags of `connection add` and `connection set`; and the webhook, which is a secret.

use std::io::Read;

use anyhow::Context;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::super::voice::Voice;
use super::test;
use crate::access::connection_trial;
use crate::access::{BusinessKind, CardWords, ConnectionId, ConnectionKind, Settings};
use crate::app::App;
use crate::sinks::bitrix24;

/// Of a kind that has a CRM.
#[derive(Debug, Default, clap::Args, Serialize, Deserialize)]
pub(in crate::cli) struct Crm {
    /// The URL of the portal's inbound webhook; `-`: read from standard input, so that it stands in no history of commands.
    #[arg(long, value_name = "URL", help_heading = "Bitrix24")]
    pub(super) webhook: Option<String>,
    /// Write dialogues to clients' cards; `--write=false` ends it.
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true", help_heading = "Bitrix24")]
    write: Option<bool>,
    /// How much of a dialogue: steps (all that a clinic may write), digest (usual) or full.
    #[arg(long, help_heading = "Bitrix24")]
    words: Option<CardWords>,
    /// Make a card for a client who has none a quarter of an hour after the first word.
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true", help_heading = "Bitrix24")]
    create: Option<bool>,
    /// Give the manager a task where a client was handed over or lost.
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true", help_heading = "Bitrix24")]
    tasks: Option<bool>,
    /// Read back what became of leads and deals.
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true", help_heading = "Bitrix24")]
    read: Option<bool>,
    /// The number of the employee whom new cards and tasks belong to.
    #[arg(long, help_heading = "Bitrix24")]
    responsible: Option<u64>,
    /// What a stage means, like deal:C1:LOSE=no_show; STAGE= takes it away; may be repeated.
    #[arg(long = "stage", value_name = "STAGE=MEANING", help_heading = "Bitrix24")]
    stages: Vec<String>,
    /// The card's field that says that the client did not come, like UF_CRM_NOSHOW or UF_CRM_STATUS=45; an empty one takes it away.
    #[arg(long, value_name = "FIELD", help_heading = "Bitrix24")]
    no_show_field: Option<String>,
    /// The sources whose cards come of a dialogue, like WEB,1|TELEGRAM: cards from elsewhere are no difference; an empty list means all.
    #[arg(long, value_name = "SOURCES", help_heading = "Bitrix24")]
    sources: Option<String>,
}

impl Crm {
    /// With the webhook from standard input, where it was asked for so.
    pub(super) fn filled(mut self) -> anyhow::Result<Self> {
        if self.webhook.as_deref() == Some("-") {
            let mut url = String::new();
            std::io::stdin().take(4 << 10).read_to_string(&mut url).context("reading the webhook from standard input")?;
            self.webhook = Some(url.trim().to_owned());
        }
        Ok(self)
    }

    /// Puts what was said into the settings; `fields` are those that name a field of a card.
    pub(super) fn apply(
        self,
        kind: ConnectionKind,
        whose: BusinessKind,
        fields: &[(String, String)],
        settings: &mut Settings,
    ) -> anyhow::Result<()> {
        let is_said = self.webhook.is_some()
            || [self.write, self.create, self.tasks, self.read].iter().any(Option::is_some)
            || self.words.is_some()
            || self.responsible.is_some()
            || self.no_show_field.is_some()
            || self.sources.is_some()
            || !self.stages.is_empty();
        if kind != ConnectionKind::Bitrix24 {
            anyhow::ensure!(!is_said, "only a connection of kind bitrix24 has cards");
            return Ok(());
        }
        anyhow::ensure!(
            whose != BusinessKind::Clinic || matches!(self.words, None | Some(CardWords::Steps)),
            "cards of a clinic are told steps only: nothing medical leaves the journal"
        );
        if let Some(webhook) = &self.webhook {
            settings.upstream = Some(bitrix24::origin_of(webhook)?);
        }
        let crm = &mut settings.crm;
        crm.write = self.write.unwrap_or(crm.write);
        crm.create = self.create.unwrap_or(crm.create);
        crm.tasks = self.tasks.unwrap_or(crm.tasks);
        crm.read = self.read.unwrap_or(crm.read);
        crm.words = self.words.or(crm.words);
        crm.responsible = self.responsible.or(crm.responsible);
        if let Some(field) = &self.no_show_field {
            crm.set_no_show(field)?;
        }
        if let Some(sources) = &self.sources {
            crm.set_sources(sources)?;
        }
        for (known, field) in fields {
            crm.set_field(known, field)?;
        }
        for (stage, meaning) in super::add::pairs(self.stages).map_err(|e| anyhow::anyhow!("{e}"))? {
            crm.set_stage(stage.trim(), meaning.trim())?;
        }
        Ok(())
    }
}

/// Names with their values.
type Pairs = Vec<(String, String)>;

/// What of `--field` names a field of a card, and what a place in JSON.
pub(super) fn of_cards(kind: ConnectionKind, fields: Pairs) -> (Pairs, Pairs) {
    fields.into_iter().partition(|(_, value)| kind == ConnectionKind::Bitrix24 && value.starts_with("UF_"))
}

/// What a portal says to a webhook that was just stored.
pub(super) async fn probed(app: &App, id: ConnectionId) -> Value {
    let Some(known) = app.connections.named(id) else { return Value::Null };
    let steps = app.bitrix24().probe(&known).await;
    json!({ "well": connection_trial::is_well(&steps), "steps": test::lines("ru", known.kind, steps) })
}

/// What is not as it should be, beside the answer of a command.
pub(super) fn warn(voice: Voice, told: &Value) {
    let word = |line: &Value, name: &str| line[name].as_str().unwrap_or_default().to_owned();
    for line in told["probe"]["steps"].as_array().into_iter().flatten().filter(|line| line["verdict"] != "well") {
        voice.note(format_args!("{} {}: {}", word(line, "sign"), word(line, "title"), word(line, "says")));
    }
}
