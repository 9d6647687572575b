//! A number over time: its line, the band of its interval, what changed on the way, and the period before.

use crate::figure::{Caption, HEAD, Key, Mark, Surroundings, figure, name_axis, touchable};
use crate::ink::{Anchor, Ink};
use crate::lettering;
use crate::measure::Slot;
use crate::plot::{Plot, gutter, scale_of};
use crate::scale::Axis;
use crate::sheet::Sheet;
use crate::table::Table;
use crate::trace;
use crate::words::{Term, Words, cells, reading};

/// Height of the row of numbered signs.
const SIGNS: f64 = 18.0;

/// One day, week or hour.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Moment {
    /// «12 мая».
    pub label: String,
    /// What is known of it.
    pub slot: Slot,
    /// What was known of its twin in the period before.
    pub previous: Slot,
    /// What changed then.
    pub changes: Vec<Change>,
}

/// Something that changed, which a drop is compared with first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Change {
    /// «модель gpt-4o → gpt-4.1».
    pub words: String,
    /// The page that says more.
    pub url: Option<String>,
}

impl Moment {
    /// What is read when it is touched; of the period before only where there is room.
    fn read(&self, sheet: &Sheet, words: &dyn Words) -> String {
        let now = reading(words, &self.label, self.slot);
        let previous = self.previous.known().map(|known| format!("{now} · {}: {}", words.term(Term::Previous), words.value(known.value())));
        previous.filter(|both| lettering::width(both, sheet.text) <= sheet.width).unwrap_or(now)
    }
}

/// A number over time.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// Title, finding, note.
    pub caption: Caption,
    /// What goes upwards.
    pub axis: Axis,
    /// In the order of time, none left out.
    pub moments: Vec<Moment>,
}

impl Line {
    /// As HTML.
    #[must_use]
    pub fn draw(&self, words: &dyn Words) -> String {
        let around = Surroundings { caption: &self.caption, keys: self.keys(words), marks: self.marks(), table: self.table(words) };
        figure(around, words, |ink, sheet| self.draw_on(ink, sheet, words))
    }

    fn draw_on(&self, ink: &mut Ink, sheet: &Sheet, words: &dyn Words) -> f64 {
        let plot = self.plot(sheet, words);
        name_axis(ink, sheet, &self.axis, words);
        plot.draw_grid(ink, sheet, words);
        plot.draw_labels(ink, sheet, &self.moments.iter().map(|moment| moment.label.as_str()).collect::<Vec<_>>());
        let signs = self.draw_changes(ink, sheet, &plot);
        let previous: Vec<Slot> = self.moments.iter().map(|moment| moment.previous).collect();
        let slots: Vec<Slot> = self.moments.iter().map(|moment| moment.slot).collect();
        trace::draw_previous(ink, &plot, &previous);
        trace::draw(ink, &plot, &slots);
        plot.draw_nothing(ink, words, &slots);
        self.draw_newest(ink, sheet, &plot, words);
        self.draw_spots(ink, sheet, &plot, words);
        self.draw_signs(ink, sheet, &signs);
        plot.bottom + sheet.text + 10.0
    }

    /// What can be touched. Places closer together than a finger or a mouse can point are read at every second or third; all of them
    /// are in the table.
    fn draw_spots(&self, ink: &mut Ink, sheet: &Sheet, plot: &Plot, words: &dyn Words) {
        let stride = (sheet.pick(3.0, 1.5) / plot.pitch()).ceil().max(1.0) as usize;
        for (place, moment) in self.moments.iter().enumerate().rev().step_by(stride) {
            let (x, wide) = (plot.x(place), plot.pitch() * stride as f64);
            let left = (x - wide / 2.0).max(plot.left);
            let area = ((left, plot.top), ((x + wide / 2.0).min(plot.right) - left, plot.bottom - plot.top));
            touchable(ink, sheet, area, &moment.read(sheet, words), |ink| {
                ink.line("cross", (x, plot.top), (x, plot.bottom));
                if let Some(known) = moment.slot.known() {
                    ink.circle("lit", (x, plot.y(known.value())), 4.0);
                }
            });
        }
    }

    fn plot(&self, sheet: &Sheet, words: &dyn Words) -> Plot {
        let slots = self.moments.iter().flat_map(|moment| [moment.slot, moment.previous]);
        let scale = scale_of(slots.filter_map(Slot::known).flat_map(|known| known.reach()), &self.axis, sheet);
        let signs = if self.moments.iter().any(|moment| !moment.changes.is_empty()) { SIGNS } else { 0.0 };
        let top = HEAD + signs + sheet.text * 0.4;
        Plot {
            left: gutter(scale, sheet, words),
            right: sheet.width - 4.0,
            top,
            bottom: top + sheet.pick(140.0, 190.0),
            scale,
            places: self.moments.len(),
        }
    }

    /// Upright lines; their numbers stand above the plot.
    fn draw_changes(&self, ink: &mut Ink, sheet: &Sheet, plot: &Plot) -> Vec<Sign> {
        let mut signs: Vec<Sign> = Vec::new();
        for (place, moment) in self.moments.iter().enumerate().filter(|(_, moment)| !moment.changes.is_empty()) {
            let x = plot.x(place);
            ink.line("change", (x, HEAD + SIGNS - 2.0), (x, plot.bottom));
            let first = signs.last().map_or(1, |sign| sign.last + 1);
            let mut sign = Sign { from: x, to: x, first, last: first + moment.changes.len() - 1 };
            // A shared sign is wider, so it may reach the one before it too.
            while let Some(before) = signs.pop_if(|before| before.sides(sheet).1 + 1.0 > sign.sides(sheet).0) {
                sign = Sign { from: before.from, first: before.first, ..sign };
            }
            signs.push(sign);
        }
        signs
    }

