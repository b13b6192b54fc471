//! The house's order: sizes, arrows between modules, nothing dead.
//!
//! Reads the sources as text. Each bound is a ratchet: it may only become tighter.

#![allow(
    clippy::unwrap_used,
    reason = "a file that cannot be read fails the test"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Lines of a source file without its tests at most.
const FILE_LINES_MAX: usize = 560;

/// Lines of a function at most.
const FUNCTION_LINES_MAX: usize = 80;

/// Functions that may be longer, with the reason.
const LONG_FUNCTIONS: &[(&str, &str)] = &[];

/// Which modules of the crate each may use; a module may always use itself. In reading order.
const ARROWS: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("crypto", &["model"]),
    ("lf", &["model"]),
    ("wire", &[]),
    ("topology", &["model", "crypto", "wire"]),
    ("protocol", &["model", "crypto", "wire", "topology"]),
    ("runtime", &["model"]),
    ("storage", &["runtime"]),
    (
        "sequencer_client",
        &["model", "crypto", "wire", "topology", "protocol", "runtime"],
    ),
    ("grpc", &["runtime"]),
    (
        "domain",
        &[
            "model",
            "crypto",
            "wire",
            "topology",
            "protocol",
            "runtime",
            "storage",
            "sequencer_client",
            "grpc",
        ],
    ),
    (
        "participant",
        &[
            "model",
            "crypto",
            "lf",
            "grpc",
            "wire",
            "topology",
            "protocol",
            "runtime",
            "storage",
            "sequencer_client",
        ],
    ),
    ("telemetry", &["model"]),
    (
        "config",
        &["model", "lf", "domain", "storage", "telemetry", "topology"],
    ),
    ("ledger_client", &[]),
    ("script", &["model", "lf", "ledger_client"]),
    ("bench", &["crypto", "lf", "ledger_client"]),
    ("golden", &[]),
];

/// Modules at the end of the arrows: they put everything together.
const ASSEMBLY: &[&str] = &["node", "cli"];

struct Source {
    path: PathBuf,
    text: String,
}

fn sources(root: &str) -> Vec<Source> {
    let mut found = Vec::new();
    collect(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join(root),
        &mut found,
    );
    found.sort_by(|one, other| one.path.cmp(&other.path));
    assert!(!found.is_empty(), "{root} has no sources");
    found
}

fn collect(dir: &Path, found: &mut Vec<Source>) {
    let entries = std::fs::read_dir(dir).unwrap();
    for entry in entries {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, found);
        } else if path.extension().is_some_and(|it| it == "rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            found.push(Source { path, text });
        }
    }
}

impl Source {
    /// The path from the package's root, with slashes.
    fn name(&self) -> String {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let path = self.path.strip_prefix(root).unwrap();
        path.display().to_string()
    }

    /// The text before the tests at its end.
    fn code(&self) -> &str {
        let end = self.text.find("\n#[cfg(test)]\nmod tests {");
        &self.text[..end.unwrap_or(self.text.len())]
    }

    /// The crate's module that it belongs to: the folder or file under `src`.
    fn module(&self) -> Option<String> {
        let name = self.name();
        let inside = name.strip_prefix("src/")?;
        let first = inside.split('/').next()?;
        Some(first.trim_end_matches(".rs").to_owned())
    }

    fn is_test(&self) -> bool {
        let name = self.name();
        name.ends_with("tests.rs") || name.contains("/tests/") || name.starts_with("tests/")
    }
}

#[test]
fn files_are_short() {
    let long: Vec<String> = sources("src")
        .iter()
        .filter(|source| !source.is_test())
        .map(|source| (source.code().lines().count(), source.name()))
        .filter(|(lines, _)| *lines > FILE_LINES_MAX)
        .map(|(lines, name)| format!("{name}: {lines} lines"))
        .collect();
    assert!(long.is_empty(), "split these: {long:#?}");
}

