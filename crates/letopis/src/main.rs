//! The `letopis` command.

use std::process::ExitCode;

/// Frees memory back to the system after a burst, which the system's own allocator does not.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    small_pages();
    match letopis::cli::main() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("letopis: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// The allocator asks for huge pages, and gets two megabytes where a few kilobytes are needed: an idle server held twenty that it never
/// touched, five thousand waiting streams a hundred. Where this cannot be said, it only holds more.
fn small_pages() {
    #[cfg(target_os = "linux")]
    let _ = rustix::thread::disable_transparent_huge_pages(true);
}
