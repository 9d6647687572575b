//! The gate and the reading together: the customer's example, hostile items, the promise that what passed can be read, types and facets.
#![allow(clippy::unwrap_used, clippy::panic)]

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::*;

/// The customer's own example, as it stands.
const GOLDEN: &str = r#"{"event_id":"evt_20250101_001","timestamp":"2025-01-01T12:34:56+03:00","channel":"whatsapp",
 "client":{"phone":"+7xxxxxxxxxx","name":"Иван"},"session_id":"sess_abc123","intent":"запись_на_приём","confidence":0.87,
 "bot_response":"Записал на 15:00, отправил напоминание","action":"create_lead","crm_id":"BX_LEAD_4521"}"#;

fn refused(item: &str) -> Invalid {
    check(item.as_bytes(), &Limits::default()).expect_err(item)
}

/// The smallest event with these fields added.
fn with(fields: Value) -> String {
    let mut item = json!({"timestamp": "2025-01-01T12:00:00+03:00", "channel": "site"});
    item.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    item.to_string()
}

fn read(fields: Value) -> Event {
    let item = with(fields);
    check(item.as_bytes(), &Limits::default()).unwrap_or_else(|error| panic!("{item}: {error}"));
    Event::read(item.as_bytes()).unwrap()
}

#[test]
fn the_customers_example_keeps_its_meaning() {
    let checked = check(GOLDEN.as_bytes(), &Limits::default()).unwrap();
    assert_eq!(checked.event_id.as_deref(), Some("evt_20250101_001"));
    let event = Event::read(GOLDEN.as_bytes()).unwrap();
    assert_eq!(event.timestamp.to_string(), "2025-01-01T12:34:56+03:00");
    assert_eq!((event.channel.as_str(), event.session_id.as_deref()), ("whatsapp", Some("sess_abc123")));
    assert_eq!((event.client.name.as_deref(), event.client.phone.as_deref()), (Some("Иван"), Some("+7xxxxxxxxxx")));
    assert!(event.client.phone_reading(None).unwrap().is_masked());
    assert_eq!((event.intent.as_deref(), event.confidence), (Some("запись_на_приём"), Some(0.87)));
    assert_eq!(event.bot_response.as_deref(), Some("Записал на 15:00, отправил напоминание"));
    assert_eq!(event.crm_ref(), Some(CrmRef { kind: CrmKind::Lead, id: 4521 }));
    assert_eq!((&event.kind, event.kind_derived, event.direction), (&EventType::LeadCreated, true, Direction::Internal));
    assert_eq!(event.facets(), Facets::LEAD | Facets::REPLY);
    assert!(event.meta.is_empty());
}

