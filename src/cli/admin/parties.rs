//! `jura parties`: who hosts a party.

use serde_json::json;

use super::super::output::print;
use super::args::{HostArgs, HostPermission, PartiesCommand};
use super::{answered, connect, json};
use crate::wire::admin as wire;
use wire::party_hosting_service_client::PartyHostingServiceClient as Client;

pub(super) async fn run(command: &PartiesCommand) -> anyhow::Result<()> {
    let PartiesCommand::Host(args) = command;
    let mut client = Client::new(connect(&args.admin).await?);
    let answer = answered(client.host_party(request(args)).await)?;
    if args.admin.json {
        return print(&json(&json!({ "inForce": answer.in_force })));
    }
    print(if answer.in_force {
        "in force\n"
    } else {
        "signed; in force when the party's namespace and every participant that comes in have signed \
         the same: give the same command to each of them\n"
    })
}

fn request(args: &HostArgs) -> wire::HostPartyRequest {
    let permission = match args.permission {
        HostPermission::None => wire::Permission::None,
        HostPermission::Observation => wire::Permission::Observation,
        HostPermission::Confirmation => wire::Permission::Confirmation,
        HostPermission::Submission => wire::Permission::Submission,
    };
    let hosts = args.participants.iter().map(|participant| wire::Host {
        participant: participant.clone(),
        permission: permission.into(),
    });
    wire::HostPartyRequest {
        party: args.party.clone(),
        domain: args.domain.clone().unwrap_or_default(),
        hosts: hosts.collect(),
        threshold: args.threshold.unwrap_or_default(),
    }
}
