//! Whose card: what the portal is asked to find a client's card, and what its answers mean. Pure.
//!
//! ```text
//! the card that events name ▸ our origin id ▸ the open line's key ▸ phone: contact, lead ▸ e-mail: contact, lead
//! ```
//! Every question is about one kind of card, because twenty hits of one kind hide the others. Phones are compared as written, so each is
//! asked for in the spellings that people type. The first question with an answer decides; of several hits the oldest is taken and the
//! others are named, for whoever keeps the portal tidy.

use serde_json::{Value, json};

use super::rest::{Call, Refusal, Said};
use crate::event::{CrmKind, CrmRef, Phone};

/// What our cards bear as their source.
pub const ORIGINATOR: &str = "letopis";
/// Spellings that `findbycomm` takes in one question.
const VALUES: usize = 20;
/// What we look at of what a client is known by.
const EACH: usize = 3;

/// Who is looked for.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Wanted {
    /// The client's public id: the origin id of what we make.
    pub client: String,
    /// Cards that events named, the newest first.
    pub cards: Vec<CrmRef>,
    /// Accounts in channels: an open line's is its key.
    pub accounts: Vec<String>,
    /// Their phones.
    pub phones: Vec<Phone>,
    /// Their addresses.
    pub emails: Vec<String>,
}

/// How a card was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum By {
    /// Events name it: the bot made it.
    Given,
    /// It bears our origin id.
    Origin,
    /// The key of an open line.
    Line,
    /// A phone.
    Phone,
    /// An e-mail address.
    Email,
}

impl By {
    /// Its word in the table and on pages.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Given => "given",
            Self::Origin => "origin",
            Self::Line => "line",
            Self::Phone => "phone",
            Self::Email => "email",
        }
    }
}

/// One question.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    by: By,
    kind: CrmKind,
    /// What is asked.
    pub call: Call,
}

/// What the answers come to.
#[derive(Debug, Clone, PartialEq)]
pub enum Found {
    /// This card, and others that answered the same question.
    Card {
        /// The one.
        card: CrmRef,
        /// How.
        by: By,
        /// The rest.
        others: Vec<CrmRef>,
    },
    /// There is none. What of ours is there already, where several cards make one (a contact and a deal).
    Nothing,
    /// A question was not answered: nothing may be concluded.
    NotNow(Said),
}

/// The number of a kind in `crm.item.*`.
#[must_use]
pub fn type_id(kind: CrmKind) -> u8 {
    match kind {
        CrmKind::Lead | CrmKind::Unknown => 1,
        CrmKind::Deal => 2,
        CrmKind::Contact => 3,
        CrmKind::Company => 4,
    }
}

/// Everything that is to be asked about one client, the surest first.
#[must_use]
pub fn questions(wanted: &Wanted) -> Vec<Question> {
    use CrmKind::{Contact, Deal, Lead};
    let mut all = Vec::with_capacity(10);
    let mut add = |by, kind, method, params| all.push(Question { by, kind, call: Call::new(method, params) });
    let list = |kind, filter: Value| json!({ "entityTypeId": type_id(kind), "filter": filter, "select": ["id"], "order": { "id": "ASC" }, "start": -1 });
    for card in wanted.cards.iter().take(EACH) {
        add(By::Given, card.kind, "crm.item.list", list(card.kind, json!({ "=id": card.id })));
    }
    for kind in [Deal, Lead, Contact] {
        let ours = json!({ "=originatorId": ORIGINATOR, "=originId": wanted.client });
        add(By::Origin, kind, "crm.item.list", list(kind, ours));
    }
    for key in wanted.accounts.iter().filter(|account| is_line(account)).take(1) {
        for kind in [Contact, Lead] {
            add(By::Line, kind, "crm.item.list", list(kind, json!({ "=imol": format!("imol|{key}") })));
        }
    }
    all.extend(by_reach(&wanted.phones, &wanted.emails));
    all
}

/// Which cards bear these phones and addresses, contacts before leads.
#[must_use]
pub fn by_reach(phones: &[Phone], emails: &[String]) -> Vec<Question> {
    let phones: Vec<String> = phones.iter().take(EACH).flat_map(spellings).take(VALUES).collect();
    let emails: Vec<String> = emails.iter().take(EACH).cloned().collect();
    let mut all = Vec::with_capacity(4);
    for (by, word, values) in [(By::Phone, "PHONE", phones), (By::Email, "EMAIL", emails)] {
        for (kind, name) in [(CrmKind::Contact, "CONTACT"), (CrmKind::Lead, "LEAD")].into_iter().filter(|_| !values.is_empty()) {
            let params = json!({ "type": word, "values": values, "entity_type": name });
            all.push(Question { by, kind, call: Call::new("crm.duplicate.findbycomm", params) });
        }
    }
    all
}

/// The cards that an answer names.
#[must_use]
pub fn named(question: &Question, result: &Value) -> Vec<CrmRef> {
    hits(question, result).into_iter().map(|id| CrmRef { kind: question.kind, id }).collect()
}