#[test]
fn faults_have_a_code_a_field_and_advice() {
    for (item, code, field) in [
        ("", Code::BadJson, ""),
        ("{", Code::BadJson, ""),
        ("[]", Code::NotAnObject, ""),
        ("null", Code::NotAnObject, ""),
        ("{} {}", Code::BadJson, ""),
        (r#"{"timestamp":"2025-01-01T00:00:00Z","channel":"a","cost":1e999}"#, Code::BadJson, ""),
        (r#"{"channel":"a"}"#, Code::MissingField, "timestamp"),
        (r#"{"timestamp":null,"channel":"a"}"#, Code::MissingField, "timestamp"),
        (r#"{"timestamp":"2025-01-01T00:00:00","channel":"a"}"#, Code::BadTimestamp, "timestamp"),
        (r#"{"timestamp":1735723996,"channel":"a"}"#, Code::WrongType, "timestamp"),
        (r#"{"timestamp":"2025-01-01T00:00:00Z"}"#, Code::MissingField, "channel"),
        (r#"{"timestamp":"2025-01-01T00:00:00Z","channel":"  "}"#, Code::MissingField, "channel"),
        (r#"{"timestamp":"2025-01-01T00:00:00Z","channel":"a","channel":"b"}"#, Code::DuplicateField, "channel"),
        (r#"{"timestamp":"2025-01-01T00:00:00Z","channel":"a","text":null,"text":"b"}"#, Code::DuplicateField, "text"),
        (r#"{"timestamp":"2025-01-01T00:00:00Z","channel":"a","client":{"id":1,"id":2}}"#, Code::DuplicateField, "client.id"),
    ] {
        let error = refused(item);
        assert_eq!((error.code, error.field.as_ref()), (code, field), "{item}: {error}");
    }
    for (fields, code, field) in [
        (json!({"event_id": ""}), Code::MissingField, "event_id"),
        (json!({"event_id": "x".repeat(201)}), Code::TooLong, "event_id"),
        (json!({"channel": "я".repeat(65)}), Code::TooLong, "channel"),
        (json!({"confidence": "0.87"}), Code::WrongType, "confidence"),
        (json!({"confidence": 1.01}), Code::OutOfRange, "confidence"),
        (json!({"latency_ms": -1}), Code::OutOfRange, "latency_ms"),
        (json!({"latency_ms": 1.5}), Code::WrongType, "latency_ms"),
        (json!({"cost": -0.1}), Code::OutOfRange, "cost"),
        (json!({"type": "Message In"}), Code::BadType, "type"),
        (json!({"type": "message_in"}), Code::MissingField, "text"),
        (json!({"type": "message_in", "text": "а", "direction": "out"}), Code::BadValue, "direction"),
        (json!({"type": "booking_created"}), Code::MissingField, "session_id"),
        (json!({"type": "payment"}), Code::MissingField, "payment"),
        (json!({"type": "error"}), Code::MissingField, "error"),
        (json!({"direction": "sideways"}), Code::BadValue, "direction"),
        (json!({"payment": {"amount": 5}}), Code::MissingField, "payment.currency"),
        (json!({"payment": {"amount": "много", "currency": "RUB"}}), Code::BadValue, "payment.amount"),
        (json!({"payment": {"amount": 5, "currency": "рублики"}}), Code::BadValue, "payment.currency"),
        (json!({"client": "Иван"}), Code::WrongType, "client"),
        (json!({"client": {"phone": true}}), Code::WrongType, "client.phone"),
        (json!({"booking": {"starts_at": "завтра"}}), Code::BadTimestamp, "booking.starts_at"),
        (json!({"tags": "срочно"}), Code::WrongType, "tags"),
        (json!({"utm": {"source": {}}}), Code::WrongType, "utm"),
        (json!({"meta": []}), Code::WrongType, "meta"),
        (json!({"text": "a\u{0}b"}), Code::NulCharacter, "text"),
        (json!({"meta": {"a\u{0}b": 1}}), Code::NulCharacter, "meta"),
        (json!({"+79211234567": "\u{0}"}), Code::NulCharacter, "(unnamed field)"),
    ] {
        let error = refused(&with(fields.clone()));
        assert_eq!((error.code, error.field.as_ref()), (code, field), "{fields}: {error}");
        assert!(
            !error.message.starts_with(char::is_uppercase) && !error.message.contains("Иван") && !error.message.contains("9211234567"),
            "{error}"
        );
    }
    assert_eq!(check(b"{\"a\":\"\xff\"}", &Limits::default()).unwrap_err().code, Code::NotUtf8);
}

#[test]
fn limits_hold_at_their_edge() {
    let nested = |levels: usize| with(json!({})).replace('}', &format!(",\"a\":{}{}}}", "[".repeat(levels), "]".repeat(levels)));
    assert!(check(nested(31).as_bytes(), &Limits::default()).is_ok());
    assert_eq!(refused(&nested(32)).code, Code::TooDeep);
    assert_eq!(refused(&nested(100_000)).code, Code::TooDeep);
    let wide = |keys: usize| with(Value::Object((0..keys).map(|n| (format!("k{n}"), json!(n))).collect()));
    assert!(check(wide(254).as_bytes(), &Limits::default()).is_ok());
    assert_eq!(refused(&wide(255)).code, Code::TooManyKeys);
    let long = |bytes: usize| with(json!({ "text": "x".repeat(bytes) }));
    let frame = long(0).len();
    assert!(check(long(256 * 1024 - frame).as_bytes(), &Limits::default()).is_ok());
    assert_eq!(refused(&long(256 * 1024 - frame + 1)).code, Code::TooLarge);
    // A backslash pair before "u0000" is text, not NUL.
    assert!(check(with(json!({"text": "\\u0000"})).as_bytes(), &Limits::default()).is_ok());
}

#[test]
fn numbers_may_stand_for_ids() {
    let event = read(
        json!({"event_id": 17, "session_id": 5, "crm_id": 4521, "client": {"phone": 79_211_234_567_u64, "id": 18_446_744_073_709_551_615_u64}, "scenario_version": 3}),
    );
    assert_eq!((event.event_id.as_deref(), event.session_id.as_deref(), event.crm_id.as_deref()), (Some("17"), Some("5"), Some("4521")));
    assert_eq!(event.client.phone_reading(None).unwrap().e164().unwrap().as_str(), "+79211234567");
    assert_eq!((event.client.id.as_deref(), event.scenario_version.as_deref()), (Some("18446744073709551615"), Some("3")));
    let item = with(json!({"event_id": 17}));
    assert_eq!(check(item.as_bytes(), &Limits::default()).unwrap().event_id.as_deref(), Some("17"));
}

#[test]
fn nothing_unknown_is_dropped() {
    let event = read(json!({
        "meta": {"branch": "Невский", "client.birthday": "given first", "same": 1}, "branch": "Лиговский", "same": 1, "колонка": [1, {"a": null}],
        "client": {"birthday": "1990-05-01", "name": "Анна"}, "error": {"code": 504, "retry": true}, "nothing": null,
    }));
    let meta = json!({
        "branch": "Невский", "event.branch": "Лиговский", "same": 1, "колонка": [1, {"a": null}],
        "client.birthday": "given first", "event.client.birthday": "1990-05-01", "error.retry": true,
    });
    assert_eq!(Value::Object(event.meta), meta);
    assert_eq!(event.error, Some(Failure { code: Some("504".into()), message: None }));
}

#[test]
fn values_are_read() {
    let event = read(json!({
        "channel": " WhatsApp ", "booking": {"starts_at": "2025-01-02 15:00", "status": "created"}, "payment": {"amount": 1500.5, "currency": "₽"},
        "delivery": {"status": "delivered", "message_id": 7}, "error": "timeout", "utm": {"source": "vk", "n": 5}, "tags": ["vip", 3], "tokens_in": 12, "cost": 0.36, "intent": "",
    }));
    assert_eq!((event.channel.as_str(), event.intent), ("whatsapp", None));
    assert_eq!(event.booking.unwrap().starts_at, When::parse("2025-01-02T15:00:00+03:00"));
    assert_eq!(event.payment, Some(Payment { minor: 150_050, currency: "RUB".into() }));
    assert_eq!(event.delivery.unwrap().message_id.as_deref(), Some("7"));
    assert_eq!(event.error.unwrap().message.as_deref(), Some("timeout"));
    assert_eq!(
        (event.utm.len(), event.utm["n"].as_str(), event.tags.len(), event.tokens_in, event.cost),
        (2, "5", 2, Some(12), Some(0.36))
    );
}

#[test]
fn a_missing_type_is_derived() {
    for (fields, kind, facets) in [
        (json!({"text": "Здравствуйте"}), "message_in", Facets::INBOUND),
        (json!({"text": "Здравствуйте", "direction": "out"}), "message_out", Facets::REPLY),
        (json!({"text": ""}), "message_in", Facets::INBOUND),
        (json!({"bot_response": "Да"}), "message_out", Facets::REPLY),
        (json!({"text": "Есть место?", "bot_response": "Да"}), "message_out", Facets::INBOUND | Facets::REPLY),
        (json!({"operator": "Ольга", "text": "Это Ольга"}), "operator_reply", Facets::OPERATOR),
        (json!({"operator": "Ольга", "text": "Алло", "direction": "in"}), "message_in", Facets::INBOUND),
        (json!({"action": "create_lead", "crm_id": "L_5"}), "lead_created", Facets::LEAD),
        (json!({"action": "create_lead", "bot_response": "Записал"}), "message_out", Facets::REPLY | Facets::LEAD_CLAIMED),
        (json!({"action": "create_lead"}), "action", Facets::LEAD_CLAIMED),
        (
            json!({"action": "Create_Booking", "text": "На пять", "bot_response": "Записал"}),
            "booking_created",
            Facets::BOOKING | Facets::INBOUND | Facets::REPLY,
        ),
        (json!({"action": "create_booking", "booking": {"status": "failed"}}), "error", Facets::FAILURE),
        (json!({"booking": {"status": "cancelled"}}), "booking_cancelled", Facets::CANCELLED),
        (json!({"booking": {"status": "no_show"}}), "visit_no_show", Facets::NO_SHOW),
        (json!({"action": "send_reminder", "bot_response": "Ждём вас"}), "reminder_sent", Facets::REMINDER),
        (json!({"action": "handoff", "bot_response": "Зову администратора"}), "handoff", Facets::HANDOFF | Facets::REPLY),
        (json!({"error": "timeout"}), "error", Facets::FAILURE),
        (json!({"error": "timeout", "bot_response": "Повторите"}), "message_out", Facets::REPLY | Facets::FAILURE),
        (json!({"payment": {"amount": 1, "currency": "RUB"}, "text": "Оплатила"}), "payment", Facets::PAYMENT | Facets::INBOUND),
        (json!({"action": "send_price"}), "action", Facets::NONE),
        (json!({"model": "m", "latency_ms": 5}), "llm_call", Facets::NONE),
        (json!({}), "other", Facets::NONE),
    ] {
        let event = read(fields.clone());
        assert_eq!((event.kind.as_str(), event.kind_derived), (kind, true), "{fields}");
        assert_eq!(event.facets(), facets, "{fields}");
        // A derived type, given back explicitly, passes its own requirements.
        let mut explicit = fields;
        explicit["type"] = json!(kind);
        let needs_about = matches!(event.kind, EventType::ReminderSent | EventType::Handoff | EventType::BookingCreated);
        if !needs_about || explicit.get("booking").is_some() {
            read(explicit);
        }
    }
}

#[test]
fn a_given_type_says_what_it_is_about() {
    for (fields, facets) in [
        (json!({"type": "client_refused", "text": "Не надо", "session_id": "s"}), Facets::REFUSED | Facets::INBOUND),
        (json!({"type": "booking_created", "booking": {"status": "rejected"}}), Facets::FAILURE),
        (json!({"type": "operator_reply", "text": "Добрый день"}), Facets::OPERATOR),
        (json!({"type": "error", "text": "стек вызовов"}), Facets::FAILURE),
        (json!({"type": "reminder_confirmed", "session_id": "s"}), Facets::CONFIRMED | Facets::INBOUND),
        (json!({"type": "my.own_type", "text": "а"}), Facets::INBOUND),
    ] {
        assert_eq!(read(fields.clone()).facets(), facets, "{fields}");
    }
    for kind in EventType::known() {
        assert_eq!(EventType::parse(kind.as_str()).as_ref(), Some(kind));
    }
    assert_eq!(EventType::parse("my.own"), Some(EventType::Custom("my.own".into())));
    assert_eq!(EventType::parse(""), None);
}

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        (0.0..1.0_f64).prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
        prop_oneof!["in", "out", "RUB", "message_in", "payment", "create_lead", "failed", "2025-01-01T10:00:00+03:00", "1500.50"]
            .prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 6, |inner| {
        let key = prop_oneof![2 => proptest::sample::select(vec!["id", "phone", "status", "starts_at", "amount", "currency", "code", "message"]).prop_map(str::to_owned), 1 => "\\PC{0,6}"];
        prop_oneof![proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from), proptest::collection::vec((key, inner), 0..5).prop_map(|members| Value::Object(members.into_iter().collect::<Map<_, _>>()))]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]
    #[test]
    fn what_passed_can_be_read(fields in proptest::collection::vec((proptest::sample::select(fields::NAMES.to_vec()), any_value()), 0..8), other in any_value()) {
        let mut item = json!({"timestamp": "2025-01-01T12:00:00+03:00", "channel": "site", "other": other});
        for (name, value) in fields {
            item[name] = value;
        }
        let item = item.to_string();
        let event = Event::read(item.as_bytes());
        match check(item.as_bytes(), &Limits::default()) {
            Ok(checked) => {
                let event = event.unwrap();
                prop_assert_eq!(event.event_id.as_deref(), checked.event_id.as_deref());
                prop_assert_eq!(event.timestamp, checked.timestamp);
                let _ = (event.facets(), event.crm_ref(), event.client.phone_reading(Some("812")), event.client.email_key());
            }
            Err(error) => prop_assert!(event.is_err() || matches!(error.code, Code::TooDeep | Code::TooManyKeys | Code::TooLarge)),
        }
    }

    #[test]
    fn any_bytes_are_judged_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..64), at in 0..GOLDEN.len(), byte in any::<u8>()) {
        let _ = check(&bytes, &Limits::default());
        let mut item = GOLDEN.as_bytes().to_vec();
        item[at] = byte;
        if check(&item, &Limits::default()).is_ok() {
            prop_assert!(serde_json::from_slice::<Value>(&item).is_ok() && Event::read(&item).is_ok());
        }
        let _ = check(&item[..at], &Limits::default());
    }
}

/// `cargo test --release -p engine --lib gate_speed -- --ignored --nocapture`
#[test]
#[ignore = "a measurement, not a test"]
fn gate_speed() {
    let said = r#"Здравствуйте! Хочу отменить запись к врачу на завтра в 15:00 и перенести приём на пятницу, телефон 8-921-123-45-67"#;
    type Work<'w> = (&'static str, &'w dyn Fn() -> usize);
    let limits = Limits::default();
    let works: [Work<'_>; 4] = [
        ("check", &|| usize::from(check(GOLDEN.as_bytes(), &limits).is_ok())),
        ("read", &|| Event::read(GOLDEN.as_bytes()).unwrap().channel.len()),
        ("facets", &|| usize::from(Event::read(GOLDEN.as_bytes()).unwrap().facets() == Facets::NONE)),
        ("stems of 18 words and a phone", &|| crate::journal::stems::stems(said).len()),
    ];
    for (name, work) in works {
        let best = (0..20)
            .map(|_| {
                let start = std::time::Instant::now();
                for _ in 0..5_000 {
                    std::hint::black_box(work());
                }
                start.elapsed().as_nanos() / 5_000
            })
            .min()
            .unwrap();
        println!("{name}: {best} ns");
    }
}
