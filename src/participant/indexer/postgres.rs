//! The indexer's statements.

use std::collections::BTreeSet;

use tokio_postgres::types::ToSql;

use super::head::LedgerEnd;
use super::rows::{PartyRow, Rows};
use crate::model::{DomainId, Offset, ParticipantId, Party, Timestamp};
use crate::storage::{Database, Error, Schema};

/// One round trip: the statements are sent together. The cache can be rebuilt from the log, so its
/// commits need not wait for the disk. Every join is by key, whatever the statistics say.
const BEGIN: &str = "BEGIN; \
    SET LOCAL synchronous_commit TO OFF; \
    SET LOCAL enable_seqscan TO OFF; \
    SET LOCAL enable_hashjoin TO OFF; \
    SET LOCAL enable_mergejoin TO OFF";

const WRITE: &str = include_str!("write.sql");

const READ_LOG: &str = "
    SELECT event_offset, entry
    FROM (
        SELECT event_offset, entry,
            sum(octet_length(entry)) OVER (ORDER BY event_offset) AS total
        FROM (
            SELECT event_offset, entry FROM {schema}.event_log
            WHERE event_offset > $1 ORDER BY event_offset LIMIT $2
        ) AS next
    ) AS sized
    WHERE total <= $3 OR event_offset = $1 + 1
    ORDER BY event_offset";

/// The read cache, as the indexer writes it.
#[derive(Debug, Clone)]
pub(super) struct Store {
    database: Database,
    write: String,
    read_log: String,
    read_end: String,
    read_times: String,
    read_names: String,
    read_last_name: String,
}

/// New names with their numbers.
#[derive(Debug, Default)]
pub(super) struct NewNames {
    pub(super) numbers: Vec<i32>,
    pub(super) texts: Vec<String>,
}

impl Store {
    pub(super) fn new(database: Database, schema: &Schema) -> Self {
        Self {
            database,
            write: schema.fill(WRITE),
            read_log: schema.fill(READ_LOG),
            read_end: schema.fill("SELECT event_offset FROM {schema}.ledger_end"),
            read_times: schema.fill("SELECT domain, record_time FROM {schema}.domain_times"),
            read_names: schema
                .fill("SELECT name_id, name FROM {schema}.names WHERE name = ANY($1)"),
            read_last_name: schema.fill("SELECT coalesce(max(name_id), 0) FROM {schema}.names"),
        }
    }

    /// Where the cache ends.
    pub(super) async fn end(&self) -> Result<LedgerEnd, Error> {
        self.database
            .transaction(async |transaction| {
                transaction
                    .batch_execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
                    .await?;
                let offset: i64 = transaction
                    .query_one(&self.read_end, &[])
                    .await?
                    .try_get(0)?;
                let times = transaction.query(&self.read_times, &[]).await?;
                let times = times.iter().map(|row| {
                    let domain: String = row.try_get(0)?;
                    let domain = DomainId::parse(&domain).map_err(Error::corrupt)?;
                    Ok((domain, Timestamp::from_micros_clamped(row.try_get(1)?)))
                });
                Ok(LedgerEnd {
                    offset: Offset::new(offset).ok_or_else(|| Error::corrupt("ledger end"))?,
                    domain_times: std::sync::Arc::new(times.collect::<Result<_, Error>>()?),
                })
            })
            .await
    }

    /// The highest number of a name.
    pub(super) async fn last_name(&self) -> Result<i32, Error> {
        let client = self.database.client().await?;
        let row = client.query_one(&self.read_last_name, &[]).await?;
        Ok(row.try_get(0)?)
    }

    /// The numbers of those names that have one.
    pub(super) async fn names(&self, texts: &[String]) -> Result<Vec<(i32, String)>, Error> {
        let client = self.database.client().await?;
        let statement = client.prepare_cached(&self.read_names).await?;
        let rows = client.query(&statement, &[&texts]).await?;
        rows.iter()
            .map(|row| Ok((row.try_get(0)?, row.try_get(1)?)))
            .collect()
    }

    /// Up to `max` entries after an offset, at most `bytes_max` of them together but at least one.
    pub(super) async fn log_after(
        &self,
        offset: Offset,
        max: i64,
        bytes_max: i64,
    ) -> Result<Vec<(Offset, Vec<u8>)>, Error> {
        let client = self.database.client().await?;
        let statement = client.prepare_cached(&self.read_log).await?;
        let rows = client
            .query(&statement, &[&offset.get(), &max, &bytes_max])
            .await?;
        let mut expected = offset;
        let mut entries = Vec::with_capacity(rows.len());
        for row in rows {
            expected = expected.next();
            let found: i64 = row.try_get(0)?;
            if found != expected.get() {
                return Err(Error::corrupt(format!(
                    "the event log has no entry at offset {expected}, but one at {found}"
                )));
            }
            entries.push((expected, row.try_get(1)?));
        }
        Ok(entries)
    }

