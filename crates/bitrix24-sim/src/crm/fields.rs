//! Which fields a kind of card has: both names, type, who may write it. One row a field; `crm.*.fields`, both serialisers, writing and filtering all
//! read these rows. Names and types follow the documentation of August 2026; a test compares them with the official specifications.
use super::Kind;

/// How a value is stored, shown and compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldType {
    /// text
    Text,
    /// a number of something
    Int,
    /// a reference to a card or an employee that is 0 when unset
    Ref,
    /// money
    Double,
    /// `Y` or `N`
    Char,
    /// a date without time
    Date,
    /// a moment
    Datetime,
    /// a value of a directory
    Status(&'static str),
    /// a multifield
    Multi,
    /// a list of contacts
    Contacts,
}

/// A field.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// old name: `ASSIGNED_BY_ID`
    pub upper: &'static str,
    /// name in `crm.item.*`: `assignedById`; empty where the new interface has none
    pub camel: &'static str,
    /// type
    pub kind: FieldType,
    /// callers cannot write it
    pub read_only: bool,
    /// for people
    pub title: &'static str,
}

use FieldType::{Char, Contacts, Date, Datetime, Double, Int, Multi, Ref, Status, Text};

const fn rw(upper: &'static str, camel: &'static str, kind: FieldType, title: &'static str) -> Field {
    Field { upper, camel, kind, read_only: false, title }
}
const fn ro(upper: &'static str, camel: &'static str, kind: FieldType, title: &'static str) -> Field {
    Field { upper, camel, kind, read_only: true, title }
}

/// On every kind of card.
const EVERY: &[Field] = &[
    ro("ID", "id", Int, "ID"),
    rw("ASSIGNED_BY_ID", "assignedById", Ref, "Ответственный"),
    ro("CREATED_BY_ID", "createdBy", Ref, "Кем создан"),
    ro("MODIFY_BY_ID", "updatedBy", Ref, "Кем изменен"),
    ro("DATE_CREATE", "createdTime", Datetime, "Дата создания"),
    ro("DATE_MODIFY", "updatedTime", Datetime, "Дата изменения"),
    rw("OPENED", "opened", Char, "Доступен для всех"),
    rw("COMMENTS", "comments", Text, "Комментарий"),
    rw("ORIGINATOR_ID", "originatorId", Text, "Внешний источник"),
    rw("ORIGIN_ID", "originId", Text, "Идентификатор элемента во внешнем источнике"),
    rw("UTM_SOURCE", "utmSource", Text, "Рекламная система"),
    rw("UTM_MEDIUM", "utmMedium", Text, "Тип трафика"),
    rw("UTM_CAMPAIGN", "utmCampaign", Text, "Обозначение рекламной кампании"),
    rw("UTM_CONTENT", "utmContent", Text, "Содержание кампании"),
    rw("UTM_TERM", "utmTerm", Text, "Условие поиска кампании"),
    ro("LAST_ACTIVITY_BY", "lastActivityBy", Ref, "Кем осуществлена последняя активность"),
    ro("LAST_ACTIVITY_TIME", "lastActivityTime", Datetime, "Последняя активность"),
];

/// Where a card came from: all but companies.
const SOURCE: &[Field] = &[
    rw("SOURCE_ID", "sourceId", Status("SOURCE"), "Источник"),
    rw("SOURCE_DESCRIPTION", "sourceDescription", Text, "Дополнительно об источнике"),
];

/// Who it is about: leads and contacts.
const PERSON: &[Field] = &[
    rw("HONORIFIC", "honorific", Status("HONORIFIC"), "Обращение"),
    rw("NAME", "name", Text, "Имя"),
    rw("SECOND_NAME", "secondName", Text, "Отчество"),
    rw("LAST_NAME", "lastName", Text, "Фамилия"),
    rw("BIRTHDATE", "birthdate", Date, "Дата рождения"),
    rw("POST", "post", Text, "Должность"),
];

