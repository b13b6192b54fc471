//! The command line.

fn main() -> std::process::ExitCode {
    jura::cli::main()
}
