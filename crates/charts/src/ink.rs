//! The pen: elements and text into one string.
//!
//! Text goes in through [`Ink::text`] alone, which escapes it, and numbers through [`units`], which rounds them. Nothing writes a `style`
//! attribute or a script: the console's policy would refuse both, so every look comes from a class in `charts.css`.

use std::fmt::Write as _;

/// Where a text stands relative to its x.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Anchor {
    Start,
    Middle,
    End,
}

impl Anchor {
    const fn word(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Middle => "middle",
            Self::End => "end",
        }
    }
}

/// What has been written so far.
#[derive(Debug, Default)]
pub(crate) struct Ink(String);

impl Ink {
    /// Markup of ours.
    pub(crate) fn raw(&mut self, markup: &str) {
        self.0.push_str(markup);
    }

    /// Words of anybody's.
    pub(crate) fn text(&mut self, words: &str) {
        for c in words.chars() {
            match c {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                '\'' => self.0.push_str("&#39;"),
                c if c.is_control() => self.0.push(' '),
                c => self.0.push(c),
            }
        }
    }

    /// `<tag class="…">words</tag>`
    pub(crate) fn element(&mut self, tag: &str, class: &str, words: &str) {
        self.tag(tag, class, |ink| ink.text(words));
    }

    /// An element with what `inside` writes.
    pub(crate) fn tag(&mut self, tag: &str, class: &str, inside: impl FnOnce(&mut Self)) {
        let class = if class.is_empty() { String::new() } else { format!(" class=\"{class}\"") };
        self.put(format_args!("<{tag}{class}>"));
        inside(self);
        self.put(format_args!("</{tag}>"));
    }

    pub(crate) fn line(&mut self, class: &str, from: (f64, f64), to: (f64, f64)) {
        let (x1, y1, x2, y2) = (units(from.0), units(from.1), units(to.0), units(to.1));
        self.put(format_args!(r#"<line class="{class}" x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}"/>"#));
    }

    pub(crate) fn rect(&mut self, class: &str, at: (f64, f64), size: (f64, f64)) {
        let (x, y, width, height) = (units(at.0), units(at.1), units(size.0.max(0.0)), units(size.1.max(0.0)));
        self.put(format_args!(r#"<rect class="{class}" x="{x}" y="{y}" width="{width}" height="{height}"/>"#));
    }

    pub(crate) fn circle(&mut self, class: &str, at: (f64, f64), radius: f64) {
        let (x, y, r) = (units(at.0), units(at.1), units(radius));
        self.put(format_args!(r#"<circle class="{class}" cx="{x}" cy="{y}" r="{r}"/>"#));
    }

    /// A line through the points; closed, it is a surface.
    pub(crate) fn path(&mut self, class: &str, points: impl IntoIterator<Item = (f64, f64)>, closed: bool) {
        self.put(format_args!(r#"<path class="{class}" d=""#));
        for (index, (x, y)) in points.into_iter().enumerate() {
            let letter = if index == 0 { "M" } else { "L" };
            self.put(format_args!("{letter}{} {}", units(x), units(y)));
        }
        self.raw(if closed { "Z\"/>" } else { "\"/>" });
    }

    /// Words in the drawing.
    pub(crate) fn letters(&mut self, class: &str, at: (f64, f64), anchor: Anchor, words: &str) {
        let (x, y, anchor) = (units(at.0), units(at.1), anchor.word());
        self.put(format_args!(r#"<text class="{class}" x="{x}" y="{y}" text-anchor="{anchor}">"#));
        self.text(words);
        self.raw("</text>");
    }

    pub(crate) fn put(&mut self, markup: std::fmt::Arguments<'_>) {
        // Writing to a String cannot fail.
        let _ = self.0.write_fmt(markup);
    }

    pub(crate) fn finish(self) -> String {
        self.0
    }
}

/// A coordinate, to a tenth of a unit: a tenth is less than a pixel of any screen.
pub(crate) fn units(value: f64) -> String {
    let rounded = (value * 10.0).round() / 10.0;
    // Minus zero is a zero.
    format!("{}", if rounded == 0.0 { 0.0 } else { rounded })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_anybody_stay_words() {
        let mut ink = Ink::default();
        ink.element("p", "", "<script>alert('&')</script>\"\u{7}");
        assert_eq!(ink.finish(), "<p>&lt;script&gt;alert(&#39;&amp;&#39;)&lt;/script&gt;&quot; </p>");
    }

    #[test]
    fn coordinates_are_short() {
        assert_eq!([units(-0.01), units(3.0), units(12.3456), units(-7.96)], ["0", "3", "12.3", "-8"]);
    }
}
