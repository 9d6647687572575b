//! One card, two ways to write it (section 2.1 of the reference).
//!
//! | | `old.rs`: `crm.lead.get` | `item.rs`: `crm.item.get` |
//! |---|---|---|
//! | names | `ASSIGNED_BY_ID` | `assignedById` |
//! | values | strings: `"ID":"123"`, `"OPPORTUNITY":"0.00"`, or `null` | numbers, `Y`/`N`, text |
//! | phones | `PHONE:[{ID,VALUE,VALUE_TYPE,TYPE_ID}]` | `fm:[{id,typeId,valueType,value}]` and flat `phone`, `phoneWork`, … |
//!
//! `names.rs` turns the names of fields from one into the other, custom fields by their own rules.
mod item;
mod names;
mod old;

pub(crate) use item::{describe as describe_item, item, selected as selected_item};
pub(crate) use names::{FLAT, item_name, upper_of};
pub(crate) use old::{describe as describe_old, old, selected as selected_old};
