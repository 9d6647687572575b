//! The kinds of connections: what each is, which secrets it can use, what it counts as.
//!
//! How the bytes of a kind are read is the business of `exchange`.

use super::SecretName;
use super::word::words;

words! {
    /// What is plugged in: how its bytes are read.
    ConnectionKind, "kind" {
        /// A URL that takes events as the events API does.
        Events = "events",
        /// Any JSON that a platform sends, with a map of its fields.
        Hook = "hook",
        /// Any HTTP server; its exchanges are kept unread.
        Http = "http",
        /// OpenAI, or a server that speaks like it.
        Openai = "openai",
        /// Anthropic Messages.
        Anthropic = "anthropic",
        /// GigaChat.
        Gigachat = "gigachat",
        /// Telegram Bot API.
        Telegram = "telegram",
        /// WhatsApp Cloud API.
        Whatsapp = "whatsapp",
        /// Instagram messaging.
        Instagram = "instagram",
        /// MAX.
        Max = "max",
        /// A chat on the business's own site.
        Site = "site",
        /// VK Callback API.
        Vk = "vk",
        /// Avito messenger.
        Avito = "avito",
        /// YCLIENTS records.
        Yclients = "yclients",
        /// Bitrix24 REST.
        Bitrix24 = "bitrix24",
    }
}

impl ConnectionKind {
    /// The channel under which its events are counted where the settings name none.
    #[must_use]
    pub fn channel(self) -> &'static str {
        match self {
            Self::Openai | Self::Anthropic | Self::Gigachat => "llm",
            Self::Bitrix24 | Self::Yclients => "crm",
            other => other.as_str(),
        }
    }

    /// Whether clients write through it: it brings the words that a model's calls would repeat.
    #[must_use]
    pub fn is_channel(self) -> bool {
        matches!(self, Self::Telegram | Self::Whatsapp | Self::Instagram | Self::Max | Self::Site | Self::Vk | Self::Avito | Self::Hook)
    }

    /// Whether a language model is asked through it.
    #[must_use]
    pub fn is_model(self) -> bool {
        matches!(self, Self::Openai | Self::Anthropic | Self::Gigachat)
    }

    /// The secrets that it can use.
    #[must_use]
    pub fn secrets(self) -> &'static [SecretName] {
        use SecretName::{App, Forward, Proxy, Sender, Sign, Tokens, Verify, Webhook};
        match self {
            Self::Events => &[],
            Self::Whatsapp | Self::Instagram | Self::Vk => &[Forward, Sender, Verify, Sign, Proxy],
            Self::Telegram | Self::Max => &[Forward, Sender, Sign, Proxy],
            Self::Avito | Self::Yclients => &[Forward, Sign, Proxy],
            Self::Hook => &[Forward, Sender, Sign],
            Self::Site => &[Forward, Sign],
            Self::Http | Self::Openai | Self::Anthropic | Self::Gigachat => &[Proxy],
            Self::Bitrix24 => &[Webhook, App, Tokens, Sender, Proxy],
        }
    }

    /// Whether something outside delivers to its hook.
    #[must_use]
    pub fn is_hooked(self) -> bool {
        self.is_channel() && self != Self::Site || matches!(self, Self::Events | Self::Yclients | Self::Bitrix24)
    }

    /// Whether a platform of somebody else's delivers to it, over the internet.
    #[must_use]
    pub fn has_platform(self) -> bool {
        !matches!(self, Self::Events | Self::Hook | Self::Site)
    }

    /// Whether a system outside is asked through it.
    #[must_use]
    pub fn is_proxied(self) -> bool {
        !matches!(self, Self::Events | Self::Hook | Self::Site)
    }
}
