//! Packages: vetting, and which there are.

use std::sync::Arc;

use super::{Answered, Unanswered};
use crate::lf::engine::MachineValue;
use crate::model::{PackageName, PackageVersion};
use crate::script::code::{Code, Read};
use crate::script::ledger::{NamedPackage, Refusal};
use crate::script::runner::Runner;

const MODULE: &str = "Questions.Packages";

pub(super) fn vet(runner: &mut Runner<'_>, payload: &MachineValue, vetted: bool) -> Answered {
    let code = &runner.code;
    let question = if vetted {
        "VetPackages"
    } else {
        "UnvetPackages"
    };
    let fields = code.fields((MODULE, question), payload)?;
    let mut packages = Vec::new();
    for package in code.list(fields.get("packages")?)? {
        packages.push(named(code, &package)?);
    }
    // older libraries know only one participant
    let participant: Option<Arc<str>> = match fields.find("participant") {
        Some(name) => code.optional_of(name, Code::text)?,
        None => None,
    };
    runner
        .ledger
        .vet(&packages, vetted, participant.as_deref())?;
    Ok(runner.code.unit()?)
}

/// The main package of a DAR, which older libraries name by the DAR.
pub(super) fn vet_dar(runner: &mut Runner<'_>, payload: &MachineValue, vetted: bool) -> Answered {
    let code = &runner.code;
    let question = if vetted { "VetDar" } else { "UnvetDar" };
    let fields = code.fields((MODULE, question), payload)?;
    let name = code.text(fields.get("darName")?)?;
    let participant = code.optional_of(fields.get("participant")?, Code::text)?;
    let all = runner.ledger.packages(false)?;
    let is_named = |it: &NamedPackage| format!("{}-{}", it.name, it.version) == *name;
    let package = all.into_iter().find(is_named);
    let package = package.ok_or_else(|| Refusal::new(format!("unknown package {name}")))?;
    runner
        .ledger
        .vet(&[package], vetted, participant.as_deref())?;
    Ok(runner.code.unit()?)
}

pub(super) fn list(runner: &mut Runner<'_>, vetted_only: bool) -> Answered {
    let packages = runner.ledger.packages(vetted_only)?;
    let make = |code: &Code, package: NamedPackage| -> Read<MachineValue> {
        code.make_fields(
            (MODULE, "PackageName"),
            &[
                ("name", code.make_text(package.name.as_str())?),
                ("version", code.make_text(package.version.as_str())?),
            ],
        )
    };
    Ok(runner.code.make_list_of(packages, make)?)
}

fn named(code: &Code, value: &MachineValue) -> Result<NamedPackage, Unanswered> {
    let fields = code.fields((MODULE, "PackageName"), value)?;
    let (name, version) = (
        code.text(fields.get("name")?)?,
        code.text(fields.get("version")?)?,
    );
    let refused = |error: crate::model::TextError| Refusal::new(error.to_string());
    Ok(NamedPackage {
        name: PackageName::parse(&name).map_err(refused)?,
        version: PackageVersion::parse(&version).map_err(refused)?,
    })
}
