//! Time.

use super::Answered;
use crate::lf::engine::{Content, MachineValue};
use crate::script::journal::Step;
use crate::script::runner::Runner;

pub(super) fn get(runner: &mut Runner<'_>) -> Answered {
    let time = runner.ledger.time()?;
    Ok(runner.code.make(Content::Timestamp(time))?)
}

pub(super) fn set(runner: &mut Runner<'_>, payload: &MachineValue) -> Answered {
    let [time] = runner.code.fields_of(payload)?;
    let time = runner.code.time(&time)?;
    runner.ledger.set_time(time)?;
    runner.journal.add(Step::Time(time));
    Ok(runner.code.unit()?)
}

pub(super) fn sleep(runner: &mut Runner<'_>, payload: &MachineValue) -> Answered {
    let [duration] = runner.code.fields_of(payload)?;
    let [micros] = runner.code.fields_of(&duration)?;
    let micros = runner.code.int(&micros)?;
    runner.ledger.sleep(micros)?;
    Ok(runner.code.unit()?)
}
