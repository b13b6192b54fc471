//! Looking for a text in everything that a database has.

use std::collections::BTreeMap;

use super::{Database, Error};

const TABLES: &str = "SELECT schemaname, tablename FROM pg_tables
    WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1, 2";

/// In how many rows of each schema a text stands, as text or as bytes. Reads every row: for databases of
/// demonstrations.
///
/// # Errors
/// If the database cannot be read.
pub async fn search(database: &Database, text: &str) -> Result<BTreeMap<String, u64>, Error> {
    let client = database.client().await?;
    let bytes = hex::encode(text);
    let mut found = BTreeMap::new();
    for table in client.query(TABLES, &[]).await? {
        let (schema, name): (String, String) = (table.try_get(0)?, table.try_get(1)?);
        let sql = format!(
            "SELECT count(*) FROM \"{schema}\".\"{name}\" AS whole
             WHERE position($1 IN whole::text) > 0 OR position($2 IN whole::text) > 0"
        );
        let row = client.query_one(&sql, &[&text, &bytes]).await?;
        let rows: i64 = row.try_get(0)?;
        *found.entry(schema).or_default() += rows.unsigned_abs();
    }
    Ok(found)
}
