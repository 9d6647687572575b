//! A witness over its folder: what it remembers, and that it never forgets.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use axum::http::{Request, header};
use ledger::{AddCheckpoint, Checkpoint, Hash, SigningKey, Tile, TileSource, TileWriter, consistency_proof, leaf_hash};
use tower::ServiceExt;

use super::*;

const ORIGIN: &str = "log.example/1";

struct Tree(Vec<ledger::TileData>);

impl TileSource for Tree {
    type Error = std::io::Error;

    fn tile(&self, tile: Tile) -> Result<std::borrow::Cow<'_, [u8]>, Self::Error> {
        let found = self.0.iter().find(|data| (data.tile.level, data.tile.index) == (tile.level, tile.index));
        found.map(|data| std::borrow::Cow::Borrowed(&data.bytes[..])).ok_or_else(|| std::io::Error::other("no tile"))
    }
}

fn key() -> SigningKey {
    SigningKey::from_seed(ORIGIN, &[1; 32]).unwrap()
}

/// A request of a log whose entries carry `story`.
fn request(story: u8, old: u64, new: u64) -> String {
    let mut writer = TileWriter::new();
    let mut tiles = writer.append((0..new).map(|n| leaf_hash(&[story, n as u8])));
    tiles.extend(writer.partial_tiles());
    let checkpoint = Checkpoint { origin: ORIGIN.into(), size: new, root: writer.root() };
    let proof: Vec<Hash> = consistency_proof(&Tree(tiles), old, new).unwrap();
    AddCheckpoint::new(old, proof, &checkpoint.sign(&key()).unwrap()).unwrap().to_string()
}

fn status(witness: &Witness, body: &str) -> u16 {
    match witness.add_checkpoint(body) {
        Ok(_) => 200,
        Err(WitnessError::Refused(refusal)) => refusal.status(),
        Err(WitnessError::ClockWentBack { .. }) => 503,
        Err(WitnessError::Folder(_)) => 500,
    }
}

fn watching(folder: &Path) -> Witness {
    WitnessFolder::open(folder).unwrap().add_log(key().verifying_key(), None).unwrap();
    Witness::open(folder, || 1_735_700_000).unwrap()
}

#[test]
fn it_cosigns_one_history_and_remembers_it_over_a_restart() {
    let home = tempfile::tempdir().unwrap();
    let witness = watching(home.path());
    let vkey = witness.verifying_key().to_string();
    assert_eq!(status(&witness, &request(0, 0, 5)), 200);
    assert_eq!(status(&witness, &request(0, 5, 9)), 200);
    assert_eq!(status(&witness, &request(0, 9, 9)), 200, "the same again, with a newer time");
    drop(witness);
    let witness = Witness::open(home.path(), || 1_735_700_001).unwrap();
    assert_eq!(witness.verifying_key().to_string(), vkey);
    assert_eq!(status(&witness, &request(0, 0, 12)), 409, "it knows more than nothing");
    assert_eq!(status(&witness, &request(1, 9, 12)), 422, "another history");
    assert_eq!(status(&witness, &request(1, 9, 9)), 409, "another history of the same size");
    let log = witness.folder.log(ORIGIN).unwrap().unwrap();
    assert_eq!((log.seen().unwrap().unwrap().size, log.forks()), (9, 1));
    assert_eq!(status(&witness, &request(0, 9, 12)), 200);
}

#[test]
fn a_clock_that_went_back_signs_nothing() {
    let home = tempfile::tempdir().unwrap();
    let witness = watching(home.path());
    assert_eq!(status(&witness, &request(0, 0, 5)), 200);
    drop(witness);
    let witness = Witness::open(home.path(), || 1_735_699_999).unwrap();
    let refused = witness.add_checkpoint(&request(0, 5, 9)).unwrap_err();
    assert!(refused.to_string().starts_with("the clock of this witness went back: it shows 1735699999, and 1735700000"), "{refused}");
    assert_eq!(witness.folder.log(ORIGIN).unwrap().unwrap().seen().unwrap().unwrap().size, 5, "and nothing is taken as seen");
    drop(witness);
    let witness = Witness::open(home.path(), || 1_735_700_000).unwrap();
    assert_eq!(status(&witness, &request(0, 5, 9)), 200);
    drop(witness);
    std::fs::write(home.path().join("signed"), "").unwrap();
    assert!(matches!(Witness::open(home.path(), || 1_735_700_000), Err(FolderError::Damaged(_))));
}

