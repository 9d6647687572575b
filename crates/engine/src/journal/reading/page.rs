//! Pages: where a list goes on.
//!
//! ```text
//! cursor = base64url(at i64 BE | id i64 BE)        the sort key and the number of the last item that was looked at
//! ```
//! To callers it is opaque. What is recorded meanwhile does not move the later pages, as an offset would.

use std::fmt;
use std::str::FromStr;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

/// The longest page.
pub const MAX_LIMIT: usize = 500;

/// The place behind the last item of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    /// Its sort key.
    pub at: i64,
    /// Its number, where several have the same key.
    pub id: i64,
}

/// A text that is no cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a cursor: send the `next` of the page before, unchanged")]
pub struct BadCursor;

/// Which part of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    limit: usize,
    /// Behind what; none for the first page.
    pub after: Option<Cursor>,
}

/// One page of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed<T> {
    /// In the list's order.
    pub items: Vec<T>,
    /// Where it goes on; none at the end. A page may be shorter than asked for, even empty, and still go on: a filter that fits
    /// little looks through a bounded part of the list at a time.
    pub next: Option<Cursor>,
}

impl Page {
    /// `limit` items (1 to [`MAX_LIMIT`]) behind `after`.
    #[must_use]
    pub fn new(limit: usize, after: Option<Cursor>) -> Self {
        Self { limit: limit.clamp(1, MAX_LIMIT), after }
    }

    /// How many items.
    #[must_use]
    pub fn limit(&self) -> usize {
        self.limit
    }
}

impl<T> Listed<T> {
    /// Cuts `found`, which was asked for one item more than the page has, and says whether there is more.
    pub(super) fn cut(mut found: Vec<T>, page: &Page, cursor: impl Fn(&T) -> Cursor) -> Self {
        let more = found.len() > page.limit;
        found.truncate(page.limit);
        let next = found.last().filter(|_| more).map(cursor);
        Self { items: found, next }
    }

    /// The same page of something else.
    pub(super) fn try_map<U>(self, f: impl Fn(T) -> rusqlite::Result<Option<U>>) -> rusqlite::Result<Listed<U>> {
        let items = self.items.into_iter().filter_map(|item| f(item).transpose()).collect::<rusqlite::Result<_>>()?;
        Ok(Listed { items, next: self.next })
    }

    /// The same page, told differently.
    #[must_use]
    pub fn map<U>(self, f: impl FnMut(T) -> U) -> Listed<U> {
        Listed { items: self.items.into_iter().map(f).collect(), next: self.next }
    }

    /// A list with nothing in it.
    #[must_use]
    pub fn empty() -> Self {
        Self { items: Vec::new(), next: None }
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&self.at.to_be_bytes());
        bytes[8..].copy_from_slice(&self.id.to_be_bytes());
        f.write_str(&URL_SAFE_NO_PAD.encode(bytes))
    }
}

impl FromStr for Cursor {
    type Err = BadCursor;

    fn from_str(text: &str) -> Result<Self, BadCursor> {
        let bytes: [u8; 16] = URL_SAFE_NO_PAD.decode(text).ok().and_then(|bytes| bytes.try_into().ok()).ok_or(BadCursor)?;
        let (halves, _) = bytes.as_chunks::<8>();
        Ok(Self { at: i64::from_be_bytes(halves[0]), id: i64::from_be_bytes(halves[1]) })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_cursor_reads_back_and_nothing_else_is_one() {
        for cursor in [Cursor { at: 1_735_724_096_000_000, id: 1 << 40 }, Cursor { at: -1, id: i64::MIN }] {
            let text = cursor.to_string();
            assert_eq!(text.len(), 22);
            assert_eq!(text.parse(), Ok(cursor));
        }
        for text in ["", "AAAA", "=", "AAAAAAAAAAAAAAAAAAAAAAAA", "яяяяяяяяяяя"] {
            assert_eq!(text.parse::<Cursor>(), Err(BadCursor), "{text}");
        }
    }

    #[test]
    fn a_page_has_a_limit() {
        assert_eq!((Page::new(0, None).limit(), Page::new(9999, None).limit()), (1, MAX_LIMIT));
        let cut = Listed::cut(vec![3, 2, 1], &Page::new(2, None), |&n| Cursor { at: n, id: n });
        assert_eq!((cut.items, cut.next), (vec![3, 2], Some(Cursor { at: 2, id: 2 })));
        assert_eq!(Listed::cut(vec![3], &Page::new(2, None), |&n| Cursor { at: n, id: n }).next, None);
    }
}
