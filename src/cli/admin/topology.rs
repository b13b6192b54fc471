//! `jura topology`: who is who.

use serde_json::json;

use super::super::output::print;
use super::args::TopologyCommand;
use super::{answered, connect, json, table};
use crate::model::Timestamp;
use crate::wire::admin as wire;
use wire::topology_service_client::TopologyServiceClient as Client;

/// A row does not show more of a statement.
const TEXT_MAX: usize = 160;

pub(super) async fn run(command: &TopologyCommand) -> anyhow::Result<()> {
    let TopologyCommand::List(args) = command;
    let mut client = Client::new(connect(&args.admin).await?);
    let request = wire::ListTopologyRequest {
        domain: args.domain.clone().unwrap_or_default(),
        kinds: args.kinds.clone(),
    };
    let answer = answered(client.list_topology(request).await)?;
    if args.admin.json {
        let values =
            |statements: &[wire::Statement]| -> Vec<_> { statements.iter().map(value).collect() };
        return print(&json(&json!({
            "statements": values(&answer.statements),
            "proposals": values(&answer.proposals),
        })));
    }
    let head = ["KIND", "SUBJECT", "SERIAL", "SINCE", "WHAT"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    rows.extend(answer.statements.iter().map(|it| row(it, &since(it))));
    rows.extend(answer.proposals.iter().map(|it| row(it, "(proposed)")));
    print(&table(&rows))
}

fn row(statement: &wire::Statement, since: &str) -> Vec<String> {
    let mut text: String = statement.text.chars().take(TEXT_MAX).collect();
    if text.len() < statement.text.len() {
        text.push('…');
    }
    vec![
        statement.kind.clone(),
        statement.subject.clone(),
        statement.serial.to_string(),
        since.to_owned(),
        text,
    ]
}

fn since(statement: &wire::Statement) -> String {
    let time = Timestamp::from_micros(statement.effective_from);
    time.map_or_else(|_| String::new(), |time| time.to_string())
}

fn value(statement: &wire::Statement) -> serde_json::Value {
    json!({
        "domain": statement.domain,
        "kind": statement.kind,
        "subject": statement.subject,
        "serial": statement.serial,
        "since": since(statement),
        "signers": statement.signers,
        "text": statement.text,
    })
}
