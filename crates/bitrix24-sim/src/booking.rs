//! Online booking: resources, bookings, who comes, and what a booking is tied to. There is no status of a visit in it: whether somebody came is not known
//! here (section 3.4 of the reference).
use std::collections::BTreeMap;

use crate::php::Value;

/// A resource that can be booked.
#[derive(Debug, Clone)]
pub struct Resource {
    /// for people
    pub name: String,
    /// its type
    pub type_id: u64,
    /// everything else as it was given
    pub description: Option<String>,
}

/// A booking.
#[derive(Debug, Clone)]
pub struct Booking {
    /// its number
    pub id: u64,
    /// what for
    pub name: Option<String>,
    /// details
    pub description: Option<String>,
    /// which resources
    pub resources: Vec<u64>,
    /// seconds since 1970 and zone: from
    pub from: (i64, String),
    /// until
    pub to: (i64, String),
    /// `[{"id":1,"type":{"module":"crm","code":"CONTACT"}}]`
    pub clients: Vec<Value>,
    /// `[{"moduleId":"crm","entityTypeId":"DEAL","value":"1"}]`
    pub external: Vec<Value>,
}

/// All of it.
#[derive(Debug, Default)]
pub struct Bookings {
    /// resources by id
    pub resources: BTreeMap<u64, Resource>,
    /// bookings by id
    pub all: BTreeMap<u64, Booking>,
    last: u64,
    last_resource: u64,
}

impl Bookings {
    /// Adds a resource.
    pub fn add_resource(&mut self, name: &str, type_id: u64) -> u64 {
        self.last_resource += 1;
        self.resources.insert(self.last_resource, Resource { name: name.into(), type_id, description: None });
        self.last_resource
    }

    /// Stores a booking under the next number.
    pub(crate) fn put(&mut self, mut booking: Booking) -> u64 {
        self.last += 1;
        booking.id = self.last;
        self.all.insert(self.last, booking);
        self.last
    }

    /// Whether a resource is taken in a time by another booking.
    pub(crate) fn is_busy(&self, resource: u64, from: i64, to: i64, except: u64) -> bool {
        self.all
            .values()
            .any(|booking| booking.id != except && booking.resources.contains(&resource) && booking.from.0 < to && from < booking.to.0)
    }
}
