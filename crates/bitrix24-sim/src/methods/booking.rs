//! `booking.v1.*`. Its refusals have numbers for codes (section 3.4).
use super::{Asked, Outcome, Table};
use crate::booking::Booking;
use crate::error::ApiError;
use crate::events::What;
use crate::map;
use crate::php::{Map, Value};
use crate::portal::Portal;

pub(super) fn list(table: &mut Table) {
    let methods: [(&str, super::Run); 16] = [
        ("booking.add", add),
        ("booking.get", get),
        ("booking.list", find),
        ("booking.update", update),
        ("booking.delete", delete),
        ("booking.client.set", |portal, asked| attach(portal, asked, "clients")),
        ("booking.client.list", |portal, asked| attached(portal, asked, "clients")),
        ("booking.client.unset", |portal, asked| detach(portal, asked, "clients")),
        ("booking.externalData.set", |portal, asked| attach(portal, asked, "externalData")),
        ("booking.externalData.list", |portal, asked| attached(portal, asked, "externalData")),
        ("booking.externalData.unset", |portal, asked| detach(portal, asked, "externalData")),
        ("clienttype.list", client_types),
        ("resource.add", add_resource),
        ("resource.get", get_resource),
        ("resource.list", list_resources),
        ("resource.delete", delete_resource),
    ];
    for (name, run) in methods {
        table.add(&format!("booking.v1.{name}"), Some("booking"), run);
    }
}

fn add(portal: &mut Portal, asked: &Asked<'_>) -> Result<Outcome, ApiError> {
    let fields = asked.args.required_array("fields")?.clone();
    let missing: Vec<&str> = ["resourceIds", "datePeriod"].into_iter().filter(|name| fields.get(name).is_none()).collect();
    if !missing.is_empty() {
        return Err(ApiError::bad(0, format!("Required fields: {}", missing.join(", "))));
    }
    let empty = || (0, String::new());
    let mut booking = Booking {
        id: 0,
        name: None,
        description: None,
        resources: Vec::new(),
        from: empty(),
        to: empty(),
        clients: Vec::new(),
        external: Vec::new(),
    };
    write(portal, &mut booking, &fields)?;
    let id = portal.bookings.put(booking);
    portal.tell(What::Plain("ONBOOKINGADD", id), asked.caller.user, asked.now);
    Outcome::ok(map! { "id" => id })
}

fn get(portal: &mut Portal, asked: &Asked<'_>) -> Result<Outcome, ApiError> {
    Outcome::ok(map! { "booking" => show(found(portal, asked.args.required("id")?, 1021)?) })
}

fn find(portal: &mut Portal, asked: &Asked<'_>) -> Result<Outcome, ApiError> {
    let filter = asked.args.array("filter");
    let within = filter.get("within").and_then(Value::array).cloned().unwrap_or_default();
    let clients: Vec<Value> = filter
        .get("client")
        .and_then(|client| client.get("entities"))
        .and_then(Value::array)
        .into_iter()
        .flat_map(Map::values)
        .cloned()
        .collect();
    let passes = |booking: &&Booking| {
        let from = within.get("dateFrom").is_none_or(|at| booking.to.0 > at.int());
        let to = within.get("dateTo").is_none_or(|at| booking.from.0 < at.int());
        let comes = |wanted: &Value| {
            booking.clients.iter().any(|client| {
                let part = |name: &str| client.get("type").and_then(|kind| kind.get(name)).map(Value::text);
                client.get("id").map(Value::int) == wanted.get("id").map(Value::int)
                    && part("code") == wanted.get("code").map(Value::text)
                    && part("module") == wanted.get("module").map(Value::text)
            })
        };
        from && to && (clients.is_empty() || clients.iter().any(comes))
    };
    Outcome::ok(map! { "booking" => portal.bookings.all.values().filter(passes).map(show).collect::<Map>() })
}

fn update(portal: &mut Portal, asked: &Asked<'_>) -> Result<Outcome, ApiError> {
    let id = asked.args.required("id")?;
    let mut booking = found(portal, id, 1019)?.clone();
    let fields = asked.args.required_array("fields")?.clone();
    write(portal, &mut booking, &fields)?;
    portal.bookings.all.insert(id, booking);
    portal.tell(What::Plain("ONBOOKINGUPDATE", id), asked.caller.user, asked.now);
    Outcome::ok(true)
}

fn delete(portal: &mut Portal, asked: &Asked<'_>) -> Result<Outcome, ApiError> {
    let id = asked.args.required("id")?;
    found(portal, id, 1019)?;
    portal.bookings.all.remove(&id);
    portal.tell(What::Plain("ONBOOKINGDELETE", id), asked.caller.user, asked.now);
    Outcome::ok(true)
}

