//! Senders' clocks: far ahead, far behind, in any zone. What they say is kept, shown as skewed, and never disturbs the order of receipt.

use letopis::journal::projection::CLOCK_SKEW;
use serde_json::{Value, json};

use super::app::TestApp;

fn event(id: &str, timestamp: &str) -> Value {
    json!({"event_id": id, "timestamp": timestamp, "channel": "telegram", "client": {"phone": "+79215550101"}, "text": "здравствуйте"})
}

#[test]
fn wrong_clocks_are_kept_and_shown() {
    let mut app = TestApp::start();
    let now = jiff::Timestamp::now();
    let (ahead, soon) = ((now + jiff::SignedDuration::from_hours(1)).to_string(), (now + jiff::SignedDuration::from_secs(30)).to_string());
    // One after another, as they come in; the times go up and down.
    let sent = [
        ("present", now.to_string(), 0, 0),
        ("future", "2099-12-31T23:59:59Z".to_owned(), 0, CLOCK_SKEW),
        ("past", "2000-01-01T00:00:00+03:00".to_owned(), 180, 0),
        ("ahead", ahead, 0, CLOCK_SKEW),
        ("soon", soon, 0, 0),
        ("west", "2025-01-01T12:34:56.789-09:30".to_owned(), -570, 0),
        ("east", "2025-01-01T12:34:56+14:00".to_owned(), 840, 0),
    ];
    for (id, timestamp, ..) in &sent {
        app.post_event(&event(id, timestamp));
    }
    for wrong in ["1999-12-31T23:59:59Z", "2101-01-01T00:00:00Z", "2025-01-01T12:34:56", "2025-02-30T00:00:00Z", "1735724096"] {
        assert_eq!(app.post(event("wrong", wrong).to_string().as_bytes()).status, 400, "{wrong}");
    }
    app.wait_recorded(sent.len());
    let folder = app.stopped();
    let rows: Vec<_> = sent.iter().map(|(id, ..)| folder.row(id).row).collect();
    for (row, (id, timestamp, offset_min, flags)) in rows.iter().zip(&sent) {
        let meant: jiff::Timestamp = timestamp.parse().unwrap();
        assert_eq!((row.ts_us, row.offset_min, row.flags), (meant.as_microsecond(), *offset_min, *flags), "{id}");
        assert!(row.received_us >= now.as_microsecond(), "{id}: we say when it came");
    }
    assert!(rows.is_sorted_by_key(|row| row.record) && rows.is_sorted_by_key(|row| row.received_us), "the order of receipt");
    // Years apart in one channel: each moment is a conversation of its own, but the two of today are one.
    let sessions: std::collections::HashSet<_> = sent.iter().map(|(id, ..)| folder.row(id).session).collect();
    assert_eq!(sessions.len(), 4, "present, ahead and soon · future · past · west and east");
    folder.must_verify();
}
