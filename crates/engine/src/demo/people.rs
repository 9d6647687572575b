//! The clients of a firm: who writes, from where, and what the assistant knows of them.
//!
//! Phones are `+7 450 555-xx-xx`. In the Russian plan a national number that begins with 4 belongs to a city, and no city has the code 450
//! (43x–46x are assigned to nobody), so a call from the demo reaches no one, and yet the number reads, links and searches like a real
//! one. The last four digits are counted, so no two clients share a phone by accident.

use serde_json::{Map, Value, json};

use super::{dice::Dice, shops::Shop};

const WOMEN: [&str; 24] = [
    "Анна",
    "Мария",
    "Ольга",
    "Елена",
    "Наталья",
    "Ирина",
    "Татьяна",
    "Екатерина",
    "Юлия",
    "Дарья",
    "Полина",
    "Виктория",
    "Алёна",
    "Ксения",
    "Светлана",
    "Вера",
    "Надежда",
    "Софья",
    "Арина",
    "Галина",
    "Людмила",
    "Инна",
    "Евгения",
    "Тамара",
];
const MEN: [&str; 14] =
    ["Иван", "Сергей", "Алексей", "Дмитрий", "Андрей", "Павел", "Максим", "Игорь", "Николай", "Роман", "Антон", "Кирилл", "Олег", "Артём"];
/// Surnames that nobody bears by chance so often together: the mark of a demo client.
const SURNAMES: [&str; 8] = ["Примеров", "Эталонов", "Тестов", "Макетов", "Шаблонов", "Вымыслов", "Условнов", "Демонстров"];

/// A way to reach a client.
#[derive(Debug, Clone)]
pub(super) struct Contact {
    pub(super) channel: &'static str,
    channel_id: String,
    /// The channel hands the phone over with every message.
    tells_phone: bool,
    /// The channel's connector hides digits.
    masks_phone: bool,
}

/// One client.
#[derive(Debug, Clone)]
pub(super) struct Person {
    pub(super) first_name: &'static str,
    pub(super) is_woman: bool,
    surname: String,
    /// The last four digits; the rest is the same for all.
    phone: u32,
    /// How this person writes a phone.
    spelling: usize,
    pub(super) contacts: Vec<Contact>,
    /// The firm has the phone: given in an earlier dialogue.
    pub(super) is_known: bool,
    /// The last campaign that brought the client, if any.
    pub(super) utm: Option<(&'static str, &'static str)>,
}

/// All clients of one firm so far.
#[derive(Debug, Default)]
pub(super) struct People {
    pub(super) all: Vec<Person>,
}

impl People {
    /// Whoever writes next: a new client, or one who was here before. Returns places of the client and of the contact.
    pub(super) fn someone(&mut self, shop: &Shop, dice: &mut Dice) -> (usize, usize) {
        if self.all.len() > 30 && dice.chance(0.28) {
            let place = dice.between(0, self.all.len() as i64 - 1) as usize;
            let contact = dice.between(0, self.all[place].contacts.len() as i64 - 1) as usize;
            return (place, contact);
        }
        let person = Person::new(shop, self.all.len() as u32, dice);
        self.all.push(person);
        (self.all.len() - 1, 0)
    }
}

impl Person {
    fn new(shop: &Shop, number: u32, dice: &mut Dice) -> Self {
        let is_woman = dice.chance(0.74);
        let first_name = if is_woman { *dice.pick(&WOMEN) } else { *dice.pick(&MEN) };
        let ending = if is_woman { "а" } else { "" };
        let mut person = Self {
            first_name,
            is_woman,
            surname: format!("{}{ending}", dice.pick(&SURNAMES)),
            phone: (shop.first_phone + number) % 10_000,
            spelling: dice.between(0, 5) as usize,
            contacts: Vec::new(),
            is_known: false,
            utm: dice.chance(0.3).then(|| {
                *dice.pick(&[
                    ("vk_ads", "osen"),
                    ("yandex", "poisk"),
                    ("yandex_maps", "kartochka"),
                    ("blogger", "otzyv"),
                    ("2gis", "filial"),
                ])
            }),
        };
        let shares: Vec<(usize, f64)> = shop.channels.iter().enumerate().map(|(place, share)| (place, share.1)).collect();
        let first = dice.weighted(&shares);
        person.add_contact(shop, number, first, dice);
        // One in five turns up in a second messenger too; only the phone shows that it is one person.
        if dice.chance(0.22) {
            let second = dice.weighted(&shares);
            if second != first {
                person.add_contact(shop, number, second, dice);
            }
        }
        person
    }

    fn add_contact(&mut self, shop: &Shop, number: u32, place: usize, dice: &mut Dice) {
        let (channel, _, tells_phone) = shop.channels[place];
        let channel_id = match channel {
            "telegram" => format!("tg_{}", 900_000_000_000 + i64::from(number) * 7919 + i64::from(shop.first_phone)),
            "vk" => format!("vk_{}", 900_000_000 + number * 31 + shop.first_phone),
            "site" => format!("visitor_{:08x}", dice.between(0, i64::from(u32::MAX))),
            _ => format!("{channel}_{}_{number}", shop.slug),
        };
        self.contacts.push(Contact { channel, channel_id, tells_phone, masks_phone: tells_phone && dice.chance(0.09) });
    }

    /// Whether the assistant can do without asking for a phone.
    pub(super) fn is_reachable(&self, contact: usize) -> bool {
        self.is_known || self.contacts[contact].tells_phone && !self.contacts[contact].masks_phone
    }

    /// The phone as this person types it.
    pub(super) fn phone(&self) -> String {
        let (a, b) = (self.phone / 100, self.phone % 100);
        match self.spelling {
            0 => format!("+7 450 555-{a:02}-{b:02}"),
            1 => format!("8 (450) 555-{a:02}-{b:02}"),
            2 => format!("8450555{a:02}{b:02}"),
            3 => format!("+7450555{a:02}{b:02}"),
            4 => format!("8-450-555-{a:02}-{b:02}"),
            _ => format!("7 450 555 {a:02} {b:02}"),
        }
    }

    /// The `client` of an event: what the firm knows at that moment.
    pub(super) fn client(&self, contact: usize) -> Value {
        let contact = &self.contacts[contact];
        let mut client = Map::new();
        client.insert("channel_id".to_owned(), contact.channel_id.as_str().into());
        if contact.channel != "site" || self.is_known {
            client.insert("name".to_owned(), format!("{} {}", self.first_name, self.surname).into());
        }
        if contact.masks_phone {
            client.insert("phone".to_owned(), format!("+7450***{:04}", self.phone).into());
        } else if contact.tells_phone {
            client.insert("phone".to_owned(), format!("+7450555{:04}", self.phone).into());
        } else if self.is_known {
            client.insert("phone".to_owned(), self.phone().into());
        }
        Value::Object(client)
    }

    /// The `utm` of a first message.
    pub(super) fn utm(&self) -> Option<Value> {
        self.utm.map(|(source, campaign)| json!({"source": source, "medium": "cpc", "campaign": campaign}))
    }
}
