//! Queries: contracts, views.

use super::{Answered, Unanswered, command};
use crate::lf::engine::MachineValue;
use crate::lf::types::Type;
use crate::model::Identifier;
use crate::script::code::{Code, Fields, Malformed, Read};
use crate::script::ledger::{ActiveContract, Refusal};
use crate::script::runner::Runner;

const MODULE: &str = "Questions.Query";

pub(super) fn contracts(runner: &mut Runner<'_>, payload: &MachineValue) -> Answered {
    let code = &runner.code;
    let fields = code.fields((MODULE, "QueryACS"), payload)?;
    let parties = code.parties(fields.get("parties")?)?;
    let template = code.type_rep(fields.get("tplId")?)?;
    let contracts = runner.ledger.contracts(&parties, &template)?;
    Ok(runner.code.make_list_of(&contracts, with_id)?)
}

pub(super) fn contract(runner: &mut Runner<'_>, payload: &MachineValue) -> Answered {
    let code = &runner.code;
    let fields = code.fields((MODULE, "QueryContractId"), payload)?;
    let parties = code.parties(fields.get("parties")?)?;
    let template = code.type_rep(fields.get("tplId")?)?;
    let id = code.contract_id(fields.get("cid")?)?;
    let found = runner.ledger.contract(&parties, &template, &id)?;
    let code = &runner.code;
    let answer = found.map(|contract| -> Read<MachineValue> {
        code.make_record(vec![
            code.make_any_template(&contract.template, &contract.argument)?,
            code.make_type_rep(&contract.template)?,
            code.make_text(&hex::encode(&contract.blob))?,
        ])
    });
    Ok(code.make_optional(answer.transpose()?)?)
}

pub(super) fn views(runner: &mut Runner<'_>, payload: &MachineValue) -> Answered {
    let code = &runner.code;
    let fields = code.fields((MODULE, "QueryInterface"), payload)?;
    let parties = code.parties(fields.get("parties")?)?;
    let interface = code.type_rep(fields.get("interfaceId")?)?;
    let typ = view_type(code, &interface)?;
    let found = runner.ledger.views(&parties, &interface)?;
    let code = &runner.code;
    let answer = code.make_list_of(found, |code, (id, view)| {
        let view = view.map(|view| code.evaluation.import(&typ, &view));
        let view = code.make_optional(view.transpose()?)?;
        code.make_record(vec![code.make_contract_id(&id)?, view])
    });
    Ok(answer?)
}

pub(super) fn view(runner: &mut Runner<'_>, payload: &MachineValue) -> Answered {
    let code = &runner.code;
    let fields = code.fields((MODULE, "QueryInterfaceContractId"), payload)?;
    let parties = code.parties(fields.get("parties")?)?;
    let interface = code.type_rep(fields.get("interfaceId")?)?;
    let id = code.contract_id(fields.get("cid")?)?;
    let typ = view_type(code, &interface)?;
    let found = runner.ledger.view(&parties, &interface, &id)?;
    let code = &runner.code;
    let view = found.map(|view| code.evaluation.import(&typ, &view));
    let view = view.transpose().map_err(Malformed::from)?;
    Ok(code.make_optional(view)?)
}

fn view_type(code: &Code, interface: &Identifier) -> Result<Type, Unanswered> {
    let signature = code.evaluation.signatures().interface(interface);
    let signature = signature.map_err(|error| Refusal::new(error.to_string()))?;
    Ok(signature.view.clone())
}

/// One contract with a key. The question was renamed when keys ceased to be unique.
pub(super) fn by_key(runner: &mut Runner<'_>, payload: &MachineValue, question: &str) -> Answered {
    let fields = runner.code.fields((MODULE, question), payload)?;
    let key = fields.get("key")?.clone();
    let found = find_by_key(runner, &fields, &key, 1)?;
    let code = &runner.code;
    let first = found.into_iter().next();
    let first = first.map(|contract| with_id(code, &contract)).transpose()?;
    Ok(code.make_optional(first)?)
}

/// Some of the contracts with a key.
pub(super) fn some_by_key(runner: &mut Runner<'_>, payload: &MachineValue) -> Answered {
    let fields = runner.code.fields((MODULE, "QueryNByKey"), payload)?;
    let key = fields.get("contractKey")?.clone();
    let limit = runner.code.int(fields.get("limit")?)?;
    let limit = usize::try_from(limit).unwrap_or(0);
    let found = find_by_key(runner, &fields, &key, limit)?;
    Ok(runner.code.make_list_of(&found, with_id)?)
}

fn find_by_key(
    runner: &mut Runner<'_>,
    fields: &Fields,
    key: &MachineValue,
    limit: usize,
) -> Result<Vec<ActiveContract>, Unanswered> {
    let code = &runner.code;
    let parties = code.parties(fields.get("parties")?)?;
    let template = code.type_rep(fields.get("tplId")?)?;
    let key = command::key(code, key)?;
    Ok(runner
        .ledger
        .contracts_by_key(&parties, &template, &key, limit)?)
}

fn with_id(code: &Code, contract: &ActiveContract) -> Read<MachineValue> {
    let id = code.make_contract_id(&contract.contract_id)?;
    let argument = code.make_any_template(&contract.template, &contract.argument)?;
    code.make_record(vec![id, argument])
}