    /// Writes a batch that moves the end of the cache from one offset to another; all or nothing.
    ///
    /// # Errors
    /// [`Error::Collision`] if the cache ends elsewhere: somebody else has written.
    pub(super) async fn write(
        &self,
        from: Offset,
        to: Offset,
        names: &NewNames,
        rows: &Rows,
    ) -> Result<(), Error> {
        let columns = Columns::of(from, to, names, rows);
        let client = self.database.client().await?;
        let statement = client.prepare_cached(&self.write).await?;
        let parameters = columns.parameters();
        // polled in this order, each is sent with its first poll: whatever happens to this task
        // then, the server gets the whole transaction
        let (begun, written, committed) = futures_util::join!(
            client.batch_execute(BEGIN),
            client.query_one(&statement, &parameters),
            client.batch_execute("COMMIT"),
        );
        begun?;
        let moved: i64 = written?.try_get(0)?;
        committed?;
        if moved == 1 {
            Ok(())
        } else {
            Err(Error::Collision(format!(
                "the read cache does not end at offset {from}"
            )))
        }
    }
}

/// Rows as columns: parameters of the statement, in its order.
struct Columns<'r> {
    from: i64,
    to: i64,
    parameters: Vec<Box<dyn ToSql + Sync + Send + 'r>>,
}

impl<'r> Columns<'r> {
    fn of(from: Offset, to: Offset, names: &'r NewNames, rows: &'r Rows) -> Self {
        let mut this = Self {
            from: from.get(),
            to: to.get(),
            parameters: Vec::with_capacity(38),
        };
        this.push(&names.numbers);
        this.push(&names.texts);
        this.column(&rows.update_ids, |row| row.update_id.as_str());
        this.column(&rows.update_ids, |row| row.offset);
        this.column(&rows.index, |row| row.party);
        this.column(&rows.index, |row| row.template);
        this.column(&rows.index, |row| row.offset);
        this.column(&rows.index, |row| row.delta);
        this.contracts(rows);
        this.column(&rows.completions, |row| row.offset);
        this.column(&rows.completions, |row| row.user_id.as_str());
        this.column(&rows.completions, |row| array_text(&row.parties));
        this.parties(rows);
        let (domains, times) = (rows.domain_times.keys(), rows.domain_times.values());
        this.push(domains.map(DomainId::as_str).collect::<Vec<_>>());
        this.push(times.map(|time| time.micros()).collect::<Vec<_>>());
        this
    }

    fn parties(&mut self, rows: &'r Rows) {
        let texts = |participants: &BTreeSet<ParticipantId>| {
            let quoted = participants.iter().map(|id| format!("\"{id}\""));
            format!("{{{}}}", quoted.collect::<Vec<_>>().join(","))
        };
        let participants = |row: &PartyRow| texts(&row.participants);
        let left = |row: &PartyRow| texts(&row.left);
        let (parties, known) = (rows.parties.keys(), rows.parties.values());
        self.push(parties.map(Party::as_str).collect::<Vec<_>>());
        self.push(known.clone().map(|row| row.is_local).collect::<Vec<_>>());
        self.push(known.clone().map(participants).collect::<Vec<_>>());
        self.push(known.map(left).collect::<Vec<_>>());
    }

    fn contracts(&mut self, rows: &'r Rows) {
        self.column(&rows.active, |row| row.party);
        self.column(&rows.active, |row| row.template);
        self.column(&rows.active, |row| row.created_offset);
        self.column(&rows.active, |row| row.node_id);
        self.column(&rows.active, |row| row.contract_id.as_bytes());
        self.column(&rows.archived, |row| row.active.party);
        self.column(&rows.archived, |row| row.active.template);
        self.column(&rows.archived, |row| row.active.created_offset);
        self.column(&rows.archived, |row| row.active.node_id);
        self.column(&rows.archived, |row| row.active.contract_id.as_bytes());
        self.column(&rows.archived, |row| row.archived_offset);
        self.column(&rows.lives, |row| row.contract_id.as_bytes());
        self.column(&rows.lives, |row| row.template);
        self.column(&rows.lives, |row| array_text(&row.parties));
        self.column(&rows.lives, |row| row.created_offset);
        self.column(&rows.lives, |row| row.created_node);
        self.column(&rows.lives, |row| row.archived.map(|(offset, _)| offset));
        self.column(&rows.lives, |row| row.archived.map(|(_, node)| node));
        self.column(&rows.ended, |row| row.contract_id.as_bytes());
        self.column(&rows.ended, |row| row.offset);
        self.column(&rows.ended, |row| row.node_id);
    }

    fn push(&mut self, column: impl ToSql + Sync + Send + 'r) {
        self.parameters.push(Box::new(column));
    }

    fn column<R, T: ToSql + Sync + Send + 'r>(
        &mut self,
        rows: &'r [R],
        value: impl Fn(&'r R) -> T,
    ) {
        self.push(rows.iter().map(value).collect::<Vec<T>>());
    }

    fn parameters(&self) -> Vec<&(dyn ToSql + Sync)> {
        let mut parameters: Vec<&(dyn ToSql + Sync)> = vec![&self.from, &self.to];
        for column in &self.parameters {
            parameters.push(&**column);
        }
        parameters
    }
}

/// An array of numbers as the server reads it: arrays of arrays cannot have rows of different
/// lengths.
fn array_text(numbers: &[i32]) -> String {
    let numbers: Vec<String> = numbers.iter().map(ToString::to_string).collect();
    format!("{{{}}}", numbers.join(","))
}
