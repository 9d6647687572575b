//! For tests of rooms that use the store.
#![allow(clippy::unwrap_used)]

/// What [`super::Store::wipe`] does to a file that nobody has open.
pub fn wipe(path: &std::path::Path) {
    let gaps = super::gaps::Gaps::open(path).unwrap();
    let mut next = Some(0);
    while let Some(from) = next {
        next = gaps.wipe(from).unwrap();
    }
}
