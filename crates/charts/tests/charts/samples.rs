//! Small charts of every sort.

use charts::{
    Axis, Bar, Bars, Caption, Change, Columns, Forest, Funnel, Heat, Kind, Line, Measure, Moment, Multiples, Panel, Slot, Spark, Step,
};

use crate::language::{Unit, russian};

pub(crate) fn known(value: f64, low: f64, high: f64, n: u64) -> Slot {
    Slot::Known(Measure::new(value).and_then(|known| known.between(low, high)).unwrap().of(n))
}

pub(crate) fn line(slots: &[Slot]) -> Line {
    let moment = |(day, slot): (usize, &Slot)| Moment { label: format!("{} мая", day + 1), slot: *slot, ..Moment::default() };
    Line {
        caption: Caption::new("Запись по дням", "Доля выросла с 10 до 40 %"),
        axis: Axis::new("доля диалогов с записью", Kind::Share),
        moments: slots.iter().enumerate().map(moment).collect(),
    }
}

pub(crate) fn whole_line() -> Line {
    let mut line = line(&[known(0.1, 0.05, 0.2, 60), Slot::Few(7), known(0.3, 0.2, 0.4, 80), known(0.4, 0.3, 0.5, 90), Slot::Empty]);
    line.caption = line.caption.note("от 237 диалогов");
    line.moments[0].previous = known(0.2, 0.1, 0.3, 50);
    line.moments[2].changes = vec![
        Change { words: "модель gpt-4o → gpt-4.1".to_owned(), url: Some("/numbers?model=gpt-4.1&period=week".to_owned()) },
        Change { words: "промпт 7".to_owned(), url: None },
    ];
    line
}

pub(crate) fn bars() -> Bars {
    Bars {
        caption: Caption::new("Запись по намерениям", "Чаще всего записываются на стрижку"),
        axis: Axis::new("доля диалогов с записью", Kind::Share),
        bars: rows(),
        reference: Measure::new(0.25).map(|known| ("в среднем".to_owned(), known)),
    }
}

fn rows() -> Vec<Bar> {
    let bar = |label: &str, slot: Slot| Bar { label: label.to_owned(), slot };
    vec![bar("стрижка", known(0.4, 0.3, 0.5, 90)), bar("цены", Slot::Few(12)), bar("вакансии", Slot::Empty)]
}

pub(crate) fn columns() -> Columns {
    let column = |hour: u32| Bar { label: hour.to_string(), slot: Measure::new(f64::from(hour % 7)).into() };
    Columns {
        caption: Caption::new("Диалоги по часам", "Пишут весь день"),
        axis: Axis::new("диалогов", Kind::Count),
        columns: (9..15).map(column).collect(),
    }
}

/// The worked numbers of a funnel: 200, 150, 120, 96, 90, 72, 63.
pub(crate) fn funnel() -> Funnel {
    let step = |(index, reached): (usize, u64)| Step { label: format!("шаг {}", index + 1), reached };
    Funnel {
        caption: Caption::new("Воронка", "До визита дошли 63 из 200"),
        steps: [200, 150, 120, 96, 90, 72, 63].into_iter().enumerate().map(step).collect(),
    }
}

pub(crate) fn heat() -> Heat {
    let day = |name: &str, slots: Vec<Slot>| (name.to_owned(), slots);
    Heat {
        caption: Caption::new("Запись по часам", "Лучше всего вечером"),
        axis: Axis::new("доля диалогов с записью, %", Kind::Share),
        hours: ["9", "10", "11"].map(str::to_owned).to_vec(),
        days: vec![
            day("пн", vec![known(0.1, 0.05, 0.2, 60), known(0.5, 0.4, 0.6, 70), Slot::Few(4)]),
            // One place is missing.
            day("вт", vec![known(0.3, 0.2, 0.4, 80), Slot::Empty]),
        ],
    }
}

pub(crate) fn multiples() -> Multiples {
    let panel = |label: &str, slots: Vec<Slot>| Panel { label: label.to_owned(), slots };
    Multiples {
        caption: Caption::new("Запись по каналам", "WhatsApp записывает вдвое чаще сайта"),
        axis: Axis::new("доля диалогов с записью", Kind::Share),
        dates: ["1 нед.", "2 нед.", "3 нед."].map(str::to_owned).to_vec(),
        panels: vec![
            panel("WhatsApp", vec![known(0.4, 0.3, 0.5, 90), known(0.4, 0.3, 0.5, 90), known(0.2, 0.1, 0.3, 90)]),
            panel("Сайт", vec![known(0.2, 0.1, 0.3, 90), Slot::Few(3)]),
            panel("Авито", vec![Slot::Few(3)]),
        ],
    }
}

/// The worked set of a change of the prompt: +4 points, −2 to +10.
pub(crate) fn forest() -> Forest {
    let row = |label: &str, slot: Slot| Bar { label: label.to_owned(), slot };
    Forest {
        caption: Caption::new("До и после", "Вместе на 4 п. п. лучше; разницы может и не быть"),
        axis: Axis::new("разница долей, п. п.", Kind::Amount),
        strata: vec![row("WhatsApp", known(0.05, -0.025, 0.125, 500)), row("Сайт", Slot::Few(17))],
        total: known(0.04, -0.02, 0.10, 1000),
        sides: ("хуже".to_owned(), "лучше".to_owned()),
    }
}

pub(crate) fn spark() -> Spark {
    Spark { finding: "Запись: 40 %".to_owned(), slots: vec![known(0.1, 0.0, 0.2, 60), Slot::Few(7), known(0.4, 0.3, 0.5, 80)] }
}

/// Each of them, as HTML.
pub(crate) fn all() -> Vec<(&'static str, String)> {
    let (percent, pieces) = (russian(Unit::Percent), russian(Unit::Pieces));
    vec![
        ("line", whole_line().draw(&percent)),
        ("bars", bars().draw(&percent)),
        ("columns", columns().draw(&pieces)),
        ("funnel", funnel().draw(&pieces)),
        ("heat", heat().draw(&percent)),
        ("multiples", multiples().draw(&percent)),
        ("forest", forest().draw(&russian(Unit::Points))),
        ("spark", spark().draw()),
    ]
}
