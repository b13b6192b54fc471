//! The files that come along are what they say they are.

use std::path::{Path, PathBuf};

use super::{NodeConfig, Sources, load};
use crate::storage::DatabaseKind;

fn from_file(file: &Path) -> NodeConfig {
    load(&Sources {
        files: vec![file.to_owned()],
        ..Sources::default()
    })
    .unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

fn root(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

#[test]
fn every_file_that_comes_along_is_a_configuration_of_which_all_roles_can_run() {
    for dir in ["config", "docker"] {
        for file in std::fs::read_dir(root(dir)).unwrap() {
            let file = file.unwrap().path();
            if file.extension().is_some_and(|it| it == "toml") {
                from_file(&file).select(&[]).unwrap();
            }
        }
    }
}

#[test]
fn the_example_for_development_needs_no_server_and_the_other_one_does() {
    let dev = from_file(&root("config/dev.toml"));
    assert_eq!((dev.domains.len(), dev.participants.len()), (1, 1));
    let kind = &dev.participants[0].database.kind;
    assert!(matches!(kind, DatabaseKind::Embedded { .. }), "{kind:?}");
    let postgres = from_file(&root("config/postgres.toml"));
    assert_eq!(
        (postgres.domains.len(), postgres.participants.len()),
        (1, 2)
    );
    let databases = postgres.participants.iter().map(|it| &it.database);
    for database in databases.chain([&postgres.domains[0].database]) {
        assert!(matches!(database.kind, DatabaseKind::Url(_)));
    }
}

#[test]
fn the_reference_has_every_key_with_its_default() {
    let file = root("config/reference.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    let written: toml::Table = toml::from_str(&text).unwrap();
    let in_force: toml::Table = toml::from_str(&from_file(&file).dump()).unwrap();
    assert_eq!(written, in_force, "a key is missing in the reference");

    let only_ports = "
        [domains.domain1]
        public-api.port = 6867
        [participants.participant1]
        ledger-api.port = 6865
        admin-api.port = 6866
        [monitoring]
        http.port = 6870
    ";
    let defaults = load(&Sources {
        base: Some(only_ports.to_owned()),
        ..Sources::default()
    });
    assert_eq!(from_file(&file).dump(), defaults.unwrap().dump());
}
