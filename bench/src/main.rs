//! The measuring tools of Letopis: the floor, the load generator, the end-to-end filler, the page timer, the bare SQL loop and
//! a model with its callers.
//!
//! One binary, one subcommand per tool, so that `bench/run.sh` builds once and every figure comes from the same code.
//! Nothing here is part of the product, and nothing here uses the product's code: the tools see only what an outsider sees
//! (HTTP, the public checkpoint, the database file), so they cannot share a mistake with what they measure.

mod chat;
mod client;
mod fill;
mod floor;
mod histogram;
mod load;
mod output;
mod pages;
mod process;
mod salon;
mod sql;
#[cfg(test)]
mod stub;
mod table;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "letopis-bench", about = "Measures Letopis on this machine")]
struct Cli {
    #[command(subcommand)]
    tool: Tool,
}

#[derive(Subcommand)]
enum Tool {
    /// The least a durable server can do: read the body, append, group fdatasync, answer 202.
    Floor(floor::Args),
    /// Send events for some seconds, closed loop or at a fixed rate, and time the acknowledgements.
    Load(load::Args),
    /// Send N events and wait until a signed checkpoint covers all of them.
    Fill(fill::Args),
    /// Time pages and read calls of a filled server.
    Pages(pages::Args),
    /// Insert rows in a bare SQLite loop, for comparison.
    Sql(sql::Args),
    /// A model that answers at once: the system behind the proxies that are compared.
    Upstream(chat::upstream::Args),
    /// Streams of a model through a proxy: first token, delay of each chunk, memory of idle ones.
    Streams(chat::streams::Args),
    /// Turn the JSON lines of a run into one Markdown table.
    Table(table::Args),
}

fn main() -> anyhow::Result<()> {
    match Cli::parse().tool {
        Tool::Floor(args) => floor::run(&args),
        Tool::Load(args) => load::run(&args),
        Tool::Fill(args) => fill::run(&args),
        Tool::Pages(args) => pages::run(&args),
        Tool::Sql(args) => sql::run(&args),
        Tool::Upstream(args) => chat::upstream::run(&args),
        Tool::Streams(args) => chat::streams::run(&args),
        Tool::Table(args) => table::run(&args),
    }
}
