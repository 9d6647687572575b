//! What employees do in the portal's pages, which no method does: move a card by hand, convert a lead, leave the company, rename the portal.
use super::Portal;
use crate::crm::{Kind, Merged};

/// What a lead became.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Converted {
    /// the contact
    pub contact: u64,
    /// the deal
    pub deal: u64,
}

impl Portal {
    /// Somebody moves a lead or deal to another stage. `false` if there is no such card.
    pub fn move_card(&mut self, kind: Kind, id: u64, stage: &str, user: u64) -> bool {
        let now = self.clock.now();
        let (Some(mut card), Some(field)) = (self.crm.get(kind, id).cloned(), kind.stage_field()) else { return false };
        card.set(field, stage);
        self.save(card, user, now)
    }

    /// Somebody writes a field under its old name.
    pub fn edit_card(&mut self, kind: Kind, id: u64, field: &str, value: &str, user: u64) -> bool {
        let now = self.clock.now();
        let fields: crate::php::Map = [(field, value)].into_iter().collect();
        let Some(mut card) = self.crm.get(kind, id).cloned() else { return false };
        let zone = self.settings.zone.clone();
        self.crm.write(&mut card, crate::crm::Style::Old, &fields, &zone).is_ok() && self.save(card, user, now)
    }

    /// Somebody makes a contact and a deal of a lead.
    pub fn convert_lead(&mut self, id: u64, user: u64) -> Option<Converted> {
        let now = self.clock.now();
        self.convert(id, user, now)
    }

    /// Somebody deletes a card.
    pub fn delete_card(&mut self, kind: Kind, id: u64, user: u64) -> bool {
        let now = self.clock.now();
        self.erase(kind, id, user, now)
    }

    /// Somebody merges cards into the first of them. The ids that are gone, or nothing where people would have to choose.
    pub fn merge_cards(&mut self, kind: Kind, ids: &[u64], user: u64) -> Vec<u64> {
        let now = self.clock.now();
        let Some(Merged::Done(gone)) = self.crm.merge(kind, ids) else { return Vec::new() };
        for id in &gone {
            self.tell(crate::events::What::Card(kind, "DELETE", *id), user, now);
        }
        self.tell(crate::events::What::Card(kind, "UPDATE", ids[0]), user, now);
        gone
    }

    /// An employee leaves. Their webhooks die with them, or are moved to the hidden system user, which no method shows (section 1.2).
    pub fn dismiss(&mut self, user: u64, webhooks_live_on: bool) {
        const HIDDEN: u64 = 0;
        if let Some(employee) = self.access.users.get_mut(&user) {
            employee.active = false;
            let system = crate::access::User { name: "rest_system".into(), last_name: String::new(), active: true, ..employee.clone() };
            if webhooks_live_on {
                self.access.users.insert(HIDDEN, system);
                self.access.lives_on.insert(user, HIDDEN);
            }
        }
    }

    /// The portal gets another address; the old one answers 302.
    pub fn rename(&mut self, new_base: &str) {
        self.settings.renamed_to = Some(new_base.trim_end_matches('/').to_string());
    }
}
