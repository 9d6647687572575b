//! What the pages say, in Russian or English: Fluent messages from `locales/`.
//!
//! A template asks `t.say("key")`; numbers go through `count`, because Russian has three plurals; a word of ours or of the client's goes
//! through `of`. Nothing here escapes: the template does. A key that is missing shows itself; a test finds it first.

use std::fmt;
use std::sync::{Arc, OnceLock};

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use unic_langid::LanguageIdentifier;

/// The texts of one language: a file for each room of the console.
macro_rules! texts {
    ($language:literal: $($room:literal)*) => {
        concat!($(include_str!(concat!("../../../locales/", $language, "/", $room, ".ftl")), "\n"),*)
    };
}

macro_rules! all_texts {
    ($language:literal) => {
        texts!($language:
            "common" "words" "journal" "conversation" "quarantine" "settings" "connections" "start" "numbers" "worth" "reviews" "promises" "incidents" "comparing" "scenarios" "cards" "reports" "proof" "retention" "erasing" "duties")
    };
}

const RU: &str = all_texts!("ru");
const EN: &str = all_texts!("en");

/// A language that the console speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::console) enum Language {
    /// The default: the people this is for speak it.
    #[default]
    Ru,
    /// For integrators from elsewhere.
    En,
}

impl Language {
    /// The one of that code.
    pub(in crate::console) fn named(code: &str) -> Option<Self> {
        match code {
            "ru" => Some(Self::Ru),
            "en" => Some(Self::En),
            _ => None,
        }
    }

    /// For the `lang` attribute and the cookie.
    pub(in crate::console) fn code(self) -> &'static str {
        match self {
            Self::Ru => "ru",
            Self::En => "en",
        }
    }
}

/// The messages of one language.
#[derive(Clone)]
pub(in crate::console) struct Texts {
    language: Language,
    bundle: Arc<FluentBundle<FluentResource>>,
}

impl fmt::Debug for Texts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Texts({})", self.language.code())
    }
}

impl Texts {
    fn load(language: Language) -> Self {
        let source = if language == Language::Ru { RU } else { EN };
        // The locale decides about plurals; an unreadable code would mean the root locale, and the test of plurals finds that.
        let locale: LanguageIdentifier = language.code().parse().unwrap_or_default();
        // What cannot be parsed is left out; the tests below allow none of it.
        let resource = FluentResource::try_new(source.to_owned()).unwrap_or_else(|(resource, _)| resource);
        let mut bundle = FluentBundle::new_concurrent(vec![locale]);
        // Isolation marks are for mixed right-to-left text; here they would only get into what people copy.
        bundle.set_use_isolating(false);
        bundle.add_resource_overriding(resource);
        Self { language, bundle: Arc::new(bundle) }
    }

    /// Which language it is.
    pub(in crate::console) fn language(&self) -> Language {
        self.language
    }

    /// The message.
    pub(in crate::console) fn say(&self, key: &str) -> String {
        self.format(key, None)
    }

    /// The message about `$count` things.
    pub(in crate::console) fn count(&self, key: &str, count: impl TryInto<i64>) -> String {
        let count = count.try_into().unwrap_or(i64::MAX);
        self.with(key, &[("count", count.into())])
    }

    /// The message about `$what`.
    pub(in crate::console) fn of(&self, key: &str, what: &str) -> String {
        self.with(key, &[("what", what.into())])
    }

    /// The message with these values in it.
    pub(in crate::console) fn with(&self, key: &str, values: &[(&'static str, FluentValue<'_>)]) -> String {
        let args: FluentArgs<'_> = values.iter().cloned().collect();
        self.format(key, Some(&args))
    }

    fn format(&self, key: &str, args: Option<&FluentArgs<'_>>) -> String {
        let Some(pattern) = self.bundle.get_message(key).and_then(|message| message.value()) else {
            tracing::error!(key, language = self.language.code(), "no such text");
            return key.to_owned();
        };
        let mut errors = Vec::new();
        let text = self.bundle.format_pattern(pattern, args, &mut errors);
        if !errors.is_empty() {
            tracing::error!(key, language = self.language.code(), "text lacks a value");
        }
        text.into_owned()
    }
}

/// All languages, each parsed when somebody first speaks it; shared by pages and reports, for parsed texts take megabytes.
#[derive(Debug, Clone, Default)]
pub(in crate::console) struct Library(Arc<Shelves>);

#[derive(Debug, Default)]
struct Shelves {
    ru: OnceLock<Texts>,
    en: OnceLock<Texts>,
}

impl Library {
    /// The texts of one language.
    pub(in crate::console) fn texts(&self, language: Language) -> Texts {
        let shelf = match language {
            Language::Ru => &self.0.ru,
            Language::En => &self.0.en,
        };
        shelf.get_or_init(|| Texts::load(language)).clone()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    fn keys(source: &str) -> BTreeSet<&str> {
        assert!(FluentResource::try_new(source.to_owned()).is_ok(), "a message cannot be parsed");
        let is_key = |line: &&str| line.starts_with(|first: char| first.is_ascii_lowercase());
        source.lines().filter(is_key).filter_map(|line| line.split_once('=')).map(|(key, _)| key.trim()).collect()
    }

    fn files(folder: &Path, ending: &str, found: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                files(&path, ending, found);
            } else if path.extension().is_some_and(|e| e == ending) {
                found.push(std::fs::read_to_string(path).unwrap());
            }
        }
    }

    #[test]
    fn both_languages_say_the_same_things() {
        let (ru, en) = (keys(RU), keys(EN));
        assert_eq!(ru.symmetric_difference(&en).collect::<Vec<_>>(), Vec::<&&str>::new());
    }

    #[test]
    fn nothing_is_said_twice() {
        let count = |source: &str| source.lines().filter(|line| line.starts_with(|first: char| first.is_ascii_lowercase())).count();
        assert_eq!((count(RU), count(EN)), (keys(RU).len(), keys(EN).len()), "two messages of one key: the later one would win everywhere");
    }

    #[test]
    fn every_key_that_is_asked_for_is_there() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut sources = Vec::new();
        files(&root.join("templates"), "html", &mut sources);
        files(&root.join("src/console"), "rs", &mut sources);
        let (known, mut missing) = (keys(RU), BTreeSet::new());
        for call in [".say(\"", ".count(\"", ".of(\"", ".with(\""] {
            for source in &sources {
                let asked = source.split(call).skip(1).filter_map(|rest| rest.split_once('"')).map(|(key, _)| key);
                missing.extend(asked.filter(|key| !known.contains(key) && !key.is_empty() && *key != "key").map(str::to_owned));
            }
        }
        assert_eq!(missing, BTreeSet::new());
    }

    #[test]
    fn russian_counts_in_three_forms() {
        let t = Library::default().texts(Language::Ru);
        let said: Vec<_> = [1, 2, 5, 11, 21, 104].map(|n| t.count("count-conversations", n)).into();
        assert_eq!(said, ["1 диалог", "2 диалога", "5 диалогов", "11 диалогов", "21 диалог", "104 диалога"]);
        assert_eq!(Library::default().texts(Language::En).count("count-conversations", 1), "1 conversation");
    }
}
