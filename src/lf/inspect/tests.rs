//! What is told about DARs of ours and of others.

use super::*;
use crate::lf::archive::read_dar;
use crate::lf::models::Model;
use crate::lf::test_dars;

fn contents_of(model: Model) -> Contents {
    inspect(&read_dar(&model.dar().unwrap()).unwrap()).unwrap()
}

#[test]
fn templates_choices_and_types_are_told_as_text() {
    let text = contents_of(Model::Test).to_text(false);
    for part in [
        "jura-test 1.0.0\n",
        "language  Daml-LF 2.1",
        "template Test.Ledger:Simple\n  owner : Party, number : Int64\n",
        "  choice Replace : ContractId Test.Ledger:Simple\n      number : Int64\n",
        "  choice Get (nonconsuming) : Int64\n",
        "enum Test.Values:Colour\n  Red | Green | Blue\n",
        "variant Test.Values:Tree a\n  | Leaf Unit\n",
        "no other packages\n",
    ] {
        assert!(text.contains(part), "{part:?} is not in\n{text}");
    }
    // fields of templates and choices are not told twice
    assert!(!text.contains("record Test.Ledger:Simple"), "{text}");
}

#[test]
fn interfaces_and_keys_are_told_as_text() {
    let text = contents_of(Model::Features).to_text(false);
    for part in [
        "interface Features:Named\n  view : Features:NamedView\n  method getOwner : Party\n",
        "  implements Features:Named\n",
        "  key : Features:AccountKey\n",
    ] {
        assert!(text.contains(part), "{part:?} is not in\n{text}");
    }
}

#[test]
fn models_are_told_as_the_kept_texts_say() {
    for (model, file) in [
        (Model::Demo, "lf/demo.txt"),
        (Model::Bench, "lf/bench.txt"),
        (Model::Test, "lf/test.txt"),
        (Model::Features, "lf/features.txt"),
    ] {
        crate::golden::check(file, &contents_of(model).to_text(false));
    }
}

#[test]
fn everything_is_told_as_json() {
    let json = contents_of(Model::Bench).to_json();
    let package = &json["packages"][0];
    assert_eq!(package["name"], "jura-bench");
    assert_eq!(package["main"], true);
    assert_eq!(package["templates"][1]["name"], "Bench:Token");
    assert_eq!(package["templates"][1]["fields"][2]["type"], "Int64");
    assert_eq!(package["templates"][1]["choices"][1]["consuming"], true);
    assert_eq!(package["dataTypes"][1]["name"], "Bench:Item");
    assert_eq!(package["dataTypes"][1]["record"][0]["name"], "owner");
}

#[test]
fn real_dars_are_told_with_all_their_packages() {
    let Some(bytes) = test_dars::one("splice-amulet-0.1.8") else {
        return;
    };
    let contents = inspect(&read_dar(&bytes).unwrap()).unwrap();
    assert_eq!(contents.packages.len(), 35);
    assert_eq!(contents.packages[0].templates.len(), 23);
    let choices = contents.packages[0].templates.iter();
    assert_eq!(
        choices
            .map(|template| template.choices.len())
            .sum::<usize>(),
        75
    );
    let text = contents.to_text(false);
    assert!(
        text.contains("template Splice.AmuletRules:AmuletRules\n"),
        "{text}"
    );
    assert!(text.contains("34 other packages\n"), "{text}");
}