    /// Numbers that say what changed when they are touched, as far as there is room; the list below says all of it.
    fn draw_signs(&self, ink: &mut Ink, sheet: &Sheet, signs: &[Sign]) {
        let marks = self.marks();
        for sign in signs {
            let (left, right) = sign.sides(sheet);
            ink.rect("sign", (left, HEAD), (right - left, 16.0));
            ink.letters("sign-number", ((left + right) / 2.0, HEAD + 12.2), Anchor::Middle, &sign.number());
            let meant = marks.get(sign.first - 1..sign.last).unwrap_or_default();
            let reading: Vec<String> = meant.iter().map(|mark| format!("{}: {}", mark.label, mark.words)).collect();
            touchable(ink, sheet, ((left, HEAD), (right - left, SIGNS)), &reading.join(" · "), |_| {});
        }
    }

    /// The newest number, written where the line ends.
    fn draw_newest(&self, ink: &mut Ink, sheet: &Sheet, plot: &Plot, words: &dyn Words) {
        let newest = self.moments.iter().enumerate().rev().find_map(|(place, moment)| moment.slot.known().map(|known| (place, known)));
        let Some((place, known)) = newest else { return };
        let (x, y, told) = (plot.x(place), plot.y(known.value()), words.value(known.value()));
        ink.circle("newest", (x, y), 3.0);
        let half = lettering::width(&told, sheet.text) / 2.0;
        let middle = x.min(sheet.width - half).max(plot.left + half);
        // Above the line as far as the words reach, or below it; where it fills the whole height, on it, with a rim of paper.
        let near = |place: usize| (plot.x(place) - middle).abs() <= half + plot.pitch();
        let slots = self.moments.iter().enumerate().filter(|(place, _)| near(*place));
        let heights = slots.filter_map(|(_, moment)| Some(plot.y(moment.slot.known()?.value())));
        let (highest, lowest) = heights.fold((y, y), |(high, low), y| (high.min(y), low.max(y)));
        let (above, below) = (highest - 8.0, lowest + sheet.text + 6.0);
        let line = match () {
            () if above - sheet.text >= plot.top - 4.0 => above,
            () if below <= plot.bottom - 3.0 => below,
            () => plot.top + sheet.text,
        };
        ink.letters("newest-words", (middle, line), Anchor::Middle, &told);
    }

    fn keys(&self, words: &dyn Words) -> Vec<Key> {
        let mut keys = Vec::new();
        let mut add = |class, term| keys.push(Key { class, words: words.term(term) });
        let known = |of: fn(&Moment) -> Slot| self.moments.iter().filter_map(move |moment| of(moment).known());
        if known(|moment| moment.previous).next().is_some() {
            add("key-line", Term::Now);
            add("key-previous", Term::Previous);
        }
        if known(|moment| moment.slot).any(|known| known.bounds().is_some()) {
            add("key-band", Term::Interval);
        }
        if self.moments.iter().any(|moment| matches!(moment.slot, Slot::Few(_))) {
            add("key-few", Term::Few);
        }
        keys
    }

    fn marks(&self) -> Vec<Mark<'_>> {
        self.moments.iter().flat_map(|moment| moment.changes.iter().map(|change| of(&moment.label, change))).collect()
    }

    fn table(&self, words: &dyn Words) -> Table {
        let compared = self.moments.iter().any(|moment| moment.previous != Slot::Empty);
        let changed = self.moments.iter().any(|moment| !moment.changes.is_empty());
        let mut head = vec![Term::Period, Term::Value, Term::Interval, Term::N];
        head.extend(compared.then_some(Term::Previous));
        head.extend(changed.then_some(Term::Changes));
        let row = |moment: &Moment| {
            let mut row = vec![moment.label.clone()];
            row.extend(cells(words, moment.slot));
            row.extend(compared.then(|| crate::words::told(words, moment.previous)));
            row.extend(changed.then(|| moment.changes.iter().map(|change| change.words.as_str()).collect::<Vec<_>>().join("; ")));
            row
        };
        Table { head: head.into_iter().map(|term| words.term(term)).collect(), rows: self.moments.iter().map(row).collect() }
    }
}

fn of<'a>(label: &'a str, change: &'a Change) -> Mark<'a> {
    Mark { label, words: &change.words, url: change.url.as_deref() }
}

/// A number above the plot: of one change, or of several that stand too close to have one each.
struct Sign {
    from: f64,
    to: f64,
    first: usize,
    last: usize,
}

impl Sign {
    fn number(&self) -> String {
        if self.first == self.last { self.first.to_string() } else { format!("{}–{}", self.first, self.last) }
    }

    /// Left and right edge, on the sheet.
    fn sides(&self, sheet: &Sheet) -> (f64, f64) {
        let half = (lettering::width(&self.number(), sheet.text) + 8.0).max(16.0) / 2.0;
        let middle = ((self.from + self.to) / 2.0).clamp(half, sheet.width - half);
        (middle - half, middle + half)
    }
}
