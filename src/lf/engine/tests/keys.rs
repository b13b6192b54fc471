//! Contract keys: every way to find contracts by them, in a golden file.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::keys_model::{Keys, item, key, odd_key};
use super::model::record;
use super::replays::check_replays;
use super::support::party;
use super::support::submission;
use crate::golden;
use crate::lf::engine::{Command, Interpreted};
use crate::lf::transaction::{Node, NodeId};
use crate::lf::value::{Rendered, Value};
use crate::model::{ContractId, Name};

/// One program: who submits what.
struct Case {
    title: &'static str,
    act_as: &'static [&'static str],
    commands: fn(&Keys) -> Vec<Command>,
}

const fn case(
    title: &'static str,
    act_as: &'static [&'static str],
    commands: fn(&Keys) -> Vec<Command>,
) -> Case {
    Case {
        title,
        act_as,
        commands,
    }
}

const ALICE: &[&str] = &["alice"];
const BOB: &[&str] = &["bob"];

fn x() -> Value {
    key("alice", "x")
}

fn z() -> Value {
    key("alice", "z")
}

fn ask(limit: i64, key: Value) -> Value {
    record(vec![Value::Int64(limit), key])
}

fn alice(keys: &Keys, choice: &'static str, argument: Value) -> Vec<Command> {
    vec![keys.user("alice", choice, argument)]
}

fn both(keys: &Keys, index: usize) -> Value {
    record(vec![Value::ContractId(keys.items[index].clone()), x()])
}

fn odd(key: Value) -> Value {
    record(vec![Value::Party(party("alice")), key])
}

fn create_odd(keys: &Keys, key: Value) -> Vec<Command> {
    vec![Command::Create {
        template: keys.id("Odd"),
        argument: odd(key),
    }]
}

const FOUND: &[Case] = &[
    case("fetch: the latest of several", ALICE, |k| {
        alice(k, "Fetch", x())
    }),
    case("fetch: the only one", ALICE, |k| {
        alice(k, "Number", key("alice", "y"))
    }),
    case("fetch: none", ALICE, |k| alice(k, "Number", z())),
    case("fetch: none, and nobody can catch it", ALICE, |k| {
        alice(k, "CatchNotFound", z())
    }),
    case("fetch by an observer, who is no maintainer", BOB, |k| {
        vec![k.user("bob", "Number", x())]
    }),
    case("fetch by somebody who has no stake", BOB, |k| {
        vec![k.user("bob", "Number", key("alice", "y"))]
    }),
    case("query: the latest", ALICE, |k| {
        alice(k, "Query", ask(1, x()))
    }),
    case("query: exactly as many as there are", ALICE, |k| {
        alice(k, "Query", ask(3, x()))
    }),
    case("query: all", ALICE, |k| alice(k, "Query", ask(4, x()))),
    case("query: none", ALICE, |k| alice(k, "Query", ask(2, z()))),
    case("query: more than there may be", ALICE, |k| {
        alice(k, "Query", ask(i64::MAX, x()))
    }),
    case("query: zero", ALICE, |k| alice(k, "Query", ask(0, x()))),
    case("query: fewer than zero", ALICE, |k| {
        alice(k, "Query", ask(-1, x()))
    }),
    case("query: one, then more", ALICE, |k| {
        alice(k, "QueryTwice", ask(2, x()))
    }),
    case("query: one, then all", ALICE, |k| {
        alice(k, "QueryTwice", ask(9, x()))
    }),
    case("query by an observer, who is no maintainer", BOB, |k| {
        vec![k.user("bob", "Query", ask(1, x()))]
    }),
    case("exercise: the latest of several", ALICE, |k| {
        alice(k, "Exercise", x())
    }),
    case("exercise: none", ALICE, |k| alice(k, "Exercise", z())),
    case("exercise by an observer", BOB, |k| {
        vec![k.user("bob", "Exercise", x())]
    }),
    case("updates that wait", ALICE, |k| alice(k, "Waiting", x())),
    case("within an exercise by key", ALICE, |k| {
        alice(k, "Twin", x())
    }),
];

