//! What people take away from a conversation: the proof of one event, and the dossier, a page with all proofs inside.
//!
//! Both leave as files. The dossier brings styles of its own, which the policy of our pages would not let it use here.

use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};

use super::super::Desk;
use super::super::error::PageError;
use super::super::visitor::Visitor;
use super::Books;
use crate::access::Action;
use crate::access::trail::What;
use crate::console::dossier::{self, DossierError};
use crate::event::RecordNo;
use crate::journal::{event_rows, evidence, session_by_pid};

/// A tree holds no more: whatever is beyond it is nobody's record.
const MOST_RECORDS: u64 = (1 << 40) - 1;

impl From<DossierError> for PageError {
    fn from(error: DossierError) -> Self {
        match error {
            DossierError::Unknown => Self::NotFound,
            DossierError::Evidence(e) => e.into(),
            other => Self::Broken(other.to_string()),
        }
    }
}

/// `GET /sessions/{pid}/proof/{record}`: the proof bundle of one event of the conversation, by the number of its record.
///
/// By number and not by event id, because two events may claim one id, and each has its own proof.
pub(in crate::console::pages) async fn proof(
    State(desk): State<Desk>,
    visitor: Visitor,
    Path((pid, index)): Path<(String, u64)>,
) -> Result<Response, PageError> {
    visitor.require(Action::Prove)?;
    if index > MOST_RECORDS {
        return Err(PageError::NotFound);
    }
    let business = visitor.business.id;
    let books = Books::of(&desk, business)?;
    let bundle = desk.console.store.read(move |conn| {
        let session = session_by_pid(conn, business, &pid)?.ok_or(PageError::NotFound)?;
        let record = RecordNo::new(business, index);
        let here = event_rows::by_record(conn, record)?.filter(|stored| stored.session == Some(session.id)).ok_or(PageError::NotFound)?;
        let bundle = evidence::proof_bundle(conn, &books.keys, &books.log, record)?;
        Ok::<_, PageError>(bundle.with_event_id(here.row.event_id))
    });
    let json = serde_json::to_vec_pretty(&bundle.await?).map_err(|e| PageError::Broken(e.to_string()))?;
    desk.looked.at(&desk.console.store, &visitor, What::Exported, &format!("proof of record {index}"));
    Ok(file("application/json", &format!("letopis-proof-{}-{index}.json", visitor.business.slug), json))
}

/// `GET /sessions/{pid}/dossier`: the conversation as one page with its proofs inside, for a dispute.
pub(in crate::console::pages) async fn dossier(
    State(desk): State<Desk>,
    visitor: Visitor,
    Path(pid): Path<String>,
) -> Result<Response, PageError> {
    visitor.require(Action::Prove)?;
    let (books, business, now_us) = (Books::of(&desk, visitor.business.id)?, visitor.business.clone(), visitor.now_us);
    let made = desk.console.store.read(move |conn| {
        let session = session_by_pid(conn, business.id, &pid)?.ok_or(PageError::NotFound)?;
        let made = dossier::make(conn, &books.keys, &books.log, &business, &session.pid, now_us)?;
        Ok::<_, PageError>((made, session.first_record))
    });
    let (made, first_record) = made.await?;
    let number = RecordNo::from_i64(first_record).index();
    desk.looked.at(&desk.console.store, &visitor, What::Exported, &format!("dossier of the conversation of record {number}"));
    Ok(file("text/html; charset=utf-8", &format!("letopis-dossier-{}-{number}.html", visitor.business.slug), made.html.into_bytes()))
}

fn file(kind: &'static str, name: &str, content: Vec<u8>) -> Response {
    let headers = [(header::CONTENT_TYPE, kind.to_owned()), (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\""))];
    (headers, content).into_response()
}
