//! Reads the command line, calls `cli`.

use std::process::ExitCode;

fn main() -> ExitCode {
    // What an archive is made of is its account's alone: database, configuration, store.
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o077));
    // The child that opens foreign files wants no runtime and no threads.
    if std::env::args_os().nth(1).is_some_and(|first| first == "extract-child") {
        return lantai::ingest::extract::child_main();
    }
    tracing_subscriber::fmt()
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_env("LANTAI_LOG").unwrap_or_else(|_| "lantai=info,warn".into()),
        )
        .with_writer(std::io::stderr)
        .init();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("lantai: no threads can be started: {error}");
            return ExitCode::from(2);
        }
    };
    runtime.block_on(lantai::cli::run())
}
