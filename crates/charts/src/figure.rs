//! What stands around every drawing: its title and finding before it, the key and the note below, the exact values behind it.
//!
//! ```html
//! <figure class="chart">
//!   <figcaption><strong>title</strong> finding</figcaption>
//!   <svg class="chart-narrow" role="img"><title>title</title><desc>finding</desc>…</svg>
//!   <svg class="chart-wide" role="img">…</svg>
//!   <ul class="chart-keys">…</ul> <ol class="chart-marks">…</ol> <p class="chart-note">…</p>
//!   <details class="chart-table"><summary>…</summary><table>…</table></details>
//! </figure>
//! ```

use crate::ink::{Anchor, Ink, units};
use crate::lettering;
use crate::sheet::{NARROW, Sheet, WIDE};
use crate::table::Table;
use crate::words::{Term, Words};

/// What the caller says about a chart. The finding is what a person who cannot see it would be told: a sentence, not «график».
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Caption {
    /// What is shown: «Запись на приём по дням».
    pub title: String,
    /// What it shows: «За месяц доля выросла с 18 до 24 %».
    pub finding: String,
    /// What one has to know to read it: denominators, what was left out.
    pub note: Option<String>,
}

impl Caption {
    /// With no note.
    pub fn new(title: impl Into<String>, finding: impl Into<String>) -> Self {
        Self { title: title.into(), finding: finding.into(), note: None }
    }

    /// With one.
    #[must_use]
    pub fn note(self, note: impl Into<String>) -> Self {
        Self { note: Some(note.into()), ..self }
    }
}

/// One sign of the key: how it looks, what it means.
pub(crate) struct Key {
    pub(crate) class: &'static str,
    pub(crate) words: String,
}

/// What one numbered sign means: when, what, and where more is said.
pub(crate) struct Mark<'a> {
    pub(crate) label: &'a str,
    pub(crate) words: &'a str,
    pub(crate) url: Option<&'a str>,
}

/// Everything of a figure but its drawing.
pub(crate) struct Surroundings<'a> {
    pub(crate) caption: &'a Caption,
    pub(crate) keys: Vec<Key>,
    /// What the numbered signs in the drawing mean, in their order.
    pub(crate) marks: Vec<Mark<'a>>,
    pub(crate) table: Table,
}

/// Height of the row above a plot, where the axis is named and a touched value read.
pub(crate) const HEAD: f64 = 24.0;

/// The whole figure. `draw` is called once a sheet and says how high it drew.
pub(crate) fn figure(around: Surroundings<'_>, words: &dyn Words, draw: impl Fn(&mut Ink, &Sheet) -> f64) -> String {
    let caption = around.caption;
    let mut ink = Ink::default();
    ink.raw("<figure class=\"chart\">");
    ink.tag("figcaption", "chart-caption", |ink| {
        ink.element("strong", "chart-title", &caption.title);
        ink.raw(" ");
        ink.element("span", "chart-finding", &caption.finding);
    });
    for sheet in [&NARROW, &WIDE] {
        let mut drawing = Ink::default();
        let height = draw(&mut drawing, sheet);
        open(&mut ink, sheet, height);
        ink.element("title", "", &caption.title);
        ink.element("desc", "", &caption.finding);
        ink.raw(&drawing.finish());
        ink.raw("</svg>");
    }
    write_keys(&mut ink, &around.keys);
    write_marks(&mut ink, &around.marks);
    if let Some(note) = &caption.note {
        ink.element("p", "chart-note", note);
    }
    ink.tag("details", "chart-table", |ink| {
        ink.element("summary", "", &words.term(Term::Table));
        around.table.write(ink, &caption.title);
    });
    ink.raw("</figure>");
    ink.finish()
}

fn open(ink: &mut Ink, sheet: &Sheet, height: f64) {
    let (class, width, height, text) = (sheet.class, units(sheet.width), units(height), units(sheet.text));
    ink.put(format_args!(r#"<svg class="{class}" viewBox="0 0 {width} {height}" font-size="{text}" role="img">"#));
}

fn write_keys(ink: &mut Ink, keys: &[Key]) {
    if keys.is_empty() {
        return;
    }
    ink.tag("ul", "chart-keys", |ink| {
        for key in keys {
            ink.tag("li", key.class, |ink| ink.text(&key.words));
        }
    });
}

fn write_marks(ink: &mut Ink, marks: &[Mark<'_>]) {
    if marks.is_empty() {
        return;
    }
    ink.tag("ol", "chart-marks", |ink| {
        for mark in marks {
            ink.tag("li", "", |ink| {
                ink.text(mark.label);
                ink.raw(": ");
                // Only pages of the same house: a chart leads nowhere else.
                match mark.url.filter(|url| url.starts_with('/') && !url.starts_with("//")) {
                    Some(url) => link(ink, url, mark.words),
                    None => ink.text(mark.words),
                }
            });
        }
    });
}

fn link(ink: &mut Ink, url: &str, words: &str) {
    ink.raw("<a href=\"");
    ink.text(url);
    ink.raw("\">");
    ink.text(words);
    ink.raw("</a>");
}

/// What an axis measures, above the plot.
pub(crate) fn name_axis(ink: &mut Ink, sheet: &Sheet, axis: &crate::Axis, words: &dyn Words) {
    let name = if axis.cut { format!("{} · {}", words.term(Term::Cut), axis.name) } else { axis.name.clone() };
    ink.letters("axis-name", (0.0, sheet.text + 1.5), Anchor::Start, &lettering::fit(&name, sheet.text, sheet.width));
}

/// A place that tells its value when it is pointed at or tapped: `(x, y)`, `(width, height)`, the words, and what lights up.
///
/// It can be focused, so that a tap holds it on every device, but is no stop of the tab key: four hundred stops would be a trap, and the
/// table behind the chart is the keyboard's way to the same values.
pub(crate) fn touchable(ink: &mut Ink, sheet: &Sheet, area: ((f64, f64), (f64, f64)), reading: &str, lit: impl FnOnce(&mut Ink)) {
    ink.raw("<g class=\"spot\" tabindex=\"-1\">");
    ink.element("title", "", reading);
    ink.rect("spot-area", area.0, area.1);
    ink.tag("g", "spot-lit", |ink| {
        lit(ink);
        ink.rect("spot-paper", (0.0, 0.0), (sheet.width, HEAD - 4.0));
        ink.letters("spot-words", (0.0, sheet.text + 1.5), Anchor::Start, &lettering::fit(reading, sheet.text, sheet.width));
    });
    ink.raw("</g>");
}