/// Addresses and numbers: all but deals.
const REACH: &[Field] = &[
    rw("ADDRESS", "", Text, "Адрес"),
    rw("ADDRESS_2", "", Text, "Адрес (стр. 2)"),
    rw("ADDRESS_CITY", "", Text, "Город"),
    rw("ADDRESS_POSTAL_CODE", "", Text, "Почтовый индекс"),
    rw("ADDRESS_REGION", "", Text, "Район"),
    rw("ADDRESS_PROVINCE", "", Text, "Область"),
    rw("ADDRESS_COUNTRY", "", Text, "Страна"),
    rw("ADDRESS_COUNTRY_CODE", "", Text, "Код страны"),
    rw("ADDRESS_LOC_ADDR_ID", "", Int, "Идентификатор адреса местоположения"),
    ro("HAS_PHONE", "hasPhone", Char, "Задан телефон"),
    ro("HAS_EMAIL", "hasEmail", Char, "Задан e-mail"),
    ro("HAS_IMOL", "hasImol", Char, "Задана открытая линия"),
    rw("PHONE", "", Multi, "Телефон"),
    rw("EMAIL", "", Multi, "E-mail"),
    rw("WEB", "", Multi, "Сайт"),
    rw("IM", "", Multi, "Мессенджер"),
    rw("LINK", "", Multi, "LINK"),
];

/// Money and movement: leads and deals.
const TRADE: &[Field] = &[
    rw("TITLE", "title", Text, "Название"),
    rw("OPPORTUNITY", "opportunity", Double, "Сумма"),
    rw("CURRENCY_ID", "currencyId", Text, "Валюта"),
    rw("IS_MANUAL_OPPORTUNITY", "isManualOpportunity", Char, "Режим расчета суммы"),
    rw("COMPANY_ID", "companyId", Ref, "Компания"),
    rw("CONTACT_ID", "contactId", Ref, "Контакт"),
    rw("CONTACT_IDS", "contactIds", Contacts, "Контакты"),
    ro("IS_RETURN_CUSTOMER", "isReturnCustomer", Char, "Повторный"),
    ro("MOVED_BY_ID", "movedBy", Ref, "Кем передвинут"),
    ro("MOVED_TIME", "movedTime", Datetime, "Когда передвинут"),
    rw("WEBFORM_ID", "webformId", Int, "Создано CRM-формой"),
];

const LEAD: &[Field] = &[
    rw("COMPANY_TITLE", "companyTitle", Text, "Название компании"),
    rw("STATUS_ID", "stageId", Status("STATUS"), "Стадия"),
    rw("STATUS_DESCRIPTION", "statusDescription", Text, "Дополнительно о стадии"),
    ro("STATUS_SEMANTIC_ID", "stageSemanticId", Text, "Состояние статуса"),
    ro("DATE_CLOSED", "dateClosed", Datetime, "Дата завершения"),
];

const DEAL: &[Field] = &[
    rw("TYPE_ID", "typeId", Status("DEAL_TYPE"), "Тип"),
    rw("CATEGORY_ID", "categoryId", Int, "Воронка"),
    rw("STAGE_ID", "stageId", Status("DEAL_STAGE"), "Стадия сделки"),
    ro("STAGE_SEMANTIC_ID", "stageSemanticId", Text, "Группа стадии"),
    ro("IS_NEW", "isNew", Char, "Новая сделка"),
    rw("IS_RECURRING", "isRecurring", Char, "Регулярная сделка"),
    rw("IS_REPEATED_APPROACH", "isRepeatedApproach", Char, "Повторное обращение"),
    rw("PROBABILITY", "probability", Int, "Вероятность"),
    rw("TAX_VALUE", "taxValue", Double, "Ставка налога"),
    rw("LEAD_ID", "leadId", Int, "Лид"),
    ro("QUOTE_ID", "quoteId", Int, "Предложение"),
    rw("BEGINDATE", "begindate", Date, "Дата начала"),
    rw("CLOSEDATE", "closedate", Date, "Дата завершения"),
    rw("CLOSED", "closed", Char, "Закрыта"),
    rw("ADDITIONAL_INFO", "additionalInfo", Text, "Дополнительная информация"),
    rw("LOCATION_ID", "locationId", Int, "Местоположение"),
];

