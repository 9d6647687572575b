//! The commands.
//!
//! What changes something, or needs what only the recording process has, goes through a `house`: the server that runs, or the folder
//! opened for the length of the command. What only reads (`verify`, `doctor`, `config`) looks at the folder itself, and `verify-proof`
//! needs none.
//!
//! * ways: `house`, `control`, `voice` · nouns: `business`, `key`, `user`, `connection`, `quarantine`, `forwards`, `crm`, `witness` · in: `serve`, `emit`, `import`, `demo` · out:
//!   `verify`, `proof`, `dossier`, `checkpoint` · away: `erase`, `retention` · by law: `requests` · looked at: `reviews` · told to bots: `scenario` · care: `rebuild`, `backup`, `restore`, `master` (and `work`, what long
//!   work looks like from here) · about: `config`, `doctor`, `logging`

mod alerts;
mod backup;
mod business;
mod checkpoint;
mod config;
mod connection;
mod control;
mod crm;
mod demo;
mod doctor;
mod dossier;
mod emit;
mod erase;
mod experiment;
mod forwards;
mod house;
mod import;
mod intents;
mod key;
mod logging;
mod master;
mod numbers;
mod prices;
mod proof;
mod quarantine;
mod rebuild;
mod report;
mod reports;
mod requests;
mod restore;
mod retention;
mod reviews;
mod scenario;
mod serve;
mod settled;
mod user;
mod verify;
mod verify_proof;
mod voice;
mod witness;
mod work;

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Parser, Subcommand};
use tracing_subscriber::filter::LevelFilter;

use house::{Absent, visit};
use voice::Voice;

/// The journal and auditor of AI assistants.
#[derive(Debug, Parser)]
#[command(name = "letopis", version, about)]
struct Cli {
    /// The data folder [default: letopis-data, of demo: letopis-demo] [env: LETOPIS_DATA].
    #[arg(long, global = true)]
    data: Option<PathBuf>,
    /// Speak JSON, for machines.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run everything in one process.
    Serve {
        /// Where to listen [default: 127.0.0.1:8080] [env: LETOPIS_LISTEN].
        #[arg(long)]
        listen: Option<SocketAddr>,
    },
    /// The same on a folder of its own, filled with a synthetic month of a salon and a clinic.
    Demo {
        /// Where to listen [default: 127.0.0.1:8080] [env: LETOPIS_LISTEN].
        #[arg(long)]
        listen: Option<SocketAddr>,
    },
    /// Send events from a script; 0 only when they are on the server's disk.
    Emit(emit::EmitArgs),
    /// Bring in files of other systems: events (JSONL, JSON), tables (CSV), dialogues.
    Import(import::ImportArgs),
    /// Audit what is stored against what was signed.
    Verify(verify::VerifyArgs),
    /// A file that proves one event, offline and to anybody.
    Proof(proof::ProofArgs),
    /// Check a proof or a dossier, offline, with nothing but the log's key.
    VerifyProof(verify_proof::VerifyProofArgs),
    /// One conversation as a page with its proofs inside, to hand over.
    Dossier(dossier::DossierArgs),
    /// One report as a page: a week's conversion, a month's audit, or a day in a few lines.
    Report(report::ReportArgs),
    /// Where reports go by themselves, and what is on its way.
    #[command(subcommand)]
    Reports(reports::ReportsCommand),
    /// Destroy everything of one client, with an act.
    Erase(erase::EraseArgs),
    /// API keys.
    #[command(subcommand)]
    Key(key::KeyCommand),
    /// Businesses.
    #[command(subcommand)]
    Business(business::BusinessCommand),
    /// People and their roles.
    #[command(subcommand)]
    User(user::UserCommand),
    /// Plugged-in systems.
    #[command(subcommand)]
    Connection(connection::ConnectionCommand),
    /// Refused items: corrected and sent again, or dropped.
    #[command(subcommand)]
    Quarantine(quarantine::QuarantineCommand),
    /// Deliveries that wait for a bot that did not take them.
    #[command(subcommand)]
    Forwards(forwards::ForwardsCommand),
    /// What clients' cards in a CRM still lack.
    #[command(subcommand)]
    Crm(crm::CrmCommand),
    /// A sealed copy of the journal in another folder; adds what is new.
    Backup(backup::BackupArgs),
    /// A data folder from a backup and the master key.
    Restore(restore::RestoreArgs),
    /// Compute the rows that screens show again from the sealed records.
    Rebuild(rebuild::RebuildArgs),
    /// The newest signed statement about the log, and a kept one checked against it.
    #[command(subcommand)]
    Checkpoint(checkpoint::CheckpointCommand),
    /// Who cosigns our log; being a witness for others.
    #[command(subcommand)]
    Witness(witness::WitnessCommand),
    /// How long what is kept: the policy, holds, runs.
    #[command(subcommand)]
    Retention(retention::RetentionCommand),
    /// What people look at: draws, and how far they are.
    #[command(subcommand)]
    Reviews(reviews::ReviewsCommand),
    /// What calls of language models cost.
    #[command(subcommand)]
    Prices(prices::PricesCommand),
    /// When something is an incident, and what the rules see now.
    #[command(subcommand)]
    Alerts(alerts::AlertsCommand),
    /// What is compared: variants, since when, what it says.
    #[command(subcommand)]
    Experiment(experiment::ExperimentCommand),
    /// How numbers are counted.
    #[command(subcommand)]
    Numbers(numbers::NumbersCommand),
    /// The business's words for what clients want.
    #[command(subcommand)]
    Intents(intents::IntentsCommand),
    /// What bots are told: versions of scenarios and prompts.
    #[command(subcommand)]
    Scenario(scenario::ScenarioCommand),
    /// What persons ask about their data, and breaches, with the time that is left.
    #[command(subcommand)]
    Requests(requests::RequestsCommand),
    /// Every setting with its default and what it means.
    Config(config::ConfigArgs),
    /// Whether this machine is a good home for the data folder.
    Doctor,
}

