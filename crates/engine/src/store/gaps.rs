//! The unused space inside the pages of the database file.
//!
//! `secure_delete` overwrites what is deleted. But when SQLite balances a tree it moves cells between pages, and what it moved away stays
//! as a copy in the gap between a page's cell pointers and its cells, where no statement reaches it. After a destruction the gaps of all
//! pages are overwritten here, in the file itself.
//!
//! ```text
//! page: [100 bytes of file header, page 1 only] type 02 05 0a 0d | … | cells u16 at 3 | content starts u16 at 5 | header 8, or 12 in 02 05
//!       cell pointers, 2 bytes each | the gap | cells
//! ```
//! It may be called only on the writer's thread, between transactions and with the write-ahead log cut to nothing: then nobody else
//! writes the file, and readers never look into a gap. The file stays open as long as the store, because closing any descriptor of it
//! would drop the locks that SQLite holds on it in this process.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

/// Pages looked at in one go: 64 MiB of 4-KiB pages, some tens of milliseconds.
const SLICE: u64 = 16 * 1024;
/// Pages read at once.
const AT_ONCE: u64 = 64;
/// With fewer pages than this, the first byte of a page that belongs to no tree (an overflow or free page) is 0, never a type.
const MOST_PAGES: u64 = 1 << 24;

/// The file, for as long as the store is open.
pub(super) struct Gaps(File);

impl Gaps {
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        File::options().read(true).write(true).open(path).map(Self)
    }

    /// Overwrites the gaps of the pages from number `from` (0 is the first); gives the number to go on with, none at the end.
    pub(super) fn wipe(&self, from: u64) -> io::Result<Option<u64>> {
        let mut header = [0; 100];
        self.0.read_exact_at(&mut header, 0)?;
        let page_bytes = match u64::from(u16_at(&header, 16)) {
            1 => 65_536,
            bytes => bytes,
        };
        let pages = self.0.metadata()?.len() / page_bytes.max(512);
        if pages >= MOST_PAGES {
            return Err(io::Error::other("the database has too many pages to tell their kinds apart"));
        }
        let to = pages.min(from + SLICE);
        let mut wrote = false;
        let mut read = vec![0; (AT_ONCE * page_bytes) as usize];
        for first in (from..to).step_by(AT_ONCE as usize) {
            let read = &mut read[..((to - first).min(AT_ONCE) * page_bytes) as usize];
            self.0.read_exact_at(read, first * page_bytes)?;
            for (number, page) in (first..).zip(read.chunks_exact_mut(page_bytes as usize)) {
                let Some((start, end)) = gap(page, if number == 0 { 100 } else { 0 }) else { continue };
                if page[start..end].iter().any(|byte| *byte != 0) {
                    page[start..end].fill(0);
                    self.0.write_all_at(&page[start..end], number * page_bytes + start as u64)?;
                    wrote = true;
                }
            }
        }
        // After the last page always: what a process wrote that was killed is not on disk yet.
        if wrote || to == pages {
            self.0.sync_data()?;
        }
        Ok((to < pages).then_some(to))
    }
}

/// Where the gap of a page of a tree is; none when it is no such page.
fn gap(page: &[u8], header: usize) -> Option<(usize, usize)> {
    let header_bytes = match page.get(header)? {
        0x02 | 0x05 => 12,
        0x0a | 0x0d => 8,
        _ => return None,
    };
    let cells = usize::from(u16_at(page, header + 3));
    let content = match usize::from(u16_at(page, header + 5)) {
        0 => 65_536,
        at => at,
    };
    let start = header + header_bytes + 2 * cells;
    (start < content && content <= page.len()).then_some((start, content))
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_be_bytes([bytes[at], bytes[at + 1]])
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use rusqlite::Connection;

    #[test]
    fn what_is_moved_away_leaves_no_copy_and_the_rest_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("db");
        let conn = Connection::open(&path).unwrap();
        conn.execute_batch("PRAGMA journal_mode=WAL; PRAGMA secure_delete=ON; CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT);")
            .unwrap();
        conn.execute_batch("CREATE INDEX by_name ON t (name)").unwrap();
        let name = |n: u64| format!("canary-{:016x}-{}", n.wrapping_mul(0x9e37_79b9_7f4a_7c15), "x".repeat((n % 90) as usize));
        for n in 0..20_000 {
            conn.execute("INSERT INTO t VALUES (?1, ?2)", rusqlite::params![n, name(n as u64)]).unwrap();
        }
        for n in (0..20_000).filter(|n| n % 3 != 0) {
            conn.execute("DELETE FROM t WHERE id = ?1", [n]).unwrap();
        }
        conn.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
        let left = |bytes: &[u8]| {
            let gone = (0..20_000_u64).filter(|n| n % 3 != 0).map(|n| name(n)[7..23].to_owned().into_bytes());
            let gone: std::collections::HashSet<Vec<u8>> = gone.collect();
            bytes.windows(16).filter(|window| gone.contains(*window)).count()
        };
        assert!(left(&std::fs::read(&path).unwrap()) > 0, "SQLite leaves copies by itself: else this room is not needed any more");
        let gaps = Gaps::open(&path).unwrap();
        let mut next = Some(0);
        while let Some(from) = next {
            next = gaps.wipe(from).unwrap();
        }
        conn.execute_batch("PRAGMA shrink_memory").unwrap();
        assert_eq!(left(&std::fs::read(&path).unwrap()), 0);
        let check: String = conn.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
        assert_eq!(check, "ok");
        assert_eq!(conn.query_row("SELECT count(*) FROM t", [], |row| row.get::<_, i64>(0)).unwrap(), 6_667);
        drop(conn);
        drop(gaps);
    }

    #[test]
    fn pages_that_are_no_trees_have_no_gap() {
        assert_eq!(gap(&[0; 4096], 0), None);
        let mut leaf = [0; 4096];
        (leaf[0], leaf[4], leaf[5]) = (0x0d, 3, 0x0f);
        assert_eq!(gap(&leaf, 0), Some((8 + 6, 0x0f00)));
        leaf[5] = 0xff;
        assert_eq!(gap(&leaf, 0), None, "content behind the end: not a page of ours");
    }
}
