//! Names of fields in both interfaces.

/// Flat names of multifields in `crm.item.*`: name, type, value type (`None`: the first of any).
pub(crate) const FLAT: [(&str, &str, Option<&str>); 9] = [
    ("phoneMobile", "PHONE", Some("MOBILE")),
    ("phoneWork", "PHONE", Some("WORK")),
    ("phoneMailing", "PHONE", Some("MAILING")),
    ("emailHome", "EMAIL", Some("HOME")),
    ("emailWork", "EMAIL", Some("WORK")),
    ("emailMailing", "EMAIL", Some("MAILING")),
    ("imol", "IM", Some("OPENLINE")),
    ("email", "EMAIL", None),
    ("phone", "PHONE", None),
];

/// `assignedById` → `ASSIGNED_BY_ID`
pub(crate) fn upper_of(camel: &str) -> String {
    let mut upper = String::new();
    for letter in camel.chars() {
        if letter.is_ascii_uppercase() {
            upper.push('_');
        }
        upper.push(letter.to_ascii_uppercase());
    }
    upper
}

/// `UF_CRM_10_DIGIT` → `ufCrm10Digit`, but `UF_CRM_10_DIGIT10` → `ufCrm_10_DIGIT10`.
///
/// After an object's number that is only digits or only letters, the name is converted as any other; where letters and digits mix, or where digits
/// follow the prefix at once, only the prefix is, because the way back would not be clear. The five rows of the documentation's table are a test.
pub(crate) fn item_name(name: &str) -> String {
    let Some(tail) = name.strip_prefix("UF_CRM_") else { return camel_of(name) };
    let (number, rest) = tail.split_once('_').filter(|(number, _)| digits(number)).map_or(("", tail), |(number, rest)| (number, rest));
    let letters = !rest.bytes().any(|byte| byte.is_ascii_digit());
    match (number, letters, digits(rest)) {
        ("", true, _) => format!("ufCrm{}", capital(&camel_of(rest))),
        (number, true, _) if !number.is_empty() => format!("ufCrm{number}{}", capital(&camel_of(rest))),
        (number, false, true) if !number.is_empty() => format!("ufCrm{number}_{rest}"),
        _ => format!("ufCrm_{tail}"),
    }
}

fn digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn camel_of(upper: &str) -> String {
    let mut words = upper.split('_').filter(|word| !word.is_empty());
    let first = words.next().unwrap_or_default().to_ascii_lowercase();
    words.fold(first, |name, word| name + &capital(&word.to_ascii_lowercase()))
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_ascii_uppercase().to_string() + letters.as_str()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn custom_fields_as_the_documentation_lists_them() {
        for (upper, camel) in [
            ("UF_CRM_3_DIGIT", "ufCrm3Digit"),
            ("UF_CRM_3_1747309727", "ufCrm3_1747309727"),
            ("UF_CRM_3_DIGIT10", "ufCrm_3_DIGIT10"),
            ("UF_CRM_3_DIGIT_10", "ufCrm_3_DIGIT_10"),
            ("UF_CRM_1747309879", "ufCrm_1747309879"),
            ("UF_CRM_10_5186744711", "ufCrm10_5186744711"),
            ("UF_CRM_AI_INTENT", "ufCrmAiIntent"),
        ] {
            assert_eq!(item_name(upper), camel);
        }
        assert_eq!(
            (upper_of("assignedById"), upper_of("isManualOpportunity")),
            ("ASSIGNED_BY_ID".to_string(), "IS_MANUAL_OPPORTUNITY".to_string())
        );
    }
}
