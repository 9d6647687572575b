//! Whole files through [`open`]: good ones, bad ones, and the corpus whose counts are known.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::{
    collections::BTreeSet,
    io::{BufReader, Cursor, Write},
    path::PathBuf,
};

use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::event::{Event, Limits, check};

fn read(format: Format, text: &[u8], options: Options) -> (Vec<Value>, Vec<String>) {
    let mut events = Vec::new();
    let mut errors = Vec::new();
    for item in open(format, Box::new(Cursor::new(text.to_vec())), options) {
        match item {
            Ok(item) => events.push(serde_json::from_slice(&item.event).unwrap()),
            Err(error) => errors.push(error.to_string()),
        }
    }
    (events, errors)
}

/// The events of a file that holds nothing bad, each of which the API would take.
fn read_good(format: Format, input: Input, options: Options) -> Vec<Value> {
    let good = open(format, input, options).map(|item| {
        let item = item.unwrap();
        check(&item.event, &Limits::default()).unwrap_or_else(|fault| panic!("{fault:?} at {}", item.position));
        Event::read(&item.event).unwrap();
        serde_json::from_slice(&item.event).unwrap()
    });
    good.collect()
}

fn columns(toml: &str) -> Options {
    Options { columns: Columns::from_toml(toml).unwrap(), ..Options::default() }
}

/// A file of the shared test data, which lies beside the repository and is no part of it; a checkout elsewhere (a worktree) names the
/// folder in `LETOPIS_SHARED_DATA`. Without the file the test is skipped, past the capture of the test runner, so that a pass cannot be
/// mistaken for a check.
fn shared(path: &str) -> Option<BufReader<std::fs::File>> {
    let beside = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let file = std::env::var_os("LETOPIS_SHARED_DATA").map_or_else(beside, PathBuf::from).join(path);
    let opened = std::fs::File::open(&file).ok().map(BufReader::new);
    if opened.is_none() {
        writeln!(std::io::stderr(), "SKIPPED: no shared test data {path}, nothing was checked").unwrap();
    }
    opened
}

#[test]
fn an_event_with_an_id_passes_byte_for_byte() {
    let line = r#" {"event_id":"evt_1", "timestamp":"2025-01-01T12:34:56+03:00","channel":"whatsapp"}"#;
    let items: Vec<_> = open(Format::Jsonl, Box::new(Cursor::new(format!("\n{line}\r\n").into_bytes())), Options::default()).collect();
    assert_eq!(items.len(), 1);
    let item = items[0].as_ref().unwrap();
    assert_eq!((item.position, item.event.as_slice()), (2, line.as_bytes()));
}

