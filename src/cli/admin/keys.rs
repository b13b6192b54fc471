//! `jura keys`: new keys for a participant.

use serde_json::json;

use super::super::output::print;
use super::args::KeysCommand;
use super::{answered, connect, json};
use crate::wire::admin as wire;
use wire::key_service_client::KeyServiceClient as Client;

pub(super) async fn run(command: &KeysCommand) -> anyhow::Result<()> {
    let KeysCommand::Rotate(args) = command;
    let both = args.signing == args.encryption;
    let mut client = Client::new(connect(&args.admin).await?);
    let request = wire::RotateKeysRequest {
        signing: both || args.signing,
        encryption: both || args.encryption,
    };
    answered(client.rotate_keys(request).await)?;
    if args.admin.json {
        return print(&json(&json!({ "inForce": true })));
    }
    print("the new keys, and only they, are in force\n")
}
