//! One page with every chart on it, for looking at: `cargo run -p charts --example gallery > gallery.html`.
//!
//! `gallery dark` writes it dark, `gallery english` in English. The numbers come from a small generator with a fixed seed.

use charts::{
    Axis, Bar, Bars, Caption, Change, Columns, Forest, Funnel, Heat, Kind, Line, Measure, Moment, Multiples, Panel, Slot, Spark, Step,
};
use language::Unit;

#[path = "../tests/charts/language.rs"]
mod language;

const STYLES: [&str; 6] = [
    include_str!("../../letopis/assets/tokens.css"),
    include_str!("../../letopis/assets/frame.css"),
    include_str!("../../letopis/assets/parts.css"),
    include_str!("../../letopis/assets/journal.css"),
    include_str!("../../letopis/assets/charts.css"),
    include_str!("../../letopis/assets/print.css"),
];

fn main() {
    let asked: Vec<String> = std::env::args().skip(1).collect();
    let theme = if asked.iter().any(|word| word == "dark") { "dark" } else { "light" };
    let tongue = if asked.iter().any(|word| word == "english") { language::english } else { language::russian };
    let mut chance = Chance(20_250_512);
    let figures = [
        line(&mut chance).draw(&tongue(Unit::Percent)),
        funnel().draw(&tongue(Unit::Pieces)),
        bars().draw(&tongue(Unit::Percent)),
        heat(&mut chance).draw(&tongue(Unit::Percent)),
        multiples(&mut chance).draw(&tongue(Unit::Percent)),
        forest().draw(&tongue(Unit::Points)),
        columns().draw(&tongue(Unit::Pieces)),
        weeks(&mut chance).draw(&tongue(Unit::Seconds)),
        year(&mut chance).draw(&tongue(Unit::Percent)),
        nothing().draw(&tongue(Unit::Percent)),
        long_names().draw(&tongue(Unit::Roubles)),
    ];
    let cards: String = figures.iter().map(|figure| format!("<section class=\"card\">{figure}</section>\n")).collect();
    let lang = if tongue(Unit::Pieces).russian { "ru" } else { "en" };
    println!(
        "<!doctype html><html lang=\"{lang}\" data-theme=\"{theme}\"><head><meta charset=\"utf-8\"><title>Gallery</title>\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><style>{}</style></head>\
         <body><main class=\"stack\"><h1>Gallery</h1>{}{cards}</main></body></html>",
        STYLES.concat(),
        tiles(&mut chance),
    );
}

fn tiles(chance: &mut Chance) -> String {
    let tile = |name: &str, from: f64, to: f64, chance: &mut Chance| {
        let slots = (0..30).map(|day| share(chance, from + (to - from) * f64::from(day) / 29.0, 80)).collect();
        format!("<section class=\"card\"><p>{name}</p>{}</section>", Spark { finding: format!("{name}: 30 дней"), slots }.draw())
    };
    let tiles = [tile("Запись", 0.18, 0.24, chance), tile("Ответ за 3 с", 0.9, 0.97, chance), tile("Отказы", 0.2, 0.05, chance)];
    format!("<div class=\"tally\">{}</div>", tiles.concat())
}

fn line(chance: &mut Chance) -> Line {
    let moment = |day: u32| {
        let slot = match day {
            5 => Slot::Few(11),
            6 | 20 => Slot::Empty,
            _ => share(chance, 0.18 + f64::from(day) * 0.002, 60 + u64::from(day * 7 % 50)),
        };
        let previous = if day % 11 == 3 { Slot::Empty } else { share(chance, 0.17, 90) };
        let changes: &[&str] = match day {
            9 => &["модель gpt-4o → gpt-4.1"],
            21 => &["промпт «запись», версия 7", "сценарий «напоминание», версия 2"],
            22 => &["модель gpt-4.1 → gpt-4.1-mini"],
            _ => &[],
        };
        let changes = changes.iter().map(|words| Change { words: (*words).to_owned(), url: None }).collect();
        Moment { label: format!("{} мая", day + 1), slot, previous, changes }
    };
    Line {
        caption: Caption::new("Запись на приём по дням", "В мае записались 21 из 100 диалогов, в апреле 17; 6 и 7 мая данных было мало.")
            .note("Доля диалогов с записью в течение 7 дней, от всех, где клиент хотел записаться: n = 2 431."),
        axis: Axis::new("доля диалогов с записью", Kind::Share),
        moments: (0..31).map(moment).collect(),
    }
}

