//! Directories (`crm.status.*`), pipelines, what a stage means, and the history of moves.
use super::{Crm, Kind, next};
use crate::clock::Moment;

/// What a stage means for the outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Semantics {
    /// `P`
    Process,
    /// `S`
    Success,
    /// `F`
    Failure,
}

/// A row of a directory.
#[derive(Debug, Clone)]
pub struct Status {
    /// its number
    pub id: u64,
    /// `STATUS`, `SOURCE`, `DEAL_STAGE`, `DEAL_STAGE_3`, …
    pub entity_id: String,
    /// `NEW`, `C3:WON`
    pub status_id: String,
    /// for people
    pub name: String,
    /// order
    pub sort: i64,
    /// cannot be deleted
    pub system: bool,
    /// what it means, where it is a stage
    pub semantics: Option<Semantics>,
}

/// A pipeline of deals.
#[derive(Debug, Clone)]
pub struct Category {
    /// 0 is the general one
    pub id: u64,
    /// for people
    pub name: String,
    /// order
    pub sort: i64,
}

/// One move: `crm.stagehistory.list`.
#[derive(Debug, Clone)]
pub struct Move {
    /// its number
    pub id: u64,
    /// 1 created, 2 moved, 3 reached a final stage, 5 changed the pipeline
    pub type_id: u64,
    /// kind of card
    pub kind: Kind,
    /// the card
    pub owner: u64,
    /// when
    pub at: Moment,
    /// pipeline
    pub category: u64,
    /// to which stage
    pub stage: String,
    /// what that meant
    pub semantics: Semantics,
}

/// Why a row of the history is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum How {
    Created,
    Moved,
    OtherPipeline,
}

const LEAD_STAGES: [(&str, &str, char); 5] = [
    ("NEW", "Не обработан", 'p'),
    ("IN_PROCESS", "В работе", 'p'),
    ("PROCESSED", "Обработан", 'p'),
    ("CONVERTED", "Качественный лид", 's'),
    ("JUNK", "Некачественный лид", 'f'),
];
const DEAL_STAGES: [(&str, &str, char); 8] = [
    ("NEW", "Новая", 'p'),
    ("PREPARATION", "Подготовка документов", 'p'),
    ("PREPAYMENT_INVOICE", "Cчет на предоплату", 'p'),
    ("EXECUTING", "В работе", 'p'),
    ("FINAL_INVOICE", "Финальный счет", 'p'),
    ("WON", "Сделка успешна", 's'),
    ("LOSE", "Сделка провалена", 'f'),
    ("APOLOGY", "Анализ причины провала", 'f'),
];
const SOURCES: [(&str, &str); 12] = [
    ("CALL", "Звонок"),
    ("EMAIL", "Электронная почта"),
    ("WEB", "Веб-сайт"),
    ("ADVERTISING", "Реклама"),
    ("PARTNER", "Существующий клиент"),
    ("RECOMMENDATION", "По рекомендации"),
    ("TRADE_SHOW", "Выставка"),
    ("WEBFORM", "CRM-форма"),
    ("CALLBACK", "Обратный звонок"),
    ("RC_GENERATOR", "Генератор продаж"),
    ("STORE", "Интернет-магазин"),
    ("OTHER", "Другое"),
];

impl Semantics {
    /// `P`, `S`, `F`
    pub fn letter(self) -> &'static str {
        match self {
            Semantics::Process => "P",
            Semantics::Success => "S",
            Semantics::Failure => "F",
        }
    }

    fn of(letter: char) -> Semantics {
        match letter {
            's' => Semantics::Success,
            'f' => Semantics::Failure,
            _ => Semantics::Process,
        }
    }
}

