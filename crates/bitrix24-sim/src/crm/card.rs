//! A card: values under the old interface's names, phones and addresses, and the contacts bound to it.
use std::collections::BTreeMap;

use super::Kind;
use crate::php::Value;

/// A card.
#[derive(Debug, Clone, PartialEq)]
pub struct Card {
    /// its kind
    pub kind: Kind,
    /// its id
    pub id: u64,
    /// values under the names of the old interface, as `Field` stores them: moments as microseconds, yes and no as `Y` and `N`
    pub values: BTreeMap<String, Value>,
    /// phones, e-mails, sites, messengers, links
    pub multi: Vec<Multi>,
    /// contacts of a lead or deal
    pub contacts: Vec<Binding>,
}

/// One value of a multifield.
#[derive(Debug, Clone, PartialEq)]
pub struct Multi {
    /// its number: an update of this value must name it (section 2.3)
    pub id: u64,
    /// `PHONE`, `EMAIL`, `WEB`, `IM`, `LINK`
    pub type_id: String,
    /// `WORK`, `MOBILE`, …
    pub value_type: String,
    /// the value as it was given
    pub value: String,
}

/// A contact bound to a lead or deal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding {
    /// the contact
    pub contact: u64,
    /// order
    pub sort: i64,
    /// the main one
    pub primary: bool,
}

impl Card {
    /// A value as text; empty if unset.
    pub fn text(&self, name: &str) -> String {
        self.values.get(name).map(Value::text).unwrap_or_default()
    }

    /// Sets a value.
    pub fn set(&mut self, name: &str, value: impl Into<Value>) {
        self.values.insert(name.to_string(), value.into());
    }

    /// Values of a multifield.
    pub fn multi_of<'a>(&'a self, type_id: &'a str) -> impl Iterator<Item = &'a Multi> {
        self.multi.iter().filter(move |multi| multi.type_id == type_id)
    }

    /// The main contact.
    pub fn contact(&self) -> Option<u64> {
        self.contacts.iter().find(|binding| binding.primary).or(self.contacts.first()).map(|binding| binding.contact)
    }

    /// Replaces the bound contacts; the first one is the main one.
    pub fn bind_contacts(&mut self, contacts: impl IntoIterator<Item = u64>) {
        self.contacts.clear();
        for contact in contacts.into_iter().filter(|&contact| contact > 0) {
            self.bind_contact(contact, None, false);
        }
    }

    /// Binds one more contact.
    pub fn bind_contact(&mut self, contact: u64, sort: Option<i64>, primary: bool) {
        self.contacts.retain(|binding| binding.contact != contact);
        let sort = sort.unwrap_or_else(|| self.contacts.iter().map(|binding| binding.sort).max().unwrap_or(0) + 10);
        let primary = primary || self.contacts.is_empty();
        if primary {
            self.contacts.iter_mut().for_each(|binding| binding.primary = false);
        }
        self.contacts.push(Binding { contact, sort, primary });
        self.contacts.sort_by_key(|binding| binding.sort);
    }

    /// Unbinds a contact; the next one becomes the main one.
    pub fn unbind_contact(&mut self, contact: u64) -> bool {
        let before = self.contacts.len();
        self.contacts.retain(|binding| binding.contact != contact);
        if !self.contacts.iter().any(|binding| binding.primary)
            && let Some(first) = self.contacts.first_mut()
        {
            first.primary = true;
        }
        self.contacts.len() < before
    }
}
