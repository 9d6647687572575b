//! `letopis verify-proof`: a proof, or all proofs of a dossier, checked offline with the log's key and nothing else.

use std::path::PathBuf;

use anyhow::{Context, bail, ensure};
use ledger::{Algorithm, Checkpoint, Entry, Note, ProofBundle, Signed, TlogProof, VerifyingKey, leaf_hash};
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
    let key = key(&args.key)?;
    let witnesses = Witnesses::believed(args)?;
    let bytes = std::fs::read(&args.file).with_context(|| args.file.display().to_string())?;
    let name = args.file.display();
    if bytes.starts_with(b"c2sp.org/tlog-proof@") {
        return check_tlog_proof(args, &bytes, &key, &witnesses, voice);
    }
    let inside = dossier::proofs_inside(&bytes);
    let bundles = match inside {
        Some(json) => serde_json::from_slice(json).with_context(|| format!("{name}: the proofs of the dossier"))?,
        None => vec![ProofBundle::from_json(&bytes).with_context(|| name.to_string())?],
    };
    ensure!(!bundles.is_empty(), "{name} holds no proof");
    let mut checked = Vec::new();
    let mut wrong = 0;
    for bundle in &bundles {
        let (line, told) = check(bundle, &key, &witnesses);
        wrong += usize::from(told["ok"] != true);
        if !voice.json {
            out!("{line}");
        }
        checked.push(told);
    }
    let shown = match inside {
        Some(_) => Some(dossier::shows_what_it_proves(&bytes, &bundles)?),
        None => None,
    };
    let ok = wrong == 0 && shown != Some(false);
    voice.say(&json!({ "ok": ok, "origin": key.name(), "shown_as_proved": shown, "proofs": checked }), |_| {});
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
        key.name()
    ));
    Ok(())
}

fn check(bundle: &ProofBundle, key: &VerifyingKey, witnesses: &Witnesses) -> (String, Value) {
    let id = bundle.event_id.as_deref().unwrap_or("(no id)");
    let wrong = |why: String| {
        let told = json!({ "ok": false, "event_id": bundle.event_id, "record": bundle.index, "error": why });
        (format!("WRONG  {id}: {why}"), told)
    };
    match (bundle.verify(key), witnesses.seen(&bundle.proof.checkpoint)) {
        (Ok(verified), Ok(seen)) => {
            let (index, size) = (verified.index, verified.checkpoint.size);
            let told = json!({ "ok": true, "event_id": bundle.event_id, "record": index, "checkpoint_size": size, "witnesses": seen.json });
            let says = dossier::in_words(bundle).map(|words| format!("\n       {words}")).unwrap_or_default();
            (format!("ok     {id}: record {index} under the checkpoint of {size}{says}{}", seen.words), told)
        }
        (Err(why), _) => wrong(why.to_string()),
        (_, Err(why)) => wrong(why),
    }
}

fn check_tlog_proof(args: &VerifyProofArgs, bytes: &[u8], key: &VerifyingKey, witnesses: &Witnesses, voice: Voice) -> anyhow::Result<()> {
    let name = args.file.display();
    let proof: TlogProof = std::str::from_utf8(bytes)?.parse().with_context(|| name.to_string())?;
    let path = args.entry.as_ref().context("a .tlog-proof says nothing of the record: give the entry with --entry, or check a bundle")?;
    let entry = std::fs::read(path).with_context(|| path.display().to_string())?;
    Entry::decode(&entry).with_context(|| path.display().to_string())?;
    let checkpoint = proof.verify(&leaf_hash(&entry), key).with_context(|| name.to_string())?;
    let seen = witnesses.seen(&proof.checkpoint).map_err(anyhow::Error::msg)?;
    let told = json!({ "ok": true, "record": proof.index, "checkpoint_size": checkpoint.size, "witnesses": seen.json });
    voice.say(&told, |_| {
        out!("ok     the entry is record {} under the checkpoint of {}{}", proof.index, checkpoint.size, seen.words);
    });
    Ok(())
}

/// Whom else to believe.
struct Witnesses {
    keys: Vec<VerifyingKey>,
    quorum: usize,
}

/// Who has cosigned a checkpoint, and when.
struct Seen {
    words: String,
    json: Vec<Value>,
}

impl Witnesses {
    fn believed(args: &VerifyProofArgs) -> anyhow::Result<Self> {
        let keys = args.witness.iter().map(|text| key(text)).collect::<anyhow::Result<Vec<_>>>()?;
        let all = |key: &VerifyingKey| key.algorithm() == Algorithm::Cosignature;
        ensure!(keys.iter().all(all), "--witness takes the key of a witness; a log's key is of another kind");
        let quorum = args.quorum.unwrap_or(keys.len());
        ensure!(quorum <= keys.len(), "--quorum {quorum} needs {quorum} keys of witnesses (--witness), there are {}", keys.len());
        Ok(Self { keys, quorum })
    }

    /// Who of them has cosigned; an error when too few have, or one of them wrongly.
    fn seen(&self, checkpoint: &str) -> Result<Seen, String> {
        let signed = Checkpoint::cosignatures(checkpoint, &self.keys.iter().collect::<Vec<_>>()).map_err(|e| e.to_string())?;
        if signed.len() < self.quorum {
            return Err(format!("{} of the given witnesses have cosigned its checkpoint, not {}", signed.len(), self.quorum));
        }
        let at = |signed: &Signed| {
            let seconds = i64::try_from(signed.at_seconds.unwrap_or_default()).unwrap_or(i64::MAX);
            jiff::Timestamp::from_second(seconds).map_or_else(|_| "?".to_owned(), |at| at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string())
        };
        let words = signed.iter().map(|signed| format!("\n       seen by {} at {}", signed.name, at(signed)));
        let json = signed.iter().map(|signed| json!({ "name": signed.name, "at": at(signed) })).collect();
        let mut words: String = words.collect();
        let note: Option<Note> = checkpoint.parse().ok();
        let others = note.map_or(0, |note| note.names().count()).saturating_sub(1 + signed.len());
        if others > 0 {
            words.push_str(&format!("\n       {others} more signatures, not checked: give the witnesses' keys with --witness"));
        }
        Ok(Seen { words, json })
    }
}

/// A key, or a file with one.
fn key(text: &str) -> anyhow::Result<VerifyingKey> {
    let read = std::fs::read_to_string(text).ok();
    let text = read.as_deref().unwrap_or(text).trim();
    text.parse().with_context(|| format!("{text:?} is neither a verifier key (name+hash+base64) nor a file with one"))
}
