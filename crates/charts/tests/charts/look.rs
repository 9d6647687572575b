//! The markup of every chart, and what must never be in one.

use charts::{Bar, Caption, Change, Panel, Step, Term};

use crate::drawing::drawings;
use crate::language::{Unit, english, russian};
use crate::samples;

#[test]
fn every_chart_looks_as_it_did() {
    for (name, html) in samples::all() {
        insta::assert_snapshot!(name, html.replace("><", ">\n<"));
    }
}

#[test]
fn english_has_its_own_words_and_points() {
    let html = samples::whole_line().draw(&english(Unit::Percent));
    assert!(html.contains("<td>10.0%</td>") && html.contains("Table of values"), "{html}");
    assert!(samples::columns().draw(&english(Unit::Seconds)).contains("<td>5.0\u{a0}s</td>"));
    assert!(samples::columns().draw(&russian(Unit::Roubles)).contains("<td>5\u{a0}₽</td>"));
}

/// The console's policy refuses both, and a chart must not need them.
#[test]
fn no_chart_has_a_style_attribute_or_a_script() {
    for (name, html) in samples::all() {
        // Only what changed leads somewhere, and only within the house.
        let html = html.replace("<a href=\"/numbers?", "<a ");
        for refused in ["style=", "<script", "<style", " on", "javascript:", "<image", "href"] {
            let found = html.split('<').skip(1).any(|tag| format!("<{}", tag.split('>').next().unwrap()).contains(refused));
            assert!(!found, "{name} has {refused}");
        }
    }
}

/// A class that was renamed on one side only would draw black on black.
#[test]
fn the_style_sheet_knows_every_class() {
    let sheet = include_str!("../../../letopis/assets/charts.css");
    let knows = |class: &str| {
        sheet.match_indices(class).any(|(at, _)| {
            let after = sheet[at + class.len()..].chars().next().unwrap();
            sheet[..at].ends_with('.') && !(after.is_alphanumeric() || after == '-')
        })
    };
    for (name, html) in samples::all() {
        for class in html.split("class=\"").skip(1).flat_map(|part| part.split('"').next().unwrap().split(' ')) {
            assert!(knows(class), "{class} of {name} is not in charts.css");
        }
    }
}

#[test]
fn words_of_clients_stay_words() {
    let evil = "<script>alert(1)</script>\" onload=\"x' &";
    let mut line = samples::whole_line();
    line.caption = Caption::new(evil, evil).note(evil);
    line.axis.name = evil.to_owned();
    line.moments.iter_mut().for_each(|moment| moment.label = evil.to_owned());
    line.moments[1].changes = vec![Change { words: evil.to_owned(), url: Some(evil.to_owned()) }];
    let mut bars = samples::bars();
    bars.bars.push(Bar { label: evil.to_owned(), ..bars.bars[0].clone() });
    bars.reference = bars.reference.map(|(_, known)| (evil.to_owned(), known));
    let mut columns = samples::columns();
    columns.columns[0].label = evil.to_owned();
    let mut funnel = samples::funnel();
    funnel.steps.push(Step { label: evil.to_owned(), reached: 5 });
    let mut heat = samples::heat();
    (heat.hours[0], heat.days[0].0) = (evil.to_owned(), evil.to_owned());
    let mut multiples = samples::multiples();
    multiples.panels.push(Panel { label: evil.to_owned(), ..Panel::default() });
    multiples.dates[0] = evil.to_owned();
    let mut forest = samples::forest();
    forest.strata[0].label = evil.to_owned();
    forest.sides = (evil.to_owned(), evil.to_owned());
    let mut spark = samples::spark();
    spark.finding = evil.to_owned();
    let words = russian(Unit::Percent);
    let drawn = [
        line.draw(&words),
        bars.draw(&words),
        columns.draw(&words),
        funnel.draw(&words),
        heat.draw(&words),
        multiples.draw(&words),
        forest.draw(&words),
        spark.draw(),
    ];
    for html in drawn {
        assert!(html.contains("&lt;script&gt;"), "the words are not there: {html}");
        assert!(!html.contains("<script") && !html.contains("\" onload"), "{html}");
    }
}

#[test]
fn every_chart_says_what_it_shows() {
    for (name, html) in samples::all() {
        let sheets = drawings(&html);
        assert_eq!(sheets.len(), if name == "spark" { 1 } else { 2 }, "{name}");
        assert_eq!(html.matches("role=\"img\"").count(), sheets.len(), "{name}");
        assert_eq!(html.matches("<desc>").count(), if name == "spark" { 0 } else { 2 }, "{name}");
        for sheet in &sheets {
            assert!(sheet.marks[0].tag == "title" && !sheet.marks[0].words.is_empty(), "{name}");
        }
        if name != "spark" {
            assert!(html.starts_with("<figure") && html.contains("<caption>") && html.contains("scope=\"col\""), "{name}");
        }
    }
}

/// An exact value for whoever points at it: one place a number, none in the way of the tab key.
#[test]
fn every_value_can_be_touched() {
    let html = samples::whole_line().draw(&russian(Unit::Percent));
    for sheet in drawings(&html) {
        let spots: Vec<_> = sheet.of("spot").collect();
        assert_eq!(spots.len(), 6, "five days, and the sign of what changed");
        assert!(spots.iter().all(|spot| spot.attribute("tabindex") == Some("-1")));
        let read: Vec<_> = sheet.of("spot-words").map(|mark| mark.words.as_str()).collect();
        assert!(read.contains(&"3 мая: 30,0\u{a0}% (20,0–40,0\u{a0}%), n\u{a0}=\u{a0}80"), "{read:?}");
        let compared = read.iter().any(|words| words.ends_with("n\u{a0}=\u{a0}60 · прошлый период: 20,0\u{a0}%"));
        assert_eq!(compared, sheet.width > 400.0, "{read:?}");
        assert!(
            read.contains(&"2 мая: мало данных, n\u{a0}=\u{a0}7") && read.iter().any(|words| words.starts_with("3 мая: модель gpt-4o")),
            "{read:?}"
        );
        assert!(read.contains(&"5 мая: нет данных"), "{read:?}");
    }
}

#[test]
fn an_axis_that_is_cut_says_so() {
    let mut line = samples::whole_line();
    assert!(!line.draw(&russian(Unit::Percent)).contains("не от нуля"));
    line.axis = line.axis.cut();
    assert!(line.draw(&russian(Unit::Percent)).contains("ось не от нуля · доля"));
}

#[test]
fn every_term_has_a_key_of_its_own() {
    let keys: std::collections::BTreeSet<_> = Term::ALL.iter().map(|term| term.key()).collect();
    assert_eq!(keys.len(), Term::ALL.len());
}
