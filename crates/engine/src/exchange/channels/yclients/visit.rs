//! A visit as YCLIENTS describes it, and who it is for.

use serde_json::Value;

use super::super::super::told::Writer;
use super::super::delivered::{items, label, number, text};
use crate::event::When;

/// What an update says of a visit.
pub(super) fn became(data: &Value) -> &'static str {
    if is_true(&data["deleted"]) {
        return "booking_cancelled";
    }
    let attendance = [&data["attendance"], &data["visit_attendance"]].into_iter().filter_map(number).find(|said| *said != 0);
    match attendance {
        Some(-1) => "visit_no_show",
        Some(1) => "visit_arrived",
        Some(2) => "booking_confirmed",
        _ => "booking_updated",
    }
}

/// Type and particulars of a visit; one that nobody can name is told as something else.
pub(super) fn write(writer: &mut Writer, kind: &str, data: &Value, id: Option<String>) {
    let id = label(&data["id"]).or(id);
    let kind = if id.is_none() && data["client"]["id"].is_null() { "booking_updated" } else { kind };
    writer.set("type", kind).set("direction", "internal");
    writer.part("booking", "id", id);
    let moment = [&data["datetime"], &data["date"]].into_iter().find_map(starts_at);
    writer.part("booking", "starts_at", moment);
    let services = items(&data["services"]).filter_map(|service| service["title"].as_str()).filter(|title| !title.is_empty());
    writer.part("booking", "service", Some(services.take(10).collect::<Vec<_>>().join(", ")));
    writer.part("booking", "staff", Some(text(&data["staff"]["name"])).filter(|name| !name.trim().is_empty()));
}

/// Who it is for: their number in YCLIENTS, phone and name.
pub(super) fn client(writer: &mut Writer, client: &Value) {
    writer.part("client", "channel_id", label(&client["id"]).filter(|id| id != "0"));
    writer.part("client", "phone", label(&client["phone"]).map(|phone| international(&phone)));
    writer.part("client", "email", label(&client["email"]));
    let name = [&client["display_name"], &client["name"], &client["fullname"]].into_iter().map(text).find(|name| !name.is_empty());
    writer.part("client", "name", name);
}

/// `2026-11-24T15:00:00+0300`, or `2026-11-24 15:00:00` on the clock of the salon.
fn starts_at(value: &Value) -> Option<String> {
    let written = value.as_str()?.trim().replacen(' ', "T", 1);
    let is_offset = |tail: &str| tail.starts_with(['+', '-']) && tail.len() == 5 && tail[1..].bytes().all(|byte| byte.is_ascii_digit());
    let spelled = match written.len().checked_sub(5).and_then(|at| written.split_at_checked(at)) {
        Some((moment, offset)) if moment.contains('T') && is_offset(offset) => format!("{moment}{}:{}", &offset[..3], &offset[3..]),
        _ => written,
    };
    When::parse_near(&spelled, 0).map(|_| spelled)
}

/// YCLIENTS leaves the plus out.
fn international(phone: &str) -> String {
    let is_plain = phone.len() >= 11 && phone.bytes().all(|byte| byte.is_ascii_digit()) && !phone.starts_with('8');
    if is_plain { format!("+{phone}") } else { phone.to_owned() }
}

fn is_true(value: &Value) -> bool {
    value == true || number(value) == Some(1)
}
