//! A witness and the logs that come to it: those that grow, those that lie, and bytes that are no request.

use ledger::{AddCheckpoint, Answer, Checkpoint, Cosigner, Hash, Refusal, SigningKey, VerifyingKey, add_cosignature, consistency_proof};
use proptest::prelude::*;

use crate::forest::Written;

const ORIGIN: &str = "log.example/1";

fn log_key() -> SigningKey {
    SigningKey::from_seed(ORIGIN, &[1; 32]).unwrap()
}

fn checkpoint(size: u64) -> Checkpoint {
    Checkpoint { origin: ORIGIN.to_owned(), size, root: Written::of(size).1.root() }
}

fn note(size: u64) -> String {
    checkpoint(size).sign(&log_key()).unwrap()
}

fn request(old: u64, new: u64) -> AddCheckpoint {
    AddCheckpoint::new(old, consistency_proof(&Written::of(new).0, old, new).unwrap(), &note(new)).unwrap()
}

fn judge(request: &AddCheckpoint, latest: Option<u64>) -> Result<(), Refusal> {
    request.judge(&[log_key().verifying_key()], latest.map(checkpoint).as_ref())
}

/// The example of the tlog-witness specification, with line breaks as it has them.
const SPEC: &str = "old 20852014\n\
    PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=\n\
    jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=\n\
    5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=\n\
    /6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=\n\
    \n\
    example.com/behind-the-sofa\n\
    20852163\n\
    CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\
    \n\
    — example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n\
    — example.com/behind-the-sofa opLqBQsREYCgu6xQkYQwJr9fo45a62DN9EdmHXnZdXNqlcVGlCum2Wks+49/V6267UEjw6QUXTS5Rovnzv++qbSzm9Q=\n";

#[test]
fn the_specification_s_request_is_read_and_written() {
    let read: AddCheckpoint = SPEC.parse().unwrap();
    assert_eq!((read.old_size, read.proof.len(), read.checkpoint().size), (20_852_014, 4, 20_852_163));
    assert_eq!(read.checkpoint().origin, "example.com/behind-the-sofa");
    assert_eq!(read.to_string(), SPEC);
    assert_eq!(judge(&read, None), Err(Refusal::Unsigned));
}

#[test]
fn a_log_that_grows_is_cosigned_and_one_that_does_not_is_refused_by_its_name() {
    for (old, new) in [(0, 1), (1, 255), (255, 256), (256, 257), (257, 70_000), (70_000, 70_000), (0, 70_000), (0, 0)] {
        let latest = (old > 0).then_some(old);
        assert_eq!(judge(&request(old, new), latest), Ok(()), "{old} to {new}");
    }
    assert_eq!(judge(&request(256, 257), Some(255)), Err(Refusal::OtherSize(255)));
    assert_eq!(judge(&request(0, 257), Some(257)), Err(Refusal::OtherSize(257)));
    assert_eq!(judge(&request(256, 257), None), Err(Refusal::OtherSize(0)));
    assert_eq!(request(256, 257).judge(&[], None), Err(Refusal::UnknownOrigin));
    let stranger = SigningKey::from_seed(ORIGIN, &[2; 32]).unwrap();
    assert_eq!(request(0, 257).judge(&[stranger.verifying_key()], None), Err(Refusal::Unsigned));
    let statuses =
        [Refusal::Form(""), Refusal::Unsigned, Refusal::UnknownOrigin, Refusal::OtherSize(1), Refusal::Fork(1), Refusal::Proof(1)];
    assert_eq!(statuses.map(|refusal| refusal.status()), [400, 403, 404, 409, 409, 422]);
}

#[test]
fn a_second_history_is_refused_at_every_size() {
    let other = |size: u64| {
        let forged = Checkpoint { root: Hash([9; 32]), ..checkpoint(size) };
        forged.sign(&log_key()).unwrap()
    };
    let same = AddCheckpoint::new(257, vec![], &other(257)).unwrap();
    assert_eq!(judge(&same, Some(257)), Err(Refusal::Fork(257)));
    let proof = consistency_proof(&Written::of(300).0, 257, 300).unwrap();
    let longer = AddCheckpoint::new(257, proof, &other(300)).unwrap();
    assert_eq!(judge(&longer, Some(257)), Err(Refusal::Proof(257)));
    // An empty tree has one root; anything grows out of it, but not with a proof.
    assert_eq!(judge(&AddCheckpoint::new(0, vec![], &other(0)).unwrap(), None), Err(Refusal::Fork(0)));
    let proved = AddCheckpoint::new(0, vec![Hash([1; 32])], &note(1)).unwrap();
    assert_eq!(judge(&proved, None), Err(Refusal::Proof(0)));
}