#[test]
fn an_event_without_an_id_gets_one_that_a_second_run_repeats() {
    let text = b"{\"channel\":\"vk\"}\n{}\n{\"channel\":\"vk\"}";
    let (events, errors) = read(Format::Jsonl, text, Options::default());
    assert!(errors.is_empty(), "{errors:?}");
    let ids: BTreeSet<&str> = events.iter().map(|event| event["event_id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), 3);
    assert_eq!(read(Format::Jsonl, text, Options::default()).0, events);
}

#[test]
fn bad_lines_are_named_and_the_rest_is_read() {
    let huge = "x".repeat(2 << 20);
    let text = format!("{{\"event_id\":\"1\"}}\nhello\n{{\"event_id\":\n[1]\n\"{huge}\"\n\u{0}\n{{\"event_id\":\"7\"}}");
    let (events, errors) = read(Format::Jsonl, text.as_bytes(), Options::default());
    assert_eq!(events.len(), 2);
    let lines: Vec<&str> = errors.iter().map(|error| error.split(':').next().unwrap()).collect();
    assert_eq!(lines, ["line 2", "line 3", "line 4", "line 5", "line 6"]);
    assert!(read(Format::Jsonl, b"\xff\xfe{\"\xd0\"}", Options::default()).1[0].starts_with("line 1"));
}

#[test]
fn an_import_goes_on_where_it_stopped() {
    let text = b"{\"event_id\":\"1\"}\nbad\n{\"event_id\":\"3\"}\n{\"event_id\":\"4\"}";
    let (events, errors) = read(Format::Jsonl, text, Options { after: 3, ..Options::default() });
    assert_eq!((events.len(), errors.len()), (1, 0));
    assert_eq!(events[0]["event_id"], "4");
}

#[test]
fn arrays_and_pretty_objects_are_read() {
    let (events, errors) = read(Format::Json, br#"[{"event_id":"1"}, 5, {"channel":"max"}"#, Options::default());
    assert_eq!((events.len(), errors.len()), (1, 2), "{errors:?}");
    assert_eq!(read(Format::Json, b"{\n \"event_id\": \"1\"\n}\n", Options::default()).0.len(), 1);
}

#[test]
fn a_russian_table_needs_no_mapping() {
    let text = "\u{feff}Дата;Время;Канал;Направление;Телефон;Имя;Сообщение;Уверенность;Филиал\r\n\
                01.02.2025;9:05;whatsapp;входящее;8 (000) 555-01-02;Анна;\"Здравствуйте; можно записаться?\";0,91;Невский\r\n\
                01.02.2025;9:06;whatsapp;бот;8 (000) 555-01-02;Анна;Конечно!;;Невский\r\n";
    let events = read_good(Format::Csv, Box::new(Cursor::new(text.as_bytes())), Options::default());
    let first = &events[0];
    assert_eq!(first["timestamp"], "2025-02-01T09:05:00+03:00");
    assert_eq!(first["type"], "message_in");
    assert_eq!(first["client"], serde_json::json!({"phone": "8 (000) 555-01-02", "name": "Анна"}));
    assert_eq!(first["text"], "Здравствуйте; можно записаться?");
    assert_eq!(first["confidence"], 0.91);
    assert_eq!(first["meta"]["Филиал"], "Невский");
    assert_eq!(events[1]["type"], "message_out");
    assert!(events[1].get("confidence").is_none());
    assert_ne!(events[0]["event_id"], events[1]["event_id"]);
}

#[test]
fn a_mapping_names_columns_constants_words_and_times() {
    let mapping = r#"
        delimiter = ","
        [columns]
        timestamp = "when"
        client.phone = "tel"
        "booking.service" = "what"
        type = "event"
        [constants]
        channel = "telegram"
        meta.branch = "Невский"
        [values.type]
        "Звонок" = "call_in"
        [time]
        format = "%d-%m-%Y %H.%M"
        offset = "+05:00"
    "#;
    let text = "when,tel,what,event\n01-02-2025 10.30,8000,стрижка,Звонок\n";
    let (events, errors) = read(Format::Csv, text.as_bytes(), columns(mapping));
    assert!(errors.is_empty(), "{errors:?}");
    assert_eq!(events[0]["timestamp"], "2025-02-01T10:30:00+05:00");
    assert_eq!((events[0]["channel"].as_str(), events[0]["type"].as_str()), (Some("telegram"), Some("call_in")));
    assert_eq!((events[0]["meta"]["branch"].as_str(), events[0]["booking"]["service"].as_str()), (Some("Невский"), Some("стрижка")));

    let mut flags = Columns::default();
    flags.map("phone=tel, time=when").unwrap();
    flags.constant("channel=site").unwrap();
    let (events, errors) = read(Format::Csv, b"when,tel\n2025-02-01 10:30:00,1", Options { columns: flags, ..Options::default() });
    assert_eq!((events.len(), errors.len()), (1, 0), "{errors:?}");
}

#[test]
fn a_windows_1251_table_is_read() {
    let text = b"\xc4\xe0\xf2\xe0;\xd2\xe5\xea\xf1\xf2\n01.02.2025 10:00;\xc7\xe0\xef\xe8\xf1\xfc\n";
    let (events, errors) = read(Format::Csv, text, Options::default());
    assert!(errors.is_empty(), "{errors:?}");
    assert_eq!(events[0]["text"], "Запись");
}

#[test]
fn bad_rows_are_named_and_bad_tables_stop() {
    let text = "date;text\n01.02.2025 10:00;да\nвчера;нет\n01.02.2025 10:01\n;пусто\n01.02.2025 10:02;да\n";
    let (events, errors) = read(Format::Csv, text.as_bytes(), Options::default());
    assert_eq!(events.len(), 2);
    let lines: Vec<&str> = errors.iter().map(|error| error.split(':').next().unwrap()).collect();
    assert_eq!(lines, ["line 3", "line 4", "line 5"]);
    assert!(!errors[0].contains("вчера"), "an error repeats no cell: {}", errors[0]);

    for (text, mapping, says) in [
        ("имя;телефон\nа;1", "", "no column holds the time"),
        ("date;x\n1;2", "[columns]\nphone = \"нет такой\"", "no column"),
        ("date;x\n1;2", "[columns]\nfone = \"x\"", "no field"),
        ("date;x\n1;2", "delimiter = \"ж\"", "delimiter"),
        ("date;x\n1;2", "[time]\noffset = \"MSK\"", "offset"),
        ("", "", "no column holds the time"),
    ] {
        let (events, errors) = read(Format::Csv, text.as_bytes(), columns(mapping));
        assert!(events.is_empty() && errors.len() == 1 && errors[0].contains(says), "{mapping}: {errors:?}");
    }
    assert!(Columns::from_toml("[column]\n").is_err());
    assert!(Columns::default().map("phone").is_err());
}

#[test]
fn a_bad_dialogue_costs_one_error() {
    let text = r#"[{"dialogue_id":"1","services":["A_1"],"turns":[{"speaker":"USER","utterance":"Hi"}]}, {"dialogue_id":2},
                   {"dialogue_id":"3","services":["B_1"],"turns":[{"speaker":"USER","utterance":"Hi"}]},
                   {"dialogue_id":"4","services":["B_1"],"turns":[{"speaker":"WHO","utterance":"Hi"}]}, {"dialogue_id":"#;
    let (events, errors) = read(Format::Sgd, text.as_bytes(), Options::default());
    assert_eq!((events.len(), errors.len()), (2, 3), "{errors:?}");
    let filtered = read(Format::Sgd, text.as_bytes(), Options { services: Some("B_*".to_owned()), ..Options::default() }).0;
    assert_eq!(filtered, events[1..], "a filter changes neither ids nor times");
}

#[test]
fn text_dialogues_alternate() {
    let text = b"hello\nhi\n\xff\xff\nthere\n\n\n\nbye\n";
    let (events, errors) = read(Format::DialogueTxt, text, Options { source: "corpus".to_owned(), ..Options::default() });
    assert_eq!(errors, ["line 3: not UTF-8 text"]);
    let kinds: Vec<&str> = events.iter().map(|event| event["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["message_in", "message_out", "message_out", "message_in"]);
    assert_eq!(events[3]["session_id"], "txt_corpus_d8");
}

#[test]
fn the_dialogue_corpus_gives_its_known_counts() {
    let Some(file) = shared("sgd/dialogues_006.json") else { return };
    let options = Options { services: Some("Services_*".to_owned()), ..Options::default() };
    let events = read_good(Format::Sgd, Box::new(file), options);
    let of = |kind: &str| events.iter().filter(|event| event["type"] == kind).collect::<Vec<_>>();
    let sessions = |events: &[&Value]| events.iter().map(|event| event["session_id"].to_string()).collect::<BTreeSet<_>>().len();
    assert_eq!(sessions(&events.iter().collect::<Vec<_>>()), 107);
    assert_eq!(of("message_in").len() + of("message_out").len(), 1440);
    assert_eq!(sessions(&of("booking_created")), 55);
    assert_eq!(sessions(&of("error")), 17);
    assert!(of("booking_created").iter().all(|event| event["booking"]["starts_at"].is_string() && event["booking"]["staff"].is_string()));
    let ids: BTreeSet<String> = events.iter().map(|event| event["event_id"].to_string()).collect();
    assert_eq!(ids.len(), events.len());
}

#[test]
fn the_text_corpus_is_read() {
    let Some(file) = shared("russian-multiwoz/dev_dialogues_001_ru.txt") else { return };
    let events = read_good(Format::DialogueTxt, Box::new(file), Options { source: "multiwoz".to_owned(), ..Options::default() });
    let sessions: BTreeSet<String> = events.iter().map(|event| event["session_id"].to_string()).collect();
    assert_eq!((sessions.len(), events.len()), (512, 7690));
}

#[test]
fn a_price_without_a_currency_is_in_roubles() {
    let text = "Дата;Тип;Телефон;Сумма\n01.02.2025 10:00;оплата;8 (450) 555-01-02;1 500,50 ₽\n";
    let events = read_good(Format::Csv, Box::new(Cursor::new(text.as_bytes())), Options::default());
    assert_eq!(events[0]["payment"], serde_json::json!({"amount": 1500.5, "currency": "RUB"}));
    assert_eq!(events[0]["type"], "payment");
}

proptest! {
    #[test]
    fn any_file_ends_without_a_panic(
        bytes in prop_oneof![
            proptest::collection::vec(any::<u8>(), 0..400),
            "[\\[\\]{}\",:;a\\\\\n\t 0-9]{0,200}".prop_map(String::into_bytes),
            "(Дата;Текст;Сумма\n)?([0-9.: ]{0,16};[^\n]{0,20};[0-9,]{0,5}\n){0,6}".prop_map(String::into_bytes),
        ],
        format in proptest::sample::select(Format::ALL.to_vec()),
    ) {
        let mut last = 0;
        for item in open(format, Box::new(Cursor::new(bytes)), Options::default()).flatten() {
            prop_assert!(item.position > last);
            prop_assert!(serde_json::from_slice::<Value>(&item.event).is_ok());
            last = item.position;
        }
    }
}
