//! Formats: which events a reader asks for.

use std::collections::{BTreeMap, BTreeSet};

use canton_proto::com::daml::ledger::api::v2 as proto;
use proto::cumulative_filter::IdentifierFilter;

use super::fields::{party, party_field, present};
use super::identifiers::type_ref;
use crate::model::PackageRef;
use crate::participant::errors::Refusal;
use crate::participant::updates::{
    EventFormat, Filter, InterfaceFilter, NamedType, Shape, TemplateFilter, TopologyFormat,
    TransactionFormat, UpdateFormat, Wildcard,
};

/// Which updates.
pub(crate) fn update_format(format: proto::UpdateFormat) -> Result<UpdateFormat, Refusal> {
    let transactions = format.include_transactions.map(transaction_format);
    let transactions = transactions.transpose()?;
    // there are no reassignments, but what is asked about them must make sense
    format.include_reassignments.map(event_format).transpose()?;
    let topology = format
        .include_topology_events
        .and_then(|topology| topology.include_participant_authorization_events);
    Ok(UpdateFormat {
        transactions,
        topology: topology.as_ref().map(topology_format).transpose()?,
    })
}

fn topology_format(
    format: &proto::ParticipantAuthorizationTopologyFormat,
) -> Result<TopologyFormat, Refusal> {
    let parties = format.parties.iter();
    let parties = parties.map(|text| party_field(text, "parties"));
    let parties: BTreeSet<_> = parties.collect::<Result<_, _>>()?;
    Ok(TopologyFormat {
        parties: Some(parties).filter(|parties| !parties.is_empty()),
    })
}

/// Which events of transactions, in which shape.
pub(crate) fn transaction_format(
    format: proto::TransactionFormat,
) -> Result<TransactionFormat, Refusal> {
    let shape = shape(format.transaction_shape)?;
    let events = event_format(present(format.event_format, "event_format")?)?;
    Ok(TransactionFormat { events, shape })
}

fn shape(number: i32) -> Result<Shape, Refusal> {
    match proto::TransactionShape::try_from(number) {
        Ok(proto::TransactionShape::Unspecified) => {
            Err(Refusal::missing_field("transaction_shape"))
        }
        Ok(proto::TransactionShape::AcsDelta) => Ok(Shape::AcsDelta),
        Ok(proto::TransactionShape::LedgerEffects) => Ok(Shape::LedgerEffects),
        Err(_) => Err(Refusal::invalid_argument(format!(
            "transaction_shape is defined with invalid value {number}"
        ))),
    }
}

/// Which events.
pub(crate) fn event_format(format: proto::EventFormat) -> Result<EventFormat, Refusal> {
    if format.filters_by_party.is_empty() && format.filters_for_any_party.is_none() {
        return Err(Refusal::invalid_argument(
            "filtersByParty and filtersForAnyParty cannot be empty simultaneously",
        ));
    }
    // of several faults always the same one is told
    let by_party: BTreeMap<String, proto::Filters> = format.filters_by_party.into_iter().collect();
    let by_party = by_party
        .into_iter()
        .map(|(text, filters)| Ok((party(&text)?, filter(filters)?)));
    Ok(EventFormat {
        by_party: by_party.collect::<Result<_, Refusal>>()?,
        any_party: format.filters_for_any_party.map(filter).transpose()?,
        verbose: format.verbose,
    })
}

fn filter(filters: proto::Filters) -> Result<Filter, Refusal> {
    let parts = filters.cumulative.into_iter();
    let parts: Vec<IdentifierFilter> = parts.filter_map(|part| part.identifier_filter).collect();
    if parts.is_empty() {
        return Ok(Filter {
            wildcard: Some(Wildcard::default()),
            ..Filter::default()
        });
    }
    let mut filter = Filter::default();
    for part in parts {
        match part {
            IdentifierFilter::WildcardFilter(it) => {
                let wildcard = filter.wildcard.get_or_insert_default();
                wildcard.blob |= it.include_created_event_blob;
            }
            IdentifierFilter::TemplateFilter(it) => filter.templates.push(TemplateFilter {
                template: named_type(&present(it.template_id, "templateId")?)?,
                blob: it.include_created_event_blob,
            }),
            IdentifierFilter::InterfaceFilter(it) => filter.interfaces.push(InterfaceFilter {
                interface: named_type(&present(it.interface_id, "interfaceId")?)?,
                view: it.include_interface_view,
                blob: it.include_created_event_blob,
            }),
        }
    }
    Ok(filter)
}

fn named_type(id: &proto::Identifier) -> Result<NamedType, Refusal> {
    let reference = type_ref(id)?;
    match reference.package {
        PackageRef::Name(package) => Ok(NamedType {
            package,
            module: reference.module,
            name: reference.name,
        }),
        PackageRef::Id(package) => Err(Refusal::invalid_field(
            "packageId",
            format!(
                "Received an identifier with package ID {package}, but expected a package name."
            ),
        )),
    }
}
