//! The house rules of ARCHITECTURE.md, held against every file of the program: who may use whom, how long a file may be, and
//! that it begins with what it is.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Rooms that use every other one: they are the wiring and the commands.
const EVERYWHERE: [&str; 2] = ["app", "cli"];
/// The limit for production code; tests at the end of a file count, files of tests do not.
const LINES: usize = 400;

#[test]
fn rooms_use_only_whom_they_may() {
    let allowed = table();
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        let Some(room) = room_of(&path).filter(|room| !EVERYWHERE.contains(&room.as_str())) else { continue };
        let may = allowed.get(&room).unwrap_or_else(|| panic!("ARCHITECTURE.md does not know the room {room}"));
        for (number, line) in production(&text).lines().enumerate() {
            for used in rooms_in(line).difference(may).filter(|used| **used != room) {
                wrong.push(format!("{}:{}: {room} uses {used}", path.display(), number + 1));
            }
        }
    }
    assert!(wrong.is_empty(), "ARCHITECTURE.md does not allow:\n{}", wrong.join("\n"));
}

#[test]
fn every_room_is_in_the_table_and_every_row_is_a_room() {
    let rooms: BTreeSet<String> = sources().iter().filter_map(|(path, _)| room_of(path)).collect();
    let rows: BTreeSet<String> = table().into_keys().collect();
    assert_eq!(rooms, rows);
}

#[test]
fn nobody_goes_in_circles() {
    let allowed = table();
    let mut open: BTreeSet<&str> = allowed.keys().map(String::as_str).collect();
    while let Some(free) = open.iter().copied().find(|room| allowed[*room].iter().all(|used| !open.contains(used.as_str()) || used == room))
    {
        open.remove(free);
    }
    assert!(open.is_empty(), "these rooms use each other in a circle: {open:?}");
}

#[test]
fn files_say_what_they_are_and_stay_short() {
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        let lines = text.lines().count();
        if lines > LINES {
            wrong.push(format!("{} has {lines} lines, the limit is {LINES}", path.display()));
        }
        if !text.starts_with("//!") {
            wrong.push(format!("{} does not begin with what it is (//!)", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn nothing_unwraps_outside_tests() {
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        for (number, line) in production(&text).lines().enumerate() {
            let code = line.split("//").next().unwrap_or("");
            if [".unwrap()", ".expect(", "panic!(", "todo!(", "unimplemented!("].iter().any(|word| code.contains(word)) {
                wrong.push(format!("{}:{}: {}", path.display(), number + 1, code.trim()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The table of ARCHITECTURE.md: a room, and the rooms it may use.
fn table() -> BTreeMap<String, BTreeSet<String>> {
    let page = include_str!("../../../../ARCHITECTURE.md");
    let rows = page.lines().skip_while(|line| !line.starts_with("| place |")).skip(2).take_while(|line| line.starts_with('|'));
    let cells = rows.map(|row| row.trim_matches('|').split('|').map(str::trim).collect::<Vec<_>>());
    let table: BTreeMap<_, _> = cells
        .filter(|cells| !cells[0].contains("crates/"))
        .map(|cells| {
            let used = cells[2].split(", ").map(|room| room.split(" (").next().unwrap().trim_matches('`').to_owned()).collect();
            (cells[0].trim_matches('`').to_owned(), used)
        })
        .collect();
    assert!(table.len() > 10, "the table of ARCHITECTURE.md is not where it was");
    table
}

/// The rooms and inner crates that a line of code names by path.
fn rooms_in(line: &str) -> BTreeSet<String> {
    let code = line.trim_start();
    if code.starts_with("//") {
        return BTreeSet::new();
    }
    let word = |rest: &str| rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect::<String>();
    let mut used: BTreeSet<String> = code
        .split("crate::")
        .skip(1)
        .flat_map(|rest| match rest.strip_prefix('{') {
            // `use crate::{event, journal::log}`: the first word of each part.
            Some(inside) => inside.split([',', '}']).map(|part| word(part.trim())).collect(),
            None => vec![word(rest)],
        })
        .collect();
    for inner in ["charts", "ledger", "queue", "statistics"] {
        let named = code
            .match_indices(&format!("{inner}::"))
            .any(|(at, _)| !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':'));
        if named {
            used.insert(inner.to_owned());
        }
    }
    used.remove("");
    used
}

fn room_of(path: &Path) -> Option<String> {
    let first = path.iter().next()?.to_str()?.to_owned();
    (!first.ends_with(".rs")).then_some(first)
}

/// A file without its tests.
fn production(text: &str) -> &str {
    text.split("#[cfg(test)]\nmod tests {").next().unwrap_or("")
}

/// Every production file of the program, by its path below the `src` of its crate. Files that `#[cfg(test)] mod x;` brings in are not.
fn sources() -> Vec<(PathBuf, String)> {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut files: Vec<_> = ["engine", "letopis"].into_iter().flat_map(|name| files_below(&crates.join(name).join("src"))).collect();
    let tests: BTreeSet<PathBuf> = files.iter().flat_map(|(path, text)| test_files(path, text)).collect();
    files.retain(|(path, _)| !tests.contains(path));
    files
}

fn files_below(root: &Path) -> Vec<(PathBuf, String)> {
    let (mut folders, mut files) = (vec![root.to_owned()], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                files.push((path.strip_prefix(root).unwrap().to_owned(), std::fs::read_to_string(&path).unwrap()));
            }
        }
    }
    files
}

fn test_files(path: &Path, text: &str) -> Vec<PathBuf> {
    // Either for the tests of its own crate, or for those of the other one as well.
    let names = ["#[cfg(test)]\n", "#[cfg(any(test, feature = \"testing\"))]\n#[doc(hidden)]\npub "]
        .into_iter()
        .flat_map(|mark| text.split(mark).skip(1))
        .filter_map(|after| after.strip_prefix("mod ")?.split_once(';'));
    let folder = if path.ends_with("mod.rs") || path.ends_with("lib.rs") { path.with_file_name("") } else { path.with_extension("") };
    names.filter(|(name, _)| !name.contains(' ')).map(|(name, _)| folder.join(format!("{name}.rs"))).collect()
}
