//! Where log lines go and what they look like.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// What a process logs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogConfig {
    /// Which lines: a level, or a filter like `info,jura::domain=debug`.
    pub filter: String,
    /// What they look like.
    pub format: LogFormat,
}

/// What a log line looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// For programs: one JSON object a line.
    Json,
}

impl Default for LogConfig {
    fn default() -> Self {
        Self {
            filter: "info,tokio_postgres=warn".to_owned(),
            format: LogFormat::Text,
        }
    }
}

/// Directives that quieten what is of no use to an operator: a crate's own chatter about things
/// that we report ourselves.
const QUIET: [&str; 4] = [
    "wasmer=warn",
    "cranelift_codegen=warn",
    "h2=warn",
    "hyper=warn",
];

/// Directives that keep contents out of the log, whatever the filter says: at level debug, the client of
/// the database tells the parameters of every statement, which are what contracts say.
const SILENT: [&str; 2] = ["tokio_postgres=warn", "tokio_postgres::query=warn"];

/// Starts logging to standard error. A second call changes nothing.
///
/// # Errors
/// If the filter is no filter; the text says where.
pub fn init_logging(config: &LogConfig) -> Result<(), String> {
    let mut filter = EnvFilter::try_new(&config.filter)
        .map_err(|error| format!("log filter {:?}: {error}", config.filter))?;
    for directive in QUIET.into_iter().chain(SILENT) {
        let directive = directive.parse().map_err(|error| format!("{error}"))?;
        filter = filter.add_directive(directive);
    }
    let registry = tracing_subscriber::registry().with(filter);
    let outcome = match config.format {
        LogFormat::Text => registry
            .with(
                tracing_subscriber::fmt::layer()
                    .with_ansi(std::io::stderr().is_terminal() && !no_color())
                    .with_writer(std::io::stderr),
            )
            .try_init(),
        LogFormat::Json => registry
            .with(
                tracing_subscriber::fmt::layer()
                    .json()
                    .flatten_event(true)
                    .with_writer(std::io::stderr),
            )
            .try_init(),
    };
    // an error says that logging was started before
    let _ = outcome;
    log_panics();
    Ok(())
}

/// Whether the environment asks for no colours (no-color.org).
fn no_color() -> bool {
    std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
}

/// A panic ends a role, not the process: it is logged like everything else.
fn log_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string);
        let text = panic
            .payload()
            .downcast_ref::<&str>()
            .map(|text| (*text).to_owned())
            .or_else(|| panic.payload().downcast_ref::<String>().cloned());
        let thread = std::thread::current();
        tracing::error!(
            place = place.as_deref(),
            thread = thread.name(),
            "panic: {}",
            text.as_deref().unwrap_or("without a message")
        );
    }));
}
