//! How wide words are, without a screen to ask.
//!
//! The widths are those of the wider of the usual system typefaces, so a guess errs towards more room: words that fit here fit on
//! the device. In parts of the size of the letters.

/// Width of words set at `size`.
pub(crate) fn width(words: &str, size: f64) -> f64 {
    words.chars().map(part).sum::<f64>() * size
}

/// The words, cut off with «…» where they would be wider than `room`.
pub(crate) fn fit(words: &str, size: f64, room: f64) -> String {
    if width(words, size) <= room {
        return words.to_owned();
    }
    let mut left = room - width("…", size);
    let kept: String = words
        .chars()
        .take_while(|c| {
            left -= part(*c) * size;
            left >= 0.0
        })
        .collect();
    match kept.trim_end() {
        "" => String::new(),
        kept => format!("{kept}…"),
    }
}

fn part(c: char) -> f64 {
    match c {
        ' ' | '\u{a0}' | '.' | ',' | ':' | ';' | '!' | '|' | 'i' | 'j' | 'l' | '\'' | '·' | '(' | ')' | 'I' => 0.36,
        '\u{202f}' | '\u{2009}' => 0.22,
        'f' | 't' | 'r' | '-' | '/' | 'г' | '«' | '»' => 0.48,
        '0'..='9' => 0.62,
        '–' => 0.55,
        'ж' | 'ш' | 'щ' | 'ю' | 'м' | 'ф' | 'ы' | 'm' | 'w' => 0.92,
        '%' | 'W' | 'M' | 'Ж' | 'Ш' | 'Щ' | 'Ю' | 'Ф' | '—' | '…' | '→' | '←' => 1.0,
        c if c.is_uppercase() => 0.78,
        c if (c as u32) < 0x0530 => 0.64,
        // Other scripts and pictures: as wide as they are high.
        _ => 1.1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_cut() {
        assert_eq!(fit("запись", 12.0, 100.0), "запись");
        assert_eq!(fit("запись на окрашивание волос", 12.0, 100.0), "запись на ок…");
        assert_eq!(fit("запись", 12.0, 10.0), "");
        assert!(width(&fit("щщщщщщщщщщщщщщщ", 12.0, 77.0), 12.0) <= 77.0);
    }
}
