//! How fast it is, loosely: a slow simulator makes slow fault tests. The promise is 5,000 simple calls a second; the limit here is what a busy machine
//! with a debug build still does.
use std::time::Instant;

use serde_json::json;

use crate::desk::Desk;

#[test]
fn ten_thousand_sessions_take_seconds() {
    let mut desk = Desk::new();
    let began = Instant::now();
    for at in 0..2_000 {
        desk.lead(&format!("o{at}"), &format!("+7921{at:07}"));
        desk.call("crm.item.list", json!({"entityTypeId": 1, "filter": {"=originId": format!("o{at}")}, "select": ["id"], "start": -1}));
        desk.call("crm.duplicate.findbycomm", json!({"type": "PHONE", "values": [format!("+7921{at:07}")], "entity_type": "LEAD"}));
        desk.call(
            "crm.timeline.logmessage.add",
            json!({"fields": {"entityTypeId": 1, "entityId": at + 1, "title": "t", "text": "x", "iconCode": "info"}}),
        );
    }
    let a_second = 8_000.0 / began.elapsed().as_secs_f64();
    println!("{a_second:.0} calls a second");
    assert!(a_second > 1_000.0, "{a_second:.0} calls a second");
}