#[test]
fn a_damaged_memory_signs_nothing() {
    let home = tempfile::tempdir().unwrap();
    let witness = watching(home.path());
    assert_eq!(status(&witness, &request(0, 0, 5)), 200);
    let seen = witness.folder.folder_of(ORIGIN).join("seen");
    let stored = std::fs::read_to_string(&seen).unwrap();
    for damaged in [String::new(), stored.replace("\n5\n", "\n4\n"), stored[..stored.len() - 9].to_owned()] {
        std::fs::write(&seen, damaged).unwrap();
        assert_eq!(status(&witness, &request(0, 5, 9)), 500);
    }
    std::fs::write(&seen, stored).unwrap();
    assert_eq!(status(&witness, &request(0, 5, 9)), 200);
}

#[test]
fn one_process_serves_and_others_may_add_logs() {
    let home = tempfile::tempdir().unwrap();
    let witness = Witness::open(home.path(), || 1).unwrap();
    assert_eq!(status(&witness, &request(0, 0, 5)), 404);
    assert!(matches!(Witness::open(home.path(), || 1), Err(FolderError::InUse(_))));
    let beside = WitnessFolder::open(home.path()).unwrap();
    assert!(beside.add_log(key().verifying_key(), None).unwrap());
    assert!(!beside.add_log(key().verifying_key(), None).unwrap(), "once is enough");
    assert_eq!(status(&witness, &request(0, 0, 5)), 200);
    assert!(matches!(beside.add_log(witness.verifying_key(), None), Err(FolderError::NotALog(_))));
    assert!(matches!(beside.cosigner(Some("other.example"), &mut rand::rng()), Err(FolderError::Named(_))));
    std::fs::write(home.path().join("letopis.db"), "").unwrap();
    assert!(matches!(WitnessFolder::open(home.path()), Err(FolderError::Journal(_))));
}

/// Of many requests that start from the same size one is cosigned: the others are told what it is now.
#[test]
fn requests_of_one_log_are_judged_one_after_the_other() {
    let home = tempfile::tempdir().unwrap();
    let witness = watching(home.path());
    assert_eq!(status(&witness, &request(0, 0, 3)), 200);
    let bodies: Vec<String> = (0..16).map(|n| request(0, 3, 10 + n)).collect();
    let answers: Vec<u16> = std::thread::scope(|all| {
        let asked: Vec<_> = bodies.iter().map(|body| all.spawn(|| status(&witness, body))).collect();
        asked.into_iter().map(|asked| asked.join().unwrap()).collect()
    });
    assert_eq!(answers.iter().filter(|answer| **answer == 200).count(), 1, "{answers:?}");
    assert!(answers.iter().all(|answer| [200, 409].contains(answer)), "{answers:?}");
}

#[tokio::test]
async fn it_answers_as_the_specification_says() {
    let home = tempfile::tempdir().unwrap();
    let witness = Arc::new(watching(home.path()));
    let ask = async |body: String| {
        let asked = Request::post("/add-checkpoint").body(axum::body::Body::from(body)).unwrap();
        let answer = routes(Arc::clone(&witness)).oneshot(asked).await.unwrap();
        let kind = answer.headers().get(header::CONTENT_TYPE).map(|kind| kind.to_str().unwrap().to_owned());
        let status = answer.status().as_u16();
        let body = axum::body::to_bytes(answer.into_body(), 1 << 20).await.unwrap();
        (status, kind.unwrap_or_default(), String::from_utf8(body.to_vec()).unwrap())
    };
    assert_eq!(ask("nonsense".into()).await.0, 400);
    assert_eq!(ask(request(0, 0, 5).replace(ORIGIN, "log.example/2")).await.0, 404);
    let (status, _, line) = ask(request(0, 0, 5)).await;
    assert_eq!(status, 200);
    let note: String = request(0, 0, 5).split_once("\n\n").unwrap().1.to_owned();
    let (_, signed) = ledger::add_cosignature(&note, &line, witness.verifying_key()).unwrap();
    assert_eq!(signed.at_seconds, Some(1_735_700_000));
    assert_eq!(ask(request(0, 0, 9)).await, (409, "text/x.tlog.size".to_owned(), "5\n".to_owned()));
    let forged = request(0, 5, 9);
    let line = forged.lines().nth(1).unwrap();
    assert_eq!(ask(forged.replace(line, &Hash([1; 32]).to_string())).await.0, 422);
    let stranger = Checkpoint { origin: ORIGIN.into(), size: 1, root: Hash([1; 32]) };
    let signed = stranger.sign(&SigningKey::from_seed(ORIGIN, &[2; 32]).unwrap()).unwrap();
    assert_eq!(ask(format!("old 0\n\n{signed}")).await.0, 403);
    assert_eq!(ask("x".repeat(MAX_TRIED)).await.0, 413);
}

const MAX_TRIED: usize = ledger::MAX_REQUEST_BYTES + 1;