const CHANGED: &[Case] = &[
    case("created here: the latest first", ALICE, |k| {
        alice(k, "CreateTwo", x())
    }),
    case("created here: no others", ALICE, |k| {
        alice(k, "CreateTwo", z())
    }),
    case(
        "created and archived here, then one of the ledger",
        ALICE,
        |k| alice(k, "CreateArchive", x()),
    ),
    case("created and archived here, then none", ALICE, |k| {
        alice(k, "CreateArchive", z())
    }),
    case("archived here by key", ALICE, |k| {
        alice(k, "ArchiveTwo", x())
    }),
    case("archived here by id: the latest", ALICE, |k| {
        alice(k, "ArchiveById", both(k, 2))
    }),
    case("archived here by id: the first", ALICE, |k| {
        alice(k, "ArchiveById", both(k, 0))
    }),
    case("fetched by id, then all", ALICE, |k| {
        alice(k, "FetchThenQuery", both(k, 0))
    }),
    case("all, then fetched by id", ALICE, |k| {
        alice(k, "QueryThenFetch", both(k, 0))
    }),
    case("rolled back: a create", ALICE, |k| {
        alice(k, "RollBackCreate", x())
    }),
    case("rolled back: an archival", ALICE, |k| {
        alice(k, "RollBackArchive", x())
    }),
    case(
        "rolled back: a query, and an exercise that fails",
        ALICE,
        |k| alice(k, "RollBackQuery", x()),
    ),
];

const COMMANDS: &[Case] = &[
    case("command: exercise by key", ALICE, |k| {
        vec![k.by_key(x(), "Rename", Value::Text("w".into()))]
    }),
    case(
        "command: exercise by key of what the command before created",
        ALICE,
        |k| {
            let create = Command::Create {
                template: k.id("Item"),
                argument: record(item("alice", "z", 5, &[])),
            };
            vec![create, k.by_key(z(), "Archive", Value::Unit)]
        },
    ),
    case("command: none", ALICE, |k| {
        vec![k.by_key(z(), "Archive", Value::Unit)]
    }),
    case("command: not the controller", BOB, |k| {
        vec![k.by_key(x(), "Archive", Value::Unit)]
    }),
    case("command: a key of another type", ALICE, |k| {
        vec![k.by_key(Value::Int64(1), "Archive", Value::Unit)]
    }),
    case("command: an unknown choice", ALICE, |k| {
        vec![k.by_key(x(), "Nothing", Value::Unit)]
    }),
    case("command: a template without key", ALICE, |k| {
        vec![Command::ExerciseByKey {
            template: k.id("Plain"),
            key: x(),
            choice: Name::literal("Archive"),
            argument: Value::Unit,
        }]
    }),
    case("command: a contract id in the key", ALICE, |k| {
        vec![Command::ExerciseByKey {
            template: k.id("Odd"),
            key: odd_key(&["alice"], Some(&k.items[0]), ""),
            choice: Name::literal("Archive"),
            argument: Value::Unit,
        }]
    }),
];

const ODD: &[Case] = &[
    case("create: a maintainer who does not sign", ALICE, |k| {
        create_odd(k, odd_key(&["alice", "bob"], None, ""))
    }),
    case("create: no maintainers", ALICE, |k| {
        create_odd(k, odd_key(&[], None, ""))
    }),
    case("create: a contract id in the key", ALICE, |k| {
        create_odd(k, odd_key(&["alice"], Some(&k.items[0]), ""))
    }),
    case("create: the key throws", ALICE, |k| {
        create_odd(k, odd_key(&["alice"], None, "throw in key"))
    }),
    case("create: the key throws, and it is caught", ALICE, |k| {
        alice(
            k,
            "CatchOdd",
            odd(odd_key(&["alice"], None, "throw in key")),
        )
    }),
    case(
        "create: the maintainers throw, and it is caught",
        ALICE,
        |k| {
            alice(
                k,
                "CatchOdd",
                odd(odd_key(&["alice"], None, "throw in maintainers")),
            )
        },
    ),
    case("query: no maintainers", ALICE, |k| {
        alice(k, "QueryOdd", odd_key(&[], None, ""))
    }),
    case("query: other maintainers", ALICE, |k| {
        alice(k, "QueryOdd", odd_key(&["alice", "bob"], None, ""))
    }),
    case("query: a contract id in the key", ALICE, |k| {
        alice(k, "QueryOdd", odd_key(&["alice"], Some(&k.items[0]), ""))
    }),
    case(
        "fetch: the maintainers throw, and nobody can catch it",
        ALICE,
        |k| {
            alice(
                k,
                "CatchQueryOdd",
                odd_key(&["alice"], None, "throw in maintainers"),
            )
        },
    ),
    case(
        "fetch: no maintainers, and nobody can catch it",
        ALICE,
        |k| alice(k, "CatchQueryOdd", odd_key(&[], None, "")),
    ),
];

