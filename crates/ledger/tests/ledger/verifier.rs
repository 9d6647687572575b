//! The inspector's verifier, as a program: what it says yes to, and what it refuses.

use std::path::Path;
use std::process::{Command, Output};

use ledger::{
    Checkpoint, Cosigner, Entry, ProofBundle, SigningKey, TileWriter, TlogProof, add_cosignature, hand_over::PROOFS, inclusion_proof,
    leaf_hash, salt,
};

use crate::forest::{Written, leaf};

const ORIGIN: &str = "letopis.example/salon/1";

fn key() -> SigningKey {
    SigningKey::from_seed(ORIGIN, &[7; 32]).unwrap()
}

fn witness(number: u8) -> Cosigner {
    Cosigner::from_seed(&format!("witness.example/{number}"), &[number; 32]).unwrap()
}

/// A record with a terminal's control characters in it, cosigned by witness 1.
fn bundle() -> ProofBundle {
    let record = "{\"letopis\":1}\n{\"text\":\"Записал на 15:00 \u{1b}[31m\"}".as_bytes();
    let (rid, salt, blob) = ([0xcd; 16], salt(&[0x0b; 32], &[0xcd; 16]), [0xee; 32]);
    let entry = Entry::record(rid, &salt, record, blob).encode();
    let (mut written, mut writer) = (Written::default(), TileWriter::new());
    written.add(writer.append((0..300).map(|number| if number == 130 { leaf_hash(&entry) } else { leaf(number) })));
    written.add(writer.partial_tiles());
    let checkpoint = Checkpoint { origin: ORIGIN.to_owned(), size: 300, root: writer.root() };
    let line = witness(1).line(&checkpoint.to_string(), 1_735_724_096);
    let (note, _) = add_cosignature(&checkpoint.sign(&key()).unwrap(), &line, witness(1).verifying_key()).unwrap();
    let proof = TlogProof { extra: None, index: 130, path: inclusion_proof(&written, 130, 300).unwrap(), checkpoint: note };
    ProofBundle::new(ORIGIN, rid, salt, record.to_vec(), blob, proof)
}

fn run(file: &Path, more: &[&str]) -> Output {
    let vkey = key().verifying_key().to_string();
    let mut command = Command::new(env!("CARGO_BIN_EXE_ledger-verify"));
    command.arg(file).args(["--key", &vkey]).args(more).output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap() + &String::from_utf8_lossy(&output.stderr)
}

#[test]
fn it_says_yes_to_what_is_true_and_names_what_is_not() {
    let folder = std::env::temp_dir().join(format!("ledger-verify-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let json = serde_json::to_string(&bundle()).unwrap();
    let page = format!("<html><p>15:00</p>{}[{json}]{}</html>", PROOFS.0, PROOFS.1);
    let save = |name: &str, text: &str| {
        let path = folder.join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let (proof, dossier) = (save("proof.json", &json), save("dossier.html", &page));
    for file in [&proof, &dossier] {
        let output = run(file, &["--lang", "ru"]);
        let text = said(&output);
        assert!(output.status.success() && text.contains("СХОДИТСЯ: запись 130") && text.contains("Записал на 15:00"), "{text}");
        assert!(text.contains("Не доказано") && text.contains("ещё подписей, не проверены"), "{text}");
        assert!(!text.contains('\u{1b}'), "a terminal obeys nothing of the record");
    }
    let vkey = |number| witness(number).verifying_key().to_string();
    let output = run(&proof, &["--lang", "en", "--witness", &vkey(1)]);
    assert!(output.status.success() && said(&output).contains("seen by witness.example/1, 2025-01-01 09:34:56 UTC"), "{}", said(&output));
    let output = run(&proof, &["--lang", "en", "--witness", &vkey(1), "--witness", &vkey(2)]);
    assert!(!output.status.success() && said(&output).contains("1 of the witnesses that you believe"), "{}", said(&output));
    assert!(run(&proof, &["--witness", &vkey(1), "--witness", &vkey(2), "--quorum", "1"]).status.success());

    for altered in [json.replace("15:00", "18:00"), json.replace("\"index\":130", "\"index\":131"), json.replacen("300", "301", 1)] {
        assert!(altered != json && !run(&save("altered.json", &altered), &[]).status.success());
    }
    let output = run(&save("altered.html", &page.replace("Записал на 15:00", "Записал на 18:00")), &["--lang", "ru"]);
    assert!(!output.status.success() && said(&output).contains("НЕ СХОДИТСЯ, запись 130"), "{}", said(&output));
    for nothing in ["", "hello", "{}"] {
        assert!(!run(&save("nothing", nothing), &[]).status.success());
    }
    let tlog = save("leaf.tlog-proof", &bundle().proof.to_string());
    assert!(!run(&tlog, &[]).status.success(), "it says nothing without the entry");
    let entry = folder.join("entry");
    std::fs::write(&entry, &bundle().entry).unwrap();
    assert!(run(&tlog, &["--entry", entry.to_str().unwrap()]).status.success());
    assert_eq!(run(&proof, &["--key"]).status.code(), Some(2));
    std::fs::remove_dir_all(&folder).unwrap();
}
