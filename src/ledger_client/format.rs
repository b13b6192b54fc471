//! What is asked for of transactions and contracts.

use std::collections::HashMap;

use canton_proto::com::daml::ledger::api::v2 as api;

use api::cumulative_filter::IdentifierFilter;

/// Everything that these parties see, with field names.
pub fn everything(parties: &[&str]) -> api::EventFormat {
    let filter = IdentifierFilter::WildcardFilter(api::WildcardFilter::default());
    format(parties, filter, true)
}

/// The contracts of one template that these parties see, in as few bytes as possible.
pub fn of_template(parties: &[&str], template: api::Identifier) -> api::EventFormat {
    let filter = IdentifierFilter::TemplateFilter(api::TemplateFilter {
        template_id: Some(template),
        include_created_event_blob: false,
    });
    format(parties, filter, false)
}

/// Transactions by what they create and archive.
pub fn delta(events: api::EventFormat) -> api::TransactionFormat {
    transactions(events, api::TransactionShape::AcsDelta)
}

/// Transactions with all that happens in them.
pub fn effects(events: api::EventFormat) -> api::TransactionFormat {
    transactions(events, api::TransactionShape::LedgerEffects)
}

fn transactions(events: api::EventFormat, shape: api::TransactionShape) -> api::TransactionFormat {
    api::TransactionFormat {
        event_format: Some(events),
        transaction_shape: shape.into(),
    }
}

fn format(parties: &[&str], filter: IdentifierFilter, verbose: bool) -> api::EventFormat {
    let filters = api::Filters {
        cumulative: vec![api::CumulativeFilter {
            identifier_filter: Some(filter),
        }],
    };
    let by_party: HashMap<String, api::Filters> = parties
        .iter()
        .map(|party| ((*party).to_owned(), filters.clone()))
        .collect();
    api::EventFormat {
        filters_by_party: by_party,
        filters_for_any_party: None,
        verbose,
    }
}
