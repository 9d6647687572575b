//! Opens a checkpoint from standard input with the log's key, and names the witnesses that cosigned it.
//!
//! ```text
//! cargo run -p ledger --example open_note -- VKEY [WITNESS-VKEY…] < checkpoint
//! ```
//!
//! Exits non-zero unless the log signed it and every witness named did too.

use std::error::Error;
use std::{env, io};

use ledger::{Checkpoint, VerifyingKey};

fn main() -> Result<(), Box<dyn Error>> {
    let keys = env::args().skip(1).map(|key| key.parse()).collect::<Result<Vec<VerifyingKey>, _>>()?;
    let (log, witnesses) = keys.split_first().ok_or("usage: open_note VKEY [WITNESS-VKEY…] < checkpoint")?;
    let note = io::read_to_string(io::stdin())?;
    let checkpoint = Checkpoint::open(&note, log)?;
    let seen = Checkpoint::cosignatures(&note, &witnesses.iter().collect::<Vec<_>>())?;
    if seen.len() < witnesses.len() {
        return Err(format!("{} of {} witnesses cosigned", seen.len(), witnesses.len()).into());
    }
    let names: Vec<String> = seen.iter().map(|signed| format!("{} at {:?}", signed.name, signed.at_seconds)).collect();
    println!("{} of {} entries, cosigned by [{}]", checkpoint.origin, checkpoint.size, names.join(", "));
    Ok(())
}