#[test]
fn functions_are_short() {
    let mut long = Vec::new();
    for source in sources("src").iter().filter(|source| !source.is_test()) {
        let mut open: Option<(String, usize, String)> = None;
        for (number, line) in source.code().lines().enumerate() {
            let indent = line.len() - line.trim_start().len();
            let starts = ["fn ", "async fn ", "const fn "]
                .iter()
                .any(|it| after_visibility(line.trim_start()).starts_with(it));
            if let Some((name, start, closing)) = &open {
                if line == closing {
                    let lines = number - start + 1;
                    let text = format!("{}: {name}: {lines} lines", source.name());
                    let is_known = LONG_FUNCTIONS.iter().any(|(it, _)| text.starts_with(it));
                    if lines > FUNCTION_LINES_MAX && !is_known {
                        long.push(text);
                    }
                    open = None;
                }
            } else if starts && !line.trim_end().ends_with(';') {
                let closing = format!("{}}}", " ".repeat(indent));
                open = Some((line.trim().to_owned(), number, closing));
            }
        }
    }
    assert!(long.is_empty(), "split these: {long:#?}");
}

fn after_visibility(line: &str) -> &str {
    let line = line.strip_prefix("pub").map_or(line, |rest| {
        match rest.strip_prefix('(').and_then(|it| it.split_once(')')) {
            Some((_, rest)) => rest,
            None => rest,
        }
    });
    line.trim_start()
}

