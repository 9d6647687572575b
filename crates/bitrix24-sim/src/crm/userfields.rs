//! Custom fields (section 2.8): `UF_CRM_…` on a kind of card.
use super::{Crm, Kind, next};
use crate::php::Map;

/// The longest name, with its prefix.
const LONGEST_NAME: usize = 50;

/// A custom field.
#[derive(Debug, Clone)]
pub struct UserField {
    /// its number
    pub id: u64,
    /// of which kind of card
    pub kind: Kind,
    /// `UF_CRM_…`
    pub name: String,
    /// `string`, `integer`, `double`, `boolean`, `date`, `datetime`, `enumeration`, `url`, …
    pub type_id: String,
    /// whether it holds a list
    pub multiple: bool,
    /// whether it must be filled in
    pub mandatory: bool,
    /// everything else as it was given: labels, settings, list
    pub rest: Map,
}

impl Crm {
    /// Adds a custom field; an error text if the name will not do or is taken.
    pub(crate) fn add_user_field(&mut self, kind: Kind, name: &str, type_id: &str, rest: Map) -> Result<u64, String> {
        let name = name.trim().to_ascii_uppercase();
        let name = if name.starts_with("UF_CRM_") { name } else { format!("UF_CRM_{}", name.trim_start_matches("UF_")) };
        if name.len() > LONGEST_NAME {
            return Err(format!("The field name is longer than {LONGEST_NAME} characters"));
        }
        if !name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_') {
            return Err("The field name may contain only Latin letters, digits and the underscore".into());
        }
        if self.user_field(kind, &name).is_some() {
            return Err(format!("The field {name} for the object {} already exists.", kind.upper()));
        }
        let id = next(&mut self.numbers.user_field);
        let said = |key: &str| rest.get_any_case(key).is_some_and(crate::php::Value::is_true);
        let (multiple, mandatory) = (said("MULTIPLE"), said("MANDATORY"));
        self.user_fields.push(UserField { id, kind, name, type_id: type_id.to_string(), multiple, mandatory, rest });
        Ok(id)
    }

    /// A custom field by its name.
    pub fn user_field(&self, kind: Kind, name: &str) -> Option<&UserField> {
        self.user_fields.iter().find(|field| field.kind == kind && field.name == name)
    }

    /// A custom field by its name in `crm.item.*`.
    pub(crate) fn user_field_by_item_name(&self, kind: Kind, name: &str) -> Option<&UserField> {
        self.user_fields.iter().find(|field| field.kind == kind && (field.name == name || crate::serial::item_name(&field.name) == name))
    }

    /// Custom fields of a kind.
    pub(crate) fn user_fields_of(&self, kind: Kind) -> impl Iterator<Item = &UserField> {
        self.user_fields.iter().filter(move |field| field.kind == kind)
    }
}
