//! Definitions of every number: a pure function over counts, and the question that counts.
//!
//! * `judge` – what is said of each conversation · `terms` – what a business settled about that · `figures` – questions about many
//! * `sheets` – the conversations of a period, held in memory: what figures walk over
//! * `rate` – a share, with n and its interval · `measured` – whether something can be known at all
//! * `worth` – what all this is worth: lost leads in money, work saved, cost of a booking, growth
//! * `alerts` – when something is an incident · `incidents` – how fast they are found and put right · `markers` – since when another version answers
//! * `versions` – which scenarios, prompts and models answered, and with what success · `registry` – the same beside what was put here
//! * `intents` – how often words are taken for something else, from sealed draws and labels
//! * `changes` – before and after another version answers · `experiments` – what a comparison of variants says
//! * `completeness` – what events lack, by channel
//! * `retention` – what share of the accepted events is still available

pub mod alerts;
pub mod changes;
pub mod completeness;
pub mod experiments;
pub mod figures;
pub mod incidents;
pub mod intents;
pub mod judge;
pub mod markers;
pub mod measured;
pub mod rate;
pub mod registry;
pub mod retention;
pub mod sheets;
pub mod terms;
pub mod versions;
pub mod worth;