#[test]
fn modules_use_only_those_before_them() {
    let allowed: BTreeMap<&str, &[&str]> = ARROWS.iter().copied().collect();
    let mut wrong = Vec::new();
    for source in sources("src") {
        let module = source.module().unwrap();
        if matches!(module.as_str(), "lib" | "main") || ASSEMBLY.contains(&module.as_str()) {
            continue;
        }
        let may = allowed
            .get(module.as_str())
            .unwrap_or_else(|| panic!("say in tests/tidy.rs which modules {module} may use"));
        for used in used_modules(source.code()) {
            // for tests only: the compiler sees to that
            if used == "golden" {
                continue;
            }
            // what was counted on the threads of roles is read where all metrics are
            if used == "telemetry" && source.is_test() {
                continue;
            }
            if used != module && !may.contains(&used.as_str()) {
                wrong.push(format!("{} uses {used}", source.name()));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "arrows in the wrong direction: {wrong:#?}"
    );
}

/// The modules that follow `crate::` in code.
fn used_modules(code: &str) -> BTreeSet<String> {
    code.lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .flat_map(|line| line.split("crate::").skip(1))
        .map(|rest| {
            rest.chars()
                .take_while(|c| c.is_ascii_lowercase() || *c == '_' || c.is_ascii_digit())
                .collect()
        })
        .filter(|module: &String| !module.is_empty())
        .collect()
}

#[test]
fn participant_and_domain_never_name_each_other() {
    for source in sources("src") {
        let module = source.module().unwrap();
        let used = used_modules(&source.text);
        if module == "participant" {
            assert!(!used.contains("domain"), "{}", source.name());
        }
        if module == "domain" {
            assert!(!used.contains("participant"), "{}", source.name());
        }
    }
}

#[test]
fn only_the_runtime_names_actix() {
    for source in sources("src") {
        if source.module().as_deref() != Some("runtime") {
            let named = source
                .text
                .lines()
                .any(|line| !line.trim_start().starts_with("//") && line.contains("actix::"));
            assert!(!named, "{} names actix", source.name());
        }
    }
}

#[test]
fn sql_stays_in_the_stores() {
    for source in sources("src") {
        let name = source.name();
        let is_store = name.contains("/store/")
            || name.contains("postgres")
            || name.starts_with("src/storage");
        if is_store || source.is_test() {
            continue;
        }
        for (number, line) in source.code().lines().enumerate() {
            let has_sql = ["\"SELECT ", "\"INSERT ", "\"UPDATE ", "\"DELETE FROM"]
                .iter()
                .any(|word| line.contains(word));
            assert!(!has_sql, "{name}:{}: SQL outside of a store", number + 1);
        }
    }
}

#[test]
fn every_folder_says_what_it_is_for() {
    for source in sources("src") {
        if source.path.ends_with("mod.rs") {
            assert!(
                source.text.starts_with("//!"),
                "{} has no module documentation",
                source.name()
            );
        }
    }
}

#[test]
fn every_source_file_belongs_to_the_crate() {
    let all = sources("src");
    let names: BTreeSet<String> = all.iter().map(Source::name).collect();
    let mut declared = BTreeSet::from(["src/lib.rs".to_owned(), "src/main.rs".to_owned()]);
    for source in &all {
        let dir = match source.name().as_str() {
            "src/lib.rs" | "src/main.rs" => "src".to_owned(),
            name => name
                .strip_suffix("/mod.rs")
                .or_else(|| name.strip_suffix(".rs"))
                .unwrap()
                .to_owned(),
        };
        let mut inline = String::new();
        for raw in source.text.lines() {
            let line = after_visibility(raw.trim());
            if let Some(module) = line
                .strip_prefix("mod ")
                .and_then(|it| it.strip_suffix(" {"))
            {
                inline = format!("{dir}/{module}");
            }
            let dir = if raw.starts_with(' ') { &inline } else { &dir };
            if let Some(module) = line
                .strip_prefix("mod ")
                .and_then(|it| it.strip_suffix(';'))
            {
                declared.insert(format!("{dir}/{module}.rs"));
                declared.insert(format!("{dir}/{module}/mod.rs"));
            }
        }
    }
    let dead: Vec<&String> = names.difference(&declared).collect();
    assert!(dead.is_empty(), "no module declares {dead:?}");
}

#[test]
fn every_migration_is_used() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    let code: String = sources("src").into_iter().map(|it| it.text).collect();
    for component in std::fs::read_dir(root).unwrap() {
        let component = component.unwrap();
        for file in std::fs::read_dir(component.path()).unwrap() {
            let name = format!(
                "{}/{}",
                component.file_name().display(),
                file.unwrap().file_name().display()
            );
            assert!(code.contains(&name), "nobody runs migrations/{name}");
        }
    }
}

#[test]
fn every_metric_is_described_and_every_description_is_used() {
    let described: BTreeSet<String> = sources("src/telemetry")
        .iter()
        .flat_map(|source| names_after(&source.text, "\""))
        .collect();
    let used: BTreeSet<String> = sources("src")
        .iter()
        .filter(|source| !source.name().contains("telemetry/metrics"))
        .flat_map(|source| {
            ["counter!(\"", "gauge!(\"", "histogram!(\""]
                .into_iter()
                .flat_map(|start| names_after(&source.text, start))
                .collect::<Vec<_>>()
        })
        .collect();
    assert!(!used.is_empty());
    assert_eq!(used, described);
}

/// The names of metrics that follow a text.
fn names_after(text: &str, start: &str) -> Vec<String> {
    let parts = text.split(start).skip(1);
    let names = parts.filter_map(|rest| rest.split('"').next());
    names
        .filter(|name| name.starts_with("daml_") || name.starts_with("jura_"))
        .map(ToOwned::to_owned)
        .collect()
}

#[test]
fn every_test_that_the_table_of_threats_names_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let table = std::fs::read_to_string(root.join("tests/threats.md")).unwrap();
    // whatever stands between backquotes and begins like a path
    let named = table.split('`').skip(1).step_by(2);
    let named: Vec<&str> = named
        .filter(|it| it.starts_with("src/") || it.starts_with("tests/"))
        .collect();
    assert!(!named.is_empty());
    let mut missing = Vec::new();
    for name in named {
        let (file, function) = name.split_once("::").unwrap_or((name, ""));
        let text = std::fs::read_to_string(root.join(file)).unwrap_or_default();
        let is_there = !text.is_empty()
            && (function.is_empty() || text.contains(&format!("#[test]\nfn {function}(")) || {
                let indented = format!("#[test]\n    fn {function}(");
                text.contains(&indented)
            });
        if !is_there {
            missing.push(name);
        }
    }
    assert!(missing.is_empty(), "threats without a test: {missing:#?}");
}

#[test]
fn the_table_of_threats_has_every_check_of_a_request() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let table = std::fs::read_to_string(root.join("tests/threats.md")).unwrap();
    let missing: Vec<String> = sources("src/participant/confirmation/checks")
        .iter()
        .filter_map(|source| {
            let file = source.path.file_name()?.to_str()?.to_owned();
            let is_there = table.contains(&format!("`checks/{file}`"));
            (file != "mod.rs" && !is_there).then_some(file)
        })
        .collect();
    assert!(missing.is_empty(), "checks without threats: {missing:#?}");
}

#[test]
fn the_project_speaks_of_itself_alone() {
    let words = ["/work/", "../shared"];
    for source in sources("src") {
        for word in words {
            assert!(
                !source.text.contains(word) || source.is_test() || source.name().contains("test_"),
                "{} says {word}",
                source.name()
            );
        }
    }
}
