//! The commands.

mod serve;

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Parser, Subcommand};

/// The journal and auditor of AI assistants.
#[derive(Debug, Parser)]
#[command(name = "letopis", version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run everything in one process.
    Serve(ServeArgs),
}

#[derive(Debug, clap::Args)]
struct ServeArgs {
    /// The data folder.
    #[arg(long, env = "LETOPIS_DATA", default_value = "letopis-data")]
    data: PathBuf,
    /// Where to listen.
    #[arg(long, env = "LETOPIS_LISTEN")]
    listen: Option<SocketAddr>,
}

/// Runs the command of the process's arguments.
///
/// # Errors
/// What the command says went wrong.
pub fn main() -> anyhow::Result<()> {
    match Cli::parse().command {
        Command::Serve(args) => serve::serve(&args),
    }
}
