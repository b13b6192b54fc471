//! Users and their rights.

use std::sync::Arc;

use super::{Answered, Unanswered};
use crate::lf::engine::MachineValue;
use crate::model::{Party, UserId};
use crate::script::code::{Code, Fields, Malformed, Read};
use crate::script::ledger::{Refusal, Right, User};
use crate::script::runner::Runner;

const MODULE: &str = "Questions.UserManagement";

pub(super) fn validate(runner: &mut Runner<'_>, payload: &MachineValue) -> Answered {
    let [name] = runner.code.fields_of(payload)?;
    let name = runner.code.text(&name)?;
    let error = UserId::parse(&name).err();
    let error = error.map(|error| runner.code.make_text(&error.to_string()));
    Ok(runner.code.make_optional(error.transpose()?)?)
}

pub(super) fn create(runner: &mut Runner<'_>, payload: &MachineValue) -> Answered {
    let code = &runner.code;
    let fields = code.fields((MODULE, "CreateUser"), payload)?;
    let user = code.fields((MODULE, "User"), fields.get("user")?)?;
    let primary_party = code.optional_of(user.get("primaryParty")?, Code::party)?;
    let user = User {
        id: user_id(code, &user)?,
        primary_party,
    };
    let rights = code.list_of(fields.get("rights")?, right)?;
    let participant = participant(code, &fields)?;
    let created = runner
        .ledger
        .create_user(&user, &rights, participant.as_deref())?;
    done(runner, created)
}

pub(super) fn get(runner: &mut Runner<'_>, payload: &MachineValue) -> Answered {
    let (id, participant) = about(runner, payload, "GetUser")?;
    let user = runner.ledger.user(&id, participant.as_deref())?;
    let user = user
        .map(|user| make_user(&runner.code, &user))
        .transpose()?;
    Ok(runner.code.make_optional(user)?)
}

pub(super) fn delete(runner: &mut Runner<'_>, payload: &MachineValue) -> Answered {
    let (id, participant) = about(runner, payload, "DeleteUser")?;
    let deleted = runner.ledger.delete_user(&id, participant.as_deref())?;
    done(runner, deleted)
}

pub(super) fn list(runner: &mut Runner<'_>, payload: &MachineValue) -> Answered {
    let fields = runner.code.fields((MODULE, "ListAllUsers"), payload)?;
    let participant = participant(&runner.code, &fields)?;
    let users = runner.ledger.users(participant.as_deref())?;
    let users = users.iter();
    Ok(runner.code.make_list_of(users, make_user)?)
}

pub(super) fn grant(runner: &mut Runner<'_>, payload: &MachineValue) -> Answered {
    let fields = runner.code.fields((MODULE, "GrantUserRights"), payload)?;
    let (id, participant) = about_fields(runner, &fields)?;
    let rights = runner.code.list_of(fields.get("rights")?, right)?;
    let granted = runner.ledger.grant(&id, &rights, participant.as_deref())?;
    make_rights(runner, granted)
}

pub(super) fn revoke(runner: &mut Runner<'_>, payload: &MachineValue) -> Answered {
    let fields = runner.code.fields((MODULE, "RevokeUserRights"), payload)?;
    let (id, participant) = about_fields(runner, &fields)?;
    let rights = runner.code.list_of(fields.get("rights")?, right)?;
    let revoked = runner.ledger.revoke(&id, &rights, participant.as_deref())?;
    make_rights(runner, revoked)
}

pub(super) fn rights(runner: &mut Runner<'_>, payload: &MachineValue) -> Answered {
    let (id, participant) = about(runner, payload, "ListUserRights")?;
    let rights = runner.ledger.rights(&id, participant.as_deref())?;
    make_rights(runner, rights)
}

/// The user and the participant that a question is about.
fn about(
    runner: &Runner<'_>,
    payload: &MachineValue,
    question: &str,
) -> Result<(UserId, Option<Arc<str>>), Unanswered> {
    let fields = runner.code.fields((MODULE, question), payload)?;
    about_fields(runner, &fields)
}

fn about_fields(
    runner: &Runner<'_>,
    fields: &Fields,
) -> Result<(UserId, Option<Arc<str>>), Unanswered> {
    let id = user_id(&runner.code, fields)?;
    Ok((id, participant(&runner.code, fields)?))
}

fn user_id(code: &Code, fields: &Fields) -> Result<UserId, Unanswered> {
    let [text] = code.fields_of(fields.get("userId")?)?;
    let text = code.text(&text)?;
    Ok(UserId::parse(&text).map_err(|error| Refusal::new(error.to_string()))?)
}

fn participant(code: &Code, fields: &Fields) -> Read<Option<Arc<str>>> {
    code.optional_of(fields.get("participant")?, Code::text)
}

fn right(code: &Code, value: &MachineValue) -> Read<Right> {
    let (constructor, inner) = code.variant(value)?;
    Ok(match constructor.as_str() {
        "ParticipantAdmin" => Right::ParticipantAdmin,
        "CanActAs" => Right::CanActAs(code.party(&inner)?),
        "CanReadAs" => Right::CanReadAs(code.party(&inner)?),
        "CanReadAsAnyParty" => Right::CanReadAsAnyParty,
        "CanExecuteAs" => Right::CanExecuteAs(code.party(&inner)?),
        "CanExecuteAsAnyParty" => Right::CanExecuteAsAnyParty,
        "CanActAsAnyParty" => Right::CanActAsAnyParty,
        other => return Err(Malformed(format!("an unknown right of users: {other}"))),
    })
}

fn make_right(code: &Code, right: &Right) -> Read<MachineValue> {
    let with_party = |constructor: &str, party: &Party| {
        let party = code.make_party(party)?;
        code.make_variant((MODULE, "UserRight"), constructor, party)
    };
    let alone =
        |constructor: &str| code.make_variant((MODULE, "UserRight"), constructor, code.unit()?);
    match right {
        Right::ParticipantAdmin => alone("ParticipantAdmin"),
        Right::CanActAs(party) => with_party("CanActAs", party),
        Right::CanReadAs(party) => with_party("CanReadAs", party),
        Right::CanReadAsAnyParty => alone("CanReadAsAnyParty"),
        Right::CanExecuteAs(party) => with_party("CanExecuteAs", party),
        Right::CanExecuteAsAnyParty => alone("CanExecuteAsAnyParty"),
        Right::CanActAsAnyParty => alone("CanActAsAnyParty"),
    }
}

fn make_rights(runner: &Runner<'_>, rights: Option<Vec<Right>>) -> Answered {
    let code = &runner.code;
    let rights = rights.map(|rights| code.make_list_of(rights.iter(), make_right));
    Ok(code.make_optional(rights.transpose()?)?)
}

fn make_user(code: &Code, user: &User) -> Read<MachineValue> {
    let id = code.make_text(user.id.as_str())?;
    let party = user.primary_party.as_ref();
    let party = party.map(|party| code.make_party(party)).transpose()?;
    code.make_fields(
        (MODULE, "User"),
        &[
            ("userId", code.make_record(vec![id])?),
            ("primaryParty", code.make_optional(party)?),
        ],
    )
}

fn done(runner: &Runner<'_>, done: Option<()>) -> Answered {
    let unit = done.map(|()| runner.code.unit()).transpose()?;
    Ok(runner.code.make_optional(unit)?)
}
