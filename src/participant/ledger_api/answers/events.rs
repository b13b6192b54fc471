//! Events.

use canton_proto::com::daml::ledger::api::v2 as proto;
use canton_proto::google::rpc::Status;

use super::super::status::{Correlation, render};
use super::times::timestamp;
use super::values::{as_record, identifier, value};
use crate::lf::engine::Engine;
use crate::lf::transaction::ContractInstance;
use crate::lf::value::Value;
use crate::model::{ContractId, Offset, Party};
use crate::participant::disclosure;
use crate::participant::errors::Refusal;
use crate::participant::indexer::{Action, Event, Exercise};
use crate::participant::updates::{Content, Shown, View};

/// How events are written.
#[derive(Clone, Copy)]
pub(super) struct Writer<'a> {
    pub(super) engine: &'a Engine,
    /// With type ids and labels.
    pub(super) verbose: bool,
}

impl Writer<'_> {
    /// An event of an entry.
    pub(super) fn event(
        self,
        offset: Offset,
        shown: &Shown,
        event: &Event,
        content: Option<&Content>,
    ) -> Result<proto::Event, Refusal> {
        let event = match &event.action {
            Action::Created => {
                proto::event::Event::Created(self.created(offset, shown, event, content)?)
            }
            Action::Exercised(exercise) if shown.as_delta => {
                proto::event::Event::Archived(archived(offset, shown, event, exercise))
            }
            Action::Exercised(exercise) => {
                proto::event::Event::Exercised(self.exercised(offset, shown, event, exercise)?)
            }
        };
        Ok(proto::Event { event: Some(event) })
    }

    fn created(
        self,
        offset: Offset,
        shown: &Shown,
        event: &Event,
        content: Option<&Content>,
    ) -> Result<proto::CreatedEvent, Refusal> {
        let content = content.ok_or_else(|| Refusal::internal("a creation without contents"))?;
        let instance = &content.instance;
        let views = content.views.iter().map(|view| self.view(view));
        Ok(proto::CreatedEvent {
            offset: offset.get(),
            node_id: event.node_id,
            created_event_blob: if shown.carries.blob {
                blob(&event.contract_id, instance)
            } else {
                Vec::new()
            },
            interface_views: views.collect::<Result<_, _>>()?,
            witness_parties: texts(&shown.witnesses),
            acs_delta: shown.changes_active_contracts,
            ..self.contract(&event.contract_id, instance)?
        })
    }

    /// What a contract says, whatever created it.
    fn contract(
        self,
        id: &ContractId,
        instance: &ContractInstance,
    ) -> Result<proto::CreatedEvent, Refusal> {
        let template = &instance.template;
        let argument = if self.verbose {
            let enriched = self.engine.enrich_argument(template, &instance.argument);
            as_record(&enriched.map_err(Refusal::internal)?)
        } else {
            as_record(&instance.argument)
        };
        let key_hash = instance
            .key
            .as_ref()
            .map(|key| key.hash.as_bytes().to_vec());
        let key = instance.key.as_ref().map(|key| &key.value);
        let key = key.map(|key| self.enriched(key, |engine, key| engine.enrich_key(template, key)));
        Ok(proto::CreatedEvent {
            contract_id: id.to_string(),
            template_id: Some(identifier(template)),
            contract_key: key.transpose()?,
            contract_key_hash: key_hash.unwrap_or_default(),
            create_arguments: argument,
            signatories: texts(&instance.signatories),
            observers: texts(instance.observers()),
            created_at: Some(timestamp(instance.created_at)),
            package_name: instance.package_name.to_string(),
            representative_package_id: template.package().to_string(),
            ..proto::CreatedEvent::default()
        })
    }

    fn view(self, view: &View) -> Result<proto::InterfaceView, Refusal> {
        let implementation = view.implementation.as_ref();
        let (status, content) = match &view.outcome {
            Err(refusal) => (render(refusal, Correlation::default()), None),
            Ok(found) => {
                let content = if self.verbose {
                    let enriched = self.engine.enrich_view(&view.interface, found);
                    as_record(&enriched.map_err(Refusal::internal)?)
                } else {
                    as_record(found)
                };
                (Status::default(), content)
            }
        };
        Ok(proto::InterfaceView {
            interface_id: Some(identifier(&view.interface)),
            view_status: Some(status),
            view_value: content,
            implementation_package_id: implementation.map_or_else(String::new, ToString::to_string),
        })
    }

    fn exercised(
        self,
        offset: Offset,
        shown: &Shown,
        event: &Event,
        exercise: &Exercise,
    ) -> Result<proto::ExercisedEvent, Refusal> {
        let of = exercise.interface.as_ref().unwrap_or(&event.template);
        let choice = &exercise.choice;
        let argument = Value::from_bytes(&exercise.argument).map_err(Refusal::internal)?;
        let result = Value::from_bytes(&exercise.result).map_err(Refusal::internal)?;
        let interfaces = shown.carries.views.iter().map(identifier);
        Ok(proto::ExercisedEvent {
            offset: offset.get(),
            node_id: event.node_id,
            contract_id: event.contract_id.to_string(),
            template_id: Some(identifier(&event.template)),
            interface_id: exercise.interface.as_ref().map(identifier),
            choice: choice.to_string(),
            choice_argument: Some(self.enriched(&argument, |engine, argument| {
                engine.enrich_choice_argument(of, choice, argument)
            })?),
            acting_parties: texts(&exercise.acting),
            consuming: exercise.consuming,
            witness_parties: texts(&shown.witnesses),
            last_descendant_node_id: exercise.last_descendant,
            exercise_result: Some(self.enriched(&result, |engine, result| {
                engine.enrich_choice_result(of, choice, result)
            })?),
            package_name: exercise.package_name.to_string(),
            implemented_interfaces: interfaces.collect(),
            acs_delta: shown.changes_active_contracts,
        })
    }

    fn enriched(
        self,
        plain: &Value,
        enrich: impl FnOnce(&Engine, &Value) -> Result<Value, crate::lf::error::Error>,
    ) -> Result<proto::Value, Refusal> {
        if !self.verbose {
            return Ok(value(plain));
        }
        let enriched = enrich(self.engine, plain).map_err(Refusal::internal)?;
        Ok(value(&enriched))
    }
}

