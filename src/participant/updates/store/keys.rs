//! Whom to look up in an index, as parameters and as SQL.

use super::super::selection::IndexKey;
use crate::model::Party;
use crate::participant::indexer::template_text;

/// Keys of an index as parameters: `$1` and `$2` are pairs of party (empty: any) and template
/// (empty: a topology event), `$3` are parties with all their templates.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in super::super) struct Keys {
    pub(super) parties: Vec<String>,
    pub(super) templates: Vec<String>,
    pub(super) wildcards: Vec<String>,
}

impl Keys {
    pub(in super::super) fn new(keys: Vec<IndexKey>) -> Self {
        let mut this = Self::default();
        for key in keys {
            let party = key.party.as_ref().map(ToString::to_string);
            let party = party.unwrap_or_default();
            match key.templates {
                None => this.wildcards.push(party),
                Some(templates) => {
                    for template in templates {
                        this.parties.push(party.clone());
                        this.templates.push(template_text(&template));
                    }
                }
            }
        }
        this
    }

    /// Also the topology events about a party, or about any.
    pub(in super::super) fn add_topology(&mut self, party: Option<&Party>) {
        self.parties
            .push(party.map(ToString::to_string).unwrap_or_default());
        self.templates.push(String::new());
    }

    /// Nothing can be found by them.
    pub(in super::super) fn is_empty(&self) -> bool {
        self.parties.is_empty() && self.wildcards.is_empty()
    }

    /// The common table expressions that end in `keys (party, template)`: pairs of numbers. The
    /// templates of a party are found by jumping from one to the next in the index of `table`.
    pub(super) fn sql(table: &str) -> String {
        format!(
            "asked (party) AS (
                SELECT name_id FROM {{schema}}.names WHERE name = ANY($3::text[])
                UNION ALL
                SELECT 0 WHERE '' = ANY($3::text[])
            ), own (party, template) AS (
                SELECT a.party, (
                    SELECT min(i.template) FROM {{schema}}.{table} AS i
                    WHERE i.party = a.party AND i.template > 0)
                FROM asked AS a
                UNION ALL
                SELECT o.party, (
                    SELECT min(i.template) FROM {{schema}}.{table} AS i
                    WHERE i.party = o.party AND i.template > o.template)
                FROM own AS o WHERE o.template IS NOT NULL
            ), keys (party, template) AS (
                SELECT party, template FROM own WHERE template IS NOT NULL
                UNION
                SELECT coalesce(p.name_id, 0), coalesce(t.name_id, 0)
                FROM unnest($1::text[], $2::text[]) AS k (party, template)
                LEFT JOIN {{schema}}.names AS p ON p.name = k.party
                LEFT JOIN {{schema}}.names AS t ON t.name = k.template
                WHERE (p.name_id IS NOT NULL OR k.party = '')
                    AND (t.name_id IS NOT NULL OR k.template = '')
            )"
        )
    }
}
