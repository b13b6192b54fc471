//! Dumps, and the search in them.

use std::collections::BTreeMap;

use tokio_postgres::{Client, NoTls, SimpleQueryMessage};

/// The roles of a domain, each with a schema that ends so.
const DOMAIN_ROLES: [&str; 4] = ["sequencer", "mediator", "topology", "service"];

/// Everything in a database, by schema.
pub async fn dump(url: &str) -> BTreeMap<String, String> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    let connection = tokio::spawn(connection);
    let tables = "SELECT schemaname, tablename FROM pg_tables
        WHERE schemaname NOT IN ('pg_catalog', 'information_schema')";
    let mut dumps: BTreeMap<String, String> = BTreeMap::new();
    for row in client.query(tables, &[]).await.unwrap() {
        let (schema, table): (String, String) = (row.get(0), row.get(1));
        let content = rows(&client, &schema, &table).await;
        dumps.entry(schema).or_default().push_str(&content);
    }
    drop(client);
    connection.await.unwrap().unwrap();
    for role in DOMAIN_ROLES {
        let schemas = dumps.keys();
        let is_there = dumps.keys().any(|schema| schema.ends_with(role));
        assert!(is_there, "{role} is not among {schemas:?}");
    }
    dumps
}

async fn rows(client: &Client, schema: &str, table: &str) -> String {
    let query = format!("SELECT t::text FROM \"{schema}\".\"{table}\" t");
    let messages = client.simple_query(&query).await.unwrap();
    let rows = messages.iter().filter_map(|message| match message {
        SimpleQueryMessage::Row(row) => row.get(0),
        _ => None,
    });
    rows.fold(String::new(), |all, row| all + row + "\n")
}

/// Whether a text is there, as text or in the hexadecimal form of bytes.
pub fn contains(dump: &str, text: &str) -> bool {
    dump.contains(text) || dump.contains(&hex::encode(text))
}

/// The same in a log, where bytes may stand as a list of numbers, too.
pub fn is_logged(log: &str, text: &str) -> bool {
    let numbers: Vec<String> = text.bytes().map(|it| it.to_string()).collect();
    contains(log, text) || log.contains(&numbers.join(", "))
}

/// Requires a text in the schemas of those who are entitled to it, and in no other.
pub fn check(dumps: &BTreeMap<String, String>, text: &str, entitled: &[&str]) {
    for name in entitled {
        assert!(dumps.contains_key(*name), "no schema {name}");
    }
    for (schema, dump) in dumps {
        let may = entitled.contains(&schema.as_str());
        assert_eq!(contains(dump, text), may, "{text} in {schema}");
    }
}
