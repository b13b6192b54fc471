//! Submissions.

use std::collections::BTreeSet;

use super::{Answered, Unanswered, command, submit_error, tree};
use crate::lf::engine::MachineValue;
use crate::model::{PackageId, Party};
use crate::script::code::{Code, Malformed, Read};
use crate::script::journal::Step;
use crate::script::ledger::{Committed, Rejected, Submission};
use crate::script::place::Place;
use crate::script::runner::{Question, Runner};

const MODULE: &str = "Questions.Submit";

/// What a script wants of a submission.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wish {
    Success,
    Failure,
    Either,
}

/// A submission with what the script wants of it.
struct Asked {
    submission: Submission,
    wish: Wish,
    place: Option<Place>,
}

pub(super) fn submit(runner: &mut Runner<'_>, question: &Question) -> Answered {
    let code = &runner.code;
    let fields = code.fields((MODULE, "Submit"), &question.payload)?;
    let submissions = code.list_of(fields.get("submissions")?, asked)?;
    let mut answers = Vec::new();
    for mut asked in submissions {
        let place = question.places.first().cloned();
        asked.place = asked.place.or(place);
        answers.push(submit_one(runner, &asked)?);
    }
    Ok(runner.code.make_list(answers)?)
}

fn asked(code: &Code, value: &MachineValue) -> Read<Asked> {
    let fields = code.fields((MODULE, "Submission"), value)?;
    let [head, tail] = code.fields_of(fields.get("sActAs")?)?;
    let mut act_as: BTreeSet<Party> = code.parties(&tail)?;
    act_as.insert(code.party(&head)?);
    let preference = code.optional_of(fields.get("sPackagePreference")?, packages)?;
    Ok(Asked {
        submission: Submission {
            act_as,
            read_as: code.parties(fields.get("sReadAs")?)?,
            disclosures: code.list_of(fields.get("sDisclosures")?, command::disclosure)?,
            package_preference: preference.unwrap_or_default(),
            commands: code.list_of(fields.get("sCommands")?, command::command)?,
        },
        wish: wish(code, fields.get("sErrorBehaviour")?)?,
        place: code.optional_of(fields.get("sLocation")?, Code::place)?,
    })
}

fn packages(code: &Code, value: &MachineValue) -> Read<Vec<PackageId>> {
    code.list_of(value, |code, value| {
        let [id] = code.fields_of(value)?;
        let id = PackageId::parse(&code.text(&id)?);
        id.map_err(|error| Malformed(error.to_string()))
    })
}

fn wish(code: &Code, value: &MachineValue) -> Read<Wish> {
    match code.enumeration(value)?.as_str() {
        "MustSucceed" => Ok(Wish::Success),
        "MustFail" => Ok(Wish::Failure),
        "Try" => Ok(Wish::Either),
        other => Err(Malformed(format!(
            "an unknown wish of a submission: {other}"
        ))),
    }
}

fn submit_one(runner: &mut Runner<'_>, asked: &Asked) -> Answered {
    let at = runner.ledger.time()?;
    match runner.ledger.submit(&asked.submission) {
        Ok(committed) => succeeded(runner, asked, committed),
        Err(rejected) => {
            runner.journal.tell(rejected.traces.iter().cloned());
            if asked.wish == Wish::Success {
                return Err(refused(&rejected));
            }
            runner.journal.add(Step::Refused {
                act_as: asked.submission.act_as.clone(),
                read_as: asked.submission.read_as.clone(),
                at,
                place: asked.place.clone(),
                reason: rejected.reason.to_string(),
            });
            let error = submit_error::make(&runner.code, &rejected.reason)?;
            Ok(runner.code.make_either(Err(error))?)
        }
    }
}

fn succeeded(runner: &mut Runner<'_>, asked: &Asked, committed: Committed) -> Answered {
    runner.journal.tell(committed.traces.iter().cloned());
    runner.journal.add(Step::Committed {
        transaction: committed.transaction,
        act_as: asked.submission.act_as.clone(),
        read_as: asked.submission.read_as.clone(),
        at: committed.at,
        place: asked.place.clone(),
    });
    if asked.wish == Wish::Failure {
        return Err(Unanswered::Refused {
            class: "UserError".into(),
            message: "Expected submit to fail but it succeeded".to_owned(),
            backtrace: Vec::new(),
        });
    }
    let code = &runner.code;
    let results = tree::results(code, &committed.events)?;
    let tree = tree::tree(code, &committed.events)?;
    let both = code.make_record(vec![results, tree])?;
    Ok(code.make_either(Ok(both))?)
}

fn refused(rejected: &Rejected) -> Unanswered {
    Unanswered::Refused {
        class: submit_error::class(&rejected.reason).into(),
        message: rejected.reason.to_string(),
        backtrace: rejected.backtrace.clone(),
    }
}
