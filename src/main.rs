//! The command line.

fn main() -> std::process::ExitCode {
    jura::cli::main()
}

#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;
