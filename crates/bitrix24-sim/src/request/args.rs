//! The parameters of one call and how methods look at them.
use crate::error::ApiError;
use crate::php::{Map, Value};

/// Parameters by name. Names are taken whatever their case, as the documentation's own examples do (`ID`, `id`, `FILTER`, `filter`); where a method is
/// stricter it asks for [`Args::exact`]. What no method asks for is ignored: SDKs add parameters of their own.
#[derive(Debug, Clone, Default)]
pub struct Args(pub Map);

impl Args {
    /// A parameter.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get_any_case(name)
    }

    /// A parameter under exactly this name.
    pub fn exact(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// A parameter as text; empty if it is missing.
    pub fn text(&self, name: &str) -> String {
        self.get(name).map(Value::text).unwrap_or_default()
    }

    /// An array, or an empty one.
    pub fn array(&self, name: &str) -> Map {
        self.get(name).and_then(Value::array).cloned().unwrap_or_default()
    }

    /// A positive number, if it is one.
    pub fn number(&self, name: &str) -> Option<u64> {
        self.get(name).map(Value::int).and_then(|number| u64::try_from(number).ok()).filter(|&number| number > 0)
    }

    /// A required positive number; the framework's error without it.
    pub fn required(&self, name: &str) -> Result<u64, ApiError> {
        self.number(name).ok_or_else(|| ApiError::missing(name))
    }

    /// A required array; the framework's error without it.
    pub fn required_array(&self, name: &str) -> Result<&Map, ApiError> {
        self.get(name).and_then(Value::array).ok_or_else(|| ApiError::missing(name))
    }

    /// The id of an old `crm.*` method.
    pub fn old_id(&self) -> Result<u64, ApiError> {
        self.number("id").ok_or_else(|| ApiError::old("ID is not defined or invalid."))
    }

    /// The fields of an old `crm.*` method.
    pub fn old_fields(&self) -> Result<Map, ApiError> {
        match self.get("fields") {
            None => Ok(Map::new()),
            Some(Value::Array(map)) => Ok(map.clone()),
            Some(_) => Err(ApiError::old("Parameter 'fields' must be array.")),
        }
    }

    /// Where a page begins; `None` is `start=-1`: do not count.
    pub fn start(&self) -> Option<usize> {
        usize::try_from(self.get("start").map_or(0, Value::int)).ok()
    }
}
