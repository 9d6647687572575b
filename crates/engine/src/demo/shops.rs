//! The two firms of the demo: what they sell, who works there, where clients write. All of it is made up.
//!
//! Surnames of doctors are words such as «Примерова», so that nobody can take a screenshot of the demo for a real clinic.

/// A service and its forms in a sentence.
#[derive(Debug)]
pub(super) struct Service {
    /// Что: «женская стрижка».
    pub(super) what: &'static str,
    /// На что: «женскую стрижку».
    pub(super) for_what: &'static str,
    pub(super) price: i64,
    pub(super) minutes: i64,
    /// Who does it: places in [`Shop::staff`].
    pub(super) by: &'static [usize],
    /// How often it is asked for, relative to the others.
    pub(super) weight: f64,
}

/// Someone who receives clients.
#[derive(Debug)]
pub(super) struct Staff {
    pub(super) name: &'static str,
    /// «мастер Алина».
    pub(super) who: &'static str,
    /// «у Алины».
    pub(super) at: &'static str,
    /// «к Алине».
    pub(super) to: &'static str,
}

/// Which firm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Salon,
    Clinic,
}

/// Where clients write: (channel, share, whether the channel itself tells the phone).
pub(super) type ChannelShare = (&'static str, f64, bool);

/// One firm.
#[derive(Debug)]
pub(super) struct Shop {
    pub(super) kind: Kind,
    pub(super) slug: &'static str,
    pub(super) title: &'static str,
    pub(super) address: &'static str,
    pub(super) hours: &'static str,
    /// First and last hour at which a visit can begin.
    pub(super) open: (i8, i8),
    pub(super) scenario: &'static str,
    pub(super) services: &'static [Service],
    pub(super) staff: &'static [Staff],
    pub(super) channels: &'static [ChannelShare],
    pub(super) questions: &'static [(&'static str, &'static str)],
    /// The last four digits of its clients' phones begin here; see [`super::people`].
    pub(super) first_phone: u32,
}

const fn service(what: &'static str, for_what: &'static str, price: i64, minutes: i64, by: &'static [usize], weight: f64) -> Service {
    Service { what, for_what, price, minutes, by, weight }
}

const fn staff(name: &'static str, who: &'static str, at: &'static str, to: &'static str) -> Staff {
    Staff { name, who, at, to }
}

/// A beauty salon.
pub(super) static SALON: Shop = Shop {
    kind: Kind::Salon,
    slug: "salon",
    title: "Синтетика (демо)",
    address: "ул. Примерная, 1",
    hours: "ежедневно с 10:00 до 21:00",
    open: (10, 20),
    scenario: "запись_салон",
    services: &[
        service("женская стрижка", "женскую стрижку", 2200, 60, &[0, 1, 2], 1.6),
        service("мужская стрижка", "мужскую стрижку", 1500, 45, &[1, 2], 1.0),
        service("окрашивание корней", "окрашивание корней", 3800, 120, &[0, 1], 1.0),
        service("сложное окрашивание", "сложное окрашивание", 8500, 180, &[0], 0.5),
        service("укладка", "укладку", 1800, 45, &[0, 1], 0.6),
        service("маникюр с покрытием", "маникюр с покрытием", 2300, 90, &[3, 4], 2.2),
        service("педикюр", "педикюр", 2900, 90, &[3, 4], 1.0),
        service("оформление бровей", "оформление бровей", 1200, 40, &[5], 1.0),
        service("ламинирование ресниц", "ламинирование ресниц", 2500, 75, &[5], 0.7),
    ],
    staff: &[
        staff("Алина", "мастер Алина", "у Алины", "к Алине"),
        staff("Марина", "мастер Марина", "у Марины", "к Марине"),
        staff("Егор", "мастер Егор", "у Егора", "к Егору"),
        staff("Светлана", "мастер Светлана", "у Светланы", "к Светлане"),
        staff("Диана", "мастер Диана", "у Дианы", "к Диане"),
        staff("Ксения", "мастер Ксения", "у Ксении", "к Ксении"),
    ],
    channels: &[
        ("whatsapp", 0.26, true),
        ("telegram", 0.25, false),
        ("instagram", 0.14, false),
        ("vk", 0.14, false),
        ("site", 0.12, false),
        ("max", 0.09, true),
    ],
    questions: super::words::questions::SALON,
    first_phone: 0,
};

/// A clinic for everyday matters.
pub(super) static CLINIC: Shop = Shop {
    kind: Kind::Clinic,
    slug: "clinic",
    title: "Демо-клиника",
    address: "Образцовый пр., 10",
    hours: "пн–сб с 8:00 до 20:00",
    open: (8, 19),
    scenario: "запись_клиника",
    services: &[
        service("приём терапевта", "приём терапевта", 2400, 30, &[0, 1], 2.0),
        service("приём дерматолога", "приём дерматолога", 2700, 30, &[2], 1.2),
        service("консультация физиотерапевта", "консультацию физиотерапевта", 2300, 40, &[3], 0.8),
        service("профилактический осмотр", "профилактический осмотр", 3200, 60, &[0, 1], 1.0),
        service("сдача анализов", "сдачу анализов", 1500, 20, &[4], 1.6),
        service("УЗИ щитовидной железы", "УЗИ щитовидной железы", 2600, 30, &[5], 0.8),
        service("ЭКГ", "ЭКГ", 1400, 20, &[4], 0.6),
        service("сеанс массажа", "сеанс массажа", 2200, 50, &[3], 1.0),
        service("гигиена полости рта", "гигиену полости рта", 5200, 60, &[6], 1.2),
    ],
    staff: &[
        staff("Примерова П. П.", "доктор Примерова", "у доктора Примеровой", "к доктору Примеровой"),
        staff("Эталонов Э. Э.", "доктор Эталонов", "у доктора Эталонова", "к доктору Эталонову"),
        staff("Шаблонова Ш. Ш.", "доктор Шаблонова", "у доктора Шаблоновой", "к доктору Шаблоновой"),
        staff("Макетов М. М.", "специалист Макетов", "у специалиста Макетова", "к специалисту Макетову"),
        staff("Условнова У. У.", "медсестра Условнова", "у медсестры Условновой", "к медсестре Условновой"),
        staff("Тестов Т. Т.", "доктор Тестов", "у доктора Тестова", "к доктору Тестову"),
        staff("Вымыслова В. В.", "доктор Вымыслова", "у доктора Вымысловой", "к доктору Вымысловой"),
    ],
    channels: &[("site", 0.30, false), ("telegram", 0.24, false), ("whatsapp", 0.22, true), ("max", 0.14, true), ("vk", 0.10, false)],
    questions: super::words::questions::CLINIC,
    first_phone: 5000,
};
