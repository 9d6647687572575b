//! `letopis verify-proof`: a proof, or all proofs of a dossier, checked offline with the log's key and nothing else.

use std::path::PathBuf;

use anyhow::{Context, bail, ensure};
use ledger::{Algorithm, Believed, Entry, HandedOver, ProofBundle, Signed, TlogProof, VerifyingKey, leaf_hash};
use serde_json::{Value, json};

use super::voice::{Voice, out};
use crate::console::dossier;

/// What to check, and whom to believe.
#[derive(Debug, clap::Args)]
pub(super) struct VerifyProofArgs {
    /// A proof bundle (JSON), a dossier (HTML), or a .tlog-proof.
    file: PathBuf,
    /// The log's key as its owner published it, or a file that holds it. Never take it from the file you check.
    #[arg(long)]
    key: String,
    /// The key line of a witness you believe, or a file that holds it; may be given several times.
    #[arg(long)]
    witness: Vec<String>,
    /// How many of them must have cosigned each checkpoint [default: all].
    #[arg(long)]
    quorum: Option<usize>,
    /// For a .tlog-proof: a file with the 82 bytes of the entry.
    #[arg(long)]
    entry: Option<PathBuf>,
}

pub(super) fn run(args: &VerifyProofArgs, voice: Voice) -> anyhow::Result<()> {
    let believed = believed(args)?;
    let bytes = std::fs::read(&args.file).with_context(|| args.file.display().to_string())?;
    let name = args.file.display();
    let handed = HandedOver::read(&bytes).with_context(|| name.to_string())?;
    if let HandedOver::TlogProof(proof) = &handed {
        return check_tlog_proof(args, proof, &believed, voice);
    }
    let bundles = handed.bundles();
    let mut checked = Vec::new();
    let mut wrong = 0;
    for bundle in bundles {
        let (line, told) = check(bundle, &believed);
        wrong += usize::from(told["ok"] != true);
        if !voice.json {
            out!("{line}");
        }
        checked.push(told);
    }
    let shown = match handed {
        HandedOver::Dossier(_) => Some(dossier::shows_what_it_proves(&bytes, bundles)?),
        _ => None,
    };
    let ok = wrong == 0 && shown != Some(false);
    voice.say(&json!({ "ok": ok, "origin": believed.log.name(), "shown_as_proved": shown, "proofs": checked }), |_| {});
    if shown == Some(false) {
        bail!("{name}: what the page shows of the conversation is not what its proofs say: it was edited, or made by another version");
    }
    if wrong > 0 {
        bail!("{name}: {wrong} of {} proofs do not hold", bundles.len());
    }
    if shown.is_some() {
        voice.note(format_args!("the conversation on the page is the one in the proofs; its heading is not covered"));
    }
    voice.note(format_args!(
        "what this shows: the log {} committed to exactly these contents before it signed; not that they are true",
        believed.log.name()
    ));
    Ok(())
}

fn believed(args: &VerifyProofArgs) -> anyhow::Result<Believed> {
    let log = key(&args.key)?;
    let witnesses = args.witness.iter().map(|text| key(text)).collect::<anyhow::Result<Vec<_>>>()?;
    let all = |key: &VerifyingKey| key.algorithm() == Algorithm::Cosignature;
    ensure!(witnesses.iter().all(all), "--witness takes the key of a witness; a log's key is of another kind");
    let (quorum, given) = (args.quorum.unwrap_or(witnesses.len()), witnesses.len());
    ensure!(quorum <= given, "--quorum {quorum} needs {quorum} keys of witnesses (--witness), there are {given}");
    Ok(Believed { log, witnesses, quorum })
}

fn check(bundle: &ProofBundle, believed: &Believed) -> (String, Value) {
    let id = bundle.event_id.as_deref().unwrap_or("(no id)");
    match believed.check(bundle) {
        Ok(shown) => {
            let (index, size, seen) = (shown.index, shown.checkpoint.size, seen_as_json(&shown.seen));
            let told = json!({ "ok": true, "event_id": bundle.event_id, "record": index, "checkpoint_size": size, "witnesses": seen });
            let says = dossier::in_words(bundle).map(|words| format!("\n       {words}")).unwrap_or_default();
            let seen = seen_in_words(&shown.seen, shown.unchecked);
            (format!("ok     {id}: record {index} under the checkpoint of {size}{says}{seen}"), told)
        }
        Err(why) => {
            let told = json!({ "ok": false, "event_id": bundle.event_id, "record": bundle.index, "error": why.to_string() });
            (format!("WRONG  {id}: {why}"), told)
        }
    }
}

fn check_tlog_proof(args: &VerifyProofArgs, proof: &TlogProof, believed: &Believed, voice: Voice) -> anyhow::Result<()> {
    let name = args.file.display();
    let path = args.entry.as_ref().context("a .tlog-proof says nothing of the record: give the entry with --entry, or check a bundle")?;
    let entry = std::fs::read(path).with_context(|| path.display().to_string())?;
    Entry::decode(&entry).with_context(|| path.display().to_string())?;
    let checkpoint = proof.verify(&leaf_hash(&entry), &believed.log).with_context(|| name.to_string())?;
    let (seen, unchecked) = believed.seen(&proof.checkpoint)?;
    let told = json!({ "ok": true, "record": proof.index, "checkpoint_size": checkpoint.size, "witnesses": seen_as_json(&seen) });
    voice.say(&told, |_| {
        let seen = seen_in_words(&seen, unchecked);
        out!("ok     the entry is record {} under the checkpoint of {}{seen}", proof.index, checkpoint.size);
    });
    Ok(())
}

fn seen_as_json(seen: &[Signed]) -> Vec<Value> {
    seen.iter().map(|signed| json!({ "name": signed.name, "at": moment(signed) })).collect()
}

fn seen_in_words(seen: &[Signed], unchecked: usize) -> String {
    let mut words: String = seen.iter().map(|signed| format!("\n       seen by {} at {}", signed.name, moment(signed))).collect();
    if unchecked > 0 {
        words.push_str(&format!("\n       {unchecked} more signatures, not checked: give the keys of witnesses with --witness"));
    }
    words
}

/// When a witness says that it saw the checkpoint.
fn moment(signed: &Signed) -> String {
    let seconds = i64::try_from(signed.at_seconds.unwrap_or_default()).unwrap_or(i64::MAX);
    jiff::Timestamp::from_second(seconds).map_or_else(|_| "?".to_owned(), |at| at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string())
}

/// A key, or a file with one.
fn key(text: &str) -> anyhow::Result<VerifyingKey> {
    let read = std::fs::read_to_string(text).ok();
    let text = read.as_deref().unwrap_or(text).trim();
    text.parse().with_context(|| format!("{text:?} is neither a verifier key (name+hash+base64) nor a file with one"))
}
