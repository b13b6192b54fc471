//! A golden file per rule: a version, one that may not follow it and why, and a similar one that may.

use std::collections::BTreeSet;
use std::path::Path;

use super::Packages;
use crate::lf::upgrade::{Rule, check_pair};

const FOLDER: &str = "upgrade";

#[test]
fn every_rule_refuses_what_breaks_it_and_accepts_what_nearly_does() {
    for rule in Rule::ALL {
        let file = format!("{FOLDER}/{rule:?}.txt");
        let path = golden(&file);
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| {
            panic!("rule {rule:?} has no case: {}: {error}", path.display())
        });
        crate::golden::check(&file, &outcome(*rule, &text));
    }
}

#[test]
fn every_case_has_a_rule() {
    let rules: BTreeSet<String> = Rule::ALL.iter().map(|it| format!("{it:?}.txt")).collect();
    let files = std::fs::read_dir(golden(FOLDER)).unwrap();
    let files: BTreeSet<String> = files
        .map(|it| it.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    assert_eq!(files, rules);
}

#[test]
fn meanings_and_remedies_are_whole_sentences() {
    for rule in Rule::ALL {
        for text in [rule.meaning(), rule.remedy()] {
            assert!(
                text.ends_with('.') && !text.contains("  "),
                "{rule:?}: {text}"
            );
        }
    }
}

fn golden(file: &str) -> std::path::PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    folder.join(file)
}

/// The file as it should be: its packages, and what is said about the refused one.
fn outcome(rule: Rule, text: &str) -> String {
    let mut packages = Packages::default();
    let mut old = None;
    let mut refused = None;
    let mut written = String::new();
    for section in text.split("==== ").skip(1) {
        let (title, body) = section.split_once('\n').unwrap();
        let body = match title {
            "given" => {
                packages.add(body);
                body.to_owned()
            }
            "old" => {
                old = Some(packages.add(body));
                body.to_owned()
            }
            "new" => {
                let new = packages.add(body);
                let old = old.as_ref().unwrap();
                let error = check_pair(old, &new, &packages.signatures).unwrap_err();
                assert_eq!(error.violation.rule(), rule, "{error}");
                refused = Some(error.to_string());
                body.to_owned()
            }
            "refused" => format!("{}\n", refused.take().unwrap()),
            "accepted instead" => {
                let new = packages.add(body);
                let old = old.as_ref().unwrap();
                let accepted = check_pair(old, &new, &packages.signatures);
                assert_eq!(accepted, Ok(()), "{rule:?}");
                assert_eq!(check_pair(old, old, &packages.signatures), Ok(()));
                body.to_owned()
            }
            other => panic!("{rule:?} has a section {other}"),
        };
        written.push_str("==== ");
        written.push_str(title);
        written.push('\n');
        written.push_str(&body);
    }
    assert!(written.contains("==== accepted instead"), "{rule:?}");
    written
}
