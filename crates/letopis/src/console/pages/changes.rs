//! Changes of models, prompts and scenarios in words, each with the page that says more: marks of charts, and lists where nothing is drawn.

use charts::Change;

use super::language::Texts;
use super::moments::Clock;
use super::scenarios::url as scenario_url;
use crate::event::scenario::parts;
use crate::metrics::markers::{Marker, What};

/// A change with its day, for a list.
pub(in crate::console) struct Listed {
    pub(in crate::console) when: String,
    pub(in crate::console) words: String,
    pub(in crate::console) url: String,
}

/// «модель: gpt-4o → gpt-4.1», «сценарий запись: 6 → 7, включил(а) vera».
pub(in crate::console) fn words(t: &Texts, marker: &Marker) -> String {
    let (name, _) = parts(&marker.to);
    let named = marker.what != What::Model && marker.to != name;
    let version = |label: &str| match parts(label) {
        (of, Some(version)) if named && of == name => version.to_owned(),
        _ => label.to_owned(),
    };
    let what = if named { format!("{}-named", marker.what.as_str()) } else { marker.what.as_str().to_owned() };
    let values = [
        ("what", what.into()),
        ("name", name.to_owned().into()),
        ("from", marker.from.as_deref().map_or_else(|| "–".to_owned(), version).into()),
        ("to", version(&marker.to).into()),
    ];
    let told = t.with("change", &values);
    match &marker.by {
        Some(by) => t.with("change-by", &[("told", told.into()), ("by", by.clone().into())]),
        None => told,
    }
}

/// Where more is said.
pub(in crate::console) fn url(marker: &Marker) -> String {
    match parts(&marker.to) {
        (name, Some(_)) if marker.what != What::Model => scenario_url(name),
        _ => "/scenarios".to_owned(),
    }
}

/// A mark of a chart.
pub(in crate::console) fn mark(t: &Texts, marker: &Marker) -> Change {
    Change { words: words(t, marker), url: Some(url(marker)) }
}

/// A list, the newest first.
pub(in crate::console) fn listed(t: &Texts, clock: &Clock, markers: &[Marker]) -> Vec<Listed> {
    let one = |marker: &Marker| Listed { when: clock.when(marker.us), words: words(t, marker), url: url(marker) };
    markers.iter().rev().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::super::language::{Language, Library};
    use super::*;

    #[test]
    fn a_change_is_told_by_its_name() {
        let t = Library::default().texts(Language::Ru);
        let marker = |what, from: &str, to: &str, by: Option<&str>| Marker {
            what,
            us: 0,
            from: Some(from.to_owned()).filter(|from| !from.is_empty()),
            to: to.into(),
            record: None,
            by: by.map(str::to_owned),
        };
        for (marker, told, url) in [
            (marker(What::Model, "gpt-4o", "gpt-4.1", None), "модель: gpt-4o → gpt-4.1", "/scenarios"),
            (
                marker(What::Scenario, "запись@6", "запись@7", Some("vera")),
                "сценарий «запись»: 6 → 7 (vera)",
                "/scenarios/%D0%B7%D0%B0%D0%BF%D0%B8%D1%81%D1%8C",
            ),
            (marker(What::Scenario, "", "a@1", None), "сценарий «a»: – → 1", "/scenarios/a"),
            (marker(What::Prompt, "p@1", "0123", None), "промпт: p@1 → 0123", "/scenarios"),
            (marker(What::Prompt, "0123", "p@1", None), "промпт «p»: 0123 → 1", "/scenarios/p"),
        ] {
            assert_eq!((words(&t, &marker).as_str(), super::url(&marker).as_str()), (told, url));
        }
    }
}