const CONTACT: &[Field] = &[
    rw("TYPE_ID", "typeId", Status("CONTACT_TYPE"), "Тип контакта"),
    rw("PHOTO", "photo", Text, "Фотография"),
    rw("LEAD_ID", "leadId", Int, "Лид"),
    rw("COMPANY_ID", "companyId", Ref, "Компания"),
    rw("EXPORT", "export", Char, "Участвует в экспорте контактов"),
    rw("ORIGIN_VERSION", "originVersion", Text, "Версия данных о контакте во внешнем источнике"),
    ro("FACE_ID", "faceId", Int, "Привязка к лицам"),
];

const COMPANY: &[Field] = &[
    rw("TITLE", "title", Text, "Название компании"),
    rw("COMPANY_TYPE", "typeId", Status("COMPANY_TYPE"), "Тип компании"),
    rw("INDUSTRY", "industry", Status("INDUSTRY"), "Сфера деятельности"),
    rw("REVENUE", "revenue", Double, "Годовой оборот"),
    rw("CURRENCY_ID", "currencyId", Text, "Валюта"),
    rw("ORIGIN_VERSION", "originVersion", Text, "Версия данных о компании во внешнем источнике"),
];

/// The groups of a kind.
fn groups(kind: Kind) -> &'static [&'static [Field]] {
    match kind {
        Kind::Lead => &[EVERY, TRADE, PERSON, SOURCE, LEAD, REACH],
        Kind::Deal => &[EVERY, TRADE, SOURCE, DEAL],
        Kind::Contact => &[EVERY, PERSON, SOURCE, CONTACT, REACH],
        Kind::Company => &[EVERY, COMPANY, REACH],
    }
}

/// All fields of a kind.
pub fn fields(kind: Kind) -> impl Iterator<Item = &'static Field> {
    groups(kind).iter().flat_map(|group| group.iter())
}

impl Field {
    /// A field by the old interface's name.
    pub(crate) fn by_upper(kind: Kind, name: &str) -> Option<&'static Field> {
        fields(kind).find(|field| field.upper == name)
    }

    /// A field by its name in `crm.item.*`, which understands the upper spelling of that name too (`STAGE_ID`, `CREATED_TIME`).
    pub(crate) fn by_item_name(kind: Kind, name: &str) -> Option<&'static Field> {
        let found = fields(kind).filter(|field| !field.camel.is_empty());
        let upper = name.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_' || byte.is_ascii_digit());
        if !upper {
            return found.into_iter().find(|field| field.camel == name);
        }
        found.into_iter().find(|field| crate::serial::upper_of(field.camel) == name)
    }

    /// `type` in `crm.*.fields`.
    pub(crate) fn type_name(&self) -> &'static str {
        match (self.kind, self.upper) {
            (Ref, "COMPANY_ID") => "crm_company",
            (Ref, "CONTACT_ID") | (Contacts, _) => "crm_contact",
            (Ref, _) => "user",
            (Int, "CATEGORY_ID") => "crm_category",
            (Int, "LEAD_ID") => "crm_lead",
            (Int, "QUOTE_ID") => "crm_quote",
            (Int, "LOCATION_ID") => "location",
            (Text, "CURRENCY_ID") => "crm_currency",
            (Text, "PHOTO") => "file",
            (Text, _) => "string",
            (Int, _) => "integer",
            (Double, _) => "double",
            (Char, _) => "char",
            (Date, _) => "date",
            (Datetime, _) => "datetime",
            (Status(_), _) => "crm_status",
            (Multi, _) => "crm_multifield",
        }
    }
}
