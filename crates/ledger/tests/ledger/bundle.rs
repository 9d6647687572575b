//! A proof bundle through its whole life, and each of its links broken.

use ledger::{
    Checkpoint, CheckpointError, Entry, EntryKind, Hash, KeyError, NoteError, ProofBundle, ProofBundleError, ProofError, SigningKey,
    TileWriter, TlogProof, VerifyingKey, inclusion_proof, leaf_hash, salt,
};

use crate::forest::{Written, leaf};

const ORIGIN: &str = "letopis.example/salon/1";
const RID: [u8; 16] = [0xcd; 16];
const BLOB: [u8; 32] = [0xee; 32];

fn key() -> SigningKey {
    SigningKey::from_seed(ORIGIN, &[7; 32]).unwrap()
}

fn believed() -> VerifyingKey {
    key().verifying_key().clone()
}

/// A log of 300 leaves, whose leaf 130 is `record`.
fn bundle_of(record: &[u8]) -> ProofBundle {
    let salt = salt(&[0x0b; 32], &RID);
    let entry = Entry::record(RID, &salt, record, BLOB).encode();
    let (mut written, mut writer) = (Written::default(), TileWriter::new());
    written.add(writer.append((0..300).map(|number| if number == 130 { leaf_hash(&entry) } else { leaf(number) })));
    written.add(writer.partial_tiles());
    let checkpoint = Checkpoint { origin: ORIGIN.to_owned(), size: 300, root: writer.root() };
    let path = inclusion_proof(&written, 130, 300).unwrap();
    let proof = TlogProof { extra: None, index: 130, path, checkpoint: checkpoint.sign(&key()).unwrap() };
    ProofBundle::new(ORIGIN, RID, salt, record.to_vec(), BLOB, proof)
}

fn bundle() -> ProofBundle {
    bundle_of("{\"event_id\":\"evt_1\",\"text\":\"Записал на 15:00\"}".as_bytes()).with_event_id("evt_1")
}

#[test]
fn a_bundle_passes_as_json() {
    let json = serde_json::to_string_pretty(&bundle()).unwrap();
    assert!(
        json.starts_with("{\n  \"format\": \"letopis/proof@v1\",\n  \"origin\": \"letopis.example/salon/1\",\n  \"event_id\": \"evt_1\",")
    );
    let read = ProofBundle::from_json(json.as_bytes()).unwrap();
    assert_eq!(read, bundle());
    let verified = read.verify(&believed()).unwrap();
    assert_eq!((verified.index, verified.checkpoint.size, verified.checkpoint.origin.as_str()), (130, 300, ORIGIN));
}

#[test]
fn a_record_that_is_no_text_comes_back_byte_for_byte() {
    for record in [&b"\xff\x00\xfe"[..], b"", b"\0", "\u{feff}\u{2028}\"\\".as_bytes()] {
        let json = serde_json::to_vec(&bundle_of(record)).unwrap();
        let read = ProofBundle::from_json(&json).unwrap();
        assert_eq!(read.record, record);
        assert!(read.verify(&believed()).is_ok());
    }
}

#[test]
fn each_broken_link_has_its_own_name() {
    type Break = fn(&mut ProofBundle);
    let expected: [(Break, ProofBundleError); 12] = [
        (|bundle| bundle.record[0] ^= 1, ProofBundleError::Commitment),
        (|bundle| bundle.salt[31] ^= 1, ProofBundleError::Commitment),
        (|bundle| bundle.rid[0] ^= 1, ProofBundleError::Rid),
        (|bundle| bundle.blob_sha256[0] ^= 1, ProofBundleError::Blob),
        (|bundle| bundle.entry[1] = EntryKind::Erase as u8, ProofBundleError::Kind(EntryKind::Erase)),
        (|bundle| bundle.entry[0] = 9, ledger::EntryError::Version(9).into()),
        (|bundle| bundle.entry.truncate(81), ledger::EntryError::Length(81).into()),
        (|bundle| bundle.index = 131, ProofBundleError::Index { bundle: 131, proof: 130 }),
        (|bundle| bundle.proof.path[0] = Hash([0; 32]), ProofError::Root.into()),
        (|bundle| bundle.proof.path.truncate(3), ProofError::Length(3).into()),
        (
            |bundle| bundle.proof.checkpoint = bundle.proof.checkpoint.replacen("\n300\n", "\n301\n", 1),
            CheckpointError::from(NoteError::BadSignature(ORIGIN.to_owned())).into(),
        ),
        (|bundle| bundle.origin = "other".to_owned(), ProofBundleError::Origin { expected: ORIGIN.to_owned(), found: "other".to_owned() }),
    ];
    for (at, (breaks, error)) in expected.into_iter().enumerate() {
        let mut broken = bundle();
        breaks(&mut broken);
        assert_eq!(broken.verify(&believed()), Err(error), "break {at}");
    }
}

/// Both the entry and the record replaced, so that they agree: the tree does not know that entry.
#[test]
fn a_record_made_up_afterwards_is_not_in_the_tree() {
    let honest = bundle();
    let forged = ProofBundle::new(ORIGIN, honest.rid, honest.salt, b"another story".to_vec(), BLOB, honest.proof);
    assert_eq!(forged.verify(&believed()), Err(ProofError::Root.into()));
}

/// The whole log made up and signed with the forger's own key: the verifier's key decides, not the bundle's.
#[test]
fn a_log_of_another_key_is_not_believed() {
    let stranger = SigningKey::from_seed(ORIGIN, &[8; 32]).unwrap();
    let unknown = CheckpointError::from(NoteError::NoKnownKey);
    assert_eq!(bundle().verify(stranger.verifying_key()), Err(unknown.into()));
    assert_eq!(SigningKey::from_seed("", &[8; 32]).unwrap_err(), KeyError::Name);
}

#[test]
fn json_that_cannot_be_checked_whole_is_refused() {
    let json: serde_json::Value = serde_json::to_value(bundle()).unwrap();
    let change = |member: &str, value: serde_json::Value| {
        let mut json = json.clone();
        json[member] = value;
        ProofBundle::from_json(json.to_string().as_bytes())
    };
    for (member, value) in [
        ("format", "letopis/proof@v2".into()),
        ("rid", "cd".into()),
        ("salt", "G".repeat(64).into()),
        ("entry", "AQ".into()),
        ("record_base64", "AQ==".into()),
        ("record", serde_json::Value::Null),
        ("proof", "c2sp.org".into()),
        ("index", (-1).into()),
        ("index", 1.5.into()),
        ("blob_sha256", 7.into()),
        ("trusted", true.into()),
        ("key", "mine".into()),
    ] {
        assert!(matches!(change(member, value), Err(ProofBundleError::Form(_))), "{member}");
    }
    assert!(change("event_id", serde_json::Value::Null).is_ok());
}

/// Any byte of the JSON turned: either it is refused, or only what is a label (the id, white space) was touched.
#[test]
fn no_byte_of_the_evidence_can_be_changed() {
    let honest = bundle();
    let json = serde_json::to_vec(&honest).unwrap();
    for at in 0..json.len() {
        let mut altered = json.clone();
        altered[at] ^= 1;
        let Ok(read) = ProofBundle::from_json(&altered) else { continue };
        if read.verify(&believed()).is_ok() {
            let label_alone = ProofBundle { event_id: honest.event_id.clone(), ..read };
            assert_eq!(label_alone, honest, "byte {at}");
        }
    }
}
