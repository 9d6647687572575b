//! What happens to a card, whoever caused it: defaults of a new one, moves between stages, history, events, and the conversion of leads in a CRM without
//! them. Methods and people both come through here.
use super::{Mode, Portal};
use crate::clock::Moment;
use crate::crm::{Card, How, Kind, Semantics};
use crate::events::What;
use crate::php::Value;

impl Portal {
    /// A card that is not stored yet.
    pub(crate) fn blank_card(&mut self, kind: Kind, user: u64, now: Moment) -> Card {
        let mut card = Card { kind, id: 0, values: Default::default(), multi: Vec::new(), contacts: Vec::new() };
        for name in ["ASSIGNED_BY_ID", "CREATED_BY_ID"] {
            card.set(name, user);
        }
        for name in ["OPENED", "EXPORT"] {
            card.set(name, "Y");
        }
        if kind == Kind::Contact {
            card.set("TYPE_ID", "CLIENT");
        }
        if matches!(kind, Kind::Lead | Kind::Deal) {
            card.set("OPPORTUNITY", 0.0);
            card.set("CURRENCY_ID", "RUB");
            card.set("IS_MANUAL_OPPORTUNITY", "N");
        }
        if kind == Kind::Deal {
            for name in ["IS_RECURRING", "IS_RETURN_CUSTOMER", "IS_REPEATED_APPROACH", "CLOSED"] {
                card.set(name, "N");
            }
            card.set("CATEGORY_ID", 0);
            card.set("TAX_VALUE", 0.0);
            card.set("BEGINDATE", &now.iso(&self.settings.zone)[..10]);
            card.set("CLOSEDATE", &now.plus_s(7 * 24 * 3600).iso(&self.settings.zone)[..10]);
        }
        card.set("DATE_CREATE", now.0);
        card
    }

    /// Stores a new card and tells of it. Its id is the answer even where the card does not live on: without leads, a lead becomes a deal at once.
    pub(crate) fn create(&mut self, mut card: Card, user: u64, now: Moment) -> u64 {
        let kind = card.kind;
        card.id = self.crm.next_id(kind);
        let id = card.id;
        if let Some(field) = kind.stage_field() {
            let category = category(&card);
            if card.text(field).is_empty() {
                card.set(field, self.crm.first_stage(kind, category));
            }
            self.crm.moved(kind, id, category, &card.text(field), now, How::Created);
            card.set("MOVED_TIME", now.0);
            card.set("MOVED_BY_ID", user);
        }
        if card.text("TITLE").is_empty() && kind != Kind::Contact {
            card.set(
                "TITLE",
                format!(
                    "{} #{id}",
                    match kind {
                        Kind::Lead => "Лид",
                        Kind::Deal => "Сделка",
                        _ => "Компания",
                    }
                ),
            );
        }
        self.settle(&mut card, user, now);
        self.crm.put(card);
        self.tell(What::Card(kind, "ADD", id), user, now);
        if kind == Kind::Lead && self.settings.mode == Mode::Simple {
            self.convert(id, user, now);
            self.erase(Kind::Lead, id, user, now);
        }
        id
    }

    /// Stores a changed card. `false` if nothing was changed: then nothing is stored and nobody hears of it.
    pub(crate) fn save(&mut self, mut card: Card, user: u64, now: Moment) -> bool {
        let Some(before) = self.crm.get(card.kind, card.id).cloned() else { return false };
        if before == card {
            return false;
        }
        if let Some(field) = card.kind.stage_field() {
            let (old, new) = (category(&before), category(&card));
            if old != new && self.crm.stage(card.kind, new, &card.text(field)).is_none() {
                card.set(field, self.crm.first_stage(card.kind, new));
            }
            if before.text(field) != card.text(field) {
                let how = if old == new { How::Moved } else { How::OtherPipeline };
                self.crm.moved(card.kind, card.id, new, &card.text(field), now, how);
                card.set("MOVED_TIME", now.0);
                card.set("MOVED_BY_ID", user);
            }
        }
        self.settle(&mut card, user, now);
        let (kind, id) = (card.kind, card.id);
        self.crm.put(card);
        self.tell(What::Card(kind, "UPDATE", id), user, now);
        true
    }

    /// Removes a card with everything on it.
    pub(crate) fn erase(&mut self, kind: Kind, id: u64, user: u64, now: Moment) -> bool {
        if self.crm.take(kind, id).is_none() {
            return false;
        }
        self.crm.drop_hangers(kind, id);
        self.tell(What::Card(kind, "DELETE", id), user, now);
        true
    }