fn weeks(chance: &mut Chance) -> Line {
    let moment = |week: u32| Moment {
        label: format!("{}-я неделя", week + 1),
        slot: Measure::new(2.4 + chance.part() * 0.5).and_then(|known| known.between(2.1, 3.2)).map(|known| known.of(400)).into(),
        ..Moment::default()
    };
    Line {
        caption: Caption::new("Время ответа, медиана", "Ответ держится около двух с половиной секунд."),
        axis: Axis::new("секунд до первого слова", Kind::Amount).cut(),
        moments: (0..8).map(moment).collect(),
    }
}

fn year(chance: &mut Chance) -> Line {
    let moment = |day: u32| Moment {
        label: format!("{:02}.{:02}", day % 30 + 1, day / 30 % 12 + 1),
        slot: if day % 97 < 6 { Slot::Few(9) } else { share(chance, 0.9 + f64::from(day % 90) * 0.0008, 300) },
        ..Moment::default()
    };
    Line {
        caption: Caption::new("Ответы быстрее 3 секунд, 400 дней", "Весь год быстрее трёх секунд приходят более девяти ответов из десяти."),
        axis: Axis::new("доля ответов за 3 с", Kind::Share),
        moments: (0..400).map(moment).collect(),
    }
}

fn nothing() -> Line {
    let moments = (1..8).map(|day| Moment { label: format!("{day} июня"), ..Moment::default() }).collect();
    let caption = Caption::new("Неявки", "За эту неделю ещё ничего не было.");
    Line { caption, axis: Axis::new("доля неявок", Kind::Share), moments }
}

fn funnel() -> Funnel {
    let names = ["Написали", "Хотели записаться", "Получили время", "Оставили телефон", "Лид в CRM", "Записались", "Пришли"];
    let steps = names.iter().zip([200, 150, 120, 96, 90, 72, 63]).map(|(name, reached)| Step { label: (*name).to_owned(), reached });
    Funnel {
        caption: Caption::new(
            "Воронка",
            "Из 200 диалогов до визита дошли 63. Больше всего клиентов ушло до того, как захотели записаться: 50.",
        )
        .note("Каждый шаг считается, когда диалог дошёл до него впервые, в течение 7 дней."),
        steps: steps.collect(),
    }
}

fn bars() -> Bars {
    let bar = |label: &str, part: u64, n: u64| Bar { label: label.to_owned(), slot: wilson(part, n) };
    Bars {
        caption: Caption::new("Запись по намерениям", "Лучше всего записываются на стрижку; по ценам спрашивают и уходят."),
        axis: Axis::new("доля диалогов с записью", Kind::Share),
        bars: vec![
            bar("запись_на_стрижку", 312, 640),
            bar("перенос_записи", 96, 231),
            bar("окрашивание_волос_сложное_с_консультацией_мастера", 41, 128),
            bar("цены", 57, 702),
            bar("жалоба", 2, 45),
            bar("сертификат_в_подарок", 4, 12),
            Bar { label: "вакансии".to_owned(), slot: Slot::Empty },
        ],
        reference: Measure::new(0.291).map(|known| ("в среднем".to_owned(), known)),
    }
}

fn heat(chance: &mut Chance) -> Heat {
    let days = ["пн", "вт", "ср", "чт", "пт", "сб", "вс"];
    let busy = |day: usize, hour: usize| {
        let evening = 1.0 - (hour as f64 - 17.0).abs() / 14.0;
        (evening * if day >= 5 { 0.45 } else { 0.3 }).max(0.02)
    };
    let place = |chance: &mut Chance, day: usize, hour: usize| match hour {
        1..=4 => Slot::Empty,
        0 | 5 | 6 => Slot::Few(3),
        _ => share(chance, busy(day, hour), 40 + 10 * hour as u64),
    };
    let rows = days.iter().enumerate();
    Heat {
        caption: Caption::new("Запись по часам", "Лучше всего записываются вечером, с 16 до 19, и в выходные."),
        axis: Axis::new("доля диалогов с записью, %", Kind::Share),
        hours: (0..24).map(|hour| hour.to_string()).collect(),
        days: rows.map(|(day, name)| ((*name).to_owned(), (0..24).map(|hour| place(chance, day, hour)).collect())).collect(),
    }
}

