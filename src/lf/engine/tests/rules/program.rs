//! A golden file: a program, and what its cases come to.

use std::collections::BTreeMap;
use std::path::Path;

use crate::lf::ast::{BuiltinType, Package, Type};
use crate::lf::text::{parse, print_type};

/// What a line of an expected outcome begins with.
const EXPECTED: &str = "  //= ";
/// What a case begins with.
const CASE: &str = "  val ";
/// Says in a file that the ledger can undo effects, as protocol version 34 does.
const UNDOES: &str = "// ledger: undoes effects";

/// How a case is run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    /// It is evaluated outside of a transaction.
    Value,
    /// It is run; types of argument (if it takes one) and result as text.
    Update {
        argument: Option<String>,
        result: String,
    },
}

/// A program without expected outcomes.
pub(super) struct Program {
    pub(super) source: String,
    pub(super) package: Package,
    /// Its cases in the order in which they are written.
    pub(super) cases: Vec<(String, Kind)>,
}

impl Program {
    pub(super) fn read(path: &Path) -> Self {
        let text = std::fs::read_to_string(path).unwrap();
        let lines = text.lines().filter(|line| !line.starts_with(EXPECTED));
        let source = lines.fold(String::new(), |all, line| all + line + "\n");
        let name = path.display().to_string();
        let package =
            parse(&source, &|_, _| None).unwrap_or_else(|error| panic!("{name}: {error}"));
        let mut cases = cases(&package);
        assert!(!cases.is_empty(), "{name} has no cases");
        let place = |name: &str| {
            source
                .lines()
                .position(|line| case_name(line) == Some(name))
        };
        cases.sort_by_key(|(name, _)| {
            place(name).unwrap_or_else(|| panic!("case {name} has no line of its own"))
        });
        Self {
            source,
            package,
            cases,
        }
    }

    pub(super) fn undoes_effects(&self) -> bool {
        self.source.lines().any(|line| line == UNDOES)
    }

    /// The program with the outcomes of its cases.
    pub(super) fn with(&self, outcomes: &BTreeMap<String, Vec<String>>) -> String {
        let mut text = String::new();
        let mut in_cases = false;
        for line in self.source.lines() {
            in_cases |= line == "module Cases {";
            let outcome = case_name(line)
                .filter(|_| in_cases)
                .and_then(|name| outcomes.get(name));
            for line in outcome.into_iter().flatten() {
                text.extend([EXPECTED, line, "\n"]);
            }
            text.extend([line, "\n"]);
        }
        text
    }
}

fn case_name(line: &str) -> Option<&str> {
    line.strip_prefix(CASE)?.split([' ', ':']).next()
}

/// The cases of a package.
pub(super) fn cases(package: &Package) -> Vec<(String, Kind)> {
    let modules = package.modules.iter();
    let of_cases = modules.filter(|module| module.name.to_string() == "Cases");
    of_cases
        .flat_map(|module| &module.values)
        .map(|value| (value.name.to_string(), kind(&value.typ)))
        .collect()
}

fn kind(typ: &Type) -> Kind {
    if let Some(result) = update(typ) {
        return Kind::Update {
            argument: None,
            result,
        };
    }
    if let Type::App(function, result) = typ
        && let Type::App(arrow, argument) = &**function
        && **arrow == Type::Builtin(BuiltinType::Arrow)
        && let Some(result) = update(result)
    {
        return Kind::Update {
            argument: Some(print_type(argument)),
            result,
        };
    }
    Kind::Value
}

/// What an update results in.
fn update(typ: &Type) -> Option<String> {
    match typ {
        Type::App(head, result) if **head == Type::Builtin(BuiltinType::Update) => {
            Some(print_type(result))
        }
        _ => None,
    }
}