#[test]
fn what_is_no_request_is_refused() {
    let good = request(1, 255).to_string();
    assert!(good.parse::<AddCheckpoint>().is_ok());
    let hash = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=\n";
    for bad in [
        String::new(),
        "old 0\n".to_owned(),
        note(1),
        good.replace("old 1\n", "old 01\n"),
        good.replace("old 1\n", "old -1\n"),
        good.replace("old 1\n", "Old 1\n"),
        good.replace("old 1\n", "old  1\n"),
        good.replace("old 1\n", "old 256\n"),
        good.replace('\n', "\r\n"),
        good.replace("\n255\n", "\n0255\n"),
        good.trim_end().to_owned(),
        good.replacen("old 1\n", "old 1\nAAAA\n", 1),
        format!("old 1\n{}\n{}", hash.repeat(64), note(255)),
        format!("old 1\n\n{}", "x".repeat(200_000)),
    ] {
        assert!(matches!(bad.parse::<AddCheckpoint>(), Err(Refusal::Form(_))), "{bad:.120}");
    }
    assert!(format!("old 1\n{}\n{}", hash.repeat(63), note(255)).parse::<AddCheckpoint>().is_ok());
}

/// Logs of other makers add lines below the root; a witness signs them with the rest.
#[test]
fn extension_lines_are_cosigned_with_the_rest() {
    let text = format!("{}extra line\n", checkpoint(3));
    let key = ed25519_dalek::SigningKey::from_bytes(&[1; 32]);
    let signature = ed25519_dalek::Signer::sign(&key, text.as_bytes()).to_bytes();
    let plain = note(3);
    let line = plain.lines().last().unwrap().split(' ').nth(2).unwrap();
    let id = &base64::Engine::decode(&base64::engine::general_purpose::STANDARD, line).unwrap()[..4];
    let bytes = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, [id, &signature].concat());
    let extended = AddCheckpoint::new(0, vec![], &format!("{text}\n— {ORIGIN} {bytes}\n")).unwrap();
    assert_eq!(judge(&extended, None), Ok(()));
    assert_eq!(extended.checkpoint(), &checkpoint(3));
    let witness = Cosigner::from_seed("w.example/1", &[3; 32]).unwrap();
    assert!(add_cosignature(&extended.note(), &witness.line(extended.text(), 5), witness.verifying_key()).is_ok());
}

#[test]
fn answers_are_read_as_what_they_say() {
    assert_eq!(Answer::read(200, "— w AAAAAA==\n".as_bytes()), Answer::Cosigned("— w AAAAAA==\n".to_owned()));
    assert_eq!(Answer::read(409, b"257\n"), Answer::OtherSize(257));
    for body in ["257", "0257\n", "\n", "", "257\n\n", "-1\n", "99999999999999999999\n"] {
        assert_eq!(Answer::read(409, body.as_bytes()), Answer::Other, "{body:?}");
    }
    assert_eq!(
        (Answer::read(422, b"x"), Answer::read(404, b""), Answer::read(403, b"")),
        (Answer::Inconsistent, Answer::Stranger, Answer::Stranger)
    );
    for status in [0, 201, 204, 301, 400, 401, 429, 500, 503] {
        assert_eq!(Answer::read(status, b"0\n"), Answer::Other, "{status}");
    }
    assert_eq!(Answer::read(200, b"\xff"), Answer::Other);
}

proptest! {
    /// Whatever a log does, a witness never cosigns a tree that is not a continuation of what it cosigned before.
    #[test]
    fn what_is_cosigned_is_one_history(steps in prop::collection::vec((0_u64..300, 0_u64..300, any::<bool>()), 1..24)) {
        let keys: [&VerifyingKey; 1] = [&log_key().verifying_key().clone()];
        let mut latest: Option<Checkpoint> = None;
        for (old, new, honest) in steps {
            let (old, new) = (old.min(new), new);
            let proof = consistency_proof(&Written::of(new).0, old, new).unwrap();
            let mut told = checkpoint(new);
            if !honest {
                told.root = Hash([7; 32]);
            }
            let asked = AddCheckpoint::new(old, proof, &told.sign(&log_key()).unwrap()).unwrap();
            let asked: AddCheckpoint = asked.to_string().parse().unwrap();
            let seen = latest.as_ref().map_or(0, |seen| seen.size);
            match asked.judge(&keys, latest.as_ref()) {
                Ok(()) => {
                    prop_assert!(old == seen && new >= seen);
                    // From nothing any first tree is believed; afterwards only what continues it.
                    prop_assert!(honest || seen == 0 || latest.as_ref() == Some(&told));
                    if latest.as_ref().is_some_and(|seen| seen.root == Hash([7; 32]) && seen.size > 0) {
                        prop_assert_eq!(latest.as_ref(), Some(&told));
                    }
                    latest = Some(told);
                }
                Err(refusal) => prop_assert!(refusal.status() == 409 || refusal.status() == 422),
            }
        }
    }
}
