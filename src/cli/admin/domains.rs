//! `jura domains`: the domains that a participant is connected to.

use serde_json::json;

use super::super::output::print;
use super::args::DomainsCommand;
use super::{answered, connect, json, table};
use crate::wire::admin as wire;
use wire::domain::State;
use wire::domain_connectivity_service_client::DomainConnectivityServiceClient as Client;

pub(super) async fn run(command: &DomainsCommand) -> anyhow::Result<()> {
    match command {
        DomainsCommand::Connect(args) => {
            let mut client = Client::new(connect(&args.admin).await?);
            let connected = client.connect_domain(wire::ConnectDomainRequest {
                alias: args.alias.clone(),
                address: args.address.clone(),
                priority: args.priority,
            });
            let domain = answered(connected.await)?.domain.unwrap_or_default();
            show(&[domain], args.admin.json)
        }
        DomainsCommand::List(args) => {
            let mut client = Client::new(connect(args).await?);
            let domains = answered(client.list_domains(wire::ListDomainsRequest {}).await)?;
            show(&domains.domains, args.json)
        }
        DomainsCommand::Disconnect(args) => {
            let mut client = Client::new(connect(&args.admin).await?);
            let alias = args.alias.clone();
            let request = wire::DisconnectDomainRequest { alias };
            answered(client.disconnect_domain(request).await)?;
            print(&format!("{} is disconnected\n", args.alias))
        }
    }
}

fn show(domains: &[wire::Domain], as_json: bool) -> anyhow::Result<()> {
    if as_json {
        let domains: Vec<_> = domains.iter().map(value).collect();
        return print(&json(&json!({ "domains": domains })));
    }
    let head = ["ALIAS", "STATE", "PRIORITY", "ADDRESS", "ID"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    rows.extend(domains.iter().map(|domain| {
        let address = match domain.address.as_str() {
            "" => "(this process)",
            address => address,
        };
        let state = match domain.trouble.as_str() {
            "" => state(domain).to_owned(),
            trouble => format!("{}: {trouble}", state(domain)),
        };
        vec![
            domain.alias.clone(),
            state,
            domain.priority.to_string(),
            address.to_owned(),
            domain.id.clone(),
        ]
    }));
    print(&table(&rows))
}

fn state(domain: &wire::Domain) -> &'static str {
    match domain.state() {
        State::Connected => "connected",
        State::Connecting => "connecting",
        State::Disconnected => "disconnected",
        State::Unspecified => "unknown",
    }
}

fn value(domain: &wire::Domain) -> serde_json::Value {
    json!({
        "alias": domain.alias,
        "id": domain.id,
        "address": domain.address,
        "priority": domain.priority,
        "state": state(domain),
        "trouble": domain.trouble,
    })
}
