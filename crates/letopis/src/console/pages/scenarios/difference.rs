//! Two versions side by side: on a phone one under the other. What both say is folded where there is much of it.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use serde::Deserialize;

use super::super::Desk;
use super::super::error::PageError;
use super::super::frame::{Frame, Section, framed, page};
use super::super::journal::Choice;
use super::super::visitor::Visitor;
use super::url;
use crate::access::Action;
use crate::console::compare::{self, Line, Side};
use crate::journal::scenarios;

/// Lines that both have and that stand beside a change.
const AROUND: usize = 3;

/// One row: what stood there, what stands there now.
#[derive(Debug, PartialEq, Eq)]
struct Row {
    gone: Option<String>,
    new: Option<String>,
    /// Both say the same.
    same: bool,
    /// Instead of a line: how many are left out.
    folded: i64,
}

#[derive(Template)]
#[template(path = "scenarios/difference.html")]
struct DifferencePage {
    f: Frame,
    name: String,
    url: String,
    from: String,
    to: String,
    earlier: Vec<Choice>,
    later: Vec<Choice>,
    rows: Vec<Row>,
    changed: String,
}

framed!(DifferencePage);

/// `?from=6&to=7`
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::console::pages) struct Asked {
    from: String,
    to: String,
}

/// `GET /scenarios/{name}/difference`
pub(in crate::console::pages) async fn show(
    State(desk): State<Desk>,
    visitor: Visitor,
    Path(name): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, PageError> {
    visitor.require(Action::ReadNumbers)?;
    let (business, wanted) = (visitor.business.id, name.clone());
    let read = desk.console.store.read(move |conn| {
        let known = scenarios::versions(conn, business, Some(&wanted))?;
        let of = |version: &str, otherwise: usize| known.iter().find(|one| one.version == version).or(known.get(otherwise));
        let (Some(to), Some(from)) = (of(&asked.to, 0), of(&asked.from, 1).or(known.first())) else { return Err(PageError::NotFound) };
        let (from_text, to_text) = (scenarios::text(conn, from)?, scenarios::text(conn, to)?);
        let names: Vec<String> = known.iter().map(|one| one.version.clone()).collect();
        Ok((names, from.version.clone(), to.version.clone(), from_text, to_text))
    });
    let (names, from, to, from_text, to_text) = read.await?;
    let t = &visitor.t;
    let lines = compare::lines(&from_text, &to_text);
    let count = |side: Side| lines.iter().filter(|line| line.side == side).count() as i64;
    let choice = |chosen: &str| {
        let choice = |name: &String| Choice { value: name.clone(), label: t.of("scenario-version", name), chosen: name == chosen };
        names.iter().map(choice).collect::<Vec<_>>()
    };
    page(&DifferencePage {
        f: Frame::new(&desk, &visitor, Section::Scenarios, t.of("scenario-difference", &name)),
        url: url(&name),
        earlier: choice(&from),
        later: choice(&to),
        changed: t.with("scenario-changed", &[("gone", count(Side::Gone).into()), ("new", count(Side::New).into())]),
        rows: folded(rows(&lines)),
        name,
        from: t.of("scenario-version", &from),
        to: t.of("scenario-version", &to),
    })
}

/// What went stands beside what came in its place.
fn rows(lines: &[Line<'_>]) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    // The first row of the present change that has nothing on its right side yet.
    let mut open = 0;
    for line in lines {
        let text = Some(line.text.to_owned());
        match line.side {
            Side::Both => rows.push(Row { gone: text.clone(), new: text, same: true, folded: 0 }),
            Side::Gone => rows.push(Row { gone: text, new: None, same: false, folded: 0 }),
            Side::New if open < rows.len() && rows[open].new.is_none() => rows[open].new = text,
            Side::New => rows.push(Row { gone: None, new: text, same: false, folded: 0 }),
        }
        open = match line.side {
            Side::Both => rows.len(),
            Side::Gone => open,
            Side::New => open + 1,
        };
    }
    rows
}

/// Long stretches that both have become one row each.
fn folded(rows: Vec<Row>) -> Vec<Row> {
    let near = |at: usize| rows[at.saturating_sub(AROUND)..(at + AROUND + 1).min(rows.len())].iter().any(|row| !row.same);
    let kept: Vec<bool> = (0..rows.len()).map(near).collect();
    let mut shown: Vec<Row> = Vec::new();
    for (row, kept) in rows.into_iter().zip(kept) {
        match shown.last_mut() {
            _ if kept => shown.push(row),
            Some(last) if last.folded > 0 => last.folded += 1,
            _ => shown.push(Row { gone: None, new: None, same: true, folded: 1 }),
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(from: &str, to: &str) -> Vec<String> {
        let of = |text: &Option<String>| text.clone().unwrap_or_default();
        let row = |row: &Row| match row.folded {
            0 => format!("{}|{}", of(&row.gone), of(&row.new)),
            n => format!("… {n}"),
        };
        folded(rows(&compare::lines(from, to))).iter().map(row).collect()
    }

    #[test]
    fn what_came_stands_beside_what_went() {
        assert_eq!(told("a\nb\nc\nd", "a\nx\ny\nz\nd"), ["a|a", "b|x", "c|y", "|z", "d|d"]);
        assert_eq!(told("1\n2\n3\n4\n5\n6", "1\n2\n3\n4\n5\nx"), ["… 2", "3|3", "4|4", "5|5", "6|x"]);
        assert_eq!(told("a", "a"), ["… 1"]);
        assert_eq!(told("a\nb\nc", "b\nc\nd"), ["a|", "b|b", "c|c", "|d"]);
    }
}