/// Runs programs, and each transaction and its parts once more.
fn run(cases: &[Case], rollback_effects: bool) -> String {
    let mut text = String::new();
    for case in cases {
        let keys = Keys::new(rollback_effects);
        let act_as = case.act_as.iter().map(|name| party(name));
        let submission = submission(&keys.engine, (case.commands)(&keys), act_as, 77);
        let names = Names::of(&keys);
        writeln!(text, "{}", case.title).unwrap();
        match keys.ledger.interpret(keys.engine.submit(submission)) {
            Ok(done) => {
                text.push_str(&names.tree(&done));
                check_replays(&keys.engine, &keys.ledger, &done);
            }
            Err(error) => {
                let message = names.shorten(&error.to_string()).replace('\n', "\n  ");
                writeln!(text, "  {}: {message}", error.report().id).unwrap();
            }
        }
        text.push('\n');
    }
    text
}

/// Short names for contracts.
struct Names {
    names: BTreeMap<ContractId, String>,
    package: String,
}

impl Names {
    fn of(keys: &Keys) -> Self {
        let contracts = keys.ledger.order.iter().enumerate();
        let names = contracts.map(|(index, id)| (id.clone(), format!("#{}", index + 1)));
        Self {
            names: names.collect(),
            package: keys.package.to_string(),
        }
    }

    fn shorten(&self, text: &str) -> String {
        let mut text = text.replace(&self.package, "P");
        text = text.replace(&self.package[..8], "P");
        for (id, name) in &self.names {
            text = text.replace(&id.to_string(), name);
        }
        text
    }

    fn tree(mut self, done: &Interpreted) -> String {
        for node in &done.transaction.nodes {
            if let Node::Create(create) = node {
                let name = format!("#{}", self.names.len() + 1);
                self.names.insert(create.contract_id.clone(), name);
            }
        }
        let mut text = String::new();
        for root in &done.transaction.roots {
            self.node(done, *root, 1, &mut text);
        }
        for (hash, input) in &done.keys {
            let told: Vec<&str> = input.contracts.iter().map(|id| &*self.names[id]).collect();
            let complete = if input.complete { ", no others" } else { "" };
            let hash = &hash.to_string()[..8];
            writeln!(text, "  ledger: {hash} = [{}]{complete}", told.join(" ")).unwrap();
        }
        assert_eq!(done.transaction.key_inputs().len(), done.keys.len());
        text
    }

    fn node(&self, done: &Interpreted, id: NodeId, depth: usize, text: &mut String) {
        let indent = "  ".repeat(depth);
        let node = done.transaction.node(id).unwrap();
        let told = match node {
            Node::Create(node) => format!("create {}", self.names[&node.contract_id]),
            Node::Fetch(node) => format!("fetch {}", self.names[&node.contract_id]),
            Node::Exercise(node) => {
                let result = node
                    .result
                    .as_ref()
                    .map(|result| Rendered(result).to_string());
                let result = self.shorten(&result.unwrap_or_else(|| "failed".to_owned()));
                format!(
                    "{} {} = {result}",
                    node.choice, self.names[&node.contract_id]
                )
            }
            Node::QueryByKey(node) => {
                let found: Vec<&str> = node.result.iter().map(|id| &*self.names[id]).collect();
                let all = if node.exhaustive { ", no others" } else { "" };
                format!("query [{}]{all}", found.join(" "))
            }
            Node::Rollback(_) => "rollback".to_owned(),
        };
        let key = node.key().map(|key| {
            let by = if node.is_by_key() { "by key" } else { "key" };
            let maintainers: Vec<&str> = key
                .maintainers
                .iter()
                .map(crate::model::Party::as_str)
                .collect();
            format!(
                " ({by} {} of {})",
                &key.hash.to_string()[..8],
                maintainers.join(" ")
            )
        });
        writeln!(text, "{indent}{told}{}", key.unwrap_or_default()).unwrap();
        for child in node.children() {
            self.node(done, *child, depth + 1, text);
        }
    }
}

#[test]
fn contracts_are_found_by_their_keys() {
    golden::check("lf/keys/found.txt", &run(FOUND, false));
}

#[test]
fn what_a_transaction_creates_and_archives_is_seen_by_its_queries() {
    golden::check("lf/keys/changed.txt", &run(CHANGED, false));
}

#[test]
fn what_an_exception_undoes_is_undone_for_queries_too() {
    golden::check("lf/keys/undone.txt", &run(&CHANGED[9..], true));
}

#[test]
fn commands_name_contracts_by_their_keys() {
    golden::check("lf/keys/commands.txt", &run(COMMANDS, false));
}

#[test]
fn keys_that_cannot_be_are_refused() {
    golden::check("lf/keys/odd.txt", &run(ODD, false));
}
