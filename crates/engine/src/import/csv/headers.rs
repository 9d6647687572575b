//! Column names that need no mapping, and the words in them that stand for event types.

/// Names as exports of Russian and English systems spell them, already in the form of [`normal`].
const NAMES: [(&str, &[&str]); 26] = [
    ("event_id", &["eventid", "idсобытия", "messageid", "idсообщения"]),
    ("timestamp", &["timestamp", "датаивремя", "датавремя", "datetime", "createdat", "создано", "времясообщения", "отправлено", "когда"]),
    ("type", &["type", "тип", "типсобытия", "направление", "direction", "отправитель", "автор", "роль", "role", "author", "откого", "кто"]),
    ("channel", &["channel", "канал", "источник", "мессенджер", "messenger"]),
    ("client.name", &["name", "имя", "клиент", "фио", "имяклиента", "clientname", "фамилияимя"]),
    ("client.phone", &["phone", "телефон", "номертелефона", "тел", "мобильный", "phonenumber", "телефонклиента", "clientphone"]),
    ("client.email", &["email", "почта", "электроннаяпочта", "clientemail"]),
    ("client.channel_id", &["chatid", "idчата", "userid", "idпользователя", "channelid", "idклиента", "clientid"]),
    ("session_id", &["sessionid", "диалог", "idдиалога", "сессия", "dialogid", "conversationid", "номердиалога"]),
    ("text", &["text", "текст", "сообщение", "message", "текстсообщения", "вопрос", "сообщениеклиента"]),
    ("bot_response", &["botresponse", "ответбота", "ответ", "ответассистента", "answer"]),
    ("intent", &["intent", "намерение", "интент"]),
    ("confidence", &["confidence", "уверенность"]),
    ("action", &["action", "действие"]),
    ("crm_id", &["crmid", "лид", "idлида", "leadid", "сделка", "idсделки"]),
    ("tags", &["tags", "теги", "метки"]),
    ("model", &["model", "модель"]),
    ("scenario", &["scenario", "сценарий"]),
    ("operator", &["operator", "оператор", "менеджер", "администратор"]),
    ("booking.id", &["bookingid", "idзаписи", "номерзаписи"]),
    ("booking.starts_at", &["startsat", "датаприема", "времязаписи", "датаивремязаписи", "датавизита", "времявизита"]),
    ("booking.service", &["service", "услуга"]),
    ("booking.staff", &["staff", "мастер", "врач", "специалист", "сотрудник"]),
    ("booking.status", &["bookingstatus", "статусзаписи"]),
    ("payment.amount", &["amount", "сумма", "оплата", "оплачено"]),
    ("payment.currency", &["currency", "валюта"]),
];

/// Who speaks, or what happened, in words; everything else in a type column goes on as it is.
const TYPES: [(&str, &[&str]); 7] = [
    ("message_in", &["in", "incoming", "inbound", "client", "user", "customer", "входящее", "входящий", "вх", "клиент", "посетитель"]),
    ("message_out", &["out", "outgoing", "outbound", "bot", "assistant", "исходящее", "исходящий", "исх", "бот", "ассистент", "чатбот"]),
    ("operator_reply", &["operator", "manager", "agent", "оператор", "менеджер", "администратор"]),
    ("booking_created", &["запись", "записан", "записана", "новаязапись"]),
    ("booking_cancelled", &["отмена", "отменен", "отменена", "отмененазапись"]),
    ("payment", &["оплата", "платеж"]),
    ("visit_no_show", &["неявка", "непришел", "непришла"]),
];

/// The field a column name means by itself.
pub(super) fn field(name: &str) -> Option<&'static str> {
    let name = normal(name);
    NAMES.iter().find(|(_, spellings)| spellings.contains(&name.as_str())).map(|(field, _)| *field)
}

/// The date and the time column of a table that keeps them apart.
pub(super) fn date_and_time(names: &[String]) -> Option<(usize, usize)> {
    let place = |spellings: [&str; 2]| names.iter().position(|name| spellings.contains(&normal(name).as_str()));
    Some((place(["дата", "date"])?, place(["время", "time"])?))
}

/// A single column that is called just «Дата» or «Время» but holds both.
pub(super) fn is_lone_moment(name: &str) -> bool {
    matches!(normal(name).as_str(), "дата" | "время" | "date" | "time")
}

/// The event type a word stands for.
pub(super) fn event_type(word: &str) -> Option<&'static str> {
    let word = normal(word);
    TYPES.iter().find(|(_, words)| words.contains(&word.as_str())).map(|(kind, _)| *kind)
}

/// Letters and digits only, lower case, ё as е: «ID диалога», «id_диалога» and «Id-Диалога» are one name.
pub(super) fn normal(name: &str) -> String {
    name.to_lowercase().chars().filter(|c| c.is_alphanumeric()).map(|c| if c == 'ё' { 'е' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_meet() {
        assert_eq!(field("Номер телефона"), Some("client.phone"));
        assert_eq!(field("client_phone"), Some("client.phone"));
        assert_eq!(field("Дата приёма"), Some("booking.starts_at"));
        assert_eq!(field("Комментарий"), None);
        assert_eq!(event_type("Входящее"), Some("message_in"));
        assert_eq!(event_type("Чат-бот"), Some("message_out"));
        assert_eq!(event_type("custom.thing"), None);
    }

    #[test]
    fn every_field_named_here_is_one_that_cells_know() {
        for (path, _) in NAMES {
            assert!(super::super::cells::field(path).is_some(), "{path}");
        }
    }
}