/// What the answers mean; in the order of the questions.
#[must_use]
pub fn found(questions: &[Question], said: Vec<Said>) -> Found {
    for (question, said) in questions.iter().zip(said) {
        let hits = match said {
            Said::Done(result) => hits(question, &result),
            // A portal without open lines does not know their key.
            Said::Refused(_) if question.by == By::Line => Vec::new(),
            // Somebody else's card, or one that is gone.
            Said::Refused(refusal) if question.by == By::Given && is_absent(&refusal) => Vec::new(),
            other => return Found::NotNow(other),
        };
        let mut cards = hits.into_iter().map(|id| CrmRef { kind: question.kind, id });
        if let Some(card) = cards.next() {
            return Found::Card { card, by: question.by, others: cards.collect() };
        }
    }
    Found::Nothing
}

/// Whether a refusal says that there is no such card.
#[must_use]
pub fn is_absent(refusal: &Refusal) -> bool {
    let text = refusal.text.to_lowercase();
    refusal.code == "NOT_FOUND" || refusal.code == "OWNER_NOT_FOUND" || text.contains("not found") || text.contains("не найден")
}

fn hits(question: &Question, result: &Value) -> Vec<u64> {
    let number = |value: &Value| value.as_u64().or_else(|| value.as_str()?.parse().ok()).filter(|id| *id > 0);
    let mut ids: Vec<u64> = match question.by {
        By::Phone | By::Email => {
            let name = question.kind.as_str().to_uppercase();
            result[name].as_array().into_iter().flatten().filter_map(number).collect()
        }
        _ => result["items"].as_array().into_iter().flatten().filter_map(|item| number(&item["id"])).collect(),
    };
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// `connector|line|chat|user`.
fn is_line(account: &str) -> bool {
    let parts: Vec<&str> = account.split('|').collect();
    parts.len() == 4 && parts.iter().all(|part| !part.is_empty())
}

/// How people type a number: the portal compares letter by letter.
fn spellings(phone: &Phone) -> Vec<String> {
    let whole = phone.as_str();
    let Some(ten) = whole.strip_prefix("+7").filter(|ten| ten.len() == 10 && ten.bytes().all(|b| b.is_ascii_digit())) else {
        return vec![whole.to_owned(), whole.trim_start_matches('+').to_owned()];
    };
    let (code, a, b, c) = (&ten[..3], &ten[3..6], &ten[6..8], &ten[8..]);
    vec![
        whole.to_owned(),
        format!("8{ten}"),
        format!("7{ten}"),
        ten.to_owned(),
        format!("+7 ({code}) {a}-{b}-{c}"),
        format!("8 ({code}) {a}-{b}-{c}"),
        format!("+7 {code} {a}-{b}-{c}"),
        format!("8 {code} {a}-{b}-{c}"),
        format!("+7({code}){a}-{b}-{c}"),
        format!("8({code}){a}-{b}-{c}"),
        format!("+7 {code} {a} {b} {c}"),
        format!("8 {code} {a} {b} {c}"),
        format!("+7-{code}-{a}-{b}-{c}"),
        format!("8-{code}-{a}-{b}-{c}"),
    ]
}

/// What a new card says.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Draft {
    /// As the client calls themselves.
    pub name: Option<String>,
    /// Where they wrote.
    pub channel: String,
    /// The employee who gets it.
    pub responsible: Option<u64>,
}

/// The call that makes one card of `wanted`; a deal belongs to `contact`.
#[must_use]
pub fn make(kind: CrmKind, wanted: &Wanted, draft: &Draft, contact: Option<u64>) -> Call {
    let many = |type_id: &str, value: &str| json!({ "typeId": type_id, "valueType": "WORK", "value": value });
    let phones = wanted.phones.iter().take(EACH).map(|phone| many("PHONE", phone.as_str()));
    let fm: Vec<Value> = phones.chain(wanted.emails.iter().take(EACH).map(|email| many("EMAIL", email))).collect();
    let who = draft.name.clone().unwrap_or_else(|| "Клиент".to_owned());
    let mut fields = json!({
        "originatorId": ORIGINATOR, "originId": wanted.client, "sourceId": "OTHER", "sourceDescription": format!("Чат-ассистент, {}", draft.channel),
    });
    match kind {
        CrmKind::Contact => {
            fields["name"] = who.into();
            fields["fm"] = fm.into();
        }
        CrmKind::Deal => {
            fields["title"] = format!("{who}: обращение из чата").into();
            fields["contactId"] = contact.into();
        }
        _ => {
            fields["title"] = format!("{who}: обращение из чата").into();
            fields["name"] = draft.name.clone().into();
            fields["fm"] = fm.into();
        }
    }
    if let Some(responsible) = draft.responsible {
        fields["assignedById"] = responsible.into();
    }
    Call::new("crm.item.add", json!({ "entityTypeId": type_id(kind), "fields": fields }))
}

