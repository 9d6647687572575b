//! The table behind a chart: the same numbers, exactly, for a screen reader, a keyboard, a printer and whoever wants to copy them.

use crate::ink::Ink;

/// Head and rows; the first cell of a row names it.
#[derive(Debug, Default)]
pub(crate) struct Table {
    pub(crate) head: Vec<String>,
    pub(crate) rows: Vec<Vec<String>>,
}

impl Table {
    pub(crate) fn write(&self, ink: &mut Ink, caption: &str) {
        // A table wider than a phone scrolls in its box, and a box that scrolls must be reachable by keyboard.
        ink.raw("<div class=\"chart-scroll\" tabindex=\"0\" role=\"region\" aria-label=\"");
        ink.text(caption);
        ink.raw("\">");
        ink.tag("table", "", |ink| {
            ink.element("caption", "", caption);
            ink.tag("thead", "", |ink| ink.tag("tr", "", |ink| self.head.iter().for_each(|cell| heading(ink, "col", cell))));
            ink.tag("tbody", "", |ink| self.rows.iter().for_each(|row| ink.tag("tr", "", |ink| write_row(ink, row))));
        });
        ink.raw("</div>");
    }
}

fn write_row(ink: &mut Ink, row: &[String]) {
    for (index, cell) in row.iter().enumerate() {
        match index {
            0 => heading(ink, "row", cell),
            _ => ink.element("td", "", cell),
        }
    }
}

fn heading(ink: &mut Ink, scope: &str, words: &str) {
    ink.put(format_args!("<th scope=\"{scope}\">"));
    ink.text(words);
    ink.raw("</th>");
}
