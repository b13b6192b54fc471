//! How the network of the demo is configured.

use std::fmt::Write as _;
use std::io::ErrorKind;
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;

use super::super::ports;
use super::story::{DOMAIN, PARTICIPANTS};

/// A configuration, and what about it is not as usual.
pub(super) struct Plan {
    /// TOML.
    pub(super) config: String,
    pub(super) notes: Vec<String>,
}

/// One domain and three participants at the usual ports, or at free ones where those are taken.
pub(super) fn plan(data: &Path) -> Plan {
    let mut notes = Vec::new();
    let mut config = String::new();
    let directory = toml::Value::String(data.display().to_string());
    let health = usual_or_free(ports::HEALTH, "health and metrics", &mut notes);
    let sequencer = usual_or_free(ports::SEQUENCER_PUBLIC, "the sequencer", &mut notes);
    // writing into a string cannot fail
    let _ = write!(
        config,
        "database.directory = {directory}\n\
         logging.filter = \"warn\"\n\
         monitoring.http.port = {health}\n\
         [domains.{DOMAIN}]\n\
         public-api.port = {sequencer}\n\
         parameters.topology-change-delay = \"0s\"\n"
    );
    let mut step = 0;
    for name in PARTICIPANTS {
        let mut port = |first: u16, api: &str| {
            usual_or_free(first + step, &format!("the {api} of {name}"), &mut notes)
        };
        let ledger_api = port(ports::LEDGER_API, "Ledger API");
        let admin_api = port(ports::ADMIN_API, "Admin API");
        let _ = write!(
            config,
            "[participants.{name}]\n\
             ledger-api.port = {ledger_api}\n\
             admin-api.port = {admin_api}\n"
        );
        step += ports::STEP;
    }
    Plan { config, notes }
}

/// The port, or 0 if another process has it.
fn usual_or_free(port: u16, what: &str, notes: &mut Vec<String>) -> u16 {
    match TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
        Err(error) if error.kind() == ErrorKind::AddrInUse => {
            notes.push(format!(
                "port {port}, meant for {what}, is in use: a free one is taken instead"
            ));
            0
        }
        // other reasons are told when the node starts
        _ => port,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Sources, load};

    #[test]
    fn a_port_in_use_is_told_and_replaced() {
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = taken.local_addr().unwrap().port();
        let mut notes = Vec::new();
        assert_eq!(usual_or_free(port, "health", &mut notes), 0);
        assert_eq!(
            notes,
            [format!(
                "port {port}, meant for health, is in use: a free one is taken instead"
            )]
        );
        drop(taken);
        assert_eq!(usual_or_free(port, "health", &mut notes), port);
    }

    #[test]
    fn the_plan_is_a_configuration() {
        let plan = plan(Path::new("/a \"folder\""));
        let config = load(&Sources {
            base: Some(plan.config),
            ..Sources::default()
        })
        .unwrap();
        assert_eq!(config.participants.len(), 3);
        assert!(config.monitoring.is_some());
        assert_eq!(config.logging.filter, "warn");
    }
}