/// The number of a card that was just made.
#[must_use]
pub fn made(result: &Value) -> Option<u64> {
    let id = &result["item"]["id"];
    id.as_u64().or_else(|| id.as_str()?.parse().ok()).filter(|id| *id > 0)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::rest::Later;
    use super::*;

    fn wanted() -> Wanted {
        Wanted {
            client: "c_1".into(),
            cards: vec![CrmRef { kind: CrmKind::Lead, id: 4521 }],
            accounts: vec!["telegram|1|77|88".into(), "79211234567".into()],
            phones: vec![Phone::parse("8 (921) 123-45-67").e164().unwrap().clone()],
            emails: vec!["anna@example.com".into()],
        }
    }

    /// Answers by way and kind; everything else is empty.
    fn answered(given: &[(By, CrmKind, Value)]) -> Found {
        let questions = questions(&wanted());
        let said = questions.iter().map(|question| {
            let told = given.iter().find(|(by, kind, _)| (*by, *kind) == (question.by, question.kind));
            let nothing = if matches!(question.by, By::Phone | By::Email) { json!([]) } else { json!({ "items": [] }) };
            Said::Done(told.map_or(nothing, |(_, _, result)| result.clone()))
        });
        found(&questions, said.collect())
    }

    fn card(kind: CrmKind, id: u64, by: By, others: &[u64]) -> Found {
        Found::Card { card: CrmRef { kind, id }, by, others: others.iter().map(|id| CrmRef { kind, id: *id }).collect() }
    }

    #[test]
    fn the_surest_question_with_an_answer_decides() {
        use CrmKind::{Contact, Lead};
        let items = |ids: &[u64]| json!({ "items": ids.iter().map(|id| json!({ "id": id })).collect::<Vec<_>>() });
        let phone_of_contact = (By::Phone, Contact, json!({ "CONTACT": [2297, "275"] }));
        let phone_of_lead = (By::Phone, Lead, json!({ "LEAD": [9] }));
        assert_eq!(answered(&[]), Found::Nothing);
        assert_eq!(answered(std::slice::from_ref(&phone_of_lead)), card(Lead, 9, By::Phone, &[]));
        assert_eq!(answered(&[phone_of_lead.clone(), phone_of_contact.clone()]), card(Contact, 275, By::Phone, &[2297]));
        let line = (By::Line, Lead, items(&[31]));
        assert_eq!(answered(&[line.clone(), phone_of_contact.clone()]), card(Lead, 31, By::Line, &[]));
        let origin = (By::Origin, Lead, items(&[40]));
        assert_eq!(answered(&[line, origin.clone(), phone_of_contact]), card(Lead, 40, By::Origin, &[]));
        assert_eq!(answered(&[origin, (By::Given, Lead, items(&[4521]))]), card(Lead, 4521, By::Given, &[]));
    }

    #[test]
    fn without_every_surer_answer_nothing_is_concluded() {
        let questions = questions(&wanted());
        let mut said: Vec<Said> = questions.iter().map(|_| Said::Done(json!({ "items": [{ "id": 5 }] }))).collect();
        said[0] = Said::Later(Later::Limit);
        assert_eq!(found(&questions, said.clone()), Found::NotNow(Said::Later(Later::Limit)));
        // A card that is gone is no card; a portal without lines has none.
        said[0] = Said::Refused(Refusal { code: "NOT_FOUND".into(), text: String::new() });
        assert!(matches!(found(&questions, said.clone()), Found::Card { by: By::Origin, .. }));
        said[1] = Said::Refused(Refusal { code: "ACCESS_DENIED".into(), text: "Access denied".into() });
        assert!(matches!(found(&questions, said), Found::NotNow(Said::Refused(_))));
    }

    #[test]
    fn a_phone_is_asked_for_as_people_type_it() {
        let asked = questions(&wanted()).into_iter().find(|question| question.by == By::Phone).unwrap();
        let values = asked.call.params["values"].as_array().unwrap().clone();
        for spelling in
            ["+79211234567", "89211234567", "79211234567", "9211234567", "+7 (921) 123-45-67", "8 (921) 123-45-67", "8-921-123-45-67"]
        {
            assert!(values.contains(&json!(spelling)), "{spelling}");
        }
        assert!(values.len() <= VALUES);
        let nobody = questions(&Wanted { client: "c_2".into(), ..Wanted::default() });
        assert!(nobody.iter().all(|question| question.by == By::Origin), "who left nothing is asked for by our own id alone");
    }

    #[test]
    fn what_we_make_bears_our_origin() {
        let draft = Draft { name: Some("Анна".into()), channel: "telegram".into(), responsible: Some(7) };
        let lead = make(CrmKind::Lead, &wanted(), &draft, None).params;
        assert_eq!(
            (&lead["entityTypeId"], &lead["fields"]["originId"], &lead["fields"]["assignedById"]),
            (&json!(1), &json!("c_1"), &json!(7))
        );
        assert_eq!(lead["fields"]["fm"][0]["value"], "+79211234567");
        let deal = make(CrmKind::Deal, &wanted(), &draft, Some(12)).params;
        assert_eq!((&deal["fields"]["contactId"], &deal["fields"]["fm"]), (&json!(12), &Value::Null));
        assert_eq!(made(&json!({ "item": { "id": 17 } })), Some(17));
        assert_eq!(made(&json!({ "item": {} })), None);
    }
}