impl Crm {
    /// What a new portal has.
    pub(super) fn found(&mut self) {
        for (id, name, semantics) in LEAD_STAGES {
            self.add_status("STATUS", id, name, Some(Semantics::of(semantics)), matches!(id, "NEW" | "CONVERTED" | "JUNK"));
        }
        self.categories.push(Category { id: 0, name: "Общая".into(), sort: 300 });
        for (id, name, semantics) in DEAL_STAGES {
            self.add_status("DEAL_STAGE", id, name, Some(Semantics::of(semantics)), matches!(id, "NEW" | "WON" | "LOSE"));
        }
        for (id, name) in SOURCES {
            self.add_status("SOURCE", id, name, None, false);
        }
        for (id, name) in [("SALE", "Продажа"), ("COMPLEX", "Комплексная продажа"), ("SERVICE", "Сервисное обслуживание")]
        {
            self.add_status("DEAL_TYPE", id, name, None, false);
        }
        for (id, name) in [("CLIENT", "Клиенты"), ("SUPPLIER", "Поставщики"), ("PARTNER", "Партнёры"), ("OTHER", "Другое")]
        {
            self.add_status("CONTACT_TYPE", id, name, None, false);
        }
    }

    /// Adds a row to a directory.
    pub fn add_status(&mut self, entity_id: &str, status_id: &str, name: &str, semantics: Option<Semantics>, system: bool) -> u64 {
        let id = next(&mut self.numbers.status) * 2 + 99;
        let sort = self.statuses.iter().filter(|status| status.entity_id == entity_id).map(|status| status.sort).max().unwrap_or(0) + 10;
        self.statuses.push(Status {
            id,
            entity_id: entity_id.into(),
            status_id: status_id.into(),
            name: name.into(),
            sort,
            system,
            semantics,
        });
        id
    }

    /// Adds a pipeline with the default stages; their names begin with `C{id}:`.
    pub fn add_category(&mut self, name: &str) -> u64 {
        let id = self.categories.iter().map(|category| category.id).max().unwrap_or(0) + 1;
        self.categories.push(Category { id, name: name.into(), sort: 200 });
        for (stage, title, semantics) in DEAL_STAGES {
            let entity = stage_directory(Kind::Deal, id);
            self.add_status(
                &entity,
                &format!("C{id}:{stage}"),
                title,
                Some(Semantics::of(semantics)),
                matches!(stage, "NEW" | "WON" | "LOSE"),
            );
        }
        id
    }

    /// What a stage means; an unknown one is in process.
    pub fn semantics(&self, kind: Kind, category: u64, stage: &str) -> Semantics {
        self.stage(kind, category, stage).and_then(|status| status.semantics).unwrap_or(Semantics::Process)
    }

    /// A stage of a pipeline.
    pub(crate) fn stage(&self, kind: Kind, category: u64, stage: &str) -> Option<&Status> {
        let directory = stage_directory(kind, category);
        self.statuses.iter().find(|status| status.entity_id == directory && status.status_id == stage)
    }

    /// Where a card of the kind begins.
    pub(crate) fn first_stage(&self, kind: Kind, category: u64) -> String {
        let directory = stage_directory(kind, category);
        self.statuses.iter().find(|status| status.entity_id == directory).map(|status| status.status_id.clone()).unwrap_or_default()
    }

    /// Writes a move down.
    pub(crate) fn moved(&mut self, kind: Kind, owner: u64, category: u64, stage: &str, at: Moment, how: How) {
        let semantics = self.semantics(kind, category, stage);
        let type_id = match how {
            How::Created => 1,
            How::Moved => 2 + u64::from(semantics != Semantics::Process),
            How::OtherPipeline => 5,
        };
        let id = next(&mut self.numbers.history);
        self.history.push(Move { id, type_id, kind, owner, at, category, stage: stage.to_string(), semantics });
    }
}

/// `STATUS` for leads, `DEAL_STAGE` or `DEAL_STAGE_3` for deals.
pub(crate) fn stage_directory(kind: Kind, category: u64) -> String {
    match (kind, category) {
        (Kind::Lead, _) => "STATUS".into(),
        (_, 0) => "DEAL_STAGE".into(),
        (_, category) => format!("DEAL_STAGE_{category}"),
    }
}
