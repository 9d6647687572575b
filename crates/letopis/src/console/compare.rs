//! Two texts, line against line: which lines both have, which went, which came. Pure.
//!
//! The longest common subsequence of lines, after what both begin and end with is taken off. Texts whose middles are too long for its table are
//! one block that went and one that came: that is true, only less fine.

/// Cells of the table: 2 000 lines against 2 000.
const CELLS: usize = 4_000_000;

/// Where a line stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// In both.
    Both,
    /// Only in the earlier text.
    Gone,
    /// Only in the later one.
    New,
}

/// One line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line<'a> {
    /// Where.
    pub side: Side,
    /// What it says.
    pub text: &'a str,
}

/// The lines of both texts in their order; what went stands before what came in its place.
#[must_use]
pub fn lines<'a>(from: &'a str, to: &'a str) -> Vec<Line<'a>> {
    let (from, to): (Vec<&str>, Vec<&str>) = (from.lines().collect(), to.lines().collect());
    let head = from.iter().zip(&to).take_while(|(one, other)| one == other).count();
    let tail = from[head..].iter().rev().zip(to[head..].iter().rev()).take_while(|(one, other)| one == other).count();
    let line = |side| move |text: &&'a str| Line { side, text };
    let mut all: Vec<Line<'a>> = from[..head].iter().map(line(Side::Both)).collect();
    middle(&from[head..from.len() - tail], &to[head..to.len() - tail], &mut all);
    all.extend(from[from.len() - tail..].iter().map(line(Side::Both)));
    all
}

fn middle<'a>(from: &[&'a str], to: &[&'a str], all: &mut Vec<Line<'a>>) {
    let wide = to.len() + 1;
    if from.len().saturating_mul(to.len()) > CELLS {
        all.extend(from.iter().map(|text| Line { side: Side::Gone, text }));
        all.extend(to.iter().map(|text| Line { side: Side::New, text }));
        return;
    }
    // longest[i][j]: how many lines are common to what is left of both from i and j on.
    let mut longest = vec![0_u32; (from.len() + 1) * wide];
    for i in (0..from.len()).rev() {
        for j in (0..to.len()).rev() {
            let skip = longest[(i + 1) * wide + j].max(longest[i * wide + j + 1]);
            longest[i * wide + j] = if from[i] == to[j] { longest[(i + 1) * wide + j + 1] + 1 } else { skip };
        }
    }
    let (mut i, mut j) = (0, 0);
    while i < from.len() || j < to.len() {
        let (side, text) = match () {
            () if i < from.len() && j < to.len() && from[i] == to[j] => (Side::Both, from[i]),
            () if i < from.len() && (j == to.len() || longest[(i + 1) * wide + j] >= longest[i * wide + j + 1]) => (Side::Gone, from[i]),
            () => (Side::New, to[j]),
        };
        i += usize::from(side != Side::New);
        j += usize::from(side != Side::Gone);
        all.push(Line { side, text });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(from: &str, to: &str) -> String {
        let sign = |side| match side {
            Side::Both => ' ',
            Side::Gone => '-',
            Side::New => '+',
        };
        lines(from, to).iter().map(|line| format!("{}{}", sign(line.side), line.text)).collect::<Vec<_>>().join("|")
    }

    #[test]
    fn what_went_and_came_stands_in_its_place() {
        assert_eq!(told("a\nb\nc", "a\nx\nc"), " a|-b|+x| c");
        assert_eq!(told("", "a"), "+a");
        assert_eq!(told("a\nb\nc\nd", "b\nd\ne"), "-a| b|-c| d|+e");
        assert_eq!(told("a\na\nb", "a\nb"), " a|-a| b");
    }

    proptest::proptest! {
        #[test]
        fn both_texts_can_be_read_from_it(from in "[abc\n]{0,30}", to in "[abc\n]{0,30}") {
            let all = lines(&from, &to);
            let side = |wanted: Side| all.iter().filter(|line| line.side == Side::Both || line.side == wanted).map(|line| line.text).collect::<Vec<_>>();
            proptest::prop_assert_eq!(side(Side::Gone), from.lines().collect::<Vec<_>>());
            proptest::prop_assert_eq!(side(Side::New), to.lines().collect::<Vec<_>>());
        }
    }
}
