//! The two sizes every chart is drawn in.
//!
//! One drawing cannot serve a phone and a desktop: stretched to a desktop, a phone's letters are shouting, and shrunk to a phone, a
//! desktop's are 6 px high. So each chart is drawn twice, on a *narrow* sheet of 320 units and a *wide* one of 760, and a container
//! query in `charts.css` shows one of them; the other is `display: none`, which hides it from screen readers as well. A browser too old
//! for container queries shows the narrow one everywhere, which can be read everywhere.
//!
//! The narrow sheet's letters are 12 units: inside a card on a 360-px phone there are 294 px for 320 units, and the letters are 11 px.

/// What is drawn on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Sheet {
    /// Class of its `<svg>`.
    pub(crate) class: &'static str,
    pub(crate) width: f64,
    /// Size of the letters.
    pub(crate) text: f64,
}

/// For phones and narrow columns.
pub(crate) const NARROW: Sheet = Sheet { class: "chart-narrow", width: 320.0, text: 12.0 };
/// For columns of 672 px (42rem) and more: there letters are 11.5 px and more.
pub(crate) const WIDE: Sheet = Sheet { class: "chart-wide", width: 760.0, text: 13.0 };

impl Sheet {
    pub(crate) fn is_wide(&self) -> bool {
        self.width > NARROW.width
    }

    /// One of two numbers.
    pub(crate) fn pick(&self, narrow: f64, wide: f64) -> f64 {
        if self.is_wide() { wide } else { narrow }
    }
}

// Letters can be read in the narrowest place each sheet is shown in: inside a card on a 360-px phone, at the edge of the container query.
const _: () = assert!(NARROW.text * 294.0 / NARROW.width >= 11.0);
const _: () = assert!(WIDE.text * 672.0 / WIDE.width >= 11.0);