fn multiples(chance: &mut Chance) -> Multiples {
    let panel = |(label, from, n): (&str, f64, u64)| Panel {
        label: label.to_owned(),
        slots: (0..13).map(|week| if n < 20 && week % 3 > 0 { Slot::Few(n) } else { share(chance, from, n) }).collect(),
    };
    let channels = [("WhatsApp", 0.27, 210), ("Telegram", 0.22, 160), ("Сайт", 0.12, 90), ("ВКонтакте", 0.18, 45), ("Авито", 0.09, 18)];
    Multiples {
        caption: Caption::new("Запись по каналам", "WhatsApp записывает вдвое чаще сайта; на Авито данных мало."),
        axis: Axis::new("доля диалогов с записью, одна шкала", Kind::Share),
        dates: (0..13).map(|week| format!("{} нед.", week + 10)).collect(),
        panels: channels.into_iter().map(panel).collect(),
    }
}

fn forest() -> Forest {
    let effect = |value: f64, half: f64, n: u64| {
        Slot::from(Measure::new(value).and_then(|known| known.between(value - half, value + half)).map(|known| known.of(n)))
    };
    let row = |label: &str, slot: Slot| Bar { label: label.to_owned(), slot };
    Forest {
        caption: Caption::new(
            "Новый промпт: до и после",
            "В каждом канале стало не хуже, вместе на 4 п. п. лучше; интервал от −2 до +10: разницы может и не быть.",
        )
        .note("Мантель — Хензель по каналам; день замены не учтён."),
        axis: Axis::new("разница долей записи, п. п.", Kind::Amount),
        strata: vec![
            row("WhatsApp, новые клиенты", effect(0.05, 0.075, 500)),
            row("WhatsApp, постоянные", effect(0.03, 0.06, 500)),
            row("Telegram", effect(-0.01, 0.11, 140)),
            row("Сайт", Slot::Few(17)),
        ],
        total: effect(0.04, 0.06, 1140),
        sides: ("стало хуже".to_owned(), "стало лучше".to_owned()),
    }
}

fn columns() -> Columns {
    let counted = |hour: u32| Measure::new(f64::from(40 - (hour as i32 - 15).abs() * 3 + (hour * 7 % 5) as i32)).into();
    Columns {
        caption: Caption::new("Диалоги по часам", "Пишут весь день, чаще всего с 14 до 17."),
        axis: Axis::new("диалогов за неделю", Kind::Count),
        columns: (8..23).map(|hour| Bar { label: hour.to_string(), slot: counted(hour) }).collect(),
    }
}

fn long_names() -> Bars {
    let bar = |label: &str, value: f64| Bar { label: label.to_owned(), slot: Measure::new(value).map(|known| known.of(1234)).into() };
    Bars {
        caption: Caption::new("Сколько стоит одна запись", "Запись через сайт стоит вшестеро дороже записи через Telegram."),
        axis: Axis::new("рублей на запись", Kind::Amount),
        bars: vec![
            bar("Telegram", 21.0),
            bar("Сайт (виджет на странице «Контакты», после 18:00)", 128.0),
            bar("<script>alert(1)</script>", 64.0),
        ],
        reference: None,
    }
}

/// A share near `p` of about `n`, with its interval; the same every time.
fn share(chance: &mut Chance, p: f64, n: u64) -> Slot {
    let noise = (chance.part() + chance.part() - 1.0) * 2.0 * (p * (1.0 - p) / n as f64).sqrt();
    wilson(((p + noise).clamp(0.0, 1.0) * n as f64).round() as u64, n)
}

fn wilson(part: u64, n: u64) -> Slot {
    if n < 30 {
        return Slot::Few(n);
    }
    let (p, m, z) = (part as f64 / n as f64, n as f64, 1.96_f64);
    let middle = (p + z * z / (2.0 * m)) / (1.0 + z * z / m);
    let half = z * (p * (1.0 - p) / m + z * z / (4.0 * m * m)).sqrt() / (1.0 + z * z / m);
    Measure::new(p).and_then(|known| known.between(middle - half, middle + half)).map(|known| known.of(n)).into()
}

/// Numbers without order, the same every time.
struct Chance(u64);

impl Chance {
    fn part(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as f64 / (1_u64 << 31) as f64
    }
}
