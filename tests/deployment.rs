//! The development stack in `docker/`, as far as it can be read: files parse, what they name is there,
//! and the board shows metrics that the code emits.

#![allow(
    clippy::unwrap_used,
    reason = "a file that cannot be read fails the test"
)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_yaml::Value;

fn root(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn text(path: &str) -> String {
    std::fs::read_to_string(root(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn yaml(path: &str) -> Value {
    serde_yaml::from_str(&text(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn files(dir: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else {
            found.push(path);
        }
    }
}

fn strings(value: &Value) -> Vec<&str> {
    let items = value.as_sequence().unwrap();
    items.iter().map(|item| item.as_str().unwrap()).collect()
}

#[test]
fn what_the_stack_mounts_and_builds_is_there() {
    let compose = yaml("docker/dev.compose.yaml");
    let services = compose["services"].as_mapping().unwrap();
    let kept = compose["volumes"].as_mapping().unwrap();
    for (name, service) in services {
        let Some(volumes) = service.get("volumes") else {
            continue;
        };
        for volume in strings(volumes) {
            let (source, _) = volume.split_once(':').unwrap();
            let is_there = match source.strip_prefix("./") {
                Some(file) => root("docker").join(file).exists(),
                None => kept.contains_key(source),
            };
            assert!(is_there, "{name:?} mounts {source}");
        }
    }
    let build = &compose["services"]["jura"]["build"];
    assert_eq!(build["context"], "..");
    assert!(root(build["dockerfile"].as_str().unwrap()).exists());
}

#[test]
fn the_parts_of_the_stack_find_each_other() {
    let compose = yaml("docker/dev.compose.yaml");
    let services = compose["services"].as_mapping().unwrap();
    let config: toml::Table = toml::from_str(&text("docker/jura.toml")).unwrap();
    let published = strings(&compose["services"]["jura"]["ports"]);
    let is_published = |port: &toml::Value| {
        let ending = format!(":{port}:{port}");
        published.iter().any(|it| it.ends_with(&ending))
    };
    let health = &config["monitoring"]["http"]["port"];
    assert!(is_published(health));
    for (name, participant) in config["participants"].as_table().unwrap() {
        assert!(is_published(&participant["ledger-api"]["port"]), "{name}");
        assert_eq!(
            participant["ledger-api"]["address"].as_str(),
            Some("0.0.0.0")
        );
    }
    let prometheus = yaml("docker/prometheus.yml");
    let targets = strings(&prometheus["scrape_configs"][0]["static_configs"][0]["targets"]);
    assert_eq!(targets, [format!("jura:{health}")]);
    assert!(text("docker/Dockerfile").contains(&format!("\"health\", \"127.0.0.1:{health}\"")));
    let database = config["database"]["url"].as_str().unwrap();
    let (_, server) = database.split_once('@').unwrap();
    let (host, _) = server.split_once(':').unwrap();
    assert!(services.contains_key(host), "{host}");
    let source = yaml("docker/grafana/datasources/prometheus.yaml");
    let url = source["datasources"][0]["url"].as_str().unwrap();
    let host = url.strip_prefix("http://").unwrap().split(':').next();
    assert!(services.contains_key(host.unwrap()), "{url}");
}

#[test]
fn every_file_for_grafana_parses() {
    let mut found = Vec::new();
    files(&root("docker/grafana"), &mut found);
    for path in found {
        let text = std::fs::read_to_string(&path).unwrap();
        match path.extension().and_then(|it| it.to_str()) {
            Some("json") => drop(serde_json::from_str::<serde_json::Value>(&text).unwrap()),
            Some("yaml") => drop(serde_yaml::from_str::<Value>(&text).unwrap()),
            other => panic!("{}: what is a {other:?}?", path.display()),
        }
    }
}

#[test]
fn the_board_shows_metrics_and_labels_that_the_code_has() {
    let board: serde_json::Value =
        serde_json::from_str(&text("docker/grafana/boards/jura.json")).unwrap();
    let source = yaml("docker/grafana/datasources/prometheus.yaml");
    let uid = source["datasources"][0]["uid"].as_str().unwrap();
    let code = code();
    let emitted = emitted(&code);
    for panel in board["panels"].as_array().unwrap() {
        assert_eq!(panel["datasource"]["uid"], uid);
        for target in panel["targets"].as_array().unwrap() {
            let expression = target["expr"].as_str().unwrap();
            for label in labels(expression) {
                assert!(
                    code.contains(&format!("\"{label}\"")),
                    "{label}: {expression}"
                );
            }
            for metric in metrics(expression) {
                assert!(
                    emitted.contains(&metric),
                    "nobody emits {metric}: {expression}"
                );
            }
        }
    }
}

/// All of our code as one text.
fn code() -> String {
    let mut found = Vec::new();
    files(&root("src"), &mut found);
    let sources = found
        .iter()
        .filter(|it| it.extension().is_some_and(|it| it == "rs"));
    let texts = sources.map(|it| std::fs::read_to_string(it).unwrap());
    texts.collect()
}

/// The metrics that Prometheus gets: a histogram comes as three of them.
fn emitted(code: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (kind, suffixes) in [
        ("counter!(", &[""][..]),
        ("gauge!(", &[""]),
        ("histogram!(", &["_bucket", "_sum", "_count"]),
    ] {
        for call in code.split(kind).skip(1) {
            if let Some((name, _)) = call
                .trim_start()
                .strip_prefix('"')
                .and_then(|rest| rest.split_once('"'))
            {
                found.extend(suffixes.iter().map(|suffix| format!("{name}{suffix}")));
            }
        }
    }
    assert!(found.len() > 8, "{found:?}");
    found
}

/// Words of an expression that are names of metrics.
fn metrics(expression: &str) -> Vec<String> {
    let words = expression.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    words
        .filter(|word| word.starts_with("daml_") || word.starts_with("jura_"))
        .map(str::to_owned)
        .collect()
}

/// The labels by which an expression chooses and groups; `le` is the bucket of a histogram.
fn labels(expression: &str) -> Vec<String> {
    let chosen = expression
        .split('{')
        .skip(1)
        .filter_map(|it| it.split_once('}'));
    let chosen = chosen.flat_map(|(inside, _)| inside.split(','));
    let chosen = chosen.filter_map(|it| it.split(['=', '!']).next());
    let grouped = expression
        .split("by (")
        .skip(1)
        .filter_map(|it| it.split_once(')'));
    let grouped = grouped.flat_map(|(inside, _)| inside.split(','));
    let all = chosen.chain(grouped).map(|label| label.trim().to_owned());
    all.filter(|label| label != "le").collect()
}
