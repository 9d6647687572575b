//! What was judged of one client, as rows.

use std::hash::{DefaultHasher, Hash, Hasher};

use rusqlite::{ToSql, Transaction};

use crate::event::{BusinessId, RecordNo};
use crate::journal::cases::{self, Owner};
use crate::journal::experiments::exposures;
use crate::metrics::judge::{Case, History, Judged, Visit};

/// What an erasure destroyed since it was read does not come back.
const CASE: &str =
    "INSERT INTO cases (id, business, person, session, started_us, channel, intent, left_out, marks, told, booked_us, paid_minor,
  currency, first_answer_ms, answers, lost, lost_all, lost_since_us, lost_us, evidence, recovered_us, model, prompt, scenario,
  variant, utm_source, utm_campaign, operator, replies, calls, unpriced, cost, cost_currency, digest, person_answer_ms, worded, reply_chars)
  SELECT abs(random()), ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23,
  ?24, ?25, ?26, ?27, ?28, ?29, ?30, ?31, ?32, ?33, ?34, ?35, ?36 WHERE EXISTS (SELECT 1 FROM sessions WHERE id = ?3)";

/// Puts what was judged in place of what was said before.
pub(super) fn replace(
    tx: &Transaction<'_>,
    business: BusinessId,
    owner: Owner,
    (history, judged): (&History, &Judged),
    (upto, now_us): (i64, i64),
) -> rusqlite::Result<()> {
    let person = cases::person(tx, business, owner, upto, judged.due_us)?;
    let mine = |session: &i64| owner != Owner::Session(*session);
    let digests = judged.cases.iter().map(|case| (case.session, digest(case))).collect();
    let same = cases::clear(tx, person, &digests, mine)?;
    for case in judged.cases.iter().filter(|case| !same.contains(&case.session)) {
        case_row(tx, business, person, case)?;
    }
    for visit in &judged.visits {
        let session = visit.talk.and_then(|talk| history.talks.get(talk));
        visit_row(tx, business, person, visit, session.map(|talk| (talk.session, talk.channel.as_str())))?;
    }
    exposures::replace(tx, business.0, person, now_us, &judged.exposures)
}

/// Of everything that is said of a conversation.
fn digest(case: &Case) -> i64 {
    let mut hasher = DefaultHasher::new();
    case.hash(&mut hasher);
    hasher.finish() as i64
}

fn case_row(tx: &Transaction<'_>, business: BusinessId, person: i64, case: &Case) -> rusqlite::Result<()> {
    let lost = case.lost.as_ref();
    let all: Option<String> = lost.map(|lost| lost.all.iter().map(|reason| reason.as_str()).collect::<Vec<_>>().join(","));
    let evidence = lost.map(|lost| {
        let indexes = lost.evidence.iter().map(|record| RecordNo::from_i64(*record).index().to_string());
        indexes.collect::<Vec<_>>().join(",")
    });
    let answers: Vec<u8> = case.answers.iter().flat_map(|ms| ms.to_le_bytes()).collect();
    let answers = (!answers.is_empty()).then_some(answers);
    let (cost, cost_currency) = case.spent.cost.as_ref().map(|(cost, currency)| (cost, currency)).unzip();
    let values: [&dyn ToSql; 36] = [
        &business.0,
        &person,
        &case.session,
        &case.started_us,
        &case.channel,
        &case.intent,
        &case.left_out,
        &case.marks,
        &case.told,
        &case.booked_us,
        &case.paid_minor,
        &case.currency,
        &case.first_answer_ms,
        &answers,
        &lost.map(|lost| lost.reason.as_str()),
        &all,
        &lost.map(|lost| lost.since_us),
        &lost.map(|lost| lost.at_us),
        &evidence,
        &lost.and(case.recovered_us),
        &case.model,
        &case.prompt,
        &case.scenario,
        &case.variant,
        &case.utm_source,
        &case.utm_campaign,
        &case.operator,
        &case.replies,
        &case.spent.calls,
        &case.spent.unpriced,
        &cost,
        &cost_currency,
        &digest(case),
        &case.person_answer_ms,
        &case.worded.0,
        &case.worded.1,
    ];
    tx.prepare_cached(CASE)?.execute(values.as_slice()).map(drop)
}

fn visit_row(tx: &Transaction<'_>, business: BusinessId, person: i64, visit: &Visit, of: Option<(i64, &str)>) -> rusqlite::Result<()> {
    let sql = "INSERT INTO visits (id, business, person, session, channel, at_us, made_us, starts_us, booking, outcome, ended_us, reminded,
                 delivered, answer, service, detached)
               VALUES (abs(random()), ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, 0)";
    let at_us = visit.starts_us.or(visit.ended_us).unwrap_or(visit.made_us);
    let (session, channel) = of.unzip();
    let values: [&dyn ToSql; 14] = [
        &business.0,
        &person,
        &session,
        &channel,
        &at_us,
        &visit.made_us,
        &visit.starts_us,
        &visit.booking,
        &visit.outcome.as_str(),
        &visit.ended_us,
        &visit.reminded,
        &visit.delivered,
        &visit.answer,
        &visit.service,
    ];
    tx.prepare_cached(sql)?.execute(values).map(drop)
}
