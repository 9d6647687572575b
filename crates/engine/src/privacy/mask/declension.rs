//! Russian cases of names: every form that a name of the dictionary or of a client can have in a sentence.
//!
//! By the ending alone, as all first names go; a form too many does no harm, because it is only ever compared with words that stand where
//! a name stands.

/// Endings of the other cases, by what the name ends in.
fn endings(name: &str) -> (usize, &'static [&'static str]) {
    let hushing = |stem: char| matches!(stem, 'ж' | 'ш' | 'ч' | 'щ' | 'г' | 'к' | 'х' | 'ц');
    let mut back = name.chars().rev();
    let (last, before) = (back.next().unwrap_or(' '), back.next().unwrap_or(' '));
    match last {
        'а' if hushing(before) => (1, &["и", "е", "у", "ой", "ою", "ей", ""]),
        'а' => (1, &["ы", "е", "у", "ой", "ою", ""]),
        'я' if before == 'и' => (1, &["и", "е", "ю", "ей", "ею"]),
        'я' => (1, &["и", "е", "ю", "ей", "ею", "ь"]),
        'й' => (1, &["я", "ю", "ем", "е", "и"]),
        'ь' => (1, &["я", "ю", "ем", "е", "и", "ью"]),
        'о' | 'е' | 'и' | 'у' | 'ю' | 'э' | 'ы' => (0, &[]),
        _ => (0, &["а", "у", "ом", "ем", "е"]),
    }
}

/// Endings of a surname that goes like an adjective.
const ADJECTIVES: [(&str, &[&str]); 6] = [
    ("ский", &["ского", "скому", "ским", "ском", "ская", "скую", "ской"]),
    ("цкий", &["цкого", "цкому", "цким", "цком", "цкая", "цкую", "цкой"]),
    ("ая", &["ой", "ую", "ою"]),
    ("ый", &["ого", "ому", "ым", "ом"]),
    ("ой", &["ого", "ому", "ым", "ом"]),
    ("ий", &["ого", "ому", "им", "ом", "его", "ему", "ем", "я", "ю"]),
];

/// The name itself (lower case, ё as е) and its other cases.
pub(super) fn forms(name: &str) -> Vec<String> {
    let mut all = vec![name.to_owned()];
    let (cut, others) = endings(name);
    let stem = without_last(name, cut);
    all.extend(others.iter().map(|ending| format!("{stem}{ending}")));
    // Павел → Павла, Лев → Льва, Пётр stays.
    if let Some(stem) = fleeting(name) {
        all.extend(["а", "у", "ом", "ем", "е"].iter().map(|ending| format!("{stem}{ending}")));
    }
    for (ending, others) in ADJECTIVES {
        if let Some(stem) = name.strip_suffix(ending) {
            all.extend(others.iter().map(|other| format!("{stem}{other}")));
        }
    }
    // Surnames: Иванов → Ивановым, Иванова → Ивановой.
    if ["ов", "ев", "ин", "ын"].iter().any(|ending| name.ends_with(ending)) {
        all.extend(["ым", "ой", "ых"].iter().map(|ending| format!("{name}{ending}")));
    }
    all.sort();
    all.dedup();
    all.retain(|form| form.chars().count() > 1);
    all
}

fn without_last(name: &str, count: usize) -> &str {
    let end = name.char_indices().rev().nth(count.wrapping_sub(1)).map_or(name.len(), |(at, _)| at);
    &name[..end]
}

/// The stem without a vowel that only the nominative has.
fn fleeting(name: &str) -> Option<String> {
    match name {
        "павел" => Some("павл".into()),
        "лев" => Some("льв".into()),
        _ => {
            let (stem, last) =
                name.strip_suffix("ек").map(|stem| (stem, "ьк")).or_else(|| name.strip_suffix("ок").map(|stem| (stem, "к")))?;
            (stem.chars().count() > 2).then(|| format!("{stem}{last}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_go_through_all_cases() {
        for (name, cases) in [
            ("анна", vec!["анны", "анне", "анну", "анной"]),
            ("мария", vec!["марии", "марию", "марией"]),
            ("наталья", vec!["натальи", "наталье", "наталью", "натальей"]),
            ("игорь", vec!["игоря", "игорю", "игорем", "игоре"]),
            ("андрей", vec!["андрея", "андрею", "андреем"]),
            ("павел", vec!["павла", "павлу", "павлом"]),
            ("дмитрий", vec!["дмитрия", "дмитрию", "дмитрием", "дмитрии"]),
            ("саша", vec!["саши", "саше", "сашу", "сашей"]),
            ("любовь", vec!["любови", "любовью"]),
            ("толстой", vec!["толстого", "толстому"]),
            ("каримова", vec!["каримовой", "каримову"]),
            ("достоевский", vec!["достоевского", "достоевскому"]),
        ] {
            let all = forms(name);
            for case in cases {
                assert!(all.iter().any(|form| form == case), "{case} of {name}: {all:?}");
            }
        }
    }
}