fn archived(
    offset: Offset,
    shown: &Shown,
    event: &Event,
    exercise: &Exercise,
) -> proto::ArchivedEvent {
    let interfaces = shown.carries.views.iter().map(identifier);
    proto::ArchivedEvent {
        offset: offset.get(),
        node_id: event.node_id,
        contract_id: event.contract_id.to_string(),
        template_id: Some(identifier(&event.template)),
        witness_parties: texts(&shown.witnesses),
        package_name: exercise.package_name.to_string(),
        implemented_interfaces: interfaces.collect(),
    }
}

/// The creation that an event tells, if it tells one.
pub(crate) fn created_event(event: proto::Event) -> Option<proto::CreatedEvent> {
    match event.event? {
        proto::event::Event::Created(created) => Some(created),
        proto::event::Event::Archived(_) | proto::event::Event::Exercised(_) => None,
    }
}

/// The archival that an event tells, if it tells one.
pub(crate) fn archived_event(event: proto::Event) -> Option<proto::ArchivedEvent> {
    match event.event? {
        proto::event::Event::Archived(archived) => Some(archived),
        proto::event::Event::Created(_) | proto::event::Event::Exercised(_) => None,
    }
}

/// A contract as the contract store has it, shown to some of its stakeholders.
pub(crate) fn stored_contract(
    engine: &Engine,
    id: &ContractId,
    instance: &ContractInstance,
    witnesses: &[&Party],
) -> Result<proto::CreatedEvent, Refusal> {
    let writer = Writer {
        engine,
        verbose: false,
    };
    Ok(proto::CreatedEvent {
        created_event_blob: blob(id, instance),
        witness_parties: texts(witnesses.iter().copied()),
        ..writer.contract(id, instance)?
    })
}

fn blob(id: &ContractId, instance: &ContractInstance) -> Vec<u8> {
    disclosure::blob(id, instance.to_bytes().into()).to_vec()
}

fn texts<'a>(parties: impl IntoIterator<Item = &'a Party>) -> Vec<String> {
    parties.into_iter().map(ToString::to_string).collect()
}