fn write(portal: &Portal, booking: &mut Booking, fields: &Map) -> Result<(), ApiError> {
    let text = |name: &str| fields.get(name).filter(|value| !value.is_blank()).map(Value::text);
    booking.name = text("name").or(booking.name.take());
    booking.description = text("description").or(booking.description.take());
    if let Some(period) = fields.get("datePeriod") {
        let end = |name: &str| {
            let end = period.get(name)?;
            Some((end.get("timestamp")?.int(), end.get("timezone")?.text())).filter(|(at, zone)| *at > 0 && !zone.is_empty())
        };
        let invalid = || ApiError::bad(422, "Invalid date period");
        booking.from = end("from").ok_or_else(invalid)?;
        booking.to = end("to").filter(|to| to.0 > booking.from.0).ok_or_else(invalid)?;
    }
    if let Some(list) = fields.get("resourceIds").and_then(Value::array) {
        booking.resources = list.values().filter_map(|id| u64::try_from(id.int()).ok()).collect();
    }
    let free = |resource: &u64| {
        portal.bookings.resources.contains_key(resource) && !portal.bookings.is_busy(*resource, booking.from.0, booking.to.0, booking.id)
    };
    if booking.resources.is_empty() || !booking.resources.iter().all(free) {
        return Err(ApiError::bad(1018, "Empty resource collection"));
    }
    Ok(())
}

fn attach(portal: &mut Portal, asked: &Asked<'_>, what: &str) -> Result<Outcome, ApiError> {
    let given: Vec<Value> = asked.args.required_array(what)?.values().cloned().collect();
    let booking = found_mut(portal, asked)?;
    *(if what == "clients" { &mut booking.clients } else { &mut booking.external }) = given;
    let id = booking.id;
    portal.tell(What::Plain("ONBOOKINGUPDATE", id), asked.caller.user, asked.now);
    Outcome::ok(true)
}

fn attached(portal: &mut Portal, asked: &Asked<'_>, what: &str) -> Result<Outcome, ApiError> {
    let booking = found_mut(portal, asked)?;
    if what == "clients" {
        return Outcome::ok(map! { "bookingClient" => booking.clients.clone() });
    }
    Outcome::ok(map! { "externalData" => booking.external.clone() })
}

fn detach(portal: &mut Portal, asked: &Asked<'_>, what: &str) -> Result<Outcome, ApiError> {
    let booking = found_mut(portal, asked)?;
    (if what == "clients" { &mut booking.clients } else { &mut booking.external }).clear();
    Outcome::ok(true)
}

fn found(portal: &Portal, id: u64, code: i64) -> Result<&Booking, ApiError> {
    portal.bookings.all.get(&id).ok_or_else(|| ApiError::bad(code, "Booking not found"))
}

fn found_mut<'a>(portal: &'a mut Portal, asked: &Asked<'_>) -> Result<&'a mut Booking, ApiError> {
    let id = asked.args.required("bookingId")?;
    portal.bookings.all.get_mut(&id).ok_or_else(|| ApiError::bad(1021, "Booking not found"))
}

fn show(booking: &Booking) -> Value {
    let end = |end: &(i64, String)| map! { "timestamp" => end.0, "timezone" => &end.1 };
    map! {
        "datePeriod" => map! { "from" => end(&booking.from), "to" => end(&booking.to) }, "description" => booking.description.clone(), "id" => booking.id,
        "name" => booking.name.clone(), "resourceIds" => booking.resources.clone()
    }
}

fn client_types(_: &mut Portal, _: &Asked<'_>) -> Result<Outcome, ApiError> {
    let types: Map = ["COMPANY", "CONTACT"].into_iter().map(|code| map! { "code" => code, "module" => "crm" }).collect();
    Outcome::ok(map! { "clientType" => types })
}

fn add_resource(portal: &mut Portal, asked: &Asked<'_>) -> Result<Outcome, ApiError> {
    let fields = asked.args.required_array("fields")?;
    let name = fields.get("name").map(Value::text).unwrap_or_default();
    let type_id = fields.get("typeId").map_or(0, Value::int);
    if name.is_empty() || type_id <= 0 {
        return Err(ApiError::bad(0, "Required fields: name, typeId"));
    }
    Outcome::ok(map! { "id" => portal.bookings.add_resource(&name, u64::try_from(type_id).unwrap_or(1)) })
}

fn get_resource(portal: &mut Portal, asked: &Asked<'_>) -> Result<Outcome, ApiError> {
    let id = asked.args.required("id")?;
    let resource = portal.bookings.resources.get(&id).ok_or_else(|| ApiError::bad(1013, "Resource not found"))?;
    Outcome::ok(
        map! { "resource" => map! { "id" => id, "name" => &resource.name, "typeId" => resource.type_id, "description" => resource.description.clone(), "isMain" => "Y" } },
    )
}

fn list_resources(portal: &mut Portal, _: &Asked<'_>) -> Result<Outcome, ApiError> {
    let rows: Map = portal.bookings.resources.iter().map(|(id, resource)| map! { "id" => *id, "name" => &resource.name, "typeId" => resource.type_id, "description" => resource.description.clone(), "isMain" => "Y" }).collect();
    Outcome::ok(map! { "resource" => rows })
}

fn delete_resource(portal: &mut Portal, asked: &Asked<'_>) -> Result<Outcome, ApiError> {
    portal.bookings.resources.remove(&asked.args.required("id")?).ok_or_else(|| ApiError::bad(1013, "Resource not found"))?;
    Outcome::ok(true)
}
