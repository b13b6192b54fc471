//! The models compile, and their packages are the ones they were.

use super::*;
use crate::lf::archive::read_dar;
use crate::lf::text::{parse, print};

const DEMO_1_0_0: &str = "ff9c4abe663946ee63339fbf8462b67f6d45075c9a5efb075bc7d6275b22fa91";
const BENCH_1_1_0: &str = "9d16de9bd939064a504ccc56c9f9985ea52fa486271d62d5ca7cc134675c689b";

#[test]
fn every_model_compiles_and_reads_back_from_its_printed_text() {
    for model in Model::ALL {
        let archive = model
            .archive()
            .unwrap_or_else(|error| panic!("{model:?}: {error}"));
        let package = archive.decode().unwrap();
        assert!(package.dependencies.is_empty(), "{model:?}");
        let again = parse(&print(&package), &|_, _| None).unwrap();
        assert!(again == package, "{model:?}");
    }
}

#[test]
fn a_model_that_ledgers_keep_is_compiled_to_the_package_that_it_always_was() {
    // a model that was changed on purpose gets a new version, and its id here
    for (model, id) in [(Model::Demo, DEMO_1_0_0), (Model::Bench, BENCH_1_1_0)] {
        assert_eq!(model.archive().unwrap().id.as_str(), id, "{model:?}");
    }
}

#[test]
fn a_model_is_a_dar_that_others_read() {
    for model in Model::ALL {
        let bytes = model.dar().unwrap();
        assert_eq!(bytes, model.dar().unwrap());
        let dar = read_dar(&bytes).unwrap();
        assert_eq!(dar.main, model.archive().unwrap());
        let theirs = canton_lf::Dar::from_bytes(&bytes).unwrap();
        assert_eq!(theirs.name(), dar.name.as_deref());
        let (_, id) = canton_lf::decode_main_package(&theirs).unwrap();
        assert_eq!(id, dar.main.id.as_str());
    }
}