    /// A lead becomes a contact and a deal, as the button in its card does. There is no method for it (section 2.2).
    pub(crate) fn convert(&mut self, lead: u64, user: u64, now: Moment) -> Option<super::Converted> {
        let source = self.crm.get(Kind::Lead, lead)?.clone();
        let contact = match source.contact() {
            Some(contact) => contact,
            None => {
                let mut contact = self.blank_card(Kind::Contact, user, now);
                copy(
                    &source,
                    &mut contact,
                    &["NAME", "SECOND_NAME", "LAST_NAME", "HONORIFIC", "BIRTHDATE", "POST", "SOURCE_ID", "ASSIGNED_BY_ID"],
                );
                contact.multi = source.multi.iter().map(|multi| crate::crm::Multi { id: self.crm.new_multi(), ..multi.clone() }).collect();
                contact.set("LEAD_ID", lead);
                self.create(contact, user, now)
            }
        };
        let mut deal = self.blank_card(Kind::Deal, user, now);
        let utm = ["UTM_SOURCE", "UTM_MEDIUM", "UTM_CAMPAIGN", "UTM_CONTENT", "UTM_TERM"];
        copy(&source, &mut deal, &["TITLE", "OPPORTUNITY", "CURRENCY_ID", "SOURCE_ID", "SOURCE_DESCRIPTION", "COMMENTS", "ASSIGNED_BY_ID"]);
        copy(&source, &mut deal, &utm);
        if self.settings.mode == Mode::Classic || self.settings.simple_mode_keeps_origin {
            copy(&source, &mut deal, &["ORIGINATOR_ID", "ORIGIN_ID"]);
        }
        deal.set("LEAD_ID", lead);
        deal.bind_contacts([contact]);
        let deal = self.create(deal, user, now);
        if let Some(mut card) = self.crm.get(Kind::Lead, lead).cloned() {
            card.set("STATUS_ID", "CONVERTED");
            card.bind_contacts([contact]);
            self.save(card, user, now);
        }
        Some(super::Converted { contact, deal })
    }

    /// What follows from the rest of a card.
    fn settle(&self, card: &mut Card, user: u64, now: Moment) {
        card.set("MODIFY_BY_ID", user);
        card.set("DATE_MODIFY", now.0);
        card.values.entry("LAST_ACTIVITY_TIME".into()).or_insert(Value::Int(now.0));
        card.values.entry("LAST_ACTIVITY_BY".into()).or_insert(user.into());
        if card.kind.has_multifields() {
            let has = |type_id: &str| if card.multi_of(type_id).next().is_some() { "Y" } else { "N" };
            let imol = if card.multi_of("IM").any(|multi| multi.value.starts_with("imol|")) { "Y" } else { "N" };
            let (phone, email) = (has("PHONE"), has("EMAIL"));
            card.set("HAS_PHONE", phone);
            card.set("HAS_EMAIL", email);
            card.set("HAS_IMOL", imol);
        }
        let Some(field) = card.kind.stage_field() else { return };
        let semantics = self.crm.semantics(card.kind, category(card), &card.text(field));
        let open = semantics == Semantics::Process;
        if card.kind == Kind::Lead {
            card.set("STATUS_SEMANTIC_ID", semantics.letter());
            card.set(
                "IS_RETURN_CUSTOMER",
                if card.contact().is_some() || card.values.get("COMPANY_ID").is_some_and(Value::is_true) { "Y" } else { "N" },
            );
            let closed = if open {
                Value::Null
            } else {
                card.values.get("DATE_CLOSED").filter(|at| !at.is_blank()).cloned().unwrap_or(Value::Int(now.0))
            };
            card.set("DATE_CLOSED", closed);
        } else {
            card.set("STAGE_SEMANTIC_ID", semantics.letter());
            card.set("CLOSED", if open { "N" } else { "Y" });
            let first = self.crm.first_stage(card.kind, category(card)) == card.text(field);
            card.set("IS_NEW", if first { "Y" } else { "N" });
        }
    }
}

fn category(card: &Card) -> u64 {
    card.values.get("CATEGORY_ID").map_or(0, |id| u64::try_from(id.int()).unwrap_or(0))
}

fn copy(from: &Card, to: &mut Card, names: &[&str]) {
    for name in names {
        if let Some(value) = from.values.get(*name).filter(|value| !value.is_blank()) {
            to.set(name, value.clone());
        }
    }
}