/// Runs the command of the process's arguments.
///
/// # Errors
/// What the command says went wrong.
pub fn main() -> anyhow::Result<()> {
    // Whatever is written, tables and tiles, proofs and dossiers, is for its own user's eyes.
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o077));
    let Cli { data: named, json, command } = Cli::parse();
    let voice = Voice { json };
    let from_environment = || std::env::var_os("LETOPIS_DATA").map(PathBuf::from);
    let data = named.clone().or_else(from_environment).unwrap_or_else(|| PathBuf::from("letopis-data"));
    let create = matches!(
        command,
        Command::Import(_) | Command::Key(key::KeyCommand::Create(_)) | Command::Business(business::BusinessCommand::Add(_))
    );
    // A server tells how it fares; a command only what went wrong.
    let serves = matches!(command, Command::Serve { .. } | Command::Witness(witness::WitnessCommand::Serve { .. }));
    logging::start(if serves { LevelFilter::INFO } else { LevelFilter::WARN })?;
    let absent = if create { Absent::Create } else { Absent::Refuse };
    match command {
        Command::Serve { listen } => serve::run(&data, listen),
        // The environment names the real folder, which a demo must never touch.
        Command::Demo { listen } => demo::run(&named.unwrap_or_else(|| PathBuf::from("letopis-demo")), listen),
        Command::Import(args) => visit(&data, absent, async |house| import::run(house, &data, &args, voice).await),
        Command::Emit(args) => emit::run(&args, voice),
        Command::Verify(args) => verify::run(&data, &args, voice),
        Command::Proof(args) => visit(&data, absent, async |house| proof::run(house, args, voice).await),
        Command::VerifyProof(args) => verify_proof::run(&args, voice),
        Command::Dossier(args) => visit(&data, absent, async |house| dossier::run(house, args, voice).await),
        Command::Report(args) => visit(&data, absent, async |house| report::run(house, args, voice).await),
        Command::Reports(command) => visit(&data, absent, async |house| reports::run(house, command, voice).await),
        Command::Erase(args) => visit(&data, absent, async |house| erase::run(house, args, voice).await),
        Command::Backup(args) if args.check => backup::check(&args, voice),
        Command::Backup(args) => visit(&data, absent, async |house| backup::run(house, args, voice).await),
        Command::Restore(args) => restore::run(&data, &args, voice),
        Command::Checkpoint(command) => checkpoint::run(&data, command, voice),
        Command::Key(key::KeyCommand::RotateMaster) => master::rotate(&data, voice),
        Command::Key(key::KeyCommand::Escrow(args)) => master::escrow(&data, &args, voice),
        Command::Key(key::KeyCommand::Open(args)) => master::open(&args, voice),
        Command::Key(command) => visit(&data, absent, async |house| key::run(house, command, voice).await),
        Command::Business(command) => visit(&data, absent, async |house| business::run(house, command, voice).await),
        Command::User(command) => visit(&data, absent, async |house| user::run(house, command, voice).await),
        Command::Connection(command) => visit(&data, absent, async |house| connection::run(house, command, voice).await),
        Command::Quarantine(command) => visit(&data, absent, async |house| quarantine::run(house, command, voice).await),
        Command::Forwards(command) => visit(&data, absent, async |house| forwards::run(house, command, voice).await),
        Command::Crm(command) => visit(&data, absent, async |house| crm::run(house, command, voice).await),
        Command::Rebuild(args) => visit(&data, absent, async |house| rebuild::run(house, args, voice).await),
        Command::Witness(command) => witness::run(named, &data, command, voice),
        Command::Retention(command) => visit(&data, absent, async |house| retention::run(house, command, voice).await),
        Command::Alerts(command) => visit(&data, absent, async |house| alerts::run(house, command, voice).await),
        Command::Experiment(command) => visit(&data, absent, async |house| experiment::run(house, command, voice).await),
        Command::Numbers(command) => visit(&data, absent, async |house| numbers::run(house, command, voice).await),
        Command::Reviews(command) => visit(&data, absent, async |house| reviews::run(house, command, voice).await),
        Command::Prices(command) => visit(&data, absent, async |house| prices::run(house, command, voice).await),
        Command::Intents(command) => visit(&data, absent, async |house| intents::run(house, command, voice).await),
        Command::Scenario(command) => visit(&data, absent, async |house| scenario::run(house, command, voice).await),
        Command::Requests(command) => visit(&data, absent, async |house| requests::run(house, command, voice).await),
        Command::Config(args) => config::run(&data, &args, voice),
        Command::Doctor => doctor::run(&data, voice),
    }
}
