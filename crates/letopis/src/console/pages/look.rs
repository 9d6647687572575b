//! How a person wants pages to look: language and theme. Kept in cookies, changed by `/look?…` or by `?lang=` on any page.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use super::cookie;
use super::language::Language;

/// Cookie of the language.
pub(super) const LANGUAGE_COOKIE: &str = "letopis-lang";
/// Cookie of the theme.
pub(super) const THEME_COOKIE: &str = "letopis-theme";

/// Light, dark, or as the device says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Theme {
    /// As the device says.
    #[default]
    Auto,
    /// Always light.
    Light,
    /// Always dark.
    Dark,
}

impl Theme {
    /// The one of that name.
    pub(super) fn named(name: &str) -> Option<Self> {
        match name {
            "auto" => Some(Self::Auto),
            "light" => Some(Self::Light),
            "dark" => Some(Self::Dark),
            _ => None,
        }
    }

    /// For the cookie and the `data-theme` attribute.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

/// What this browser wants.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Look {
    /// Language.
    pub(super) language: Language,
    /// Theme.
    pub(super) theme: Theme,
}

impl Look {
    /// From the query first, then from the cookies.
    pub(super) fn of(parts: &Parts) -> Self {
        let asked = asked_language(parts.uri.query().unwrap_or(""));
        let kept = || cookie::read(&parts.headers, LANGUAGE_COOKIE).and_then(Language::named);
        let theme = cookie::read(&parts.headers, THEME_COOKIE).and_then(Theme::named);
        Self { language: asked.or_else(kept).unwrap_or_default(), theme: theme.unwrap_or_default() }
    }
}

/// `?lang=en`.
pub(super) fn asked_language(query: &str) -> Option<Language> {
    query.split('&').find_map(|pair| pair.strip_prefix("lang=")).and_then(Language::named)
}

impl<S: Sync> FromRequestParts<S> for Look {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(parts))
    }
}
