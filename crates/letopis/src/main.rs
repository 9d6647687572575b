//! The `letopis` command.

use std::process::ExitCode;

/// Frees memory back to the system after a burst, which the system's own allocator does not.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match letopis::cli::main() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("letopis: {error:#}");
            ExitCode::FAILURE
        }
    }
}
