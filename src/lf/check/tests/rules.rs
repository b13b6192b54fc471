//! A file for each rule: programs that it refuses, and programs that just don't break it.
//!
//! A file has cases: a line `# refused: …` or `# accepted: …`, a program, and a line `=> …` with the
//! verdict, which `UPDATE=1` writes. A program without header is the content of a module `M` of LF
//! 2.3. A program may be several packages, each with its header; only the last may be refused.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use super::{built, hostile};
use crate::lf::ast::Package;
use crate::lf::check::{CheckError, Fault, World, check};
use crate::lf::text::parse;
use crate::model::{PackageId, PackageName, PackageVersion};

struct Case {
    title: String,
    program: String,
}

/// The files, by rule.
fn files() -> BTreeMap<String, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/lf/check");
    let entries = std::fs::read_dir(folder).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    let files = paths.map(|path| {
        let rule = path.file_stem().unwrap().to_string_lossy().into_owned();
        (rule, std::fs::read_to_string(path).unwrap())
    });
    files.collect()
}

fn cases(text: &str) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    for line in text.lines() {
        if let Some(title) = line.strip_prefix("# ") {
            let (title, program) = (title.to_owned(), String::new());
            cases.push(Case { title, program });
        } else if !line.starts_with("=> ") {
            let case = cases.last_mut().expect("a case begins with its title");
            case.program.push_str(line);
            case.program.push('\n');
        }
    }
    for case in &mut cases {
        case.program.truncate(case.program.trim_end().len());
    }
    cases
}

/// The texts of the packages of a case.
fn sources(program: &str) -> Vec<String> {
    if !program.starts_with("language ") {
        let header = "language 2.3; metadata ('p' : '1.0.0');";
        return vec![format!("{header} module M {{\n{program}\n}}")];
    }
    let mut sources: Vec<String> = Vec::new();
    for line in program.lines() {
        if line.starts_with("language ") {
            sources.push(String::new());
        }
        let source = sources.last_mut().unwrap();
        source.push_str(line);
        source.push('\n');
    }
    sources
}

/// What the check says of the last package; of a text that is none, what is wrong with it.
fn verdict(program: &str) -> Result<Result<(), CheckError>, String> {
    let sources = sources(program);
    let mut world = World::default();
    let mut known: Vec<(PackageId, Package)> = Vec::new();
    for (number, source) in sources.iter().enumerate() {
        let find = |name: &PackageName, version: &PackageVersion| {
            let mut known = known.iter();
            let found = known.find(|(_, it)| it.name == *name && it.version == *version);
            found.map(|(id, _)| id.clone())
        };
        let package = parse(source, &find).map_err(|error| error.to_string())?;
        let id: PackageId = format!("{:064x}", number + 0xa0).parse().unwrap();
        match check(&package, &id, &world) {
            Ok(exports) => world.insert(id.clone(), exports),
            Err(error) => {
                assert_eq!(number + 1, sources.len(), "{error}\n{source}");
                return Ok(Err(error));
            }
        }
        known.push((id, package));
    }
    Ok(Ok(()))
}

#[test]
fn every_rule_refuses_what_breaks_it_and_no_more() {
    let mut wrong = Vec::new();
    for (rule, text) in files() {
        assert!(Fault::RULES.contains(&&*rule), "{rule} is no rule");
        let mut written = String::new();
        let mut seen = BTreeSet::new();
        for Case { title, program } in cases(&text) {
            let verdict = verdict(&program);
            let says = match &verdict {
                Ok(Ok(())) => "accepted".to_owned(),
                Ok(Err(error)) => error.to_string(),
                Err(error) => error.clone(),
            };
            let (expected, _) = title.split_once(':').unwrap();
            let is_expected = match verdict {
                Ok(Ok(())) => expected == "accepted",
                Ok(Err(error)) => expected == "refused" && error.fault.rule() == rule,
                Err(_) => false,
            };
            if !is_expected {
                wrong.push(format!("{rule}: {title}\n{program}\n=> {says}"));
            }
            seen.insert(expected.to_owned());
            let gap = if written.is_empty() { "" } else { "\n" };
            write!(written, "{gap}# {title}\n{program}\n=> {says}\n").unwrap();
        }
        assert_eq!(seen.len(), 2, "{rule} needs a case of each kind");
        if wrong.is_empty() {
            crate::golden::check(&format!("lf/check/{rule}.txt"), &written);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn no_rule_is_without_a_case() {
    let files = files();
    for rule in Fault::RULES {
        let elsewhere = built::RULES.contains(rule) || hostile::RULES.contains(rule);
        let is_bug = *rule == "internal";
        let places =
            usize::from(files.contains_key(*rule)) + usize::from(elsewhere) + usize::from(is_bug);
        assert_eq!(places, 1, "{rule}");
    }
}
